"""What the Action and the runner of GitHub Actions say to each other: in files and in lines on the log.

The runner takes lines of a log for commands, whichever of the two streams they come on. What other people wrote is
printed between two lines that switch that off, or escaped in a command.
Sources: GitHub's "Workflow commands for GitHub Actions"; ``ActionCommandManager.cs`` and ``FileCommandManager.cs`` of
actions/runner.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from drift.errors import UsageError

MAX_NOTICE = 1_000

_PREFIX = "CORS_DRIFT_ACTION_"
_BOOLEANS = {"": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the action. Names are as action.yml has them; ``environment`` is that of the step."""

    environment: Mapping[str, str]

    def text(self, name: str) -> str:
        """An input, as it was given; empty where it was not."""
        return self.environment.get(_PREFIX + name.upper().replace("-", "_"), "")

    def lines(self, name: str) -> list[str]:
        """An input that is a list: one on a line, blanks around it and empty lines left out."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def flag(self, name: str) -> bool:
        """An input that is a switch. Raises ``UsageError`` unless it is true, false or empty."""
        value = _BOOLEANS.get(self.text(name).strip().lower())
        if value is None:
            raise UsageError(f"the input {name} must be true or false")
        return value

    def of_matrix(self) -> str:
        """What tells the job from the others of a matrix: its values. Empty where there is no matrix."""
        try:
            matrix = json.loads(self.text("matrix") or "null")
        except (ValueError, RecursionError):
            return ""
        values = matrix.values() if isinstance(matrix, dict) else ()
        return ", ".join(each if isinstance(each, str) else json.dumps(each, sort_keys=True) for each in values)

    def choice(self, name: str, choices: Mapping[str, str] | tuple[str, ...]) -> str:
        """An input that is one of some words; the first of them where it is empty. Raises ``UsageError``."""
        value = self.text(name).strip() or next(iter(choices))
        if value not in choices:
            raise UsageError(f"the input {name} must be one of {', '.join(choices)}")
        return value


def one_stream() -> None:
    """From here on stderr is stdout. The runner reads the two apart: a line on one can overtake a command on the other,
    also the one that says that no line is a command.
    """
    sys.stderr.flush()
    sys.stdout.flush()
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())


def no_report(why: str) -> str:
    """What is told in Markdown of a run that ended before there was a report."""
    from drift.reporters.markdown_escape import prose, shortened

    said = f"{prose(shortened(why, MAX_NOTICE))}\n" if why else "Its log says why.\n"
    return f"### cors-drift: error\n\n**The run ended before there was a report.** {said}"


@contextmanager
def no_commands(environment: Mapping[str, str]) -> Iterator[None]:
    """Whatever is printed meanwhile is no workflow command."""
    if environment.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        # In front of it a line may have been left open, and a token within a line is none.
        print(f"\n::{token}::", flush=True)


def write_output(environment: Mapping[str, str], name: str, value: str) -> None:
    """Set an output of the step. No value, of however many lines, ends it early or begins another one."""
    delimiter = f"cors_drift_{secrets.token_hex(16)}"
    if delimiter in value or "\0" in value:
        raise ValueError("a value that no output can have")
    _append(environment.get("GITHUB_OUTPUT"), f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def write_summary(environment: Mapping[str, str], text: str) -> None:
    """Add Markdown to the job summary."""
    _append(environment.get("GITHUB_STEP_SUMMARY"), text)


def tell(environment: Mapping[str, str], text: str, level: str = "notice") -> None:
    """An annotation of the run, in one line; on the log alone where this is no runner."""
    from drift.reporters.words import printable

    shown = printable(text)[:MAX_NOTICE]
    if environment.get("GITHUB_ACTIONS") == "true":
        shown = shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::{level} title=cors-drift::{shown}", flush=True)
    else:
        print(f"{level}: {shown}", flush=True)


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
