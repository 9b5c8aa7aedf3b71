"""The GitHub Action's own steps, executed as a runner would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.cli.action_runner import ACTION, ROOT, Runner, obeyed, outputs_of
from tests.cli.conftest import schema, write
from tests.fixtures_s3 import MotoS3
from tests.workflow_commands import lines_of

RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
OUTPUTS = {
    *("verdict", "exit-code", "drift-count", "coverage", "comment-url", "issue-url"),
    *("json-file", "html-file", "sarif-file", "junit-file", "report"),
}

PYTHONS = {"PYTHONPATH": "src", "PYTHONSTARTUP": "src/sitecustomize.py", "PYTHONUSERBASE": "src", "PYTHONINSPECT": "1"}
PIPS = {
    "PIP_CONSTRAINT": "constraints.txt", "PIP_REQUIREMENT": "constraints.txt", "PIP_CONFIG_FILE": "pip.conf",
    "PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_DRY_RUN": "1", "PIP_NO_BINARY": ":all:", "PIP_PREFIX": "elsewhere",
}  # fmt: skip

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the Action's steps are bash scripts")
needs_index = pytest.mark.skipif(
    os.environ.get("CORS_DRIFT_TEST_INSTALL") != "1", reason="CORS_DRIFT_TEST_INSTALL=1 says that pip may install"
)


@pytest.fixture
def runner(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def installed(runner: Runner) -> Runner:
    runner.install_this()
    return runner


@pytest.fixture
def inside(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Runner:
    """What the script of the check step runs, in this process: it is quicker."""
    return Runner(tmp_path, inside=True)


def spec(bucket: str = "b-one", rule: Mapping[str, Any] = RULE) -> str:
    return json.dumps({"version": 1, "buckets": {bucket: [rule]}})


@needs_bash
class TestCheck:
    def test_drift_fails_the_step_and_tells_the_job(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE | {"AllowedMethods": ["GET", "PUT"]}])
        write(installed.work, cors__json=spec())
        ended = installed.step("Check", {"endpoint-url": moto_s3.url})
        assert ended.code == 1, ended.out
        assert set(ended.outputs) == OUTPUTS
        told = {
            name: ended.outputs[name] for name in ("verdict", "exit-code", "drift-count", "coverage", "comment-url")
        }
        assert told == {
            "verdict": "drift", "exit-code": "1", "drift-count": "1", "coverage": "1/1", "comment-url": ""
        }  # fmt: skip
        document = json.loads(Path(ended.outputs["json-file"]).read_text())
        schema("report").validate(document)
        assert [bucket["bucket"] for bucket in document["buckets"]] == ["b-one"]
        assert ended.summary.startswith("### cors-drift: drift\n")
        assert "`b-one`" in ended.summary

    def test_every_report_is_there_to_be_uploaded(self, inside: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [])
        write(inside.work, cors__json=spec())
        outputs = inside.step("Check", {"endpoint-url": moto_s3.url}).outputs
        assert outputs["report"] == outputs["json-file"]
        assert Path(outputs["html-file"]).read_text().lower().startswith("<!doctype html>")
        assert json.loads(Path(outputs["sarif-file"]).read_text())["runs"][0]["results"]
        assert "<testsuites" in Path(outputs["junit-file"]).read_text()
        assert all(inside.temp in Path(outputs[name]).parents for name in OUTPUTS if name.endswith("-file"))

    def test_findings_are_annotated_where_they_are_declared(self, inside: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE | {"AllowedMethods": ["GET", "PUT"]}])
        write(inside.work / "infra", cors__json=spec())
        (inside.work / ".git").mkdir()
        inputs = {"endpoint-url": moto_s3.url, "working-directory": "infra"}
        (error,) = [each for each in inside.step("Check", inputs).commands if each.name == "error"]
        assert error.properties["file"] == "infra/cors.json"
        assert "b-one" in error.data
        assert not inside.step("Check", inputs | {"annotations": "false"}).commands

    def test_all_comes_on_one_stream(self, installed: Runner) -> None:
        """A runner may read stderr first, also before the line that stops commands."""
        ended = installed.step("Check", {"paths": "::error::no such folder"})
        assert ended.error == ""
        assert "there is no such file or folder" in ended.out

    def test_sarif_of_a_run_that_did_not_see_everything_is_withheld(self, inside: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        write(inside.work, cors__json=spec(), other__json=spec("not-there"))
        ended = inside.step("Check", {"endpoint-url": moto_s3.url})
        assert (ended.code, ended.outputs["coverage"]) == (3, "1/2")
        assert ended.outputs["sarif-file"] == ""
        assert ended.outputs["html-file"] != ""

    def test_in_sync_passes(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        write(installed.work / "infra", cors__json=spec())
        ended = installed.step("Check", {"endpoint-url": moto_s3.url, "working-directory": "infra"})
        assert (ended.code, ended.outputs["verdict"], ended.outputs["drift-count"]) == (0, "in_sync", "0")

    def test_an_error_is_told_as_one(self, installed: Runner) -> None:
        ended = installed.step("Check", {"paths": "no such folder"})
        assert ended.code == 2
        assert ended.outputs == dict.fromkeys(OUTPUTS, "") | {
            "verdict": "error", "exit-code": "2", "drift-count": "0", "coverage": "0/0"
        }  # fmt: skip
        assert "no such folder: there is no such file or folder" in ended.out
        assert [each.name for each in ended.commands] == ["error"]
        assert ended.summary.startswith("### cors-drift: error\n")

    def test_a_report_of_an_earlier_run_is_not_told_again(self, inside: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        write(inside.work, cors__json=spec())
        assert inside.step("Check", {"endpoint-url": moto_s3.url}).outputs["report"]
        assert inside.step("Check", {"paths": "gone"}).outputs["report"] == ""

    def test_lists_come_line_by_line_and_switches_as_words(self, inside: Runner, moto_s3: MotoS3) -> None:
        write(
            inside.work,
            variables__tf='variable "a" {}\nvariable "b" {}\n',
            main__tf='resource "aws_s3_bucket" "x" {\n  bucket = "${var.a}-${var.b}"\n}\n',
        )
        moto_s3.put("one-two", [RULE])
        inputs = {"endpoint-url": moto_s3.url, "variables": "a=one\n  b=two\n\n", "undeclared": "warning"}
        assert inside.step("Check", inputs).code == 0
        assert inside.step("Check", inputs | {"undeclared": ""}).code == 1
        assert inside.step("Check", inputs | {"undeclared": "", "exit-zero": "true"}).code == 0
        assert inside.step("Check", inputs | {"strict": "yes"}).code == 2

    def test_nothing_of_the_checked_out_code_is_imported(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        trap = "open('owned', 'w').close()\nraise SystemExit(0)\n"
        write(installed.work, cors__json=spec(), boto3__py=trap, sitecustomize__py=trap, typer__py=trap)
        write(installed.work / "drift", __init____py=trap, action__py=trap)
        ended = installed.step("Check", {"endpoint-url": moto_s3.url, "paths": "cors.json"})
        assert (ended.code, ended.outputs["verdict"]) == (0, "in_sync")
        assert not (installed.work / "owned").exists()

    def test_a_job_without_credentials_is_told_what_to_give_it(
        self, installed: Runner, aws_environment: pytest.MonkeyPatch
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            aws_environment.delenv(name, raising=False)
        write(installed.work, cors__json=spec())
        ended = installed.step("Check", {})
        (error,) = [each.data for each in ended.commands if each.name == "error"]
        assert error.startswith("no AWS credentials were found. To try: give the job id-token: write")
        assert "no AWS credentials were found" in ended.summary
        assert "aws sso" not in ended.summary

    def test_variables_of_python_name_no_place_to_import_from(self, installed: Runner) -> None:
        """Processes that the check starts may not be isolated as it is itself."""
        python = installed.temp / "cors-drift" / "venv" / "bin" / "python"
        python.write_text('#!/bin/sh\nenv | grep "^PYTHON" >&2\nexit 0\n')
        installed.environment |= PYTHONS
        assert installed.step("Check", {}).out == ""

    def test_sensitive_values_are_in_nothing_that_the_job_shows(self, installed: Runner, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one", [RULE])
        source = (
            'variable "origin" {\n  sensitive = true\n}\nresource "aws_s3_bucket" "x" {\n  bucket = "b-one"\n}\n'
            'resource "aws_s3_bucket_cors_configuration" "x" {\n  bucket = aws_s3_bucket.x.id\n  cors_rule {\n'
            '    allowed_methods = ["GET"]\n    allowed_origins = [var.origin]\n  }\n}\n'
        )
        write(installed.work, main__tf=source)
        inputs = {"endpoint-url": moto_s3.url, "variables": "origin=https://hush.example"}
        ended = installed.step("Check", inputs)
        assert ended.code == 1, ended.out
        files = [path.read_text() for path in Path(ended.outputs["report"]).parent.iterdir()]
        assert len(files) == 6
        assert not [text for text in (ended.out, ended.summary, *files) if "hush.example" in text]


@needs_bash
@needs_index
def test_the_install_step_installs_the_actions_own_checkout(runner: Runner, moto_s3: MotoS3) -> None:
    write(runner.work, pip__py="raise SystemExit('owned')", venv__py="raise SystemExit('owned')", cors__json=spec())
    trap = "import os\nopen(os.environ['OWNED'], 'a').write('owned')\n"
    write(runner.work / "src", sitecustomize__py=trap, hatchling__py=trap)
    write(runner.work, constraints__txt="boto3<1.0\n", pip__conf="[install]\ntarget = elsewhere\n")
    runner.environment |= PYTHONS | PIPS | {"OWNED": str(runner.temp / "owned")}
    moto_s3.put("b-one", [RULE])
    ended = runner.step("Install cors-drift", {}, {"python": {"python-path": sys.executable}})
    assert ended.code == 0, ended.out + ended.error
    before = sorted(runner.work.iterdir())
    ended = runner.step("Check", {"endpoint-url": moto_s3.url, "paths": "cors.json"})
    assert (ended.code, ended.outputs["verdict"]) == (0, "in_sync"), ended.out
    assert not (runner.temp / "owned").exists()
    assert sorted(runner.work.iterdir()) == before


class TestActionFile:
    def test_every_input_is_passed_through_the_environment_under_its_own_name(self) -> None:
        (check,) = [step for step in ACTION["runs"]["steps"] if step["name"] == "Check"]
        passed = {name: re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text) for name, text in check["env"].items()}
        named = {name: match[1] for name, match in passed.items() if match}
        assert named == {f"CORS_DRIFT_ACTION_{key.upper().replace('-', '_')}": key for key in ACTION["inputs"]}

    def test_every_output_is_declared(self) -> None:
        assert set(ACTION["outputs"]) == OUTPUTS
        for name, output in ACTION["outputs"].items():
            assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"

    def test_no_script_holds_an_expression(self) -> None:
        assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]

    def test_actions_that_it_uses_are_pinned_by_hash(self) -> None:
        for line in (ROOT / "action.yml").read_text().splitlines():
            assert "uses:" not in line or re.fullmatch(r"\s+uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)

    def test_it_fits_githubs_schema(self) -> None:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
        result = subprocess.run([*command, str(ROOT / "action.yml")], capture_output=True, text=True)
        assert result.returncode == 0, result.stdout

    def test_what_it_installs_is_pinned_by_hash_and_is_what_the_project_asks_for(self) -> None:
        import tomllib

        text = (ROOT / "requirements-action.txt").read_text()
        entries = re.sub(r"\\\n\s+", "", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
        pinned = {}
        for entry in entries:
            wanted, *hashes = entry.split("--hash=sha256:")
            requirement = Requirement(wanted)
            assert hashes, entry
            assert all(re.fullmatch(r"[0-9a-f]{64} ?", each) for each in hashes), entry
            pinned[requirement.name.lower()] = str(requirement.specifier).removeprefix("==")
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        for text in (*project["project"]["dependencies"], *project["build-system"]["requires"]):
            needed = Requirement(text)
            assert needed.specifier.contains(pinned[needed.name.lower()]), text


class TestOutputs:
    def test_a_value_of_several_lines_stays_one_output(self, tmp_path: Path) -> None:
        from drift.action_runner import write_output

        environment = {"GITHUB_OUTPUT": str(tmp_path / "output")}
        hostile = "one\nverdict=in_sync\nEOF\nname<<EOF\n\r\n::set-output name=a::b"
        write_output(environment, "path", hostile)
        write_output(environment, "verdict", "drift")
        with (tmp_path / "output").open(newline="") as stream:
            assert outputs_of(stream.read()) == {"path": hostile, "verdict": "drift"}

    def test_a_notice_is_one_command_whatever_it_says(self, capsys: pytest.CaptureFixture[str]) -> None:
        from drift.action_runner import tell

        tell({"GITHUB_ACTIONS": "true"}, "a\n::set-output name=a::b\r##[add-mask]c 100%0A")
        (command,) = obeyed(lines_of(capsys.readouterr().out))
        assert (command.name, command.data) == ("notice", r"a\n::set-output name=a::b\r\x23#[add-mask]c 100%0A")
