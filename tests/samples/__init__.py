"""Reports by name, one for everything that a report can say: what all reporters are tried with.

They are made by the engine, so that none can be that the engine would not make; only what the settings add (policy,
promises, waivers, ignores) is put in by hand.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from drift.report import Report, Verdict
from tests.samples.assessments import assessments
from tests.samples.comparisons import comparisons
from tests.samples.fleet import many, renamed
from tests.samples.hostility import HARMLESS, PAYLOADS, spoiled

__all__ = ["harmless", "hostile", "many", "reports"]


@cache
def reports() -> dict[str, Report]:
    """Every sample by its name; ``everything`` is all of them in one."""
    single = dict([*comparisons(), *assessments()])
    return single | {"everything": _together(tuple(single.values()))}


@cache
def hostile() -> dict[str, Report]:
    """By the name of the attack: everything, with the attack around all text that others wrote."""
    return {name: spoiled(reports()["everything"], attack) for name, attack in PAYLOADS.items()}


@cache
def harmless() -> Report:
    """The twin of every hostile report: a harmless word in place of the attack."""
    return spoiled(reports()["everything"], HARMLESS)


def _together(single: tuple[Report, ...]) -> Report:
    named = (
        renamed(bucket, f"{bucket.name}-{number}") if isinstance(bucket.name, str) else bucket
        for number, bucket in enumerate(bucket for report in single for bucket in report.buckets)
    )
    return replace(
        single[0],
        verdict=Verdict.ERROR,
        exit_code=2,
        buckets=tuple(named),
        diagnostics=tuple(dict.fromkeys(each for report in single for each in report.diagnostics)),
        general=tuple(dict.fromkeys(each for report in single for each in report.general)),
        promises=tuple(dict.fromkeys(each for report in single for each in report.promises)),
        ignored=tuple(dict.fromkeys(each for report in single for each in report.ignored)),
    )
