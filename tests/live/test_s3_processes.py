"""Reading in several processes: the same results, and none of them left over, however the run ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.errors import CredentialsError
from drift.fetchers import s3_crew
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_crew import Crew
from drift.fetchers.s3_process import Worker
from drift.fetchers.s3_retry import Retry
from drift.interfaces import Wanted
from drift.snapshot import State
from tests.fixtures_s3 import QUICK
from tests.live.fault_server import HANG, SLOW_DOWN, FaultServer, Reply, error, rules

OTHER = rules("<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>")
NONE = error(404, "NoSuchCORSConfiguration")


@pytest.fixture
def crews(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Crew]]:
    """All crews that are made; from the first bucket on, the other processes read."""
    made: list[Crew] = []
    init = Crew.__init__

    def note(self: Crew, *args: object, **options: object) -> None:
        init(self, *args, **options)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Crew, "__init__", note)
    monkeypatch.setattr(s3_crew, "ALONE", 0)
    monkeypatch.setattr(s3_crew, "_WORTH", 50)
    yield made
    for crew in made:
        crew.stop()


def fetcher(server: FaultServer, processes: int = 2, **options: object) -> S3Fetcher:
    return S3Fetcher(endpoint_url=server.url, retry=QUICK, processes=processes, concurrency=4, **options)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    """Whether all of them end soon."""
    until = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        threading.Event().wait(0.02)
    return not any(alive(pid) for pid in pids)


def scripts(server: FaultServer, count: int) -> list[str]:
    kinds: list[tuple[Reply, ...]] = [(rules(),), (NONE,), (SLOW_DOWN, OTHER), (error(403, "AccessDenied"),), (OTHER,)]
    names = [f"b{number}" for number in range(count)]
    for number, name in enumerate(names):
        server.bucket(name, *kinds[number % len(kinds)])
    return names


def test_other_processes_find_the_same_in_the_same_order(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 150)

    buckets = fetcher(fault_server).fetch([Wanted(name) for name in names]).buckets

    assert [bucket.name for bucket in buckets] == names
    states = [State.CONFIGURED, State.ABSENT, State.CONFIGURED, State.DENIED, State.CONFIGURED]
    assert [bucket.state for bucket in buckets] == states * 30
    assert {bucket.region for bucket in buckets} == {"us-east-1"}
    assert all(len(fault_server.asked_for(name)) == (2 if number % 5 == 2 else 1) for number, name in enumerate(names))
    assert len({id(bucket.cors) for bucket in buckets if bucket.cors}) == 2
    assert buckets[3].reason == buckets[8].reason
    assert gone(crews[0].pids)


def test_what_this_process_has_not_begun_goes_to_the_others_when_they_are_there(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = scripts(fault_server, 400)
    monkeypatch.setattr(s3_crew, "ALONE", 390)
    reader = fetcher(fault_server)

    buckets = reader.fetch([Wanted(name) for name in names]).buckets

    assert [bucket.name for bucket in buckets] == names
    assert State.ERROR not in {bucket.state for bucket in buckets}


def test_buckets_can_be_had_as_they_come(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 100)
    fault_server.bucket("b0", SLOW_DOWN, SLOW_DOWN, SLOW_DOWN, rules())

    arrivals = list(fetcher(fault_server).arrivals(Wanted(name) for name in names))

    assert sorted(place for place, _ in arrivals) == list(range(100))
    assert all(bucket.name == names[place] for place, bucket in arrivals)


def test_a_region_that_another_process_was_told_is_remembered_here(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault_server.bucket("b", error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1"), rules())
    reader = fetcher(fault_server)
    assert reader.fetch([Wanted("b")]).buckets[0].region == "eu-west-1"

    monkeypatch.setattr(s3_crew, "ALONE", 10)
    assert reader.fetch([Wanted("b")]).buckets[0].region == "eu-west-1"

    assert [each.headers["authorization"].split("/")[2] for each in fault_server.asked] == [
        "us-east-1",
        "eu-west-1",
        "eu-west-1",
    ]


def test_a_few_buckets_start_no_process(fault_server: FaultServer) -> None:
    fault_server.bucket("b", rules())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_crew, "start", lambda: pytest.fail("started"))
        assert fetcher(fault_server).fetch([Wanted("b")]).buckets[0].state is State.CONFIGURED


def test_buckets_of_a_process_that_is_killed_are_read_by_another(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 120)
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if not killed and done > 40 and crews[0].pids:
            killed.append(crews[0].pids[0])
            os.kill(killed[0], signal.SIGKILL)

    buckets = fetcher(fault_server, processes=1 + 1, progress=kill).fetch([Wanted(name) for name in names]).buckets

    assert killed
    assert [bucket.name for bucket in buckets] == names
    assert not [bucket for bucket in buckets if bucket.state is State.ERROR]
    assert gone(killed + crews[0].pids)


def test_a_bucket_over_which_process_after_process_ends_is_an_error_with_a_reason(
    fault_server: FaultServer, crews: list[Crew]
) -> None:
    fault_server.bucket("deadly", HANG)
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.02):
            if any(each.bucket == "deadly" for each in list(fault_server.asked)):
                fault_server.asked.clear()
                for pid in crews[0].pids:
                    os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        (bucket,) = fetcher(fault_server).fetch([Wanted("deadly")]).buckets
    finally:
        stop.set()
        killer.join()

    assert bucket.state is State.ERROR
    assert bucket.reason == "not read: 3 processes that were to read it ended, the last by signal 9"


def test_where_no_process_can_be_started_this_one_reads_everything(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = scripts(fault_server, 100)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    buckets = fetcher(fault_server).fetch([Wanted(name) for name in names]).buckets

    assert [bucket.name for bucket in buckets] == names
    assert State.ERROR not in {bucket.state for bucket in buckets}


def test_processes_that_end_at_once_leave_the_work_to_this_one(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = scripts(fault_server, 100)

    def broken() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit(3)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    monkeypatch.setattr(s3_crew, "start", broken)

    buckets = fetcher(fault_server).fetch([Wanted(name) for name in names]).buckets

    assert [bucket.name for bucket in buckets] == names
    assert State.ERROR not in {bucket.state for bucket in buckets}


def test_what_ends_the_run_in_another_process_is_raised_here(
    fault_server: FaultServer, crews: list[Crew], aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CredentialsError, match="no AWS credentials were found") as caught:
        fetcher(fault_server).fetch([Wanted(f"b{number}") for number in range(50)])

    assert caught.value.advice is not None
    assert gone(crews[0].pids)


def test_what_one_process_finds_out_of_an_account_is_said_once(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = [f"b{number}" for number in range(600)]
    for name in names:
        fault_server.bucket(name, error(403, "AccessDenied"))
    reader = fetcher(fault_server)

    snapshot = reader.fetch([Wanted(name) for name in names])

    assert {bucket.state for bucket in snapshot.buckets} == {State.DENIED}
    assert [each.id for each in snapshot.diagnostics] == ["account-denied"]
    assert len(fault_server.asked) < 200


@pytest.mark.parametrize("refusal", [error(403, "AccessDenied"), error(501, "NotImplemented")], ids=["403", "501"])
def test_a_process_whose_first_reads_are_refused_closes_nothing_of_which_another_was_told_something(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch, refusal: Reply
) -> None:
    names = [f"b{number}" for number in range(400)]
    for number, name in enumerate(names):
        fault_server.bucket(name, refusal if 10 <= number < 200 else rules())
    monkeypatch.setattr(s3_crew, "ALONE", 10)
    reader = fetcher(fault_server)

    snapshot = reader.fetch([Wanted(name) for name in names])

    assert crews[0].started == 2
    assert [bucket.name for bucket in snapshot.buckets if bucket.state is not State.CONFIGURED] == names[10:200]
    assert [len(fault_server.asked_for(name)) for name in names] == [1] * 400
    assert snapshot.diagnostics == ()


def test_what_was_closed_wrongly_by_a_process_is_put_back(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told too late here: each process closes the account by itself first."""
    names = [f"b{number}" for number in range(400)]
    for number, name in enumerate(names):
        fault_server.bucket(name, error(403, "AccessDenied") if 10 <= number < 200 else rules())
    monkeypatch.setattr(s3_crew, "ALONE", 10)
    send = Worker.send
    late: list[str] = []

    def forget_first(self: Worker, kind: str, content: object) -> None:
        if kind == "open" and len(late) < 2:
            late.append(kind)
        else:
            send(self, kind, content)

    monkeypatch.setattr(Worker, "send", forget_first)

    snapshot = fetcher(fault_server).fetch([Wanted(name) for name in names])

    assert len(late) == 2
    assert [bucket.name for bucket in snapshot.buckets if bucket.state is not State.CONFIGURED] == names[10:200]
    assert snapshot.diagnostics == ()


def test_a_process_that_stands_still_is_ended_and_its_buckets_are_read_by_others(
    fault_server: FaultServer, crews: list[Crew], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = scripts(fault_server, 300)
    stopped: list[int] = []

    def stop(done: int, total: int) -> None:
        if not stopped and done > 40 and crews[0].pids:
            stopped.append(crews[0].pids[0])
            os.kill(stopped[0], signal.SIGSTOP)

    monkeypatch.setattr(
        Worker, "silent", lambda self, since: bool(self.given) and self.process.pid in stopped, raising=False
    )
    reader = fetcher(fault_server, progress=stop, deadline=20.0)

    buckets = reader.fetch([Wanted(name) for name in names]).buckets

    assert stopped
    assert [bucket.name for bucket in buckets] == names
    assert State.ERROR not in {bucket.state for bucket in buckets}
    assert gone(stopped + crews[0].pids)


def test_a_process_that_stands_still_is_not_left_behind(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 400)
    stream = fetcher(fault_server).stream(Wanted(name) for name in names)
    next(stream)
    pids = crews[0].pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)

    stream.close()  # type: ignore[attr-defined]

    try:
        assert gone(pids)
    finally:
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def test_what_is_sent_to_a_process_that_does_not_read_keeps_nobody_waiting() -> None:
    deaf = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    worker = Worker(deaf)
    sent = threading.Event()

    def send() -> None:
        for _ in range(4):
            worker.send("read", "x" * 1_000_000)
        worker.end()
        sent.set()

    threading.Thread(target=send, daemon=True).start()
    try:
        assert sent.wait(10)
        assert worker.ended() == -signal.SIGKILL
    finally:
        deaf.kill()
        assert deaf.stdout is not None
        deaf.stdout.close()


def test_only_a_process_that_has_something_to_say_can_be_silent() -> None:
    idle = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    worker = Worker(idle)
    later = worker.heard + 1
    try:
        assert worker.silent(later)  # it has not even begun
        worker.ready = True
        assert not worker.silent(later)
        worker.given[0] = Wanted("b")
        assert worker.silent(later)
        assert not worker.silent(worker.heard - 1)
    finally:
        worker.end()
        worker.ended()
        assert idle.stdout is not None
        idle.stdout.close()


def test_an_iterator_that_is_closed_early_leaves_no_process(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 400)
    stream = fetcher(fault_server).stream(Wanted(name) for name in names)
    next(stream)
    pids = crews[0].pids
    assert pids

    stream.close()  # type: ignore[attr-defined]

    assert gone(pids)


def test_the_deadline_ends_the_other_processes_too(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 100)
    fault_server.bucket("b7", HANG)

    buckets = fetcher(fault_server, deadline=2.0).fetch([Wanted(name) for name in names]).buckets

    assert [bucket.name for bucket in buckets] == names
    assert buckets[7].reason == "not read: the deadline of 2 seconds had passed"
    assert gone(crews[0].pids)


PARENT = textwrap.dedent(
    """
    import sys
    from drift.fetchers import s3_crew
    from drift.fetchers.s3 import S3Fetcher
    from drift.interfaces import Wanted

    s3_crew.ALONE = 0
    made = []
    start = s3_crew.start
    s3_crew.start = lambda: made.append(start()) or made[-1]
    stream = S3Fetcher(endpoint_url=sys.argv[1], processes=2).stream(Wanted(n) for n in ["works"] * 1000 + ["hangs"])
    try:
        for number, bucket in enumerate(stream):
            if number == 100:
                print(*(each.pid for each in made), flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
    """
)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_this_process_ends_no_other_is_left(fault_server: FaultServer, how: signal.Signals) -> None:
    fault_server.bucket("works", rules())
    fault_server.bucket("hangs", HANG)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, fault_server.url], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert pids
    assert all(alive(pid) for pid in pids)

    parent.send_signal(how)

    assert parent.wait(10) == (130 if how is signal.SIGINT else -how)
    parent.stdout.close()
    assert gone(pids)


def test_a_process_does_not_listen_to_ctrl_c(fault_server: FaultServer, crews: list[Crew]) -> None:
    names = scripts(fault_server, 120)
    sent: list[int] = []

    def interrupt(done: int, total: int) -> None:
        if not sent and done > 20:
            sent.extend(crews[0].pids)
            for pid in sent:
                os.kill(pid, signal.SIGINT)

    buckets = fetcher(fault_server, progress=interrupt).fetch([Wanted(name) for name in names]).buckets

    assert sent
    assert len(buckets) == 120
    assert crews[0].started == len(sent)


def test_more_processes_are_started_only_for_more_buckets(fault_server: FaultServer, crews: list[Crew]) -> None:
    for count, started in ((70, 2), (160, 3)):
        names = scripts(fault_server, count)

        fetcher(fault_server, processes=8).fetch([Wanted(name) for name in names])

        assert crews[-1].started == started


def test_retries_and_owner_are_those_of_the_one_that_started_it(fault_server: FaultServer, crews: list[Crew]) -> None:
    fault_server.bucket("slow", SLOW_DOWN)
    fault_server.bucket("mine", Reply(body=rules().body, owner="123456789012"))
    reader = S3Fetcher(
        endpoint_url=fault_server.url, account="123456789012", processes=2, retry=Retry(2, 2, 0.0, 0.0, 0.0, 10_000.0)
    )

    slow, mine = reader.fetch([Wanted("slow"), Wanted("mine")]).buckets

    assert slow.state is State.THROTTLED
    assert len(fault_server.asked_for("slow")) == 2
    assert mine.state is State.CONFIGURED
