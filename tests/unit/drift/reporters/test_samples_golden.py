"""Every reporter writes every sample byte for byte as the files under tests/samples/golden have it.

After a change that is meant, write them anew and read the difference:

    CORS_DRIFT_WRITE_GOLDEN=1 pytest tests/unit/drift/reporters/test_samples_golden.py
    git diff tests/samples/golden
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.report import Report
from drift.settings import Format
from tests.samples import reports
from tests.samples.rendering import shown, written

GOLDEN = Path(__file__).parents[3] / "samples" / "golden"
WRITE = bool(os.environ.get("CORS_DRIFT_WRITE_GOLDEN"))
SGR = re.compile(r"\x1b\[[0-9;]*m")

PAGES = ("empty", "error-only", "undecided", "policy-and-drift", "promise-broken", "drift-waived", "validated")
"""The samples of which there is a golden page: pages are large, and the browser's tests look at all that is on them."""


def without_rules(text: str) -> str:
    """SARIF without its rules, which are the same in every log; one golden log has them."""
    return re.sub(r'(?<="rules": \[\n).*?(?=\n\]\}\},\n)', "...", text, flags=re.DOTALL)


def indented(text: str) -> str:
    """The document a value to a line, so that a difference can be read; two golden files are as they are written."""
    return json.dumps(json.loads(text), indent=1) + "\n"


def without_looks(text: str) -> str:
    """The page without its style and script, which are the same on every page, and their hashes; a line for each
    element.
    """
    text = re.sub(r"(?s)(<(style|script)\b[^>]*>).*?(?=</\2>)", r"\1...", text)
    return re.sub(r"sha256-[\w+/=]+", "sha256-...", text).replace("><", ">\n<")


FORMS: dict[str, Callable[[Report], str]] = {
    "terminal/{}.txt": lambda report: written(Format.TERMINAL, report),
    "terminal/{}.60.txt": lambda report: SGR.sub("", shown(report, 60)),
    "terminal/{}.120.txt": lambda report: SGR.sub("", shown(report, 120)),
    "terminal/{}.120.ansi": lambda report: shown(report, 120),
    "json/{}.json": lambda report: indented(written(Format.JSON, report)),
    "json/as-written/{}.json": lambda report: written(Format.JSON, report),
    "markdown/{}.md": lambda report: written(Format.MARKDOWN, report),
    "sarif/{}.sarif": lambda report: without_rules(written(Format.SARIF, report)),
    "sarif/with-rules/{}.sarif": lambda report: written(Format.SARIF, report),
    "junit/{}.xml": lambda report: written(Format.JUNIT, report),
    "github/{}.txt": lambda report: written(Format.GITHUB, report),
    "html/{}.html": lambda report: without_looks(written(Format.HTML, report)),
}
"""Path of the golden file of a sample, to what it holds."""

ONLY = {
    "html/{}.html": PAGES,
    "sarif/with-rules/{}.sarif": ("empty",),
    "json/as-written/{}.json": ("empty", "promise-broken"),
}
"""The samples of a form, where it is not all of them."""

CASES = [(form, name) for form in FORMS for name in ONLY.get(form, tuple(reports()))]


@pytest.fixture(autouse=True)
def a_terminal_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize(("form", "name"), CASES, ids=[form.format(name) for form, name in CASES])
def test_a_reporter_writes_a_sample_as_the_file_has_it(form: str, name: str) -> None:
    path = GOLDEN / form.format(name)
    text = FORMS[form](reports()[name])
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    assert path.is_file(), f"no golden file for this sample; this is it:\n{text}"
    assert text == path.read_bytes().decode("utf-8")


def test_every_golden_file_is_of_a_sample() -> None:
    found = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == {form.format(name) for form, name in CASES}


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("name", reports())
def test_colour_adds_nothing_but_colour(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = shown(reports()[name], width)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = shown(reports()[name], width)
    assert SGR.sub("", coloured) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("name", reports())
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert [line for line in SGR.sub("", shown(reports()[name], width)).splitlines() if len(line) > width] == []


@pytest.mark.parametrize("name", reports())
@pytest.mark.parametrize("kind", Format)
def test_writing_twice_gives_the_same_bytes(kind: Format, name: str) -> None:
    assert written(kind, reports()[name]) == written(kind, reports()[name])
