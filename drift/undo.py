"""Undoing what ``fix --apply`` has written: the old rules of its undo file, put back where nobody has been since.

A bucket whose live rules are those that were to be written gets the old ones back; one that has the old ones needs
nothing; one that has any others was changed by somebody else and is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drift import undo_file
from drift.applying_fates import same_rules
from drift.errors import UsageError
from drift.interfaces import Wanted
from drift.live_side import LiveSide
from drift.location import Location, Severity
from drift.restoring import put
from drift.restoring_values import Fate, Reach, Restoration, Restoring
from drift.settings import Settings
from drift.snapshot import Bucket, State
from drift.undo_file import Undoable, UndoFile


def undoing(file: Path, settings: Settings, reach: Reach | None = None, side: LiveSide | None = None) -> Restoration:
    """The calls that undo what the file says was written, after a look at what is live.

    ``settings.buckets`` are the only ones to look at; empty means all of the file. Raises ``InputError`` for what is no
    such file, ``UsageError`` for a file of another server, or for the name of a bucket that it does not have.
    """
    saved = undo_file.read(file)
    side = side or LiveSide(settings.live)
    _check_server(saved, side, file)
    chosen = _chosen(saved.buckets, settings.buckets, file)
    wanted = [Wanted(each.name, each.account, each.region) for each in chosen]
    live = side.read_again(wanted)
    found = {str(each.name): each for each in live.buckets}
    reach = reach or Reach.of(settings.live)
    return Restoration(
        "undo",
        tuple(_undone(each, found[each.name], reach, file) for each in chosen),
        diagnostics=live.diagnostics,
        failed=any(each.severity is Severity.ERROR for each in live.diagnostics),
        looked_at=len(chosen),
    )


def _check_server(saved: UndoFile, side: LiveSide, file: Path) -> None:
    """The file says where it belongs; it never says where to go."""
    here = undo_file.server_of(side)
    if saved.endpoint != here:
        there = saved.endpoint or "S3 of AWS"
        raise UsageError(
            f"{file} is of {there}, and this run asks {here or 'S3 of AWS'}",
            advice="give the --endpoint-url with which it was written"
            if saved.endpoint
            else "leave out --endpoint-url",
        )


def _chosen(buckets: Sequence[Undoable], names: Sequence[str], file: Path) -> Sequence[Undoable]:
    known = {each.name for each in buckets}
    for name in names:
        if name not in known:
            raise UsageError(f"--bucket {name}: {file} has no bucket of this name")
    return [each for each in buckets if not names or each.name in names]


def _undone(saved: Undoable, live: Bucket, reach: Reach, file: Path) -> Restoring:
    start = Restoring(
        saved.name,
        Fate.LEFT,
        before=live.cors,
        after=saved.old,
        account=saved.account,
        region=live.region or saved.region,
        location=Location(str(file)),
        sensitive=saved.sensitive,
    )
    if live.state is State.MISSING:
        return replace(start, fate=Fate.MISSING, reason=live.reason or "there is no such bucket")
    if live.state not in (State.CONFIGURED, State.ABSENT):
        return replace(start, fate=Fate.UNREADABLE, reason=live.reason or live.state.value)
    if saved.region is not None and live.region is not None and saved.region != live.region:
        told = f"it is in {live.region}, and what was written was in {saved.region}: that is another bucket of its name"
        return replace(start, fate=Fate.CHANGED, reason=told)
    if live.cors == saved.old:
        return replace(start, fate=Fate.ALREADY, reason=None)
    if same_rules(live.cors, saved.intended):
        more = ("Values that the undo file marks as sensitive are not shown",) if saved.sensitive else ()
        return put(start, saved.old, reach, more)
    if same_rules(live.cors, saved.old):
        return replace(start, fate=Fate.ALREADY, reason=None)
    told = "live rules are neither the old nor the written ones: they have changed since, and are left alone"
    return replace(start, fate=Fate.CHANGED, reason=told)
