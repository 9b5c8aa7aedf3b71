"""Modules that cannot be read: whether they may declare buckets, and which of the declared buckets they are given."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from drift.cors.model import Unknown
from drift.snapshot import Bucket, State
from parsers.terraform import files
from parsers.terraform.calls import Unreadable
from parsers.terraform.config import local_source
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.nodes import Block, words
from parsers.terraform.references import text_argument
from parsers.terraform.secrets import secret_texts
from parsers.terraform.values import Lazy, Value, unknowns

_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on", "lifecycle"})
_S3_HOST = re.compile(r"^(?:s3::)?https?://(?:s3[.-][^/]*/[^/]*|[^/]*\.s3[.-][^/]*amazonaws\.com)")
"""A module that is fetched from S3: the store says nothing of what the module declares."""


@dataclass(frozen=True, slots=True)
class OpaqueModule:
    """One instance of a call of a module that cannot be read.

    ``entry`` stands for what it may declare, named by its argument ``bucket`` if it has one (``identity`` is that of a
    name that is not known). ``given`` are the texts and addresses in its arguments and the identities of the unknowns.
    ``suspect`` says that something in the call speaks of S3, ``speaks_of_rules`` of CORS.
    """

    entry: Bucket
    given: frozenset[Hashable]
    identity: Hashable
    suspect: bool
    speaks_of_rules: bool


def opaque_module(address: str, block: Block, scope: Scope, why: Unreadable | None) -> OpaqueModule:
    """What is known of a module call from the call alone; ``why`` says why the module cannot be read."""
    names = [name for name in block.attributes if name not in _META]
    shown = " ".join((*block.labels, _S3_HOST.sub("", local_source(block) or ""), *names)).lower()
    passed = any("aws_s3_bucket" in words(block.attributes[name].expression) for name in names)
    values = (evaluated(block, name, scope) for name in names)
    advice = "" if why is None or why.advice is None else f"; {why.advice}"
    reason = f"{address if why is None else why.message}: it may declare buckets{advice}"
    bucket = text_argument(block, "bucket", scope)
    open_name = bucket.unresolved
    if open_name is None:
        name: str | Unknown = bucket.text
    else:
        name = Unknown(reason, open_name.prefix, open_name.suffix)
    return OpaqueModule(
        Bucket(
            name,
            State.UNKNOWN,
            files.SOURCE,
            address,
            reason=reason,
            location=block.at,
            sensitive=frozenset(secret_texts(bucket)),
        ),
        frozenset(each for value in values if value is not None for each in (*_texts(value), *_identities(value))),
        None if open_name is None else open_name.identity,
        passed or any(word in shown for word in ("s3", "bucket", "cors")),
        "cors" in shown,
    )


def _identities(value: Value) -> Iterator[Hashable]:
    return (each.identity for each in unknowns(value) if each.identity is not None)


def _texts(value: Value) -> Iterator[str]:
    data = value.data
    if isinstance(data, str):
        yield data
    elif isinstance(data, Lazy):
        yield data.address
    elif isinstance(data, tuple):
        for each in data:
            yield from _texts(each)
    elif isinstance(data, dict):
        for each in data.values():
            yield from _texts(each)
