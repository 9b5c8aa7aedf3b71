"""Buckets are read again before a word is said of them: S3 is eventually consistent here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from drift.compare import Rules, compare
from drift.cors.model import BucketCors, CorsRule
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.report import BucketState, ExitPolicy, Report, Verdict
from drift.rereading import POLL, Reader, awaited, confirmed
from drift.snapshot import Bucket, Snapshot, State

CODE = BucketCors((CorsRule(("GET",), ("https://app.example",)),))
OTHER = BucketCors((CorsRule(("GET",), ("https://evil.example",)),))
THEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def bucket(name: str, cors: BucketCors | None, *, state: State | None = None, source: str = "s3") -> Bucket:
    return Bucket(name, state or (State.CONFIGURED if cors else State.ABSENT), source, cors=cors)


@dataclass
class Scene:
    """What the code declares, and what S3 answers each time that it is asked."""

    declared: Snapshot
    answers: list[list[Bucket]]
    rules: Rules = field(default_factory=Rules)
    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    asked: list[Sequence[Wanted]] = field(default_factory=list)

    def first(self) -> Report:
        return compare(self.declared, Snapshot("s3", tuple(self.answers.pop(0))), self.rules)

    @property
    def reader(self) -> Reader:
        return Reader(self._read, self._judge, self._sleep, lambda: self.now)

    def _read(self, wanted: Sequence[Wanted]) -> Snapshot:
        self.asked.append(wanted)
        answers = {each.name: each for each in (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])}
        return Snapshot("s3", tuple(answers[each.name] for each in wanted))

    def _judge(self, live: Snapshot) -> Report:
        names = {each.name for each in live.buckets}
        part = replace(self.declared, buckets=tuple(each for each in self.declared.buckets if each.name in names))
        return compare(part, live, self.rules)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def declared(*names: str) -> Snapshot:
    return Snapshot("spec", tuple(bucket(name, CODE, source="spec") for name in names))


def states(report: Report) -> dict[object, BucketState]:
    return {each.name: each.state for each in report.buckets}


class TestConfirmed:
    def test_only_what_seems_to_have_drifted_is_read_again_and_where_s3_answered(self) -> None:
        moved = replace(bucket("b", OTHER), account="111122223333", region="eu-west-1")
        scene = Scene(declared("a", "b"), [[bucket("a", CODE), moved], [bucket("b", OTHER)]])
        report = confirmed(scene.first(), scene.reader, 1.5, scene.rules, ExitPolicy())
        assert scene.asked == [[Wanted("b", "111122223333", "eu-west-1")]]
        assert scene.slept == [1.5]
        assert states(report) == {"a": BucketState.IN_SYNC, "b": BucketState.DRIFTED}
        assert report.exit_code == 1

    def test_nothing_is_read_again_where_all_agree(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", CODE)], []])
        report = scene.first()
        assert confirmed(report, scene.reader, 1.0, scene.rules, ExitPolicy()) is report
        assert (scene.asked, scene.slept) == ([], [])

    def test_a_later_answer_that_agrees_clears_the_bucket_and_is_told(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [bucket("a", CODE)]])
        report = confirmed(scene.first(), scene.reader, 1.0, scene.rules, ExitPolicy())
        assert (report.verdict, report.exit_code) == (Verdict.IN_SYNC, 0)
        assert [each.id for each in report.diagnostics] == ["answers-differ"]

    def test_a_bucket_that_was_missing_for_a_moment_is_compared(self) -> None:
        gone = Bucket("a", State.MISSING, "s3", reason="there is no such bucket")
        scene = Scene(declared("a"), [[gone], [bucket("a", CODE)]])
        assert states(confirmed(scene.first(), scene.reader, 1.0, scene.rules, ExitPolicy())) == {
            "a": BucketState.IN_SYNC
        }

    def test_drift_that_s3_told_stays_drift_when_the_second_read_fails(self) -> None:
        throttled = Bucket("a", State.THROTTLED, "s3", reason="S3 asks to slow down")
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [throttled]])
        assert states(confirmed(scene.first(), scene.reader, 1.0, scene.rules, ExitPolicy())) == {
            "a": BucketState.DRIFTED
        }

    def test_what_another_source_says_is_no_drift_until_s3_confirms_it(self) -> None:
        hearsay = replace(bucket("a", OTHER, source="aws-config"), as_of=THEN)
        denied = Bucket("a", State.DENIED, "s3", reason="access denied")
        scene = Scene(declared("a"), [[hearsay], [denied]])
        report = confirmed(scene.first(), scene.reader, 0.0, scene.rules, ExitPolicy())
        assert states(report) == {"a": BucketState.DENIED}
        assert report.exit_code == 3
        assert "aws-config showed other rules as of 2026-01-02 03:04 UTC" in str(report.buckets[0].reason)

    def test_a_bucket_that_nobody_declared_drops_out_when_its_rules_are_gone(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", CODE), bucket("z", OTHER)], [bucket("z", None)]])
        scene.rules = Rules(live_only=True)
        first = scene.first()
        assert first.exit_code == 1
        report = confirmed(first, scene.reader, 1.0, scene.rules, ExitPolicy())
        assert states(report) == {"a": BucketState.IN_SYNC}
        assert report.exit_code == 0

    def test_buckets_that_could_not_be_listed_leave_the_run_incomplete(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [bucket("a", CODE)]])
        scene.rules = Rules(live_only=True)
        denied = Diagnostic(Severity.WARNING, "listing-failed", "the buckets of one account cannot be listed")
        first = scene.first()
        first = replace(first, diagnostics=(denied,))
        assert confirmed(first, scene.reader, 1.0, scene.rules, ExitPolicy()).exit_code == 3


class TestAwaited:
    def test_it_ends_when_two_reads_in_a_row_agree(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [bucket("a", CODE)], [bucket("a", CODE)], []])
        report = awaited(scene.first(), scene.reader, 60, scene.rules, ExitPolicy())
        assert (report.verdict, len(scene.asked), scene.now) == (Verdict.IN_SYNC, 2, 2 * POLL)

    def test_one_that_agreed_once_and_then_not_is_read_on(self) -> None:
        answers = [[bucket("a", each)] for each in (CODE, OTHER, CODE, CODE)]
        scene = Scene(declared("a"), [*answers, []])
        report = awaited(scene.first(), scene.reader, 60, scene.rules, ExitPolicy())
        assert (report.verdict, len(scene.asked)) == (Verdict.IN_SYNC, 3)

    def test_only_the_buckets_that_do_not_agree_yet_are_read_on(self) -> None:
        scene = Scene(
            declared("a", "b"),
            [
                [bucket("a", CODE), bucket("b", OTHER)],
                [bucket("a", CODE), bucket("b", OTHER)],
                [bucket("b", CODE)],
                [bucket("b", CODE)],
                [],
            ],
        )
        awaited(scene.first(), scene.reader, 60, scene.rules, ExitPolicy())
        assert [[each.name for each in wanted] for wanted in scene.asked] == [["a", "b"], ["b"], ["b"]]

    def test_when_the_time_is_up_the_last_answer_counts_and_that_is_told(self) -> None:
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [bucket("a", OTHER)]])
        report = awaited(scene.first(), scene.reader, 5, scene.rules, ExitPolicy())
        assert (report.verdict, scene.now) == (Verdict.DRIFT, 5)
        assert [(each.id, each.severity.value) for each in report.diagnostics] == [("waited", "warning")]

    def test_a_read_that_fails_takes_nothing_back(self) -> None:
        late = Bucket("a", State.ERROR, "s3", reason="the deadline had passed")
        scene = Scene(declared("a"), [[bucket("a", OTHER)], [late]])
        report = awaited(scene.first(), scene.reader, 5, scene.rules, ExitPolicy())
        assert (states(report), report.exit_code) == ({"a": BucketState.DRIFTED}, 1)

    def test_a_denied_bucket_is_not_waited_for(self) -> None:
        scene = Scene(declared("a"), [[Bucket("a", State.DENIED, "s3", reason="access denied")], []])
        report = awaited(scene.first(), scene.reader, 60, scene.rules, ExitPolicy())
        assert (scene.asked, report.exit_code, report.diagnostics) == ([], 3, ())
