"""Edits of head that take over what a pull request would undo: once made, they settle the verdict."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift import suggesting
from drift.location import Severity
from drift.pipeline import check
from drift.pull_request import Move
from drift.report import Report
from drift.settings import AssessmentSettings, LiveSettings, Settings
from drift.suggesting import Suggestions, suggestions
from tests.cli.conftest import snapshot_file

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

TEMPLATE = """Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: b-one
      CorsConfiguration:
        CorsRules:
          # the site itself
          - AllowedMethods: [GET]
            AllowedOrigins:
              - https://a.example
"""
RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
HOT = RULE | {"AllowedOrigins": ["https://a.example", "https://live.example"]}
TERRAFORM = """variable "origins" {
  default = ["https://a.example"]
}

resource "aws_s3_bucket" "b" {
  for_each = toset(["b-one", "b-two"])
  bucket   = each.key
}

resource "aws_s3_bucket_cors_configuration" "b" {
  for_each = aws_s3_bucket.b
  bucket   = each.value.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
  }
}
"""


class Change:
    """A branch ``topic`` off ``main``, and what is live."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.live = folder, folder.parent / "live.json"
        folder.mkdir()
        self.levels: Mapping[str, Severity | None] = {}
        self.git("init", "--quiet", "--initial-branch=main")

    def commit(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name.replace("__", ".")).write_bytes(text.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=rules")

    def branch(self, **files: str) -> None:
        self.git("switch", "--quiet", "--create", "topic")
        self.commit(**files)

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def checked(self, **live: Any) -> tuple[Report, Suggestions]:
        if live:
            snapshot_file(self.live, **live)
        settings = Settings(
            base="main", live=LiveSettings(source=self.live), assessment=AssessmentSettings(levels=self.levels)
        )
        report = check([Path()], settings)
        return report, suggestions(report, [Path()], settings)

    def apply(self, found: Suggestions) -> None:
        for edit in sorted(found.edits, key=lambda each: -each.start_line):
            path = self.folder / edit.path
            lines = path.read_text().splitlines(keepends=True)
            assert "".join(lines[edit.start_line - 1 : edit.end_line]) == edit.before
            lines[edit.start_line - 1 : edit.end_line] = [edit.after]
            path.write_text("".join(lines))


def moves(report: Report) -> Mapping[object, Move | None]:
    return {each.name: each.pull_request.move if each.pull_request else None for each in report.buckets}


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    made = Change(tmp_path / "work")
    monkeypatch.chdir(made.folder)
    return made


def test_a_template_of_which_deploying_would_undo_a_live_change_keeps_its_comments(change: Change) -> None:
    change.commit(site__yaml=TEMPLATE)
    change.branch(site__yaml=TEMPLATE.replace("[GET]", "[GET, HEAD]"))
    report, found = change.checked(b_one=[HOT])
    assert moves(report) == {"b-one": Move.REVERTS}
    (bucket,) = found.buckets
    assert (bucket.why, len(bucket.edits), bucket.adopting.says != ()) == (None, 1, True)
    change.apply(found)
    assert (change.folder / "site.yaml").read_text() == TEMPLATE.replace("[GET]", "[GET, HEAD]") + (
        "              - https://live.example\n"
    )
    report, found = change.checked()
    assert moves(report) == {"b-one": Move.ADOPTS}
    assert found == Suggestions()


def test_one_edit_where_the_value_is_written_does_for_both_buckets(change: Change) -> None:
    change.commit(main__tf=TERRAFORM)
    change.branch(main__tf=TERRAFORM.replace('["GET"]', '["GET", "HEAD"]'))
    report, found = change.checked(b_one=[HOT], b_two=[HOT])
    assert set(moves(report).values()) == {Move.REVERTS}
    (edit,) = found.edits
    assert (edit.start_line, [each.name for each in found.of(edit)]) == (2, ["b-one", "b-two"])
    change.apply(found)
    assert set(moves(change.checked()[0]).values()) == {Move.ADOPTS}


def test_a_bucket_that_would_change_along_is_in_the_way_and_named(change: Change) -> None:
    change.commit(main__tf=TERRAFORM)
    change.branch(main__tf=TERRAFORM.replace('["GET"]', '["GET", "HEAD"]'))
    report, found = change.checked(b_one=[HOT], b_two=[RULE])
    assert moves(report) == {"b-one": Move.REVERTS, "b-two": Move.CHANGES}
    (bucket,) = found.buckets
    assert bucket.edits == ()
    assert bucket.why is not None
    assert "b-two" in bucket.why


def test_drift_that_the_pull_request_does_not_touch_gets_no_edit(change: Change) -> None:
    change.commit(site__yaml=TEMPLATE)
    change.branch(other__yaml="Resources: {}\n")
    report, found = change.checked(b_one=[HOT])
    assert moves(report) == {"b-one": Move.STAYS}
    assert found == Suggestions()


def test_a_bucket_that_the_pull_request_takes_away_gets_a_sentence(change: Change) -> None:
    change.commit(rules__json=json.dumps({"version": 1, "buckets": {"b-one": [RULE], "b-two": [RULE]}}, indent=2))
    change.branch(rules__json=json.dumps({"version": 1, "buckets": {"b-two": [RULE]}}, indent=2))
    report, found = change.checked(b_one=[HOT], b_two=[RULE])
    assert moves(report)["b-one"] is Move.CONFLICT
    (bucket,) = found.buckets
    assert (bucket.edits, bucket.why) == ((), "the pull request no longer declares the bucket")


def test_rules_made_by_hand_that_a_first_declaration_would_replace_are_taken_along(change: Change) -> None:
    put = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://live.example"]}
    change.commit(readme__md="none\n")
    change.branch(rules__json=json.dumps({"version": 1, "buckets": {"b-one": [RULE]}}, indent=2) + "\n")
    report, found = change.checked(b_one=[put])
    assert moves(report) == {"b-one": Move.REVERTS}
    change.apply(found)
    assert moves(change.checked()[0]) == {"b-one": Move.ADOPTS}


def test_lines_are_those_of_head_as_the_target_branch_will_have_it(change: Change) -> None:
    change.commit(site__yaml=TEMPLATE)
    change.branch(site__yaml=TEMPLATE.replace("[GET]", "[GET, HEAD]"))
    change.git("switch", "--quiet", "main")
    change.commit(site__yaml="# one\n# two\n\n" + TEMPLATE)
    change.git("switch", "--quiet", "topic")
    _, found = change.checked(b_one=[HOT])
    (edit,), (file,) = found.edits, found.files
    assert edit.start_line == 15
    assert file.before is not None
    assert file.before.startswith(b"# one\n")


def test_what_the_code_marks_as_sensitive_is_in_no_edit_and_no_sentence(change: Change) -> None:
    text = TERRAFORM.replace("default =", "sensitive = true\n  default =").replace("a.example", "hidden-host.example")
    change.commit(main__tf=text)
    change.branch(main__tf=text.replace('["GET"]', '["GET", "HEAD"]'))
    secret = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://hidden-host.example", "https://live.example"]}
    _, found = change.checked(b_one=[secret], b_two=[secret])
    assert [each.edits for each in found.buckets] == [(), ()]
    assert "hidden-host" not in repr(found)


@pytest.mark.parametrize(
    ("level", "edits"), [(Severity.ERROR, 1), (Severity.WARNING, 1), (Severity.INFO, 0), (None, 0)], ids=str
)
def test_what_is_told_as_no_more_than_a_remark_gets_no_edit(change: Change, level: Severity | None, edits: int) -> None:
    change.commit(site__yaml=TEMPLATE)
    change.branch(site__yaml=TEMPLATE.replace("[GET]", "[GET, HEAD]"))
    change.levels = {"live-change-undone": level}
    _, found = change.checked(b_one=[HOT])
    assert len(found.edits) == edits


def test_so_many_buckets_of_a_run_get_edits_and_the_others_a_sentence(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "MAX_BUCKETS", 1)
    rules = {"b-one": [RULE], "b-two": [RULE]}
    change.commit(rules__json=json.dumps({"version": 1, "buckets": rules}, indent=2))
    more = {name: [RULE | {"AllowedMethods": ["GET", "HEAD"]}] for name in rules}
    change.branch(rules__json=json.dumps({"version": 1, "buckets": more}, indent=2))
    _, found = change.checked(b_one=[HOT], b_two=[HOT])
    assert [len(each.edits) for each in found.buckets] == [1, 0]
    assert found.buckets[1].why is not None
