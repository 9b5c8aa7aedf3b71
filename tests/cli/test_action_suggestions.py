"""Edits that have a pull request take over what it would undo: on its lines where a click applies them, else shown."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift import action_suggestions
from drift.action_suggestion_body import marker_of
from tests.cli.action_runner import Ended, Runner
from tests.cli.conftest import snapshot_file
from tests.live.github_stand_in import BOT, NOT_ACCESSIBLE, REPOSITORY, Asked, GitHubStandIn, Reply, ReviewComment

pytestmark = pytest.mark.skipif(not shutil.which("bash") or not shutil.which("git"), reason="needs bash and git")

BASE = """resource "aws_s3_bucket" "b" {
  bucket = "b-one"
}

resource "aws_s3_bucket_cors_configuration" "b" {
  bucket = aws_s3_bucket.b.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
"""
HEAD = BASE.replace('["GET"]', '["GET", "HEAD"]')
LIVE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", "https://live.example"]}


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        yield server


class Story:
    """A pull request on a repository with one Terraform file. Runs get later by themselves."""

    def __init__(self, runner: Runner, github: GitHubStandIn) -> None:
        self.runner, self.github = runner, github
        runner.install_this()
        self.number = 10
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit(BASE)
        self.git("switch", "--quiet", "--create", "topic")

    def told(self, live: dict[str, Any] | list[Any] = LIVE, head: str | None = None, **more: str) -> Ended:
        self.number += 1
        if head is not None:
            self.commit(head)
        self.runner.event(self.github.url, run=self.number, head=more.pop("fork", REPOSITORY))
        snapshot = self.runner.temp / "live.json"
        snapshot_file(snapshot, b_one=live if isinstance(live, list) else [live])
        inputs = {"base": "main", "live": str(snapshot), "comment": "true", "suggest": "true", "annotations": "false"}
        ended = self.runner.step("Check", inputs | {name.replace("_", "-"): text for name, text in more.items()})
        assert "defect" not in ended.out, ended.out
        return ended

    def commit(self, text: str, name: str = "main.tf") -> None:
        path = self.runner.work / name
        path.write_bytes(text.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=rules")
        self.github.files[7] = [self.shown(each) for each in self.git("diff", "--name-only", "main...HEAD").split()]

    def shown(self, path: str, context: int = 3) -> dict[str, Any]:
        """A file as GitHub lists it: the patch from the first hunk on, without a line end."""
        patch = self.git("diff", f"--unified={context}", "main...HEAD", "--", path)
        hunks = patch[patch.index("@@ ") :].removesuffix("\n")
        return {"filename": path, "sha": self.git("rev-parse", f"HEAD:{path}").strip(), "patch": hunks}

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        ended = subprocess.run(["git", *who, *arguments], cwd=self.runner.work, check=True, capture_output=True)
        return ended.stdout.decode()


@pytest.fixture
def story(tmp_path: Path, aws_environment: pytest.MonkeyPatch, github: GitHubStandIn) -> Story:
    return Story(Runner(tmp_path, inside=True), github)


def section(text: str) -> str:
    """What is told of the edits: the report before it has blocks of its own."""
    return text.partition("#### To take over what is live")[2]


def applied(text: str, comment: ReviewComment) -> str:
    """What a click makes of the file."""
    found = re.search(r"^(`{3,})suggestion\n(.*?)^\1$", comment.body, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    assert comment.line is not None
    lines = text.split("\n")
    lines[(comment.start_line or comment.line) - 1 : comment.line] = found[2].split("\n")[:-1]
    return "\n".join(lines)


def test_what_would_be_undone_is_suggested_on_the_line_and_a_click_takes_it_over(
    story: Story, github: GitHubStandIn
) -> None:
    ended = story.told(head=HEAD)
    assert (ended.code, ended.outputs["verdict"]) == (1, "drift"), ended.out
    (comment,) = github.review()
    assert (comment.path, comment.line) == ("main.tf", 10)
    assert comment.body.startswith("**`b-one`**: deploying the pull request would undo what was changed live.")
    assert "https://live.example" in comment.body
    after = applied(HEAD, comment)
    assert after == HEAD.replace('["https://a.example"]', '["https://a.example", "https://live.example"]')
    (sticky,) = github.on()
    assert f"discussion_r{comment.id}" in sticky.body
    assert "```diff" not in section(sticky.body)
    ended = story.told(head=after)
    assert (ended.code, github.review()) == (0, []), ended.out
    assert "To take over" not in github.on()[0].body


def test_a_second_run_makes_none_twice(story: Story, github: GitHubStandIn) -> None:
    story.told(head=HEAD)
    (comment,) = github.review()
    before = github.on()[0].body
    story.told()
    assert [each.id for each in github.review()] == [comment.id]
    assert github.on()[0].body.split("\n")[:-3] == before.split("\n")[:-3]
    posts = [path for method, path in github.writes() if method == "POST" and "/pulls/" in path]
    assert len(posts) == 1


def test_what_the_diff_does_not_show_is_a_diff_in_the_comment_alone(story: Story, github: GitHubStandIn) -> None:
    far = HEAD.replace('bucket = "b-one"', 'bucket = "b-one"\n' + "\n".join(f"  # {n}" for n in range(20)))
    story.commit(far)
    github.files[7] = [story.shown("main.tf", context=0)]
    story.told()
    assert github.review() == []
    body = github.on()[0].body
    assert "In `main.tf`, line 30:" in body
    assert '```diff\n@@ -30,1 +30,1 @@\n-    allowed_origins = ["https://a.example"]\n+    allowed_origins' in body
    assert "```suggestion" not in body


def test_a_file_that_is_another_one_in_the_head_commit_gets_no_suggestion(story: Story, github: GitHubStandIn) -> None:
    """Merged with the target branch its lines may be others than those that a click would change."""
    story.commit(HEAD)
    github.files[7][0]["sha"] = "1" * 40
    story.told()
    assert github.review() == []
    assert "```diff" in section(github.on()[0].body)


def test_without_the_input_nothing_is_put_on_lines_and_the_comment_shows_the_edit(
    story: Story, github: GitHubStandIn
) -> None:
    ended = story.told(head=HEAD, suggest="false")
    assert github.review() == []
    assert "```diff" in section(github.on()[0].body)
    assert "```diff" in section(ended.summary)
    assert not any("/pulls/7/comments" in each.path for each in github.asked)


def test_where_both_changed_the_same_there_is_a_sentence_and_no_edit(story: Story, github: GitHubStandIn) -> None:
    head = BASE.replace("https://a.example", "https://pull.example")
    ended = story.told(LIVE | {"AllowedOrigins": ["https://live.example"]}, head=head)
    assert (ended.code, github.review()) == (1, [])
    body = github.on()[0].body
    assert "**`b-one`**: no edit is suggested: the two changes cannot be put together: AllowedOrigins of rule 1" in body
    assert "```diff" not in section(body)


def test_a_suggestion_that_no_longer_stands_is_deleted_and_an_answered_one_hidden(
    story: Story, github: GitHubStandIn
) -> None:
    story.told(head=HEAD)
    (first,) = github.review()
    other = LIVE | {"AllowedOrigins": ["https://a.example", "https://other.example"]}
    story.told(other)
    (second,) = github.review()
    assert second.id != first.id
    assert "other.example" in second.body
    answer = github.review_comment("Why?", "main.tf", 10, "reader", in_reply_to_id=second.id)
    story.told({"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]})
    assert github.review() == [second, answer]
    assert second.minimized
    assert "no longer stands" in second.body
    assert "```suggestion" not in second.body
    writes = len(github.writes())
    story.told({"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]})
    assert [path for _, path in github.writes()[writes:] if "/pulls/" in path] == []
    story.told(other)
    (new,) = (each for each in github.review() if each not in (second, answer))
    assert marker_of(new.body).edit == marker_of(second.body).edit  # type: ignore[union-attr]


def test_an_outdated_suggestion_is_made_anew(story: Story, github: GitHubStandIn) -> None:
    story.told(head=HEAD)
    (first,) = github.review()
    first.line = None
    story.told()
    (second,) = github.review()
    assert (second.id != first.id, second.line) == (True, 10)


def test_what_somebody_else_wrote_with_our_marker_is_left_alone(story: Story, github: GitHubStandIn) -> None:
    story.told(head=HEAD)
    (ours,) = github.review()
    theirs = github.review_comment(ours.body, "main.tf", 10, "mallory")
    github.review().remove(ours)
    story.told()
    assert theirs in github.review()
    assert [each.login for each in github.review()] == ["mallory", BOT]
    story.told({"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]})
    assert github.review() == [theirs]


def test_where_the_token_does_not_tell_whose_it_is_no_copy_is_answered_with_another(
    story: Story, github: GitHubStandIn
) -> None:
    story.told(head=HEAD)
    (ours,) = github.review()
    ours.login, github.viewer, github.login = "an-app[bot]", None, "an-app[bot]"
    ended = story.told()
    assert github.review() == [ours]
    assert any("cannot be told with this token" in each for each in ended.notices())


def test_a_token_that_may_not_write_is_a_notice_and_the_verdict_stands(story: Story, github: GitHubStandIn) -> None:
    github.writable = False
    ended = story.told(head=HEAD)
    assert (ended.code, github.review()) == (1, [])
    assert any("not all suggestions" in each and "pull-requests: write" in each for each in ended.notices())
    assert "```diff" in section(ended.summary)


def test_a_token_that_may_write_comments_alone_has_the_edit_in_the_comment(story: Story, github: GitHubStandIn) -> None:
    github.refuse = lambda asked: NOT_ACCESSIBLE if "/pulls/" in asked.path else None
    story.told(head=HEAD)
    assert "```diff" in section(github.on()[0].body)


def test_on_a_pull_request_from_a_fork_nothing_is_put_on_lines(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=HEAD, fork="mallory/site")
    assert github.review() == []
    assert any("from a fork" in each for each in ended.notices())
    assert not any("/pulls/7/" in each.path for each in github.asked)


def test_a_run_for_an_older_commit_writes_nothing_on_lines(story: Story, github: GitHubStandIn) -> None:
    github.pulls[7]["head"] = {"sha": "b" * 40}
    ended = story.told(head=HEAD)
    assert github.review() == []
    assert any("newer commit" in each for each in ended.notices())


def test_an_older_run_takes_nothing_back(story: Story, github: GitHubStandIn) -> None:
    story.told(head=HEAD)
    story.number = 1
    ended = story.told({"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]})
    assert len(github.review()) == 1
    assert any("newer run" in each for each in ended.notices())


def test_a_run_that_did_not_see_everything_takes_nothing_back(story: Story, github: GitHubStandIn) -> None:
    story.told(head=HEAD)
    ended = story.told(paths="no-such-folder")
    assert (ended.code, len(github.review())) == (2, 1)


def test_lines_that_github_does_not_take_are_shown_in_the_comment(story: Story, github: GitHubStandIn) -> None:
    def refuse(asked: Asked) -> Reply | None:
        is_new = asked.method == "POST" and asked.path.endswith("/pulls/7/comments")
        return github.refusal("Validation Failed") if is_new else None

    github.refuse = refuse
    ended = story.told(head=HEAD)
    assert ended.notices() == []
    assert "```diff" in section(github.on()[0].body)


def test_a_connection_that_breaks_off_leaves_one_suggestion(story: Story, github: GitHubStandIn) -> None:
    broken = [True]

    def refuse(asked: Asked) -> Reply | None:
        if asked.method == "POST" and asked.path.endswith("/pulls/7/comments") and broken.pop():
            broken.append(False)
            github.script = [*github.script]
            github._answer(asked)
            return Reply(drop=True)
        return None

    github.refuse = refuse
    story.told(head=HEAD)
    (comment,) = github.review()
    assert f"discussion_r{comment.id}" in github.on()[0].body


HOSTILE = 'https://x.example/```\n```suggestion\n@everyone <img src=x> ${file("/etc/passwd")} -->'


def test_hostile_text_ends_no_fence_and_sets_no_marker(story: Story, github: GitHubStandIn) -> None:
    marker = "<!-- cors-drift:suggestion id=default -->"
    live = LIVE | {
        "AllowedOrigins": ["https://a.example", "https://`````.example", f"https://{marker}.example", HOSTILE]
    }
    ended = story.told(live, head=HEAD)
    assert ended.code == 1, ended.out
    for text in (*(each.body for each in github.review()), github.on()[0].body):
        fences = [line for line in text.split("\n") if re.match(r"`{3,}", line)]
        assert len(fences) % 2 == 0, text
        outside = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert "@everyone" not in re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
        assert text.rstrip().split("\n")[-1].startswith("<!-- cors-drift:")


def test_several_edits_of_a_bucket_say_that_they_belong_together(story: Story, github: GitHubStandIn) -> None:
    live = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://a.example", "https://live.example"]}
    head = BASE.replace('["GET"]\n', '["GET", "HEAD"]\n    # why\n')
    story.told(live, head=head)
    assert [each.line for each in github.review()] == [9, 11]
    assert all("one of 2 edits that belong together" in each.body for each in github.review())
    text = head
    for each in github.review():
        text = applied(text, each)
    ended = story.told(live, head=text)
    assert (ended.code, github.review()) == (0, []), ended.out


def test_of_edits_that_belong_together_none_is_put_on_a_line_where_another_has_none(
    story: Story, github: GitHubStandIn
) -> None:
    live = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://a.example", "https://live.example"]}
    story.commit(BASE.replace('["GET"]\n', '["GET", "HEAD"]\n' + "    # why\n" * 9))
    github.files[7] = [story.shown("main.tf", context=0)]
    story.told(live)
    assert github.review() == []
    assert section(github.on()[0].body).count("```diff") == 2


def test_a_json_file_of_rules_gets_a_suggestion_too(story: Story, github: GitHubStandIn) -> None:
    def rules(*methods: str) -> str:
        rule = {"AllowedMethods": list(methods), "AllowedOrigins": ["https://a.example"]}
        return json.dumps({"version": 1, "buckets": {"b-one": [rule]}}, indent=2) + "\n"

    story.git("switch", "--quiet", "main")
    story.git("rm", "--quiet", "main.tf")
    story.commit(rules("GET"), "cors.json")
    story.git("switch", "--quiet", "topic")
    story.git("reset", "--quiet", "--hard", "main")
    story.commit(rules("GET", "HEAD"), "cors.json")
    story.told()
    text = rules("GET", "HEAD")
    for each in github.review():
        text = applied(text, each)
    assert json.loads(text)["buckets"]["b-one"][0]["AllowedOrigins"] == ["https://a.example", "https://live.example"]


def test_suggestions_need_no_comment(story: Story, github: GitHubStandIn) -> None:
    ended = story.told(head=HEAD, comment="false")
    assert (len(github.review()), github.on(), ended.notices()) == (1, [], [])
    assert "```diff" in section(ended.summary)


def test_more_suggestions_than_a_run_makes_are_shown_in_the_comment(
    story: Story, github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_suggestions, "MAX_SUGGESTIONS", 1)
    live = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://a.example", "https://live.example"]}
    story.told(live, head=BASE.replace('["GET"]\n', '["GET", "HEAD"]\n    # why\n'))
    assert github.review() == []
    assert section(github.on()[0].body).count("```diff") == 2
