"""What tells which bucket is meant without a look-up: the user's own list, a state, the account of the credentials."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from drift.cors.model import Unknown
from drift.identity import Answer, Completed, Found, Passed, Several, plain
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, IdentifiedBy, Snapshot

_TERRAFORM = frozenset({"terraform", "plan"})


@dataclass(slots=True)
class NamesSource:
    """The user's own list: ``names`` from an address, or ``STACK/ADDRESS``, to the bucket's name.

    ``told_by`` is where the list stands. An entry for nothing that is declared is a warning, and so is one for a bucket
    that the code calls otherwise: the code wins.
    """

    names: Mapping[str, str]
    told_by: str = "cors-drift.toml"
    by: IdentifiedBy = IdentifiedBy.MAP
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        self._check(declared)
        return [self._answer(bucket) for bucket in pending]

    def _answer(self, bucket: Bucket) -> Answer:
        names = {key: self.names[key] for key in _keys(bucket) if key in self.names}
        if not names:
            return None
        if len(set(names.values())) > 1:
            return Several(tuple(names.values()), f"{self.told_by} has entries for {' and for '.join(names)}")
        key, name = next(iter(names.items()))
        return Found(name, f"{self.told_by} names it for {key}")

    def _check(self, declared: Sequence[Bucket]) -> None:
        called: dict[str, list[Bucket]] = {}
        for bucket in declared:
            for key in _keys(bucket):
                called.setdefault(key, []).append(bucket)
        for key, name in self.names.items():
            if key not in called:
                self._warn("unused-name", f"{self.told_by} names a bucket for {key}, which is not declared")
            for bucket in called.get(key, ()):
                if isinstance(bucket.name, str) and bucket.name != name:
                    known = "a sensitive name" if bucket.name in bucket.sensitive else bucket.name
                    self._warn(
                        "contradicted-name",
                        f"{self.told_by} says {plain(name)} for {key}, and the code says {known}, which is taken",
                        bucket.location,
                    )

    def _warn(self, id_: str, message: str, location: Location | None = None) -> None:
        advice = "`cors-drift declared` shows the addresses; correct or remove the entry"
        self.diagnostics.append(Diagnostic(Severity.WARNING, id_, message, location, advice))


@dataclass(slots=True)
class StateSource:
    """What a Terraform state or plan has under the address of a declaration.

    ``found`` is what the file holds, ``told_by`` the file. A configuration that the state does not have yet is known by
    the bucket resource that it is for.
    """

    found: Snapshot
    told_by: str
    by: IdentifiedBy = IdentifiedBy.STATE
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        has: dict[str, list[Bucket]] = {}
        for bucket in self.found.buckets:
            if bucket.address is not None and isinstance(bucket.name, str):
                has.setdefault(bucket.address, []).append(bucket)
        self.diagnostics.extend(self.found.errors)
        addresses = {bucket.address for bucket in declared if bucket.address is not None}
        known = addresses | {bucket.made_by for bucket in declared}
        if addresses and not known & set(has) and not self.found.errors:
            self.diagnostics.append(self._of_another())
        return [self._answer(bucket, has) for bucket in pending]

    def _answer(self, bucket: Bucket, has: Mapping[str, Sequence[Bucket]]) -> Answer:
        for address in (bucket.address, bucket.made_by):
            entries = has.get(address, ()) if address is not None else ()
            names = tuple(dict.fromkeys(each.name for each in entries if isinstance(each.name, str)))
            hidden = frozenset(names) & frozenset[str | int]().union(*(each.sensitive for each in entries))
            if len(names) > 1:
                return Several(names, f"{self.told_by} has them as {address}", hidden)
            if names:
                what = "has it as" if address == bucket.address else "has its bucket as"
                first = entries[0]
                return Found(names[0], f"{self.told_by} {what} {address}", first.account, first.region, hidden)
        return Passed(f"{self.told_by} has no {bucket.address}") if bucket.source in _TERRAFORM else None

    def _of_another(self) -> Diagnostic:
        return Diagnostic(
            Severity.WARNING,
            "state-of-another-configuration",
            f"{self.told_by} has nothing under any address that is declared here",
            Location(self.told_by),
            "give the state or the plan of the root module that is checked",
        )


@dataclass(slots=True)
class CallerSource:
    """What the declarations come to with the account, the region and the partition of the credentials.

    ``again`` reads the declarations again with these values, or returns None where they are not known; it is called
    only where a name says that such a value would complete it. ``says`` is whose they are, in words.
    """

    again: Callable[[], Snapshot | None]
    says: str = "the account of the credentials completes its name"
    by: IdentifiedBy = IdentifiedBy.CALLER
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        if not any(map(completable, pending)):
            return [None] * len(pending)
        read = self.again()
        found: dict[Hashable, list[Bucket]] = {}
        for bucket in () if read is None else read.buckets:
            found.setdefault(_place(bucket), []).append(bucket)
        before: dict[Hashable, int] = {}
        for bucket in declared:
            before[_place(bucket)] = before.get(_place(bucket), 0) + 1
        answers: list[Answer] = []
        for bucket in pending:
            same = found.get(_place(bucket), [])
            clear = completable(bucket) and len(same) == before[_place(bucket)] == 1
            answers.append(Completed(same[0], self.says) if clear else None)
        return answers


def completable(bucket: Bucket) -> bool:
    """Whether the name is open for want of an account, a region or a partition.

    Parsers say so by naming the option that would give it.
    """
    return isinstance(bucket.name, Unknown) and any(
        f"give {option}" in bucket.name.reason for option in ("--account", "--region")
    )


def _place(bucket: Bucket) -> Hashable:
    return bucket.source, bucket.stack, bucket.address, bucket.location


def _keys(bucket: Bucket) -> tuple[str, ...]:
    """By what the user may call a declaration."""
    if bucket.address is None:
        return ()
    return (bucket.address, f"{bucket.stack}/{bucket.address}") if bucket.stack else (bucket.address,)
