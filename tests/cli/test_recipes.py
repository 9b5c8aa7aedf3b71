"""The recipes of docs/github-action.md are run, word by word: only the tools beside cors-drift are stand-ins."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import write
from tests.fixtures_s3 import MotoS3

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "github-action.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```sh\n(.*?)```", DOCUMENT, re.DOTALL))
BEFORE, AFTER, BY_HAND = "https://before.example", "https://after.example", "https://by-hand.example"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the recipes are shell scripts")


def rule(origin: str) -> dict[str, Any]:
    return {"AllowedMethods": ["GET"], "AllowedOrigins": [origin]}


@dataclass
class Pipeline:
    """A folder to work in, with a git history, and commands that are found before those of the machine."""

    work: Path
    commands: Path
    s3: MotoS3

    def command(self, name: str, script: str) -> None:
        path = self.commands / name
        path.write_text(f"#!/usr/bin/env bash\nset -eu\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def deploys(self, origin: str, *, new: bool = False) -> str:
        """A line of shell that does what a deployment does to the live rules."""
        text = f"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>{origin}</AllowedOrigin>"
        text += "</CORSRule></CORSConfiguration>"
        source = (
            "import sys, urllib.request as u; "
            "u.urlopen(u.Request(sys.argv[1], sys.argv[2].encode(), {'Content-Type': 'text/xml'}, method='PUT'))"
        )
        put = f"'{sys.executable}' -c \"{source}\" '{self.s3.url}/acme-assets"
        made = f"{put}' ''; " if new else ""
        return f"{made}{put}?cors' '{text}'; echo deployed >> '{self.log}'"

    @property
    def log(self) -> Path:
        return self.commands / "log"

    @property
    def deployed(self) -> bool:
        return self.log.exists()

    def publish(self) -> None:
        """What is committed is what was deployed last, in a repository that can be pushed to."""
        self.git("tag", "deployed")
        self.git("init", "-q", "--bare", str(self.commands / "remote"))
        self.git("remote", "add", "origin", str(self.commands / "remote"))

    def pushed(self) -> bool:
        """Whether the tag was moved to what is checked out."""
        commits = [("rev-parse", "HEAD"), ("ls-remote", "origin", "refs/tags/deployed")]
        here, there = (
            subprocess.run(["git", *each], cwd=self.work, check=True, capture_output=True, text=True).stdout.split()[:1]
            or [""]
            for each in commits
        )
        return here == there

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.work, check=True, capture_output=True)

    def commit(self, branch: str) -> None:
        """Commit all there is, as ``origin/main`` too where the branch is that."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change")
        if branch == "main":
            self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def run(self, script: str, shell: Sequence[str] = ("-e",), **more: str) -> subprocess.CompletedProcess[str]:
        environment: Mapping[str, str] = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("CORS_DRIFT_", "GIT_", "CI_"))
            },
            "PATH": f"{self.commands}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CORS_DRIFT_ENDPOINT_URL": self.s3.url,
            "CORS_DRIFT_RECHECK": "0",
            "AWS_DEFAULT_REGION": "us-east-1",
            **more,
        }
        command = ["bash", "--noprofile", "--norc", *shell, "-c", script]
        return subprocess.run(command, cwd=self.work, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def pipeline(tmp_path: Path, moto_s3: MotoS3) -> Pipeline:
    made = Pipeline(tmp_path / "work", tmp_path / "bin", moto_s3)
    made.work.mkdir()
    made.commands.mkdir()
    made.command("cors-drift", f'exec "{sys.executable}" -m drift "$@"')
    made.git("init", "-q", "-b", "main")
    moto_s3.put("acme-assets", [rule(BEFORE)])
    return made


def test_every_recipe_is_run_here() -> None:
    assert set(RECIPES) == {"terraform", "cdk", "sam", "shell"}
    assert DOCUMENT.count("```sh\n") == len(RECIPES)


def resources(origin: str) -> list[dict[str, Any]]:
    """A bucket with one rule, as ``terraform show -json`` writes it."""
    common = {"mode": "managed", "name": "assets", "provider_name": "registry.terraform.io/hashicorp/aws"}
    block = {
        "allowed_headers": None, "allowed_methods": ["GET"], "allowed_origins": [origin], "expose_headers": None,
        "id": "", "max_age_seconds": 0,
    }  # fmt: skip
    values: dict[str, dict[str, Any]] = {
        "aws_s3_bucket": {"bucket": "acme-assets", "id": "acme-assets", "cors_rule": []},
        "aws_s3_bucket_cors_configuration": {
            "bucket": "acme-assets", "id": "acme-assets", "expected_bucket_owner": "", "cors_rule": [block],
        },
    }  # fmt: skip
    return [
        {**common, "address": f"{kind}.assets", "type": kind, "schema_version": 0, "values": of, "sensitive_values": {}}
        for kind, of in values.items()
    ]


def state(origin: str) -> dict[str, Any]:
    root = {"resources": resources(origin)}
    return {"format_version": "1.0", "terraform_version": "1.11.0", "values": {"root_module": root}}


def plan(before: str, after: str) -> dict[str, Any]:
    changes = [
        {
            **{key: old[key] for key in ("address", "mode", "type", "name", "provider_name")},
            "change": {
                "actions": ["no-op"] if old["values"] == new["values"] else ["update"],
                "before": old["values"], "after": new["values"], "after_unknown": {}, "before_sensitive": {},
                "after_sensitive": {},
            },
        }
        for old, new in zip(resources(before), resources(after), strict=True)
    ]  # fmt: skip
    configured = [
        {key: each[key] for key in ("address", "mode", "type", "name")} | {"provider_config_key": "aws"}
        for each in resources(after)
    ]
    provider = {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}
    return {
        "format_version": "1.2", "terraform_version": "1.11.0", "applyable": True, "complete": True, "errored": False,
        "timestamp": "2026-11-22T12:00:00Z", "prior_state": state(before), "resource_changes": changes,
        "planned_values": {"root_module": {"resources": resources(after)}},
        "configuration": {"provider_config": {"aws": provider}, "root_module": {"resources": configured}},
    }  # fmt: skip


class TestTerraform:
    def prepared(
        self, pipeline: Pipeline, before: dict[str, Any], *, new: bool = False, planned: dict[str, Any] | None = None
    ) -> None:
        documents = {"plan": planned or plan(BEFORE, AFTER), "state": before, "applied": state(AFTER)}
        write(pipeline.commands, **{f"{name}__json": json.dumps(document) for name, document in documents.items()})
        pipeline.command(
            "terraform",
            f"""
            case "$1 ${{3-}}" in
              "plan "*) touch tfplan ;;
              "show tfplan") cat '{pipeline.commands}/plan.json' ;;
              "show ") cat '{pipeline.commands}/state.json' ;;
              "apply "*) test -f tfplan; cp '{pipeline.commands}/applied.json' '{pipeline.commands}/state.json'
                {pipeline.deploys(AFTER, new=new)} ;;
            esac""",
        )

    def test_a_change_of_the_plan_is_deployed_and_found_live(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline, state(BEFORE))
        ended = pipeline.run(RECIPES["terraform"])
        assert (ended.returncode, pipeline.deployed) == (0, True), ended.stderr
        assert "acme-assets  pending" in ended.stdout
        assert ended.stdout.rstrip().endswith("In sync. 1 bucket: 1 in sync.")

    def test_the_first_deployment_has_no_state(self, pipeline: Pipeline) -> None:
        pipeline.s3.client().delete_bucket_cors(Bucket="acme-assets")
        pipeline.s3.client().delete_bucket(Bucket="acme-assets")
        self.prepared(pipeline, {"format_version": "1.0"}, new=True)
        ended = pipeline.run(RECIPES["terraform"])
        assert (ended.returncode, pipeline.deployed) == (0, True), ended.stderr

    def test_a_name_that_only_apply_makes_is_deployed_and_found_live(self, pipeline: Pipeline) -> None:
        pipeline.s3.client().delete_bucket_cors(Bucket="acme-assets")
        pipeline.s3.client().delete_bucket(Bucket="acme-assets")
        planned = plan(BEFORE, AFTER) | {"prior_state": {"format_version": "1.0"}}
        values = [each["values"] for each in planned["planned_values"]["root_module"]["resources"]]
        for each in values:
            del each["bucket"], each["id"]
        values[0]["bucket_prefix"] = "acme-"
        configured = planned["configuration"]["root_module"]["resources"]
        configured[1]["expressions"] = {"bucket": {"references": ["aws_s3_bucket.assets.id", "aws_s3_bucket.assets"]}}
        for each, after in zip(planned["resource_changes"], values, strict=True):
            unknown = {"bucket": True, "id": True}
            each["change"] |= {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
        self.prepared(pipeline, {"format_version": "1.0"}, new=True, planned=planned)
        ended = pipeline.run(RECIPES["terraform"])
        assert (ended.returncode, pipeline.deployed) == (0, True), ended.stderr
        assert " (name unknown)  pending\n" in ended.stdout.partition("\n\n")[0]
        assert ended.stdout.rstrip().endswith("In sync. 1 bucket: 1 in sync.")

    def test_what_somebody_changed_live_is_not_undone(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline, state(BEFORE))
        _change_by_hand(pipeline)
        ended = pipeline.run(RECIPES["terraform"])
        assert (ended.returncode, pipeline.deployed) == (1, False), ended.stderr


class TestSam:
    def template(self, origin: str) -> str:
        cors = {"CorsRules": [rule(origin)]}
        bucket = {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": "acme-assets", "CorsConfiguration": cors},
        }
        return json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Assets": bucket}})

    def prepared(self, pipeline: Pipeline) -> None:
        (pipeline.work / "template.yaml").write_text(self.template(BEFORE))
        pipeline.commit("main")
        pipeline.publish()
        (pipeline.work / "template.yaml").write_text(self.template(AFTER))
        pipeline.commit("feature")
        pipeline.command("sam", pipeline.deploys(AFTER))

    def test_a_change_is_deployed_and_found_live(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline)
        ended = pipeline.run(RECIPES["sam"])
        assert (ended.returncode, pipeline.deployed, pipeline.pushed()) == (0, True, True), ended.stderr + ended.stdout

    def test_what_somebody_changed_live_is_not_undone(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline)
        _change_by_hand(pipeline)
        ended = pipeline.run(RECIPES["sam"])
        assert (ended.returncode, pipeline.deployed, pipeline.pushed()) == (1, False, False), ended.stderr


class TestCdk:
    def prepared(self, pipeline: Pipeline) -> None:
        """An app whose origin is in a file; synth writes the assembly, which git ignores."""
        write(pipeline.work, __gitignore="cdk.out\n", origin=BEFORE)
        pipeline.commit("main")
        pipeline.publish()
        write(pipeline.work, origin=AFTER)
        pipeline.commit("feature")
        pipeline.command("npm", "test -f origin")
        template = TestSam().template("@ORIGIN@").replace('"Transform": "AWS::Serverless-2016-10-31", ', "")
        manifest = {
            "version": "48.0.0",
            "artifacts": {
                "Media": {
                    "type": "aws:cloudformation:stack",
                    "environment": "aws://unknown-account/unknown-region",
                    "properties": {"templateFile": "Media.template.json", "stackName": "Media"},
                }
            },
        }
        write(pipeline.commands, template=template, manifest=json.dumps(manifest))
        pipeline.command(
            "npx",
            f"""
            case "$1 $2" in
              "cdk synth") mkdir -p cdk.out; cp '{pipeline.commands}/manifest' cdk.out/manifest.json
                sed "s|@ORIGIN@|$(cat origin)|" '{pipeline.commands}/template' > cdk.out/Media.template.json ;;
              "cdk deploy") {pipeline.deploys(AFTER)} ;;
            esac""",
        )

    def test_a_change_is_deployed_and_found_live(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline)
        ended = pipeline.run(RECIPES["cdk"])
        assert (ended.returncode, pipeline.deployed, pipeline.pushed()) == (0, True, True), ended.stderr + ended.stdout
        assert "acme-assets  pending" in ended.stdout

    def test_what_somebody_changed_live_is_not_undone(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline)
        _change_by_hand(pipeline)
        ended = pipeline.run(RECIPES["cdk"])
        assert (ended.returncode, pipeline.deployed, pipeline.pushed()) == (1, False, False), ended.stderr


def _change_by_hand(pipeline: Pipeline) -> None:
    rules = {"CORSRules": [rule(BY_HAND)]}
    pipeline.s3.client().put_bucket_cors(Bucket="acme-assets", CORSConfiguration=rules)


@pytest.mark.parametrize(
    ("declared", "code", "word"),
    [
        (f'"acme-assets": [{json.dumps(rule(BEFORE))}]', 0, "live is what is declared"),
        (f'"acme-assets": [{json.dumps(rule(AFTER))}]', 1, "drift: see cors.html"),
        (f'"acme-gone": [{json.dumps(rule(AFTER))}]', 3, "not everything could be looked at: see cors.html"),
        (None, 4, "no bucket is declared in infra"),
        ("resource {", 2, "the check could not be made"),
    ],
)
def test_the_shell_recipe_tells_the_cases_apart(pipeline: Pipeline, declared: str | None, code: int, word: str) -> None:
    if code == 2:
        write(pipeline.work / "infra", main__tf=declared or "")
    elif declared:
        write(pipeline.work / "infra", cors__json=f'{{"version": 1, "buckets": {{{declared}}}}}')
    else:
        write(pipeline.work / "infra", readme__txt="nothing")
    ended = pipeline.run(RECIPES["shell"])
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (code, word), ended.stderr
    assert (pipeline.work / "cors.html").exists() == (pipeline.work / "cors.xml").exists() is True


class TestGitLab:
    JOB = yaml.safe_load((ROOT / "examples" / "workflows" / "gitlab-ci.yml").read_text())["cors"]

    def prepared(self, pipeline: Pipeline, declared: str) -> None:
        for origin, number in ((BEFORE, "1"), (declared, "2")):
            text = json.dumps({"version": 1, "buckets": {"acme-assets": [rule(origin)]}})
            write(pipeline.work / "infra", cors__json=text, number=number)
            pipeline.commit("feature")
        pipeline.git("branch", "target$(touch${IFS}owned)", "HEAD~1")
        pipeline.git("remote", "add", "origin", str(pipeline.work))

    def test_a_merge_request_is_compared_with_its_target(self, pipeline: Pipeline) -> None:
        self.prepared(pipeline, AFTER)
        (script,) = self.JOB["script"]
        shell = ("-e", "-o", "pipefail", "-u")
        ended = pipeline.run(script, shell, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="target$(touch${IFS}owned)")
        assert ended.returncode == 0, ended.stderr
        assert "acme-assets  pending" in ended.stdout
        assert (pipeline.work / "cors.xml").read_text().startswith("<?xml")
        assert not (pipeline.work / "owned").exists()

    @pytest.mark.parametrize(("declared", "code"), [(BEFORE, 0), (AFTER, 1)])
    def test_a_nightly_pipeline_is_compared_with_live_alone(self, pipeline: Pipeline, declared: str, code: int) -> None:
        self.prepared(pipeline, declared)
        (script,) = self.JOB["script"]
        ended = pipeline.run(script, ("-e", "-o", "pipefail", "-u"))
        assert ended.returncode == code, ended.stderr
        report = (pipeline.work / self.JOB["artifacts"]["reports"]["junit"]).read_text()
        assert ("<failure" in report) == bool(code)
