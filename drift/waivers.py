"""Waivers: which findings the settings accept for now, and which waivers no longer do what they were for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from drift.finding import Finding
from drift.ignoring import Ignored
from drift.report import BucketReport
from drift.settings import Waiver


def apply_waivers(
    buckets: Sequence[BucketReport],
    general: Sequence[Finding],
    waivers: Sequence[Waiver],
    today: date,
    *,
    narrowed: bool = False,
) -> tuple[tuple[BucketReport, ...], tuple[Finding, ...]]:
    """The buckets with ``waived`` on the findings that a waiver holds for, and the general findings with what is to be
    said of the waivers themselves.
    """
    raise NotImplementedError


def ignore_findings(ignored: Sequence[Ignored], *, narrowed: bool = False) -> tuple[Finding, ...]:
    """A finding for each ignore that left out no bucket; none if the run was narrowed."""
    raise NotImplementedError
