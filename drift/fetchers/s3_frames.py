"""What two processes that read buckets tell each other: JSON texts, each behind its length in four bytes."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from drift.cors.model import BucketCors, CorsRule
from drift.errors import CorsDriftError, CredentialsError, EndpointError, UsageError
from drift.fetchers.accounts import Lent
from drift.fetchers.aws import AwsAccess
from drift.fetchers.s3_client import Connection
from drift.fetchers.s3_inbox import Found
from drift.fetchers.s3_lane import Closure
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_retry import Retry
from drift.fetchers.s3_rule_sets import HELD, size_of
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.settings import AccountAccess
from drift.snapshot import State

MAX_FRAME = 64 * 1024 * 1024
"""Bytes. What is announced as longer is not read: it is no frame."""

_KNOWN_RULES = 10_000
"""Rule sets that are sent by number from the second time on."""

_KINDS = {kind.__name__: kind for kind in (CorsDriftError, CredentialsError, EndpointError, UsageError)}


class BrokenFrameError(Exception):
    """What came is no frame."""


def write_frame(pipe: IO[bytes], content: object) -> None:
    """Send one, and all of it."""
    text = json.dumps(content, separators=(",", ":")).encode()
    pipe.write(struct.pack(">I", len(text)) + text)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:
    """The next one; None at the end. Raises ``BrokenFrameError``."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    if length > MAX_FRAME:
        raise BrokenFrameError
    text = pipe.read(length)
    if len(text) < length:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise BrokenFrameError from error


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a process must know to read as the one that started it, its credentials too: one MFA code is enough."""

    access: AwsAccess
    connection: Connection
    retry: Retry
    owner: str | None
    lent: Lent | None

    def packed(self) -> dict[str, Any]:
        """For a frame."""
        return dataclasses.asdict(self)

    @staticmethod
    def unpacked(content: Mapping[str, Any]) -> Setup:
        """Out of a frame."""
        access = content["access"]
        accounts = tuple(
            AccountAccess(**{**each, "regions": tuple(each["regions"])}) for each in access.pop("accounts")
        )
        return Setup(
            AwsAccess(**access, accounts=accounts),
            Connection(**content["connection"]),
            Retry(**content["retry"]),
            content["owner"],
            None if content["lent"] is None else Lent(**content["lent"]),
        )


def pack_wanted(wanted: Iterable[tuple[int, Wanted]]) -> list[Any]:
    """Buckets to read."""
    return [(index, each.name, each.account, each.region) for index, each in wanted]


def unpack_wanted(content: Sequence[Any]) -> list[tuple[int, Wanted]]:
    """Buckets to read."""
    return [(index, Wanted(name, account, region)) for index, name, account, region in content]


def pack_closure(closure: Closure) -> list[Any]:
    """What is not asked for any more."""
    said = closure.diagnostic
    outcome = closure.outcome
    return [
        closure.account,
        closure.owner,
        closure.region,
        [outcome.state, outcome.reason, outcome.fault.value if outcome.fault else None],
        None if said is None else [said.severity, said.id, said.message, said.help],
        closure.early,
    ]


def unpack_closure(content: Sequence[Any]) -> Closure:
    """What is not asked for any more."""
    account, owner, region, (state, reason, fault), said, early = content
    diagnostic = None if said is None else Diagnostic(Severity(said[0]), said[1], said[2], help=said[3])
    outcome = Outcome(State(state), reason, fault=None if fault is None else Fault(fault))
    return Closure(account, owner, region, outcome, diagnostic, early)


def pack_error(error: BaseException) -> list[Any]:
    """What ends the run. Of an error that nobody meant to raise, only its kind is told."""
    if not isinstance(error, CorsDriftError):
        return ["CorsDriftError", f"a process that reads buckets failed ({type(error).__name__})", None]
    kind = next(each.__name__ for each in type(error).__mro__ if each.__name__ in _KINDS)
    return [kind, error.message, error.advice]


def unpack_error(content: Sequence[Any]) -> CorsDriftError:
    """What ends the run."""
    kind, message, advice = content
    return _KINDS.get(kind, CorsDriftError)(message, advice=advice)


class Packer:
    """Packs results for one receiver; rules that were sent before go by their number."""

    def __init__(self) -> None:
        self._numbers: dict[BucketCors, int] = {}
        self._size = 0

    def pack(self, found: Iterable[Found]) -> list[Any]:
        """Results, with the rules that are new to the receiver."""
        if len(self._numbers) > _KNOWN_RULES or self._size > HELD:
            self._numbers.clear()
            self._size = 0
        first = len(self._numbers)
        results = [self._one(each) for each in found]
        new = [_packed_rules(rules) for rules, number in self._numbers.items() if number >= first]
        return [results, first, new]

    def _one(self, found: Found) -> tuple[Any, ...]:
        outcome = found.outcome
        number = None
        if outcome.cors is not None:
            number = self._numbers.get(outcome.cors)
            if number is None:
                number = self._numbers[outcome.cors] = len(self._numbers)
                self._size += size_of(outcome.cors)
        fault = None if outcome.fault is None else outcome.fault.value
        return found.index, outcome.state, outcome.reason, number, fault, found.region, found.asked


class Unpacker:
    """The other side of a ``Packer``. Equal outcomes are one value."""

    def __init__(self) -> None:
        self._rules: list[BucketCors] = []
        self._outcomes: dict[tuple[Any, ...], Outcome] = {}

    def unpack(self, content: Sequence[Any]) -> list[tuple[int, Outcome, str | None, bool]]:
        """Place in the input, outcome and region of each, and whether it was asked for."""
        results, first, new = content
        if first < len(self._rules):
            self._outcomes.clear()
        del self._rules[first:]
        self._rules.extend(_unpacked_rules(each) for each in new)
        if len(self._outcomes) > _KNOWN_RULES:
            self._outcomes.clear()
        return [(index, self._outcome(tuple(rest)), region, asked) for index, *rest, region, asked in results]

    def _outcome(self, packed: tuple[Any, ...]) -> Outcome:
        known = self._outcomes.get(packed)
        if known is None:
            state, reason, number, fault = packed
            known = Outcome(
                State(state),
                reason,
                None if number is None else self._rules[number],
                None if fault is None else Fault(fault),
            )
            self._outcomes[packed] = known
        return known


def _packed_rules(rules: BucketCors) -> list[Any]:
    return [
        [
            rule.allowed_methods,
            rule.allowed_origins,
            rule.allowed_headers,
            rule.expose_headers,
            rule.max_age_seconds,
            rule.id,
        ]
        for rule in rules.rules
    ]


def _unpacked_rules(content: Sequence[Any]) -> BucketCors:
    return BucketCors(
        tuple(
            CorsRule(tuple(methods), tuple(origins), tuple(headers), tuple(expose), age, name)
            for methods, origins, headers, expose, age, name in content
        )
    )
