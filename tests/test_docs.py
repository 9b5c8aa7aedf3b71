"""What the documents say is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from drift.__main__ import run
from drift.catalogue import CATALOGUE, FOLDS
from drift.catalogue.page import page
from parsers.terraform import limits

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```console\n\$ cors-drift ([^\n]+)\n(.*?)```", README, re.DOTALL)
COMMANDS = ["check", "declared", "live", "merge", "compare", "simulate", "validate", "waive", "explain"]
COMMANDS += ["fix", "generate", "demo", "schema"]


def words(text: str) -> list[str]:
    """The text without what the version of typer and the width decide: line ends, and types in angle brackets."""
    return re.sub(r"<[^>\s]*>|\s\[(?:PATH|BUCKET)\.\.\.\]\S*", " ", text).split()


def test_the_readme_shows_the_help_of_every_command() -> None:
    helps = {command for command, _ in SHOWN if command.endswith("--help")}
    assert helps == {"--help", *(f"{command} --help" for command in COMMANDS)}


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_what_the_readme_shows_is_what_is_printed(
    command: str, output: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    run(shlex.split(command))
    printed = capsys.readouterr().out
    assert words(printed) == words(output)
    if not command.endswith("--help"):
        assert printed == output


def test_files_that_the_documents_link_to_are_there() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_readmes_setup_is_two_commands() -> None:
    assert "pip install '.[demo]' && cors-drift demo" in README
    assert "pip install '.[dev]' && pytest" in README


def test_the_readme_has_the_documented_exit_codes() -> None:
    assert [line.split("|")[1].strip() for line in README.splitlines() if re.match(r"\| \d", line)] == [
        "0", "1", "2", "3", "4", "130, 143",
    ]  # fmt: skip


def test_every_finding_and_fold_that_the_engine_makes_is_in_the_catalogue() -> None:
    sources = {path.name: path.read_text() for path in (ROOT / "drift").glob("*.py")}
    folds = re.findall(r'Fold\("([a-z-]+)"', sources["diff.py"]) + re.findall(
        r'yield "([a-z-]+)", f', sources["normal.py"]
    )
    assert set(folds) == set(FOLDS)
    made = "".join(sources.values()) + (ROOT / "drift/cors/within.py").read_text()
    assert [kind for kind in CATALOGUE if f'"{kind}"' not in made] == []


def test_every_finding_says_what_it_means_with_an_example_and_what_to_do() -> None:
    for kind in CATALOGUE.values():
        told = (kind.title, kind.help, kind.meaning, kind.before, kind.after)
        assert all(each.strip() for each in told), kind.id
        assert kind.before != kind.after, kind.id
        assert kind.security is None or 0 < kind.security <= 10


def test_the_document_of_findings_is_the_catalogue() -> None:
    document = ROOT / "docs/findings.md"
    assert document.read_text(encoding="utf-8") == page(), "python -m drift.catalogue writes it again"


def test_the_limits_of_reading_terraform_are_in_its_document() -> None:
    document = (ROOT / "docs/terraform.md").read_text(encoding="utf-8")
    rows = [line for line in document.splitlines() if line.startswith("|") and "MAX_" in line]
    told = {
        name: number.replace(",", "")
        for row in rows
        for number, name in [
            *re.findall(r"^\| ([\d,]+) .*?`(MAX_\w+)`", row),
            *re.findall(r"([\d,]+) levels \(`(MAX_\w+)`\)", row),
        ]
    }
    told["MAX_INSTANCES_IN_ALL"] = told["MAX_INSTANCES"]
    actual = {name: str(value) for name, value in vars(limits).items() if name.startswith("MAX_")}
    not_for_users = {"MAX_MIXED_TYPES"}
    assert told == {name: value for name, value in actual.items() if name not in not_for_users}
