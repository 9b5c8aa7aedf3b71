"""The advanced queries that AWS Config is asked, and how many buckets fit into one.

Source: "Querying the Current Configuration State of AWS Resources" of the AWS Config developer guide: no DISTINCT, no
search for NULL, conditions on lists match across their elements. So whole records are fetched and judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_EXPRESSION = 4096
"""Characters of an expression. Source: the service model of SelectAggregateResourceConfig."""

PAGE = 100
"""Rows in a page, the most that there can be."""

_FIELDS = (
    "resourceId",
    "resourceName",
    "accountId",
    "awsRegion",
    "configurationItemStatus",
    "configurationItemCaptureTime",
)
_WHERE = "WHERE resourceType = 'AWS::S3::Bucket'"
_SUPPLEMENT = "supplementaryConfiguration"

SELECTIONS = (
    (
        *_FIELDS,
        f"{_SUPPLEMENT}.BucketCrossOriginConfiguration",
        f"{_SUPPLEMENT}.BucketVersioningConfiguration",
        f"{_SUPPLEMENT}.IsRequesterPaysEnabled",
    ),
    (*_FIELDS, _SUPPLEMENT),
)
"""What is selected: the parts that are needed, and where AWS Config does not take their names, the whole."""

_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")

Shard = tuple[str, tuple[str, ...]]
"""A region and accounts in it."""


def is_bucket_name(name: str) -> bool:
    """Whether S3 has buckets with such names, the old ones of us-east-1 included. Nothing else enters a query."""
    return _NAME.fullmatch(name) is not None


def counting() -> str:
    """How many buckets are recorded in each account and region."""
    return f"SELECT accountId, awsRegion, COUNT(*) {_WHERE} GROUP BY accountId, awsRegion"


def by_name(names: Iterable[str], selection: int = 0) -> str:
    """The buckets of these names. Raises ``ValueError`` for what is no bucket's name."""
    return f"{_select(selection)} AND resourceId IN ({_quoted(names)})"


def by_shard(shard: Shard, selection: int = 0) -> str:
    """The buckets of some accounts in one region."""
    region, accounts = shard
    return f"{_select(selection)} AND awsRegion = {_quoted([region])} AND accountId IN ({_quoted(accounts)})"


def taken(value: str) -> int:
    """Characters that a value takes up in a list."""
    return len(value) + len("'',")


def shards(counts: Iterable[tuple[str, str, int]], most: int) -> Iterator[Shard]:
    """Accounts and regions with their numbers of buckets, put together to about ``most`` buckets each."""
    region, buckets = "", 0
    accounts: list[str] = []
    for account, at, count in sorted(counts, key=lambda each: (each[1], each[0])):
        full = buckets + count > most or taken(account) * (len(accounts) + 1) > ROOM
        if accounts and (at != region or full):
            yield region, tuple(accounts)
            accounts, buckets = [], 0
        region, buckets = at, buckets + count
        accounts.append(account)
    if accounts:
        yield region, tuple(accounts)


def _select(selection: int) -> str:
    return f"SELECT {', '.join(SELECTIONS[selection])} {_WHERE}"


def _quoted(values: Iterable[str]) -> str:
    several = list(values)
    if not all(is_bucket_name(each) for each in several):  # the same letters that account ids and regions have
        raise ValueError("a value that must not enter a query")
    return ",".join(f"'{each}'" for each in several)


ROOM = MAX_EXPRESSION - max(len(by_shard(("x" * 25, ()), each)) for each in range(len(SELECTIONS)))
"""Characters that are left for a list of names or accounts."""
