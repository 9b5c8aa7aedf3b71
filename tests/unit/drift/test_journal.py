"""The journal of a run: nothing that was finished is lost, and nothing that is not its own is believed."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from drift.documents.runs import Named, Run
from drift.errors import CorsDriftError, InputError, UsageError
from drift.interfaces import Wanted
from drift.journal import Journal, journal_path, snapshot_path
from drift.shards import Shard
from drift.snapshot import State
from tests.live_runs import HEAD, FleetFetcher, a_bucket, a_fleet, a_run, finish, timeless, unbroken, with_states

RUN = Run(None, ("111111111111",), None, None)


def a_journal(file: Path, count: int) -> bytes:
    """What the journal of a run holds that was killed after so many buckets."""
    journal = Journal.begin(file, RUN, HEAD)
    for bucket in a_fleet(count):
        journal.append(bucket)
    journal.close()
    return journal_path(file).read_bytes()


def test_it_lies_beside_the_snapshot_and_is_lines_of_json(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    a_journal(file, 3)
    head, *buckets = [json.loads(line) for line in (tmp_path / "live.json.partial").read_text().splitlines()]
    assert (head["kind"], head["version"], head["run"]["accounts"]) == ("cors-drift/journal", 1, ["111111111111"])
    assert [each["bucket"] for each in buckets] == [bucket.name for bucket in a_fleet(3)]
    assert snapshot_path(journal_path(file)) == file


def test_what_was_appended_is_there_at_once_for_whoever_kills_the_process(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "live.json", RUN, HEAD)
    for count in range(1, 4):
        journal.append(a_bucket(f"b-{count}"))
        assert len(journal_path(tmp_path / "live.json").read_bytes().splitlines()) == 1 + count
    journal.close()


def test_it_is_forced_to_the_disk_by_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    monkeypatch.setattr("drift.journal.SYNC_LINES", 10)
    monkeypatch.setattr("drift.journal.SYNC_SECONDS", 1000.0)
    a_journal(tmp_path / "live.json", 35)
    assert len(forced) == 1 + 3
    monkeypatch.setattr("drift.journal.SYNC_SECONDS", -1.0)
    a_journal(tmp_path / "live.json", 5)
    assert len(forced) == 4 + 2 + 5


def test_a_finished_bucket_is_found_and_any_other_is_to_be_read_again(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "live.json", RUN, HEAD)
    for state in State:
        journal.append(a_bucket(state.value, state))
    journal.close()
    journal = Journal.resume(tmp_path / "live.json", RUN, HEAD)
    found = {state for state in State if journal.find(Wanted(state.value)) is not None}
    assert found == {State.CONFIGURED, State.ABSENT, State.MISSING, State.UNSUPPORTED}
    assert journal.find(Wanted("another")) is None
    journal.close()


def test_a_bucket_of_another_account_is_another_bucket(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "live.json", RUN, HEAD)
    journal.append(replace(a_bucket("a"), account="111111111111"))
    journal.close()
    journal = Journal.resume(tmp_path / "live.json", RUN, HEAD)
    assert journal.find(Wanted("a")) is not None
    assert journal.find(Wanted("a", "111111111111")) is not None
    assert journal.find(Wanted("a", "222222222222")) is None
    journal.close()


def test_a_later_line_counts_in_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    journal = Journal.begin(file, RUN, HEAD)
    journal.append(a_bucket("a", State.DENIED))
    journal.append(a_bucket("b"))
    journal.append(a_bucket("a", State.ABSENT))
    journal.close()
    again = Journal.resume(file, RUN, HEAD)
    assert [(b.name, b.state) for b in map(again.bucket, again.places())] == [
        ("b", State.CONFIGURED),
        ("a", State.ABSENT),
    ]
    assert len(again) == 2
    again.append(a_bucket("b", State.ABSENT))
    again.append(a_bucket("c"))
    assert len(again) == 3
    again.close()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_one_that_was_cut_at_any_byte_of_its_last_two_lines_goes_on(count: int, tmp_path: Path) -> None:
    file, fleet = tmp_path / "live.json", a_fleet(5)
    want = unbroken(fleet, file)
    whole = a_journal(file, count)
    lines = whole.splitlines(keepends=True)
    for length in range(len(b"".join(lines[:-2])), len(whole) + 1):
        file.unlink(missing_ok=True)
        journal_path(file).write_bytes(whole[:length])
        fetcher = FleetFetcher(fleet)
        finish(a_run(fetcher, file, resume=True), file)
        assert timeless(file.read_bytes()) == want
        assert len(fetcher.asked) == len(fleet) - max(0, whole[:length].count(b"\n") - 1)
        assert not journal_path(file).exists()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(RUN, named=Named.of(["a", "b"])), "all buckets that are listed, not 2 named buckets"),
        (replace(RUN, accounts=("222222222222",)), "account 111111111111, not 222222222222"),
        (replace(RUN, shard=Shard(1, 2)), "all shards, not shard 1/2"),
        (replace(RUN, read_from="http://localhost:4566"), "S3 of AWS, not http://localhost:4566"),
    ],
)
def test_that_of_another_run_is_refused_with_what_differs_and_left_alone(
    other: Run, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "live.json"
    content = a_journal(file, 2)
    with pytest.raises(UsageError) as refusal:
        Journal.resume(file, other, HEAD)
    assert words in refusal.value.message
    assert journal_path(file).read_bytes() == content


def test_other_names_are_told_even_if_they_are_as_many(tmp_path: Path) -> None:
    Journal.begin(tmp_path / "a.json", replace(RUN, named=Named.of(["a", "b"])), HEAD).close()
    with pytest.raises(UsageError, match="2 named buckets, but other ones"):
        Journal.resume(tmp_path / "a.json", replace(RUN, named=Named.of(["b", "a"])), HEAD)


def test_an_account_that_one_of_two_runs_does_not_know_is_no_difference(tmp_path: Path) -> None:
    a_journal(tmp_path / "live.json", 2)
    journal = Journal.resume(tmp_path / "live.json", replace(RUN, accounts=()), HEAD)
    assert len(journal) == 2
    journal.close()


def test_one_that_was_read_from_another_source_is_refused(tmp_path: Path) -> None:
    a_journal(tmp_path / "live.json", 2)
    with pytest.raises(UsageError, match="was read from 's3', not from 'aws_config'"):
        Journal.resume(tmp_path / "live.json", RUN, replace(HEAD, source="aws_config"))


def test_with_nothing_to_go_on_from_a_run_begins(tmp_path: Path) -> None:
    fleet, file = a_fleet(4), tmp_path / "live.json"
    finish(a_run(FleetFetcher(fleet), file, resume=True), file)
    assert timeless(file.read_bytes()) == unbroken(fleet, tmp_path / "other.json")


def test_without_resume_an_older_journal_is_dropped(tmp_path: Path) -> None:
    fleet, file = a_fleet(4), tmp_path / "live.json"
    a_journal(file, 3)
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file), file)
    assert len(fetcher.asked) == 4


def test_a_snapshot_that_says_all_is_refused_for_there_is_nothing_left(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    unbroken(a_fleet(4), file)
    with pytest.raises(UsageError, match="nothing is left to read"):
        Journal.resume(file, RUN, HEAD)
    assert not journal_path(file).exists()


def test_what_a_finished_run_could_not_read_is_read_again(tmp_path: Path) -> None:
    fleet, file = a_fleet(8), tmp_path / "live.json"
    unbroken(with_states(fleet, State.DENIED, 2, 7), file)
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, resume=True), file)
    assert fetcher.asked == ["fleet-0000002", "fleet-0000007"]
    assert timeless(file.read_bytes()) == unbroken(fleet, tmp_path / "other.json")


def test_a_snapshot_of_something_else_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    file.write_text('{"kind": "cors-drift/snapshot", "version": 1, "source": "spec", "buckets": []}')
    with pytest.raises(UsageError, match="no snapshot of a live run"):
        Journal.resume(file, RUN, HEAD)
    file.write_text("{}")
    with pytest.raises(InputError):
        Journal.resume(file, RUN, HEAD)
    assert not journal_path(file).exists()


HEAD_LINE = '{"kind": "cors-drift/journal", "version": 1, "source": "s3", "began": null, "run": %s}\n'
RUN_JSON = '{"named": null, "accounts": [], "read_from": null, "shard": null, "complete": true}'
GOOD_HEAD = HEAD_LINE % RUN_JSON


@pytest.mark.parametrize(
    "content",
    [
        "\n",
        "x\n",
        "[]\n",
        "{}\n",
        '{"kind": "cors-drift/snapshot"}\n',
        GOOD_HEAD.replace('"version": 1', '"version": 2'),
        GOOD_HEAD.replace("null", "7"),
        GOOD_HEAD.replace('"began": null', '"began": "yesterday"'),
        GOOD_HEAD.replace('"began": null', '"began": "0001-01-01T00:00:00+23:59"'),
        HEAD_LINE % "null",
        HEAD_LINE % "[]",
        HEAD_LINE % RUN_JSON.replace("[]", "[1]"),
        HEAD_LINE % RUN_JSON.replace('"shard": null', '"shard": "1/0"'),
        GOOD_HEAD + "\n",
        GOOD_HEAD + "x\n",
        GOOD_HEAD + "{}\n",
        GOOD_HEAD + "\x00" * 40 + "\n",
        GOOD_HEAD + '{"bucket": "a"}\n',
        GOOD_HEAD + '{"bucket": "a", "state": "configured", "rules": []}\n',
        GOOD_HEAD + '{"bucket": "a", "bucket": "b", "state": "absent"}\n',
        GOOD_HEAD + '{"bucket": "a", "state": "absent", "position": -1}\n',
        GOOD_HEAD + "[" * 100_000 + "\n",
        GOOD_HEAD + '{"bucket": "a", "state": "absent"}\nx\n{"bucket": "b", "state": "absent"}\n',
    ],
    ids=range(23),
)
def test_a_damaged_one_is_refused_with_its_line_and_left_alone(content: str, tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    journal_path(file).write_text(content)
    with pytest.raises(CorsDriftError) as refusal:
        Journal.resume(file, RUN, HEAD)
    if isinstance(refusal.value, InputError):
        assert str(refusal.value.location).startswith(f"{journal_path(file)}:")
    assert journal_path(file).read_text() == content


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    journal_path(file).write_bytes(GOOD_HEAD.encode() + b'{"bucket": "\xff", "state": "absent"}\n')
    with pytest.raises(InputError):
        Journal.resume(file, RUN, HEAD)


def test_zeros_that_a_loss_of_power_leaves_at_the_end_are_no_line(tmp_path: Path) -> None:
    file, fleet = tmp_path / "live.json", a_fleet(4)
    content = a_journal(file, 3)
    journal_path(file).write_bytes(content + b"\x00" * 4000)
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, resume=True), file)
    assert fetcher.asked == ["fleet-0000003"]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    victim, file = tmp_path / "precious", tmp_path / "live.json"
    victim.write_text("keep me")
    journal_path(file).symlink_to(victim)
    for resume in (True, False):
        with pytest.raises(UsageError, match="is a link"):
            a_run(FleetFetcher(()), file, resume=resume)
    assert victim.read_text() == "keep me"


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    journal_path(file).mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        Journal.begin(file, RUN, HEAD)
    journal_path(file).rmdir()
    os.mkfifo(journal_path(file))
    with pytest.raises(UsageError, match="no regular file"):
        Journal.begin(file, RUN, HEAD)


def test_two_runs_cannot_write_one_journal(tmp_path: Path) -> None:
    file = tmp_path / "live.json"
    first = Journal.begin(file, RUN, HEAD)
    first.append(a_bucket("a"))
    for begin in (Journal.begin, Journal.resume):
        with pytest.raises(UsageError, match="being written by another run"):
            begin(file, RUN, HEAD)
    first.close()
    again = Journal.resume(file, RUN, HEAD)
    assert again.find(Wanted("a")) is not None
    again.close()


def test_a_folder_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        Journal.begin(tmp_path / "no" / "live.json", RUN, HEAD)


def test_a_full_disk_is_told_and_what_was_kept_before_can_be_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, fleet = tmp_path / "live.json", a_fleet(6)
    fetcher = FleetFetcher(fleet)
    run = a_run(fetcher, file)
    buckets = run.buckets()
    for _ in range(3):
        next(buckets)
    assert run._journal is not None
    full = _FullDisk(run._journal._file, room=20)
    monkeypatch.setattr(run._journal, "_file", full)
    with pytest.raises(UsageError, match="No space left on device"):
        next(buckets)
    monkeypatch.undo()
    run.close()
    fetcher = FleetFetcher(fleet)
    finish(a_run(fetcher, file, resume=True), file)
    assert fetcher.asked == [bucket.name for bucket in fleet[3:]]
    assert timeless(file.read_bytes()) == unbroken(fleet, tmp_path / "other.json")


class _FullDisk:
    """A file on a disk that has room for so many bytes more."""

    def __init__(self, file: object, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._file.write(data[: self._room])  # type: ignore[attr-defined]
        self._room -= written
        return int(written)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_one_without_a_name_keeps_as_well_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    journal = Journal.begin(None, RUN, HEAD)
    place = journal.append(a_bucket("a"))
    assert journal.bucket(place) == a_bucket("a")
    journal.remove()
    assert list(tmp_path.iterdir()) == []
