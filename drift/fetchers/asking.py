"""Asking an AWS service other than S3 again where that helps: refused for being too fast, broken off, expired.

The SDK's own retries are not relied on: since botocore 1.44 they share one quota for all calls of a client.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from drift.errors import CorsDriftError
from drift.fetchers.aws import timeouts
from drift.fetchers.aws_faults import Cause, ServiceFault, fault_of

Answer = Mapping[str, Any]

MAX_PAGES = 100_000
"""Of one question. A service that never stops giving tokens is not followed further."""

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


class Access(Protocol):
    """What is needed of ``drift.fetchers.aws.Aws``."""

    def client(
        self, service: str, region: str | None = None, account: str | None = None, config: Any = None
    ) -> Any: ...
    def has(self, account: str | None) -> bool: ...
    def refresh(self, account: str | None = None) -> bool: ...


class RefusedError(Exception):
    """A service did not answer; ``fault`` says why."""

    def __init__(self, fault: ServiceFault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and after how many seconds a service is asked again. Attempts count the first one."""

    throttled_attempts: int = 8
    broken_attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 20.0
    sleep: Callable[[float], None] = time.sleep

    def wait(self, attempt: int) -> None:
        """Sleep before attempt ``attempt`` + 1: exponential, with jitter above one half."""
        longest = min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait)
        self.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - spreads retries, hides nothing

    def attempts(self, cause: Cause) -> int:
        """How often a call that fails so is made."""
        return {Cause.THROTTLED: self.throttled_attempts, Cause.UNREACHABLE: self.broken_attempts}.get(cause, 1)


class Desk:
    """One service in one region with one account's credentials. Made when it is first asked.

    No answer is waited for longer than ``longest`` seconds, where that is less than all clients wait.
    """

    def __init__(
        self,
        access: Access,
        service: str,
        region: str | None = None,
        account: str | None = None,
        patience: Patience | None = None,
        *,
        longest: float | None = None,
    ) -> None:
        self._access = access
        self._longest = longest
        self._where = (service, region, account)
        self._patience = patience or Patience()
        self._made: Any = None

    def ask(self, operation: str, before: Callable[[], None] | None = None, **parameters: Any) -> Answer:
        """The answer; ``before`` is called ahead of each attempt. Raises ``RefusedError``, and
        ``CorsDriftError`` where there is no client to ask with.
        """
        failed: Counter[Cause] = Counter()
        refreshed = False
        while True:
            if before is not None:
                before()
            try:
                answer: Answer = getattr(self.client(), _snake(operation))(**parameters)
                return answer
            except CorsDriftError:
                raise
            except Exception as error:
                fault = fault_of(error, operation, endpoint=self.endpoint)
            if fault.code in _EXPIRED and not refreshed and self._access.refresh(self._where[2]):
                refreshed = True
                continue
            failed[fault.cause] += 1
            if failed[fault.cause] >= self._patience.attempts(fault.cause):
                raise RefusedError(fault)
            self._patience.wait(failed.total())

    def pages(
        self, operation: str, limit: int = MAX_PAGES, before: Callable[[], None] | None = None, **parameters: Any
    ) -> Iterator[Answer]:
        """Page after page, as long as there is a new token; raises as ``ask`` does.

        At most ``limit``: then the last page still has its ``NextToken``.
        """
        seen: set[int] = set()
        token: dict[str, str] = {}
        for _ in range(limit):
            page = self.ask(operation, before, **parameters, **token)
            yield page
            following = page.get("NextToken")
            if not following:
                return
            if hash(following) in seen:
                reason = f"{operation}: the same page was offered twice, so the answer is not whole"
                raise RefusedError(ServiceFault(Cause.OTHER, reason, advice="try again later"))
            seen.add(hash(following))
            token = {"NextToken": following}

    def client(self) -> Any:
        """The SDK's client."""
        if self._made is None:
            from botocore.config import Config

            service, region, account = self._where
            times = {} if self._longest is None else timeouts(self._longest)
            once = Config(retries={"mode": "standard", "total_max_attempts": 1}, **times)
            self._made = self._access.client(service, region=region, account=account, config=once)
        return self._made

    @property
    def endpoint(self) -> str:
        """Where the questions go; empty while that is not known."""
        return "" if self._made is None else str(self._made.meta.endpoint_url)

    @property
    def region(self) -> str:
        """The region that is asked, also where none was given; empty while that is not known."""
        return self._where[1] or ("" if self._made is None else str(self._made.meta.region_name))


def _snake(operation: str) -> str:
    from botocore import xform_name

    name: str = xform_name(operation)
    return name
