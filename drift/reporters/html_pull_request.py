"""What the page says of a pull request: against which base, what the columns are, who moved, what each side answers.

The words are those of the verdicts, as the other reports have them.
"""

from __future__ import annotations

from collections.abc import Iterator

from drift.catalogue import CATALOGUE, Family
from drift.cors.model import CorsRequest
from drift.report import BucketReport, Report, Verdict
from drift.reporters.html_markup import Markup, tag
from drift.reporters.html_words import code, listed, short
from drift.reporters.report_words import answer_words, declared_side, family_of, findings_worst_first, proofs

_MEANING = {
    Verdict.IN_SYNC: "What is live answers every browser as the code with the pull request declares.",
    Verdict.CLEAN: "Nothing that the pull request does to the rules fails the run.",
    Verdict.DRIFT: "What the pull request does to the rules, or leaves as it was, fails the run.",
    Verdict.POLICY: "Something found in the rules or the settings fails the run.",
    Verdict.INCOMPLETE: "Not everything could be looked at: what the pull request does is not known of all buckets.",
}

_BOTH = (
    "Two sides are shown: what the code declares with the pull request, and what is live. What the target branch "
    "answers stands beside the request that a verdict is about."
)
_ALONE = "What the code declares with the pull request is shown; live was not read."


def base_line(report: Report) -> Markup | None:
    """Against what the pull request was compared, and what the two columns are; None where there is no base."""
    if report.base is None:
        return None
    commit = f" at {report.base.commit[:12]}" if report.base.commit else ""
    return tag(
        "p",
        "Pull request against ",
        code(report.base.given, 200),
        f"{commit}. {_BOTH if report.live_source else _ALONE}",
        class_="summary",
    )


def meaning(report: Report) -> str | None:
    """What the verdict says of a pull request: what its worst finding is, where that fails the run."""
    if report.base is None:
        return None
    failing = [each for each in findings_worst_first(report.findings) if report.fails(each)]
    for finding in failing:
        if family_of(finding) is Family.PULL_REQUEST:
            return f"{CATALOGUE[finding.id].title}."
    return _MEANING.get(report.verdict)


def side_title(report: BucketReport) -> str:
    """The heading of the column of what is declared."""
    words = declared_side(report)
    return words[0].upper() + words[1:]


def move_words(report: BucketReport) -> str | None:
    """The verdict on the bucket, as the documents name it; None where there is no base."""
    return None if report.pull_request is None else report.pull_request.move.value.replace("_", " ")


def leads(report: BucketReport) -> Iterator[Markup]:
    """Who moved and what deploying does, and what all three sides answer to the request that shows it."""
    for heading, *details in proofs(report):
        yield tag("p", short(heading))
        told = listed([tag("span", short(line.strip())) for line in details])
        if told is not None:
            yield tag("div", told, class_="hint")


def base_answer(report: BucketReport, request: CorsRequest) -> Markup | None:
    """What the target branch answers, for the request that shows the verdict: of others the report has no answer."""
    found = report.pull_request
    for three in (found.witness, found.beside) if found is not None else ():
        if three is not None and three.request == request:
            return tag("p", "Target branch: ", short(answer_words(three.base)), class_="hint")
    return None
