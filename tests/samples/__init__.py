"""Reports by name, one for everything that a report can say: what all reporters are tried with.

They are made by the engine, so that none can be that the engine would not make; only what the settings add (policy,
promises, waivers, ignores) is put in by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from drift.report import Report, Verdict
from tests.samples.assessments import assessments
from tests.samples.comparisons import comparisons
from tests.samples.fleet import many, renamed
from tests.samples.hostility import HARMLESS, PAYLOADS, spoiled
from tests.samples.pull_requests import pull_requests

__all__ = ["harmless", "hostile", "many", "reports", "under"]

_LEFT_OUT = {
    "identical",
    "strict",
    "cache-only",
    "wider-added-rule",
    "wider-exposed",
    "narrower",
    "undeclared-accepted",
    "undeclared-ignored",
    "neither-has-rules",
    "missing",
    "throttled",
    "unsupported",
    "not-mentioned",
    "several-that-agree",
    "alternatives-in-sync",
    "history-unclear",
    "verdict-policy",
    "validated-refused",
    "clean",
    "promise-kept",
    "policy-waived",
    "ignored",
    "diagnostics",
    "verdict-incomplete",
    "incomplete-allowed",
}
"""Samples that hold no text of others which another sample does not hold too."""


@cache
def reports() -> dict[str, Report]:
    """Every sample by its name; ``everything`` is all of them in one."""
    single = dict([*comparisons(), *assessments(), *pull_requests()])
    return single | {"everything": _together(single.values(), single.values())}


@cache
def _every_text() -> Report:
    """Samples in one, as many as it takes to have all text of others there is."""
    single = {name: report for name, report in reports().items() if name != "everything"}
    return _together([report for name, report in single.items() if name not in _LEFT_OUT], single.values())


_FEW = ("policy-and-drift", "history", "alternatives-drift", "name-unknown", "identified", "drift-waived")


@cache
def _few_buckets() -> Report:
    single = {name: report for name, report in reports().items() if name != "everything"}
    return _together([single[name] for name in _FEW], single.values())


@cache
def under(attack: str, *, few: bool = False) -> Report:
    """A report with the attack of that name around all text that others wrote; on few buckets, for what is slow."""
    return spoiled(_few_buckets() if few else _every_text(), PAYLOADS[attack])


def hostile() -> dict[str, Report]:
    """All of them by the name of the attack."""
    return {attack: under(attack) for attack in PAYLOADS}


@cache
def harmless(*, few: bool = False) -> Report:
    """The twin of every hostile report: a harmless word in place of the attack."""
    return spoiled(_few_buckets() if few else _every_text(), HARMLESS)


def _together(single: Iterable[Report], every: Iterable[Report]) -> Report:
    """A report on the buckets of some, and with what every one of them says beside its buckets."""
    every = tuple(every)
    named = (
        renamed(bucket, f"{bucket.name}-{number}") if isinstance(bucket.name, str) else bucket
        for number, bucket in enumerate(bucket for report in single for bucket in report.buckets)
    )
    return replace(
        every[0],
        verdict=Verdict.ERROR,
        exit_code=2,
        buckets=tuple(named),
        diagnostics=tuple(dict.fromkeys(each for report in every for each in report.diagnostics)),
        general=tuple(dict.fromkeys(each for report in every for each in report.general)),
        promises=tuple(dict.fromkeys(each for report in every for each in report.promises)),
        ignored=tuple(dict.fromkeys(each for report in every for each in report.ignored)),
    )
