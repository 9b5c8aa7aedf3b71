"""A report on a pull request: what each bucket's three sides come to takes the place of drift. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drift.as_written import as_written
from drift.catalogue import CATALOGUE, Family
from drift.claims import by_bucket, settled, speaking
from drift.cors.model import Text, Unknown
from drift.coverage import base_is_whole
from drift.deploying import CHANGED_ONLY, states_rules
from drift.judge import Rules, not_compared
from drift.location import Diagnostic, Location, Severity
from drift.pull_request import BaseSource, Move, PullRequest
from drift.pull_request_findings import findings_of
from drift.report import BucketReport, BucketState, ExitPolicy, Finding, Report, verdict_of
from drift.sides import Side, has_rules
from drift.snapshot import Bucket, Snapshot, State
from drift.threeway import three_way, two_way

Key = tuple[str, ...]
"""What the same bucket is called on each side."""

_OFFLINE = Diagnostic(
    Severity.INFO,
    "live-not-read",
    "live was not read: whether somebody changed it, and what deploying undoes, is not known",
    help="run it where S3 may be read, without --live none",
)


@dataclass(frozen=True, slots=True)
class Base:
    """What the target branch declares, as it stands now. ``fault`` says why declarations may be missing from it or be
    others, ``gap`` the same of what can only be about buckets that it does not seem to name, and ``unread`` in which
    paths, and why, nothing could be read of it. ``gone_files`` are paths of its declarations that head does not have;
    ``moved`` are buckets that head declares in another file, while the one in which base does stays.
    """

    source: BaseSource
    target: Snapshot
    fault: str | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    gone_files: Collection[str] = frozenset()
    gap: str | None = None
    moved: Collection[Key] = frozenset()

    def narrowed(self, names: Collection[Text] | None) -> Base:
        """With the named buckets alone; None for all."""
        if names is None:
            return self
        return replace(self, target=_only(self.target, names))


def gone_in(head: Snapshot, base: Base) -> Iterator[Bucket]:
    """The buckets of the target branch that head does not declare."""
    ours = {key_of(each) for each in head.buckets}
    for key, bucket in _sides(base.target).items():
        if key not in ours:
            yield bucket


def on_pull_request(
    report: Report, head: Snapshot, base: Base, live: Snapshot, rules: Rules, exits: ExitPolicy
) -> Report:
    """The report with who moved, and with the buckets that the pull request no longer declares.

    ``head`` is what the report compares with ``live``.
    """
    judge = _Judge(base, head, rules)
    by_name = settled(live.buckets)
    buckets = [judge.compared(each) for each in report.buckets]
    told = {each.name for each in report.buckets}
    for bucket in gone_in(head, base):
        if bucket.name not in told:
            found = None if isinstance(bucket.name, Unknown) else by_name.get(bucket.name)
            buckets.append(judge.gone(bucket, found))
    return _with(report, buckets, base, exits, rules)


def without_live(report: Report, head: Snapshot, base: Base, rules: Rules, exits: ExitPolicy) -> Report:
    """The same of a report on declarations alone: base against head."""
    judge = _Judge(base, head, rules, read=False)
    buckets = [judge.compared(each) for each in report.buckets]
    buckets += [judge.gone(each, None) for each in gone_in(head, base)]
    report = replace(report, diagnostics=(*report.diagnostics, _OFFLINE))
    return _with(report, buckets, base, exits, rules)


def key_of(bucket: Bucket) -> Key:
    """Its name; where that is not known what it is called where it stands."""
    if isinstance(bucket.name, str):
        return ("name", bucket.name)
    if bucket.address is None:
        return ("bare", bucket.source)
    return ("address", bucket.source, bucket.stack or "", bucket.address)


def _with(report: Report, buckets: Sequence[BucketReport], base: Base, exits: ExitPolicy, rules: Rules) -> Report:
    diagnostics = tuple(dict.fromkeys((*report.diagnostics, *base.diagnostics)))
    failed = any(each.severity is Severity.ERROR for each in diagnostics)
    found = tuple(buckets)
    verdict = verdict_of(found, failed=failed, all_listed=rules.listed(diagnostics) and base_is_whole(diagnostics))
    return replace(
        report,
        verdict=verdict,
        exit_code=exits.code(verdict, something_compared=any(bucket.compared for bucket in found)),
        buckets=found,
        diagnostics=diagnostics,
        sensitive=report.sensitive | base.target.all_sensitive,
        base=base.source,
    )


def _sides(snapshot: Snapshot) -> dict[Key, Bucket]:
    """One entry for each bucket; several that do not agree are unknown."""
    found: dict[Key, Bucket] = {("name", name): bucket for name, bucket in settled(snapshot.buckets).items()}
    sides: dict[Key, Bucket] = {}
    for claims in by_bucket(snapshot.buckets):
        key = key_of(claims[0])
        if key in sides:  # two of one address, or two bare lists: neither can be told from the other
            sides[key] = _unknown(claims[0], "there are several declarations that cannot be told apart")
        else:
            sides[key] = found.get(key, speaking(claims)[0])
    return sides


def _unknown(bucket: Bucket, reason: str) -> Bucket:
    return replace(bucket, state=State.UNKNOWN, cors=None, places=(), alternatives=(), reason=reason)


def _only(snapshot: Snapshot, names: Collection[Text]) -> Snapshot:
    kept = tuple(each for each in snapshot.buckets if each.name in names)
    return replace(snapshot, buckets=kept, sensitive=snapshot.all_sensitive)


class _Judge:
    def __init__(self, base: Base, head: Snapshot, rules: Rules, *, read: bool = True) -> None:
        self._base = base
        self._targets: Mapping[Key, Bucket] = _sides(base.target)
        self._heads: Mapping[Key, Bucket] = _sides(head)
        self._addresses = {each for bucket in base.target.buckets for each in (bucket.address, bucket.made_by)}
        self._faulty_head = head.errors[0].message if head.errors else None
        self._rules = rules
        self._read = read

    def compared(self, report: BucketReport) -> BucketReport:
        """A bucket that head declares, or that only live names."""
        side = report.declared or report.live
        if side is None:
            return report
        key = key_of(side)
        head = self._heads.get(key)
        base = self._targets.get(key)
        spoken = base or head
        if spoken is not None and self._base.fault is not None:
            base = _unknown(spoken, self._base.fault)
        elif base is None and head is not None and (why := self._unreadable(head)) is not None:
            base = _unknown(head, why)
        head = _kept_in_aws(base, head)
        if not self._read:
            return _told(report, two_way(base, head, max_steps=self._rules.max_steps), head, self._rules)
        live = report.live
        if live is None and head is not None and base is None and self._is_made_by_deploying(head):
            live = replace(_unknown(head, ""), state=State.MISSING)
        if live is None:
            return _told(report, _unread(base, report), head, self._rules)
        found = three_way(base, head, live, restacked=key in self._base.moved, max_steps=self._rules.max_steps)
        if self._rules.strict:
            found = as_written(found, report, base)
        return _told(report, found, head, self._rules)

    def _is_made_by_deploying(self, head: Bucket) -> bool:
        """Whether there is no such bucket yet: the tool makes up its name when it deploys, and base has nothing that
        is called so where it stands.
        """
        called = {each for each in (head.address, head.made_by) if each is not None}
        return isinstance(head.name, Unknown) and head.generated and called.isdisjoint(self._addresses)

    def _unreadable(self, head: Bucket) -> str | None:
        """Why base may declare the bucket all the same, although it was not found there."""
        place = None if head.location is None else head.location.path
        for path, why in self._base.unread.items():
            if place is not None and (place == path or place.startswith(f"{path}/")):
                return f"what the target branch declares in {path} was not read: {why}"
        return self._base.gap

    def gone(self, base: Bucket, live: Bucket | None) -> BucketReport:
        """A bucket that only the target branch declares."""
        head = None if self._faulty_head is None else _unknown(base, self._faulty_head)
        there = live is None or live.state is not State.MISSING
        if head is None and base.kept is not None and there:
            head = replace(_unknown(base, ""), state=State.ABSENT, reason=None, says_none=False, left_alone=base.kept)
        told = base if self._base.fault is None else _unknown(base, self._base.fault)
        return self._in_head(self._gone(told, head, live))

    def _gone(self, base: Bucket, head: Side, live: Bucket | None) -> BucketReport:
        if not self._read:
            report = BucketReport(base.name, BucketState.VALIDATED, None, None)
            return _told(report, two_way(base, head, max_steps=self._rules.max_steps), head, self._rules)
        report = BucketReport(base.name, BucketState.UNRESOLVED, None, live)
        if live is None:
            return _told(report, _unread(base, report), head, self._rules)
        if live.state not in (State.CONFIGURED, State.ABSENT, State.MISSING):
            report = not_compared(replace(report, state=_UNREAD[live.state]), live.reason or live.state.value)
        return _told(report, three_way(base, head, live, max_steps=self._rules.max_steps), head, self._rules)

    def _in_head(self, report: BucketReport) -> BucketReport:
        """With findings that point into files of head: base's lines are not those of head."""
        return replace(
            report,
            findings=tuple(
                each
                if each.location is None
                else replace(
                    each,
                    location=None if each.location.path in self._base.gone_files else Location(each.location.path),
                )
                for each in report.findings
            ),
        )


def _kept_in_aws(base: Side, head: Side) -> Side:
    """Head, which leaves live alone where it has the bucket still, and lets its rules go in a ``removed`` block."""
    if base is None or base.kept is None or base.source in CHANGED_ONLY:
        return head
    if head is None or head.state is not State.ABSENT or states_rules(head) or head.left_alone is not None:
        return head
    return replace(head, left_alone=base.kept)


_UNREAD = {
    State.DENIED: BucketState.DENIED,
    State.THROTTLED: BucketState.THROTTLED,
    State.UNSUPPORTED: BucketState.UNSUPPORTED,
    State.ERROR: BucketState.ERROR,
    State.UNKNOWN: BucketState.UNRESOLVED,
}


def _unread(base: Side, report: BucketReport) -> PullRequest:
    reason = report.reason or "the live side does not mention this bucket"
    return PullRequest(Move.UNDECIDED, f"Who moved cannot be told: {reason}", base, reason)


def _told(report: BucketReport, found: PullRequest, head: Side, rules: Rules) -> BucketReport:
    """The report of a bucket with the verdict, and with its state and findings as they follow from that."""
    state = _state(report, found, has_rules(head))
    report = replace(report, pull_request=found, drift=found.move in (Move.REVERTS, Move.CONFLICT))
    if found.move is Move.UNDECIDED:
        if report.compared or report.state in (BucketState.UNRESOLVED, BucketState.VALIDATED):
            reason = found.reason or report.reason or "who moved cannot be told"
            others = _kept(report.findings, {Family.DRIFT, Family.COVERAGE})
            open_one = not_compared(replace(report, state=BucketState.UNRESOLVED, drift=False), reason)
            return replace(open_one, findings=(*others, *open_one.findings))
        return replace(report, drift=False)
    others = _kept(report.findings, {Family.DRIFT, Family.COVERAGE})
    own = findings_of(report, found, head, rules)
    return replace(report, state=state, reason=None, findings=(*own, *others))


def _state(report: BucketReport, found: PullRequest, head_has_rules: bool) -> BucketState:
    if report.state is BucketState.VALIDATED:
        return report.state
    if found.move in (Move.CHANGES, Move.NEW, Move.REMOVAL):
        gone = report.live is not None and report.live.state is State.MISSING and not head_has_rules
        return BucketState.IN_SYNC if gone else BucketState.PENDING
    if found.move is Move.IN_SYNC:
        return BucketState.IN_SYNC
    if found.move is Move.ADOPTS:
        settled = found.settled and report.state is not BucketState.DRIFTED
        return BucketState.IN_SYNC if settled else BucketState.PENDING
    return BucketState.UNDECLARED if report.state is BucketState.UNDECLARED else BucketState.DRIFTED


def _kept(findings: Iterable[Finding], without: Collection[Family]) -> tuple[Finding, ...]:
    return tuple(each for each in findings if CATALOGUE[each.id].family not in without)
