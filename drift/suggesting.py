"""Edits that have a pull request take over what it would undo: what live has changed since base, put into head.

Only what was proven is shown. The rules are a merge of the three sides, of which the same three-way verdict must then
say that all is taken over, and that the pull request keeps all that it changed itself. The edits are those of
``drift.adopting``, made to head as the target branch will have it, read again and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drift.adoption import Adopting, FileChange, Outcome, ShownEdit
from drift.base_side import BaseSide
from drift.cors.model import BucketCors, Text
from drift.fixing import adopt_report
from drift.location import Severity
from drift.pull_request import Move
from drift.report import BucketReport, BucketState, Report
from drift.rule_merge import Clash, merged_rules
from drift.settings import Settings
from drift.sides import Side, in_order, zero_is_unset
from drift.snapshot import Bucket, State
from drift.threeway import three_way

MAX_BUCKETS = 20
"""So many buckets of a run get edits: each trial of one has all declarations read again."""

_UNDOES = (Move.REVERTS, Move.CONFLICT)
_TOLD_AS = ("live-change-undone", "change-in-conflict")
_TAKES_OVER = (Move.ADOPTS, Move.IN_SYNC)
_KEEPS = (*_TAKES_OVER, Move.CHANGES, Move.NEW, Move.REMOVAL)
"""What the merge may be to head, as if that were live: all of it, or head has changed nothing that a browser meets."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """One bucket whose live change the pull request would undo. ``edits`` are lines of head, none where ``why`` says
    why; ``adopting`` has all that there is to say of it. Nothing in it is sensitive.
    """

    name: Text
    move: Move
    adopting: Adopting
    edits: tuple[ShownEdit, ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All of them, with the files that they are of: by the path that the edits show."""

    buckets: tuple[Suggested, ...] = ()
    files: tuple[FileChange, ...] = ()

    @property
    def edits(self) -> tuple[ShownEdit, ...]:
        """Each edit once: one may do for several buckets."""
        return tuple(dict.fromkeys(edit for bucket in self.buckets for edit in bucket.edits))

    def of(self, edit: ShownEdit) -> Sequence[Suggested]:
        """The buckets that an edit is for."""
        return [each for each in self.buckets if edit in each.edits]


def suggestions(report: Report, paths: Sequence[Path], settings: Settings) -> Suggestions:
    """What to change in head, for each bucket of the report of which deploying would undo a live change.

    ``report`` is that of ``drift.pipeline.check`` with the same paths and settings, sensitive values in the clear.
    Raises ``CorsDriftError``.
    """
    asked = [each for each in report.buckets if _move(each) in _UNDOES and _is_open(each)]
    if settings.base is None or not asked:
        return Suggestions()
    chosen = {id(each): _target(each) for each in asked[:MAX_BUCKETS]}
    late = {id(each): _Target(why=_TOO_MANY) for each in asked[MAX_BUCKETS:]}
    targets = [(chosen | late).get(id(each)) for each in report.buckets]
    buckets = [_merged(*each) for each in zip(report.buckets, targets, strict=True)]
    with BaseSide(paths, settings) as side:
        adoption = adopt_report(replace(report, buckets=tuple(buckets)), paths, settings, opened=side.head)
    found = []
    for bucket, target, made in zip(report.buckets, targets, adoption.buckets, strict=True):
        if target is not None:
            found.append(_suggested(bucket, target, made))
    used = {edit.path for each in found for edit in each.edits}
    return Suggestions(tuple(found), tuple(each for each in adoption.files if each.shown in used))


@dataclass(frozen=True, slots=True)
class _Target:
    """The rules that head should have; ``why`` says why there are none."""

    cors: BucketCors | None = None
    why: str | None = None


def _is_open(report: BucketReport) -> bool:
    """Whether what is undone is told at a level that somebody is to look at, and not waived."""
    told = [each for each in report.findings if each.id in _TOLD_AS and each.waived is None]
    return any(each.severity is not Severity.INFO for each in told)


def _move(report: BucketReport) -> Move | None:
    return None if report.pull_request is None else report.pull_request.move


def _target(report: BucketReport) -> _Target:
    head, live = report.declared, report.live
    base = None if report.pull_request is None else report.pull_request.base
    if head is None:
        return _Target(why="the pull request no longer declares the bucket")
    if any(side is not None and side.alternatives for side in (base, head)):
        return _Target(why="the code leaves open which of several declarations holds")
    if any(side is not None and side.cors is not None and any(side.cors.unknowns()) for side in (base, head, live)):
        return _Target(why="what differs hangs on values that are not known")
    try:
        cors = merged_rules(*_ordered(base, head, live), zero_is_unset=zero_is_unset(base, head, live))
    except Clash as clash:
        return _Target(why=f"the two changes cannot be put together: {clash.args[0]}")
    merge = _with_rules(head, cors)
    holds = three_way(base, merge, live).move in _TAKES_OVER and three_way(base, merge, head).move in _KEEPS
    return _Target(cors) if holds else _Target(why=_NO_MERGE)


_TOO_MANY = f"only the first {MAX_BUCKETS} buckets of a run are looked at for edits"
_NO_MERGE = (
    "put together, they would answer some request neither as it is answered live nor as the pull request wants it"
)


def _ordered(base: Side, head: Bucket, live: Side) -> tuple[BucketCors | None, BucketCors | None, BucketCors | None]:
    """The rules of the three, those without an order in that nearest to live, as the verdict has them."""
    zero = zero_is_unset(base, head, live)

    def rules(side: Side, other: Side) -> BucketCors | None:
        if side is None or side.cors is None:
            return None
        return replace(side.cors, rules=in_order(side, other, zero=zero))

    return rules(base, live), rules(head, live), rules(live, head)


def _with_rules(bucket: Bucket, cors: BucketCors | None) -> Bucket:
    state = State.ABSENT if cors is None else State.CONFIGURED
    return replace(bucket, state=state, cors=cors, places=(), reason=None)


def _merged(report: BucketReport, target: _Target | None) -> BucketReport:
    """The bucket as if the rules that are wanted were live, so that adopting them is what is to be done."""
    if target is None or target.why is not None or report.declared is None:
        return replace(report, state=BucketState.IN_SYNC, drift=False)
    live = replace(report.live or report.declared, state=State.CONFIGURED, reason=None)
    return replace(report, state=BucketState.DRIFTED, drift=True, live=_with_rules(live, target.cors))


def _suggested(report: BucketReport, target: _Target, made: Adopting) -> Suggested:
    move = _move(report) or Move.CONFLICT
    if target.why is not None:
        return Suggested(made.name, move, made, why=target.why)
    if made.outcome is Outcome.TO_DO and made.edits:
        return Suggested(made.name, move, made, made.edits)
    return Suggested(made.name, move, made, why=made.reason or "no edit is known for the way in which it is written")
