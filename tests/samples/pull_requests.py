"""What a report says of pull requests: one for each verdict, with live and without."""

from __future__ import annotations

from collections.abc import Iterator

from drift.assessment import assess
from drift.compare import compare, validated
from drift.cors.model import CorsRule
from drift.judge import Rules
from drift.on_pull_request import Base, on_pull_request, without_live
from drift.pull_request import BaseSource
from drift.report import ExitPolicy, Report
from drift.settings import AssessmentSettings
from drift.snapshot import Bucket, Snapshot, State
from tests.rules import rule
from tests.samples.comparisons import NOW, READS, UPLOADS, declared, live

HOTFIX = rule("GET", "https://hotfix.example.com")
SOURCE = BaseSource("origin/main", "1f0e3dad99908345f7439f8ffabdffc4a1b2c3d4")


def pull_requests() -> Iterator[tuple[str, Report]]:
    """All of them by name."""
    both, one, fixed = (UPLOADS, READS), (UPLOADS,), (UPLOADS, HOTFIX)
    yield "pull-request-changes", with_live(one, both, live(*one))
    yield "pull-request-stays", with_live(one, one, live(*fixed))
    yield "pull-request-reverts", with_live(one, both, live(*fixed))
    yield "pull-request-conflict", with_live((READS,), (HOTFIX,), live(*one))
    yield "pull-request-adopts", with_live(one, fixed, live(*fixed))
    yield "pull-request-repairs", with_live(one, both, live())
    yield "pull-request-removal", with_live(one, None, live(*one))
    denied = live(state=State.DENIED, reason="AccessDenied")
    yield "pull-request-denied", with_live(one, both, denied)
    yield "pull-request-offline", offline(one, both)


def with_live(base: tuple[CorsRule, ...], head: tuple[CorsRule, ...] | None, there: Bucket) -> Report:
    """The report on a branch that declares ``head``, None where it no longer names the bucket."""
    ours, theirs = side(head), Snapshot("s3", (there,))
    told = Base(SOURCE, side(base))
    report = compare(ours, theirs, now=NOW)
    return assessed(on_pull_request(report, ours, told, theirs, Rules(), ExitPolicy()))


def offline(base: tuple[CorsRule, ...], head: tuple[CorsRule, ...]) -> Report:
    """The same with nothing live."""
    ours = Snapshot("terraform", (declared(*head),), taken_at=NOW)
    report = validated(ours, ExitPolicy())
    return assessed(without_live(report, ours, Base(SOURCE, side(base)), Rules(), ExitPolicy()))


def side(rules: tuple[CorsRule, ...] | None) -> Snapshot:
    return Snapshot("terraform", () if rules is None else (declared(*rules),))


def assessed(report: Report) -> Report:
    """With verdict and exit code as a run has them."""
    return assess(report, AssessmentSettings(), ExitPolicy())
