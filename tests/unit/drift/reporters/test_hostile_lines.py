"""Text of others in lines that people and runners read: it stays inside its line, and nothing in it is obeyed."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from drift.settings import Format
from tests.samples import harmless, hostile
from tests.samples.rendering import shown, written
from tests.samples.runner import commands, lines_of

ATTACKS = sorted(hostile())
SHORT = [name for name in ATTACKS if not name.startswith("long")]
SGR = re.compile(r"\x1b\[[0-9;]*m")
OURS = {"error", "warning", "notice"}
PLACES = {"file", "line", "endLine", "col", "endColumn", "title"}


@pytest.fixture(autouse=True)
def a_terminal_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def unprintable(text: str) -> set[str]:
    return {char for char in text if char != "\n" and not char.isprintable()}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_pipe_gets_printable_lines_as_many_as_without_the_attack(attack: str) -> None:
    text = written(Format.TERMINAL, hostile()[attack])
    assert unprintable(text) == set()
    assert text.count("\n") == written(Format.TERMINAL, harmless()).count("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_runner_finds_no_command_in_what_is_for_people(attack: str) -> None:
    assert commands(written(Format.TERMINAL, hostile()[attack])) == []


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_terminal_gets_printable_lines_that_fit(attack: str, width: int) -> None:
    text = SGR.sub("", shown(hostile()[attack], width))
    assert unprintable(text) == set()
    assert [line for line in text.split("\n") if cell_len(line) > width] == []


@pytest.mark.parametrize("attack", SHORT)
def test_a_terminal_that_is_wide_enough_gets_as_many_lines_as_without_the_attack(attack: str) -> None:
    text, plain = (shown(report, 20_000) for report in (hostile()[attack], harmless()))
    assert text.count("\n") == plain.count("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_colours_are_all_that_a_terminal_is_told_and_none_without(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, plain = (shown(report, 20_000) for report in (hostile()[attack], harmless()))
    assert set(SGR.findall(text)) <= set(SGR.findall(plain))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(hostile()[attack], 60)


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_line_for_a_runner_is_a_command_of_ours_or_none(attack: str) -> None:
    text, plain = (written(Format.GITHUB, report) for report in (hostile()[attack], harmless()))
    found = commands(text)
    assert [each.name for each in found] == [each.name for each in commands(plain)]
    assert {each.name for each in found} <= OURS
    assert {key for each in found for key, _ in each.properties} <= PLACES
    assert [len(each.properties) for each in found] == [len(each.properties) for each in commands(plain)]
    assert len(lines_of(text)) == len(lines_of(plain))
    assert unprintable(text) == set()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_runner_shows_is_printable_in_as_many_lines_as_without_the_attack(attack: str) -> None:
    found, plain = (commands(written(Format.GITHUB, report)) for report in (hostile()[attack], harmless()))
    assert set().union(*(unprintable(each.data) for each in found)) == set()
    assert set().union(*(unprintable(value) for each in found for _, value in each.properties)) == set()
    assert [each.data.count("\n") for each in found] == [each.data.count("\n") for each in plain]
