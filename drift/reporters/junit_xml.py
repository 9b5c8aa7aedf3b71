"""Test cases as JUnit XML: ASCII only, so that no encoding can spoil it, and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from drift.location import Location
from drift.reporters.placed import Checkout
from drift.reporters.words import line_start, printable

MAX_LINE = 1000
MAX_LINES = 100
"""Characters of a line of a case, and lines: rules may have 64 KB."""


class Outcome(StrEnum):
    """How a case ended; the values are the elements that say so."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """A test case. ``group`` is what it is about, in one word; ``kind`` and ``lines`` tell what came out."""

    group: str
    name: str
    outcome: Outcome
    kind: str = ""
    message: str = ""
    lines: tuple[str, ...] = ()
    location: Location | None = None


def case_element(case: Case) -> str:
    """The case as an element. A place outside the working folder is of no use to a dashboard, and is left out."""
    attributes = {"classname": f"cors-drift.{case.group}", "name": case.name, "time": "0"}
    path = Checkout().path(case.location.path) if case.location is not None else None
    if case.location is not None and path is not None:
        attributes["file"] = path
        if case.location.line is not None:
            attributes["line"] = str(max(case.location.line, 1))
    if case.outcome is Outcome.PASSED:
        return opened("testcase", attributes, "/")
    body = [*case.lines[:MAX_LINES]]
    if len(case.lines) > MAX_LINES:
        body.append(f"and {len(case.lines) - MAX_LINES:,} more lines: see the JSON report")
    inner = opened(case.outcome.value, {"type": case.kind, "message": bounded(case.message, MAX_LINE)}, end="")
    return f"{opened('testcase', attributes)}{inner}{text_of(body)}</{case.outcome.value}>\n</testcase>\n"


def opened(name: str, attributes: dict[str, str], close: str = "", end: str = "\n") -> str:
    """The start of an element, or with ``close="/"`` all of it. Attributes without a value are left out."""
    told = "".join(f" {key}={_ascii(quoteattr(printable(value)))}" for key, value in attributes.items() if value)
    return f"<{name}{told}{close}>{end}"


def text_of(lines: Iterable[str]) -> str:
    """Lines as text of an element; what XML forbids is written out."""
    return _ascii(escape("\n".join(line_start(bounded(printable(line), MAX_LINE)) for line in lines)))


def bounded(text: str, most: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _ascii(text: str) -> str:
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")
