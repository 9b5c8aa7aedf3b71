"""The GitHub Action's own steps, executed as a runner would: its scripts, its shell, its environment and files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import schema, snapshot_file, write
from tests.fixtures_s3 import MotoS3

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the Action's steps are bash scripts")
needs_index = pytest.mark.skipif(
    os.environ.get("CORS_DRIFT_TEST_INSTALL") != "1", reason="CORS_DRIFT_TEST_INSTALL=1 says that pip may install"
)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    outputs: Mapping[str, str]
    summary: str


class Runner:
    """As much of a runner as the composite action meets."""

    def __init__(self, folder: Path) -> None:
        self.work, self.temp = folder / "work", folder / "temp"
        self.output, self.summary = folder / "output", folder / "summary"
        self.work.mkdir()
        self.temp.mkdir()

    def step(
        self, name: str, inputs: Mapping[str, str], outputs: Mapping[str, Mapping[str, str]] | None = None
    ) -> Ended:
        """Run one ``run:`` step with the inputs of the action and the outputs of earlier steps."""
        (step,) = [each for each in ACTION["runs"]["steps"] if each["name"] == name]
        assert step["shell"] == "bash"
        given = {**{key: spec.get("default", "") for key, spec in ACTION["inputs"].items()}, **inputs}

        def value(text: str) -> str:
            def look_up(match: re.Match[str]) -> str:
                part = match[1].split(".")
                return given[part[1]] if part[0] == "inputs" else (outputs or {})[part[1]][part[3]]

            return re.sub(r"\$\{\{ ([a-z.-]+) \}\}", look_up, text)

        assert "${{" not in step["run"], "an expression in a script is code of whoever writes the input"
        self.output.write_text("")
        self.summary.write_text("")
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("CORS_DRIFT_")},
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temp),
            **{name: value(text) for name, text in step.get("env", {}).items()},
        }
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.work / value(step.get("working-directory", ".")),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        told = dict(line.split("=", 1) for line in self.output.read_text().splitlines())
        return Ended(ended.returncode, ended.stdout, told, self.summary.read_text())


@pytest.fixture
def runner(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def installed(runner: Runner) -> Runner:
    """The runner after an install step that found everything in this environment."""
    python = runner.temp / "cors-drift" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return runner


def spec(bucket: str = "b-one", rule: Mapping[str, Any] = RULE) -> str:
    return json.dumps({"version": 1, "buckets": {bucket: [rule]}})


@needs_bash
class TestCheck:
    def test_drift_fails_the_step_and_tells_the_job(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE | {"AllowedMethods": ["GET", "PUT"]}])
        write(installed.work, cors__json=spec())
        ended = installed.step("Check", {"endpoint-url": moto_s3.url})
        assert ended.code == 1, ended.out
        report = Path(ended.outputs["report"])
        assert ended.outputs == {"verdict": "drift", "exit-code": "1", "drift-count": "1", "report": str(report)}
        document = json.loads(report.read_text())
        schema("report").validate(document)
        assert [bucket["bucket"] for bucket in document["buckets"]] == ["b-one"]
        assert ended.summary.startswith("### cors-drift: drift\n")
        assert (
            "| <code>b-one</code> | <code>drifted</code> | <code>cors.json:1</code> | <code>1</code> |" in ended.summary
        )

    def test_in_sync_passes(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        write(installed.work / "infra", cors__json=spec())
        ended = installed.step("Check", {"endpoint-url": moto_s3.url, "working-directory": "infra"})
        assert (ended.code, ended.outputs["verdict"], ended.outputs["drift-count"]) == (0, "in_sync", "0")

    def test_an_error_is_told_as_one(self, installed: Runner) -> None:
        ended = installed.step("Check", {"paths": "no such folder"})
        assert ended.code == 2
        assert ended.outputs == {"verdict": "error", "exit-code": "2", "drift-count": "0", "report": ""}
        assert "no such folder: there is no such file or folder" in ended.out

    def test_a_report_of_an_earlier_run_is_not_told_again(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        write(installed.work, cors__json=spec())
        assert installed.step("Check", {"endpoint-url": moto_s3.url}).outputs["report"]
        assert installed.step("Check", {"paths": "gone"}).outputs["report"] == ""

    def test_lists_come_line_by_line_and_switches_as_words(self, installed: Runner, moto_s3: MotoS3) -> None:
        write(
            installed.work,
            variables__tf='variable "a" {}\nvariable "b" {}\n',
            main__tf='resource "aws_s3_bucket" "x" {\n  bucket = "${var.a}-${var.b}"\n}\n',
        )
        moto_s3.put("one-two", [RULE])
        inputs = {"endpoint-url": moto_s3.url, "variables": "a=one\n  b=two\n\n", "undeclared": "warning"}
        assert installed.step("Check", inputs).code == 0
        assert installed.step("Check", inputs | {"undeclared": ""}).code == 1
        assert installed.step("Check", inputs | {"undeclared": "", "exit-zero": "true"}).code == 0
        assert installed.step("Check", inputs | {"strict": "yes"}).code == 2

    @pytest.mark.parametrize(
        "hostile",
        ["$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned; "', "--exit-zero", "x\n--strict"],
    )
    def test_an_input_is_never_code_nor_a_flag(self, installed: Runner, moto_s3: MotoS3, hostile: str) -> None:
        names = ("paths", "variables", "region", "stack-name", "buckets", "live", "config", "account")
        ended = installed.step("Check", dict.fromkeys(names, hostile) | {"endpoint-url": moto_s3.url})
        assert ended.code == 2, ended.out
        assert not list(installed.work.iterdir())

    def test_what_is_printed_is_no_workflow_command(self, installed: Runner, moto_s3: MotoS3) -> None:
        write(installed.work, cors__json=spec("::set-output name=verdict::in_sync"))
        ended = installed.step("Check", {"endpoint-url": moto_s3.url})
        (start,) = re.findall(r"^::stop-commands::([0-9a-f]{32})$", ended.out, re.MULTILINE)
        commands = [line for line in ended.out.splitlines() if line.startswith("::")]
        assert (commands[0], commands[-1]) == (f"::stop-commands::{start}", f"::{start}::")

    def test_a_bucket_name_makes_no_markup_in_the_summary(self, installed: Runner) -> None:
        properties = {"BucketName": "a|b`<script>\n## x", "CorsConfiguration": {"CorsRules": [RULE]}}
        template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
        write(installed.work, template__json=json.dumps(template))
        snapshot_file(installed.temp / "live.json")
        ended = installed.step("Check", {"paths": "template.json", "live": str(installed.temp / "live.json")})
        assert ended.code == 3, ended.out
        (row,) = [line for line in ended.summary.splitlines() if "script" in line]
        assert row.count("|") == 5
        assert "<script>" not in ended.summary
        assert "\n## x" not in ended.summary

    def test_nothing_of_the_checked_out_code_is_imported(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        trap = "open('owned', 'w').close()\nraise SystemExit(0)\n"
        write(installed.work, cors__json=spec(), boto3__py=trap, sitecustomize__py=trap, typer__py=trap)
        write(installed.work / "drift", __init____py=trap, action__py=trap)
        ended = installed.step("Check", {"endpoint-url": moto_s3.url, "paths": "cors.json"})
        assert (ended.code, ended.outputs["verdict"]) == (0, "in_sync")
        assert not (installed.work / "owned").exists()


@needs_bash
@needs_index
def test_the_install_step_installs_the_actions_own_checkout(runner: Runner, moto_s3: MotoS3) -> None:
    write(runner.work, pip__py="raise SystemExit('owned')", venv__py="raise SystemExit('owned')", cors__json=spec())
    moto_s3.put("b-one", [RULE])
    ended = runner.step("Install cors-drift", {}, {"python": {"python-path": sys.executable}})
    assert ended.code == 0, ended.out
    ended = runner.step("Check", {"endpoint-url": moto_s3.url})
    assert (ended.code, ended.outputs["verdict"]) == (0, "in_sync"), ended.out


def test_every_input_is_passed_through_the_environment_and_every_output_is_written() -> None:
    (check,) = [step for step in ACTION["runs"]["steps"] if step["name"] == "Check"]
    passed = set(re.findall(r"inputs\.([a-z-]+)", " ".join([*check["env"].values(), check["working-directory"]])))
    assert passed == set(ACTION["inputs"])
    assert set(ACTION["outputs"]) == {"verdict", "exit-code", "drift-count", "report"}


def test_actions_that_it_uses_are_pinned_by_hash() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "uses" not in step or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])


def test_it_fits_githubs_schema() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-actions",
        str(ROOT / "action.yml"),
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
