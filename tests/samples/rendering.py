"""Reports as text, as every reporter writes them to a file, a pipe or a terminal. Strict: what no file takes fails."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

from drift.report import Report
from drift.settings import Format


def written(kind: Format, report: Report, **options: Any) -> str:
    """What the reporter of the format writes into a file or a pipe."""
    return _written(kind, report, at_a_terminal=False, **options)


def shown(report: Report, width: int) -> str:
    """What a terminal of so many columns gets; in colour unless NO_COLOR is set."""
    return _written(Format.TERMINAL, report, at_a_terminal=True, width=width)


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
