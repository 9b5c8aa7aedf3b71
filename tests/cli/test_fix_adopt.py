"""``fix --adopt`` as a user meets it: exact words, a diff that git applies, files that are written all or none."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result, snapshot_file

DECLARED: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
LIVE: dict[str, Any] = {
    "AllowedMethods": ["GET", "PUT"],
    "AllowedOrigins": ["https://a.example", "https://new.example"],
}
TERRAFORM = """\
resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"] # the app
  }
}
"""
DIFF = """\
--- a/main.tf
+++ b/main.tf
@@ -6,7 +6,7 @@
   bucket = aws_s3_bucket.site.id
{blank}
   cors_rule {
-    allowed_methods = ["GET"]
-    allowed_origins = ["https://a.example"] # the app
+    allowed_methods = ["GET", "PUT"]
+    allowed_origins = ["https://a.example", "https://new.example"] # the app
   }
 }
""".replace("{blank}", " ")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """One declared bucket, and what is live of it."""
    (tmp_path / "main.tf").write_text(TERRAFORM)
    snapshot_file(tmp_path / "live.json", site=[LIVE])
    return tmp_path


def adopt(cli: Cli, *more: object) -> Result:
    return cli("fix", "--adopt", "--live", "live.json", *more)


def test_the_words_are_told_and_the_diff_alone_is_printed(cli: Cli, site: Path) -> None:
    result = adopt(cli)
    assert result.code == 1
    assert result.out == DIFF
    assert result.err == (
        "site  adopted by the edits: the code then allows more  aws_s3_bucket_cors_configuration.site at main.tf:5\n"
        "  adopting this lets https://new.example GET\n"
        "  brings info: etag-not-exposed: rule 1 lets pages PUT and does not let them read the ETag, which an upload "
        "in parts would need\n"
        "\n"
        "  to make these edits: the same command with --write, or give the diff to: git apply\n"
        "There is something to do. 1 bucket: 1 with edits. 1 file to write.\n"
    )
    assert (site / "main.tf").read_text() == TERRAFORM


def test_the_diff_comes_to_what_write_writes(cli: Cli, site: Path) -> None:
    diff = adopt(cli).out
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=site, check=True)
    applied = (site / "main.tf").read_bytes()
    (site / "main.tf").write_text(TERRAFORM)
    assert adopt(cli, "--write").code == 0
    assert (site / "main.tf").read_bytes() == applied


def test_patch_takes_the_diff_too(cli: Cli, site: Path) -> None:
    diff = adopt(cli).out
    subprocess.run(["patch", "-p1", "--quiet"], input=diff.encode(), cwd=site, check=True)
    assert cli("check", "--live", "live.json").code == 0


def test_the_diff_is_applied_from_the_folder_in_which_it_was_made(
    cli: Cli, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=site, check=True)
    folder = site / "infra"
    folder.mkdir()
    (site / "main.tf").rename(folder / "main.tf")
    monkeypatch.chdir(folder)
    diff = cli("fix", "--adopt", "--live", "../live.json").out
    assert diff == DIFF
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True)
    assert cli("check", "--live", "../live.json").code == 0


def test_paths_outside_of_the_working_folder_are_told_from_the_root(
    cli: Cli, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=site, check=True)
    (site / "elsewhere").mkdir()
    monkeypatch.chdir(site / "elsewhere")
    result = cli("fix", "--adopt", "..", "--live", "../live.json")
    assert result.out == DIFF
    assert f"The paths in the diff are relative to {site}." in result.err
    assert f"git apply in {site}" in result.err


def test_write_writes_and_looks_again(cli: Cli, site: Path) -> None:
    result = adopt(cli, "--write")
    assert result.code == 0
    assert result.out == DIFF
    assert result.err.endswith(
        "\n  look at it with git diff; then cors-drift check tells what is still to be deployed\n"
        "Nothing is left to do. 1 bucket: 1 written. 1 file.\n"
    )
    assert cli("check", "--live", "live.json").code == 0
    again = adopt(cli, "--write")
    assert (again.code, again.out) == (0, "")
    assert again.err.endswith("Nothing is left to do. 1 bucket: 1 in sync.\n")


def test_the_new_origin_is_taken_and_the_new_method_is_not(cli: Cli, site: Path) -> None:
    result = adopt(cli, "--except", "AllowedMethods=PUT", "--write")
    assert result.code == 0
    text = (site / "main.tf").read_text()
    assert 'allowed_methods = ["GET"]\n' in text
    assert 'allowed_origins = ["https://a.example", "https://new.example"] # the app\n' in text


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("fix",),
            "error: fix needs to know which side is right\n  try: --adopt edits the code, --restore puts back what is "
            "declared, --undo FILE takes an --apply back\n",
        ),
        (
            ("fix", "--adopt", "--restore"),
            "error: --adopt and --restore exclude one another\n  try: say which side is right\n",
        ),
        (
            ("fix", "--restore", "--write"),
            "error: --write goes with --adopt, not with --restore\n  try: calls are made with --apply\n",
        ),
        (
            ("fix", "--adopt", "--apply"),
            "error: --apply goes with --restore or --undo, not with --adopt\n  try: edits are made with --write\n",
        ),
        (
            ("fix", "--adopt", "--allow-dirty"),
            "error: --allow-dirty goes with --write\n  try: without --write no file is touched\n",
        ),
        (("fix", "--restore", "--yes"), "error: --yes goes with --apply\n  try: without --apply nothing is asked\n"),
        (
            ("fix", "--restore", "--undo-file", "x"),
            "error: --undo-file goes with --apply\n  try: without --apply there is nothing to undo\n",
        ),
        (
            ("fix", "--restore", "--apply", "--yes", "--live", "live.json"),
            "error: --apply compares with S3 itself before it writes there\n"
            "  try: leave out --live, or leave out --apply\n",
        ),
        (
            ("fix", "--undo", "undo.json", "."),
            "error: --undo reads its file, and no declarations\n  try: leave out the paths\n",
        ),
        (
            ("fix", "--undo", "undo.json", "--only", "ID"),
            "error: --undo puts back whole buckets\n  try: choose them with --bucket\n",
        ),
        (
            ("fix", "--adopt", "--live", "none"),
            "error: --live none leaves nothing to compare with\n  try: leave it out\n",
        ),
        (
            ("fix", "--adopt", "--live", "live.json", "--output", "html=x.html"),
            "error: --output html=x.html: write FORMAT=PATH\n  try: the formats are terminal, json, diff\n",
        ),
        (
            ("fix", "--adopt", "--live", "live.json", "--only", "ExposeHeaders"),
            "error: --only ExposeHeaders: no difference is meant by this\n"
            "  try: what differs: rule 1 AllowedMethods, rule 1 AllowedOrigins\n",
        ),
        (
            ("fix", "--adopt", "--live", "live.json", "--rule", "7"),
            "error: --rule 7: no difference is meant by this\n"
            "  try: what differs: rule 1 AllowedMethods, rule 1 AllowedOrigins\n",
        ),
        (
            ("fix", "--adopt", "--live", "live.json", "--finding", "live-absent"),
            "error: --finding live-absent: no bucket has this finding\n"
            "  try: the findings are live-wider, etag-not-exposed\n",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(
    cli: Cli, site: Path, arguments: tuple[str, ...], error: str
) -> None:
    result = cli(*arguments)
    assert (result.code, result.out, result.err) == (2, "", error)
    assert (site / "main.tf").read_text() == TERRAFORM


def test_no_variable_of_the_environment_has_anything_written(
    cli: Cli, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WRITE", "ALLOW_DIRTY", "APPLY", "YES", "ADOPT", "RESTORE", "ONLY", "RULE"):
        monkeypatch.setenv(f"CORS_DRIFT_{name}", "1")
    assert adopt(cli).code == 1
    assert (site / "main.tf").read_text() == TERRAFORM


def test_a_settings_file_cannot_have_anything_written(cli: Cli, site: Path) -> None:
    for key in ("write", "apply", "yes", "adopt", "allow_dirty"):
        (site / "cors-drift.toml").write_text(f"{key} = true\n")
        assert adopt(cli).code == 2
        assert (site / "main.tf").read_text() == TERRAFORM


def test_the_document_fits_its_schema_and_has_the_diff(cli: Cli, site: Path) -> None:
    result = adopt(cli, "--format", "json")
    document = result.json
    assert (result.code, result.err) == (1, "")
    assert {key: document[key] for key in ("direction", "verdict", "exit_code", "written", "undo", "diff_root")} == {
        "direction": "adopt",
        "verdict": "to_do",
        "exit_code": 1,
        "written": False,
        "undo": None,
        "diff_root": None,
    }
    assert document["diff"] == DIFF
    (bucket,) = document["buckets"]
    assert (bucket["bucket"], bucket["state"], bucket["effect"]) == ("site", "to_do", "wider")
    assert bucket["says"] == ["adopting this lets https://new.example GET"]
    assert [each["id"] for each in bucket["findings"]] == ["etag-not-exposed"]
    assert bucket["edits"] == [
        {
            "path": "main.tf",
            "start_line": 9,
            "end_line": 10,
            "before": '    allowed_methods = ["GET"]\n    allowed_origins = ["https://a.example"] # the app\n',
            "after": '    allowed_methods = ["GET", "PUT"]\n'
            '    allowed_origins = ["https://a.example", "https://new.example"] # the app\n',
        }
    ]


def test_an_error_is_one_document_too(cli: Cli, site: Path) -> None:
    result = adopt(cli, "missing.tf", "--format", "json")
    assert result.code == 2
    assert result.json["verdict"] == "error"
    assert result.json["diagnostics"][0]["message"] == "there is no such file or folder"


def test_files_of_all_formats_are_written_in_one_run(cli: Cli, site: Path) -> None:
    adopt(cli, "--output", "json=fix.json", "--output", "diff=fix.diff", "--output", "terminal=fix.txt")
    assert (site / "fix.diff").read_text() == DIFF
    assert json.loads((site / "fix.json").read_text())["diff"] == DIFF
    text = (site / "fix.txt").read_text()
    assert text.index("adopting this lets") < text.index("--- a/main.tf") < text.index("There is something to do")


def test_loosening_is_told_before_the_diff_and_with_what_it_brings(cli: Cli, site: Path) -> None:
    snapshot_file(site / "live.json", site=[DECLARED | {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"]}])
    err = adopt(cli).err
    assert "adopting this lets https://" in err
    assert "  brings warning: write-from-any-origin: rule 1 lets any page PUT: AllowedOrigins has *\n" in err


def test_tightening_brings_no_finding(cli: Cli, site: Path) -> None:
    snapshot_file(site / "live.json", site=[])
    document = adopt(cli, "--format", "json").json
    (bucket,) = document["buckets"]
    assert (bucket["effect"], bucket["findings"]) == ("narrower", [])
    assert "aws_s3_bucket_cors_configuration" not in "".join(each["after"] for each in bucket["edits"])


def test_a_bucket_that_nobody_declares_is_pointed_to_generate(cli: Cli, site: Path) -> None:
    snapshot_file(site / "live.json", site=[DECLARED], other=[LIVE])
    result = adopt(cli, "--all")
    assert (result.code, result.out) == (1, "")
    assert (
        "other  BY HAND\n  to have a declaration written: cors-drift generate\n  no code declares this bucket\n"
        in result.err
    )


def test_a_bucket_that_could_not_be_read_is_left_and_counted(cli: Cli, site: Path) -> None:
    document = json.loads((site / "live.json").read_text())
    document["buckets"] = [{"bucket": "site", "state": "denied", "rules": [], "reason": "AccessDenied"}]
    (site / "live.json").write_text(json.dumps(document))
    result = adopt(cli, "--write")
    assert (result.code, result.out) == (3, "")
    assert "site  not compared" in result.err
    assert adopt(cli, "--allow-incomplete").code == 0


def test_nothing_declared_is_nothing_to_compare(cli: Cli, tmp_path: Path) -> None:
    snapshot_file(tmp_path / "live.json", site=[DECLARED])
    result = adopt(cli)
    assert (result.code, result.err.splitlines()[-1]) == (4, "Nothing to compare. No bucket was found to compare.")


def test_drift_that_is_accepted_is_left_unless_the_bucket_is_named(cli: Cli, site: Path) -> None:
    (site / "cors-drift.toml").write_text('[findings]\nlive-wider = "info"\n')
    left = adopt(cli)
    assert (left.code, left.out) == (0, "")
    assert (
        "its drift is accepted, by the settings or a waiver; name it with --bucket to adopt it all the same" in left.err
    )
    assert adopt(cli, "--bucket", "site").out == DIFF


@pytest.mark.parametrize("name", ["GITHUB_ACTIONS", "TF_BUILD"])
def test_a_runner_is_given_no_command_out_of_a_file(
    cli: Cli, site: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "true")
    (site / "main.tf").write_text(
        TERRAFORM.replace("  cors_rule", "/*\n::set-env name=PATH::/evil\n##[error]x\n*/\n  cors_rule")
    )
    result = adopt(cli, "--output", "diff=fix.diff")
    assert result.code == 1
    assert "::set-env" not in result.out + result.err
    assert "diff-withheld" not in result.out
    assert "the diff is not printed" in result.err
    subprocess.run(["git", "apply", "fix.diff"], cwd=site, check=True)
    assert cli("check", "--live", "live.json").code == 0


def test_text_of_live_rules_is_text_in_the_diff(cli: Cli, site: Path) -> None:
    """S3 takes any text for an origin or an ID, if it has no second star."""
    evil = [
        "https://a.example",
        '${file("/etc/passwd")}',
        "%{ if true }x",
        'quo"te\\',
        "new\nline",
        "{{ x }}",
        "é\u202e",
    ]
    snapshot_file(site / "live.json", site=[DECLARED | {"AllowedOrigins": evil, "ID": evil[1]}])
    result = adopt(cli, "--strict", "--write")
    assert result.code == 0
    assert "\u202e" not in result.err
    found = cli("declared", "--format", "json").json["buckets"][0]["rules"][0]
    assert (sorted(found["AllowedOrigins"]), found["ID"]) == (sorted(evil), evil[1])


def test_a_dirty_file_is_refused_unless_that_is_said(cli: Cli, site: Path) -> None:
    def git(*arguments: str) -> None:
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=site, check=True, env=os.environ | own)

    git("init", "--quiet", ".")
    assert adopt(cli, "--write").err.endswith(
        "error: main.tf is not known to git, which could not give it back: nothing was written\n"
        "  try: commit or stash it first, or say --allow-dirty\n"
    )
    git("add", ".")
    git("commit", "--quiet", "-m", "x")
    (site / "main.tf").write_text(f"# mine\n{TERRAFORM}")
    assert adopt(cli, "--write").code == 2
    assert (site / "main.tf").read_text() == f"# mine\n{TERRAFORM}"
    assert adopt(cli, "--write", "--allow-dirty").code == 0


def test_a_value_that_is_sensitive_is_in_no_format(cli: Cli, site: Path) -> None:
    (site / "main.tf").write_text(
        'variable "origin" {\n  default   = "https://hush.example"\n  sensitive = true\n}\n'
        + TERRAFORM.replace('["https://a.example"] # the app', "[var.origin]")
    )
    snapshot_file(
        site / "live.json", site=[{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://hush.example"]}]
    )
    for more in ((), ("--format", "json"), ("--write",)):
        result = adopt(cli, *more, "--output", "terminal=fix.txt")
        assert result.code == 1
        assert "hush" not in result.out + result.err + (site / "fix.txt").read_text()
        assert "holds a value" in result.err or "sensitive" in result.out + result.err


def test_several_declarations_that_agree_are_left_by_hand_with_all_places(cli: Cli, site: Path) -> None:
    for name in ("one", "two"):
        (site / f"{name}.cors.json").write_text(
            json.dumps({"Bucket": "site", "CORSConfiguration": {"CORSRules": [DECLARED]}})
        )
    (site / "main.tf").unlink()
    result = adopt(cli)
    assert (result.code, result.out) == (1, "")
    assert "several declarations give its rules, and all of them would have to change alike" in result.err
    assert "    one.cors.json:1: this is where it is declared\n" in result.err
    assert "    two.cors.json:1: this is where it is declared\n" in result.err


def test_a_saved_snapshot_is_not_edited(cli: Cli, site: Path) -> None:
    cli("declared", "--output", "json=declared.json")
    result = adopt(cli, "declared.json")
    assert (result.code, result.out) == (1, "")
    assert "it was read from a saved snapshot, and not from code" in result.err


def test_what_the_code_leaves_open_is_left_by_hand_with_all_places(cli: Cli, site: Path) -> None:
    (site / "main.tf").unlink()
    (site / "template.yaml").write_text(
        "Parameters:\n  Stage:\n    Type: String\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n"
        "  Site:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: site\n      CorsConfiguration: !If\n"
        "        - IsProd\n        - CorsRules:\n            - AllowedMethods: [GET]\n"
        "              AllowedOrigins: ['https://x.example']\n"
        "        - CorsRules:\n            - AllowedMethods: [GET]\n"
        "              AllowedOrigins: ['https://y.example']\n"
    )
    result = adopt(cli)
    assert (result.code, result.out) == (1, "")
    assert (
        "site  BY HAND  Site at template.yaml:7\n  the code leaves open which of several declarations holds\n"
        in result.err
    )
    assert "    template.yaml:7: declared here if IsProd is true\n" in result.err
    assert "    template.yaml:7: declared here if IsProd is false\n" in result.err


def test_an_interrupted_write_leaves_no_half_of_it(cli: Cli, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "more").mkdir()
    (site / "more" / "main.tf").write_text(TERRAFORM.replace('"site"', '"more"').replace(".site.", ".more."))
    snapshot_file(site / "live.json", site=[LIVE], more=[LIVE])
    real = os.replace
    calls = 0

    def replace(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(os, "replace", replace)
    assert adopt(cli, "--write").code == 130
    assert (site / "main.tf").read_text() == TERRAFORM
    assert sorted(each.name for each in (site / "more").iterdir()) == ["main.tf"]


def test_schema_of_the_document_is_published(cli: Cli) -> None:
    assert json.loads(cli("schema", "fix").out)["$id"] == "cors-drift/fix"


def test_a_repository_that_git_cannot_read_is_told_with_the_way_around_it(cli: Cli, site: Path) -> None:
    (site / ".git").mkdir()
    refused = adopt(cli, "--write")
    assert refused.code == 2
    assert "write without asking git: --allow-dirty" in refused.err
    assert (site / "main.tf").read_text() == TERRAFORM
    assert adopt(cli, "--write", "--allow-dirty").code == 0


def test_a_pipe_gets_no_diff_while_some_input_cannot_be_read(cli: Cli, site: Path) -> None:
    (site / "terraform.tfvars").write_text('a = "1"\na = "2"\n')
    result = adopt(cli)
    assert (result.code, result.out) == (2, "")
    assert "the diff is not printed: what could not be read may declare something else" in result.err
    (site / "terraform.tfvars").unlink()
    assert adopt(cli).out == DIFF
