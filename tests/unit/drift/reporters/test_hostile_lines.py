"""Text of others in lines that people and runners read: it stays inside its line, and nothing in it is obeyed."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rich.cells import cell_len

from drift.settings import Format
from tests.samples.hostility import PAYLOADS
from tests.samples.rendering import attacked, few, obeyed, shown, unharmed, unprintable, written
from tests.workflow_commands import lines_of, read

ATTACKS = sorted(PAYLOADS)
SGR = re.compile(r"\x1b\[[0-9;]*m")
OURS = {"error", "warning", "notice"}
PLACES = {"file", "line", "endLine", "col", "endColumn", "title"}


@pytest.fixture(autouse=True)
def a_terminal_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_pipe_gets_printable_lines_as_many_as_without_the_attack(attack: str) -> None:
    text = attacked(Format.TERMINAL, attack)
    assert unprintable(text) == set()
    assert text.count("\n") == unharmed(Format.TERMINAL).count("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_runner_finds_no_command_in_what_is_for_people(attack: str) -> None:
    assert obeyed(attacked(Format.TERMINAL, attack)) == []


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_terminal_gets_printable_lines_that_fit_and_colours_alone(attack: str, width: int) -> None:
    text = shown(few(attack), width)
    assert set(SGR.findall(text)) <= colours()
    text = SGR.sub("", text)
    assert unprintable(text) == set()
    assert [line for line in text.split("\n") if cell_len(line) > width] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_terminal_that_is_wide_enough_gets_as_many_lines_as_without_the_attack(attack: str) -> None:
    assert shown(few(attack), 200_000).count("\n") == shown(few(), 200_000).count("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_colour_a_terminal_gets_no_escape(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(few(attack), 120)


@cache
def colours() -> set[str]:
    return set(SGR.findall(shown(few(), 120)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_line_for_a_runner_is_a_command_of_ours_or_the_only_other_line(attack: str) -> None:
    text, plain = attacked(Format.GITHUB, attack), unharmed(Format.GITHUB)
    (found, others), (known, _) = read(text), read(plain)
    assert [each.name for each in found] == [each.name for each in known]
    assert {each.name for each in found} <= OURS
    assert {key for each in found for key in each.properties} <= PLACES
    assert len(others) == 1
    assert len(lines_of(text)) == len(lines_of(plain))
    assert unprintable(text) == set()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_runner_shows_is_printable_in_no_more_lines_than_without_the_attack(attack: str) -> None:
    found, known = (read(written(Format.GITHUB, report))[0] for report in (few(attack), few()))
    told = [text for each in found for text in (each.data, *each.properties.values())]
    assert set().union(*map(unprintable, told)) == set()
    for one, other in zip(found, known, strict=True):  # a path that cannot be annotated has a line; long text is cut
        assert one.data.count("\n") <= other.data.count("\n") + 1
