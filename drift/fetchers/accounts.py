"""Other accounts: a role assumed in each, when it is first needed, and the accounts of an AWS Organization.

One AssumeRole for an account and process, and another when the credentials run out: a role that was reached from a role
lasts an hour at most, whatever it is set to, so an hour is what is asked for everywhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drift.errors import CredentialsError, EndpointError
from drift.fetchers.aws_faults import Cause, ServiceFault, fault_of
from drift.fetchers.credentials import SETTLED, Held
from drift.location import Diagnostic, Severity
from drift.settings import AccountAccess

_PAGES = 5_000
"""Of 20 accounts at most: more than an organization can have."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are. ``partition`` is the second part of every ARN of the account (``aws``)."""

    account: str
    partition: str
    arn: str


@dataclass(frozen=True, slots=True)
class Lent:
    """The caller's credentials of this moment, for a process of this program that is to begin with them.

    They go through a pipe and nowhere else: not on a command line, into the environment or a file.
    """

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False, default=None)


class AccountError(CredentialsError):
    """An account cannot be read; others may be. ``denied``: its role was refused, and not only out of reach."""

    def __init__(self, account: str, message: str, *, denied: bool, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.account = account
        self.denied = denied

    def again(self) -> AccountError:
        """A fresh one: each time that an error is raised it grows by a traceback."""
        return AccountError(self.account, self.message, denied=self.denied, advice=self.advice)

    @property
    def diagnostic(self) -> Diagnostic:
        """The same as a remark on the run."""
        kind = "account-denied" if self.denied else "account-unreachable"
        return Diagnostic(Severity.WARNING, kind, self.message, help=self.advice)


class Roles:
    """The credentials of each account that was given. Safe to share between threads."""

    def __init__(self, sts: Callable[[], Any], caller: Callable[[], Caller], own: Callable[[], Any]) -> None:
        """``own`` gives the caller's own credentials; all three are asked only when they are needed."""
        self._sts = sts
        self._caller = caller
        self._own = own
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}

    def admit(self, accounts: Iterable[AccountAccess]) -> None:
        """Add accounts; the first word on an account holds."""
        with self._lock:
            for access in accounts:
                self._accounts.setdefault(access.id, _Account(access))

    def access(self, account: str) -> AccountAccess | None:
        """How the account is reached, if it was given."""
        known = self._accounts.get(account)
        return None if known is None else known.access

    def credentials(self, account: str) -> Any:
        """What the account's requests are signed with. Raises ``AccountError``; what was refused at first stays so."""
        known = self._accounts[account]
        with known.lock:
            if known.credentials is None:
                if known.error is not None:
                    raise known.error.again()
                known.credentials = self._own_of(known) if known.access.role is None else self._assumed(known)
            return known.credentials

    def renew(self, account: str, signed_at: float | None = None) -> bool:
        """Assume the role again, as ``Held.renew`` says. Raises ``AccountError`` if that is refused now."""
        credentials = self.credentials(account)
        return bool(credentials.renew(signed_at))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """One for each account that could not be read, or not any more."""
        lost = (
            each for _, each in sorted(self._accounts.items()) if each.credentials is None or each.credentials.failed
        )
        return tuple(each.error.diagnostic for each in lost if each.error is not None)

    def _own_of(self, known: _Account) -> Any:
        caller, account = self._caller(), known.access.id
        if caller.account == account:
            return self._own()
        message = f"account {account} has no role to assume, and the credentials are those of account {caller.account}"
        raise known.failed(AccountError(account, message, denied=True, advice="give its role in [[account]]"))

    def _assumed(self, known: _Account) -> Held:
        from botocore.credentials import DeferredRefreshableCredentials

        def load() -> Any:
            return DeferredRefreshableCredentials(lambda: self._assume(known), "assume-role")

        held = Held(load(), load)
        held.get_frozen_credentials()
        return held

    def _assume(self, known: _Account) -> Mapping[str, str]:
        """One AssumeRole, in the form that botocore's refreshable credentials take.

        While credentials run out that cannot be renewed, botocore asks for others with every request: STS is asked now
        and then only.
        """
        if known.error is not None and time.monotonic() - known.failed_at < SETTLED:
            raise known.error.again()
        signed_at = time.monotonic()
        try:
            got = self._asked(known.access)
        except Exception as error:
            if not self._renewed(error, signed_at):
                raise self._refused(known, error) from error
            try:
                got = self._asked(known.access)
            except Exception as again:
                raise self._refused(known, again) from again
        known.error = None
        return got

    def _asked(self, access: AccountAccess) -> Mapping[str, str]:
        asked = {"RoleArn": self._role(access), "RoleSessionName": access.session_name}
        if access.external_id is not None:
            asked["ExternalId"] = access.external_id
        got = self._sts().assume_role(**asked)["Credentials"]
        return {
            "access_key": got["AccessKeyId"],
            "secret_key": got["SecretAccessKey"],
            "token": got["SessionToken"],
            "expiry_time": got["Expiration"].isoformat(),
            "account_id": access.id,
        }

    def _renewed(self, error: Exception, signed_at: float) -> bool:
        """Whether the caller's own credentials had run out, and there are others now."""
        own = self._own() if fault_of(error, "AssumeRole").cause is Cause.CREDENTIALS else None
        return own is not None and bool(own.renew(signed_at))

    def _refused(self, known: _Account, error: Exception) -> Exception:
        """The account's error, or one of the run where the caller's own credentials are to blame."""
        fault = fault_of(error, "AssumeRole", endpoint=self._sts().meta.endpoint_url)
        if fault.cause is Cause.CREDENTIALS:
            return fault.error()
        return known.failed(_not_assumed(known.access, fault))

    def _role(self, access: AccountAccess) -> str:
        role = access.role or ""
        return role if role.startswith("arn:") else f"arn:{self._caller().partition}:iam::{access.id}:role/{role}"


class _Account:
    """What is known of an account so far; the lock is held while its role is assumed."""

    def __init__(self, access: AccountAccess) -> None:
        self.access = access
        self.lock = threading.Lock()
        self.credentials: Any = None
        self.error: AccountError | None = None
        self.failed_at = 0.0

    def failed(self, error: AccountError) -> AccountError:
        """Remember the error; the one to raise."""
        self.error, self.failed_at = error, time.monotonic()
        return error.again()


def _not_assumed(access: AccountAccess, fault: ServiceFault) -> AccountError:
    if fault.cause is not Cause.DENIED:
        message = f"account {access.id}: its role could not be assumed: {fault.reason}"
        return AccountError(access.id, message, denied=fault.cause is Cause.OTHER, advice=fault.advice)
    return AccountError(
        access.id,
        f"account {access.id}: the role {access.role} may not be assumed ({fault.code})",
        denied=True,
        advice="the role must exist and trust these credentials (and the external id, if it asks for one), and they "
        "must be allowed sts:AssumeRole on it",
    )


@dataclass(frozen=True, slots=True)
class Organization:
    """The accounts of an AWS Organization that can be read, in the order of their ids, and what is to be said of it."""

    accounts: tuple[AccountAccess, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def organization_accounts(client: Any, caller: Caller, role: str, given: Iterable[AccountAccess] = ()) -> Organization:
    """Every active account, by the role of that name in it; the caller's own account with the caller's credentials.

    ``client`` is one of Organizations. What was ``given`` for an account wins over the role, and an account that was
    given need not be in the organization. Raises ``CredentialsError`` or ``EndpointError`` if not all can be listed, or
    none is active.

    Only the management account and member accounts may list (Organizations API reference, ListAccounts), so a list
    without the caller's own account is not whole, and that is said.
    """
    states: dict[str, str] = {}
    for account in _listed(client):
        # Status is the older name, and is being retired in favour of State.
        states[account["Id"]] = str(account.get("State") or account.get("Status") or "of unknown state")
    if not states:
        raise EndpointError(
            "ListAccounts names no account, and an organization has one at least",
            advice="ask AWS Organizations itself, or give the accounts as [[account]]",
        )
    skipped = {number: state.lower().replace("_", " ") for number, state in states.items() if state != "ACTIVE"}
    found = {number: AccountAccess(number, role) for number in states if number not in skipped}
    if caller.account in found:
        found[caller.account] = AccountAccess(caller.account)
    found |= {access.id: access for access in given if access.id not in skipped}
    if not found:
        raise CredentialsError(
            "the organization has no active account", advice="give the accounts to be read as [[account]]"
        )
    told = [*_told(skipped), *([] if caller.account in states else [_not_whole(caller)])]
    return Organization(tuple(found[number] for number in sorted(found)), tuple(told))


def _listed(client: Any) -> Iterator[Mapping[str, Any]]:
    token: str | None = None
    for _ in range(_PAGES):
        try:
            page = client.list_accounts(**({} if token is None else {"NextToken": token}))
        except Exception as error:
            raise _not_listed(error) from error
        if "Accounts" not in page:
            break
        yield from (account for account in page["Accounts"] if account.get("Id"))
        before, token = token, page.get("NextToken")
        if not token:
            return
        if token == before:
            break
    raise EndpointError("the answers to ListAccounts do not come to an end, or are no lists of accounts")


def _not_listed(error: Exception) -> Exception:
    fault = fault_of(error, "ListAccounts")
    if fault.cause is Cause.DENIED:
        advice = (
            "ask with the management account or a delegated administrator, which may call organizations:ListAccounts, "
            "or give the accounts as [[account]]"
        )
        return replace(fault, advice=advice).error()
    if fault.code == "AWSOrganizationsNotInUseException":
        return CredentialsError(
            "the account of these credentials is in no AWS Organization", advice="give the accounts as [[account]]"
        )
    return fault.error()


def _told(skipped: Mapping[str, str]) -> Iterator[Diagnostic]:
    for number, state in sorted(skipped.items()):
        yield Diagnostic(
            Severity.INFO, "account-skipped", f"account {number} of the organization is {state} and was not read"
        )


def _not_whole(caller: Caller) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "listing-incomplete",
        f"ListAccounts does not name account {caller.account}, whose credentials ask: the organization may have more "
        "accounts than it names",
        help="give the accounts that are missing as [[account]]",
    )
