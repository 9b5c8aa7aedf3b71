"""Only what the declarations of buckets reach is read, and what is malformed costs no more than itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.errors import InputError
from drift.location import Location
from drift.snapshot import State
from parsers.terraform import syntax
from parsers.terraform.hcl_tree import read_expression
from parsers.terraform.limits import MAX_EXPRESSION_CHARACTERS, MAX_SOURCE_BYTES
from parsers.terraform.nodes import Expression, Unreadable
from parsers.terraform.places import Text
from parsers.terraform.syntax import cut_file, parse_expression
from tests.unit.parsers.terraform.test_terraform_parser import bucket, cors, only, read

QUEUES = "".join(f'resource "aws_sqs_queue" "q{i}" {{\n  name = "${{local.x}}-{i}"\n}}\n' for i in range(50))


def test_of_a_large_file_only_what_a_bucket_refers_to_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []

    def remembered(text: Text, start: int, end: int) -> Expression:
        wanted.append(text.source[start:end].strip())
        return read_expression(text, start, end)

    monkeypatch.setattr(syntax, "read_expression", remembered)
    values = 'locals {\n  x = "one"\n  y = "two"\n}\nvariable "z" {\n  default = 1\n}\n'
    assert only(read(tmp_path, {"main.tf": values + QUEUES + bucket("local.x")})).name == "one"
    assert sorted(wanted) == ['"one"', "local.x"]


def test_a_fault_in_what_is_not_reached_is_not_told(tmp_path: Path) -> None:
    other = 'resource "aws_sqs_queue" "q" {\n  name = = 1\n}\n'
    snapshot = read(tmp_path, {"main.tf": other + bucket('"fine"')})
    assert (only(snapshot).name, snapshot.diagnostics) == ("fine", ())


def test_a_fault_in_an_argument_is_told_once_and_leaves_the_others(tmp_path: Path) -> None:
    source = 'locals {\n  a = 1 +* 2\n  b = "known"\n}\n'
    buckets = (
        bucket("local.b") + bucket('"x-${local.a}"').replace('"x"', '"y"') + bucket("local.a").replace('"x"', '"z"')
    )
    snapshot = read(tmp_path, {"main.tf": source + buckets})
    (fault,) = snapshot.errors
    assert fault.location == Location("main.tf", 2, 2, 10)
    assert "'*' is not expected here" in fault.message
    first, second, third = snapshot.buckets
    assert first.name == "known"
    assert isinstance(second.name, Unknown)
    assert second.name.prefix == "x-"
    assert isinstance(third.name, Unknown)
    assert "'*' is not expected here (main.tf:2)" in third.name.reason


@pytest.mark.parametrize(
    "inside", ["bucket = [)", 'bucket "x" = 1', "bucket = 1\n  bucket = 2", 'a { b = 1, c = 2 }\n  "x"']
)
def test_a_bucket_whose_block_cannot_be_cut_is_unknown_and_the_others_are_read(inside: str, tmp_path: Path) -> None:
    broken = f'resource "aws_s3_bucket" "broken" {{\n  {inside}\n}}\n'
    snapshot = read(tmp_path, {"main.tf": broken + bucket('"fine"')})
    (fault,) = snapshot.errors
    assert fault.id == "unreadable-terraform"
    unknown, fine = snapshot.buckets
    assert (unknown.state, fine.name, fine.state) == (State.UNKNOWN, "fine", State.ABSENT)
    assert isinstance(unknown.name, Unknown)


@pytest.mark.parametrize("bucket_is", ["bucket = 1 =", "bucket"])
def test_a_malformed_configuration_leaves_no_bucket_without_rules(bucket_is: str, tmp_path: Path) -> None:
    broken = cors('"fine"').replace("bucket =", bucket_is)
    snapshot = read(tmp_path, {"main.tf": broken + bucket('"fine"')})
    assert snapshot.errors
    assert State.ABSENT not in {each.state for each in snapshot.buckets}


def test_where_the_names_of_locals_are_not_known_no_name_is_called_undeclared(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": "locals {\n  a = 1\n  a = 2\n}\n" + bucket("local.b")})
    found = only(snapshot)
    assert isinstance(found.name, Unknown)
    assert "cannot be read" in found.name.reason
    assert len(snapshot.errors) == 1


def test_places_inside_strings_and_heredocs_are_those_of_the_file() -> None:
    source = "locals {\n  a = <<-E\n    é ${\n      b + }\n  E\n}\n"
    faults: list[InputError] = []
    (block,) = cut_file("main.tf", source.encode(), faults.append).blocks
    assert isinstance(block.attributes["a"].expression, Unreadable)
    assert faults[0].location == Location("main.tf", 4, 4, 10)
    assert block.attributes["a"].at == Location("main.tf", 2, 5, 3)
    assert (block.at.line, block.at.end_line) == (1, 6)


HOSTILE = [
    '"',
    "${",
    "{",
    "<<A",
    "<<A\n",
    '"${',
    "/*",
    "$${",
    "a = [",
    "x = <<A\n${a}",
    "a {\n",
    '"\\',
    "%{ if ",
    "a = 1\n",
    "\r",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_much_of_anything_is_one_fault_or_none(piece: str) -> None:
    source = piece * (100_000 // len(piece))
    for text in (source, f'a = "{source}"\n', f"a = <<X\n{source}\nX\n", f"b {{\n  a = {source}\n}}\n"):
        assert len(faults_in(text)) <= 3


def faults_in(text: str) -> list[InputError]:
    """Every fault that reading the beginning of a file meets."""
    faults: list[InputError] = []
    try:
        file = cut_file("main.tf", text.encode(), faults.append)
    except InputError as error:
        return [error]
    for block in file.blocks[:3]:
        for attribute in list(block.attributes.values())[:3]:
            assert attribute.expression
    return faults


@pytest.mark.parametrize(
    "source", ["1" + " + 1" * 3_000, "[" + "1, " * 10_000 + "]", '"' + "${a}" * 3_000 + '"', "a" + ".b" * 100]
)
def test_what_is_long_but_not_deep_is_read(source: str) -> None:
    assert not isinstance(parse_expression("t", source), Unreadable)


def test_what_is_too_long_is_a_fault_with_the_limit_in_it() -> None:
    with pytest.raises(InputError, match="200,000"):
        parse_expression("t", "1" * (MAX_EXPRESSION_CHARACTERS + 1))
    with pytest.raises(InputError, match="bytes"):
        cut_file("main.tf", b" " * (MAX_SOURCE_BYTES + 1), lambda _: None)


def test_more_blocks_and_arguments_than_the_limit_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.terraform.syntax.MAX_ITEMS", 3)
    cut_file("main.tf", b"a {}\n" * 3, lambda _: None)
    with pytest.raises(InputError, match="more than 3 blocks") as found:
        cut_file("main.tf", b"a {}\n" * 4, lambda _: None)
    assert found.value.location is not None
    assert found.value.location.line == 4


def test_the_place_of_what_is_too_long_is_told_without_reading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[InputError] = []
    monkeypatch.setattr("parsers.terraform.hcl_tree.tokens_of", lambda *_: pytest.fail("it was read"))
    content = f"a = [\n{'1, ' * MAX_EXPRESSION_CHARACTERS}\n]  \n\n"
    attribute = cut_file("main.tf", content.encode(), faults.append).attributes["a"]
    assert isinstance(attribute.expression, Unreadable)
    assert (attribute.at.line, attribute.at.end_line) == (1, 3)
    assert len(faults) == 1
