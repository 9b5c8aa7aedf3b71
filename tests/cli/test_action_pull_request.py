"""The Action with a base: a comment for what the pull request does, and none for what was there before."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.action_runner import Ended, Runner
from tests.cli.conftest import snapshot_file
from tests.live.github_stand_in import GitHubStandIn

pytestmark = pytest.mark.skipif(not shutil.which("bash") or not shutil.which("git"), reason="needs bash and git")

A: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
B = A | {"AllowedMethods": ["GET", "HEAD"]}
C = A | {"AllowedOrigins": ["https://a.example", "https://c.example"]}


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        yield server


class Story:
    def __init__(self, runner: Runner, github: GitHubStandIn) -> None:
        self.runner = runner
        runner.install_this()
        runner.event(github.url)
        self.git("init", "--quiet", "--initial-branch=main")
        self.declare(A)
        self.git("switch", "--quiet", "--create", "topic")

    def told(self, head: dict[str, Any], live: dict[str, Any] | None, **more: str) -> Ended:
        self.declare(head)
        snapshot = self.runner.temp / "live.json"
        snapshot_file(snapshot, b_one=[live or A])
        inputs = {"base": "main", "live": str(snapshot) if live else "none", "comment": "true"}
        return self.runner.step("Check", inputs | {name.replace("_", "-"): text for name, text in more.items()})

    def write(self, rule: dict[str, Any], path: str = "cors.json") -> None:
        (self.runner.work / path).write_text(json.dumps({"version": 1, "buckets": {"b-one": [rule]}}))

    def declare(self, rule: dict[str, Any]) -> None:
        self.write(rule)
        self.git("add", "cors.json")
        self.git("commit", "--quiet", "--allow-empty", "--message=rules")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.runner.work, check=True, capture_output=True)


@pytest.fixture
def story(tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn) -> Story:
    return Story(Runner(tmp_path), github)


def test_a_change_as_intended_passes_and_is_told_in_a_comment(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=B, live=A)
    assert (ended.code, ended.outputs["verdict"], ended.outputs["drift-count"]) == (0, "clean", "0"), ended.out
    (comment,) = github.on()
    assert "b-one" in comment.body
    assert "https://github.example" in ended.outputs["comment-url"]


def test_a_live_change_that_would_be_undone_fails_and_is_told(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=B, live=C)
    assert ended.code == 1, ended.out
    assert len(github.on()) == 1


def test_drift_that_it_does_not_touch_gets_no_comment_and_no_failure(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=A, live=C)
    assert (ended.code, github.on()) == (0, []), ended.out


def test_without_live_the_change_alone_is_told(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=B, live=None)
    assert (ended.code, ended.outputs["coverage"], len(github.on())) == (0, "1/1", 1), ended.out
    story.runner.event(github.url, run=11)
    ended = story.told(head=A, live=None)
    assert ended.code == 0
    assert "All clear" in github.on()[0].body


def test_base_is_taken_as_it_stands_where_that_is_asked_for(story: Story) -> None:
    """What the target branch has changed since is undone by a branch that is behind, if it is deployed as it is."""
    story.git("switch", "--quiet", "main")
    story.declare(C)
    story.git("switch", "--quiet", "topic")
    merged = story.told(head=A, live=C)
    assert (merged.code, merged.outputs["verdict"]) == (0, "in_sync"), merged.out
    as_it_stands = story.told(head=A, live=C, merge_base="false")
    assert (as_it_stands.code, as_it_stands.outputs["verdict"]) == (0, "clean"), as_it_stands.out
    assert story.told(head=A, live=C, merge_base="no").code == 2


def test_a_working_directory_that_is_a_link_is_what_base_has_it_be(
    tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn
) -> None:
    story = Story(Runner(tmp_path), github)
    for name, rule in (("v1", A), ("v2", B)):
        (story.runner.work / name).mkdir()
        story.write(rule, f"{name}/cors.json")
    story.git("switch", "--quiet", "main")
    story.git("rm", "--quiet", "cors.json")
    (story.runner.work / "current").symlink_to("v1")
    story.git("add", "--all")
    story.git("commit", "--quiet", "--message=rules")
    story.git("switch", "--quiet", "--create", "another")
    (story.runner.work / "current").unlink()
    (story.runner.work / "current").symlink_to("v2")
    story.git("add", "--all")
    story.git("commit", "--quiet", "--message=rules")
    snapshot = story.runner.temp / "live.json"
    snapshot_file(snapshot, b_one=[A])
    ended = story.runner.step("Check", {"base": "main", "live": str(snapshot), "working-directory": "current"})
    assert (ended.code, ended.outputs["verdict"]) == (0, "clean"), ended.out
    assert "declared at" in ended.summary
