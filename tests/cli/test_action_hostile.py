"""What strangers write reaches the Action's shell as data and forges no command, no output and no marker."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.action_comment_body import marker_of
from tests.cli.action_runner import Ended, Runner
from tests.cli.conftest import snapshot_file, write
from tests.live.github_stand_in import BOT, HEAD, GitHubStandIn

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the Action's steps are bash scripts")

RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
FORGED = (
    f"<!-- cors-drift:comment id=default config-hash={'0' * 16} commit={HEAD} "
    f"workflow={'0' * 12} run=9.9 state=clear -->"
)
HOSTILE = {
    "substitution": "$(touch owned)",
    "backticks": "`touch owned`",
    "single quote": "'; touch owned; '",
    "double quote": '"; touch owned; "',
    "expression": "${{ github.token }}",
    "newline": "a\nverdict=in_sync\n::set-output name=verdict::in_sync",
    "carriage return": "a\r::set-output name=verdict::in_sync\r\n::add-mask::a",
    "command": "::set-output name=verdict::in_sync",
    "blanks before a command": "  ::add-path::/tmp/owned",
    "old command": "##[set-output name=verdict]in_sync",
    "old command within": "https://a##[add-mask]a",
    "stop": "::stop-commands::now\n::now::\n::set-env name=PATH::owned",
    "marker": f"-->\n{FORGED}",
    "heredoc": "a\nEOF\nverdict<<EOF\nin_sync\nEOF",
    "flag": "--exit-zero",
}
THROUGH_THE_SHELL = ("substitution", "double quote", "newline", "command")
"""Of what is in files alone, these go through the script; the others are tried in this process, which is quicker."""
SAFE_IN_A_PATH = {name: text.replace("/", "|") for name, text in HOSTILE.items()}

each_hostile = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        yield server


@pytest.fixture
def runner(tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn) -> Runner:
    runner = Runner(tmp_path)
    runner.install_this()
    runner.event(github.url)
    snapshot_file(runner.temp / "live.json", b_one=[RULE])
    return runner


def check(runner: Runner, **inputs: str) -> Ended:
    given = {"live": str(runner.temp / "live.json"), "comment": "true"} | inputs
    return runner.step("Check", {name.replace("_", "-"): text for name, text in given.items()})


def hold_to_be_harmless(ended: Ended, runner: Runner, github: GitHubStandIn, verdict: str) -> None:
    """Nothing was run, every command is an annotation, and outputs and comment are those of the verdict."""
    assert not list(runner.folder.rglob("owned"))
    (token,) = re.findall(r"^::stop-commands::([0-9a-f]{32})$", ended.out, re.MULTILINE)
    assert f"\n::{token}::\n" in ended.out
    assert {each.name for each in ended.commands} <= {"error", "warning", "notice"}, ended.out
    assert not [each for each in ended.commands if set(each.properties) - {"file", "line", "endLine", "col", "title"}]
    assert ended.outputs["verdict"] == verdict, ended.out
    assert ended.outputs["exit-code"] == str(ended.code)
    assert "verdict=in_sync" not in ended.summary.splitlines()
    for comment in github.on():
        marker = marker_of(comment.body)
        assert marker is not None
        assert (marker.run.place, comment.login) == ((10, 1), BOT)
        assert FORGED not in comment.body.splitlines()


@each_hostile
def test_an_origin_is_data(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    runner.inside = hostile not in [HOSTILE[name] for name in THROUGH_THE_SHELL]
    rule = RULE | {"AllowedOrigins": [f"https://{hostile}", hostile]}
    write(runner.work, cors__json=json.dumps({"version": 1, "buckets": {"b-one": [rule]}}))
    hold_to_be_harmless(check(runner, paths="cors.json"), runner, github, "drift")
    assert len(github.on()) == 1


@each_hostile
def test_a_bucket_is_data(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    runner.inside = hostile not in [HOSTILE[name] for name in THROUGH_THE_SHELL]
    properties = {"BucketName": hostile, "CorsConfiguration": {"CorsRules": [RULE]}}
    template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    write(runner.work, template__json=json.dumps(template))
    hold_to_be_harmless(check(runner, paths="template.json"), runner, github, "incomplete")
    assert len(github.on()) == 1


@pytest.mark.parametrize("hostile", SAFE_IN_A_PATH.values(), ids=SAFE_IN_A_PATH)
def test_a_path_is_data(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    runner.inside = hostile not in [SAFE_IN_A_PATH[name] for name in THROUGH_THE_SHELL]
    folder = runner.work / hostile
    folder.mkdir()
    (folder / f"{hostile}.json").write_text(json.dumps({"version": 1, "buckets": {"b-one": [RULE], "b-two": [RULE]}}))
    hold_to_be_harmless(check(runner), runner, github, "incomplete")
    assert len(github.on()) == 1


@each_hostile
def test_the_name_of_a_branch_is_data(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    write(runner.work, cors__json=json.dumps({"version": 1, "buckets": {"b-one": [RULE | {"MaxAgeSeconds": 5}]}}))
    event = json.loads((runner.folder / "event.json").read_text())
    event["pull_request"]["head"]["ref"] = event["pull_request"]["title"] = hostile
    (runner.folder / "event.json").write_text(json.dumps(event))
    runner.environment |= dict.fromkeys(("GITHUB_HEAD_REF", "GITHUB_BASE_REF", "GITHUB_REF_NAME"), hostile)
    runner.environment |= {
        "GITHUB_REF": f"refs/heads/{hostile}",
        "GITHUB_WORKFLOW_REF": f"octo/site/cors.yml@{hostile}",
    }
    hold_to_be_harmless(check(runner, paths="cors.json", base=hostile), runner, github, "error")
    runner.inside = True
    hold_to_be_harmless(check(runner, paths="cors.json"), runner, github, "drift")


@each_hostile
def test_an_input_is_never_code_nor_a_flag(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    names = ("paths", "variables", "region", "stack_name", "buckets", "live", "config", "account", "sarif_category")
    ended = check(runner, **dict.fromkeys((*names, "fail_on", "parameters", "var_files", "comment_id"), hostile))
    assert ended.code == 2
    hold_to_be_harmless(ended, runner, github, "error")
    assert not list(runner.work.iterdir())


@each_hostile
def test_what_the_job_and_github_tell_is_data(runner: Runner, github: GitHubStandIn, hostile: str) -> None:
    write(runner.work, cors__json=json.dumps({"version": 1, "buckets": {"b-one": [RULE]}}))
    runner.environment |= dict.fromkeys(("GITHUB_SERVER_URL", "GITHUB_RUN_ID", "GITHUB_WORKFLOW"), hostile)
    runner.matrix = {"stage": hostile}
    runner.inside = True
    ended = check(runner, paths="cors.json", comment_id=hostile)
    hold_to_be_harmless(ended, runner, github, "in_sync")
    github.refuse = lambda _: github.refusal(hostile)
    ended = check(runner, paths="cors.json", comment_id=hostile)
    hold_to_be_harmless(ended, runner, github, "in_sync")
    (notice,) = ended.notices()
    assert notice.startswith("no comment: ")
    assert "\n" not in notice


def test_a_repository_or_commit_of_the_event_that_is_none_gets_no_comment(
    runner: Runner, github: GitHubStandIn
) -> None:
    write(runner.work, cors__json=json.dumps({"version": 1, "buckets": {"b-one": []}}))
    runner.inside = True
    event = json.loads((runner.folder / "event.json").read_text())
    for number, commit in (("7/../../x", HEAD), (True, HEAD), (7, "HEAD"), (7, "$(touch owned)"), (-7, HEAD)):
        event["pull_request"] |= {"number": number, "head": {"sha": commit}}
        (runner.folder / "event.json").write_text(json.dumps(event))
        assert check(runner, paths="cors.json").code == 1
    for text in ("", "[]", "{", '{"pull_request": []}', "[" * 100_000):
        (runner.folder / "event.json").write_text(text)
        assert check(runner, paths="cors.json").code == 1
    runner.event(github.url, GITHUB_REPOSITORY="octo/site/../../user")
    assert check(runner, paths="cors.json").code == 1
    assert github.asked == []
