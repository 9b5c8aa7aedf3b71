"""``fix --restore`` and ``fix --undo`` as a user meets them, against a store on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.cli.conftest import Cli, Result, write
from tests.live.cors_store import NEW, OLD, OTHER, CorsStore, snapshot

WHERE = ("--region", "us-east-1")

TERRAFORM = """resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = "assets"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
"""


@pytest.fixture
def store(quick: None) -> Iterator[CorsStore]:
    with CorsStore() as store:
        yield store


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fixtures_s3 import QUICK

    monkeypatch.setattr("drift.fetchers.s3.Retry", lambda: QUICK)


def declared(folder: Path, buckets: Any, **more: Any) -> None:
    (folder / "declared.json").write_text(snapshot(buckets, **more))


def restore(cli: Cli, store: CorsStore, *more: str, paths: str = "declared.json") -> Result:
    return cli("fix", paths, "--restore", "--recheck", "0", "--endpoint-url", store.url, *WHERE, *more)


def test_a_dry_run_prints_the_calls_on_stdout_and_their_meaning_on_stderr(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets", "extra")
    declared(tmp_path, {"assets": NEW, "extra": None})

    result = restore(cli, store)

    assert result.code == 1
    assert result.out.splitlines() == [
        "aws s3api put-bucket-cors --bucket assets --cors-configuration "
        '\'{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]}\' '
        f"--region us-east-1 --endpoint-url {store.url}",
        f"aws s3api delete-bucket-cors --bucket extra --region us-east-1 --endpoint-url {store.url}",
    ]
    assert "It lets https://a.example GET" in result.err
    assert "It no longer lets https://evil.example PUT" in result.err
    assert store.writes() == []


def test_its_document_fits_the_schema_and_has_each_call_in_every_form(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})

    document = restore(cli, store, "--format", "json").json

    assert (document["direction"], document["verdict"], document["written"]) == ("restore", "to_do", False)
    (bucket,) = document["buckets"]
    assert (bucket["state"], bucket["effect"]) == ("to_do", "different")
    (call,) = bucket["calls"]
    assert call["operation"] == "PutBucketCors"
    assert call["parameters"] == {"Bucket": "assets", "CORSConfiguration": {"CORSRules": [dict(NEW[0])]}}
    assert call["aws_cli"].startswith("aws s3api put-bucket-cors")
    assert "put_bucket_cors(" in call["boto3"]
    assert "--cli-input-json" in call["powershell"]


def test_terraform_is_told_to_be_the_better_way(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    write(tmp_path, main__tf=TERRAFORM)
    result = restore(cli, store, paths="main.tf")
    assert "`terraform apply` puts the same right" in result.err
    assert "main.tf:" in result.err


def test_ignored_changes_are_left_and_told(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    ignoring = "  lifecycle {\n    ignore_changes = [cors_rule]\n  }\n}\n"
    write(tmp_path, main__tf=TERRAFORM.removesuffix("}\n") + ignoring)

    result = restore(cli, store, paths="main.tf")

    assert (result.code, result.out) == (1, "")
    assert "the code says to leave live rules as they are" in result.err


def test_nothing_is_left_to_do_where_both_sides_agree(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets", rules=NEW)
    declared(tmp_path, {"assets": NEW})
    result = restore(cli, store)
    assert (result.code, result.out) == (0, "")
    assert "Nothing is left to do" in result.err


def test_what_cannot_be_read_is_incomplete(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    store.trouble("assets", "GET", times=99, error=(403, "AccessDenied"))
    declared(tmp_path, {"assets": NEW})
    result = restore(cli, store)
    assert (result.code, result.out) == (3, "")
    assert "NOT READ" in result.err


SECRET = "https://hush-hush-partner.example"


def test_sensitive_values_are_printed_nowhere_and_applied_all_the_same(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets")
    secret = f'variable "origin" {{\n  default   = "{SECRET}"\n  sensitive = true\n}}\n'
    write(tmp_path, main__tf=secret + TERRAFORM.replace('"https://a.example"', "var.origin"))

    dry = restore(cli, store, paths="main.tf")
    document = restore(cli, store, "--format", "json", paths="main.tf")
    done = restore(cli, store, "--apply", "--yes", paths="main.tf")

    for each in (dry, document, done):
        assert "hush" not in each.out + each.err
    assert document.json["buckets"][0]["calls"][0]["aws_cli"] is None
    assert "not shown" in dry.err
    assert done.code == 0, done.err
    assert SECRET in str(store.rules()["assets"])
    (file,) = tmp_path.glob("cors-drift-undo-*.json")
    shown = cli("fix", "--undo", file, "--endpoint-url", store.url, *WHERE)
    compared = cli("compare", file, file)
    assert "hush" not in shown.out + shown.err + compared.out + compared.err
    assert shown.code == 1


def test_apply_without_a_terminal_needs_yes_and_asks_nobody_anything(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})

    result = restore(cli, store, "--apply")

    assert result.code == 2
    assert "--yes" in result.err
    assert store.calls == []


def test_apply_writes_reads_back_and_names_what_undoes_it(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets", "kept")
    declared(tmp_path, {"assets": NEW, "kept": OLD})

    result = restore(cli, store, "--apply", "--yes")

    assert result.code == 0, result.err
    assert store.rules() == {"assets": NEW, "kept": OLD}
    assert [name for _, name, _ in store.writes()] == ["assets"]
    (file,) = tmp_path.glob("cors-drift-undo-*.json")
    assert f"cors-drift fix --undo {file.name}" in result.err


def test_undo_is_dry_by_default_and_puts_back_with_apply(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})
    restore(cli, store, "--apply", "--yes", "--undo-file", "back.json")
    undo = ("fix", "--undo", "back.json", "--endpoint-url", store.url, *WHERE)

    dry = cli(*undo)
    assert dry.code == 1
    assert "put-bucket-cors --bucket assets" in dry.out
    assert store.rules() == {"assets": NEW}
    assert cli(*undo, "--format", "json").json["direction"] == "undo"

    done = cli(*undo, "--apply", "--yes", "--undo-file", "forth.json")
    assert done.code == 0, done.err
    assert store.rules() == {"assets": OLD}
    assert cli(*undo).code == 0  # nothing is left to do
    assert (tmp_path / "forth.json").exists()


def test_an_undo_file_is_a_snapshot_to_every_command_that_reads_one(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    from tests.cli.conftest import schema

    store.put("assets")
    declared(tmp_path, {"assets": OLD})
    before = tmp_path / "before.json"
    before.write_text((tmp_path / "declared.json").read_text())
    declared(tmp_path, {"assets": NEW})
    restore(cli, store, "--apply", "--yes", "--undo-file", "back.json")

    schema("snapshot").validate(json.loads((tmp_path / "back.json").read_text()))
    assert cli("check", "before.json", "--live", "back.json").code == 0
    assert cli("check", "declared.json", "--live", "back.json").code == 1
    assert cli("compare", "before.json", "back.json").code == 0
    assert cli("simulate", "back.json", "--origin", "https://evil.example", "--method", "PUT").code == 0


def test_what_is_no_undo_file_is_one_line(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    declared(tmp_path, {"assets": NEW})
    for name in ("declared.json", "nowhere.json"):
        result = cli("fix", "--undo", name, "--endpoint-url", store.url, *WHERE)
        assert result.code == 2
        assert name in result.err
    assert store.calls == []


def test_a_denied_write_is_told_and_counted(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets", "other")
    store.trouble("assets", "PUT", times=9, error=(403, "AccessDenied"))
    declared(tmp_path, {"assets": NEW, "other": NEW})

    result = restore(cli, store, "--apply", "--yes", "--format", "json")

    assert result.code == 1
    assert {each["bucket"]: each["state"] for each in result.json["buckets"]} == {"assets": "denied", "other": "done"}
    assert "s3:PutBucketCORS" in result.json["buckets"][0]["reason"]
    assert result.json["written"] is True


def test_a_bucket_that_changed_meanwhile_is_left_alone_and_told(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})

    def before(number: int) -> None:
        if number == 2:  # the first has been compared with
            store.buckets["assets"].rules = OTHER

    store.before = before
    result = restore(cli, store, "--apply", "--yes")

    assert result.code == 1
    assert "CHANGED meanwhile" in result.err
    assert store.rules() == {"assets": OTHER}
    assert list(tmp_path.glob("cors-drift-undo-*")) == []


pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of Unix")


@pytest.mark.parametrize(("answer", "code", "rules"), [("n\n", 1, OLD), ("y\n", 0, NEW), ("\n", 1, OLD)])
def test_at_a_terminal_it_shows_the_effect_and_asks(
    store: CorsStore, aws_environment: object, tmp_path: Path, answer: str, code: int, rules: Any
) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})
    ours, theirs = pty.openpty()
    command = ["fix", "declared.json", "--restore", "--apply", "--recheck", "0", "--endpoint-url", store.url, *WHERE]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "drift", *command],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1"},
    )
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 65536)
    assert store.writes() == []
    assert re.search(rb"It no longer lets\s+https://evil.example PUT", shown)
    os.write(ours, answer.encode())
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        shown += part
        if not part:
            break
    os.close(ours)

    assert process.wait() == code, shown.decode()
    assert store.rules() == {"assets": rules}


def test_code_that_was_read_in_part_is_not_written(cli: Cli, store: CorsStore, tmp_path: Path) -> None:
    store.put("assets")
    write(
        tmp_path,
        main__tf=TERRAFORM,
        main_override__tf='resource "aws_s3_bucket_cors_configuration" "assets" {\n  cors_rule {\n',
    )

    result = restore(cli, store, "--apply", "--yes", paths=".")

    assert (result.code, store.writes()) == (2, [])
    assert "other rules may be declared for it" in result.err
    assert "put-bucket-cors" not in result.out


SILENT = 'resource "aws_s3_bucket" "assets" {\n  bucket = "assets"\n}\n'


def test_a_settings_file_does_not_name_a_bucket_whose_rules_are_to_be_taken_away(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets")
    write(tmp_path, main__tf=SILENT)
    (tmp_path / "cors-drift.toml").write_text('bucket = ["assets"]\n')

    result = restore(cli, store, "--apply", "--yes", paths=".")

    assert (result.code, store.writes()) == (1, [])
    assert "name it with --bucket" in result.err


def test_a_variable_does_not_name_a_bucket_whose_rules_are_to_be_taken_away(
    cli: Cli, store: CorsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("assets")
    write(tmp_path, main__tf=SILENT)
    monkeypatch.setenv("CORS_DRIFT_BUCKET", "assets")

    assert restore(cli, store, "--apply", "--yes", paths=".").code == 1
    assert store.writes() == []
    assert restore(cli, store, "--apply", "--yes", "--bucket", "assets", paths=".").code == 0
    assert [each[0] for each in store.writes()] == ["DELETE"]


def test_a_terminal_that_has_no_more_to_say_is_no_yes(
    cli: Cli, store: CorsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> bool:
        raise typer.Abort

    store.put("assets")
    declared(tmp_path, {"assets": NEW})
    monkeypatch.setattr("drift.applying.consent_needed", lambda *_: None)
    monkeypatch.setattr("typer.confirm", end)

    result = restore(cli, store, "--apply")

    assert (result.code, store.writes()) == (1, [])
    assert result.err.endswith("Nothing was written.\n")


@pytest.mark.parametrize(
    ("more", "message"),
    [(("--live", "live.json"), "--undo compares with S3 itself"), (("--all",), "the buckets of its file")],
)
def test_undoing_does_not_pass_over_what_it_cannot_heed(
    cli: Cli, store: CorsStore, tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    result = cli("fix", "--undo", "undo.json", "--endpoint-url", store.url, *WHERE, *more)
    assert result.code == 2
    assert message in result.err


def test_a_selection_does_not_pass_over_what_could_not_be_read_or_is_left_open(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets", "closed", "open")
    store.trouble("closed", "GET", times=99, error=(403, "AccessDenied"))
    declared(tmp_path, {"assets": NEW, "closed": NEW})
    write(tmp_path, main__tf=OPEN)

    result = restore(cli, store, "--apply", "--yes", "--only", "AllowedMethods", "main.tf")

    assert result.code == 3
    assert [each[1] for each in store.writes()] == ["assets"]
    assert "NOT READ" in result.err
    assert "open  UNRESOLVED: left as it is" in result.err


OPEN = """variable "loose" { type = bool }
resource "aws_s3_bucket_cors_configuration" "open" {
  count  = var.loose ? 1 : 0
  bucket = "open"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
"""


def test_a_declaration_that_makes_no_sense_does_not_keep_the_others_from_being_put_back(
    cli: Cli, store: CorsStore, tmp_path: Path
) -> None:
    store.put("assets", "odd")
    declared(tmp_path, {"assets": NEW, "odd": [{"AllowedMethods": ["GET"], "AllowedOrigins": []}]})

    result = restore(cli, store, "--apply", "--yes")

    assert (result.code, [each[1] for each in store.writes()]) == (1, ["assets"])
    assert "odd  left as it is" in result.err


@pytest.mark.parametrize("path", ["undo.json", "./undo.json", "link/undo.json"])
def test_a_report_never_takes_the_place_of_the_undo_file(cli: Cli, store: CorsStore, tmp_path: Path, path: str) -> None:
    store.put("assets")
    declared(tmp_path, {"assets": NEW})
    (tmp_path / "link").symlink_to(tmp_path)

    result = restore(cli, store, "--apply", "--yes", "--undo-file", "undo.json", "--output", f"json={path}")
    assert (result.code, store.writes()) == (2, [])
    assert "would take the place of the file that undoes" in result.err

    assert restore(cli, store, "--apply", "--yes", "--undo-file", "undo.json").code == 0
    kept = (tmp_path / "undo.json").read_text()
    where = ("--endpoint-url", store.url, *WHERE)
    assert cli("fix", "--undo", "undo.json", "--output", f"json={path}", *where).code == 2
    assert (tmp_path / "undo.json").read_text() == kept
