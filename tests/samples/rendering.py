"""Reports as text, as every reporter writes them to a file, a pipe or a terminal. Strict: what no file takes fails."""

from __future__ import annotations

import io
import re
from functools import cache
from importlib import import_module
from typing import Any

from drift.report import Report
from drift.settings import Format
from tests.samples import harmless, reports, under
from tests.samples.hostility import HARMLESS, PAYLOADS, spoiled
from tests.workflow_commands import Parsed, read


def written(kind: Format, report: Report, **options: Any) -> str:
    """What the reporter of the format writes into a file or a pipe."""
    return _written(kind, report, at_a_terminal=False, **options)


def shown(report: Report, width: int) -> str:
    """What a terminal of so many columns gets; in colour unless NO_COLOR is set."""
    return _written(Format.TERMINAL, report, at_a_terminal=True, width=width)


@cache
def few(attack: str = HARMLESS) -> Report:
    """A report on little with the attack, for what takes long: wrapping."""
    return spoiled(reports()["policy-and-drift"], PAYLOADS.get(attack, attack))


@cache
def attacked(kind: Format, attack: str) -> str:
    """What a file or a pipe gets of the report with the attack."""
    return written(kind, under(attack, few=kind is Format.HTML))


@cache
def unharmed(kind: Format) -> str:
    """What a file or a pipe gets of the twin of all attacks."""
    return written(kind, harmless(few=kind is Format.HTML))


def unprintable(text: str) -> set[str]:
    """What a terminal or browser would act on or hide; line ends are taken to be ours."""
    return {char for char in set(text) if char != "\n" and not char.isprintable()}


def obeyed(text: str) -> list[Parsed | str]:
    """All that a runner of GitHub, Azure Pipelines or TeamCity would obey in what is printed."""
    return [*read(text)[0], *re.findall(r"##(?:vso|teamcity)\[", text)]


def _written(kind: Format, report: Report, *, at_a_terminal: bool, **options: Any) -> str:
    raw = io.BytesIO()
    stream = _Stream(raw, encoding="utf-8", errors="strict", newline="\n")
    stream.at_a_terminal = at_a_terminal
    import_module(f"drift.reporters.{kind}").write_report(report, stream, **options)
    stream.flush()
    return raw.getvalue().decode("utf-8")


class _Stream(io.TextIOWrapper):
    at_a_terminal = False

    def isatty(self) -> bool:
        return self.at_a_terminal
