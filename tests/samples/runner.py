"""What runners of pipelines obey in the lines that a command prints.

Source: actions/runner, src/Runner.Common/ActionCommand.cs and the commands that src/Runner.Worker registers. The newer
spelling counts at the start of a line, behind blanks too; the older one anywhere in a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KNOWN = {
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
}
_OTHERS = re.compile(r"##(?:vso|teamcity)\[")
"""Of Azure Pipelines and of TeamCity."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its properties and its text, unescaped."""

    name: str
    properties: tuple[tuple[str, str], ...]
    data: str


def lines_of(text: str) -> list[str]:
    """The lines that a runner sees: it ends them where .NET's ReadLine does."""
    return re.split(r"\r\n|\r|\n", text)


def commands(text: str) -> list[Command]:
    """All commands in the text that a runner would obey, those of other runners under the name ``other``."""
    found = [_of(line) for line in lines_of(text)]
    return [each for each in found if each is not None]


def _of(line: str) -> Command | None:
    newer = re.match(r"::((?:(?!::).)*)::(.*)", line.lstrip(), re.DOTALL)
    if newer and (name := newer[1].partition(" ")[0]).lower() in _KNOWN:
        pairs = (each.partition("=")[::2] for each in newer[1].partition(" ")[2].strip().split(",") if each)
        return Command(name, tuple((key, _plain(value, property=True)) for key, value in pairs), _plain(newer[2]))
    older = re.search(r"##\[([^\]]*)\](.*)", line, re.DOTALL)
    if older and older[1].partition(" ")[0].lower() in _KNOWN:
        return Command(older[1].partition(" ")[0], (), older[2])
    return Command("other", (), line) if _OTHERS.search(line) else None


def _plain(text: str, *, property: bool = False) -> str:
    text = text.replace("%0D", "\r").replace("%0A", "\n")
    if property:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%25", "%")
