"""The comment on a pull request: the check step as a runner runs it, against a GitHub and an S3 on loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.action_comment_body import marker_of
from tests.cli.action_runner import Ended, Runner
from tests.cli.conftest import snapshot_file, write
from tests.live.github_stand_in import BOT, HEAD, NOT_FOUND, Asked, GitHubStandIn, Reply, refused

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the Action's steps are bash scripts")

RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
NEWER = "b" * 40


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        yield server


class Job:
    """Steps on one pull request. Live is a saved snapshot, so that each step is short."""

    def __init__(self, runner: Runner, github: GitHubStandIn) -> None:
        self.runner, self.github = runner, github
        runner.install_this()
        write(runner.work, cors__json=json.dumps({"version": 1, "buckets": {"b-one": [RULE]}}))

    def step(self, *, drift: bool, commit: str = HEAD, run: int = 10, attempt: int = 1, **inputs: str) -> Ended:
        live = [RULE | {"AllowedMethods": ["GET", "PUT"]}] if drift else [RULE]
        snapshot_file(self.runner.temp / "live.json", b_one=live)
        self.runner.event(self.github.url, commit=commit, run=run, attempt=attempt)
        return self.again(**inputs)

    def again(self, **inputs: str) -> Ended:
        given = {
            "paths": "cors.json",
            "live": str(self.runner.temp / "live.json"),
            "comment": "true",
            "annotations": "false",
        }
        ended = self.runner.step("Check", given | {name.replace("_", "-"): text for name, text in inputs.items()})
        assert "defect" not in ended.out
        return ended


@pytest.fixture
def job(tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn) -> Job:
    """The script of the step, run by its shell."""
    return Job(Runner(tmp_path), github)


@pytest.fixture
def inside(tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn) -> Job:
    """What the script runs, in this process."""
    return Job(Runner(tmp_path, inside=True), github)


def test_the_first_run_creates_the_comment_and_the_second_updates_it(job: Job, github: GitHubStandIn) -> None:
    ended = job.step(drift=True)
    (comment,) = github.on()
    assert ended.code == 1
    assert ended.outputs["comment-url"] == f"https://github.example/octo/site/pull/7#issuecomment-{comment.id}"
    assert comment.body.startswith("### cors-drift: drift\n")
    assert f"commit {HEAD}" in comment.body
    assert "https://github.example/octo/site/actions/runs/424242" in comment.body
    github.pulls[7]["head"]["sha"] = NEWER
    ended = job.step(drift=True, commit=NEWER, run=11)
    (same,) = github.on()
    assert (same.id, f"commit {NEWER}" in same.body, HEAD in same.body) == (comment.id, True, False)
    assert ended.outputs["comment-url"].endswith(str(comment.id))
    assert [method for method, _ in github.writes()] == ["POST", "PATCH"]


def test_a_comment_that_says_the_same_already_is_known_to_the_newer_run(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    ended = inside.step(drift=True, run=12)
    assert [method for method, _ in github.writes()] == ["POST", "PATCH"]
    assert ended.outputs["comment-url"]
    late = inside.step(drift=False, run=11)
    assert late.notices() == ["the comment stays as it is: a newer run wrote it"]
    assert github.on()[0].body.startswith("### cors-drift: drift\n")


def test_jobs_of_a_matrix_have_comments_that_people_can_tell_apart(inside: Job, github: GitHubStandIn) -> None:
    for stage in ("staging", "production"):
        inside.runner.matrix = {"stage": stage, "account": 1}
        inside.step(drift=True)
    heads = [each.body.splitlines()[0] for each in github.on()]
    assert heads == ["### cors-drift (`staging, 1`): drift", "### cors-drift (`production, 1`): drift"]


def test_drift_on_a_pull_request_without_a_base_comes_with_a_warning(inside: Job, github: GitHubStandIn) -> None:
    def warnings(ended: Ended) -> list[str]:
        return [each.data for each in ended.commands if each.name == "warning"]

    (warning,) = warnings(inside.step(drift=True))
    assert "base: origin/${{ github.base_ref }}" in warning
    assert warnings(inside.step(drift=False, run=11)) == []
    inside.step(drift=True, run=12)
    inside.runner.event(github.url, name="push", run=13)
    assert warnings(inside.again()) == []


def test_why_there_is_no_report_is_told_where_people_look(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    inside.runner.event(github.url, run=11)
    ended = inside.again(paths="no such folder`", annotations="true", comment_id="one")
    (error,) = [each.data for each in ended.commands if each.name == "error"]
    assert (ended.code, error.startswith("no such folder`: there is no such file or folder")) == (2, True)
    for text in (ended.summary, github.on()[-1].body.replace(" (`one`)", "")):
        assert text.startswith("### cors-drift: error\n\n**The run ended before there was a report.** no such")
        assert "there is no such file or folder" in text
    assert "must be true or false" in inside.again(strict="no").summary


def test_a_clean_run_puts_a_short_all_clear_in_its_place(job: Job, github: GitHubStandIn) -> None:
    job.step(drift=True)
    ended = job.step(drift=False, run=11)
    (comment,) = github.on()
    assert ended.code == 0
    assert comment.body.startswith("### cors-drift: in sync\n\n**All clear.**")
    assert "b-one" not in comment.body


def test_the_job_summary_is_the_markdown_report_and_stands_before_github_is_asked(
    inside: Job, github: GitHubStandIn
) -> None:
    seen: list[str] = []
    github.refuse = lambda _: seen.append((inside.runner.folder / "summary").read_text())
    ended = inside.step(drift=True)
    report = Path(ended.outputs["report"]).with_name("report.md").read_text()
    assert report.startswith("### cors-drift: drift\n")
    assert ended.summary == report
    assert seen
    assert set(seen) == {report}


def test_a_clean_run_makes_no_comment_where_there_was_none(inside: Job, github: GitHubStandIn) -> None:
    ended = inside.step(drift=False)
    assert (github.on(), ended.outputs["comment-url"], ended.notices()) == ([], "", [])


def test_a_clean_run_collapses_or_deletes_the_comment_as_the_input_says(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    inside.step(drift=False, run=11, comment_when_clean="collapse")
    assert [each.minimized for each in github.on()] == [True]
    inside.step(drift=True, run=12, comment_when_clean="collapse")
    assert [each.minimized for each in github.on()] == [False]
    assert github.on()[0].body.startswith("### cors-drift: drift\n")
    ended = inside.step(drift=False, run=13, comment_when_clean="delete")
    assert (github.on(), ended.outputs["comment-url"]) == ([], "")


def test_a_run_for_an_older_commit_leaves_the_comment(job: Job, github: GitHubStandIn) -> None:
    github.pulls[7]["head"]["sha"] = NEWER
    job.step(drift=True, commit=NEWER, run=11)
    (body,) = (each.body for each in github.on())
    ended = job.step(drift=False, commit=HEAD, run=10)
    assert [each.body for each in github.on()] == [body]
    assert ended.notices() == ["no comment: the pull request has a newer commit by now, whose own run speaks of it"]


def test_an_older_run_of_the_same_commit_leaves_the_comment(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True, run=11)
    ended = inside.step(drift=False, run=10, attempt=4)
    assert github.on()[0].body.startswith("### cors-drift: drift\n")
    assert ended.notices() == ["the comment stays as it is: a newer run wrote it"]
    assert ended.outputs["comment-url"]
    inside.step(drift=False, run=11, attempt=2)
    assert github.on()[0].body.startswith("### cors-drift: in sync\n")


def test_a_read_only_token_degrades_to_a_notice(job: Job, github: GitHubStandIn) -> None:
    github.writable = False
    ended = job.step(drift=True)
    (notice,) = ended.notices()
    assert "pull-requests: write" in notice
    assert (ended.code, ended.outputs["verdict"], ended.outputs["comment-url"]) == (1, "drift", "")
    assert ended.summary.startswith("### cors-drift: drift\n")


def test_a_token_that_may_not_read_the_pull_request_degrades_to_a_notice(inside: Job, github: GitHubStandIn) -> None:
    github.readable = False
    ended = inside.step(drift=False)
    assert (ended.code, len(ended.notices())) == (0, 1)


def test_a_run_from_a_fork_is_told_why_there_is_no_comment(inside: Job, github: GitHubStandIn) -> None:
    github.writable = False
    inside.step(drift=True)
    for fork in ("stranger/site", None):
        inside.runner.event(github.url, head=fork)
        (notice,) = inside.again().notices()
        assert "fork" in notice


def test_a_comment_by_somebody_else_with_the_same_marker_is_left_alone(job: Job, github: GitHubStandIn) -> None:
    job.step(drift=True)
    body = github.on()[0].body
    github.comments.clear()
    for login in ("mallory", "github-actions", "other-app[bot]"):
        github.comment(body, login)
    job.step(drift=False, run=11)
    assert [(each.login, each.body) for each in github.on()] == [
        (login, body) for login in ("mallory", "github-actions", "other-app[bot]")
    ]
    job.step(drift=True, run=12)
    assert [each.login for each in github.on()] == ["mallory", "github-actions", "other-app[bot]", BOT]


def test_a_marker_that_one_of_our_own_comments_quotes_is_no_marker(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    quoted = github.comment(f"{github.on()[0].body}\nsays the report")
    github.on().pop(0)
    inside.step(drift=True, run=11)
    assert len(github.on()) == 2
    assert quoted.body.endswith("says the report")


def test_300_comments_are_paged_through(job: Job, github: GitHubStandIn) -> None:
    for number in range(250):
        github.comment(f"talk {number}", "mallory")
    job.step(drift=True)
    for number in range(50):
        github.comment(f"more talk {number}", "mallory")
    job.step(drift=False, run=11)
    ours = [each for each in github.on() if each.login == BOT]
    assert [each.body.splitlines()[0] for each in ours] == ["### cors-drift: in sync"]
    pages = [each.query["page"] for each in github.asked if "page" in each.query]
    assert pages == ["2", "3", "2", "3", "4"]


def test_of_two_comments_that_runs_made_at_once_one_is_left(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    github.comment(github.on()[0].body)
    inside.step(drift=False, run=11)
    assert len(github.on()) == 1


@pytest.mark.parametrize(
    "reply",
    [
        refused(429, "You have exceeded a secondary rate limit.", retry_after="0"),
        refused(403, "You have exceeded a secondary rate limit.", retry_after="0"),
        refused(503, "No server is currently available", retry_after="0"),
    ],
    ids=["429", "403", "503"],
)
def test_rate_limits_and_faults_are_tried_again(job: Job, github: GitHubStandIn, reply: Reply) -> None:
    github.script = [reply, reply]
    ended = job.step(drift=True)
    assert (len(github.on()), ended.notices()) == (1, [])


def test_a_rate_limit_that_lasts_is_not_waited_for(inside: Job, github: GitHubStandIn) -> None:
    limited = refused(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="99999999999")
    github.refuse = lambda _: limited
    ended = inside.step(drift=True)
    (notice,) = ended.notices()
    assert "too late" in notice
    assert ended.code == 1
    assert "pull-requests: write" not in notice


@pytest.mark.parametrize("reply", [refused(502, "Bad Gateway"), Reply(drop=True)], ids=["502", "dropped"])
def test_a_comment_that_github_made_without_saying_so_is_not_made_twice(
    inside: Job, github: GitHubStandIn, reply: Reply
) -> None:
    def refuse(asked: Asked) -> Reply | None:
        if asked.method == "POST" and asked.path.endswith("/comments") and not github.on():
            github.comment(asked.body["body"])
            return reply
        return None

    github.refuse = refuse
    ended = inside.step(drift=True)
    assert len(github.on()) == 1
    assert ended.outputs["comment-url"].endswith(str(github.on()[0].id))


def test_a_locked_or_closed_pull_request_degrades_to_a_notice(inside: Job, github: GitHubStandIn) -> None:
    github.pulls[7]["locked"] = True
    (notice,) = inside.step(drift=True).notices()
    assert "locked" in notice
    github.pulls[7]["state"] = "closed"
    assert inside.again().notices() == ["no comment: the pull request is closed"]
    assert github.on() == []


@pytest.mark.parametrize("name", ["pull_request_target", "workflow_run", "schedule", "push", ""])
def test_only_a_pull_request_event_gets_a_comment(inside: Job, github: GitHubStandIn, name: str) -> None:
    inside.step(drift=True)
    github.asked.clear()
    inside.runner.event(github.url, name=name)
    ended = inside.again()
    assert (github.asked, ended.outputs["comment-url"], ended.code) == ([], "", 1)


def test_a_run_that_failed_says_so_in_the_comment(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=False)
    ended = inside.again(paths="gone")
    assert ended.code == 2
    assert github.on()[0].body.startswith("### cors-drift: error\n")


def test_a_token_of_a_user_or_an_app_finds_its_own_comment(inside: Job, github: GitHubStandIn) -> None:
    for login in ("octocat", "drift-app[bot]"):
        github.login = github.viewer = login
        inside.step(drift=True, comment_id=login)
        inside.step(drift=False, run=11, comment_id=login)
    assert [(each.login, each.body.splitlines()[0]) for each in github.on()] == [
        ("octocat", "### cors-drift (`octocat`): in sync"),
        ("drift-app[bot]", "### cors-drift (`drift-app[bot]`): in sync"),
    ]


def test_a_token_of_nobody_known_never_adds_a_second_comment(inside: Job, github: GitHubStandIn) -> None:
    github.viewer = None
    inside.step(drift=True)
    inside.step(drift=False, run=11)
    assert [each.body.splitlines()[0] for each in github.on()] == ["### cors-drift: in sync"]
    github.on()[0].login = "other-app[bot]"
    (notice,) = inside.step(drift=True, run=12).notices()
    assert "whether the one that is there is ours" in notice
    assert len(github.on()) == 1


def test_steps_with_other_inputs_have_a_comment_each_and_so_have_jobs_of_a_matrix(
    inside: Job, github: GitHubStandIn
) -> None:
    write(inside.runner.work, more__json=(inside.runner.work / "cors.json").read_text())
    inside.step(drift=True)
    inside.again(paths="more.json")
    inside.runner.matrix = {"stage": "prod"}
    inside.again()
    inside.runner.matrix = {"stage": "test"}
    inside.again()
    assert len(github.on()) == 4
    inside.again(comment_id="one")
    inside.again(comment_id="one", paths="more.json", exit_zero="true")
    assert len(github.on()) == 5


def test_two_steps_of_a_run_that_write_the_same_comment_are_told_so(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True, comment_id="same")
    (notice,) = inside.step(drift=False, comment_id="same").notices()
    assert "comment-id" in notice
    assert github.on()[0].body.startswith("### cors-drift (`same`): drift\n")


def test_values_of_variables_do_not_make_the_public_key_of_the_comment(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True, variables="password=one")
    inside.step(drift=True, run=11, variables="password=two")
    (comment,) = github.on()
    assert marker_of(comment.body)


def test_the_token_goes_to_the_api_alone_and_not_where_it_redirects_to(inside: Job, github: GitHubStandIn) -> None:
    with GitHubStandIn() as elsewhere:
        redirect = Reply(307, headers={"Location": f"{elsewhere.url}/repos/octo/site/pulls/7"})
        github.script = [redirect]
        ended = inside.step(drift=True)
        assert elsewhere.asked == []
    assert "another host" in ended.notices()[0]
    assert ended.code == 1


@pytest.mark.parametrize("url", ["http://api.example", "file:///etc/passwd", "https://user:pw@api.example", "nonsense"])
def test_the_token_goes_to_no_url_that_is_not_safe(inside: Job, github: GitHubStandIn, url: str) -> None:
    inside.step(drift=True)
    inside.runner.environment["GITHUB_API_URL"] = url
    ended = inside.again()
    assert ended.code == 1
    assert ended.notices()[0].startswith("no comment: GITHUB_API_URL")


def test_a_switch_that_is_no_switch_is_told_and_changes_no_verdict(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    assert inside.again(comment="maybe").code == 1
    ended = inside.again(comment_when_clean="burn")
    assert (ended.code, ended.notices()) == (
        1,
        ["no comment: the input comment-when-clean must be one of replace, collapse, delete"],
    )


def test_a_repository_that_was_renamed_is_followed_to(inside: Job, github: GitHubStandIn) -> None:
    github.script = [Reply(301, headers={"Location": "/repos/octo/site/pulls/7"})]
    assert inside.step(drift=True).notices() == []
    assert len(github.on()) == 1


def test_what_is_gone_meanwhile_is_no_fault(inside: Job, github: GitHubStandIn) -> None:
    inside.step(drift=True)
    github.refuse = lambda asked: NOT_FOUND if asked.method == "DELETE" else None
    assert inside.step(drift=False, run=11, comment_when_clean="delete").notices() == []
