"""Results in the order of the input, whoever reads them, with few of them held."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator

import pytest

from drift.cors.model import BucketCors, CorsRule
from drift.errors import CredentialsError, EndpointError
from drift.fetchers.s3_inbox import Found, Inbox
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_stream import Stream
from drift.interfaces import Wanted
from drift.snapshot import State

ABSENT = Outcome(State.ABSENT)
DEAD = Outcome(State.ERROR, "S3 cannot be reached", fault=Fault.UNREACHABLE)
EXPIRED = Outcome(State.ERROR, "the credentials have expired", fault=Fault.CREDENTIALS)


class Fake:
    """Reads in the thread of the caller, each batch from back to front, unless it is to hold back."""

    def __init__(self, outcomes: dict[int, Outcome] | None = None, silent: Iterable[int] = ()) -> None:
        self.inbox = Inbox()
        self.outcomes = outcomes or {}
        self.silent = set(silent)
        self.submitted: list[int] = []
        self.stopped = 0

    def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
        for index, each in reversed(list(wanted)):
            self.submitted.append(index)
            if index not in self.silent:
                self.inbox.found.append(Found(index, each, self.outcomes.get(index, ABSENT), "us-east-1"))
        self.inbox.bell.set()

    def tick(self) -> None:
        pass

    def stop(self) -> None:
        self.stopped += 1


def stream(fake: Fake, **options: object) -> Stream:
    return Stream(fake, fake.inbox, lambda: "https://s3.example", **options)  # type: ignore[arg-type]


def names(count: int) -> list[Wanted]:
    return [Wanted(f"b{number}") for number in range(count)]


def test_results_stand_in_the_order_of_the_input_however_they_come() -> None:
    assert [each.wanted.name for each in stream(Fake()).run(names(1000))] == [f"b{number}" for number in range(1000)]


def test_unordered_each_comes_as_soon_as_it_is_known() -> None:
    fake = Fake(silent=[0])
    results = stream(fake, window=20, ordered=False).run(names(1000))

    taken = [next(results).index for _ in range(500)]

    assert 0 not in taken
    assert len(set(taken)) == 500
    assert len(fake.submitted) <= 521
    fake.inbox.found.append(Found(0, Wanted("b0"), ABSENT, "us-east-1"))
    assert sorted([*taken, *(each.index for each in results)]) == list(range(1000))


def test_an_endless_input_is_drawn_from_only_as_far_as_the_window_goes() -> None:
    fake = Fake()
    results = stream(fake, window=50).run(Wanted(f"b{number}") for number in itertools.count())

    taken = list(itertools.islice(results, 500))

    assert [each.index for each in taken] == list(range(500))
    assert max(fake.submitted) < 550
    results.close()  # type: ignore[attr-defined]
    assert fake.stopped


@pytest.mark.parametrize(("pause", "drawn"), [(1e9, 300), (0.0, 900)])
def test_while_there_is_enough_to_do_the_input_is_drawn_from_only_now_and_then(
    monkeypatch: pytest.MonkeyPatch, pause: float, drawn: int
) -> None:
    """It may be a listing, whose pages take long; but what stands behind a slow account is come to too."""
    monkeypatch.setattr("drift.fetchers.s3_stream._NOW_AND_THEN", pause)
    monkeypatch.setattr("drift.fetchers.s3_stream._OPEN", 300)
    fake = Fake(silent=range(5, 5000))
    results = stream(fake, window=900, ordered=False).run(names(2000))

    for _ in range(5):
        next(results)
    threading.Timer(0.2, lambda: fake.inbox.fail(LookupError("enough"))).start()
    with pytest.raises(LookupError):
        next(results)

    assert drawn <= len(fake.submitted) <= drawn + 256


def test_behind_a_bucket_that_takes_long_no_more_than_the_window_is_begun() -> None:
    fake = Fake(silent=[0])
    late = threading.Timer(0.1, lambda: fake.inbox.found.append(Found(0, Wanted("b0"), ABSENT, "us-east-1")))
    late.start()

    assert [each.index for each in itertools.islice(stream(fake, window=20).run(names(100)), 1)] == [0]
    assert max(fake.submitted) < 20
    late.join()


def test_behind_a_bucket_that_takes_long_large_rules_are_held_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.fetchers.s3_stream.HELD", 20_000_000)
    large = Outcome(State.CONFIGURED, cors=BucketCors((CorsRule(("GET",), ("https://a.example/" + "a" * 60_000,)),)))
    fake = Fake(dict.fromkeys(range(1, 5000), large), silent=[0])
    results = stream(fake).run(names(5000))
    late = threading.Timer(0.5, lambda: fake.inbox.found.append(Found(0, Wanted("b0"), ABSENT, "us-east-1")))
    late.start()

    assert next(results).index == 0
    assert 256 < len(fake.submitted) < 900  # 333 of them make up the size, and 256 begin at a time
    assert [each.index for each in results] == list(range(1, 5000))
    late.join()


def test_what_was_drawn_is_begun_while_the_input_is_silent() -> None:
    both_are_begun = threading.Event()

    class Told(Fake):
        def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
            super().submit(wanted)
            if len(self.submitted) == 2:
                both_are_begun.set()

    def slow() -> Iterator[Wanted]:
        yield from names(2)
        assert both_are_begun.wait(5)
        yield Wanted("b2")

    assert [each.wanted.name for each in stream(Told()).run(slow())] == ["b0", "b1", "b2"]


def test_what_cannot_be_begun_while_the_input_is_silent_is_raised_by_the_run() -> None:
    refused = threading.Event()

    class Refusing(Fake):
        def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
            refused.set()
            raise LookupError("no such profile")

    def slow() -> Iterator[Wanted]:
        yield Wanted("b0")
        assert refused.wait(5)

    with pytest.raises(LookupError, match="no such profile"):
        list(stream(Refusing()).run(slow()))


@pytest.mark.parametrize(("outcome", "kind"), [(DEAD, EndpointError), (EXPIRED, CredentialsError)])
def test_where_nothing_at_all_was_answered_an_error_is_raised_and_nothing_handed_on(
    outcome: Outcome, kind: type[Exception]
) -> None:
    results = stream(Fake(dict.fromkeys(range(30), outcome))).run(names(30))

    with pytest.raises(kind):
        next(results)


def test_one_answer_makes_all_the_others_buckets_of_their_own() -> None:
    outcomes = dict.fromkeys(range(29), DEAD)

    states = [each.outcome for each in stream(Fake(outcomes)).run(names(30))]

    assert states == [DEAD] * 29 + [ABSENT]


def test_more_faults_than_the_window_holds_are_handed_on_and_the_error_comes_last() -> None:
    results = stream(Fake(dict.fromkeys(range(30), DEAD)), window=10).run(names(30))
    taken: list[Found] = []

    with pytest.raises(EndpointError):
        taken.extend(results)
    # What was handed on was handed on in order.
    assert [each.index for each in taken] == list(range(len(taken)))


def test_an_error_of_the_input_comes_after_what_was_drawn_before() -> None:
    def broken() -> Iterator[Wanted]:
        yield from names(300)
        raise EndpointError("the listing ended early")

    taken: list[int] = []
    with pytest.raises(EndpointError, match="ended early"):
        taken.extend(each.index for each in stream(Fake()).run(broken()))

    assert taken == list(range(300))


def test_what_is_not_read_by_the_deadline_is_an_error_and_none_is_left_out() -> None:
    fake = Fake(silent=range(3, 1000))
    run = stream(fake, deadline=time.monotonic() + 0.1, allowed=0.1)

    results = list(run.run(names(600)))

    assert [each.index for each in results] == list(range(600))
    assert [each.outcome.state for each in results[:3]] == [State.ABSENT] * 3
    assert {each.outcome.reason for each in results[3:]} == {"not read: the deadline of 0.1 seconds had passed"}
    assert fake.stopped
    assert run.late is not None
    assert run.late.message == "the deadline of 0.1 seconds has passed: 597 buckets were not read"


def test_a_failure_of_what_reads_is_raised_here() -> None:
    fake = Fake(silent=range(10))
    threading.Timer(0.05, lambda: fake.inbox.fail(LookupError("no such thing"))).start()

    with pytest.raises(LookupError, match="no such thing"):
        list(stream(fake).run(names(10)))
    assert fake.stopped


@pytest.mark.parametrize("count", [0, 1, 300])
def test_progress_ends_with_all_done(count: int) -> None:
    told: list[tuple[int, int]] = []

    list(stream(Fake(), progress=lambda done, total: told.append((done, total))).run(names(count)))

    assert told == sorted(told)
    assert told[-1:] == ([(count, count)] if count else [])
