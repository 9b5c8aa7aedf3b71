"""Every sentence in the document about promises is one, and what it shows is what is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from drift.catalogue import CATALOGUE, Family
from drift.compare import compare
from drift.errors import UsageError
from drift.judge import Rules
from drift.location import Location
from drift.promise_text import parse
from drift.promises import judge_promises
from drift.settings import Promise
from tests.rules import bucket, rule, snapshot

TEXT = (Path(__file__).parents[3] / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \|", TEXT, re.MULTILINE)
FORMS = [row for row in ROWS if " " in row]
BLOCKS = ["\n".join(line[4:] for line in block.splitlines()) for block in re.findall(r"(?:^    .*\n|^\n)+", TEXT, re.M)]
SHOWN = " ".join(TEXT.split())


@pytest.mark.parametrize("sentence", FORMS)
def test_every_form_in_the_table_is_a_sentence_and_nearly_as_it_is_written_back(sentence: str) -> None:
    statement = parse(sentence)
    assert parse(str(statement)) == statement
    if "read and write" not in sentence and ", with credentials" not in sentence and "GET with cred" not in sentence:
        assert str(statement) == sentence


def test_the_table_has_every_part_of_the_language() -> None:
    assert len(FORMS) >= 15
    said = " ".join(FORMS)
    for word in (
        "may not",
        "any origin",
        "nobody but",
        "any header",
        "credentials",
        "and read",
        "on bucket",
        "read and",
    ):
        assert word in said


def test_the_settings_that_are_shown_hold_promises() -> None:
    tables = [tomllib.loads(block) for block in BLOCKS if "[[promise]]" in block]
    promises = [each for table in tables for each in table["promise"]]
    assert len(promises) == 3
    for each in promises:
        parse(each["says"])


def test_the_broken_promise_that_is_shown_is_told_so() -> None:
    one = Promise("nobody but https://app.example.com may PUT", (), Location("cors-drift.toml", 5))
    declared, live = bucket("b", rule("GET")), bucket("b", rule("PUT", "https://*.example.com"))
    found = compare(snapshot(declared), snapshot(live), Rules()).buckets
    ((told,),) = judge_promises(found, [one]).by_bucket.values()
    assert f"{told.id}: {told.message}" in SHOWN


def test_the_sentence_that_is_shown_not_to_be_understood_is_not() -> None:
    with pytest.raises(UsageError) as told:
        parse("https://a.example mya GET", location=Location("cors-drift.toml", 5))
    assert f"{told.value.location}: {told.value.message}" in SHOWN


def test_the_findings_that_are_listed_are_those_of_the_catalogue_with_their_severity() -> None:
    listed = re.findall(r"^\| `(promise-[a-z-]+)` \|.*\| `(\w+)`", TEXT, re.MULTILINE)
    kinds = {each.id: each.severity.value for each in CATALOGUE.values() if each.family is Family.PROMISE}
    assert dict(listed) == kinds


def test_the_promises_in_the_catalogue_are_sentences() -> None:
    examples = [text for each in CATALOGUE.values() for text in (each.before, each.after)]
    sentences = re.findall(r'says = "([^"]+)"', "\n".join(examples))
    assert sentences
    for sentence in sentences:
        parse(sentence)
