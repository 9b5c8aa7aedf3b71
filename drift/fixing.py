"""The way back, as functions: have the code take over what is live, or put back what is declared.

As everything in ``drift.pipeline``, these raise ``drift.errors.CorsDriftError`` and its kinds. Without ``write``
nothing is changed anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drift.adopting import Adopter
from drift.adoption import Adoption
from drift.choosing import choices_of
from drift.discovery import Source
from drift.edits import WantedRules
from drift.errors import UsageError
from drift.live_side import Progress
from drift.report import BucketReport, Report
from drift.selecting import Selection
from drift.settings import Settings
from drift.wanted import restored

if TYPE_CHECKING:
    from drift.restoring_values import Restoration

EVERYTHING = Selection()
"""No word of what is to be mended: all of it."""


def adopt(
    paths: Sequence[Path],
    settings: Settings,
    selection: Selection = EVERYTHING,
    *,
    write: bool = False,
    allow_dirty: bool = False,
    progress: Progress | None = None,
    told: Callable[[Adoption], None] | None = None,
) -> Adoption:
    """Edits that have the code declare what is live; with ``write`` they are made, and checked again from disk.

    ``told`` gets the edits before anything is written. ``allow_dirty``: also files with changes that git could not
    give back.
    """
    adopter = Adopter(_checked(paths, settings, progress), paths, settings, selection)
    adoption = adopter.adoption()
    if told is not None:
        told(adoption)
    return adopter.written(adoption, allow_dirty=allow_dirty) if write else adoption


def adopt_report(
    report: Report,
    paths: Sequence[Path],
    settings: Settings,
    selection: Selection = EVERYTHING,
    opened: Callable[[Source], Source] | None = None,
) -> Adoption:
    """The same for a report that there is already. ``opened`` has sources be read otherwise than from disk, as those
    of a pull request were.
    """
    return Adopter(report, paths, settings, selection, opened).adoption()


def restore(
    paths: Sequence[Path],
    settings: Settings,
    selection: Selection = EVERYTHING,
    *,
    named: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Restoration:
    """The calls that put back what is declared. None of them is made (``drift.applying`` does that).

    ``named`` are the buckets that the user has named for this run, without which nothing is offered for those that are
    accepted as they are, of which the code is silent, or that were guessed; by default all that the settings name.
    """
    from drift.restoring import Reach, restoration

    report = _checked(paths, settings, progress)
    named = settings.buckets if named is None else named
    narrows = bool(selection.picks or selection.findings)
    choices = choices_of(report, selection, named, restored) if narrows else {}

    def wanted(bucket: BucketReport) -> WantedRules | None:
        chosen = choices.get(id(bucket))
        is_open = bucket.declared is not None and bool(bucket.declared.alternatives)  # no call is offered, and told why
        return chosen.wanted if chosen is not None and (chosen.changes or is_open) else None

    return restoration(report, Reach.of(settings.live), wanted if narrows else None, named)


def _checked(paths: Sequence[Path], settings: Settings, progress: Progress | None) -> Report:
    from drift.pipeline import check

    if settings.base is not None:
        raise UsageError(
            "a fix looks at the declarations as they are here, and not at a pull request",
            advice="leave out the base; with --live none there is nothing to fix",
        )
    return check(paths, settings, progress)
