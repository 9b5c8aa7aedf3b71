"""What is made of a comparison: policy, promises, levels, waivers and ignores, and then verdict and exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from drift.catalogue import CATALOGUE, Family
from drift.finding import Finding, PromiseOutcome
from drift.ignoring import Ignores
from drift.location import Severity
from drift.policy import policy_findings
from drift.report import LOOKED_AT, BucketReport, BucketState, ExitPolicy, Report, Verdict
from drift.settings import AssessmentSettings, FailOn
from drift.waivers import apply_waivers, ignore_findings


def assess(
    report: Report,
    settings: AssessmentSettings,
    exits: ExitPolicy,
    *,
    ignores: Ignores | None = None,
    narrowed: bool = False,
    whole: bool = True,
) -> Report:
    """The report with all findings, and the verdict and exit code that come of them.

    ``ignores``: those of the settings, where they were minded before anything was read. ``narrowed``: the run does not
    look at all that the settings may speak of, so that what they say of other buckets is not called unused. Without
    ``whole`` there may be buckets that did not even come up.
    """
    narrowed = narrowed or not whole or report.verdict is Verdict.ERROR  # what could not be read may hold more
    ignores = ignores or Ignores(settings.ignores)
    buckets = tuple(
        replace(each, findings=(*each.findings, *policy_findings(each)))
        for each in report.buckets
        if not ignores.leaves_out(each.name)
    )
    buckets, about_none, outcomes = _promised(buckets, settings, narrowed=narrowed)
    buckets = tuple(replace(each, findings=_levelled(each.findings, settings)) for each in buckets)
    today = settings.today or datetime.now(UTC).date()
    general = (*report.general, *about_none)
    buckets, general = apply_waivers(buckets, general, settings.waivers, today, narrowed=narrowed)
    general = _levelled((*general, *ignore_findings(ignores.outcome, narrowed=narrowed)), settings)
    buckets = tuple(replace(each, drift=_is_drift(each, settings)) for each in buckets)
    outcome = replace(
        report,
        buckets=buckets,
        general=general,
        promises=outcomes,
        ignored=ignores.outcome,
        fail_on=settings.fail_on,
    )
    verdict = _verdict(outcome, whole=whole)
    alone = report.verdict is Verdict.CLEAN  # so far only declarations by themselves are
    looked_at = any(bucket.state in LOOKED_AT or (alone and _has_rules(bucket)) for bucket in buckets)
    return replace(outcome, verdict=verdict, exit_code=exits.code(verdict, something_compared=looked_at))


def _promised(
    buckets: tuple[BucketReport, ...], settings: AssessmentSettings, *, narrowed: bool
) -> tuple[tuple[BucketReport, ...], tuple[Finding, ...], tuple[PromiseOutcome, ...]]:
    """The buckets with what is found of promises, what is found about no bucket, and what became of each promise."""
    if not settings.promises:
        return buckets, (), ()
    from drift.promises import judge_promises  # most runs have no promise, and need not know their language

    judged = judge_promises(buckets, settings.promises, narrowed=narrowed)
    told = tuple(
        replace(each, findings=(*each.findings, *judged.by_bucket.get(index, ()))) for index, each in enumerate(buckets)
    )
    return told, judged.general, judged.outcomes


def _has_rules(report: BucketReport) -> bool:
    """Whether there are declared rules, be some of it not known: the rest was looked at."""
    return report.declared is not None and report.declared.cors is not None


def _levelled(findings: Iterable[Finding], settings: AssessmentSettings) -> tuple[Finding, ...]:
    """The findings as heavy as the settings have them, without those that they switch off. Of what fails a pull request
    a remark is left.
    """
    found = []
    for each in findings:
        level = settings.levels.get(each.id, each.severity)
        if level is None and each.blames:
            level = Severity.INFO  # that deploying undoes what is live is never left out
        if level is not None:
            found.append(each if level is each.severity else replace(each, severity=level))
    return tuple(found)


def _is_drift(report: BucketReport, settings: AssessmentSettings) -> bool:
    """Whether the bucket counts as drifted: what a pull request does not touch does so only if the settings say it."""
    if report.pull_request is None:
        return _still_drift(report, settings)
    differs = report.state in (BucketState.DRIFTED, BucketState.UNDECLARED)
    return differs and any(each.blames for each in report.findings)


def _still_drift(report: BucketReport, settings: AssessmentSettings) -> bool:
    """Whether drift counts: not if it is waived, or if the settings make less of it than what fails the run."""
    told = [each for each in report.findings if CATALOGUE[each.id].family is Family.DRIFT and each.waived is None]
    return any(_counts(each, report, settings) for each in told)


def _counts(finding: Finding, report: BucketReport, settings: AssessmentSettings) -> bool:
    if finding.id not in settings.levels:
        return report.drift
    usual = FailOn(CATALOGUE[finding.id].severity)
    return usual.reached_by(finding.severity) or settings.fail_on.reached_by(finding.severity)


def _verdict(report: Report, *, whole: bool) -> Verdict:
    if report.verdict is Verdict.ERROR:
        return Verdict.ERROR
    if any(bucket.drift for bucket in report.buckets):
        return Verdict.DRIFT
    if any(report.fails(each) for each in report.findings):
        return Verdict.POLICY
    if not report.buckets and whole:
        return Verdict.NOTHING
    seen = all(bucket.state in LOOKED_AT for bucket in report.buckets)
    if not seen or not whole or any(each.undecided for each in report.promises):
        return Verdict.INCOMPLETE
    in_sync = all(each.state is BucketState.IN_SYNC for each in report.buckets)
    return Verdict.IN_SYNC if in_sync else Verdict.CLEAN
