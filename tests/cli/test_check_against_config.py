"""``check --live config:AGGREGATOR --blame`` as a user meets it: what AWS Config recorded, and who did it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result
from tests.live.config_server import ConfigServer, running
from tests.recorded import config_row, trail_record
from tests.rules import rule

DECLARED = rule("GET", "https://a.example")
WIDER = rule("GET", "https://a.example https://b.example", expose="\x1b[2J", id="\x1b]0;x\x07")
Check = Callable[..., Result]


@pytest.fixture
def config(aws_environment: pytest.MonkeyPatch) -> Iterator[ConfigServer]:
    yield from running()


@pytest.fixture
def check(cli: Cli, config: ConfigServer, tmp_path: Path) -> Check:
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]
    for name in ("site", "same", "gone"):
        spec = {"Bucket": name, "CORSConfiguration": {"CORSRules": rules}}
        (tmp_path / f"{name}.cors.json").write_text(json.dumps(spec), encoding="utf-8")
    config.recorded.rows = [config_row("site", WIDER), config_row("same", DECLARED)]
    days = [(datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%dT%H:%M:%SZ") for ago in (9, 1)]
    config.recorded.trail["eu-west-1"] = [
        trail_record("site", DECLARED, at=days[0], number=1),
        trail_record("site", WIDER, at=days[1], number=2, agent="[S3Console/0.4]", sourceIPAddress="\x1b[31m::error::"),
    ]

    def call(*more: str) -> Result:
        asked = ("--live", "config:everyone", "--endpoint-url", config.url, "--no-confirm", "--blame")
        return cli("check", tmp_path, *asked, *more)

    return call


def test_drift_that_was_recorded_is_told_with_who_did_it(check: Check) -> None:
    document = check("--format", "json").json
    states = {each["bucket"]: each["state"] for each in document["buckets"]}
    assert states == {"site": "drifted", "same": "in_sync", "gone": "unresolved"}
    [site] = [each for each in document["buckets"] if each["bucket"] == "site"]
    history = site["history"]
    assert (history["live"], history["author"]) == ("same", "00000000-0000-0000-0000-000000000002")
    assert [each["effect"] for each in history["events"]] == [None, "wider"]
    assert document["exit_code"] == 1


def test_a_bucket_without_a_record_is_never_in_sync_and_the_age_of_zero_is_told(check: Check) -> None:
    document = check("--format", "json").json
    buckets = {each["bucket"]: each for each in document["buckets"]}
    assert "not compared" in buckets["gone"]["reason"]
    assert [fold["id"] for fold in buckets["same"]["folded"]] == ["max-age-zero"]
    assert "config-no-record" in [each["id"] for each in document["diagnostics"]]


def test_in_words_nothing_of_a_record_reaches_the_terminal_raw(check: Check) -> None:
    found = check()
    assert found.code == 1
    assert "role deploy (session build-17) with S3 console" in found.out
    for text in (found.out, found.err):
        assert all(char.isprintable() or char == "\n" for char in text)
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
