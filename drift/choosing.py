"""Which buckets of a report a selection is about, and which rules are wanted for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from drift.cors.model import BucketCors
from drift.edits import WantedRules
from drift.errors import UsageError
from drift.report import BucketReport, BucketState, Report
from drift.selecting import Pick, RulePick, Selection, refuse_unmatched
from drift.wanted import Chosen

_DIFFERS = (BucketState.DRIFTED, BucketState.UNDECLARED)


class Chooses(Protocol):
    """``drift.wanted.adopted`` or ``restored``."""

    def __call__(
        self,
        declared: BucketCors | None,
        live: BucketCors | None,
        selection: Selection,
        *,
        zero_is_unset: bool = False,
    ) -> Chosen: ...


def choices_of(report: Report, selection: Selection, named: Collection[str], choose: Chooses) -> Mapping[int, Chosen]:
    """What is wanted of each bucket that is to be mended, by ``id`` of its part of the report.

    Accepted drift is left alone, unless the bucket is ``named`` or has a finding that is asked for. Raises
    ``UsageError`` for a selection that means nothing there, or of whose rules it is open which bucket they are of.
    """
    buckets = [each for each in report.buckets if each.state in _DIFFERS and _is_chosen(each, selection, named)]
    if selection.findings:
        _refuse_missing(report, selection)
    _refuse_ambiguous(buckets, selection)
    found: dict[int, Chosen] = {}
    matched: set[Pick] = set()
    there: list[str] = []
    hint: str | None = None
    for each in buckets:
        if each.declared is not None and each.declared.alternatives:
            found[id(each)] = Chosen(WantedRules(None), False, frozenset())  # of which of them is open
            continue
        chosen = _chosen(each, selection, choose)
        matched |= chosen.matched
        there += [word for word in chosen.there if word not in there]
        hint = hint or chosen.hint
        found[id(each)] = chosen
    if report.buckets:
        refuse_unmatched(selection, matched, there, hint)
    return found


def _chosen(report: BucketReport, selection: Selection, choose: Callable[..., Chosen]) -> Chosen:
    sides = [None if side is None else side.cors for side in (report.declared, report.live)]
    zero = any(side is not None and side.writes_max_age_zero for side in (report.declared, report.live))
    return choose(*sides, selection, zero_is_unset=zero)


def _is_chosen(report: BucketReport, selection: Selection, named: Collection[str]) -> bool:
    if selection.findings:
        return any(each.id in selection.findings for each in report.findings)
    return report.drift or report.name in named


def _refuse_missing(report: Report, selection: Selection) -> None:
    there = dict.fromkeys(each.id for each in report.findings if each.bucket is not None)
    for name in selection.findings:
        if name not in there:
            listed = ", ".join(there)
            raise UsageError(
                f"--finding {name}: no bucket has this finding",
                advice=f"the findings are {listed}" if there else "nothing was found at all",
            )


def _refuse_ambiguous(buckets: list[BucketReport], selection: Selection) -> None:
    rules: tuple[RulePick, ...] = selection.rules
    if rules and len(buckets) > 1:
        raise UsageError(
            f"{rules[0]}: {len(buckets)} buckets have rules that differ, and each counts its own",
            advice="say of which bucket: --bucket NAME",
        )
