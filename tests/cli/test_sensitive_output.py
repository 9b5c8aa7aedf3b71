"""Nothing that the code calls sensitive is printed or written, by any command, in any format, in errors neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.__main__ import run
from drift.action import step
from drift.errors import EndpointError
from drift.options import REPORTING
from drift.settings import Format, ListFormat
from tests.cli.conftest import Cli, schema, snapshot_file

SECRET = "t0psecret"
PLANS = Path(__file__).parents[1] / "language" / "plan"
PLAN, STATE = PLANS / "sensitive-applied" / "plan.json", PLANS / "sensitive-state-file" / "terraform.tfstate"
LIVE: dict[str, list[dict[str, Any]]] = {
    "site": [
        {
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["https://www.example.com", f"https://{SECRET}.example.com:8443", "https://new.example"],
            "MaxAgeSeconds": 61,
        }
    ],
    f"b_{SECRET}": [
        {
            "AllowedMethods": ["GET", "PUT", "DELETE"],
            "AllowedOrigins": [f"https://{SECRET}.other.example", "https://open.example"],
            "AllowedHeaders": [f"X-{SECRET}", f"x-{SECRET}-more"],
            "ExposeHeaders": [f"x-{SECRET}-shown"],
        }
    ],
    "open": [],
}


@pytest.fixture
def everything(cli: Cli, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Runs a command and gives all that left the program: both streams and every file that was written."""
    live = snapshot_file(tmp_path / "live.json", **LIVE)

    def call(command: str, *arguments: object, live_too: bool = False) -> str:
        reports = command in REPORTING
        files = [f"{kind}={tmp_path / f'out-{kind}'}" for kind in (Format if reports else ListFormat)]
        given = [command, *arguments, *(("--live", live) if live_too else ())]
        given += ["--sarif-incomplete"] if reports else []
        result = cli(*given, *(part for each in files for part in ("--output", each)))
        written = [Path(each.partition("=")[2]) for each in files]
        assert all(path.exists() for path in written) or result.code == 2
        return result.out + result.err + "".join(path.read_text() for path in written if path.exists())

    return call


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize("source", [PLAN, STATE])
class TestEveryFormatOfAReport:
    def test_of_a_check(self, everything: Any, kind: Format, source: Path) -> None:
        text = everything("check", source, "--format", kind, live_too=True)

        assert "site" in text
        assert "sensitive value" in text
        assert SECRET not in text.lower()

    def test_of_a_validation(self, everything: Any, kind: Format, source: Path) -> None:
        assert SECRET not in everything("validate", source, "--format", kind).lower()


@pytest.mark.parametrize("kind", ListFormat)
@pytest.mark.parametrize("source", [PLAN, STATE])
class TestEveryFormatOfAnythingElse:
    def test_of_what_is_declared(self, everything: Any, kind: ListFormat, source: Path) -> None:
        text = everything("declared", source, "--format", kind)

        assert "https://www.example.com" in text
        assert "sensitive value" in text
        assert SECRET not in text.lower()

    @pytest.mark.parametrize("more", [[], ["--browser"], ["--actual"]])
    def test_of_an_answer(self, everything: Any, kind: ListFormat, source: Path, more: list[str]) -> None:
        asked = ("--origin", "https://a.example", "--method", "GET", "--header", "x-a", *more)
        text = everything("simulate", source, *asked, "--format", kind)

        assert "sensitive value" in text
        assert SECRET not in text.lower()

    def test_of_an_error(self, everything: Any, kind: ListFormat, source: Path) -> None:
        text = everything("declared", source, "--bucket", "b-t0psecre", "--format", kind)

        assert "no bucket of this name" in text
        assert SECRET not in text.lower()


def test_other_things_are_shown_as_they_are(cli: Cli, tmp_path: Path) -> None:
    live = snapshot_file(tmp_path / "live.json", **LIVE)
    result = cli("check", PLAN, "--live", live)

    assert "+ https://new.example" in result.out
    assert "+ 61" in result.out
    assert "- 60" in result.out
    assert "- (sensitive value)" in result.out
    assert "open  DRIFTED" in result.out
    assert "- GET from https://open.example cached 300 s" in result.out, "declared in the clear at this bucket"


def test_a_hidden_value_in_json_is_an_unknown_and_reads_back_as_one(cli: Cli, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(cli("declared", PLAN, "--bucket", "site", "--format", "json").out)
    document = json.loads(saved.read_text())
    schema("snapshot").validate(document)
    hidden = {"unknown": "a sensitive value", "prefix": "", "suffix": ""}
    assert document["buckets"][0]["rules"][0]["AllowedOrigins"] == ["https://www.example.com", hidden]

    same = {"site": [{**LIVE["site"][0], "AllowedOrigins": ["https://www.example.com", "https://any.example"]}]}
    same["site"][0]["MaxAgeSeconds"] = 60
    back = cli("check", saved, "--live", snapshot_file(tmp_path / "same.json", **same), "--format", "json")

    assert back.code == 3
    assert back.json["verdict"] == "incomplete"
    assert "a sensitive value" in back.json["buckets"][0]["reason"]


def test_the_actions_step_writes_no_secret(
    cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live = snapshot_file(tmp_path / "live.json", **LIVE)
    names = {key: str(tmp_path / key) for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP")}
    code = step({**names, "CORS_DRIFT_ACTION_PATHS": str(PLAN), "CORS_DRIFT_ACTION_LIVE": str(live)})

    told = capsys.readouterr()
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file() and path != live)
    assert code == 1
    assert "site" in written
    assert SECRET not in (told.out + told.err + written).lower()


@pytest.mark.parametrize("kind", Format)
def test_an_error_of_the_live_side_tells_no_name(cli: Cli, monkeypatch: pytest.MonkeyPatch, kind: Format) -> None:
    def broken(*_: object) -> None:
        raise EndpointError(f"https://b-{SECRET}.s3.example: no answer", advice=f"ask b-{SECRET} later")

    monkeypatch.setattr("drift.live_side.LiveSide.read", broken)
    result = cli("check", PLAN, "--format", kind)

    assert result.code == 2
    assert "no answer" in result.err
    assert SECRET not in result.out + result.err


def test_a_defect_prints_no_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CORS_DRIFT_DEBUG", "1")
    monkeypatch.setattr("drift.judge.prove", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("broken")))
    live = snapshot_file(tmp_path / "live.json", **LIVE)

    assert run(["check", str(PLAN), "--live", str(live)]) == 2

    told = capsys.readouterr()
    assert "broken" in told.err
    assert SECRET not in told.out + told.err
