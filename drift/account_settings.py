"""``[[account]]`` of the settings file: which accounts are read, and how each is reached.

What names may look like is what STS and IAM say of them (``AssumeRole`` and ``CreateRole`` in their API references).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.errors import UsageError
from drift.settings import AccountAccess

ACCOUNT_KEYS: Mapping[str, str] = {
    "id": "12 digits in quotes",
    "role": "the name or the ARN of a role in the account",
    "regions": "a list of regions such as eu-west-1",
    "external-id": "2 to 1224 letters, digits or any of _ + = , . @ : / -",
    "session-name": "2 to 64 letters, digits or any of _ + = , . @ -",
}
"""Key of an ``[[account]]`` to what it must be."""

MAX_ACCOUNTS = 20_000
"""Twice as many as an organization can have."""

MAX_REGIONS = 64
"""More than AWS has."""

_ID = re.compile(r"[0-9]{12}")
_NAME = r"(?:[A-Za-z0-9_+=,.@-]{1,64}/){0,8}[A-Za-z0-9_+=,.@-]{1,64}"
_ROLE = re.compile(_NAME)
_ROLE_ARN = re.compile(rf"arn:(?:aws|aws-[a-z0-9-]{{1,20}}):iam::([0-9]{{12}}):role/{_NAME}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")
_SESSION_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def accounts_from(value: object) -> tuple[AccountAccess, ...]:
    """The accounts of a settings file in their order; ``value`` is what ``account`` is in its TOML.

    Raises ``UsageError`` that says which of them is wrong in what, by its place from 1 or its id.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise UsageError("account must be tables", advice="write each account as [[account]]")
    if len(value) > MAX_ACCOUNTS:
        raise UsageError(f"{len(value)} accounts are more than the {MAX_ACCOUNTS} that can be given")
    accounts = tuple(_account(number, each) for number, each in enumerate(value, 1))
    seen: set[str] = set()
    for account in accounts:
        if account.id in seen:
            raise UsageError(f"[[account]] {account.id} stands there twice", advice="keep one of them")
        seen.add(account.id)
    return accounts


def check_role(role: object) -> str:
    """The name of a role that is the same in all accounts (``organization-role``). Raises ``UsageError``."""
    if not isinstance(role, str) or not _ROLE.fullmatch(role):
        raise UsageError(
            "organization-role must be the name of a role, without ARN", advice="such as OrganizationAccountAccessRole"
        )
    return role


def _account(number: int, table: dict[Any, Any]) -> AccountAccess:
    where = f"[[account]] number {number}"
    for key in table:
        if key not in ACCOUNT_KEYS:
            near = difflib.get_close_matches(_short(key), ACCOUNT_KEYS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(ACCOUNT_KEYS)}"
            raise UsageError(f"{where}: there is no setting {_short(key)}", advice=hint)
    account = table.get("id")
    if not isinstance(account, str) or not _ID.fullmatch(account):
        given = "has no id" if account is None else f"{_short(account)} is not an account id"
        raise UsageError(f"{where}: {given}", advice="an AWS account id has 12 digits; write it in quotes")
    where = f"[[account]] {account}"
    access = AccountAccess(
        id=account,
        role=_role(table.get("role"), account, where),
        regions=_regions(table.get("regions", []), where),
        external_id=_text(table.get("external-id"), "external-id", _EXTERNAL_ID, where),
    )
    name = _text(table.get("session-name"), "session-name", _SESSION_NAME, where)
    return access if name is None else replace(access, session_name=name)


def _role(value: object, account: str, where: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and _ROLE.fullmatch(value):
        return value
    arn = _ROLE_ARN.fullmatch(value) if isinstance(value, str) else None
    if arn is None:
        raise UsageError(f"{where}: role must be {ACCOUNT_KEYS['role']}, not {_short(value)}")
    if arn[1] != account:
        raise UsageError(
            f"{where}: its role is one of account {arn[1]}, and would read that account's buckets",
            advice="give a role of the account itself",
        )
    return arn[0]


def _regions(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_REGIONS:
        raise UsageError(f"{where}: regions must be {ACCOUNT_KEYS['regions']}")
    for each in value:
        if not isinstance(each, str) or not _REGION.fullmatch(each):
            raise UsageError(f"{where}: {_short(each)} is not the name of a region")
    return tuple(dict.fromkeys(value))


def _text(value: object, key: str, form: re.Pattern[str], where: str) -> str | None:
    """The value is not told: an external id is nearly a secret."""
    if value is None:
        return None
    if not isinstance(value, str) or not form.fullmatch(value):
        raise UsageError(f"{where}: {key} must be {ACCOUNT_KEYS[key]}")
    return value


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
