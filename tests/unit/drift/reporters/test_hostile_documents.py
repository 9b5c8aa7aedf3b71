"""Text of others in JSON, SARIF and JUnit: the documents keep their shape, and every text comes back as it was."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from drift.settings import Format
from tests.cli.conftest import schema
from tests.code_scanning import checked
from tests.samples.hostility import HARMLESS, PAYLOADS
from tests.samples.rendering import attacked, obeyed, unharmed, unprintable

ATTACKS = sorted(PAYLOADS)


def shape(value: Any) -> Any:
    """Keys, lengths and types, without any text."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value) if isinstance(value, str) else value


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def ours(value: Any) -> Any:
    """The document without what is worked out from the text."""
    if isinstance(value, dict):
        return {key: ours(each) for key, each in value.items() if key not in ("fingerprint", "partialFingerprints")}
    return [ours(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("attack", ATTACKS)
def test_json_keeps_to_its_schema_and_gives_every_text_back(attack: str) -> None:
    document = json.loads(attacked(Format.JSON, attack))
    plain = json.loads(unharmed(Format.JSON))
    schema("report").validate(document)
    assert shape(document) == shape(plain)
    assert texts(ours(document)) == [text.replace(HARMLESS, PAYLOADS[attack]) for text in texts(ours(plain))]


@pytest.mark.parametrize("kind", [Format.JSON, Format.SARIF])
@pytest.mark.parametrize("attack", ATTACKS)
def test_json_and_sarif_are_ascii_with_nothing_that_a_terminal_or_runner_obeys(attack: str, kind: Format) -> None:
    text = attacked(kind, attack)
    assert text.isascii()
    assert unprintable(text) == set()
    assert obeyed(text) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_sarif_is_what_code_scanning_takes(attack: str) -> None:
    checked(attacked(Format.SARIF, attack))


@pytest.mark.parametrize("attack", ATTACKS)
def test_sarif_tells_of_as_many_findings_in_results_of_the_same_shape(attack: str) -> None:
    document, plain = map(json.loads, (attacked(Format.SARIF, attack), unharmed(Format.SARIF)))
    assert findings_in(document) == findings_in(plain)
    known = {key for result in plain["runs"][0]["results"] for key in result}
    assert {key for result in document["runs"][0]["results"] for key in result} <= known


def findings_in(document: Any) -> int:
    """Results, and the findings that have no place that code scanning takes: a path may be none for what is in it."""
    (run,) = document["runs"]
    return len(run["results"]) + int(run["properties"]["withoutPlace"])


@pytest.mark.parametrize("attack", ATTACKS)
def test_sarif_has_the_same_rules_whatever_the_text(attack: str) -> None:
    document, plain = map(json.loads, (attacked(Format.SARIF, attack), unharmed(Format.SARIF)))
    assert document["runs"][0]["tool"] == plain["runs"][0]["tool"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_junit_keeps_its_elements(attack: str) -> None:
    document, plain = tuple(map(ET.fromstring, (attacked(Format.JUNIT, attack), unharmed(Format.JUNIT))))
    assert elements(document) == elements(plain)


@pytest.mark.parametrize("attack", ATTACKS)
def test_junit_shows_printable_lines_as_many_as_without_the_attack(attack: str) -> None:
    documents = tuple(map(ET.fromstring, (attacked(Format.JUNIT, attack), unharmed(Format.JUNIT))))
    for one, other in zip(*(document.iter() for document in documents), strict=True):
        text = "".join([one.text or "", *one.attrib.values()])
        assert unprintable(text) == set()
        assert (one.text or "").count("\n") == (other.text or "").count("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_runner_finds_no_command_in_junit(attack: str) -> None:
    assert obeyed(attacked(Format.JUNIT, attack)) == []


def elements(root: ET.Element) -> list[tuple[str, list[str]]]:
    """The elements with their attributes. A path that leads nowhere is told to no reader, and its line neither."""
    return [(each.tag, sorted(each.attrib.keys() - {"file", "line"})) for each in root.iter()]
