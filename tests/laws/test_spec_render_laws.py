"""Random files of rules in every shape and style, and random wanted rules: edited and read again, they are those."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drift.cors.model import CorsRule
from drift.edits import Fresh
from drift.interfaces import Inputs
from parsers.document.edit import Data
from parsers.spec import PARSER
from parsers.spec.render import RENDERER
from parsers.spec.render_fresh import rule_data
from parsers.spec.render_xml import written_configuration
from tests.law_numbers import tries
from tests.laws.edit_documents import json_texts, yaml_texts
from tests.rendering import Files, held, rules_, same_rules, wanted_of

SHAPES = ("cli", "console", "input", "many", "many-mapping")


def _data(shape: str, rules: Sequence[CorsRule], others: Sequence[CorsRule]) -> Data:
    written: list[Data] = [rule_data(rule) for rule in rules]
    beside: list[Data] = [rule_data(rule) for rule in others]
    if shape == "console":
        return written
    if shape == "cli":
        return {"CORSRules": written}
    if shape == "input":
        return {"Bucket": "assets", "CORSConfiguration": {"CORSRules": written}}
    mine: Data = written if shape == "many" else {"region": "eu-west-1", "CORSRules": written}
    return {"version": 1, "buckets": {"before": beside, "assets": mine, "after": beside}}


@settings(max_examples=tries(1.6), deadline=None)
@given(st.data(), st.sampled_from(SHAPES), st.sampled_from(["cors.json", "cors.yaml"]))
def test_an_edited_file_of_rules_has_the_wanted_rules(draw: st.DataObject, shape: str, path: str) -> None:
    rules, others = (draw.draw(st.lists(rules_, min_size=1, max_size=3)) for _ in range(2))
    value = _data(shape, rules, others)
    text = draw.draw(json_texts(value) if path.endswith("json") else yaml_texts(value))
    files = Files({path: text.encode()})
    snapshot = PARSER.parse(files, [path], Inputs())
    bucket = next((each for each in snapshot.buckets if each.name not in ("before", "after")), None)
    assume(bucket is not None and not snapshot.errors and bucket.cors is not None)
    assert bucket is not None and bucket.cors is not None  # noqa: PT018
    wanted = draw.draw(wanted_of(bucket.cors.rules))
    if not wanted.rules and not shape.startswith("many"):
        assert RENDERER.propose(files, [path], Inputs(), bucket, wanted).attempts == ()
        return
    after = held(PARSER, RENDERER, files, [path], bucket, wanted)
    if after is None:  # a rule that goes elsewhere and loses its last field with a comment behind it is left by hand
        places = [each for each in wanted.replaces if each is not None]
        assert places != sorted(places)
        assert RENDERER.propose(files, [path], Inputs(), bucket, wanted).by_hand


@st.composite
def _xml(draw: st.DrawFn, rules: Sequence[CorsRule]) -> str:
    text = written_configuration(rules)
    if draw(st.booleans()):
        text = text.replace("<", "<s3:").replace("<s3:/", "</s3:").replace("xmlns=", "xmlns:s3=")
    if draw(st.booleans()):
        text = text.replace("\n", "").replace("  ", "")
    elif draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    if draw(st.booleans()):
        text = '<?xml version="1.0" encoding="UTF-8"?>\n' + text
    return text.replace("<CORSRule>", "<CORSRule><!-- a rule, <b> -->") if draw(st.booleans()) else text


@settings(max_examples=tries(1.6), deadline=None)
@given(st.data())
def test_an_edited_configuration_in_xml_has_the_wanted_rules(draw: st.DataObject) -> None:
    rules = draw.draw(st.lists(rules_, min_size=1, max_size=3))
    files = Files({"cors.xml": draw.draw(_xml(rules)).encode()})
    (bucket,) = PARSER.parse(files, ["cors.xml"], Inputs()).buckets
    assert bucket.cors is not None
    wanted = draw.draw(wanted_of(bucket.cors.rules))
    if not wanted.rules:
        assert RENDERER.propose(files, ["cors.xml"], Inputs(), bucket, wanted).attempts == ()
        return
    assert held(PARSER, RENDERER, files, ["cors.xml"], bucket, wanted) is not None


@settings(max_examples=tries(1.6), deadline=None)
@given(st.lists(rules_, min_size=1, max_size=3), st.sampled_from(RENDERER.dialects))
def test_a_file_from_nothing_declares_its_rules(rules: list[CorsRule], dialect: str) -> None:
    from drift.cors.model import BucketCors

    cors = BucketCors(tuple(rules))
    path = {"xml": "cors.xml", "spec-yaml": "cors.yaml"}.get(dialect, "cors.json")
    text = RENDERER.declare([Fresh("assets", "assets", cors)], dialect)
    snapshot = PARSER.parse(Files({path: text.encode()}), [path], Inputs())
    assert not snapshot.errors
    assert same_rules(snapshot.buckets[0].cors, cors)
    assert text.endswith("\n")
