"""Whatever rules a bucket has: written down by AWS Config or CloudTrail and read again they mean the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.fetchers.aws_config_item import Item, item_of
from drift.fetchers.cloudtrail_record import event_of
from drift.history import CorsEvent
from drift.snapshot import State
from tests.recorded import config_row, found_event, trail_record
from tests.rules import rule_lists

words = st.text("aAzZ019.*-_: eE+nulTrue", min_size=1, max_size=6) | st.sampled_from(
    ["null", "true", "007", "1e3", "é", "1.50"]
)
several = st.lists(words, max_size=3).map(tuple)
some = st.lists(words, min_size=1, max_size=3).map(tuple)
any_rules = st.builds(
    CorsRule,
    allowed_methods=some,
    allowed_origins=some,
    allowed_headers=several,
    expose_headers=several,
    max_age_seconds=st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
    id=st.none() | words,
)
any_lists = st.lists(any_rules, min_size=1, max_size=3).map(tuple)


def wrapped(value: Any, how: int) -> Any:
    """The value in one of the forms in which AWS Config gives supplementary values: itself, or JSON text of it."""
    return [value, json.dumps(value), json.dumps(json.dumps(value))][how]


def unlisted(value: Any) -> Any:
    """Lists of one as their only member, to any depth."""
    if isinstance(value, dict):
        return {key: unlisted(each) for key, each in value.items()}
    if isinstance(value, list):
        return unlisted(value[0]) if len(value) == 1 else [unlisted(each) for each in value]
    return value


def config_item(rules: tuple[CorsRule, ...], how: int, whole: int, scalars: bool) -> Item:
    row = config_row("b", *rules)
    cors = row["supplementaryConfiguration"]["BucketCrossOriginConfiguration"]
    row["supplementaryConfiguration"]["BucketCrossOriginConfiguration"] = wrapped(
        unlisted(cors) if scalars else cors, how
    )
    item = item_of(wrapped(row, whole))
    assert item is not None
    return item


@given(any_lists, st.integers(0, 2), st.integers(0, 2), st.booleans())
def test_rules_survive_aws_config_but_for_an_age_of_zero(
    rules: tuple[CorsRule, ...], how: int, whole: int, scalars: bool
) -> None:
    found = config_item(rules, how, whole, scalars).bucket
    assert found.state is State.CONFIGURED
    assert found.cors == BucketCors(tuple(replace(each, max_age_seconds=each.max_age_seconds or 0) for each in rules))


@given(rule_lists)
def test_rules_out_of_aws_config_are_identical_in_meaning(rules: tuple[CorsRule, ...]) -> None:
    found = config_item(rules, 0, 1, False).bucket
    assert found.writes_max_age_zero
    assert prove(BucketCors(rules), found.cors, zero_is_unset=True).effect is Effect.IDENTICAL


def trail_event(rules: tuple[CorsRule, ...]) -> CorsEvent:
    event = event_of(found_event(trail_record("b", *rules)))
    assert event is not None
    return event


@given(rule_lists)
def test_rules_survive_cloudtrail_word_for_word(rules: tuple[CorsRule, ...]) -> None:
    assert trail_event(rules).wrote == BucketCors(rules)


def may_be(found: object, real: object) -> bool:
    """Whether what was read can be what was written: the same, or not known."""
    if isinstance(found, Unknown):
        return True
    if isinstance(found, tuple) and isinstance(real, tuple):
        return len(found) == len(real) and all(map(may_be, found, real))
    if isinstance(found, str) and isinstance(real, str) and real.lower() in ("true", "false"):
        return found == real.lower()  # the letter case is lost on the way
    return found == real


@given(any_lists)
def test_what_cloudtrail_changes_on_the_way_is_never_told_as_something_else(rules: tuple[CorsRule, ...]) -> None:
    found = trail_event(rules).wrote
    assert isinstance(found, BucketCors)
    for read, real in zip(found.rules, rules, strict=True):
        for (name, value), (_, was) in zip(read.by_api_name(), real.by_api_name(), strict=True):
            assert may_be(value, was), name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just('{"rules": [{}]}'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a document with each of its keys."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@given(rule_lists, JSON, st.data())
def test_a_config_row_with_anything_anywhere_is_read_or_not_but_never_a_crash(
    rules: tuple[CorsRule, ...], junk: object, data: st.DataObject
) -> None:
    row = config_row("b", *rules)
    container, key = data.draw(st.sampled_from(places(row)))
    container[key] = junk
    item = item_of(json.dumps(row))
    assert (
        item is None
        or item.bucket.cors is None
        or all(
            isinstance(text, str)
            for rule in item.bucket.cors.rules
            for text in (*rule.allowed_origins, *rule.allowed_methods)  # type: ignore[misc]
        )
    )


@given(rule_lists, JSON, st.data())
def test_a_record_with_anything_anywhere_is_an_event_or_none_but_never_a_crash(
    rules: tuple[CorsRule, ...], junk: object, data: st.DataObject
) -> None:
    record = trail_record("b", *rules)
    found = found_event(record)
    container, key = data.draw(st.sampled_from(places(record)))
    container[key] = junk
    event = event_of(found | {"CloudTrailEvent": json.dumps(record)})
    assert event is None or (isinstance(event.bucket, str) and isinstance(event.wrote, BucketCors | Unknown | None))
