"""Waivers: which findings the settings accept for now, and which waivers no longer do what they were for.

A waiver holds for a finding of its kind on a bucket that it names, up to its last day, and only while that is what was
accepted: this finding on this bucket under these rules. Where it does not hold, what it waived counts again, and is
told; so is what it accepts and nothing comes up for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from drift.accepted import accepted
from drift.assessment_settings import is_glob
from drift.catalogue import CATALOGUE, Family
from drift.finding import Finding, Side, Waived
from drift.findings import finding as found_that
from drift.ignoring import Ignored
from drift.name_globs import Globs
from drift.report import COMPARED, BucketReport, BucketState
from drift.settings import Waiver
from drift.waiver_days import longest

WAIVABLE = (Family.DRIFT, Family.PULL_REQUEST, Family.POLICY, Family.PROMISE)
"""What can be accepted. What was not read, or what is wrong with the settings, is no risk that anybody can weigh."""

_SEEN_BY_SOME = frozenset({"undeclared-rules"})
"""Findings on buckets that no declaration names, which a run looks at only if told to."""

_NAMED = 3
"""Buckets or digests that a message names; of more it tells how many."""

_WHOSE = {Side.DECLARED: "declared", Side.LIVE: "live", Side.BOTH: "declared and live"}

_DIGITS = 10
"""Of a digest, in a message: enough to find it by in the file."""


def apply_waivers(
    buckets: Sequence[BucketReport],
    general: Sequence[Finding],
    waivers: Sequence[Waiver],
    today: date,
    *,
    narrowed: bool = False,
) -> tuple[tuple[BucketReport, ...], tuple[Finding, ...]]:
    """The buckets with ``waived`` on the findings that a waiver holds for, and the general findings with what is to be
    said of the waivers themselves.

    With ``narrowed`` there are buckets that the settings may speak of and this run does not, as where nothing is
    compared; a waiver is then called unused only if it names one bucket, and that was compared.
    """
    if not waivers:
        return tuple(buckets), tuple(general)
    job = _Waiving(waivers, today)
    judged = tuple(job.bucket(each) for each in buckets)
    narrowed |= any(each.state is BucketState.VALIDATED for each in buckets)
    return judged, (*general, *job.void, *job.told(narrowed))


def ignore_findings(ignored: Sequence[Ignored], *, narrowed: bool = False) -> tuple[Finding, ...]:
    """A finding for each ignore that left out no bucket; none if the run was narrowed, which may be why."""
    if narrowed:
        return ()
    return tuple(
        found_that("ignore-unused", None, f"no bucket's name fits {each.bucket}", each.location, subject=each.bucket)
        for each in ignored
        if not each.count
    )


@dataclass(slots=True)
class _Group:
    """The waivers of one finding, or of one subject of it, on one bucket or glob. ``by_rules`` has those in force, by
    digest.
    """

    in_force: list[Waiver] = field(default_factory=list)
    expired: list[Waiver] = field(default_factory=list)
    by_rules: dict[str, list[int]] = field(default_factory=dict)
    counted: list[str] = field(default_factory=list)
    """The first few buckets on which the finding counts although there are waivers; ``more`` is how many others."""
    more: int = 0
    last: str | None = None
    used: set[int] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    """The digests of all that came up."""
    void: bool = False
    near: bool = False
    """Whether some bucket of the run is meant at all."""
    unsettled: bool = False
    """Whether some bucket that is meant was not looked at, so that its findings are not all known."""

    def add(self, waiver: Waiver, today: date) -> None:
        if waiver.expires < today:
            self.expired.append(waiver)
            return
        for each in waiver.rules:
            self.by_rules.setdefault(each, []).append(len(self.in_force))
        self.in_force.append(waiver)

    def counts(self, name: str) -> bool:
        """Take note of a bucket on which the finding counts; False if it was the last to be noted, too."""
        if name == self.last:
            return False
        self.last = name
        if len(self.counted) < _NAMED:
            self.counted.append(name)
        else:
            self.more += 1
        return True

    def holding(self, rules: Collection[str]) -> Waiver | None:
        """The waiver that accepts all these digests; the one that lasts longest if there are several."""
        self.found.update(rules)
        lists = sorted((self.by_rules.get(each, []) for each in rules), key=len)
        common = set(lists[0]).intersection(*lists[1:])
        best = max(common, key=lambda each: (self.in_force[each].expires, -each), default=None)
        if best is None:
            return None
        self.used.add(best)
        return self.in_force[best]


class _Waiving:
    """One pass over the buckets of a run. ``void`` are the findings about waivers whose rules have changed."""

    def __init__(self, waivers: Sequence[Waiver], today: date) -> None:
        self.void: list[Finding] = []
        self._longest = longest(today)
        self._groups: dict[tuple[str, str, str], _Group] = {}
        self._by_glob: dict[str, list[_Group]] = {}
        for waiver in waivers:
            key = waiver.bucket, waiver.finding, waiver.subject
            if key not in self._groups:
                self._groups[key] = _Group()
                self._by_glob.setdefault(waiver.bucket, []).append(self._groups[key])
            self._groups[key].add(waiver, today)
        self._globs = Globs(self._by_glob)
        self._unnamed = False

    def bucket(self, report: BucketReport) -> BucketReport:
        """The bucket with what is waived of it."""
        if not isinstance(report.name, str):
            self._unnamed = True
            return report
        names = list(self._globs.fitting(report.name))
        for name in names:
            for group in self._by_glob[name]:
                group.near = True
                group.unsettled |= report.state not in COMPARED
        if not names:
            return report
        judged = tuple(self._finding(report, report.name, each, names) for each in report.findings)
        return report if judged == report.findings else replace(report, findings=judged)

    def _finding(self, report: BucketReport, name: str, found: Finding, names: Iterable[str]) -> Finding:
        groups = self._meant(found, names)
        if not groups or CATALOGUE[found.id].family not in WAIVABLE:
            return found
        rules = accepted(report, found)
        holding = [waiver for group in groups if rules and (waiver := group.holding(rules)) is not None]
        if holding:
            best = max(holding, key=lambda each: each.expires)
            return replace(found, waived=Waived(best.reason, best.owner, best.expires, best.location))
        told = False
        for group in groups:
            fresh, group.void = group.counts(name), group.void or bool(group.in_force)
            if fresh and group.in_force and not told:  # once for a bucket, however many waivers would be meant
                told = True
                self.void.append(_void(group.in_force[0], name, found, rules))
        return found

    def _meant(self, found: Finding, names: Iterable[str]) -> list[_Group]:
        """The groups of waivers of that finding, and of its subject, on these buckets and globs."""
        keys = ((name, found.id, subject) for name in names for subject in dict.fromkeys(("", found.subject)))
        return [group for key in keys if (group := self._groups.get(key)) is not None]

    def told(self, narrowed: bool) -> Iterator[Finding]:
        """What is to be said of waivers that have expired, and of those that nothing came up for."""
        for (bucket, kind, _), group in self._groups.items():
            elsewhere = narrowed or kind in _SEEN_BY_SOME
            open_end = self._unnamed or group.unsettled or (elsewhere and (is_glob(bucket) or not group.near))
            for waiver in group.expired:
                yield _expired(waiver, group, open_end)
            yield from (_too_long(each) for each in group.in_force if each.expires > self._longest)
            if group.void or open_end:
                continue
            for place, waiver in enumerate(group.in_force):
                if place not in group.used:
                    yield _unused(waiver, group.near, bool(group.used))
                elif unused := [each for each in waiver.rules if each not in group.found]:
                    yield _partly_unused(waiver, unused)


def _void(waiver: Waiver, name: str, found: Finding, rules: Mapping[str, Side] | None) -> Finding:
    if rules is None:
        why = "its rules are not all known, so that nobody can tell whether they are those that were accepted"
    else:
        sides = set(rules.values())
        whose = "declared and live" if len(sides) > 1 else _WHOSE[sides.pop()]
        which = ""
        if found.subject:
            is_promise = CATALOGUE[found.id].family is Family.PROMISE
            which = ", or the promise," if is_promise else ", or what is found in them,"
        why = f"its {whose} rules{which} are not those that were accepted"
    message = f"the waiver of {_what(waiver)} does not hold for {name}: {why}"
    return found_that("waiver-void", name, message, waiver.location, subject=_subject(waiver))


def _expired(waiver: Waiver, group: _Group, open_end: bool) -> Finding:
    message = f"the waiver of {_what(waiver)} expired on {waiver.expires.isoformat()}"
    help = None
    if group.counted:
        others = f" and {group.more:,} more" if group.more else ""
        message += f" and no longer waives what is found on {', '.join(group.counted)}{others}"
    elif not open_end:
        message += "; what it was for no longer comes up"
        help = "Take it out."
    return found_that("waiver-expired", None, message, waiver.location, help=help, subject=_subject(waiver))


def _too_long(waiver: Waiver) -> Finding:
    message = f"the waiver of {_what(waiver)} lasts until {waiver.expires.isoformat()}, more than a year from now"
    return found_that("waiver-too-long", None, message, waiver.location, subject=_subject(waiver))


def _unused(waiver: Waiver, near: bool, doubled: bool) -> Finding:
    if doubled:
        why = "another waiver of the same does it all"
    else:
        why = "there is no such finding" if near else "no bucket of that name came up"
    message = f"the waiver of {_what(waiver)} waives nothing: {why}"
    return found_that("waiver-unused", None, message, waiver.location, subject=_subject(waiver))


def _partly_unused(waiver: Waiver, digests: Sequence[str]) -> Finding:
    head = f"{len(digests):,} of the {len(waiver.rules):,} digests"
    listed = ", ".join(each[: each.index(":") + 1 + _DIGITS] for each in digests[:_NAMED])
    more = f" and {len(digests) - _NAMED:,} more" if len(digests) > _NAMED else ""
    verb = "waives" if len(digests) == 1 else "waive"
    message = f"{head} of the waiver of {_what(waiver)} {verb} nothing, since that no longer comes up: {listed}{more}"
    help = "Take these digests out; what each was for stands beside it."
    return found_that("waiver-unused", None, message, waiver.location, help=help, subject=_subject(waiver))


def _what(waiver: Waiver) -> str:
    """What it is of, for a message: the finding, the subject where there is one, and the bucket."""
    subject = f" ({waiver.subject})" if waiver.subject else ""
    return f"{waiver.finding}{subject} on {waiver.bucket}"


def _subject(waiver: Waiver) -> str:
    return f"{waiver.finding} on {waiver.bucket}" + (f": {waiver.subject}" if waiver.subject else "")
