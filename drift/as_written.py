"""Pull requests under ``--strict``, where a difference counts that changes no answer. Pure."""

from __future__ import annotations

from dataclasses import replace

from drift.diff import diff_rules
from drift.pull_request import Move, PullRequest
from drift.report import BucketReport, BucketState
from drift.sides import Side, zero_is_unset

_NO_ANSWER = "which changes no answer that a browser gets"


def as_written(found: PullRequest, report: BucketReport, base: Side) -> PullRequest:
    """The verdict by how the rules are written, where by what they mean nobody moved.

    ``report`` is of head and live, and knows their differences. Nothing that a browser notices can be lost here, so
    none of this is undone in silence or in conflict.
    """
    if found.move is not Move.IN_SYNC or report.state is BucketState.IN_SYNC:
        return found
    if report.state is not BucketState.DRIFTED or (base is not None and not base.comparable):
        reason = report.reason or "how the target branch writes the rules is not known"
        return replace(found, move=Move.UNDECIDED, says=f"Who moved cannot be told: {reason}", reason=reason)
    if _alike(base, report.live):
        says = f"The pull request writes the rules otherwise, {_NO_ANSWER}; live is as the target branch has it"
        return replace(found, move=Move.CHANGES, says=says)
    return replace(
        found, move=Move.STAYS, says=f"Live is written otherwise than the target branch has it, {_NO_ANSWER}"
    )


def _alike(base: Side, live: Side) -> bool:
    ours, theirs = (None if side is None else side.cors for side in (base, live))
    if ours is None or theirs is None:
        return ours is theirs
    return not diff_rules(ours, theirs, zero_is_unset=zero_is_unset(base, live)).changes
