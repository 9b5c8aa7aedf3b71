"""Whole fleets out of an S3 with every fault at once: nothing lost, nothing doubled, each bucket in its true state.

CORS_DRIFT_SCALE_BUCKETS is how many buckets there are; the gate takes 2,500.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from drift.cors.model import BucketCors
from drift.errors import EXIT_INCOMPLETE
from drift.fetchers.aws import Aws
from drift.fetchers.s3 import S3Fetcher
from drift.interfaces import Wanted
from drift.settings import AccountAccess
from drift.snapshot import Bucket, State
from tests.live.scale_answers import Counts, Manner
from tests.live.scale_fleet import HOME, Fleet, Trouble
from tests.live.scale_server import ScaleServer, make_certificate

BUCKETS = int(os.environ.get("CORS_DRIFT_SCALE_BUCKETS", "400"))
LARGE = BUCKETS >= 5000
ACCOUNT = "111122223333"

RATE = 150.0
"""What S3 admits in a second: less than what one process can ask, so that pace is needed."""

ALLOWED = 1.3
"""Requests over those that are needed (``Fleet.needed``), all kinds of requests about buckets counted."""

PASSING = {
    Trouble.INTERNAL: 10.0,
    Trouble.UNAVAILABLE: 5.0,
    Trouble.SLOW_DOWN: 5.0,
    Trouble.SLOW: 10.0,
    Trouble.TRUNCATED: 5.0,
    Trouble.CUT_XML: 5.0,
    Trouble.MALFORMED: 5.0,
    Trouble.EMPTY: 5.0,
    Trouble.HTML: 5.0,
    Trouble.RESET: 5.0,
    Trouble.BROKEN_OFF: 5.0,
    Trouble.VANISHED: 5.0,
    Trouble.MOVED: 20.0,
    Trouble.MOVED_BARE: 5.0,
    Trouble.MOVED_AUTH: 10.0,
}
LASTING = {
    Trouble.DENIED: 2.0,
    Trouble.UNSUPPORTED: 1.0,
    Trouble.VANISHED: 2.0,
    Trouble.MOVED_MUTE: 1.0,
}
SILENCE = {Trouble.SILENT: 2.0}
DEAD = {Trouble.DEAD: 20.0, Trouble.DEAD_MOVED: 3.0}
HARD = {
    Trouble.INTERNAL: 10.0,
    Trouble.DENIED: 10.0,
    Trouble.VANISHED: 5.0,
    Trouble.RESET: 5.0,
    Trouble.TRUNCATED: 5.0,
    Trouble.MALFORMED: 5.0,
    Trouble.EMPTY: 5.0,
    Trouble.HTML: 5.0,
}
"""5 % of the buckets that nothing helps."""

Seen = tuple[str, State, BucketCors | None]


def truth(fleet: Fleet) -> list[Seen]:
    return [(each.name, each.state, each.cors) for each in fleet.natures()]


def seen(buckets: Iterable[Bucket]) -> list[Seen]:
    return [(str(each.name), each.state, each.cors) for each in buckets]


def wrong(expected: Sequence[Seen], got: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
    """Where the two differ; lengths and names were compared before."""
    assert [each[0] for each in got] == [each[0] for each in expected]
    return [(one, other) for one, other in zip(expected, got, strict=True) if one != other]


def assert_polite(counts: Counts, fleet: Fleet) -> None:
    needed = fleet.needed()
    print(f"{counts.reads} requests, {needed} needed ({counts.reads / needed:.3f}), {counts.connections} connections")
    assert counts.reads <= ALLOWED * needed, (counts.reads, needed, dict(counts.answers))
    assert counts.reads == sum(counts.operations[name] for name in ("GetBucketCors", "HeadBucket"))
    asked = [each for each in fleet.natures() if each.needed and not counts.buckets[each.name]]
    assert asked == []  # the server knows of nobody who was told without being asked about


def assert_pace_was_needed(counts: Counts) -> None:
    """Else the run above proves less than it says."""
    assert counts.answers["SlowDown"] > 0


def from_json(document: dict[str, Any]) -> list[Seen]:
    from drift.documents import snapshot_from_json

    return seen(snapshot_from_json(json.dumps(document).encode(), "live").buckets)


def run_live(server: ScaleServer, folder: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    """``cors-drift live`` for all buckets of the account: exit code, the document, and what was told besides."""
    settings = folder / "cors-drift.toml"
    settings.write_text(f'[[account]]\nid = "{ACCOUNT}"\nrole = "reader"\n', encoding="utf-8")
    command = [sys.executable, "-m", "drift", "--config", str(settings), "live"]
    command += ["--endpoint-url", server.url, "--region", HOME, "--format", "json"]
    run = subprocess.run(
        [*command, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120 + 4 * BUCKETS / RATE,
        check=False,
    )
    assert "Traceback" not in run.stderr
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout), run.stderr


def test_every_bucket_of_a_troubled_fleet_is_read_in_its_true_state(aws_environment: pytest.MonkeyPatch) -> None:
    fleet = Fleet(BUCKETS, 1, {**PASSING, **SILENCE}, {**LASTING, **DEAD})
    deadline = 60 + 2 * fleet.needed() / RATE
    with ScaleServer(fleet, Manner(latency=0.005, rate=RATE, token_calls=BUCKETS // 3)) as server:
        aws = Aws(None, HOME, server.url, [AccountAccess(ACCOUNT, "reader")])
        fetcher = S3Fetcher(aws=aws, read_timeout=1.0, deadline=deadline)
        wanted = (Wanted(each.name, ACCOUNT, each.region) for each in fleet.wanted())
        buckets = list(fetcher.stream(wanted))
        counts = server.answers.counts

    assert wrong(truth(fleet), seen(buckets)) == []
    assert_polite(counts, fleet)
    assert_pace_was_needed(counts)
    assert 3 <= counts.operations["AssumeRole"] <= 8  # once at first, and once for each time that the token expired
    assert counts.answers["ExpiredToken"] > 0
    known = {each.name: each.region for each in fleet.natures() if each.needed and each.trouble not in LASTING}
    assert {each.name: each.region for each in buckets if each.name in known} == known
    assert all(each.reason for each in buckets if each.state not in (State.CONFIGURED, State.ABSENT))


def test_the_live_command_tells_a_troubled_fleet_as_it_is(aws_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The command's patience with silence is fifteen seconds for a request, too long for a suite: only in the gate.
    silent = ({**SILENCE}, {**DEAD}) if LARGE else ({}, {})
    fleet = Fleet(BUCKETS, 2, {**PASSING, **silent[0]}, {**LASTING, **silent[1]})
    with ScaleServer(fleet, Manner(latency=0.005, rate=RATE, token_calls=BUCKETS // 3)) as server:
        code, document, _ = run_live(server, tmp_path)
        counts = server.answers.counts

    assert code == EXIT_INCOMPLETE
    assert wrong(truth(fleet), from_json(document)) == []
    assert_polite(counts, fleet)
    assert_pace_was_needed(counts)


def test_a_twentieth_that_fails_for_good_is_named_bucket_by_bucket(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet = Fleet(BUCKETS, 3, {Trouble.INTERNAL: 5.0}, HARD)
    failing = [each for each in fleet.natures() if each.state not in (State.CONFIGURED, State.ABSENT)]
    with ScaleServer(fleet, Manner(latency=0.005)) as server:
        code, document, _ = run_live(server, tmp_path)
        counts = server.answers.counts

    assert len(failing) == pytest.approx(0.05 * BUCKETS, rel=0.1)
    assert code == EXIT_INCOMPLETE
    assert wrong(truth(fleet), from_json(document)) == []
    named = {each["bucket"]: each.get("reason") for each in document["buckets"] if each["state"] not in KNOWN}
    assert set(named) == {each.name for each in failing}
    assert all(named.values())
    assert_polite(counts, fleet)


KNOWN = ("configured", "absent")


def test_a_run_past_its_deadline_ends_with_every_bucket_told_once(aws_environment: pytest.MonkeyPatch) -> None:
    fleet = Fleet(BUCKETS, 4)
    with ScaleServer(fleet, Manner(rate=20.0, burst=5.0)) as server:
        fetcher = S3Fetcher(aws=Aws(None, HOME, server.url), deadline=1.5)
        buckets = list(fetcher.stream(fleet.wanted()))
        counts = server.answers.counts

    read = [each for each in buckets if each.state in (State.CONFIGURED, State.ABSENT)]
    expected = {name: (state, cors) for name, state, cors in truth(fleet)}
    assert [str(each.name) for each in buckets] == [each.name for each in fleet.natures()]
    assert 0 < len(read) < BUCKETS
    assert all(expected[str(each.name)] == (each.state, each.cors) for each in read)
    assert all("deadline" in (each.reason or "") for each in buckets if each not in read and each.state is State.ERROR)
    assert counts.reads < BUCKETS


def test_an_account_in_which_all_is_denied_costs_a_handful_of_requests_and_one_message(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    closed, opened = "999988887777", ACCOUNT
    fleet = Fleet(BUCKETS, 5, accounts=(opened, closed))
    with ScaleServer(fleet, Manner(denied=(closed,))) as server:
        aws = Aws(None, HOME, server.url, [AccountAccess(each, "reader") for each in fleet.accounts])
        fetcher = S3Fetcher(aws=aws)
        natures = list(fleet.natures())
        buckets = list(fetcher.stream(Wanted(each.name, each.account, each.region) for each in natures))
        counts = server.answers.counts

    for nature, bucket in zip(natures, buckets, strict=True):
        expected = State.DENIED if nature.account == closed else nature.state
        assert (bucket.name, bucket.state) == (nature.name, expected)
    assert counts.answers["AccessDenied"] <= 100
    about = [each for each in fetcher.diagnostics if closed in each.message]
    assert len(about) == 1
    assert "s3:GetBucketCORS" in f"{about[0].message} {about[0].help}"


def test_an_endless_input_is_drawn_from_as_needed_and_closing_ends_the_run(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    fleet, drawn = Fleet(100), itertools.count()
    with ScaleServer(fleet) as server:
        fetcher = S3Fetcher(aws=Aws(None, HOME, server.url), processes=1)
        stream = fetcher.stream(Wanted(fleet.name(next(drawn) % fleet.count)) for _ in itertools.count())
        first = list(itertools.islice(stream, 250))
        assert isinstance(stream, Generator)
        stream.close()
        at_the_end = next(drawn)

    expected = truth(fleet)
    assert seen(first) == [expected[place % fleet.count] for place in range(250)]
    assert at_the_end <= 20_000


def test_over_tls_there_is_a_connection_for_each_thread_and_not_for_each_bucket(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet = Fleet(200, regions=(HOME,))
    certificate, key = make_certificate(tmp_path)
    aws_environment.setenv("AWS_CA_BUNDLE", str(certificate))
    with ScaleServer(fleet, Manner(latency=0.01), certificate, key) as server:
        buckets = list(S3Fetcher(aws=Aws(None, HOME, server.url), concurrency=8).stream(fleet.wanted()))
        counts = server.answers.counts

    assert wrong(truth(fleet), seen(buckets)) == []
    assert counts.reads == fleet.count
    assert 2 <= counts.connections <= 8


def test_a_dead_region_takes_nothing_from_the_living_ones(aws_environment: pytest.MonkeyPatch) -> None:
    fleet = Fleet(200, 6, lasting={Trouble.DEAD: 400.0, Trouble.DEAD_MOVED: 200.0})
    with ScaleServer(fleet) as server:
        fetcher = S3Fetcher(aws=Aws(None, HOME, server.url), read_timeout=0.5)
        buckets = list(fetcher.stream(fleet.wanted()))
        counts = server.answers.counts

    assert wrong(truth(fleet), seen(buckets)) == []
    assert counts.regions[fleet.dead_region] <= 48
    assert Counter(each.state for each in buckets)[State.ERROR] == 120
