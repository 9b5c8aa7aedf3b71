"""What the live name of a bucket looks like of which the declared name is not known, and the buckets that fit.

What CloudFormation generates is in ``generated_names``. What Terraform generates is ``bucket_prefix``, 18 digits of a
time and 8 hexadecimal ones of a counter (terraform-plugin-sdk, ``helper/id``).
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from drift.cors.model import Unknown
from drift.errors import CorsDriftError
from drift.generated_names import LONGEST_UNCUT, GeneratedName
from drift.identity import Answer, Found, Passed, Several, is_bucket_name
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, IdentifiedBy

_TERRAFORM_TAIL = re.compile(r"[0-9]{18}[0-9a-f]{8}", re.ASCII)
_TERRAFORM_DEFAULT = "terraform-"
_LEAST_KNOWN = 3
"""Letters and digits that must be known of a name before the only bucket that fits is taken for the one meant."""

_MOST = 50
"""Candidates that are counted."""

_KEPT = 50_000
"""Listed buckets that are remembered; of more, the list is read again when it is needed again."""

NOT_ALL = "not all buckets were listed"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is known of a name. ``prefix`` and ``suffix`` are certain, ``fits`` is the rest of it.

    ``shown`` is the pattern in words; ``account`` and ``region`` are where the bucket is, as far as that is known.
    """

    prefix: str
    suffix: str
    fits: Callable[[str], bool]
    shown: str
    account: str | None = None
    region: str | None = None

    @property
    def key(self) -> Hashable:
        """The same for patterns that mean the same buckets."""
        return self.prefix, self.suffix, self.fits, self.account, self.region

    def may_be(self, wanted: Wanted) -> bool:
        """Whether a live bucket may be the one."""
        name = wanted.name
        return (
            len(name) >= len(self.prefix) + len(self.suffix)
            and name.startswith(self.prefix)
            and name.endswith(self.suffix)
            and _agree(self.account, wanted.account)
            and _agree(self.region, wanted.region)
            and self.fits(name)
        )


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def pattern_of(bucket: Bucket) -> Pattern | None:
    """What the name of a declaration looks like; None where not enough is known to take the only one that fits."""
    if not isinstance(bucket.name, Unknown):
        return None
    prefix, suffix = bucket.name.prefix, bucket.name.suffix
    if bucket.generated and bucket.source == "cloudformation":
        made = GeneratedName.of(bucket)
        return None if made is None else _pattern(bucket, made.certain_start, "", made.fits)
    if bucket.generated and bucket.source in ("terraform", "plan"):
        if prefix == _TERRAFORM_DEFAULT or _known(prefix) < _LEAST_KNOWN:
            return None
        return _pattern(bucket, prefix, "", lambda name: _TERRAFORM_TAIL.fullmatch(name, len(prefix)) is not None)
    if _known(prefix + suffix) < _LEAST_KNOWN:
        return None
    return _pattern(bucket, prefix, suffix, _anything)


def candidates_of(bucket: Bucket) -> Pattern:
    """What the name may look like where something else than the name decides: no bucket that may be it is left out."""
    name = bucket.name if isinstance(bucket.name, Unknown) else Unknown("")
    made = GeneratedName.of(bucket) if bucket.generated and bucket.source == "cloudformation" else None
    if made is not None:
        return _pattern(bucket, made.likely_start, "", _anything)
    return _pattern(bucket, name.prefix, name.suffix, _anything)


def shape_of(bucket: Bucket) -> Pattern:
    """What the name looks like, however little is known of it; what is made up has its tail, whatever its stack.

    A bucket that was imported into a stack may be called otherwise; nothing tells that.
    """
    logical_id = _logical_id(bucket).lower()
    if bucket.generated and bucket.source == "cloudformation":
        if not logical_id or len(logical_id) > LONGEST_UNCUT:
            return candidates_of(bucket)
        tail = re.compile(rf".+-{re.escape(logical_id)}-[a-z0-9]{{12,13}}", re.ASCII)
        return pattern_of(bucket) or _pattern(bucket, "", "", lambda name: tail.fullmatch(name) is not None)
    return pattern_of(bucket) or candidates_of(bucket)


def _pattern(bucket: Bucket, prefix: str, suffix: str, fits: Callable[[str], bool]) -> Pattern:
    shown = f"{prefix}*{suffix}"
    if bucket.generated and bucket.source == "cloudformation":
        shown = f"{(bucket.stack or '').lower()}-{_logical_id(bucket).lower()}-*"
    elif bucket.generated:
        shown = f"{prefix} and 26 digits"
    return Pattern(prefix, suffix, fits, shown, bucket.account, bucket.region)


def _anything(_name: str) -> bool:
    return True


def _known(text: str) -> int:
    return sum(each.isalnum() for each in text)


def _logical_id(bucket: Bucket) -> str:
    return (bucket.address or "").rpartition("/")[2]


class Listing:
    """The live buckets, listed when that is first needed. A failure is remembered, and then nothing fits.

    ``whole`` tells, once all were drawn that come, whether these are all there are: an account that could not be
    listed or a snapshot of a part leaves some out without an error. ``is_whole`` is its answer, True before that.
    """

    def __init__(self, listed: Callable[[], Iterable[Wanted]], whole: Callable[[], bool] = lambda: True) -> None:
        self._listed = listed
        self._whole = whole
        self._kept: list[Wanted] | None = None
        self.failure: CorsDriftError | None = None
        self.is_whole = True

    def fitting(
        self, patterns: Sequence[Pattern], most: int, besides: Container[str] = frozenset()
    ) -> list[list[Wanted]]:
        """The buckets that each pattern may mean, but for ``besides``, by name: at most ``most`` and one more."""
        found: dict[Hashable, _First] = {pattern.key: _First(pattern, most + 1) for pattern in patterns}
        starts: dict[int, dict[str, list[_First]]] = {}
        for first in found.values():
            prefix = first.pattern.prefix
            starts.setdefault(len(prefix), {}).setdefault(prefix, []).append(first)
        for bucket in self._all() if patterns else ():
            for length, by_prefix in starts.items():
                for first in by_prefix.get(bucket.name[:length], ()):
                    if bucket.name not in besides:
                        first.look_at(bucket)
        if self.failure is not None:
            return [[] for _ in patterns]
        return [found[pattern.key].buckets for pattern in patterns]

    def _all(self) -> Iterator[Wanted]:
        if self.failure is not None:
            return
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Wanted] = []
        try:
            for bucket in self._listed():
                if not is_bucket_name(bucket.name):
                    continue
                if len(kept) <= _KEPT:
                    kept.append(bucket)
                yield bucket
        except CorsDriftError as error:
            self.failure = error
            return
        self.is_whole = self.is_whole and self._whole()
        if len(kept) <= _KEPT:
            self._kept = kept

    def told(self, what: str) -> list[Diagnostic]:
        """That the buckets could not be listed, and what came of that."""
        if self.failure is None:
            return []
        message = f"the buckets could not be listed, so {what}: {self.failure.message}"
        return [Diagnostic(Severity.WARNING, "buckets-not-listed", message, None, self.failure.advice)]


class _First:
    """The first ``most`` buckets by name that a pattern may mean, whatever the order in which they come."""

    def __init__(self, pattern: Pattern, most: int) -> None:
        self.pattern = pattern
        self._most = most
        self._names: list[str] = []
        self._held: dict[str, Wanted] = {}

    def look_at(self, bucket: Wanted) -> None:
        """Keep it if it is one of them."""
        name = bucket.name
        late = len(self._names) == self._most and name > self._names[-1]
        if late or name in self._held or not self.pattern.may_be(bucket):
            return
        insort(self._names, name)
        self._held[name] = bucket
        if len(self._names) > self._most:
            del self._held[self._names.pop()]

    @property
    def buckets(self) -> list[Wanted]:
        return [self._held[name] for name in self._names]


@dataclass(slots=True)
class PatternSource:
    """The only live bucket whose name fits what is known of the declared one. To be used only where that was asked for.

    Buckets that another declaration names are not looked at; one that fits two declarations is neither's. Where not all
    buckets were listed none is the only one.
    """

    listing: Listing
    by: IdentifiedBy = IdentifiedBy.PATTERN
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        taken = {bucket.name for bucket in declared if isinstance(bucket.name, str)}
        patterns = [pattern_of(bucket) if bucket.comparable else None for bucket in pending]
        asked = [each for each in patterns if each is not None]
        fitting = iter(self.listing.fitting(asked, _MOST, taken))
        found = [next(fitting) if each is not None else [] for each in patterns]
        if self.listing.failure is not None:
            self.diagnostics.extend(self.listing.told("no name pattern was looked for"))
            return [Passed("the buckets could not be listed") if each is not None else None for each in patterns]
        fits = {index: names[0].name for index, names in enumerate(found) if len(names) == 1}
        return [
            self._answer(pattern, buckets, sum(name == buckets[0].name for name in fits.values()) if buckets else 0)
            if pattern is not None
            else None
            for pattern, buckets in zip(patterns, found, strict=True)
        ]

    def _answer(self, pattern: Pattern, buckets: Sequence[Wanted], wanted_by: int) -> Answer:
        whole = self.listing.is_whole
        if not buckets:
            return Passed(f"no listed bucket fits {pattern.shown}" + ("" if whole else f", and {NOT_ALL}"))
        if len(buckets) > 1:
            return Several(tuple(each.name for each in buckets), f"all fit {pattern.shown}")
        if wanted_by > 1:
            return Passed(f"{buckets[0].name} fits {pattern.shown}, and {wanted_by - 1} more of the open names")
        only = buckets[0]
        if not whole:
            return Passed(f"{NOT_ALL}: {only.name} fits {pattern.shown}, and others may")
        return Found(only.name, f"the only listed bucket that fits {pattern.shown}", only.account, only.region)
