"""Reads what a step prints as GitHub's runner does, line by line.

Source: ``ActionCommand.cs`` of actions/runner, written again from what it does: ``::name key=value,...::data`` after
blanks, else ``##[name key=value;...]data`` anywhere in the line. ``@actions/core`` writes the former.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from drift.report import Report
from drift.reporters.github import write_report

_ISSUES = ("error", "warning", "notice")
_OTHERS = ("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "group", "remove-matcher")
REGISTERED = frozenset((*_ISSUES, *_OTHERS, "save-state", "set-env", "set-output", "stop-commands"))


@dataclass(frozen=True)
class Parsed:
    """A command as the runner has it."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def parse(line: str) -> Parsed | None:
    """The command in a line, None where it is no command."""
    return _second(line) or _first(line)


def _second(line: str) -> Parsed | None:
    line = line.lstrip()
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, told = line[2:end].partition(" ")
    if name.lower() not in REGISTERED:
        return None
    properties = {}
    for pair in told.strip().split(","):
        key, _, value = pair.partition("=")
        value = value.lstrip("=")
        if key and value:
            properties[key] = _unescaped(value, ("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
    return Parsed(name, _unescaped(line[end + 2 :], ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")), properties)


def _first(line: str) -> Parsed | None:
    found = re.search(r"##\[([^]]*)\](.*)", line, re.DOTALL)
    if found is None:
        return None
    name = found[1].partition(" ")[0]
    return Parsed(name, found[2]) if name.lower() in REGISTERED else None


def _unescaped(text: str, *replacements: tuple[str, str]) -> str:
    for there, here in replacements:
        text = text.replace(there, here)
    return text


def lines_of(text: str) -> list[str]:
    """The lines as the runner reads them."""
    return re.split(r"\r\n|\r|\n", text)


def printed(report: Report, **options: Any) -> str:
    """What the reporter prints of a report."""
    stream = io.StringIO()
    write_report(report, stream, **options)
    return stream.getvalue()


def read(text: str) -> tuple[list[Parsed], list[str]]:
    """The commands in the text, and all other lines."""
    commands, others = [], []
    for line in lines_of(text):
        command = parse(line)
        if command is not None:
            commands.append(command)
        elif line:
            others.append(line)
    return commands, others


def commands_of(report: Report, **options: Any) -> list[Parsed]:
    """The annotations of a report, after they have passed what GitHub asks of them: nothing else may be among them."""
    commands, others = read(printed(report, **options))
    assert len(others) == 1, others
    for command in commands:
        assert command.name in _ISSUES
        assert command.data.strip()
        assert command.properties["title"].strip()
        assert set(command.properties) <= {"file", "line", "endLine", "col", "title"}
        assert not {"endLine", "col"} <= set(command.properties)
        if "file" in command.properties:
            line, end = (int(command.properties.get(key, "1")) for key in ("line", "endLine"))
            assert 1 <= line < 2**31
            assert "endLine" not in command.properties or line <= end < 2**31
            assert not command.properties["file"].startswith(("/", "../"))
        else:
            assert "line" not in command.properties
    for kind in _ISSUES:
        assert sum(command.name == kind for command in commands) <= 10
    return commands
