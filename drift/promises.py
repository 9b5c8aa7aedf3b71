"""Promises: statements that must hold of the declared and of the live rules of buckets, each side by itself.

A side is one bucket's declared rules or its live ones. No CORS configuration is a list of rules that allows nothing.
What could not be read or resolved keeps no promise and breaks none: it leaves it undecided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drift.cors.model import Unknown
from drift.cors.promised import Decider, Decision, Held
from drift.errors import UsageError
from drift.finding import Example, Finding, PromiseOutcome, Side
from drift.findings import finding
from drift.location import Location, Severity
from drift.promise_globs import Fit, fit
from drift.promise_telling import any_of, shown
from drift.promise_text import parse
from drift.report import BucketReport, BucketState
from drift.settings import Promise
from drift.snapshot import Bucket, State

_WHY = {
    State.UNKNOWN: "what is declared could not be resolved",
    State.DENIED: "reading the live rules was denied",
    State.MISSING: "there is no such bucket",
    State.THROTTLED: "S3 asked to slow down",
    State.UNSUPPORTED: "the store has no CORS configuration to ask for",
    State.ERROR: "reading the live rules failed",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of promises: findings by index of the bucket, findings about no bucket, and the counts of each."""

    by_bucket: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    general: tuple[Finding, ...] = ()
    outcomes: tuple[PromiseOutcome, ...] = ()


def judge_promises(buckets: Sequence[BucketReport], promises: Sequence[Promise], *, narrowed: bool = False) -> Judged:
    """Every promise held against each bucket whose name fits it, the declared rules and the live ones by themselves.

    ``narrowed``: these are not all buckets that the settings may speak of, so a promise about none of them is not told.
    Raises ``UsageError`` for a sentence that is not understood.
    """
    found: dict[int, list[tuple[_Judge, _Told]]] = {}
    judges = [_Judge(promise) for promise in promises]
    for index, report in enumerate(buckets):
        told = [(judge, each) for judge in judges for each in judge.told(report)]
        if told:
            found[index] = told
    general = tuple(judge.about_nothing() for judge in judges if not judge.about and not narrowed)
    by_bucket = {index: tuple(_findings(buckets[index], told)) for index, told in found.items()}
    return Judged(by_bucket, general, tuple(judge.outcome for judge in judges))


def _findings(report: BucketReport, told: Sequence[tuple[_Judge, _Told]]) -> Iterator[Finding]:
    """One for each promise, but one for all that are undecided since the whole side is not known."""
    unread: dict[_Told, list[_Judge]] = {}
    for judge, each in told:
        if each.unread:
            unread.setdefault(each, []).append(judge)
    for judge, each in told:
        alike = unread.get(each, [judge])
        if len(alike) == 1:
            yield judge.finding(report, each)
        elif alike[0] is judge:
            listed = any_of([str(other) for other in alike], "and", "promises")
            message = f"{len(alike)} promises cannot be decided on {_SIDES[each.side]}: {each.says} ({listed})"
            yield finding("promise-undecided", report.name, message, each.place, _weight(each), side=each.side)


@dataclass(frozen=True, slots=True)
class _Case:
    """A declaration or a live bucket, and what became of the promise there. ``when``: in which case, "" in any."""

    when: str
    bucket: Bucket
    decision: Decision
    unread: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of the promise on one side, in words where it was not kept, and where."""

    side: Side
    held: Held
    says: str = ""
    place: Location | None = None
    example: Example | None = None
    unread: bool = False
    """Whether nothing is known of the side, whatever the promise."""
    alike: str = ""
    """What it says, but for the number of the rule: that is another one where the order of rules is folded."""

    @property
    def outcome(self) -> object:
        """Equal for two sides of which the same is to be told."""
        return self.held, self.alike, self.example and self.example.request

    def and_live(self, live: _Told) -> _Told:
        """The same of both sides."""
        ours, theirs = (each.example.answer.rule if each.example else None for each in (self, live))
        other = f" (live by rule {theirs + 1})" if theirs is not None and ours != theirs else ""
        return replace(self, side=Side.BOTH, says=self.says + other)


class _Judge:
    """One promise; it counts what became of it."""

    def __init__(self, promise: Promise) -> None:
        statement = parse(promise.says, location=promise.location)
        if statement.buckets and promise.buckets:
            message = "the buckets of a promise stand in its sentence or beside it, not in both"
            raise UsageError(message, location=promise.location)
        self._promise = promise
        self._statement = replace(statement, buckets=statement.buckets or promise.buckets)
        self._decider = Decider(statement)
        self._counts = dict.fromkeys(Held, 0)
        self.about = False

    @property
    def outcome(self) -> PromiseOutcome:
        """The counts so far."""
        kept, broken, undecided = (self._counts[each] for each in (Held.KEPT, Held.BROKEN, Held.UNDECIDED))
        given = self._promise
        outcome = PromiseOutcome(given.says, kept, broken, undecided, given.location, self._statement.buckets)
        return replace(outcome, subject=str(self._statement))

    def about_nothing(self) -> Finding:
        """That no bucket fits."""
        which = f"fits {', '.join(self._statement.buckets)}" if self._statement.buckets else "was looked at"
        message = f"{self._named()} is about no bucket of this run: none {which}"
        place = self._promise.location
        return finding("promise-about-no-bucket", None, message, place, subject=str(self._statement))

    def __str__(self) -> str:
        return f'"{self._statement}"'

    def told(self, report: BucketReport) -> list[_Told]:
        """What is to be told of the bucket; nothing where the promise is kept or about others."""
        fits = fit(self._statement.buckets, report.name)
        if fits is Fit.NO:
            return []
        self.about = True
        told = [self._told(side, cases, report) for side, cases in self._sides(report)]
        if fits is Fit.MAYBE:
            told = [_only_if_meant(each, report) for each in told]
        for each in told:
            self._counts[each.held] += 1
        told = [each for each in told if each.held is not Held.KEPT]
        if len(told) == 2 and told[0].outcome == told[1].outcome:
            told = [told[0].and_live(told[1])]
        return told

    def _sides(self, report: BucketReport) -> Iterator[tuple[Side, list[_Case]]]:
        declared, live = report.declared, report.live
        if declared is not None:
            yield Side.DECLARED, list(self._cases((declared, *report.also_declared)))
        if live is not None:
            yield Side.LIVE, [self._case("", live)]
        elif declared is not None and _unread(report):
            why = report.reason or "which live bucket is meant is not known"
            yield Side.LIVE, [_Case("", declared, Decision(Held.UNDECIDED, why=why), unread=True)]

    def _cases(self, claims: Sequence[Bucket]) -> Iterator[_Case]:
        """Whatever the declarations may come to: several of one bucket overwrite one another."""
        for claim in claims:
            when = f"the declaration at {claim.location} counts" if len(claims) > 1 and claim.location else ""
            for each in claim.alternatives:
                if each.bucket is not None:
                    yield self._case(f"{when}, and {each.when}" if when else each.when, each.bucket)
            if not claim.alternatives:
                yield self._case(when, claim)

    def _case(self, when: str, bucket: Bucket) -> _Case:
        why = None
        if bucket.state is State.ABSENT and not bucket.says_none:
            why = bucket.reason
        elif bucket.state not in (State.CONFIGURED, State.ABSENT):
            why = bucket.reason or _WHY[bucket.state]
        if why is not None:
            return _Case(when, bucket, Decision(Held.UNDECIDED, why=why), unread=True)
        return _Case(when, bucket, self._decider.decide(bucket.cors))

    def _told(self, side: Side, cases: Sequence[_Case], report: BucketReport) -> _Told:
        """What became of it on the side: it must hold in every case."""
        for held in (Held.BROKEN, Held.UNDECIDED):
            of_these = [case for case in cases if case.decision.held is held]
            if of_these:
                first = of_these[0]
                where = _cases_of(of_these, cases)
                says, alike = (self._says(first.decision, numbered=each) + where for each in (True, False))
                place, example = self._place(side, first, report), _example(first.decision)
                unread = held is Held.UNDECIDED and all(case.unread for case in cases)
                return _Told(side, held, says, place, example, unread, alike)
        return _Told(side, Held.KEPT)

    def _place(self, side: Side, case: _Case, report: BucketReport) -> Location | None:
        if side is Side.DECLARED:
            decision, bucket = case.decision, case.bucket
            if decision.rule is not None and bucket.places:
                return bucket.places[decision.rule].of(decision.field or "")
            declared = bucket.location or (report.declared.location if report.declared else None)
            return declared or self._promise.location
        known = [each.location for each in (report.declared, report.live) if each is not None and each.location]
        return known[0] if known else self._promise.location

    def _says(self, decision: Decision, *, numbered: bool = True) -> str:
        if decision.request is None or decision.answer is None or decision.bad is None:
            return decision.why or "its meaning could not be decided"
        rule = f"rule {(decision.answer.rule or 0) + 1}" if numbered else "a rule"
        said = shown(decision.request, decision.answer, decision.bad, self._statement, rule)
        return said + (", in an order in which S3 may store these rules" if decision.reordered else "")

    def finding(self, report: BucketReport, told: _Told) -> Finding:
        """What became of the promise, told."""
        kind, verb = (
            ("promise-broken", "does not hold")
            if told.held is Held.BROKEN
            else ("promise-undecided", "cannot be decided")
        )
        message = f"{self._named()} {verb} on {_SIDES[told.side]}: {told.says}"
        return finding(
            kind,
            report.name,
            message,
            told.place,
            _weight(told),
            side=told.side,
            subject=str(self._statement),
            example=told.example,
        )

    def _named(self) -> str:
        place = f" ({self._promise.location})" if self._promise.location else ""
        return f'The promise "{self._statement}"{place}'


_SIDES = {
    Side.DECLARED: "what is declared",
    Side.LIVE: "what is live",
    Side.BOTH: "what is declared and what is live",
}


def _weight(told: _Told) -> Severity | None:
    """Little where nothing is known of the side: that is told by itself, with the same reason."""
    return Severity.INFO if told.unread else None


def _unread(report: BucketReport) -> bool:
    """Whether a live side should be there: of a declaration that is looked at alone, none is.

    A report on declarations alone has a bucket as unresolved only if what it declares is not known.
    """
    known = report.declared is not None and report.declared.comparable and not report.also_declared
    return report.state is BucketState.UNRESOLVED and known


def _only_if_meant(told: _Told, report: BucketReport) -> _Told:
    """What a broken promise is on a bucket that it may not be about. Kept is kept either way."""
    if told.held is Held.KEPT or not isinstance(report.name, Unknown):
        return told
    open_ = f"whether the promise is about this bucket, whose name is not known ({report.name.reason})"
    if told.held is Held.BROKEN:
        return replace(told, held=Held.UNDECIDED, says=f"{open_}; if it is, it is broken: {told.says}")
    return replace(told, says=f"{open_}; and {told.says}", unread=False)


def _example(decision: Decision) -> Example | None:
    if decision.request is None or decision.answer is None:
        return None
    return Example(decision.request, decision.answer)


def _cases_of(of_these: Sequence[_Case], cases: Sequence[_Case]) -> str:
    """In which cases the first of these comes out so, where not in all of them alike."""
    first = of_these[0].decision
    alike = [case for case in of_these if (case.decision.request, case.decision.why) == (first.request, first.why)]
    if len(alike) == len(cases) or not alike[0].when:
        return ""
    others = [case.when for case in of_these if case not in alike]
    told = f", if {any_of([case.when for case in alike])}"
    return f"{told}; and otherwise if {any_of(others)}" if others else told
