"""A live run: every bucket once and in order, however often it is cut off, and whatever changes meanwhile."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.documents.lines import open_snapshot
from drift.errors import CredentialsError, EndpointError
from drift.interfaces import Wanted
from drift.interruption import Interrupted, Stop
from drift.journal import journal_path
from drift.live_run import LiveRun
from drift.location import Diagnostic, Severity
from drift.shards import Shard
from drift.snapshot import Bucket, State
from tests.cli.conftest import schema
from tests.live_runs import (
    EagerFetcher,
    FleetFetcher,
    a_bucket,
    a_fleet,
    a_run,
    finish,
    timeless,
    unbroken,
    with_states,
)


def cut(fleet: list[Bucket], file: Path, after: int, *, window: int = 1, resume: bool = False) -> None:
    """A run that ends by Ctrl-C after so many buckets were asked for."""
    run = a_run(FleetFetcher(fleet, window, after, Interrupted()), file, resume=resume)
    for _ in run.buckets():
        pass
    assert run.interrupted
    if run.read:
        run.save(file)
    run.close()


def saved(file: Path) -> list[str]:
    with open_snapshot(file) as reader:
        return [str(entry.bucket.name) for entry in reader]


def test_buckets_come_in_order_and_are_counted() -> None:
    fleet = a_fleet(20)
    run = a_run(FleetFetcher(fleet, window=7))
    seen: list[tuple[int, int | None]] = []
    assert list(run.buckets(lambda done, total: seen.append((done, total)))) == fleet
    assert (run.coverage.total, run.interrupted, run.run.complete) == (20, False, True)
    assert seen[0] == (1, None)
    assert seen[-1] == (20, 20)


def test_a_run_that_goes_on_asks_for_what_is_not_finished_and_gives_the_same_snapshot(tmp_path: Path) -> None:
    fleet, file = a_fleet(30), tmp_path / "live.json"
    want = unbroken(fleet, file)
    cut(with_states(fleet, State.THROTTLED, 3, 4), file, 10)
    fetcher = FleetFetcher(fleet, window=5)
    assert finish(a_run(fetcher, file, resume=True), file) == fleet
    assert fetcher.asked == [bucket.name for bucket in (fleet[3], fleet[4], *fleet[10:])]
    assert timeless(file.read_bytes()) == want
    assert not journal_path(file).exists()


def test_an_interrupted_snapshot_is_enough_to_go_on_from(tmp_path: Path) -> None:
    fleet, file = a_fleet(30), tmp_path / "live.json"
    want = unbroken(fleet, file)
    cut(fleet, file, 12)
    journal_path(file).unlink()
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, resume=True), file)
    assert len(fetcher.asked) == 18
    assert timeless(file.read_bytes()) == want


def test_a_run_over_names_goes_on_as_well(tmp_path: Path) -> None:
    fleet, file = a_fleet(9), tmp_path / "live.json"
    names = [str(bucket.name) for bucket in reversed(fleet)]
    finish(a_run(FleetFetcher(fleet), file, names=names), file)
    want = timeless(file.read_bytes())
    run = a_run(FleetFetcher(fleet, 1, 4, Interrupted()), file, names=names)
    list(run.buckets())
    run.close()
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, names=names, resume=True), file)
    assert fetcher.asked == names[4:]
    assert timeless(file.read_bytes()) == want


@settings(max_examples=30)  # files are forced to the disk, which takes its time
@given(
    count=st.integers(1, 25),
    cuts=st.lists(st.integers(0, 25), max_size=4),
    window=st.integers(1, 9),
    eager=st.booleans(),
    unread=st.sets(st.integers(0, 24)),
    of=st.integers(1, 3),
)
def test_however_often_it_is_cut_off_it_is_the_same_snapshot(
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    cuts: list[int],
    window: int,
    eager: bool,
    unread: set[int],
    of: int,
) -> None:
    kind = EagerFetcher if eager else FleetFetcher
    folder = tmp_path_factory.mktemp("run")
    file = folder / "live.json"
    fleet, shard = with_states(a_fleet(count), State.DENIED, *unread), Shard(1, of)
    want = unbroken(fleet, folder / "unbroken.json", shard=shard)
    for number, after in enumerate((*cuts, None)):
        run = a_run(kind(fleet, window, after, Interrupted()), file, resume=number > 0, shard=shard)
        found = [*run.buckets(), *run.left()]
        assert len(found) == len(set(found)) == run.read
        if not run.interrupted or run.read:
            run.save(file)
            schema("snapshot").validate(json.loads(file.read_text()))
        run.close()
        if not run.interrupted:
            break
    assert timeless(file.read_bytes()) == want
    assert sorted(each.name for each in folder.iterdir()) == ["live.json", "unbroken.json"]


def test_what_is_listed_at_the_time_counts_when_a_run_goes_on(tmp_path: Path) -> None:
    fleet, file = a_fleet(12), tmp_path / "live.json"
    cut(fleet, file, 8)
    now = [a_bucket("created-0"), *fleet[:2], a_bucket("created-1"), *fleet[4:], a_bucket("created-2")]
    fetcher = FleetFetcher(now, window=3)
    assert finish(a_run(fetcher, file, resume=True), file) == now
    assert saved(file) == [bucket.name for bucket in now]
    assert set(fetcher.asked) == {"created-0", "created-1", "created-2", *(str(bucket.name) for bucket in fleet[8:])}


def test_a_bucket_that_a_listing_says_twice_is_read_once(tmp_path: Path) -> None:
    fleet, file = a_fleet(4), tmp_path / "live.json"
    fetcher = FleetFetcher([fleet[0], fleet[1], fleet[1], *fleet[2:]])
    assert finish(a_run(fetcher, file), file) == fleet
    assert len(fetcher.asked) == 4


def test_a_listing_without_order_is_gone_on_with_as_well(tmp_path: Path) -> None:
    fleet, file = a_fleet(12), tmp_path / "live.json"
    cut(fleet, file, 8)
    fetcher = FleetFetcher(fleet[::-1], window=4)
    assert finish(a_run(fetcher, file, resume=True), file) == fleet[::-1]
    assert len(fetcher.asked) == 4


def test_an_interrupted_run_says_how_far_it_came_and_how_to_go_on(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    cut(a_fleet(30), file, 12)
    with open_snapshot(file) as reader:
        (told,) = reader.diagnostics
        assert reader.run is not None
        assert not reader.run.complete
    assert (told.severity, told.id) == (Severity.ERROR, "interrupted")
    assert told.message == "the run was interrupted when 12 of at least 13 buckets had been read"
    assert f"--resume {file}" in (told.help or "")
    cut(a_fleet(30), file, 12, window=100)
    with open_snapshot(file) as reader:
        assert "12 of 30 buckets" in reader.diagnostics[0].message


def test_what_was_read_behind_a_bucket_that_is_not_read_yet_is_kept_too(tmp_path: Path) -> None:
    fleet, file = a_fleet(30), tmp_path / "live.json"
    run = a_run(EagerFetcher(fleet, 10, 15, Interrupted()), file)
    assert list(run.buckets()) == fleet[:10]
    assert list(run.left()) == fleet[15:20]
    assert run.coverage.total == 15
    run.save(file)
    run.close()
    assert saved(file) == [bucket.name for bucket in (*fleet[:10], *fleet[15:20])]
    fetcher = EagerFetcher(fleet, 4)
    assert finish(a_run(fetcher, file, resume=True), file) == fleet
    assert sorted(fetcher.asked) == [bucket.name for bucket in (*fleet[10:15], *fleet[20:])]


def test_without_a_place_to_keep_it_nothing_is_saved_and_that_is_said() -> None:
    run = a_run(FleetFetcher(a_fleet(9), 1, 4, Interrupted()))
    assert len(list(run.buckets())) == 4
    (told,) = run.diagnostics
    assert told.message.endswith("4 of at least 5 buckets had been read; nothing was saved")
    assert "--output json=FILE" in (told.help or "")


def test_a_run_that_is_interrupted_again_keeps_all_that_the_first_one_read(tmp_path: Path) -> None:
    fleet, file = a_fleet(30), tmp_path / "live.json"
    cut(fleet, file, 20)
    first = saved(file)
    cut([a_bucket("a-new-one"), *fleet], file, 0, resume=True)
    assert saved(file) == first
    cut([a_bucket("a-new-one"), *fleet], file, 1, resume=True)
    assert sorted(saved(file)) == ["a-new-one", *first]


def test_an_error_in_the_middle_is_noted_and_what_was_read_is_kept(tmp_path: Path) -> None:
    fleet, file = a_fleet(9), tmp_path / "live.json"
    failure = EndpointError("ListBuckets: no answer", advice="wait")
    run = a_run(FleetFetcher(fleet, 1, 5, failure), file)
    with pytest.raises(EndpointError):
        list(run.buckets())
    run.save(file)
    run.close()
    with open_snapshot(file) as reader:
        assert [each.message for each in reader.diagnostics] == ["ListBuckets: no answer"]
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, resume=True), file)
    assert len(fetcher.asked) == 4
    assert timeless(file.read_bytes()) == unbroken(fleet, tmp_path / "other.json")


def test_a_run_that_could_read_nothing_leaves_nothing(tmp_path: Path) -> None:
    run = a_run(FleetFetcher(a_fleet(3), 1, 0, CredentialsError("no")), tmp_path / "live.json")
    with pytest.raises(CredentialsError):
        list(run.buckets())
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_without_handlers_ctrl_c_is_noted_and_stays_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    run = a_run(FleetFetcher(a_fleet(9), 1, 5, KeyboardInterrupt()), file)
    with pytest.raises(KeyboardInterrupt):
        list(run.buckets())
    run.save(file)
    run.close()
    assert len(saved(file)) == 5
    assert journal_path(file).exists()


def test_what_the_fetcher_has_to_say_is_said_by_the_run() -> None:
    told = Diagnostic(Severity.WARNING, "account-denied", "no")
    run = a_run(FleetFetcher(a_fleet(2), diagnostics=(told,)))
    list(run.buckets())
    assert run.diagnostics == (told,)


def test_a_shard_reads_its_own_buckets_only_and_notes_where_they_stood(tmp_path: Path) -> None:
    fleet, file, shard = a_fleet(40), tmp_path / "live.json", Shard(2, 3)
    fetcher = FleetFetcher(fleet, window=3)
    found = finish(a_run(fetcher, file, shard=shard), file)
    assert found == [bucket for bucket in fleet if shard.holds(str(bucket.name))]
    with open_snapshot(file) as reader:
        assert [fleet[entry.position or 0] for entry in reader] == found


class SignalFetcher(FleetFetcher):
    """A signal comes while one of the buckets is read."""

    def at(self, stop: Stop, number: int) -> SignalFetcher:
        self.stop, self.number = stop, number
        return self

    def _read(self, known: dict[str, Bucket], wanted: Wanted) -> Bucket:
        if len(self.asked) == self.number:
            self.stop.came(signal.SIGINT)
        return super()._read(known, wanted)


def test_a_signal_while_something_is_read_ends_the_reading_at_once() -> None:
    stop = Stop()
    fetcher = SignalFetcher(a_fleet(9)).at(stop, 4)
    run = LiveRun(fetcher, fetcher.list_buckets(), stop=stop)
    assert len(list(run.buckets())) == 4
    assert run.interrupted
    assert (stop.exit_code, stop.reading) == (130, False)


def test_a_signal_while_something_is_written_waits_until_that_is_done() -> None:
    stop = Stop()
    fetcher = FleetFetcher(a_fleet(9))
    run = LiveRun(fetcher, fetcher.list_buckets(), stop=stop)
    seen: list[Bucket] = []
    for bucket in run.buckets():
        if len(seen) == 3:
            stop.came(signal.SIGTERM)
        seen.append(bucket)
    assert (len(seen), run.interrupted, stop.exit_code) == (4, True, 143)
