"""From what the root modules declare to one entry for each bucket."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from drift.cors.model import Text, Unknown
from drift.snapshot import Bucket, State
from parsers.terraform.opaque import OpaqueModule, holds


@dataclass(frozen=True, slots=True)
class Configuration:
    """A separate CORS configuration: what it says of its bucket."""

    entry: Bucket
    identity: Hashable


@dataclass(frozen=True, slots=True)
class Declared:
    """A bucket resource. ``entry`` has its inline rules, or is absent or unknown where it has none of its own.

    ``identities`` are those of a reference to its name. ``final`` says that the entry stands whatever else is declared.
    """

    entry: Bucket
    identities: frozenset[Hashable]
    final: bool


@dataclass(slots=True)
class RootDeclarations:
    """What one root module declares."""

    buckets: list[Declared] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    unread: list[Bucket] = field(default_factory=list)
    """Resources of types that are not evaluated, which speak of the CORS rules of no bucket of the other lists."""
    opaque: list[OpaqueModule] = field(default_factory=list)
    broken: str | None = None


def settle(roots: Sequence[RootDeclarations]) -> Iterator[Bucket]:
    """The entries of all roots: a bucket resource without rules has one only if nothing else speaks for the bucket."""
    named = {each.entry.name for root in roots for each in root.configurations if isinstance(each.entry.name, str)}
    spoken_for = named | {each.entry.name for root in roots for each in root.buckets if each.final}
    for root in roots:
        referred = {each.identity for each in root.configurations if each.identity is not None}
        stray = _stray(root)
        silent: list[Declared] = []
        for declared in root.buckets:
            if declared.final:
                yield declared.entry
            elif declared.entry.name not in named and not declared.identities & referred:
                silent.append(declared)
                yield _settled(declared, root, stray)
        for configuration in root.configurations:
            yield configuration.entry
        yield from root.unread
        for module in root.opaque:
            if _tells_of_more(module, root, silent, spoken_for):
                yield module.entry


def _tells_of_more(
    module: OpaqueModule, root: RootDeclarations, silent: Sequence[Declared], spoken_for: Set[Text]
) -> bool:
    """Whether an unreadable module has an entry of its own.

    A module that is about a bucket of this root has none, unless it speaks of CORS and there are rules for that bucket:
    a silent bucket that it is given is unknown by itself.
    """

    def about(declared: Declared) -> bool:
        return module.identity in declared.identities or module.entry.name == declared.entry.name

    if not module.suspect and not any(_given(module, each) for each in root.buckets):
        return False
    if any(about(each) for each in root.buckets) or module.entry.name in spoken_for:
        return module.speaks_of_rules and not any(about(each) for each in silent)
    return True


def _given(module: OpaqueModule, declared: Declared) -> bool:
    return holds(module.arguments, declared.entry, declared.identities)


def _stray(root: RootDeclarations) -> list[Configuration]:
    """The configurations of which it is not certain that they are for some bucket of this root, or for none."""
    identities = frozenset[Hashable]().union(*(each.identities for each in root.buckets))
    names = {each.entry.name for each in root.buckets if isinstance(each.entry.name, str)}
    return [each for each in root.configurations if each.identity not in identities and each.entry.name not in names]


def _settled(declared: Declared, root: RootDeclarations, stray: Sequence[Configuration]) -> Bucket:
    entry = declared.entry
    if entry.state is not State.ABSENT:
        return entry
    for each in stray:
        if _may_be_same(each.entry.name, entry.name):
            reason = f"{each.entry.address} may be meant for this bucket"
            if isinstance(each.entry.name, Unknown):
                reason += f": {each.entry.name.reason}"
            return replace(entry, state=State.UNKNOWN, reason=reason)
    for module in root.opaque:
        if _given(module, declared):
            reason = f"{module.entry.address} is given this bucket and cannot be read"
            return replace(entry, state=State.UNKNOWN, reason=reason)
    if root.broken is not None:
        return replace(entry, state=State.UNKNOWN, reason=root.broken)
    return entry


def _may_be_same(one: str | Unknown, other: str | Unknown) -> bool:
    if isinstance(one, str):
        return one == other if isinstance(other, str) else other.may_be(one)
    if isinstance(other, str):
        return one.may_be(other)
    starts = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    return starts and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))
