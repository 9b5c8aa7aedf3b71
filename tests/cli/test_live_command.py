"""``live`` and ``merge`` as a user meets them: what is printed, what is kept, how a run ends and goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drift.__main__ import run
from tests.cli.conftest import Cli, schema
from tests.fixtures_s3 import fault_server, quick_retries
from tests.live.fault_server import HANG, NO_SUCH_BUCKET, FaultServer, Reply, error, rules

__all__ = ["fault_server", "quick_retries"]

NONE = error(404, "NoSuchCORSConfiguration")
DENIED = error(403, "AccessDenied")


def listing(*names: str) -> Reply:
    inside = "".join(f"<Bucket><Name>{name}</Name><BucketRegion>us-east-1</BucketRegion></Bucket>" for name in names)
    return Reply(body=f"<ListAllMyBucketsResult><Buckets>{inside}</Buckets></ListAllMyBucketsResult>")


def fleet(server: FaultServer, **buckets: Reply) -> list[str]:
    """Buckets with one answer each, all listed; ``_`` in a name stands for a dash."""
    names = [name.replace("_", "-") for name in buckets]
    for name, reply in zip(names, buckets.values(), strict=True):
        server.bucket(name, reply)
    server.pages[""] = listing(*names)
    return names


def many(server: FaultServer, count: int, hangs: int | None = None) -> list[str]:
    """So many buckets with rules, of which one never answers."""
    replies = {f"b_{number:03}": HANG if number == hangs else rules() for number in range(count)}
    return fleet(server, **replies)


def states(path: Path) -> dict[str, str]:
    document = json.loads(path.read_text())
    schema("snapshot").validate(document)
    return {each["bucket"]: each["state"] for each in document["buckets"]}


def timeless(path: Path) -> str:
    return re.sub(r'"taken_at": "[^"]*"', "", path.read_text())


def test_a_listing_ends_with_how_much_was_read(cli: Cli, fault_server: FaultServer, quick_retries: None) -> None:
    fleet(fault_server, b_one=rules(), b_two=NONE, b_three=DENIED, b_four=NO_SUCH_BUCKET)
    result = cli("live", "--endpoint-url", fault_server.url)
    assert result.code == 3
    assert result.out.startswith("b-one  configured  us-east-1\n")
    assert result.out.endswith("4 buckets: 2 read (1 with rules, 1 without), 1 denied, 1 missing.\n")
    assert result.err == ""


def test_with_json_stdout_is_the_snapshot_alone(cli: Cli, fault_server: FaultServer, quick_retries: None) -> None:
    names = fleet(fault_server, b_two=rules(), b_one=NONE)
    result = cli("live", *names, "--endpoint-url", fault_server.url, "--format", "json")
    assert [bucket["bucket"] for bucket in result.json["buckets"]] == names
    assert result.json["run"]["named"]["count"] == 2
    assert result.json["run"]["read_from"] == fault_server.url
    assert result.err == "2 buckets: 2 read (1 with rules, 1 without).\n"


def test_every_output_gets_what_was_read_and_no_journal_is_left(
    cli: Cli, fault_server: FaultServer, tmp_path: Path
) -> None:
    many(fault_server, 5)
    outputs = ("--output", "json=a.json", "--output", "terminal=b.txt", "--output", "json=c.json")
    result = cli("live", "--endpoint-url", fault_server.url, *outputs)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.txt", "c.json"]
    assert (tmp_path / "a.json").read_text() == (tmp_path / "c.json").read_text()
    assert (tmp_path / "b.txt").read_text() == result.out
    assert len(states(tmp_path / "a.json")) == 5


def test_a_pipe_or_a_device_can_be_written_to(cli: Cli, fault_server: FaultServer, tmp_path: Path) -> None:
    many(fault_server, 3)
    assert cli("live", "--endpoint-url", fault_server.url, "--output", "json=/dev/null").code == 0
    full = cli("live", "--endpoint-url", fault_server.url, "--output", "json=/dev/full")
    assert full.code == 2
    assert "/dev/full cannot be written: No space left on device" in full.err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(
    cli: Cli, fault_server: FaultServer, tmp_path: Path
) -> None:
    (tmp_path / "live.json.partial").mkdir()
    result = cli("live", "b-one", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", "json")
    assert result.code == 2
    assert "live.json.partial cannot be written" in result.err
    assert result.json["diagnostics"][0]["id"] == "error"
    assert fault_server.asked == []


def test_a_file_has_no_place_in_the_place_of_s3_here(cli: Cli) -> None:
    result = cli("live", "--live", "live.json")
    assert result.code == 2
    assert "a file is not read by this command" in result.err


def test_wrong_credentials_leave_files_as_they_are(cli: Cli, fault_server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text("of yesterday")
    fault_server.pages[""] = error(403, "InvalidAccessKeyId")
    result = cli("live", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", "json")
    assert result.code == 2
    assert [each["severity"] for each in result.json["diagnostics"]] == ["error"]
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("live.json", "of yesterday")]


def test_a_listing_that_fails_on_its_way_leaves_what_was_read_to_go_on_from(
    cli: Cli, fault_server: FaultServer, quick_retries: None, tmp_path: Path
) -> None:
    names = many(fault_server, 6)
    first = listing(*names[:4]).body.replace("</Buckets>", "</Buckets><ContinuationToken>2</ContinuationToken>")
    fault_server.pages |= {"": Reply(body=first), "2": error(403, "AccessDenied")}
    command = ("live", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", "json")
    result = cli(*command)
    assert result.code == 2
    assert [each["bucket"] for each in result.json["buckets"]] == names[:4]
    assert result.err.count("does not let these credentials list") == 1
    assert states(tmp_path / "live.json") == dict.fromkeys(names[:4], "configured")
    fault_server.pages["2"] = listing(*names[4:])
    asked = len(fault_server.asked)
    assert cli(*command, "--resume", "live.json").code == 0
    assert states(tmp_path / "live.json") == dict.fromkeys(names, "configured")
    assert {each.bucket for each in fault_server.asked[asked:]} == {"", *names[4:]}


def test_resume_reads_again_what_was_not_read(
    cli: Cli, fault_server: FaultServer, quick_retries: None, tmp_path: Path
) -> None:
    fleet(fault_server, b_one=rules(), b_two=DENIED, b_three=NONE)
    command = ("live", "--endpoint-url", fault_server.url)
    assert cli(*command, "--output", "json=live.json").code == 3
    fault_server.bucket("b-two", rules())
    asked = len(fault_server.asked)
    assert cli(*command, "--resume", "live.json").code == 0
    assert [each.bucket for each in fault_server.asked[asked:]] == ["", "b-two"]
    assert list(states(tmp_path / "live.json").values()) == ["configured", "configured", "absent"]
    again = cli(*command, "--resume", "live.json")
    assert again.code == 2
    assert "nothing is left to read" in again.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["b-one"], "all buckets that are listed, not 1 named bucket"),
        (["--account", "222222222222"], "account 111111111111, not 222222222222"),
        (["--shard", "1/2"], "all shards, not shard 1/2"),
        (["--endpoint-url", "http://localhost:1"], "not http://localhost:1"),
    ],
)
def test_resume_refuses_what_another_run_has_saved_and_says_what_differs(
    cli: Cli, fault_server: FaultServer, tmp_path: Path, change: list[str], words: str
) -> None:
    fleet(fault_server, b_one=rules(), b_two=DENIED)
    command = ["live", "--endpoint-url", fault_server.url, "--account", "111111111111"]
    cli(*command, "--output", "json=live.json")
    before = (tmp_path / "live.json").read_text()
    result = cli(*command, *change, "--resume", "live.json")
    assert result.code == 2
    assert words in result.err
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("live.json", before)]


def test_no_password_of_an_endpoint_is_kept(cli: Cli, fault_server: FaultServer, tmp_path: Path) -> None:
    many(fault_server, 1)
    cli("live", "--endpoint-url", fault_server.url.replace("//", "//user:secret@"), "--output", "json=live.json")
    assert not any("secret" in path.read_text() for path in tmp_path.iterdir())


def test_sixteen_shards_merged_are_one_run(cli: Cli, fault_server: FaultServer, tmp_path: Path) -> None:
    many(fault_server, 40)
    command = ("live", "--endpoint-url", fault_server.url, "--output")
    assert cli(*command, "json=whole.json").code == 0
    codes = {cli(*command, f"json=shard-{index}.json", "--shard", f"{index}/16").code for index in range(1, 17)}
    assert codes == {0}
    shards = sorted(path.name for path in tmp_path.glob("shard-*.json"))
    result = cli("merge", *shards, "--output", "json=merged.json", "--output", "terminal=merged.txt")
    assert result.code == 0
    assert timeless(tmp_path / "merged.json") == timeless(tmp_path / "whole.json")
    assert (tmp_path / "merged.txt").read_text() == result.out
    assert result.out.endswith("40 buckets: 40 read (40 with rules, 0 without).\n")
    missing = cli("merge", *shards[1:], "--output", "json=merged.json", "--format", "json")
    assert missing.code == 2
    assert "shard 1 of 16 is missing" in missing.err
    assert missing.json["buckets"] == []
    allowed = cli("merge", *shards[1:], "--allow-incomplete", "--format", "json")
    assert (allowed.code, allowed.json["run"]["complete"]) == (0, False)


def test_a_merge_that_fails_on_its_way_replaces_no_file_and_prints_one_value(cli: Cli, tmp_path: Path) -> None:
    good = '    {"bucket": "a", "address": null, "state": "absent", "rules": [], "ordered": true, "account": null, '
    good += '"region": null, "location": null, "reason": null}'
    text = '{\n  "kind": "cors-drift/snapshot",\n  "version": 1,\n  "source": "s3",\n  "taken_at": null,\n'
    text += f'  "buckets": [\n{good},\n{good.replace("absent", "nowhere")}\n  ],\n  "diagnostics": []\n}}\n'
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "out.json").write_text("as it was")
    result = cli("merge", "a.json", "--output", "json=out.json", "--format", "json")
    assert result.code == 2
    assert "a.json:8" in result.err
    assert [bucket["bucket"] for bucket in result.json["buckets"]] == ["a"]
    assert (tmp_path / "out.json").read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "out.json"]


def test_a_shard_without_buckets_is_no_failure_but_an_account_without_any_is_told(
    cli: Cli, fault_server: FaultServer, tmp_path: Path
) -> None:
    many(fault_server, 1)
    command = ("live", "--endpoint-url", fault_server.url, "--shard")
    assert sorted(cli(*command, f"{index}/2", "--format", "json").json["run"]["shard"] for index in (1, 2)) == [
        "1/2",
        "2/2",
    ]
    assert {cli(*command, f"{index}/2").code for index in (1, 2)} == {0}
    fault_server.pages[""] = listing()
    assert cli(*command, "1/2", "--output", "json=live.json").code == 4
    assert states(tmp_path / "live.json") == {}


def test_an_interrupted_snapshot_in_the_place_of_s3_is_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.yaml").write_text("version: 1\nbuckets:\n  b-one: []\n")
    document = {
        "kind": "cors-drift/snapshot",
        "version": 1,
        "source": "s3",
        "taken_at": None,
        "buckets": [{"bucket": "b-one", "state": "absent", "rules": []}],
        "diagnostics": [{"severity": "error", "id": "interrupted", "message": "1 of 2", "location": None}],
    }
    (tmp_path / "live.json").write_text(json.dumps(document))
    assert cli("check", "cors.yaml", "--live", "live.json").code == 2
    document["diagnostics"] = []
    (tmp_path / "live.json").write_text(json.dumps(document))
    assert cli("check", "cors.yaml", "--live", "live.json").code == 0


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts the command in a process of its own, which ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def call(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "drift", *arguments]
        process = subprocess.Popen(  # type: ignore[call-overload]
            command,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        started.append(process)
        return process  # type: ignore[no-any-return]

    yield call
    for process in started:
        process.kill()
        process.communicate()


def wait_for_lines(path: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Until the journal has so many buckets, or the process has ended."""
    for _ in range(3000):
        if path.exists() and path.read_bytes().count(b"\n") > count:
            return
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        return


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("kind", ["json", "terminal"])
def test_what_was_read_is_saved_when_a_signal_ends_the_run(
    start: Start, cli: Cli, fault_server: FaultServer, tmp_path: Path, number: signal.Signals, code: int, kind: str
) -> None:
    names = many(fault_server, 30, hangs=20)
    command = ["live", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", kind]
    process = start(*command)
    wait_for_lines(tmp_path / "live.json.partial", 29, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert b"Traceback" not in err
    read = states(tmp_path / "live.json")
    assert list(read) == [*names[:20], *names[21:]]
    assert "the run was interrupted when 29 of 30 buckets had been read" in err.decode()
    assert "--resume live.json" in err.decode()
    if kind == "json":
        document = json.loads(out)
        schema("snapshot").validate(document)
        assert [each["bucket"] for each in document["buckets"]] == list(read)
        assert [each["id"] for each in document["diagnostics"]] == ["interrupted"]
    fault_server.bucket(names[20], rules())
    assert cli(*command, "--resume", "live.json").code == 0
    assert list(states(tmp_path / "live.json")) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live.json"]


def test_without_output_an_interrupted_run_says_that_nothing_was_saved(
    start: Start, fault_server: FaultServer, tmp_path: Path
) -> None:
    many(fault_server, 3, hangs=1)
    process = start("live", "--endpoint-url", fault_server.url, "--format", "json")
    while not fault_server.asked_for("b-001"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"nothing was saved" in err
    assert [each["id"] for each in json.loads(out)["diagnostics"]] == ["interrupted"]
    assert list(tmp_path.iterdir()) == []


def test_a_second_signal_ends_the_process_at_once_and_stdout_is_whole_or_empty(
    start: Start, fault_server: FaultServer, tmp_path: Path
) -> None:
    many(fault_server, 30, hangs=20)
    process = start("live", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", "json")
    wait_for_lines(tmp_path / "live.json.partial", 20, process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, 143)
    assert b"Traceback" not in err
    assert not out or json.loads(out)["kind"] == "cors-drift/snapshot"


def test_a_progress_bar_that_is_interrupted_leaves_the_terminal_clean(
    start: Start, fault_server: FaultServer, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of Unix")
    many(fault_server, 30, hangs=20)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = start(
        *("live", "--endpoint-url", fault_server.url, "--output", "json=live.json", "--format", "json"),
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    wait_for_lines(tmp_path / "live.json.partial", 20, process)
    process.send_signal(signal.SIGINT)
    shown = b""
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert process.wait() == 130
    assert b"Reading buckets" in shown
    assert shown.count(b"\x1b[?25l") == shown.count(b"\x1b[?25h") > 0
    last = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode().splitlines()
    assert last[-1].startswith(f"{len(states(tmp_path / 'live.json'))} buckets: ")


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # Linux says so when the last writer has gone
        return b""


def test_that_nobody_reads_any_more_does_not_keep_the_files_from_being_written(
    start: Start, fault_server: FaultServer, tmp_path: Path
) -> None:
    many(fault_server, 60)
    ours, theirs = os.pipe()
    os.close(ours)
    process = start("live", "--endpoint-url", fault_server.url, "--output", "json=live.json", stdout=theirs)
    os.close(theirs)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"Traceback" not in err
    assert len(states(tmp_path / "live.json")) == 60


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    from drift.interruption import stopping

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stopping() as stop:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.exit_code == 143
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_handlers_are_put_back(cli: Cli) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run(["merge", "no-such-file.json"])
    assert signal.getsignal(signal.SIGINT) is before[0]
