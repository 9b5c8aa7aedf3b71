"""The file that undoes: what is written is what is read, and whatever else is in one is one clear error."""

from __future__ import annotations

import copy
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift import undo_file
from drift.cors.model import BucketCors, CorsRule
from drift.documents import snapshot_from_json
from drift.documents.lines import snapshot_by_lines
from drift.errors import InputError, UsageError
from drift.restoring_values import Fate, Restoring, undo_command
from tests.cli.conftest import schema

NOW = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
GET = BucketCors((CorsRule(("GET",), ("https://a.example",)),))
PUT = BucketCors((CorsRule(("PUT",), ("https://b.example",), ("*",), ("ETag",), 0, "it's"),))

texts = st.text(max_size=20)
lists = st.lists(texts, max_size=3).map(tuple)
rules = st.builds(
    CorsRule,
    lists,
    lists,
    lists,
    lists,
    st.none() | st.integers(-5, 2**31),
    st.none() | texts,
)
configurations = st.none() | st.lists(rules, min_size=1, max_size=3).map(lambda found: BucketCors(tuple(found)))
buckets = st.lists(
    st.builds(
        Restoring,
        texts,
        st.just(Fate.TO_DO),
        configurations,
        configurations,
        st.none() | st.just("111111111111"),
        st.none() | st.just("eu-west-1"),
        sensitive=st.frozensets(texts | st.integers(0, 9), max_size=2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.name,
)


def one(name: str = "assets", **more: Any) -> Restoring:
    return Restoring(name, Fate.TO_DO, GET, PUT, **more)


@settings(max_examples=60, deadline=None)
@given(found=buckets)
def test_what_is_written_is_what_is_read(found: list[Restoring], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("undo") / "undo.json"
    undo_file.create(path, found, "restore", "http://127.0.0.1:9", NOW)

    saved = undo_file.read(path)
    assert saved.endpoint == "http://127.0.0.1:9"
    assert saved.taken_at == NOW
    assert [(each.name, each.old, each.intended, each.account, each.region) for each in saved.buckets] == [
        (each.name, each.before, each.after, each.account, each.region) for each in found
    ]
    assert [each.sensitive for each in saved.buckets] == [each.sensitive for each in found]


@settings(max_examples=30, deadline=None)
@given(found=buckets)
def test_it_is_a_snapshot_of_the_old_rules_by_its_schema_and_to_both_readers(
    found: list[Restoring], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("undo") / "undo.json"
    undo_file.create(path, found, "restore", None, NOW)

    content = path.read_bytes()
    schema("snapshot").validate(json.loads(content))
    whole = snapshot_from_json(content, str(path))
    by_lines = snapshot_by_lines(path, str(path))
    assert by_lines is not None
    assert whole.buckets == by_lines.buckets
    assert [(each.name, each.cors) for each in whole.buckets] == [(each.name, each.before) for each in found]
    assert content.isascii()


def test_names_tell_when_and_are_never_the_same() -> None:
    names = {undo_file.default_name(NOW) for _ in range(50)}
    assert len(names) == 50
    assert all(name.startswith("cors-drift-undo-20261122T213000Z-") for name in names)


def test_only_its_owner_may_read_it_whatever_the_mask_is(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        path = undo_file.create(tmp_path / "undo.json", [one()], "restore", None, NOW)
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["undo.json"]


def test_nothing_is_written_over_and_nothing_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "undo.json"
    path.write_text("precious")
    with pytest.raises(UsageError):
        undo_file.create(path, [one()], "restore", None, NOW)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("undo.json", "precious")]


def test_a_file_system_without_links_gets_the_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = undo_file.create(tmp_path / "undo.json", [one()], "restore", None, NOW)
    assert undo_file.read(path).buckets[0].old == GET
    with pytest.raises(UsageError, match="already"):
        undo_file.create(path, [one()], "restore", None, NOW)
    assert [each.name for each in tmp_path.iterdir()] == ["undo.json"]


def test_a_disk_that_is_full_leaves_no_half_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        undo_file.create(tmp_path / "undo.json", [one()], "restore", None, NOW)
    assert list(tmp_path.iterdir()) == []


def valid(tmp_path: Path) -> dict[str, Any]:
    path = undo_file.create(tmp_path / "valid.json", [one(), one("other")], "restore", None, NOW)
    value: dict[str, Any] = json.loads(path.read_text())
    return value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda value: value.pop("undo"), "undoes nothing"),
        (lambda value: value.update(kind="cors-drift/report"), "kind"),
        (lambda value: value.update(buckets=[]), "names no bucket"),
        (lambda value: value["buckets"].append(value["buckets"][0]), "twice"),
        (lambda value: value["buckets"][0].pop("intended"), "intended"),
        (lambda value: value["buckets"][0]["intended"].update(state="denied", rules=[]), "intended.state"),
        (lambda value: value["buckets"][0]["intended"].update(rules=[{"Evil": 1}]), "intended"),
        (lambda value: value["buckets"][0].update(state="denied", rules=[]), "state must be"),
        (lambda value: value["buckets"][0].update(account="1111; rm"), "12 digits"),
        (lambda value: value["buckets"][0].update(bucket={"unknown": "x"}), "bucket must be a string"),
        (
            lambda value: value["buckets"][0]["rules"][0].update(AllowedOrigins=[{"unknown": "a sensitive value"}]),
            "not known",
        ),
        (lambda value: value["undo"].update(endpoint=["x"]), "endpoint"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_what_is_wrong(change: Any, message: str, tmp_path: Path) -> None:
    value = valid(tmp_path)
    change(value)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(value))

    with pytest.raises(InputError, match=message) as caught:
        undo_file.read(path)
    assert caught.value.location is not None
    assert caught.value.location.path == str(path)


def _nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: what holds it, and under which key."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, key) for key, _ in items] + [place for _, each in items for place in _nodes(each)]


def test_whatever_stands_in_it_the_answer_is_a_file_or_one_error(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    original = valid(tmp_path)
    junk: list[Any] = [None, True, -1, 1.5, "", "x" * 300, [], {}, [[]], {"unknown": 5}, {"unknown": "x"}, "\ud800"]
    path = tmp_path / "junk.json"
    refused = 0
    for _ in range(400):
        value = copy.deepcopy(original)
        for _ in range(chance.randint(1, 2)):
            holder, key = chance.choice(_nodes(value))
            holder[key] = chance.choice(junk)
        path.write_text(json.dumps(value))
        try:
            undo_file.read(path)
        except InputError:
            refused += 1
    assert 100 < refused < 400


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(valid(tmp_path)).replace('"undo":', '"undo": {}, "undo":'))
    with pytest.raises(InputError, match="twice"):
        undo_file.read(path)


def test_a_file_system_without_links_that_is_full_leaves_no_half_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:  # the part was still whole
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device; nothing was changed"):
        undo_file.create(tmp_path / "undo.json", [one()], "restore", None, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="quotes of a POSIX shell")
def test_the_command_that_undoes_can_be_run_as_it_stands() -> None:
    assert undo_command(Path("my undo; rm -rf x.json")) == "cors-drift fix --undo 'my undo; rm -rf x.json'"
    assert "\x1b" not in undo_command(Path("a\x1b[2Jb.json"))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "undo.json")
    with pytest.raises(InputError, match="a pipe and no file"):
        undo_file.read(tmp_path / "undo.json")
