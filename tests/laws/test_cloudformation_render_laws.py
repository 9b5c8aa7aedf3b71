"""Random templates in every style, with anchors and computed values, and random wanted rules: edited and read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule
from drift.edits import Fresh, WantedRules
from drift.interfaces import Inputs
from drift.snapshot import Bucket
from parsers.cloudformation import PARSER
from parsers.cloudformation.render import RENDERER
from parsers.cloudformation.render_bucket import NAMES
from parsers.document.edit import Data
from parsers.spec.render_fresh import rule_data
from tests.law_numbers import tries
from tests.laws.edit_documents import json_texts, yaml_texts
from tests.rendering import Files, held, rules_, same_rules, wanted_of

PLACEHOLDER = "https://to.be.replaced"


def _rules(rules: Sequence[CorsRule]) -> Data:
    return [{NAMES[key]: value for key, value in rule_data(rule).items()} for rule in rules]


def _template(mine: Sequence[CorsRule], other: Sequence[CorsRule], alone: bool) -> Data:
    beside: dict[str, Data] = {} if alone else {"BucketName": "assets", "Tags": [{"Key": "a", "Value": "b"}]}
    cors: dict[str, Data] = {"CorsConfiguration": {"CorsRules": _rules(mine)}} if mine else {}
    return {
        "Parameters": {"Origin": {"Type": "String", "Default": "https://given.example"}},
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Before": {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {"CorsRules": _rules(other)}}},
            "Assets": {"Type": "AWS::S3::Bucket"} | ({"Properties": beside | cors} if beside or cors else {}),
            "After": {"Type": "AWS::S3::Bucket"},
        },
    }


def _bucket(files: Files, path: str, address: str = "Assets") -> Bucket:
    snapshot = PARSER.parse(files, [path], Inputs())
    assume(not snapshot.errors)
    bucket = next((each for each in snapshot.buckets if each.address == address), None)
    assume(bucket is not None and bucket.state.value in ("configured", "absent"))
    assert bucket is not None
    return bucket


def _sayable(wanted: WantedRules) -> bool:
    """Whether CloudFormation takes the rules: it refuses two that are the same."""
    rules = [replace(rule, max_age_seconds=rule.max_age_seconds or 0) for rule in wanted.rules]
    return len(set(rules)) == len(rules)


@settings(max_examples=tries(1.2), deadline=None)
@given(st.data(), st.sampled_from(["t.json", "t.yaml"]), st.booleans())
def test_an_edited_template_has_the_wanted_rules(draw: st.DataObject, path: str, alone: bool) -> None:
    mine = draw.draw(st.lists(rules_, max_size=3, unique=True))
    other = draw.draw(st.lists(rules_, min_size=1, max_size=2, unique=True))
    value = _template(mine, other, alone)
    text = draw.draw(json_texts(value) if path.endswith("json") else yaml_texts(value))
    files = Files({path: text.encode()})
    bucket = _bucket(files, path)
    old = bucket.cors.rules if bucket.cors is not None else ()
    wanted = draw.draw(wanted_of(old))
    assume(_sayable(wanted))
    assume(not same_rules(wanted.cors, bucket.cors, True))
    after = held(PARSER, RENDERER, files, [path], bucket, wanted)
    assert after is not None
    written = after.contents[path].decode()
    assert written.startswith(text[: text.index("Resources")])


CALLS = ("!Ref Origin", "!Sub '${Origin}'", "!If [Yes, https://if.example, https://else.example]")


@settings(max_examples=tries(0.8), deadline=None)
@given(st.data(), st.sampled_from(CALLS))
def test_computed_members_stay_as_they_are_while_the_others_change(draw: st.DataObject, call: str) -> None:
    rule = draw.draw(rules_)
    assert isinstance(rule.allowed_origins, tuple)
    rule = replace(rule, allowed_origins=(*rule.allowed_origins, PLACEHOLDER))
    text = draw.draw(yaml_texts(_template([rule], [rule], False)))
    for written in (f'"{PLACEHOLDER}"', f"'{PLACEHOLDER}'", PLACEHOLDER):
        text = text.replace(written, call)
    files = Files({"t.yaml": text.encode()})
    bucket = _bucket(files, "t.yaml")
    assert bucket.cors is not None
    (old,) = bucket.cors.rules
    assert isinstance(old.allowed_origins, tuple)
    new = replace(old, allowed_origins=("https://fresh.example", old.allowed_origins[-1]), max_age_seconds=77)
    wanted = WantedRules(BucketCors((new,)), (0,))
    assume(len(set(old.allowed_origins)) == len(old.allowed_origins))
    after = held(PARSER, RENDERER, files, ["t.yaml"], bucket, wanted)
    assert after is not None
    assert after.contents["t.yaml"].decode().count(call) == 2


@settings(max_examples=tries(0.8), deadline=None)
@given(st.lists(st.lists(rules_, max_size=3, unique=True), min_size=1, max_size=3), st.sampled_from(RENDERER.dialects))
def test_a_template_from_nothing_declares_its_rules(buckets: list[list[CorsRule]], dialect: str) -> None:
    fresh = [
        Fresh(f"bucket-{at}", f"bucket_{at}", BucketCors(tuple(rules)) if rules else None)
        for at, rules in enumerate(buckets)
    ]
    assume(all(_sayable(WantedRules(each.cors, (None,) * len(each.cors.rules if each.cors else ()))) for each in fresh))
    path = "t.json" if dialect.endswith("json") else "t.yaml"
    snapshot = PARSER.parse(Files({path: RENDERER.declare(fresh, dialect).encode()}), [path], Inputs())
    assert not snapshot.errors
    assert [each.name for each in snapshot.buckets] == [each.name for each in fresh]
    assert all(same_rules(one.cors, other.cors, True) for one, other in zip(snapshot.buckets, fresh, strict=True))
