"""From what the root modules declare to one entry for each bucket."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from drift.cors.model import Text, Unknown
from drift.location import Diagnostic
from drift.snapshot import Bucket, State
from parsers.terraform.strays import Configuration, Strays

if TYPE_CHECKING:
    from parsers.terraform.opaque import OpaqueModule


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A bucket resource. ``entry`` has its inline rules, or is absent or unknown where it has none of its own.

    ``identities`` are those of a reference to its name. ``final`` says that the entry stands whatever else is declared.
    """

    entry: Bucket
    identities: frozenset[Hashable]
    final: bool


@dataclass(slots=True, eq=False)
class RootDeclarations:
    """What one root module declares."""

    buckets: list[Declared] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    unread: list[Bucket] = field(default_factory=list)
    """Resources of types that are not evaluated, which speak of the CORS rules of no bucket of the other lists."""
    opaque: list[OpaqueModule] = field(default_factory=list)
    broken: str | None = None


@dataclass(slots=True, eq=False)
class Outcome:
    """What something comes to that runs modules: the root modules that it stands for, and what is to be said."""

    roots: list[RootDeclarations] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def settle(roots: Sequence[RootDeclarations]) -> Iterator[Bucket]:
    """The entries of all roots: a bucket resource without rules has one only if nothing else speaks for the bucket."""
    named = {each.entry.name for root in roots for each in root.configurations if isinstance(each.entry.name, str)}
    spoken_for = named | {each.entry.name for root in roots for each in root.buckets if each.final}
    strays = [_stray(root) for root in roots]
    everywhere = Strays(
        (index, each) for index, found in enumerate(strays) for each in found if isinstance(each.entry.name, Unknown)
    )
    for index, root in enumerate(roots):
        referred = {each.identity for each in root.configurations if each.identity is not None}
        stray, holders, owners = Strays((index, each) for each in strays[index]), _holders(root), _owners(root)
        silent: list[Declared] = []
        for declared in root.buckets:
            if declared.final:
                yield declared.entry
            elif declared.entry.name not in named and not declared.identities & referred:
                silent.append(declared)
                yield _with_doubt(_settled(declared, root, stray, holders), everywhere, index)
        made_up = {each.entry.address for each in root.buckets if each.entry.generated}
        for configuration in root.configurations:
            yield _owned(configuration, owners, made_up)
        yield from root.unread
        yield from _more(root, silent, spoken_for)


def _more(root: RootDeclarations, silent: Sequence[Declared], spoken_for: Set[Text]) -> Iterator[Bucket]:
    """The entries of the unreadable modules that may declare buckets of their own.

    A module that is about a bucket of this root has none, unless it speaks of CORS and there are rules for that bucket:
    a silent bucket that it is given is unknown by itself.
    """
    of_root, of_silent = _all_keys(root.buckets), _all_keys(silent)
    known = of_root | spoken_for
    for module in root.opaque:
        if not module.suspect and module.given.isdisjoint(of_root):
            continue
        about = {module.identity, module.entry.name}
        if about.isdisjoint(known) or (module.speaks_of_rules and about.isdisjoint(of_silent)):
            yield module.entry


def _keys(declared: Declared) -> frozenset[Hashable]:
    """Everything by which a bucket can be recognised in an argument: names, addresses, identities of unknowns."""
    entry = declared.entry
    return declared.identities | {each for each in (entry.name, entry.address) if isinstance(each, str)}


def _all_keys(buckets: Iterable[Declared]) -> frozenset[Hashable]:
    return frozenset[Hashable]().union(*map(_keys, buckets))


def _holders(root: RootDeclarations) -> dict[Hashable, str | None]:
    """For each thing that an unreadable module is given, the address of the first such module."""
    found: dict[Hashable, str | None] = {}
    for module in root.opaque:
        for each in module.given:
            found.setdefault(each, module.entry.address)
    return found


def _stray(root: RootDeclarations) -> list[Configuration]:
    """The configurations of which it is not certain that they are for some bucket of this root, or for none."""
    identities = frozenset[Hashable]().union(*(each.identities for each in root.buckets))
    names = {each.entry.name for each in root.buckets if isinstance(each.entry.name, str)}
    return [each for each in root.configurations if each.identity not in identities and each.entry.name not in names]


def _owners(root: RootDeclarations) -> dict[Hashable, str]:
    """The accounts of the bucket resources, by everything that a configuration can mean one by."""
    return {
        key: each.entry.account
        for each in root.buckets
        if each.entry.account is not None
        for key in (*each.identities, each.entry.name)
    }


def _owned(configuration: Configuration, owners: Mapping[Hashable, str], made_up: Set[str | None]) -> Bucket:
    """The entry of a configuration, with the account of the bucket resource that it is for, and with its address where
    the name is not known. ``made_up`` are the addresses of those whose names the provider makes up.
    """
    entry, identity = configuration.entry, configuration.identity
    if isinstance(entry.name, Unknown) and isinstance(identity, tuple) and identity[0] == "bucket":
        entry = replace(entry, made_by=str(identity[1]), generated=identity[1] in made_up)
    owner = owners.get(entry.name) or owners.get(configuration.identity)
    return entry if owner is None or entry.account is not None else replace(entry, account=owner)


def _settled(
    declared: Declared, root: RootDeclarations, stray: Strays, holders: Mapping[Hashable, str | None]
) -> Bucket:
    entry = declared.entry
    if entry.state is not State.ABSENT:
        return entry
    each = stray.first(entry.name)
    if each is not None:
        reason = f"{each.entry.address} may be meant for this bucket"
        if isinstance(each.entry.name, Unknown):
            reason += f": {each.entry.name.reason}"
        return replace(entry, state=State.UNKNOWN, reason=reason)
    holder = next((holders[key] for key in sorted(_keys(declared), key=repr) if key in holders), None)
    if holder is not None:
        reason = f"{holder} is given this bucket and cannot be read"
        return replace(entry, state=State.UNKNOWN, reason=reason)
    if root.broken is not None:
        return replace(entry, state=State.UNKNOWN, reason=root.broken)
    return entry


def _with_doubt(entry: Bucket, strays: Strays, root: int) -> Bucket:
    """A silent bucket with the reason why rules that it has may be declared all the same, by another root module."""
    if entry.state is not State.ABSENT or entry.says_none:
        return entry
    each = strays.first(entry.name, besides=root)
    if each is None or not isinstance(each.entry.name, Unknown):
        return entry
    place = f" at {each.entry.location}" if each.entry.location else ""
    doubt = f"{each.entry.address}{place} may be meant for this bucket: {each.entry.name.reason}"
    return replace(entry, reason=doubt)
