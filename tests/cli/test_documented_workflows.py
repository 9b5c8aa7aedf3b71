"""The workflows that users copy, each with its own inputs: the check step as a runner runs it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.action_runner import Ended, Runner
from tests.cli.conftest import write
from tests.fixtures_s3 import MotoS3
from tests.live.github_issues import GitHubIssues

FOLDER = Path(__file__).parents[2] / "examples" / "workflows"
ACCOUNT = "123456789012"
"""Whose buckets are in moto."""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the Action's steps are bash scripts")


def rule(origin: str) -> dict[str, Any]:
    return {"AllowedMethods": ["GET"], "AllowedOrigins": [origin]}


BEFORE, AFTER, BY_HAND = rule("https://before.example"), rule("https://after.example"), rule("https://by-hand.example")


@pytest.fixture
def github() -> Iterator[GitHubIssues]:
    with GitHubIssues() as server:
        yield server


class Job:
    """The one job of a workflow, of which only the step of cors-drift is run."""

    def __init__(self, runner: Runner, github: GitHubIssues, s3: MotoS3) -> None:
        self.runner, self.github, self.s3 = runner, github, s3
        self.number = 0
        runner.install_this()

    def declares(self, rules: Mapping[str, Any], folder: str = "infra", bucket: str = "acme-assets") -> None:
        write(self.runner.work / folder, cors__json=json.dumps({"version": 1, "buckets": {bucket: [rules]}}))

    def live(self, rules: Mapping[str, Any]) -> None:
        self.s3.client().put_bucket_cors(Bucket="acme-assets", CORSConfiguration={"CORSRules": [rules]})

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.runner.work, check=True, capture_output=True)

    def pull_request(self, rules: Mapping[str, Any]) -> None:
        """A checkout of a pull request that makes these rules of ``BEFORE``."""
        self.git("init", "-q", "-b", "main")
        self.declares(BEFORE)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "the target branch")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.declares(rules)
        self.git("commit", "-q", "-a", "--allow-empty", "-m", "the pull request")

    def run(self, workflow: str, *, event: str, matrix: Mapping[str, str] | None = None, s3: bool = True) -> Ended:
        (job,) = yaml.safe_load((FOLDER / workflow).read_text())["jobs"].values()
        (ours,) = [step["with"] for step in job["steps"] if "cors-drift@" in step["uses"]]
        values = {"github.base_ref": "main", **{f"matrix.{name}": value for name, value in (matrix or {}).items()}}

        def value(text: str) -> str:
            return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: values[match[1]], text)

        self.number += 1
        number = str(1_000 + self.number)
        on_pull_request = event == "pull_request"
        ref = "refs/pull/7/merge" if on_pull_request else "refs/heads/main"
        self.runner.event(self.github.url, name=event, run=self.number)
        self.runner.environment |= {"GITHUB_RUN_ID": number, "GITHUB_REF": ref, "GITHUB_SHA": "c" * 40}
        self.runner.matrix = matrix
        given = {name: value(text) for name, text in ours.items()}
        return self.runner.step("Check", given | ({"endpoint-url": self.s3.url} if s3 else {}))


@pytest.fixture
def job(tmp_path: Path, github: GitHubIssues, moto_s3: MotoS3) -> Job:
    """What the script of the step runs, in this process."""
    moto_s3.put("acme-assets", [BEFORE])
    return Job(Runner(tmp_path, inside=True), github, moto_s3)


@pytest.fixture
def scripted(tmp_path: Path, github: GitHubIssues, moto_s3: MotoS3) -> Job:
    """The script itself, run by its shell."""
    moto_s3.put("acme-assets", [BEFORE])
    return Job(Runner(tmp_path), github, moto_s3)


class TestPullRequest:
    def test_a_change_is_told_in_a_comment_and_does_not_fail(self, scripted: Job, github: GitHubIssues) -> None:
        scripted.pull_request(AFTER)
        ended = scripted.run("pull-request.yml", event="pull_request")
        assert (ended.code, ended.outputs["verdict"]) == (0, "clean"), ended.out
        (comment,) = github.on()
        assert "https://after.example" in comment.body
        assert ended.outputs["comment-url"]

    def test_a_live_change_that_it_would_undo_fails(self, job: Job, github: GitHubIssues) -> None:
        job.pull_request(AFTER)
        job.live(BY_HAND)
        ended = job.run("pull-request.yml", event="pull_request")
        assert (ended.code, ended.outputs["verdict"]) == (1, "drift"), ended.out
        assert "https://by-hand.example" in github.on()[0].body

    def test_drift_that_it_does_not_touch_does_not_fail(self, job: Job) -> None:
        job.pull_request(BEFORE)
        job.live(BY_HAND)
        ended = job.run("pull-request.yml", event="pull_request")
        assert ended.code == 0, ended.out


class TestFork:
    def test_without_credentials_the_change_is_told_in_the_summary_alone(
        self, job: Job, github: GitHubIssues, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        github.writable = False
        job.pull_request(AFTER)
        ended = job.run("fork-safe.yml", event="pull_request", s3=False)
        assert (ended.code, ended.outputs["verdict"]) == (0, "clean"), ended.out
        assert "https://after.example" in ended.summary
        assert github.asked == []


class TestNightly:
    def test_drift_opens_the_issue_and_its_end_closes_it(self, scripted: Job, github: GitHubIssues) -> None:
        scripted.declares(BEFORE)
        scripted.live(BY_HAND)
        ended = scripted.run("nightly.yml", event="schedule")
        (issue,) = github.issues.values()
        assert (ended.code, issue.title, issue.state) == (1, "CORS drift: production", "open"), ended.out
        assert ended.outputs["issue-url"].endswith(f"/issues/{issue.number}")
        scripted.live(BEFORE)
        ended = scripted.run("nightly.yml", event="workflow_dispatch")
        assert (ended.code, issue.state, ended.outputs["issue-url"]) == (0, "closed", ""), ended.out
        assert len(github.issues) == 1

    def test_a_bucket_that_is_not_there_is_an_issue_of_the_other_kind(self, job: Job, github: GitHubIssues) -> None:
        job.declares(BEFORE, bucket="acme-gone")
        ended = job.run("nightly.yml", event="schedule")
        (issue,) = github.issues.values()
        assert (ended.code, issue.title) == (3, "CORS rules that could not be checked: production"), ended.out
        assert ended.outputs["issue-url"] == ""

    def test_why_a_run_came_to_nothing_is_in_the_issue(self, job: Job, github: GitHubIssues) -> None:
        ended = job.run("nightly.yml", event="schedule")
        (issue,) = github.issues.values()
        assert (ended.code, issue.title) == (2, "CORS rules that could not be checked: production")
        assert "there is no such file or folder" in issue.body

    def test_without_the_permission_there_is_a_notice_and_the_same_verdict(
        self, job: Job, github: GitHubIssues
    ) -> None:
        github.writable = False
        job.declares(BEFORE)
        job.live(BY_HAND)
        ended = job.run("nightly.yml", event="schedule")
        assert (ended.code, ended.outputs["verdict"], ended.outputs["issue-url"]) == (1, "drift", "")
        assert any("issues: write" in notice for notice in ended.notices())

    def test_each_account_has_an_issue_of_its_own(self, job: Job, github: GitHubIssues) -> None:
        legs = yaml.safe_load((FOLDER / "nightly-accounts.yml").read_text())["jobs"]["cors"]["strategy"]["matrix"]
        job.live(BY_HAND)
        for leg in legs["include"]:
            job.declares(BEFORE, f"infra/{leg['stage']}")
            ended = job.run("nightly-accounts.yml", event="schedule", matrix=leg | {"account": ACCOUNT})
            assert ended.code == 1, ended.out
        told = {issue.title: issue.labels for issue in github.issues.values()}
        assert told == {
            "CORS drift: staging": ["cors", "staging"],
            "CORS drift: production": ["cors", "production"],
        }
