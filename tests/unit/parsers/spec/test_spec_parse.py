"""What the reader of rule files says of odd and hostile files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.interfaces import Claim, Inputs
from drift.location import Location
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.spec import PARSER


def parse(folder: Path, name: str, content: str | bytes) -> Snapshot:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return PARSER.parse(DiskTree(folder), [name], Inputs())


def test_rules_and_fields_of_json_have_their_places(tmp_path: Path) -> None:
    text = '{"CORSRules": [\n  {"AllowedMethods": ["GET"],\n   "AllowedOrigins": [\n    "*"\n   ]}\n]}'
    (bucket,) = parse(tmp_path, "a.json", text).buckets
    (place,) = bucket.places
    assert bucket.location == Location("a.json", 1, 6, 1)
    assert place.location == Location("a.json", 2, 5, 3)
    assert place.of("AllowedOrigins") == Location("a.json", 3, 5, 4)


def test_rules_on_one_line_of_json_are_told_apart_by_their_columns(tmp_path: Path) -> None:
    rule = '{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}'
    (first, second) = parse(tmp_path, "a.json", f'{{"buckets": {{"a-1": [{rule}, {rule}], "b-1": []}}}}').buckets
    assert (first.location, second.location) == (Location("a.json", 1, 1, 14), Location("a.json", 1, 1, 131))
    assert [place.location.column for place in first.places] == [22, 76]
    assert [place.of("AllowedOrigins").column for place in first.places] == [50, 104]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{\r\n "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://ä.example"]}]\r\n}\r\n'),
        ("a.yaml", "CORSRules:\r\n- AllowedMethods: [GET]\r\n  AllowedOrigins: [https://ä.example]\r\n"),
        ("a.xml", "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>"
                  "<AllowedOrigin>https://ä.example</AllowedOrigin></CORSRule></CORSConfiguration>\r\n"),
    ],
)  # fmt: skip
def test_rule_file_that_powershell_wrote_is_claimed_and_read(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    snapshot = parse(tmp_path, name, ("\ufeff" + text).encode(encoding))
    (bucket,) = snapshot.buckets
    assert PARSER.claim(DiskTree(tmp_path), name) == Claim(name)
    assert bucket.cors is not None
    assert bucket.cors.rules[0].allowed_origins == ("https://ä.example",)
    assert snapshot.diagnostics == ()


def test_rules_and_fields_of_xml_have_their_places(tmp_path: Path) -> None:
    text = (
        "<CORSConfiguration>\n <CORSRule>\n  <AllowedMethod>GET</AllowedMethod>\n  <AllowedOrigin>a</AllowedOrigin>\n"
        "  <ID>x</ID><AllowedOrigin>b</AllowedOrigin>\n </CORSRule>\n</CORSConfiguration>"
    )
    (bucket,) = parse(tmp_path, "a.xml", text).buckets
    (place,) = bucket.places
    assert bucket.location == Location("a.xml", 1, 7, 1)
    assert place.location == Location("a.xml", 2, 6, 2)
    assert place.of("AllowedOrigins") == Location("a.xml", 4, 5, 3)
    assert place.of("ID") == Location("a.xml", 5, 5, 3)


def test_rule_file_does_not_store_max_age_zero_by_itself(tmp_path: Path) -> None:
    (bucket,) = parse(tmp_path, "a.json", '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]').buckets
    assert bucket.writes_max_age_zero is False


def test_empty_list_states_that_there_are_no_rules(tmp_path: Path) -> None:
    (bucket,) = parse(tmp_path, "a.yaml", "version: 1\nbuckets:\n  my-bucket: []\n").buckets
    assert (bucket.state, bucket.says_none) == (State.ABSENT, True)


def test_faults_are_told_in_the_order_of_their_lines_and_bounded(tmp_path: Path) -> None:
    rules = [{"AllowedMethods": "GET", "AllowedOrigins": "*", "x": 1} for _ in range(200)]
    snapshot = parse(tmp_path, "a.json", json.dumps(rules, indent=0))
    lines = [each.location.line or 0 for each in snapshot.errors[:50] if each.location]
    assert snapshot.buckets == ()
    assert lines == sorted(lines)
    assert len(snapshot.errors) == 51
    assert snapshot.errors[-1].id == "too-many-faults"


def test_more_rules_than_s3_keeps_are_read(tmp_path: Path) -> None:
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}] * 101
    (bucket,) = parse(tmp_path, "a.json", json.dumps(rules)).buckets
    assert bucket.cors is not None
    assert len(bucket.cors.rules) == 101


def test_missing_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    (fault,) = PARSER.parse(DiskTree(tmp_path), ["gone.json"], Inputs()).errors
    assert fault.location == Location("gone.json")


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><CORSConfiguration>&l9;</CORSConfiguration>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><CORSConfiguration/>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><CORSConfiguration>&e;</CORSConfiguration>',
        "<CORSConfiguration>&nothing;</CORSConfiguration>",
        "<CORSConfiguration>" + "<a>" * 10_000,
        b"<CORSConfiguration>\x00</CORSConfiguration>",
        b"<CORSConfiguration>\xff</CORSConfiguration>",
        b'<?xml version="1.0" encoding="no-such"?><CORSConfiguration/>',
        b'<?xml version="1.0" encoding="utf-7"?><CORSConfiguration/>',
        b"",
    ],
)
def test_hostile_or_broken_xml_is_one_error_with_a_place(tmp_path: Path, content: str | bytes) -> None:
    snapshot = parse(tmp_path, "a.xml", content)
    assert snapshot.buckets == ()
    (fault,) = snapshot.errors
    assert fault.id == "broken-spec"
    assert fault.location is not None
    assert fault.location.path == "a.xml"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"CORSRules": ' * 100_000,
        b"\x00",
        b"\xff\xfe\x00",
        b'{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]} x',
    ],
)
def test_hostile_or_broken_json_is_one_error_with_a_place(tmp_path: Path, content: bytes) -> None:
    snapshot = parse(tmp_path, "a.json", content)
    (fault,) = snapshot.errors
    assert (fault.id, fault.location is not None) == ("broken-spec", True)


def test_alias_bomb_in_yaml_is_one_error(tmp_path: Path) -> None:
    lines = ["x0: &x0 [a,a,a,a,a,a,a,a,a,a]"]
    lines += [f"x{i}: &x{i} [{','.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 10)]
    (fault,) = parse(tmp_path, "a.yaml", "\n".join(["version: 1", *lines, "buckets: {}"])).errors
    assert "aliases" in fault.message


def test_half_a_surrogate_pair_in_an_origin_can_still_be_printed(tmp_path: Path) -> None:
    (bucket,) = parse(tmp_path, "a.json", '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["\\ud800"]}]').buckets
    assert str(bucket.cors).encode()
