"""Reports as JUnit XML, for the test dashboards of Jenkins, GitLab and their like.

A suite holds each sort of question: did the bucket's rules stay as declared, do the rules keep to the policy, do the
promises hold, do the settings still fit. Whoever reads it sees drift and risks apart.

The shape is what the readers have in common (jenkinsci/xunit-plugin, junit-10.xsd; GitLab, "Unit test reports"), with
``file`` and ``line`` of a case beside, which GitLab and pytest's readers know and the others pass over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import TextIO

from drift.catalogue import Family
from drift.errors import EXIT_OK
from drift.finding import Finding, PromiseOutcome
from drift.location import Severity
from drift.report import LOOKED_AT, BucketReport, BucketState, Report, Verdict
from drift.reporters.junit_xml import Case, Outcome, bounded, case_element, opened, text_of
from drift.reporters.report_words import (
    VERDICT_WORDS,
    change_lines,
    example_words,
    family_of,
    finding_name,
    is_judged,
    legend_lines,
    note_words,
    promise_counts,
    promise_says,
    promise_words,
    proofs,
    state_words,
    summary_words,
    title_of,
    unknown_lines,
    waived_words,
)
from drift.reporters.words import place_words, printable

MAX_NAME = 200
"""Characters of a case's name; a longer one ends in what tells it apart."""


def write_report(report: Report, stream: TextIO) -> None:
    """Write one case for each bucket, and for each finding of policy, promise and waiver.

    A failure is what fails the run; skipped is what is accepted, or too light to fail it; an error is what could not be
    told. What is only remarked is counted beside the cases. ASCII only, so that no encoding can spoil it.
    """
    suites = _suites(report)
    counts = Counter(case.outcome for _, cases in suites for case in cases)
    stamp = "" if report.compared_at is None else f"{report.compared_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(opened("testsuites", {"name": "cors-drift", **_counted(counts, skipped=False)}))
    for number, (name, cases) in enumerate(suites):
        counts = Counter(case.outcome for case in cases)
        stream.write(opened("testsuite", {"name": name, **_counted(counts), "time": "0", "timestamp": stamp}))
        for text in map(case_element, cases):
            stream.write(text)
        if not number:
            stream.write(f"<system-out>{text_of(_in_all(report))}</system-out>\n")
        stream.write("</testsuite>\n")
    stream.write("</testsuites>\n")


def _suites(report: Report) -> list[tuple[str, list[Case]]]:
    """The suites that have cases, all in the order of the report: what is numbered keeps its number from run to run."""
    judged = [(bucket, each) for bucket in report.buckets for each in bucket.findings if is_judged(each)]
    found = [*judged, *((None, each) for each in report.general)]
    validated = [each for each in report.buckets if each.state is BucketState.VALIDATED]
    compared = [each for each in report.buckets if each.state is not BucketState.VALIDATED]
    parts = {
        "input": [*_faults(report)],
        "comparison": [_comparison(report, each, title) for each, title in _titled(compared)],
        "validation": [_comparison(report, each, title) for each, title in _titled(validated)],
        "policy": [*_of_family(report, found, Family.POLICY)],
        "promises": [*_promises(report, found)],
        "waivers": [*_of_family(report, found, Family.WAIVER)],
    }
    good = report.verdict in (Verdict.IN_SYNC, Verdict.CLEAN)
    bad = any(case.outcome in (Outcome.FAILURE, Outcome.ERROR) for cases in parts.values() for case in cases)
    if not bad and (not good or not report.buckets):
        told = f"{VERDICT_WORDS[report.verdict]}. {summary_words(report)}"
        faults = tuple(f"{each.severity}: {each.message}" for each in report.diagnostics)
        parts["input"].append(Case("input", "the whole run", _unknown(report), report.verdict.value, told, faults))
    return [(name, _apart(cases)) for name, cases in parts.items() if cases]


def _unknown(report: Report) -> Outcome:
    """How a case ends of which nothing is known: skipped where the options let that pass."""
    return Outcome.SKIPPED if report.exit_code == EXIT_OK else Outcome.ERROR


def _titled(buckets: Sequence[BucketReport]) -> list[tuple[BucketReport, str]]:
    """The buckets with what they are called; where several are called alike, with their addresses."""
    titles = Counter(title_of(each) for each in buckets)
    return [(each, title_of(each) + (_address(each) if titles[title_of(each)] > 1 else "")) for each in buckets]


def _address(bucket: BucketReport) -> str:
    address = bucket.declared.address if bucket.declared is not None else None
    return f" at {address}" if address else ""


def _faults(report: Report) -> Iterator[Case]:
    """Input that could not be used: nothing that was looked at makes up for it."""
    for each in report.diagnostics:
        if each.severity is Severity.ERROR:
            name = f"{each.id}: {each.location.path}" if each.location else each.id
            lines = (f"try: {each.help}",) if each.help else ()
            yield Case("input", name, Outcome.ERROR, each.id, each.message, lines, each.location)


def _comparison(report: Report, bucket: BucketReport, title: str) -> Case:
    side = bucket.declared or bucket.live
    place = side.location if side is not None else None
    drift = [
        each for each in bucket.findings if family_of(each) in (Family.DRIFT, Family.PULL_REQUEST, Family.COVERAGE)
    ]
    kind = drift[0].id if drift else str(bucket.state)
    if bucket.drift:
        lines = tuple(_difference(bucket))
        return Case("comparison", title, Outcome.FAILURE, kind, state_words(bucket), lines, place)
    if bucket.state not in LOOKED_AT:
        message = f"{state_words(bucket)}: {bucket.reason or 'not compared'}"
        return Case("comparison", title, _unknown(report), kind, message, tuple(_difference(bucket)), place)
    if bucket.state in (BucketState.DRIFTED, BucketState.UNDECLARED):
        why = [waived_words(each.waived) for each in drift if each.waived is not None]
        message = "; ".join([state_words(bucket), *why])
        return Case("comparison", title, Outcome.SKIPPED, kind, message, tuple(_difference(bucket)), place)
    group = "validation" if bucket.state is BucketState.VALIDATED else "comparison"
    return Case(group, title, Outcome.PASSED, location=place)


def _difference(bucket: BucketReport) -> Iterator[str]:
    """What is to be known of a bucket that is not in sync."""
    for side in (bucket.declared, *bucket.also_declared):
        if place := place_words(side):
            yield f"declared at {place}"
    for lines in proofs(bucket):
        yield from lines
    yield from unknown_lines(bucket)
    yield from (note_words(note) for note in bucket.notes)
    yield from legend_lines(bucket)
    for change in bucket.changes:
        for sign, text in change_lines(bucket, change):
            yield text if sign == "~" else f"  {sign} {text}"
    for finding in bucket.findings:
        if family_of(finding) in (Family.DRIFT, Family.PULL_REQUEST):
            yield f"{finding.id}: {finding.help}"


def _of_family(report: Report, found: Iterable[tuple[BucketReport | None, Finding]], family: Family) -> Iterator[Case]:
    for bucket, finding in found:
        if family_of(finding) is family and not _only_remarked(report, finding):
            yield _finding(report, bucket, finding)


def _only_remarked(report: Report, finding: Finding) -> bool:
    return finding.waived is None and finding.severity is Severity.INFO and not report.fails(finding)


def _finding(report: Report, bucket: BucketReport | None, finding: Finding) -> Case:
    subject = f": {finding.subject}" if finding.subject else ""
    group = {Family.POLICY: "policy", Family.PROMISE: "promises"}.get(family_of(finding), "waivers")
    lines = [f"{finding.severity}: {finding.message}"]
    if proof := example_words(finding):
        lines.append(f"asked: {proof}")
    lines.append(f"what to do: {finding.help}")
    message, outcome = finding.message, Outcome.FAILURE
    if finding.waived is not None:
        message, outcome = f"waived {waived_words(finding.waived)}", Outcome.SKIPPED
    elif finding.id == "promise-undecided":
        outcome = _unknown(report)
    elif not report.fails(finding):
        message, outcome = f"{finding.severity}, which does not fail the run: {message}", Outcome.SKIPPED
    name = f"{_about(bucket)}{finding_name(finding)}{subject}"
    return Case(group, name, outcome, finding.id, message, tuple(lines), finding.location)


def _about(bucket: BucketReport | None) -> str:
    return f"{title_of(bucket)}: " if bucket is not None else ""


def _promises(report: Report, found: Sequence[tuple[BucketReport | None, Finding]]) -> Iterator[Case]:
    """A case for each promise, kept or not, so that its history is one; and what is found of none of them."""
    of_promises = [each for each in found if family_of(each[1]) is Family.PROMISE]
    subjects = {each.subject for each in report.promises if each.subject}
    rest = [each for each in of_promises if each[1].subject not in subjects]
    by_subject: dict[str, list[Case]] = {}
    for bucket, finding in of_promises:
        if finding.subject in subjects and not _only_remarked(report, finding):
            case = replace(_finding(report, bucket, finding), name=_about(bucket) + finding_name(finding))
            by_subject.setdefault(finding.subject, []).append(case)
    for outcome, word in promise_words(report):
        cases = by_subject.pop(outcome.subject, []) if outcome.subject else []
        if cases:
            yield _promise(outcome, cases)
        else:
            ended = Outcome.PASSED if word == "kept" else Outcome.SKIPPED
            yield Case("promises", promise_says(outcome), ended, word.lower(), word.lower(), (), outcome.location)
    yield from _of_family(report, rest, Family.PROMISE)


def _promise(outcome: PromiseOutcome, cases: Sequence[Case]) -> Case:
    """One case of all that is found of a promise: it ends as the worst of it."""
    worst = min(cases, key=lambda each: _WORST_OUTCOMES.index(each.outcome))
    lines = tuple(line for each in cases for line in (each.name, *(f"  {line}" for line in each.lines)))
    more = f" (and {len(cases) - 1:,} more: {promise_counts(outcome)})" if len(cases) > 1 else ""
    message = f"{worst.message}{more}"
    return Case("promises", promise_says(outcome), worst.outcome, worst.kind, message, lines, outcome.location)


_WORST_OUTCOMES = (Outcome.FAILURE, Outcome.ERROR, Outcome.SKIPPED, Outcome.PASSED)


def _apart(cases: list[Case]) -> list[Case]:
    """The cases with names that nobody has twice; of several that are called alike, the later ones are numbered."""
    seen = Counter[str]()
    apart = []
    for case in cases:
        name = bounded(printable(case.name), MAX_NAME)
        seen[name] += 1
        number = f" #{seen[name]}" if seen[name] > 1 else ""
        apart.append(case if not number and name == case.name else replace(case, name=name + number))
    return apart


def _counted(counts: Counter[Outcome], *, skipped: bool = True) -> dict[str, str]:
    told = {
        "tests": counts.total(),
        "failures": counts[Outcome.FAILURE],
        "errors": counts[Outcome.ERROR],
        **({"skipped": counts[Outcome.SKIPPED]} if skipped else {}),
    }
    return {name: str(count) for name, count in told.items()}


def _in_all(report: Report) -> Iterator[str]:
    yield f"{VERDICT_WORDS[report.verdict]}. {summary_words(report)}"
    remarks = sum(is_judged(each) and _only_remarked(report, each) for each in report.findings)
    if remarks:
        yield f"Not among the cases: {remarks:,} of severity info. See the JSON report."
