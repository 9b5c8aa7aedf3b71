"""Snapshots written and read line by line: one JSON value, in any layout, of any size, whatever the file holds."""

from __future__ import annotations

import io
import json
import os
from importlib import resources
from pathlib import Path

import pytest

from drift.documents import lines
from drift.documents.lines import Entry, Head, SnapshotWriter, bucket_line, open_snapshot, snapshot_by_lines
from drift.documents.runs import Named, Run
from drift.errors import InputError, TooLargeError
from drift.location import Diagnostic, Severity
from drift.shards import Shard
from drift.snapshot import Bucket, Snapshot, State
from tests.cli.conftest import schema
from tests.live_runs import HEAD, a_bucket, a_fleet

WARNING = Diagnostic(Severity.WARNING, "a-word", "something")


def written(fleet: list[Bucket], *diagnostics: Diagnostic, run: Run | None = None, positions: bool = False) -> str:
    stream = io.StringIO()
    writer = SnapshotWriter(stream, HEAD)
    for number, bucket in enumerate(fleet):
        writer.bucket(bucket, number if positions else None)
    writer.end(diagnostics, run)
    return stream.getvalue()


def read(path: Path) -> list[Entry]:
    with open_snapshot(path) as reader:
        return list(reader)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("told", [(), (WARNING,), (WARNING, WARNING)])
def test_it_is_one_json_value_that_fits_the_schema_with_a_bucket_on_each_line(
    count: int, told: tuple[Diagnostic, ...], tmp_path: Path
) -> None:
    fleet = a_fleet(count)
    text = written(fleet, *told, run=Run(Named.of(["a"]), ("111111111111",), "http://x", Shard(1, 2), complete=False))
    document = json.loads(text)
    schema("snapshot").validate(document)
    assert sum(line.startswith('    {"bucket": ') for line in text.splitlines()) == count
    path = tmp_path / "x.json"
    path.write_text(text)
    with open_snapshot(path) as reader:
        assert [entry.bucket for entry in reader] == fleet
        assert [entry.bucket for entry in reader] == fleet  # and once more
        assert reader.head == HEAD
        assert reader.diagnostics == told
        assert reader.run == Run(Named.of(["a"]), ("111111111111",), "http://x", Shard(1, 2), complete=False)


def test_promised_keys_are_always_there_and_others_only_where_they_say_something() -> None:
    assert set(json.loads(bucket_line(a_bucket("a"), "s3"))) == lines.PROMISED
    assert set(json.loads(bucket_line(a_bucket("a"), "other"))) == lines.PROMISED | {"source"}
    published = resources.files("drift").joinpath("schemas", "snapshot.json").read_text(encoding="utf-8")
    assert set(json.loads(published)["$defs"]["bucket"]["required"]) == lines.PROMISED


@pytest.mark.parametrize("layout", [{"indent": 2}, {"indent": 1}, {"separators": (",", ":")}, {"sort_keys": True}])
def test_any_other_layout_of_the_same_value_is_read_as_well(layout: dict[str, object], tmp_path: Path) -> None:
    fleet = a_fleet(5)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(json.loads(written(fleet, WARNING, positions=True)), **layout))  # type: ignore[arg-type]
    with open_snapshot(path) as reader:
        assert [(entry.bucket, entry.position) for entry in reader] == [(each, n) for n, each in enumerate(fleet)]
        assert (reader.head, reader.diagnostics) == (HEAD, (WARNING,))


def test_line_ends_of_windows_make_it_another_layout(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(written(a_fleet(3)).replace("\n", "\r\n").encode())
    assert [entry.bucket for entry in read(path)] == a_fleet(3)


def test_positions_are_noted_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(written(a_fleet(4), positions=True))
    assert [entry.position for entry in read(path)] == [0, 1, 2, 3]
    assert [entry.line for entry in read(path)] == [7, 8, 9, 10]


def test_the_same_rules_are_one_object_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(written([a_bucket(f"a-{number:03}") for number in range(60)]))
    assert len({id(entry.bucket.cors) for entry in read(path)}) == 3


def test_a_bucket_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(written(a_fleet(4)).replace('"state": "absent"', '"state": "gone"'))
    with pytest.raises(InputError) as refusal:
        read(path)
    assert str(refusal.value.location) == f"{path}:10"
    assert "state must be" in refusal.value.message


def test_a_key_that_stands_twice_in_a_bucket_is_refused_on_every_line(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    good, bad = bucket_line(a_bucket("a"), "s3"), bucket_line(a_bucket("b"), "s3")[:-1] + ', "state": "absent"}'
    for each in ([good, bad], [bad, good]):
        path.write_text(written([]).replace('"buckets": []', f'"buckets": [\n    {each[0]},\n    {each[1]}\n  ]'))
        with pytest.raises(InputError, match="stands twice"):
            read(path)


@pytest.mark.parametrize("position", ["-1", '"1"', "true", "1.5", "1e3", "[1]", "9" * 5000])
def test_a_position_that_is_none_is_refused(position: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(written(a_fleet(2), positions=True).replace('"position": 1}', f'"position": {position}}}'))
    with pytest.raises(InputError):
        read(path)


def test_every_prefix_of_a_snapshot_is_refused_with_a_word(tmp_path: Path) -> None:
    path, text = tmp_path / "x.json", written(a_fleet(2), WARNING, run=Run(), positions=True)
    for length in range(len(text) - 1):
        path.write_text(text[:length])
        with pytest.raises(InputError):
            read(path)


@pytest.mark.parametrize(
    "change",
    [
        ("s3", "\x00"),
        ('"version": 1', '"version": 2'),
        ('"kind": "cors-drift/snapshot"', '"kind": "cors-drift/report"'),
        ('"diagnostics": []', '"diagnostics": [], "buckets": []'),
        ('"diagnostics": []', '"diagnostics": [], "run": 1'),
        ('"diagnostics": []', '"diagnostics": [], "run": {"named": 1, "accounts": [], "complete": true}'),
        ('"diagnostics": []', '"diagnostics": [], "run": {"accounts": "1", "complete": true}'),
        ('"diagnostics": []', '"diagnostics": [], "run": {"accounts": [], "complete": true, "shard": "9/2"}'),
        ('"diagnostics": []', '"diagnostics": [], "run": {"accounts": [], "complete": 1}'),
        ("},\n", "}\n"),
        ('{"bucket"', '["bucket"'),
        ('{"bucket": "', '{"bucket": "\ud800"'),
        ("{", "[" * 100_000),
    ],
)
def test_what_is_no_snapshot_is_refused_with_a_word(change: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(written(a_fleet(3)).replace(*change), errors="surrogatepass")
    with pytest.raises(InputError) as refusal:
        read(path)
    assert refusal.value.location is not None


def test_a_layout_that_only_looks_like_ours_is_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    text = written(a_fleet(2))
    path.write_text(text.replace('{"bucket": "fleet-0000001"', '{\n"bucket": "fleet-0000001"'))
    entries = read(path)
    assert [entry.bucket for entry in entries] == a_fleet(2)
    assert [entry.line for entry in entries] == [None, None]


def test_another_layout_is_read_only_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_WHOLE_BYTES", 1000)
    path = tmp_path / "x.json"
    text = written(a_fleet(9))
    path.write_text(text)
    assert len(read(path)) == 9
    path.write_text(json.dumps(json.loads(text)))
    with pytest.raises(TooLargeError, match="more than the 1,000 bytes"):
        read(path)


def test_a_pipe_is_read_as_a_whole(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, written(a_fleet(3)).encode())
    os.close(theirs)
    try:
        assert [entry.bucket for entry in read(Path(f"/dev/fd/{ours}"))] == a_fleet(3)
    finally:
        os.close(ours)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_what_cannot_be_opened_is_an_input_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / name)


def test_a_snapshot_without_a_time_or_source_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with path.open("w") as stream:
        writer = SnapshotWriter(stream, Head(""))
        writer.bucket(Bucket("a", State.ABSENT, "s3"))
        writer.end(())
        writer.end(())  # once is enough
    with open_snapshot(path) as reader:
        assert reader.head == Head("")
        assert [entry.bucket.source for entry in reader] == ["s3"]


def test_a_snapshot_of_this_layout_is_taken_whole_whatever_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_WHOLE_BYTES", 1000)
    path = tmp_path / "x.json"
    path.write_text(written(a_fleet(30), WARNING))
    assert snapshot_by_lines(path, "shown") == Snapshot("s3", tuple(a_fleet(30)), (WARNING,))
    path.write_text(json.dumps(json.loads(written(a_fleet(30)))))
    assert snapshot_by_lines(path, "shown") is None
    assert snapshot_by_lines(tmp_path, "shown") is None
    path.write_text(written(a_fleet(4)).replace('"absent"', '"gone"'))
    with pytest.raises(InputError) as refusal:
        snapshot_by_lines(path, "shown")
    assert str(refusal.value.location) == "shown:10"
