"""Laws of the reader of rule files over rules made at random."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

import jsonschema
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import CorsRule
from drift.errors import InputError
from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from parsers.spec import PARSER
from tests.law_numbers import tries

SCHEMA = jsonschema.Draft202012Validator(json.loads((files("drift") / "schemas" / "spec.json").read_text()))


class MemoryTree:
    """Files held in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError("there is no such file")
        return self.files[path]

    def is_file(self, path: str) -> bool:
        return path in self.files

    def is_folder(self, path: str) -> bool:
        return not path

    def names(self, folder: str) -> Sequence[str]:
        return sorted(self.files)


def parse(name: str, content: str | bytes) -> Snapshot:
    tree = MemoryTree({name: content.encode() if isinstance(content, str) else content})
    assert PARSER.claim(tree, name) is not None
    return PARSER.parse(tree, [name], Inputs())


# XML has no way to write control characters, and turns a carriage return into a line feed.
TEXTS = st.text(st.characters(min_codepoint=32, blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12)
LISTS = st.lists(
    TEXTS | st.sampled_from(["*", "https://*.example", "null", "true", "1", "~", "- x", "{{x}}", "<a>"]), max_size=3
)
RULES = st.lists(
    st.builds(
        CorsRule,
        allowed_methods=st.lists(st.sampled_from(["GET", "PUT"]), min_size=1, max_size=2).map(tuple),
        allowed_origins=LISTS.filter(bool).map(tuple),
        allowed_headers=LISTS.map(tuple),
        expose_headers=LISTS.map(tuple),
        max_age_seconds=st.none() | st.integers(0, 2**31),
        id=st.none() | TEXTS,
    ),
    min_size=1,
    max_size=3,
)


def as_json(rule: CorsRule) -> dict[str, Any]:
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in rule.by_api_name()}
    return {name: value for name, value in fields.items() if value is not None and value != []}


def as_xml(rules: list[CorsRule], namespace: bool) -> str:
    singular = {"AllowedHeaders", "AllowedMethods", "AllowedOrigins", "ExposeHeaders"}
    lines = ["<CORSConfiguration%s>" % (' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' if namespace else "")]
    for rule in rules:
        lines.append("<CORSRule>")
        for name, value in as_json(rule).items():
            element = name[:-1] if name in singular else name
            lines += [
                f"<{element}>{escape(str(each))}</{element}>"
                for each in (value if isinstance(value, list) else [value])
            ]
        lines.append("</CORSRule>")
    return "\n".join([*lines, "</CORSConfiguration>"])


class Quoted(yaml.SafeDumper):
    """Text in quotes: what is text without them is not the same to every reader (0E0)."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@settings(max_examples=tries(0.6), deadline=None)
@given(RULES, st.booleans())
def test_rules_written_in_any_shape_read_back_equal(rules: list[CorsRule], namespace: bool) -> None:
    written = [as_json(rule) for rule in rules]
    many = {"version": 1, "buckets": {"my-bucket": {"CORSRules": written}, "other": written}}
    shapes = {
        "cli.json": json.dumps({"CORSRules": written}),
        "console.json": json.dumps(written, ensure_ascii=False, indent="\t"),
        "input.json": json.dumps({"Bucket": "my-bucket", "CORSConfiguration": {"CORSRules": written}}),
        "many.json": json.dumps(many),
        "many.yaml": yaml.dump(many, Dumper=Quoted, allow_unicode=True),
        "cli.yml": yaml.dump({"CORSRules": written}, Dumper=Quoted, default_flow_style=True),
        "cors.xml": as_xml(rules, namespace),
    }
    for name, content in shapes.items():
        snapshot = parse(name, content)
        assert snapshot.diagnostics == (), name
        assert len(snapshot.buckets) == (2 if name.startswith("many") else 1)
        for bucket in snapshot.buckets:
            assert bucket.cors is not None
            assert bucket.cors.rules == tuple(rules), name
            assert len(bucket.places) == len(rules)


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 1, -1, 1.5, "", "x", "GET", [], ["GET"], [None], [[]], {}, {"CORSRules": []}, {"x": 1}]
)
KEYS = st.sampled_from(
    ["AllowedMethods", "AllowedOrigins", "ExposeHeaders", "ExposedHeaders", "ID", "MaxAgeSeconds", "x"]
)


@settings(max_examples=tries(3), deadline=None)
@given(
    KEYS,
    ODD,
    st.sampled_from(["rule", "entry", "root", "rules"]),
    KEYS | st.sampled_from(["CORSRules", "region", "version"]),
)
def test_what_the_schema_takes_the_reader_takes(key: str, value: object, place: str, other: str) -> None:
    rule: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    entry: dict[str, Any] = {"CORSRules": [rule]}
    root: dict[str, Any] = {"version": 1, "buckets": {"my-bucket": entry}}
    if place == "rule":
        rule[key] = value
    elif place == "entry":
        entry[other] = value
    elif place == "root":
        root[other] = value
    else:
        entry["CORSRules"] = value
    tree = MemoryTree({"a.json": json.dumps(root).encode()})
    snapshot = PARSER.parse(tree, ["a.json"], Inputs())
    if SCHEMA.is_valid(root):
        assert snapshot.errors == ()
        assert len(snapshot.buckets) == 1
    if snapshot.errors:
        assert not SCHEMA.is_valid(root)
        assert all(each.location is not None and each.location.line == 1 for each in snapshot.errors)


SAMPLES = [
    ("a.json", '{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]}'),
    (
        "a.yaml",
        "version: 1\nbuckets:\n  b-1: &x\n    - AllowedMethods: [GET]\n      AllowedOrigins: ['*']\n  b-2: *x\n",
    ),
    (
        "a.xml",
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
        "</CORSConfiguration>",
    ),
]
PIECES = st.sampled_from(
    ["\t", "\n", "//", "&x;", "*x", "[", "]", "{", "}", ":", "<", ">", "'", '"', "null", "\x00", "\ud800", "9" * 5000]
)


@settings(max_examples=tries(3), deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 9), PIECES | st.binary(max_size=4)), min_size=1, max_size=5),
)
def test_no_damage_to_a_rule_file_raises_or_goes_unsaid(
    sample: tuple[str, str], damage: list[tuple[int, int, str | bytes]]
) -> None:
    name, text = sample
    content = text.encode()
    for at, length, piece in damage:
        inserted = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogatepass")
        content = content[:at] + inserted + content[at + length :]
    tree = MemoryTree({name: content})
    PARSER.claim(tree, name)
    snapshot = PARSER.parse(tree, [name], Inputs())
    assert snapshot.buckets or snapshot.errors
    assert all(each.location is not None and each.location.path == name for each in snapshot.errors)
