"""The small AWS as a fixture, the program run against it, and a search of all that it wrote for what it must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from drift.__main__ import run
from tests.live.aws_server import CALLER, AwsServer
from tests.live.uses import EXTERNAL_ID, Use, furnish, world


@pytest.fixture
def aws_server(aws_environment: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    """An AWS in which the caller's account has nothing yet; the caller's credentials are in the environment."""
    aws_environment.setenv("AWS_ACCESS_KEY_ID", CALLER.access)
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", CALLER.secret)
    aws_environment.setenv("AWS_SESSION_TOKEN", str(CALLER.token))
    with AwsServer() as server:
        yield server


@dataclass(frozen=True)
class Outcome:
    """What a command did. ``written`` are the files that were not there before."""

    code: int
    out: str
    err: str
    written: dict[Path, str]

    @property
    def text(self) -> str:
        return "\n".join([self.out, self.err, *self.written.values(), *map(str, self.written)])

    def leaks(self, secrets: set[str]) -> set[str]:
        """Those of the secrets that stand anywhere in it, as they are or as in a URL."""
        text = self.text
        return {each for each in secrets if each in text or quote(each, safe="") in text}


Perform = Callable[[Use], Outcome]


@pytest.fixture
def perform(
    aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[Perform]:
    """Does things in a furnished folder, against a server with something for each; no secret may come out of any."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_server.url)
    monkeypatch.setattr("drift.fetchers.cloudtrail.SPACING", 0.0)
    monkeypatch.setattr("drift.fetchers.asking.Patience.wait", lambda *_: None)
    furnish(tmp_path, aws_server.url)
    world(aws_server)
    before = {path: path.stat().st_mtime_ns for path in files(tmp_path)}
    done: list[Outcome] = []

    def act(use: Use) -> Outcome:
        capfd.readouterr()
        code = run(use.argv(aws_server, tmp_path))
        printed = capfd.readouterr()
        changed = [path for path in files(tmp_path) if before.get(path) != path.stat().st_mtime_ns]
        written = {path: path.read_bytes().decode(errors="replace") for path in changed}
        done.append(Outcome(code, printed.out, printed.err, written))
        return done[-1]

    yield act
    for outcome in done:
        assert outcome.leaks(aws_server.secrets() | {EXTERNAL_ID}) == set()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
