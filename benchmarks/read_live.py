"""How fast live rules are read, beside plain boto3 and beside the least it can take: python benchmarks/read_live.py

All readers ask the same S3 on loopback, a process of its own, one after another in the same run; each is a process of
its own, with everything that it starts. Read the ratios: times are of this machine, of which the server has a share.

* ``latency``: 5,000 buckets behind 30 ms. ``loop`` is boto3's client in a loop, which reads a sample and is scaled to
  5,000; ``pool-16`` sixteen threads that share a client; ``bare-16`` the same with requests signed by botocore's signer
  and sent by urllib3, with nothing else of botocore: what is left to gain. ``ours-1`` is one process, ``ours-default``
  as it comes. The processor's time is user and system of all processes of a reader, imports included.
* ``tls``: connections that the server saw.
* ``profile``: where the processor's time of one read goes in ours and in the pool's call, by part.
* ``memory``: the largest process while 10,000, 100,000 and 1,000,000 buckets stream through, with a canned answer in
  the place of the SDK's call and all else as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.live.scale_answers import Manner
from tests.live.scale_fleet import Fleet
from tests.live.scale_server import in_own_process, make_certificate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "no_proxy": "127.0.0.1",
}


@dataclass(frozen=True)
class Run:
    """What one reader took: seconds, seconds of the processor, megabytes of its largest process."""

    buckets: int
    seconds: float
    cpu: float
    megabytes: float
    connections: int

    @property
    def rate(self) -> float:
        return self.buckets / self.seconds

    @property
    def cpu_each(self) -> float:
        """Milliseconds of the processor for a bucket."""
        return 1000 * self.cpu / self.buckets


@contextmanager
def server(fleet: Fleet, manner: Manner, files: Sequence[Path] = ()) -> Iterator[str]:
    """The URL of a server in its own process."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "tests.live.scale_server", in_own_process(fleet, manner, *files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.communicate(timeout=30)


def told(url: str, path: str, trust: Path | None = None) -> dict[str, int]:
    """What the server says of itself."""
    import ssl
    import urllib.request

    context = ssl.create_default_context(cafile=str(trust)) if trust else None
    with urllib.request.urlopen(f"{url}/-/{path}", timeout=30, context=context) as answer:  # noqa: S310
        counts: dict[str, int] = json.loads(answer.read() or b"{}")
        return counts


def run(kind: str, url: str, count: int, trust: Path | None = None) -> Run:
    """One reader from start to end, in a process that is waited for, so that all it started is in the account."""
    told(url, "reset", trust)
    environment = {**ENVIRONMENT, **({"AWS_CA_BUNDLE": str(trust), "SSL_CERT_FILE": str(trust)} if trust else {})}
    command = [sys.executable, str(HERE / "live_readers.py"), kind, url, str(count)]
    output, cpu, megabytes = measured(command, environment)
    answer = json.loads(output)
    expected = sum(nature.cors is not None for nature in Fleet(count, regions=("us-east-1",)).natures())
    if answer["with_rules"] != expected:
        raise SystemExit(f"{kind} found rules on {answer['with_rules']} buckets, not on {expected}")
    connections = told(url, "counts", trust)["connections"] - 1  # the one that asks for them
    return Run(count, answer["seconds"], cpu, megabytes, connections)


MEASURE = """
import ctypes, json, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what the program leaves behind is waited for here
run = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL if sys.argv[1] == "quiet" else subprocess.PIPE, text=True)
try:
    while True:
        os.wait()
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([run.returncode, run.stdout, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measured(command: Sequence[str], environment: Mapping[str, str], output: str = "kept") -> tuple[str, float, float]:
    """What a program printed, the seconds of the processor that it and all that it started took, the megabytes of the
    largest process. ``output``: ``quiet`` if what it prints is of no interest.

    A program may end before what it has started has ended, so all are waited for, which Linux alone can do.
    """
    outer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURE, output, *command], stdout=subprocess.PIPE, env=environment, cwd=ROOT, check=True
    )
    code, printed, cpu, megabytes = json.loads(outer.stdout)
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return printed or "", cpu, megabytes


def latency(quick: bool) -> None:
    """Throughput and the processor's time."""
    count, sample, rounds = (1000, 100, 1) if quick else (5000, 300, 2)
    kinds = ["loop", "pool-16", "ours-1", "ours-default", "bare-16"]
    kinds[2:2] = [] if quick else ["pool-8", "pool-32"]
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    with server(Fleet(count, regions=("us-east-1",)), Manner(latency=0.03)) as url:
        for _ in range(rounds):
            for kind in kinds:
                runs[kind].append(run(kind, url, sample if kind == "loop" else count))
    print(f"\nlatency: {count} buckets behind 30 ms; the loop reads {sample}; the best of {rounds}; load {load()}")
    print(f"  {'':14}{'a second':>10}{'x loop':>8}{'cpu ms each':>13}{'x pool':>8}{'MB':>6}{'connections':>13}")
    best = {kind: (max(each.rate for each in done), min(each.cpu_each for each in done)) for kind, done in runs.items()}
    least = min(cpu for kind, (_, cpu) in best.items() if kind.startswith("pool"))
    for kind, done in runs.items():
        rate, cpu = best[kind]
        megabytes, opened = max(each.megabytes for each in done), max(each.connections for each in done)
        ratios = f"{rate / best['loop'][0]:>8.1f}"
        # A sample does not bear the start of its process as all buckets would.
        ratios += f"{'-':>13}{'-':>8}" if kind == "loop" else f"{cpu:>13.2f}{cpu / least:>8.2f}"
        print(f"  {kind:14}{rate:>10.0f}{ratios}{megabytes:>6.0f}{opened:>13}")


def tls(quick: bool) -> None:
    """Connections over TLS."""
    count = 300 if quick else 1500
    with tempfile.TemporaryDirectory() as folder:
        files = make_certificate(Path(folder))
        with server(Fleet(count, regions=("us-east-1",)), Manner(latency=0.005), files) as url:
            print(f"\ntls: {count} buckets; load {load()}")
            for kind in ("pool-16", "ours-1", "ours-default"):
                done = run(kind, url, count, files[0])
                print(f"  {kind:14}{done.connections:>6} connections{done.cpu_each:>8.2f} ms of the processor each")


def profile(quick: bool) -> None:
    """Where the time goes."""
    count = 300 if quick else 1500
    with server(Fleet(count, regions=("us-east-1",)), Manner()) as url:
        found = {}
        for kind in ("pool-4", "ours-1", "bare-4"):
            command = [sys.executable, str(HERE / "live_profile.py"), kind, url, str(count)]
            found[kind] = json.loads(measured(command, ENVIRONMENT)[0])
    print(f"\nprofile: share of the processor's time of {count} reads; load {load()}")
    print("  " + " " * 32 + "".join(f"{kind:>9}" for kind in found))
    for part in sorted(
        {part for each in found.values() for part in each}, key=lambda part: -found["ours-1"].get(part, 0)
    ):
        print(f"  {part:32}" + "".join(f"{100 * each.get(part, 0):>8.1f}%" for each in found.values()))


def memory(quick: bool) -> None:
    """The largest process of `cors-drift live`, which lists, reads and writes a snapshot."""
    print(f"\nmemory: cors-drift live, with canned answers; load {load()}")
    for count in (10_000, 50_000) if quick else (10_000, 100_000, 1_000_000):
        environment = {**ENVIRONMENT, "PYTHONPATH": str(HERE / "canned"), "CORS_DRIFT_CANNED": str(count)}
        for processes in ("1", "2"):
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / "snapshot"
                command = [sys.executable, "-m", "drift", "live", "--region", "us-east-1", "--processes", processes]
                start = time.perf_counter()
                _, cpu, megabytes = measured([*command, "--output", f"json={target}"], environment, "quiet")
                took = time.perf_counter() - start
                size = target.stat().st_size / 1e6
            rest = f"{took:.0f} s, {cpu:.0f} s of the processor, {size:.0f} MB of snapshot"
            print(f"  {count:>9} buckets, {processes} processes: {megabytes:>4.0f} MB; {rest}")


def load() -> str:
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the buckets, once")
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="only this part")
    given = parser.parse_args()
    for name, part in PARTS.items():
        if not given.only or name in given.only:
            part(given.quick)


PARTS = {"latency": latency, "tls": tls, "profile": profile, "memory": memory}

if __name__ == "__main__":
    main()
