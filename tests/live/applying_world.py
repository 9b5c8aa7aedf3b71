"""Restoring against a store on loopback, in this process: plans out of declared rules, and applying without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.applying import apply
from drift.applying_patience import Patience
from drift.live_side import LiveSide
from drift.pipeline import check
from drift.restoring import Fate, Reach, Restoration, restoration
from drift.settings import LiveSettings, Settings
from tests.live.cors_store import CorsStore, Rules, snapshot

Fates = Mapping[str, Fate]


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.01)

    def __call__(self) -> float:
        return self.now


class World:
    """A store, a folder to work in, and what is declared."""

    def __init__(self, store: CorsStore, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.live = LiveSettings(endpoint_url=store.url, region="us-east-1", recheck=0.0, concurrency=4)
        self.settings = Settings(live=self.live)
        self.side = LiveSide(self.live)
        self.clock = Clock()
        self.patience = Patience(sleep=self.clock.sleep, clock=self.clock, settle=5.0)

    def plan(self, declared: Mapping[str, Rules | None], **more: Any) -> Restoration:
        file = self.folder / "declared.json"
        file.write_text(snapshot(declared, **more), encoding="utf-8")
        return restoration(check([file], self.settings), Reach.of(self.live))

    def apply(
        self,
        plan: Restoration,
        agree: Callable[[Restoration], bool] = lambda _: True,
        live: LiveSettings | None = None,
        **more: Any,
    ) -> Restoration:
        side, live = (self.side, self.live) if live is None else (LiveSide(live), live)
        return apply(plan, live, agree, side=side, patience=self.patience, **more)

    def undo_files(self) -> list[Path]:
        return sorted(self.folder.glob("cors-drift-undo-*.json"))


def fates(found: Restoration) -> Fates:
    return {each.name: each.fate for each in found.buckets}


@pytest.fixture
def world(aws_environment: pytest.MonkeyPatch, quick_retries: None, tmp_path: Path) -> Any:
    aws_environment.chdir(tmp_path)
    with CorsStore() as store:
        yield World(store, tmp_path)
