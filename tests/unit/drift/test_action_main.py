"""However the Action's step ends, its exit code is one of the documented table."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping

import pytest

from drift import action


class Terminated(BaseException):
    """As the command line has SIGTERM come."""


@pytest.mark.parametrize(
    ("error", "code"), [(ValueError("a\n::error::b"), 2), (KeyboardInterrupt(), 130), (Terminated(), 143)]
)
def test_nothing_that_goes_wrong_reads_as_drift(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def step(_: object) -> int:
        raise error

    monkeypatch.setattr(action, "step", step)
    monkeypatch.setattr(action, "one_stream", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(SystemExit) as ended:
        action.main()
    assert ended.value.code == code
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (code == 2)


def test_nothing_that_the_check_starts_inherits_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, str]] = []

    def step(given: Mapping[str, str]) -> int:
        seen.append((action.TOKEN in os.environ, given[action.TOKEN]))
        return 0

    monkeypatch.setattr(action, "step", step)
    monkeypatch.setattr(action, "one_stream", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    monkeypatch.setenv(action.TOKEN, "ghs_secret")
    with pytest.raises(SystemExit):
        action.main()
    assert seen == [(False, "ghs_secret")]
