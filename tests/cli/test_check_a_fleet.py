"""``check`` where there is more than one bucket and account to look at: nothing is taken for what it may not be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drift.pipeline import read_live
from drift.settings import AccountAccess, LiveSettings, Settings
from drift.snapshot import State
from tests.cli.conftest import Cli, schema, snapshot_file, write
from tests.fixtures_s3 import MotoS3, fault_server
from tests.live.fault_server import HANG, FaultServer, rules

__all__ = ["fault_server"]

RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
OPEN = """\
variable "stage" {}
resource "aws_s3_bucket" "raw" {
  bucket = "event-${var.stage}-raw"
}
resource "aws_s3_bucket_cors_configuration" "raw" {
  bucket = aws_s3_bucket.raw.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
"""
SPEC = """\
version: 1
buckets:
  b-one:
    - AllowedMethods: [GET]
      AllowedOrigins: ["https://a.example"]
  b-two: []
"""


def states(text: str) -> dict[str, str]:
    document = json.loads(text)
    schema("report").validate(document)
    return {each["bucket"] if isinstance(each["bucket"], str) else "?": each["state"] for each in document["buckets"]}


def test_a_bucket_that_none_of_the_accounts_lists_is_not_read_with_other_credentials(
    cli: Cli, moto_s3: MotoS3, tmp_path: Path
) -> None:
    moto_s3.put("b-one", [RULE])  # of the caller's own account, which is not one of those that were given
    accounts = '[[account]]\nid = "222222222222"\nrole = "audit"\n'
    write(tmp_path, cors__yaml=SPEC, accounts__toml=accounts)
    result = cli(
        *("--config", "accounts.toml", "check", "cors.yaml", "--endpoint-url", moto_s3.url, "--format", "json")
    )
    assert result.code == 3
    assert states(result.out) == {"b-one": "unresolved", "b-two": "unresolved"}
    assert "none of the 1 accounts that are read lists this bucket" in result.out


def test_python_callers_read_live_buckets_as_the_command_does(moto_s3: MotoS3) -> None:
    moto_s3.put("b-one", [RULE])
    own = LiveSettings(endpoint_url=moto_s3.url)
    assert [each.state for each in read_live(["b-one"], Settings(live=own)).buckets] == [State.CONFIGURED]
    assert [each.name for each in read_live([], Settings(live=own)).buckets] == ["b-one"]
    others = replace(own, accounts=(AccountAccess("222222222222", "audit"),))
    assert [each.state for each in read_live(["b-one"], Settings(live=others)).buckets] == [State.UNKNOWN]


class TestAll:
    def test_what_an_open_name_may_mean_is_not_called_undeclared(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, main__tf=OPEN)
        live = snapshot_file(tmp_path / "live.json", event_prod_raw=[RULE], stray=[RULE])
        result = cli("check", "main.tf", "--live", live, "--all", "--format", "json")
        assert result.code == 1
        assert states(result.out) == {"?": "unresolved", "event-prod-raw": "unresolved", "stray": "undeclared"}
        assert "it may be the bucket of a declaration whose name is not known" in result.out

    def test_it_cannot_be_narrowed_to_some_buckets(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, cors__yaml=SPEC)
        result = cli("check", "cors.yaml", "--all", "--bucket", "b-one")
        assert result.code == 2
        assert "--all and --bucket exclude one another" in result.err

    @pytest.mark.parametrize(
        ("run", "words"),
        [
            ({"shard": "1/3"}, "is shard 1/3 of a run"),
            ({"named": {"count": 2, "sha256": "00"}}, "is a snapshot of 2 named buckets"),
        ],
    )
    def test_a_part_of_a_fleet_is_no_verdict_on_all_of_it(
        self, cli: Cli, tmp_path: Path, run: dict[str, object], words: str
    ) -> None:
        write(tmp_path, cors__yaml=SPEC)
        live = snapshot_file(tmp_path / "live.json", b_one=[RULE], b_two=[])
        whole: dict[str, object] = {"named": None, "accounts": [], "read_from": None, "shard": None, "complete": True}
        document = json.loads(Path(live).read_text()) | {"run": whole | run}
        Path(live).write_text(json.dumps(document))
        assert cli("check", "cors.yaml", "--live", live).code == 0
        result = cli("check", "cors.yaml", "--live", live, "--all")
        assert result.code == 3
        assert words in result.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_read_is_saved_when_a_signal_ends_a_check(
    fault_server: FaultServer, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    fault_server.bucket("b-one", rules())
    fault_server.bucket("b-two", HANG)
    write(tmp_path, cors__yaml=SPEC)
    command = ["check", "cors.yaml", "--endpoint-url", fault_server.url, "--format", "json", "--output", "json=r.json"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "drift", *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not (fault_server.asked_for("b-one") and fault_server.asked_for("b-two")):
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (code, "")
    assert "the run was interrupted when" in err
    assert "Traceback" not in err
    saved = (tmp_path / "r.json").read_text()
    assert states(saved)["b-two"] == "error"
    assert json.loads(saved)["verdict"] == "error"


@pytest.mark.parametrize("text", ["inf", "1e9999", "3601"])
def test_waiting_has_an_end(cli: Cli, tmp_path: Path, text: str) -> None:
    write(tmp_path, cors__yaml=SPEC, **{"cors-drift__toml": f"wait = {text}\n"})
    assert cli("check", "cors.yaml").code == 2
    (tmp_path / "cors-drift.toml").unlink()
    assert cli("check", "cors.yaml", "--wait", text).code == 2
