"""The one place where sessions and clients of boto3 are made: one session for a run, every client of it guarded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drift.errors import UsageError
from drift.fetchers.accounts import Caller, Lent, Roles
from drift.fetchers.aws_faults import RegionError, ServiceFault, fault_of, fetched, opened, without_words
from drift.fetchers.credentials import Held
from drift.fetchers.endpoints import check_endpoint, is_aws, only_to
from drift.fetchers.operations import guard
from drift.location import Diagnostic
from drift.settings import AccountAccess

__all__ = ["APP_ID", "FALLBACK_REGION", "Aws", "AwsAccess", "RegionError"]

FALLBACK_REGION = "us-east-1"
"""Where to ask if no region is configured anywhere: S3 tells the right one from there."""

APP_ID = "cors-drift"
"""In the User-Agent, so that those who watch CloudTrail can tell these reads."""

MAX_CLIENTS = 128
"""Clients that are kept for the next who asks: each takes a third of a megabyte."""

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds, of a request to any service but S3."""

_SHORTEST = 0.1
"""Seconds: 0 would mean something else."""

ATTEMPTS = 6
"""Of a call to any service but S3, the first included; the SDK waits in between, up to 20 seconds."""


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """All that it takes to make the same ``Aws`` in another process. It holds no credentials."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    accounts: tuple[AccountAccess, ...] = ()

    def open(self, lent: Lent | None = None) -> Aws:
        """A new one, which begins with the credentials that are ``lent`` (see ``Aws.lend``)."""
        return Aws(self.profile, self.region, self.endpoint_url, self.accounts, lent)


class Aws:
    """Makes clients when they are first needed, with the credentials of the caller or of a role in another account.

    Safe to share between threads, and so are the clients. ``endpoint_url`` holds for every service: requests signed for
    a server of one's own never go to AWS. Raises ``UsageError`` for an endpoint that is no URL.
    """

    def __init__(
        self,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        accounts: Iterable[AccountAccess] = (),
        lent: Lent | None = None,
    ) -> None:
        if endpoint_url is not None:
            check_endpoint(endpoint_url)
        self.profile = profile
        self.endpoint_url = endpoint_url
        self._region = region
        self._lent = lent
        self._accounts = {access.id: access for access in accounts}
        self._lock = threading.RLock()
        self._caller_lock = threading.Lock()
        self._core: Any = None
        self._session: Any = None
        self._own: Held | None = None
        self._acting: Any = None
        self._clients: OrderedDict[tuple[str, str | None, str | None], Any] = OrderedDict()
        self._caller: Caller | ServiceFault | None = None
        self._roles = Roles(lambda: self.client("sts"), self.caller, self._own_credentials)
        self._roles.admit(self._accounts.values())

    @property
    def access(self) -> AwsAccess:
        """What another process needs to do the same."""
        return AwsAccess(self.profile, self._region, self.endpoint_url, tuple(self._accounts.values()))

    @property
    def region(self) -> str:
        """The region of clients for which none is asked."""
        return self.configured_region or FALLBACK_REGION

    @property
    def configured_region(self) -> str | None:
        """The same, or None where nobody has said one. Raises ``CredentialsError`` for an unusable profile."""
        with self._lock:
            return self._region or self._opened().region_name or None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """One for each account whose role could not be assumed so far."""
        return self._roles.diagnostics

    def admit(self, accounts: Iterable[AccountAccess]) -> None:
        """Add accounts to those that were given; what was said of an account first holds."""
        with self._lock:
            for each in accounts:
                self._accounts.setdefault(each.id, each)
            self._roles.admit(self._accounts.values())

    def has(self, account: str | None) -> bool:
        """Whether the account has credentials of its own here."""
        return account is not None and account in self._accounts

    def client(self, service: str, region: str | None = None, account: str | None = None, config: Any = None) -> Any:
        """A client of a service, kept for the next who asks unless a ``config`` was given.

        ``account`` chooses the credentials and must be one that ``has`` is true for; None are the caller's own.
        ``config`` (botocore's) is laid over what all clients have: the SDK's standard retries, short timeouts, the
        application's name in the User-Agent; for S3 path style and regional endpoints.

        Raises ``AccountError`` if the account's role cannot be assumed, ``CredentialsError`` for an unusable profile or
        no usable credentials, ``RegionError`` and ``UsageError`` for an unusable region or endpoint.
        """
        key = (service, region, account)
        with self._lock:
            if config is None and key in self._clients:
                self._clients.move_to_end(key)
                return self._clients[key]
        acting = None if account is None else self._roles.credentials(account)  # may call STS, so outside the lock
        with self._lock:
            client = opened(
                lambda: self._make(service, region or self._region_of(account), acting, config), self.profile
            )
            if config is None:
                client = self._clients.setdefault(key, client)
                if len(self._clients) > MAX_CLIENTS:
                    self._clients.popitem(last=False)
        return client

    def caller(self) -> Caller:
        """Whose credentials these are, by one GetCallerIdentity, whatever comes of it.

        Raises ``CredentialsError`` or ``EndpointError`` if nobody tells.
        """
        with self._caller_lock:
            if self._caller is None:
                self._caller = self._who()
            if isinstance(self._caller, ServiceFault):
                raise self._caller.error()
            return self._caller

    def _who(self) -> Caller | ServiceFault:
        client = self.client("sts")
        try:
            told = client.get_caller_identity()
            return Caller(told["Account"], told["Arn"].split(":")[1], told["Arn"])
        except Exception as error:
            return fault_of(error, "GetCallerIdentity", self.profile, client.meta.endpoint_url)

    def refresh(self, account: str | None = None, signed_at: float | None = None) -> bool:
        """Get new credentials after ExpiredToken, for clients that exist too; False if there are none but the old.

        Threads that find out together cause one renewal: with ``signed_at``, when the refused request was signed
        (``time.monotonic``), nothing is done if there was a renewal since; without it, if there was one just now.

        Raises ``AccountError`` if the role is refused now, ``CredentialsError`` if the caller's own are unusable.
        """
        if account is not None and self._accounts[account].role is not None:
            return self._roles.renew(account, signed_at)
        own = self._own_credentials()
        renewed = own is not None and bool(fetched(lambda: own.renew(signed_at), self.profile))
        if renewed and isinstance(self._caller, ServiceFault):
            self._caller = None
        return renewed

    def lend(self) -> Lent | None:
        """The caller's credentials of now, so that a process of ours need not find them once more; None without any.

        A profile may ask for an MFA code, start a program or open a browser for them: one answer is enough. Raises what
        ``caller`` does if they cannot be had.
        """
        own = self._own_credentials()
        if own is None:
            return None
        frozen = fetched(own.get_frozen_credentials, self.profile)
        return Lent(frozen.access_key, frozen.secret_key, frozen.token)

    def _region_of(self, account: str | None) -> str:
        """The first region that an account may be asked in, else the default."""
        regions = self._accounts[account].regions if account is not None else ()
        return regions[0] if regions else self.region

    def _opened(self) -> Any:
        if self._session is None:
            self._session = opened(self._open, self.profile)
        return self._session

    def _open(self) -> Any:
        import boto3.session
        import botocore.session

        session = botocore.session.Session(profile=self.profile)
        session.get_scoped_config()  # says at once if there is no such profile
        # Tokens of the global endpoint are not valid in regions that an account has opted into.
        session.set_config_variable("sts_regional_endpoints", "regional")
        session.get_credentials = self._credentials
        self._core = session
        events = session.get_component("event_emitter")
        self._guard(events)
        events.register_last("after-call", without_words)
        return boto3.session.Session(botocore_session=session)

    def _guard(self, events: Any) -> None:
        """Have the session refuse what it must not call."""
        guard(events)

    def _credentials(self) -> Any:
        """What the session gives the client that is being made, under the lock."""
        return self._acting if self._acting is not None else self._own_credentials()

    def _own_credentials(self) -> Held | None:
        """The caller's own, which clients can go on with when they are loaded anew; None if there are none."""
        with self._lock:
            if self._own is None:
                self._opened()
                chain = self._core.get_component("credential_provider")
                found = self._borrowed() if self._lent else fetched(chain.load_credentials, self.profile)
                if found is None:
                    return None
                self._own = Held(found, chain.load_credentials)
            return self._own

    def _borrowed(self) -> Any:
        """What was lent, until it runs out: then they are loaded from where everybody finds them."""
        from botocore.credentials import Credentials

        lent, self._lent = self._lent, None
        return lent and Credentials(lent.access_key, lent.secret_key, lent.token)

    def _make(self, service: str, region: str, acting: Any, config: Any) -> Any:
        session = self._opened()
        self._acting = acting
        try:
            client = session.client(
                service,
                region_name=region,
                endpoint_url=self.endpoint_url,
                config=_config(service) if config is None else _config(service).merge(config),
            )
        finally:
            self._acting = None
        url = client.meta.endpoint_url
        check_endpoint(url)
        if self.endpoint_url is not None:
            client.meta.events.register_last("before-send", only_to(url))
        elif service != "s3" and is_aws(url) and not is_aws(self.client("s3").meta.endpoint_url):
            raise UsageError(
                f"S3 is asked at a server of your own, and {service} would be asked at AWS with the same credentials",
                advice=f"set AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_{service.upper()} too, or use --endpoint-url",
            )
        return client


def _config(service: str) -> Any:
    from botocore.config import Config

    more: dict[str, Any] = {}
    if service == "s3":
        # A new dict each time: botocore writes into it. The regional endpoint is the one that VPC endpoints and
        # allow-lists know.
        more["s3"] = {"addressing_style": "path", "us_east_1_regional_endpoint": "regional"}
    return Config(
        # Said here, so that AWS_RETRY_MODE, AWS_MAX_ATTEMPTS and the profile do not say otherwise.
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        user_agent_appid=APP_ID,
        **timeouts(),
        **more,
    )


def timeouts(longest: float = READ_TIMEOUT) -> dict[str, Any]:
    """Botocore's settings for requests that end after ``longest`` seconds of silence, if not sooner."""
    return {
        "connect_timeout": max(_SHORTEST, min(CONNECT_TIMEOUT, longest)),
        "read_timeout": max(_SHORTEST, min(READ_TIMEOUT, longest)),
    }
