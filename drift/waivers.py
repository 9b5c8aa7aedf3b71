"""Waivers: which findings the settings accept for now, and which waivers no longer do what they were for.

A waiver holds for a finding of its kind on a bucket that it names, up to its last day, and only while the rules that
the finding is about are those that were accepted. Where it does not hold, what it waived counts again, and is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from drift.assessment_settings import is_glob
from drift.catalogue import CATALOGUE, Family
from drift.cors.digest import digest, digest_with
from drift.finding import Finding, Side, Waived
from drift.findings import finding as found_that
from drift.ignoring import Ignored
from drift.name_globs import Globs
from drift.report import COMPARED, BucketReport, BucketState
from drift.settings import Waiver
from drift.snapshot import Bucket, State

WAIVABLE = (Family.DRIFT, Family.PULL_REQUEST, Family.POLICY, Family.PROMISE)
"""What can be accepted. What was not read, or what is wrong with the settings, is no risk that anybody can weigh."""

_WITHOUT_EFFECT = frozenset(
    {"covered-entry", "origin-never-sent", "rule-never-answers", "refused-by-s3", "may-be-refused-by-s3"}
)
"""Findings about what a digest of rules folds, or S3 never takes."""

_SEEN_BY_SOME = frozenset({"undeclared-rules"})
"""Findings on buckets that no declaration names, which a run looks at only if told to."""

_NAMED = 3
"""Buckets that a message names; of more it tells how many."""


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


def rules_accepted(report: BucketReport, finding: Finding) -> frozenset[str] | None:
    """The digests of the rules that the finding is about, all of which a waiver must hold; None if one has none.

    That is of the live rules; of the declared ones where the finding is about those; of both where it is about both, or
    is none of drift and about no side in particular. What can come up anew without any rule meaning something else, a
    promise or an entry without effect, is accepted one by one: its subject goes into the digest.
    """
    sides = list(_sides(report, finding))
    if not sides:
        return None
    zero = any(each is not None and each.writes_max_age_zero for each in (report.declared, report.live))
    found = [digest(each.cors, zero_is_unset=zero) if _is_read(each) else None for each in sides]
    told = frozenset(each for each in found if each is not None)
    if CATALOGUE[finding.id].family is Family.PROMISE or finding.id in _WITHOUT_EFFECT:
        told = frozenset(digest_with(each, finding.subject) for each in told)
    return told if None not in found else None


def _sides(report: BucketReport, finding: Finding) -> Iterator[Bucket]:
    drift = CATALOGUE[finding.id].family is Family.DRIFT
    if report.live is not None and (drift or finding.side is not Side.DECLARED):
        unsettled = finding.side is None and not drift and not _is_read(report.live)
        if not unsettled:
            yield report.live
    if report.declared is not None and not drift and finding.side is not Side.LIVE:
        yield report.declared
        yield from report.also_declared


def _is_read(bucket: Bucket) -> bool:
    return bucket.state in (State.CONFIGURED, State.ABSENT)


@dataclass(slots=True)
class _Group:
    """The waivers of one finding on one bucket or glob. ``by_rules`` has those in force, by digest."""

    in_force: list[Waiver] = field(default_factory=list)
    expired: list[Waiver] = field(default_factory=list)
    by_rules: dict[str, list[int]] = field(default_factory=dict)
    counted: list[str] = field(default_factory=list)
    """The first few buckets on which the finding counts although there are waivers; ``more`` is how many others."""
    more: int = 0
    last: str | None = None
    used: set[int] = field(default_factory=set)
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

    def holding(self, rules: frozenset[str]) -> Waiver | None:
        """The waiver that accepts all these rules; the one that lasts longest if there are several."""
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
        self._groups: dict[tuple[str, str], _Group] = {}
        self._finding_ids: dict[str, list[str]] = {}
        for waiver in waivers:
            key = waiver.bucket, waiver.finding
            if key not in self._groups:
                self._groups[key] = _Group()
                self._finding_ids.setdefault(waiver.bucket, []).append(waiver.finding)
            self._groups[key].add(waiver, today)
        self._globs = Globs(self._finding_ids)
        self._unnamed = False

    def bucket(self, report: BucketReport) -> BucketReport:
        """The bucket with what is waived of it."""
        if not isinstance(report.name, str):
            self._unnamed = True
            return report
        names = list(self._globs.fitting(report.name))
        for name in names:
            for kind in self._finding_ids[name]:
                group = self._groups[name, kind]
                group.near = True
                group.unsettled |= report.state not in COMPARED
        if not names:
            return report
        judged = tuple(self._finding(report, report.name, each, names) for each in report.findings)
        return report if judged == report.findings else replace(report, findings=judged)

    def _finding(self, report: BucketReport, name: str, found: Finding, names: Iterable[str]) -> Finding:
        groups = [group for each in names if (group := self._groups.get((each, found.id))) is not None]
        if not groups or CATALOGUE[found.id].family not in WAIVABLE:
            return found
        rules = rules_accepted(report, found)
        holding = [waiver for group in groups if rules and (waiver := group.holding(rules)) is not None]
        if holding:
            best = max(holding, key=lambda each: each.expires)
            return replace(found, waived=Waived(best.reason, best.owner, best.expires, best.location))
        told = False
        for group in groups:
            fresh, group.void = group.counts(name), group.void or bool(group.in_force)
            if fresh and group.in_force and not told:  # once for a bucket, however many waivers would be meant
                told = True
                self.void.append(_void(group.in_force[0], name, found, known=rules is not None))
        return found

    def told(self, narrowed: bool) -> Iterator[Finding]:
        """What is to be said of waivers that have expired, and of those that nothing came up for."""
        for (bucket, kind), group in self._groups.items():
            elsewhere = narrowed or kind in _SEEN_BY_SOME
            open_end = self._unnamed or group.unsettled or (elsewhere and (is_glob(bucket) or not group.near))
            for waiver in group.expired:
                yield _expired(waiver, group, open_end)
            if group.void or open_end:
                continue
            for place, waiver in enumerate(group.in_force):
                if place not in group.used:
                    yield _unused(waiver, group.near, bool(group.used))


def _void(waiver: Waiver, name: str, found: Finding, *, known: bool) -> Finding:
    whose = "declared" if found.side is Side.DECLARED else "live"
    why = f"its {whose} rules are none of those that were accepted"
    if not known:
        why = "its rules are not all known, so that nobody can tell whether they are those that were accepted"
    elif CATALOGUE[found.id].family is Family.PROMISE:
        why = f"its {whose} rules, or the promise, are none of those that were accepted"
    message = f"the waiver of {waiver.finding} on {waiver.bucket} does not hold for {name}: {why}"
    return found_that("waiver-void", name, message, waiver.location, subject=_subject(waiver))


def _expired(waiver: Waiver, group: _Group, open_end: bool) -> Finding:
    message = f"the waiver of {waiver.finding} on {waiver.bucket} expired on {waiver.expires.isoformat()}"
    help = None
    if group.counted:
        others = f" and {group.more:,} more" if group.more else ""
        message += f" and no longer waives what is found on {', '.join(group.counted)}{others}"
    elif not open_end:
        message += "; what it was for no longer comes up"
        help = "Take it out."
    return found_that("waiver-expired", None, message, waiver.location, help=help, subject=_subject(waiver))


def _unused(waiver: Waiver, near: bool, doubled: bool) -> Finding:
    if doubled:
        why = "another waiver of the same does it all"
    else:
        why = "there is no such finding" if near else "no bucket of that name came up"
    message = f"the waiver of {waiver.finding} on {waiver.bucket} waives nothing: {why}"
    return found_that("waiver-unused", None, message, waiver.location, subject=_subject(waiver))


def _subject(waiver: Waiver) -> str:
    return f"{waiver.finding} on {waiver.bucket}"
