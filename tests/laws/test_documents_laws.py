"""A snapshot survives being written and read, and no file that claims to be one does harm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.documents import snapshot_from_json, snapshot_to_json
from drift.errors import InputError
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Alternative, Bucket, RulePlace, Snapshot, State
from tests.cli.conftest import schema

unknowns = st.builds(Unknown, st.text(min_size=1), st.text(), st.text())
texts = st.text() | unknowns
lists = st.lists(texts, max_size=3).map(tuple) | unknowns
rules = st.builds(
    CorsRule,
    allowed_methods=lists,
    allowed_origins=lists,
    allowed_headers=lists,
    expose_headers=lists,
    max_age_seconds=st.none() | st.integers() | unknowns,
    id=st.none() | st.text(min_size=1) | unknowns,
)
locations = st.builds(Location, st.text(), st.none() | st.integers(1, 9999), st.none(), st.none() | st.integers(1, 99))


_DECLARED = (State.CONFIGURED, State.ABSENT, State.UNKNOWN)


@st.composite
def buckets(draw: st.DrawFn) -> Bucket:
    """Any bucket, also one whose code leaves open what is declared."""
    bucket = draw(single_buckets(tuple(State)))
    if draw(st.integers(0, 3)):
        return bucket
    cases = st.builds(Alternative, st.text(), st.none() | single_buckets(_DECLARED), st.none() | st.text())
    given = draw(st.lists(cases, min_size=2, max_size=3))
    return replace(bucket, alternatives=tuple(replace(each, bucket=_case(each.bucket, bucket)) for each in given))


def _case(case: Bucket | None, bucket: Bucket) -> Bucket | None:
    """With all that alternatives have in common."""
    if case is None:
        return None
    names = ("name", "source", "address", "account", "region", "writes_max_age_zero", "bare", "stack")
    return replace(case, **{name: getattr(bucket, name) for name in names})


@st.composite
def single_buckets(draw: st.DrawFn, states: tuple[State, ...]) -> Bucket:
    state = draw(st.sampled_from(states))
    cors, places = None, tuple[RulePlace, ...]()
    if state is State.CONFIGURED:
        cors = BucketCors(tuple(draw(st.lists(rules, min_size=1, max_size=3))), draw(st.booleans()))
        if draw(st.booleans()):
            fields = st.lists(st.tuples(st.sampled_from(["ID", "AllowedOrigins"]), locations), unique_by=lambda f: f[0])
            places = tuple(RulePlace(draw(locations), tuple(draw(fields))) for _ in cors.rules)
    return Bucket(
        draw(texts),
        state,
        draw(st.text(min_size=1)),
        draw(st.none() | st.text()),
        cors,
        draw(st.none() | st.text()),
        draw(st.none() | locations),
        places,
        writes_max_age_zero=draw(st.booleans()),
        says_none=draw(st.booleans()),
        bare=draw(st.booleans()),
        stack=draw(st.none() | st.text()),
    )


snapshots = st.builds(
    Snapshot,
    st.text(min_size=1),
    st.lists(buckets(), max_size=3).map(tuple),
    st.lists(
        st.builds(
            Diagnostic,
            st.sampled_from(Severity),
            st.sampled_from(["a-b", "c"]),
            st.text(min_size=1),
            st.none() | locations,
            st.none() | st.text(),
        ),
        max_size=2,
    ).map(tuple),
    st.none()
    | st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)).map(lambda time: time.replace(microsecond=0)),
)


@given(snapshots)
def test_a_snapshot_survives_being_written_and_read(snapshot: Snapshot) -> None:
    document = snapshot_to_json(snapshot)
    schema("snapshot").validate(document)
    again = snapshot_from_json(json.dumps(document).encode(), "x.json")
    assert again == snapshot
    assert again.taken_at == snapshot.taken_at


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document with each of its keys."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@given(snapshots, JSON, st.data())
def test_a_document_with_anything_anywhere_is_read_or_refused_with_a_word(
    snapshot: Snapshot, junk: object, data: st.DataObject
) -> None:
    document = snapshot_to_json(snapshot)
    container, key = data.draw(st.sampled_from(places(document)))
    container[key] = junk
    refusal = None
    try:
        snapshot_from_json(json.dumps(document).encode(), "x.json")
    except InputError as error:
        refusal = error
    assert refusal is None or (refusal.location == Location("x.json") and "must be" in refusal.message)
