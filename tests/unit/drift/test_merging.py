"""Several snapshots as one: shards are put back in order, anything else follows one another, and nothing is decided
silently.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.documents.lines import Head, SnapshotWriter, write_snapshot
from drift.errors import InputError, UsageError
from drift.interruption import Interrupted
from drift.location import Diagnostic, Location, Severity
from drift.merging import Merging
from drift.shards import Shard
from drift.snapshot import Bucket, Snapshot, State
from tests.live_runs import HEAD, FleetFetcher, a_bucket, a_fleet, a_run, finish, timeless, unbroken


def shards(fleet: list[Bucket], of: int, folder: Path) -> list[Path]:
    paths = [folder / f"shard-{index}.json" for index in range(1, of + 1)]
    for index, path in enumerate(paths, 1):
        unbroken(fleet, path, shard=Shard(index, of))
    return paths


def merged(paths: list[Path], *, allow_missing: bool = False) -> tuple[str, Merging]:
    stream = io.StringIO()
    with Merging(paths, allow_missing=allow_missing) as merging:
        writer = SnapshotWriter(stream, merging.head)
        for bucket in merging.buckets():
            writer.bucket(bucket)
        writer.end(merging.diagnostics, merging.run)
    return stream.getvalue(), merging


def save(path: Path, *buckets: Bucket, source: str = "s3", told: tuple[Diagnostic, ...] = ()) -> Path:
    with path.open("w") as stream:
        write_snapshot(Snapshot(source, buckets, told, HEAD.taken_at), stream)
    return path


def names(merging: list[Path]) -> list[object]:
    with Merging(merging) as found:
        return [bucket.name for bucket in found.buckets()]


@settings(max_examples=25)  # each run forces its files to the disk
@given(count=st.integers(0, 40), of=st.integers(1, 16))
def test_all_shards_merged_are_one_run(count: int, of: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("merge")
    fleet = a_fleet(count)
    want = unbroken(fleet, folder / "whole.json")
    paths = shards(fleet, of, folder)
    assert timeless(merged(paths)[0].encode()) == want
    assert timeless(merged(paths[::-1])[0].encode()) == want


def test_shards_of_a_fleet_that_grew_meanwhile_hold_all_that_they_saw(tmp_path: Path) -> None:
    before = a_fleet(30)
    after = [a_bucket("a-new-one"), *before, a_bucket("z-new-one")]
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    unbroken(before, first, shard=Shard(1, 2))
    unbroken(after, second, shard=Shard(2, 2))
    new = [bucket for bucket in (after[0], after[-1]) if Shard(2, 2).holds(str(bucket.name))]
    assert sorted(map(str, names([first, second]))) == sorted(str(bucket.name) for bucket in (*before, *new))


def test_shards_that_are_missing_are_named(tmp_path: Path) -> None:
    paths = shards(a_fleet(30), 5, tmp_path)
    with pytest.raises(UsageError, match=r"^shard 3 of 5 is missing$"):
        merged([*paths[:2], *paths[3:]])
    with pytest.raises(UsageError, match=r"^shards 1, 2 and 5 of 5 are missing$"):
        merged(paths[2:4])


def test_shards_that_are_missing_may_be_left_out_and_that_is_told(tmp_path: Path) -> None:
    paths = shards(a_fleet(30), 3, tmp_path)
    text, merging = merged(paths[:2], allow_missing=True)
    assert [(each.severity, each.id) for each in merging.diagnostics] == [(Severity.WARNING, "shards-missing")]
    assert merging.run is not None
    assert not merging.run.complete
    assert '"complete": false' in text


def test_a_shard_that_is_there_twice_is_named_with_both_files(tmp_path: Path) -> None:
    paths = shards(a_fleet(9), 2, tmp_path)
    again = tmp_path / "again.json"
    again.write_bytes(paths[0].read_bytes())
    with pytest.raises(UsageError, match=r"again\.json and .*shard-1\.json are the same shard, 1/2"):
        merged([*paths, again])


def test_shards_of_different_runs_are_refused_with_what_differs(tmp_path: Path) -> None:
    one, other, sixth = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    unbroken(a_fleet(9), one, shard=Shard(1, 2))
    finish(a_run(FleetFetcher(a_fleet(9)), other, shard=Shard(2, 2), names=["fleet-0000001"]), other)
    with pytest.raises(UsageError, match="1 named bucket, not all buckets that are listed"):
        merged([one, other])
    unbroken(a_fleet(9), sixth, shard=Shard(2, 6))
    with pytest.raises(UsageError, match="shard 2/6, not one of 2"):
        merged([one, sixth])


def test_shards_and_other_snapshots_are_not_mixed(tmp_path: Path) -> None:
    paths = shards(a_fleet(9), 2, tmp_path)
    with pytest.raises(UsageError, match=r"shard-1\.json is a shard, .*other\.json is not"):
        merged([*paths, save(tmp_path / "other.json", a_bucket("a"))])


def test_a_shard_that_was_interrupted_makes_the_whole_incomplete_and_its_error_is_kept(tmp_path: Path) -> None:
    paths = shards(a_fleet(30), 2, tmp_path)
    run = a_run(FleetFetcher(a_fleet(30), 1, 3, Interrupted()), paths[1], shard=Shard(2, 2))
    list(run.buckets())
    run.save(paths[1])
    run.close()
    _, merging = merged(paths)
    assert [(each.severity, each.id) for each in merging.diagnostics] == [(Severity.ERROR, "interrupted")]
    assert merging.run is not None
    assert not merging.run.complete


def test_a_bucket_in_the_wrong_shard_is_told_with_its_line(tmp_path: Path) -> None:
    paths = shards(a_fleet(30), 2, tmp_path)
    wrong = next(str(bucket.name) for bucket in a_fleet(30) if Shard(2, 2).holds(str(bucket.name)))
    lines = paths[0].read_text().splitlines(keepends=True)
    right = lines[7].split('"')[3]
    paths[0].write_text("".join(lines).replace(right, wrong))
    with pytest.raises(InputError, match="does not belong to shard 1/2") as refusal:
        merged(paths)
    assert refusal.value.location == Location(str(paths[0]), 8)


def test_a_shard_out_of_order_is_refused(tmp_path: Path) -> None:
    paths = shards(a_fleet(30), 2, tmp_path)
    lines = paths[0].read_text().splitlines(keepends=True)
    lines[7:9] = lines[8:6:-1]
    paths[0].write_text("".join(lines))
    with pytest.raises(InputError, match="not in their order"):
        merged(paths)


def test_other_snapshots_follow_one_another(tmp_path: Path) -> None:
    one = save(tmp_path / "1.json", a_bucket("b"), a_bucket("a"))
    told = Diagnostic(Severity.INFO, "a-word", "something")
    two = save(tmp_path / "2.json", a_bucket("d"), replace(a_bucket("c"), source="spec"), source="spec", told=(told,))
    text, merging = merged([one, two])
    assert names([one, two]) == ["b", "a", "d", "c"]
    assert merging.head == Head("s3+spec", HEAD.taken_at)
    assert merging.diagnostics == (told,)
    assert '"run"' not in text


def test_a_bucket_on_which_all_agree_stands_there_once(tmp_path: Path) -> None:
    rules, moved = a_bucket("a"), replace(a_bucket("a"), region=None)
    states = (State.ABSENT, State.MISSING, State.UNSUPPORTED)
    others = [a_bucket(state.value, state) for state in states]
    one, two = save(tmp_path / "1.json", rules, *others), save(tmp_path / "2.json", *others, moved)
    _, merging = merged([one, two])
    assert names([one, two]) == ["a", "absent", "missing", "unsupported"]
    assert merging.diagnostics == ()


def test_a_bucket_on_which_they_do_not_agree_stands_there_twice_and_is_told(tmp_path: Path) -> None:
    one, two = save(tmp_path / "1.json", a_bucket("a")), save(tmp_path / "2.json", a_bucket("a", State.ABSENT))
    _, merging = merged([one, two, one])
    assert names([one, two, one]) == ["a", "a"]
    (told,) = merging.diagnostics
    assert (told.severity, told.id) == (Severity.WARNING, "entries-differ")
    assert told.message.endswith(f"configured in {one}, absent in {two}")


def test_buckets_of_one_name_in_two_accounts_both_stay(tmp_path: Path) -> None:
    one = save(tmp_path / "1.json", replace(a_bucket("a"), account="111111111111"))
    two = save(tmp_path / "2.json", replace(a_bucket("a"), account="222222222222"))
    assert names([one, two]) == ["a", "a"]


@pytest.mark.parametrize("first", [True, False])
def test_what_was_read_stands_for_what_was_not_and_that_is_told(first: bool, tmp_path: Path) -> None:
    one, two = save(tmp_path / "1.json", a_bucket("a", State.DENIED)), save(tmp_path / "2.json", a_bucket("a"))
    paths = [one, two] if first else [two, one]
    with Merging(paths) as merging:
        assert list(merging.buckets()) == [a_bucket("a")]
        (told,) = merging.diagnostics
    assert told.severity is Severity.INFO
    assert told.message == f"a: denied in {one}; taken from {two}, where it is configured"


def test_what_nobody_could_read_stays_once_as_it_was_first(tmp_path: Path) -> None:
    one = save(tmp_path / "1.json", a_bucket("a", State.DENIED))
    two = save(tmp_path / "2.json", a_bucket("a", State.THROTTLED))
    with Merging([one, two]) as merging:
        assert [bucket.state for bucket in merging.buckets()] == [State.DENIED]


def test_two_declarations_of_a_bucket_stay_two(tmp_path: Path) -> None:
    declared = replace(a_bucket("a"), source="spec", location=Location("a.yaml", 1))
    other = replace(declared, location=Location("b.yaml", 9))
    one, two = save(tmp_path / "1.json", declared), save(tmp_path / "2.json", other, declared)
    _, merging = merged([one, two])
    assert names([one, two]) == ["a", "a"]
    assert merging.diagnostics == ()


def test_many_disagreements_are_told_in_few_lines(tmp_path: Path) -> None:
    fleet = [a_bucket(f"b-{number:03}") for number in range(100)]
    one = save(tmp_path / "1.json", *fleet)
    two = save(tmp_path / "2.json", *(a_bucket(str(bucket.name), State.ABSENT) for bucket in fleet))
    _, merging = merged([one, two])
    assert len(merging.diagnostics) == 21
    assert merging.diagnostics[-1].message == "the same is so for 80 more buckets"


def test_the_merged_snapshot_is_as_old_as_the_oldest(tmp_path: Path) -> None:
    one, two = save(tmp_path / "1.json", a_bucket("a")), save(tmp_path / "2.json", a_bucket("b"))
    two.write_text(two.read_text().replace("2026-01-02", "2025-01-02"))
    assert str(merged([one, two])[1].head.taken_at) == "2025-01-02 03:04:05+00:00"


def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InputError):
        merged([tmp_path / "x.json"])
