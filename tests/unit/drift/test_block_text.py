"""The text of the block that a place in a file stands for."""

from __future__ import annotations

import pytest

from drift.block_text import block_text
from drift.location import Location

CALL = 'module "a" {\n  source = "x/y/z"\n}\n'


@pytest.mark.parametrize("suffix", [".tf", ".tofu", ".hcl"])
@pytest.mark.parametrize(
    "other",
    [
        CALL + "\n\n" + 'module "b" {\n}\n',
        CALL.replace("source =", "source  =  "),
        CALL.replace("{\n", "{ # it's\n  // why {\n", 1),
        CALL + "# <<EOT",
    ],
)
def test_what_means_the_same_has_the_same_text(other: str, suffix: str) -> None:
    at = Location(f"main{suffix}", 1)
    assert block_text(at, other.encode()) == block_text(at, CALL.encode())


@pytest.mark.parametrize(
    "other",
    [
        CALL.replace("x/y", "x/w"),
        CALL.replace("x/y", "x / y"),
        CALL.replace("}\n", "  n = <<E\n}\n# 1\nE\n}\n"),
        CALL.replace("}\n", "  n = <<E\n}\n# 2\nE\n}\n"),
        CALL.replace("}\n", "  n = [\n1\n]\n}\n"),
        CALL.replace("}\n", '  n = "# 1"\n}\n'),
        CALL.replace("}\n", "  /* { */\n}\n"),
        CALL.replace("}\n", "  n = <<E\n"),
    ],
)
def test_what_differs_has_another_text(other: str) -> None:
    at = Location("main.tf", 1)
    assert block_text(at, other.encode()) != block_text(at, CALL.encode())


def test_two_here_documents_that_differ_are_two_texts() -> None:
    first, second = (CALL.replace("}\n", f"  n = <<-E\n}} # {each}\n  E\n}}\n").encode() for each in "ab")
    assert block_text(Location("m.tf", 1), first) != block_text(Location("m.tf", 1), second)


@pytest.mark.parametrize("end", ["  Z: 1\n", "  # Z\n  Z: [\n", "Z:\n"])
def test_a_block_of_yaml_ends_by_its_indentation(end: str) -> None:
    block = "  A:\n    Type: 'it''s {'\n    Code: |\n      if (x[\n\n      y # no remark\n# a remark\n    More: a#b\n"
    told = block_text(Location("t.yaml", 2), f"R:\n{block}{end}".encode())
    assert told == block_text(Location("t.yml", 1), block.encode())
    assert told == ("A:", "Type: 'it''s {'", "Code: |", "      if (x[", "", "      y # no remark", "More: a#b")


def test_a_block_of_json_ends_with_its_bracket() -> None:
    text = b'{\n"A": {\n"B": [1]\n},\n"C": 2\n}\n'
    assert block_text(Location("t.json", 2), text) == ('"A": {', '"B": [1]', "},")


@pytest.mark.parametrize("text", ['{"A": {"B": [1]}, "C": 2}', '{"A":{"B":[1]}}', '{"A": {\n"B": [1]\n}\n}'])
def test_a_member_of_json_is_the_same_however_it_is_laid_out(text: str) -> None:
    assert block_text(Location("t.json", 1, None, 2), text.encode()) == ('"A"', '{"B": [1]}')


def test_members_of_json_that_differ_are_two_texts() -> None:
    first, second = (block_text(Location("t.json", 1, None, 2), each) for each in (b'{"A": [1]}', b'{"A": [2]}'))
    assert first != second


@pytest.mark.parametrize("text", ['{"A": {"B"', '{"A": ' + "[" * 100_000])
def test_what_is_no_json_is_told_by_its_lines(text: str) -> None:
    assert block_text(Location("t.json", 1, None, 2), text.encode())


@pytest.mark.parametrize("line", [None, 0, 9])
def test_without_a_line_it_is_all_of_the_file(line: int | None) -> None:
    assert block_text(Location("t.json", line), b"x") == b"x"


def test_where_nothing_could_be_read_there_is_none() -> None:
    assert block_text(Location("t.json", 1), None) is None
