"""What is found of a bucket on a pull request, by its verdict. Pure."""

from __future__ import annotations

from drift.finding import Example, Finding
from drift.findings import finding
from drift.judge import Rules
from drift.pull_request import Move, PullRequest
from drift.pull_request_words import beside
from drift.report import BucketReport, BucketState
from drift.sides import Side, has_rules
from drift.snapshot import State

FINDINGS = {
    Move.CHANGES: "change-to-deploy",
    Move.NEW: "change-to-deploy",
    Move.REMOVAL: "rules-to-be-removed",
    Move.STAYS: "drift-untouched",
    Move.REPAIRS: "drift-repaired",
    Move.ADOPTS: "live-adopted",
    Move.REVERTS: "live-change-undone",
    Move.CONFLICT: "change-in-conflict",
}
"""The finding of each verdict; the others make none."""

_TAKEN_AWAY = "Decide whether the rules may go; if they may, put live back first, or waive this."
_MORE = "Look at what deploying changes beside it: that is told by a finding of its own."


def findings_of(report: BucketReport, found: PullRequest, head: Side, rules: Rules) -> tuple[Finding, ...]:
    """The finding of the verdict, if it makes one, and of what a pull request that adopts changes beside."""
    kind = FINDINGS.get(found.move)
    missing = report.live is not None and report.live.state is State.MISSING
    if kind is None or (found.move is Move.NEW and not has_rules(head)) or (found.move is Move.REMOVAL and missing):
        return ()
    if found.move is Move.STAYS and report.state is BucketState.UNDECLARED and rules.undeclared is None:
        return ()
    without_effect = head is not None and head.left_alone is not None
    if found.move in (Move.CHANGES, Move.REMOVAL) and without_effect:
        kind = "change-without-effect"
    place = next((side.location for side in (report.declared, found.base) if side is not None), None)
    help_ = _TAKEN_AWAY if found.move is Move.CONFLICT and not has_rules(head) else None
    if found.beside is None:
        return (finding(kind, report.name, found.says, place, help=help_),)
    more = "change-without-effect" if without_effect else "change-to-deploy"
    says = found.says if without_effect else beside(found.beside)
    return (
        finding(kind, report.name, found.says, place, help=_MORE),
        finding(more, report.name, says, place, example=Example(found.beside.request, found.beside.head)),
    )
