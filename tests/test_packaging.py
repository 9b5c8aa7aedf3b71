"""What is installed is what was promised."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

from drift import __version__
from drift.interfaces import Parser
from drift.plugins import load_parsers

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_is_written_in_two_places_that_agree() -> None:
    assert PROJECT["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_both_packages_are_typed() -> None:
    assert all((ROOT / package / "py.typed").exists() for package in ("drift", "parsers"))


def test_every_parser_comes_through_its_entry_point_and_is_one() -> None:
    parsers = load_parsers()
    assert {parser.name for parser in parsers} == {
        "terraform",
        "plan",
        "cloudformation",
        "spec",
        "kubernetes",
        "ansible",
        "pulumi",
    }
    assert all(isinstance(parser, Parser) for parser in parsers)
    assert {point.name for point in entry_points(group="cors_drift.parsers")} >= {parser.name for parser in parsers}
