"""Bad input gets one clear error: what is wrong, where, what to try; exit 2, nothing written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, snapshot_file, write
from tests.fixtures_s3 import QUICK, MotoS3, fault_server
from tests.live.fault_server import FaultServer, error

__all__ = ["fault_server"]

SPEC = "version: 1\nbuckets:\n  b-one:\n    - AllowedMethods: [GET]\n      AllowedOrigins: ['https://a.example']\n"


def test_a_path_that_is_not_there(cli: Cli) -> None:
    result = cli("check", "nowhere/main.tf")
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: nowhere/main.tf: there is no such file or folder\n"


def test_a_link_that_leads_nowhere(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "main.tf").symlink_to("gone.tf")
    result = cli("check", "main.tf")
    assert result.code == 2
    assert result.err.startswith("error: main.tf: ")


@pytest.mark.parametrize("command", ["check", "declared", "validate"])
def test_broken_hcl_is_told_with_its_line_and_the_rest_is_still_read(cli: Cli, tmp_path: Path, command: str) -> None:
    write(tmp_path / "broken", main__tf='resource "aws_s3_bucket" "b" {\n  bucket = \n}\n')
    write(tmp_path / "fine", cors__yaml=SPEC)
    live = ["--live", snapshot_file(tmp_path / "live.json", b_one=[])] if command == "check" else []
    result = cli(command, *live)
    assert result.code == 2
    assert "error: broken/main.tf:2" in result.err
    assert "b-one" in result.out


def test_broken_yaml_is_told_with_its_line(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, template__yaml="Resources:\n  B:\n    Type: AWS::S3::Bucket\n   Oops: [\n")
    result = cli("declared")
    assert result.code == 2
    assert "error: template.yaml:4" in result.err


def test_broken_json_is_told_with_its_line(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__json='{"CORSRules": [\n  {"AllowedMethods": ["GET"],}\n]}\n')
    result = cli("declared")
    assert result.code == 2
    assert "error: cors.json:2" in result.err


def test_a_folder_without_declarations_is_nothing_to_compare(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, notes__txt="hello", package__json="{}")
    result = cli("check", "--format", "json")
    assert result.code == 4
    assert result.json["verdict"] == "nothing_to_compare"
    assert "No S3 bucket is declared" in result.err


def test_a_spec_with_the_spelling_of_cloudformation(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC + "      ExposedHeaders: [ETag]\n")
    result = cli("check", "--live", snapshot_file(tmp_path / "live.json", b_one=[]))
    assert result.code == 2
    assert "error: cors.yaml:6" in result.err
    assert "ExposeHeaders" in result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "--frobnicate"], "--frobnicate"),
        (["check", "--format", "xml"], "xml"),
        (["check", "--output", "report.json"], "FORMAT=PATH"),
        (["check", "--output", "yaml=report"], "FORMAT=PATH"),
        (["check", "--output", "json=no/such/folder/x"], "there is no such folder"),
        (["check", "--var", "x"], "NAME=VALUE"),
        (["check", "--account", "12"], "12 digits"),
        (["check", "--concurrency", "0"], "concurrency"),
        (["check", "--var-file", "gone.tfvars"], "gone.tfvars"),
        (["compare", "only-one"], "B"),
        (["schema", "nonsense"], "report, snapshot, spec, config"),
        (["nonsense"], "nonsense"),
        (["--config", "gone.toml", "check"], "gone.toml"),
    ],
)
def test_bad_usage_is_an_error_and_never_drift(cli: Cli, arguments: list[str], says: str) -> None:
    result = cli(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert says in result.err


def test_under_detailed_exit_codes_an_error_is_one_since_two_means_drift(cli: Cli, tmp_path: Path) -> None:
    assert cli("check", "--detailed-exitcode", "--frobnicate").code == 1
    write(tmp_path, **{"cors-drift__toml": "detailed-exitcode = true\n"})
    assert cli("check", "nowhere").code == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("strct = true\n", "cors-drift.toml:1: there is no setting strct\n  try: did you mean strict?"),
        ("\nstrict = 'yes'\n", "cors-drift.toml:2: strict must be true or false"),
        ("var = 'a=b'\n", "cors-drift.toml:1: var must be a list of strings"),
        ("strict = \n", "cors-drift.toml:1: this is not valid TOML"),
    ],
)
def test_a_bad_settings_file_is_told_with_its_line(cli: Cli, tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, **{"cors-drift__toml": text})
    result = cli("check")
    assert result.code == 2
    assert says in result.err


def test_an_unreadable_file(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path, cors__yaml=SPEC) / "cors.yaml"
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    result = cli("check", "cors.yaml")
    assert result.code == 2
    assert "error: cors.yaml: this file cannot be read" in result.err


@pytest.mark.parametrize(("name", "text"), [("cors.yaml", SPEC), ("main.tf", 'resource "aws_s3_bucket" "b" {}\n')])
def test_an_unreadable_file_whoever_runs_this(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    read = Path.read_bytes

    def denied(path: Path) -> bytes:
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    result = cli("check", name)
    assert result.code == 2
    assert f"error: {name}: this file cannot be read: Permission denied" in result.err


def test_a_file_that_cannot_be_read_as_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    result = cli("check", "pipe.json")
    assert result.code == 2
    assert "error: pipe.json: this is not a regular file" in result.err


def test_a_file_that_is_no_declaration(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, package__json='{"name": "x"}')
    result = cli("check", "package.json")
    assert result.code == 2
    assert "error: package.json: no S3 bucket or CORS declaration was recognised in this file" in result.err


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            '[{"origin": ["*"], "method": ["GET"], "responseHeader": ["x"], "maxAgeSeconds": 3600}]',
            "Google Cloud Storage",
        ),
        ('{"rules": [{"allowed": {"origins": ["*"], "methods": ["GET"]}}]}', "Cloudflare R2"),
    ],
)
def test_the_rules_of_another_store_are_named(cli: Cli, tmp_path: Path, text: str, kind: str) -> None:
    write(tmp_path, cors__json=text)
    result = cli("check", "cors.json")
    assert result.code == 2
    assert kind in result.err


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"buckets": {}},
        {"buckets": [{}]},
        {"buckets": [{"bucket": "b", "state": "configured", "rules": []}]},
    ],
)
def test_a_faulty_snapshot_is_told_with_the_key(cli: Cli, tmp_path: Path, change: dict[str, object]) -> None:
    path = snapshot_file(tmp_path / "live.json", b_one=[])
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    result = cli("compare", "live.json", "live.json")
    assert result.code == 2
    assert "error: live.json: " in result.err
    assert "must be" in result.err


def test_a_report_is_no_snapshot(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    cli("compare", "cors.yaml", "cors.yaml", "--output", "json=report.json")
    result = cli("check", "--live", "report.json")
    assert result.code == 2
    assert "cors-drift/report" in result.err


def test_no_credentials_is_one_line_with_what_to_do(
    cli: Cli, tmp_path: Path, moto_s3: MotoS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, cors__yaml=SPEC)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    result = cli("check", "--endpoint-url", moto_s3.url)
    assert (result.code, result.out) == (2, "")
    assert "credentials" in result.err
    assert "\n  try: " in result.err


def test_a_profile_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    result = cli("check", "--profile", "nobody")
    assert (result.code, result.out) == (2, "")
    assert "nobody" in result.err


def test_an_endpoint_that_is_down(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    result = cli("check", "--endpoint-url", "http://127.0.0.1:1", "--output", "json=report.json")
    assert (result.code, result.out) == (2, "")
    assert "http://127.0.0.1:1" in result.err
    assert not (tmp_path / "report.json").exists()


def test_an_endpoint_that_is_no_url(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    result = cli("check", "--endpoint-url", "localhost:9000")
    assert result.code == 2
    assert "localhost:9000" in result.err


def test_a_denied_read_is_incomplete_and_names_the_permission(
    cli: Cli, tmp_path: Path, fault_server: FaultServer
) -> None:
    write(tmp_path, cors__yaml=SPEC)
    fault_server.bucket("b-one", error(403, "AccessDenied"))
    result = cli("check", "--endpoint-url", fault_server.url, "--format", "json")
    assert result.code == 3
    (bucket,) = result.json["buckets"]
    assert bucket["state"] == "denied"
    assert "s3:GetBucketCORS" in bucket["reason"]


def test_a_throttled_read_is_incomplete(
    cli: Cli, tmp_path: Path, fault_server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, cors__yaml=SPEC)
    monkeypatch.setattr("drift.fetchers.s3.Retry", lambda: QUICK)
    fault_server.bucket("b-one", error(503, "SlowDown"))
    result = cli("check", "--endpoint-url", fault_server.url, "--format", "json")
    assert result.code == 3
    assert [bucket["state"] for bucket in result.json["buckets"]] == ["throttled"]


def test_what_is_half_written_never_replaces_what_was_there(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC, report__json="before")
    target = tmp_path / "folder.json"
    target.mkdir()
    result = cli("compare", "cors.yaml", "cors.yaml", "--output", "json=folder.json")
    assert result.code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cors.yaml", "folder.json", "report.json"]


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    command = f"{sys.executable} -P -m drift declared cors.yaml --format json | true; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode in (0, 2)  # 0 if all was written before the reader went
    assert result.stderr == ""
