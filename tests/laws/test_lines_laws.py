"""Any snapshot survives being written and read by lines, in this layout and in any other; no line does harm."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.documents.lines import SnapshotReader, write_snapshot
from drift.errors import InputError
from drift.snapshot import Snapshot
from tests.cli.conftest import schema
from tests.laws.test_documents_laws import snapshots


def read(text: str) -> Snapshot:
    reader = SnapshotReader(io.BytesIO(text.encode()), "x.json")
    buckets = tuple(entry.bucket for entry in reader)
    return Snapshot(reader.head.source, buckets, reader.diagnostics, reader.head.taken_at)


def written(snapshot: Snapshot) -> str:
    stream = io.StringIO()
    write_snapshot(snapshot, stream)
    return stream.getvalue()


@given(snapshots, st.sampled_from([None, 1, 2]))
def test_a_snapshot_survives_being_written_and_read_by_lines(snapshot: Snapshot, indent: int | None) -> None:
    text = written(snapshot)
    schema("snapshot").validate(json.loads(text))
    assert read(text) == snapshot
    assert read(text).taken_at == snapshot.taken_at
    assert read(json.dumps(json.loads(text), indent=indent)) == snapshot


@given(snapshots.filter(lambda snapshot: bool(snapshot.buckets)), st.data())
def test_lines_that_are_cut_and_moved_give_a_snapshot_or_a_word(snapshot: Snapshot, data: st.DataObject) -> None:
    text = written(replace(snapshot, buckets=snapshot.buckets * 2))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    place = data.draw(st.integers(0, len(text)))
    changed = data.draw(st.sampled_from([text[:start] + text[end:], text[:place] + text[start:end] + text[place:]]))
    found = refusal = None
    try:
        found = read(changed)
    except InputError as error:
        refusal = error
    if refusal is None:
        assert found == read(json.dumps(json.loads(changed)))
    else:
        assert refusal.location is not None


def test_a_snapshot_of_nothing_is_written_and_read() -> None:
    assert read(written(Snapshot("s3"))) == Snapshot("s3")
    with pytest.raises(InputError):
        read("")
