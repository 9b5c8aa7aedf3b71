"""Starting costs only what the command needs, and every end of a run has its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from drift import __version__
from tests.cli.conftest import Cli, snapshot_file, write

HEAVY = {"boto3", "botocore", "deepdiff", "hcl2", "lark", "yaml", "moto", "rich.console", "rich.table"}

PROBE = """
import json, sys
from drift.__main__ import run
code = run(sys.argv[2:])
json.dump({"code": code, "modules": sorted(sys.modules)}, open(sys.argv[1], "w"))
"""


def loaded(folder: Path, *arguments: object) -> set[str]:
    """The modules that a command imports, in a process of its own."""
    found = folder / "modules.json"
    command = [sys.executable, "-P", "-c", PROBE, str(found), *map(str, arguments)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return set(json.loads(found.read_text())["modules"])


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"], ["schema", "report"]])
def test_help_imports_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    assert loaded(tmp_path, *arguments) & HEAVY == set()


def test_an_offline_check_imports_neither_boto3_nor_a_parser_generator(tmp_path: Path) -> None:
    write(tmp_path, main__tf='resource "aws_s3_bucket" "b" {\n  bucket = "b-one"\n}\n')
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    live = snapshot_file(tmp_path / "live.json", b_one=[rule])
    modules = loaded(tmp_path, "check", "main.tf", "--live", live)
    assert "parsers.terraform.grammar" in modules
    assert modules & {"boto3", "botocore", "moto", "hcl2", "lark"} == set()


OTHERS = {
    *("email", "importlib.metadata", "tomllib", "zipfile"),
    *("parsers.document", "parsers.plan.marks", "parsers.terraform.json_syntax", "parsers.terraform.opaque"),
    *("parsers.terraform.other_types", "parsers.terraform.registry_modules", "parsers.terraform.terragrunt"),
}
"""What a folder of one module in native syntax has no need of."""


def test_a_small_module_imports_no_reader_of_anything_else(tmp_path: Path) -> None:
    write(tmp_path, main__tf='resource "aws_s3_bucket" "b" {\n  bucket = "b-one"\n}\n')
    assert loaded(tmp_path, "declared", ".") & OTHERS == set()
    write(tmp_path, more__tf__json="{}")
    assert loaded(tmp_path, "declared", ".") >= {"parsers.document", "parsers.terraform.json_syntax"}


def test_a_check_of_equal_rules_imports_no_deepdiff(tmp_path: Path) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    live = snapshot_file(tmp_path / "live.json", b_one=[rule])
    assert loaded(tmp_path, "compare", live, live) & {"deepdiff", "boto3", "hcl2"} == set()


def test_no_command_shows_the_help_and_is_bad_usage(cli: Cli) -> None:
    result = cli()
    assert result.code == 2
    assert "Usage: cors-drift" in result.out


def test_the_version_is_the_packages(cli: Cli) -> None:
    assert cli("--version").out == f"cors-drift {__version__}\n"


def test_shell_completion_completes_commands(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "_CORS_DRIFT_COMPLETE": "complete_bash",
        "COMP_WORDS": "cors-drift che",
        "COMP_CWORD": "1",
    }
    result = subprocess.run(
        [Path(sys.executable).with_name("cors-drift")], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert "check" in result.stdout.split()


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_has_its_own_exit_code(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    stuck = f"""
import os, sys
from drift.__main__ import run
import drift.pipeline
def wait(*_):
    os.kill(os.getpid(), {sent.value})
    import time
    time.sleep(30)
drift.pipeline.check = wait
sys.exit(run(["check"]))
"""
    result = subprocess.run([sys.executable, "-P", "-c", stuck], cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (code, "")


def test_a_defect_is_never_drift(cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from drift.__main__ import run

    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("drift.pipeline.check", broken)
    assert run(["check"]) == 2
    assert "this is a defect of cors-drift: RuntimeError: boom" in capsys.readouterr().err
    assert run(["check", "--detailed-exitcode"]) == 1


class TestSettings:
    SPEC = "version: 1\nbuckets:\n  b-one: []\n"
    RULE: ClassVar = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}

    @pytest.fixture
    def undeclared(self, tmp_path: Path) -> list[str]:
        write(tmp_path, cors__yaml=self.SPEC)
        return ["check", "cors.yaml", "--live", str(snapshot_file(tmp_path / "live.json", b_one=[self.RULE]))]

    def test_the_file_sets_what_no_flag_does(self, cli: Cli, tmp_path: Path, undeclared: list[str]) -> None:
        assert cli(*undeclared).code == 1
        write(tmp_path, **{"cors-drift__toml": 'undeclared = "ignore"\n'})
        assert cli(*undeclared).code == 0

    def test_a_variable_wins_over_the_file_and_a_flag_over_both(
        self, cli: Cli, tmp_path: Path, undeclared: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, **{"cors-drift__toml": 'undeclared = "ignore"\n'})
        monkeypatch.setenv("CORS_DRIFT_UNDECLARED", "error")
        assert cli(*undeclared).code == 1
        assert cli(*undeclared, "--undeclared", "warning").code == 0

    def test_the_file_is_found_from_a_folder_below_in_a_repository(
        self, cli: Cli, tmp_path: Path, undeclared: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path, **{"cors-drift__toml": 'undeclared = "warning"\n'})
        (tmp_path / "deep").mkdir()
        monkeypatch.chdir(tmp_path / "deep")
        assert cli("check", "../cors.yaml", "--live", "../live.json").code == 0

    def test_every_key_is_a_flag_with_a_variable_and_stands_in_the_schema(self) -> None:
        import typer.main

        from drift.cli import app
        from drift.config import CONFIG_KEYS
        from tests.cli.conftest import schema

        commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
        options = {
            flag.removeprefix("--"): parameter.envvar
            for command in ("check", "declared", "live", "compare", "simulate", "validate")
            for parameter in commands[command].params
            for flag in parameter.opts
            if flag.startswith("--") and flag != "--help"
        }
        tables = {"names", "findings", "ignore", "promise", "waiver"}
        assert options.keys() | tables == CONFIG_KEYS.keys()
        assert options == {flag: "CORS_DRIFT_" + flag.upper().replace("-", "_") for flag in options}
        document = schema("config").schema
        assert isinstance(document, dict)
        assert document["properties"].keys() == CONFIG_KEYS.keys()
