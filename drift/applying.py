"""Making the calls: the only way on which anything in AWS is ever changed, and what keeps it from doing harm.

Nothing is written to a bucket whose live rules are not exactly those that were compared. They are read for all buckets
before anybody is asked, and for each bucket once more right before it is written. S3 has no conditional request for
CORS rules, so between that last look and the call there is a moment in which somebody else's change would be lost; it
is as short as one round trip. Before the first call the undo file is on the disk, and says of every bucket what was
there. A call whose answer was lost is never repeated blindly: the bucket is read first. After each call the rules are
read until they are the wanted ones.

Ctrl-C and SIGTERM take effect between two calls; each bucket is then as it was or as it was meant to be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from drift import undo_file as undo_files
from drift.applying_fates import (
    IN_VAIN,
    Sent,
    after_look,
    given_up,
    in_vain,
    lost_sight,
    not_reached,
    read_back,
    with_fates,
)
from drift.applying_patience import Patience
from drift.errors import CorsDriftError, UsageError
from drift.interfaces import Wanted
from drift.interruption import Interrupted, Stop
from drift.live_side import LiveSide
from drift.restoring_values import Fate, Restoration, Restoring, undo_command
from drift.settings import LiveSettings
from drift.snapshot import Bucket

if TYPE_CHECKING:
    from drift.applying_glance import Glance
    from drift.fetchers.writing import Writer

Agree = Callable[[Restoration], bool]


def consent_needed(yes: bool, terminal: bool) -> None:
    """Raises ``UsageError`` where there is nobody who could be asked, and ``--yes`` does not stand for an answer."""
    if not yes and not terminal:
        raise UsageError(
            "--apply asks before it writes, and there is no terminal to ask at",
            advice="look at the calls without --apply first; then give --yes",
        )


def apply(
    plan: Restoration,
    live: LiveSettings,
    agree: Agree,
    *,
    undo_file: Path | None = None,
    stop: Stop | None = None,
    side: LiveSide | None = None,
    patience: Patience | None = None,
) -> Restoration:
    """Make the calls of the buckets whose fate is TO_DO, and tell what became of each.

    ``agree`` is shown what is left of the plan after a second look, and says whether to go on. ``side`` is what the
    plan was made with, so that nobody is asked for credentials twice. After a signal this returns normally, with
    ``stopped``. Raises ``UsageError`` where the undo file cannot be written, ``CredentialsError`` and ``EndpointError``
    where nothing can be read or signed at all: then nothing was written.
    """
    if undo_file is not None and os.path.lexists(undo_file):
        raise undo_files.there_already(undo_file)
    run = _Run(side or LiveSide(replace(live, deadline=None)), live, stop or Stop(), patience or Patience())
    try:
        plan = run.looked_again(plan)
        if not plan.to_do or not run.agreed(agree, plan):
            return plan
    except Interrupted:
        return _stopped(plan, run.stop)
    return run.made(plan, undo_file)


def _stopped(plan: Restoration, stop: Stop) -> Restoration:
    """The plan of a run that ended before anything was written."""
    buckets = tuple(not_reached(each) if each.fate is Fate.TO_DO else each for each in plan.buckets)
    return replace(plan, buckets=buckets, stopped=stop.exit_code)


class _Run:
    """One run of calls. ``stop`` says whether a signal has come; it interrupts reading and waiting, never a call."""

    def __init__(self, side: LiveSide, live: LiveSettings, stop: Stop, patience: Patience) -> None:
        self.stop = stop
        self._side, self._live, self._patience = side, live, patience
        self._ended: str | None = None

    @cached_property
    def _glance(self) -> Glance:
        from drift.applying_glance import Glance

        return Glance(self._side)

    def looked_again(self, plan: Restoration) -> Restoration:
        """The plan after another look at every bucket: what is not as it was compared is not to be written."""
        wanted = plan.to_do
        if not wanted:
            return plan
        found = self._read(wanted)
        return with_fates(plan, [after_look(each, found[each.name]) for each in wanted])

    def agreed(self, agree: Agree, plan: Restoration) -> bool:
        """Whether whoever runs this wants it."""
        with self._interruptible():
            try:
                return agree(plan)
            except EOFError:  # nobody is there any more
                return False

    def made(self, plan: Restoration, undo_file: Path | None) -> Restoration:
        """The plan with what became of its calls."""
        from drift.fetchers.writing import Writer

        to_do = plan.to_do
        writer = Writer(self._side.aws, self._live.addressing.value)
        now = datetime.now(UTC)
        undo = undo_files.create(undo_file, to_do, plan.direction, undo_files.server_of(self._side), now)
        with self._told_at_the_end(undo):
            done = self._all(to_do, writer)
        if not any(each.fate in _TOUCHED for each in done):
            undo_files.remove(undo)  # it would undo nothing
            return replace(with_fates(plan, done), stopped=self._exit_code)
        return replace(with_fates(plan, done), undo=undo, stopped=self._exit_code)

    @property
    def _exit_code(self) -> int | None:
        return None if self.stop.signal is None else self.stop.exit_code

    def _all(self, to_do: Sequence[Restoring], writer: Writer) -> list[Restoring]:
        done: list[Restoring] = []
        for each in to_do:
            if self.stop.signal is not None or self._ended is not None:
                done.append(not_reached(each, self._ended))
                continue
            done.append(_Call(each, writer, self).fate())
            if in_vain(done):
                self.end(f"{IN_VAIN} buckets in a row could not be written: {done[-1].reason}")
        return self._settled(done)

    def _settled(self, done: list[Restoring]) -> list[Restoring]:
        """Look for the rules that S3 has taken and does not show yet, until the time is up."""
        waiting = {each.name: each for each in done if each.fate is Fate.UNCONFIRMED}
        until = self._patience.clock() + self._patience.settle
        try:
            while waiting and self._ended is None and self._patience.clock() < until:
                self.sleep(self._patience.poll)
                found = self._read(list(waiting.values()))
                looked = [read_back(each, found[each.name]) for each in waiting.values()]
                waiting = {each.name: each for each in looked if each.fate is Fate.UNCONFIRMED}
                by_name = {each.name: each for each in looked}
                done = [by_name.get(each.name, each) for each in done]
        except Interrupted:
            pass
        except CorsDriftError as error:
            self._ended = error.message
        return done

    def read(self, wanted: Restoring) -> Bucket:
        """What a bucket has now. Raises ``Interrupted`` where a signal comes or has come."""
        with self._interruptible():
            found = self._glance.at(Wanted(wanted.name, wanted.account, wanted.region))
        return self._read([wanted])[wanted.name] if found is None else found

    def _read(self, wanted: Sequence[Restoring]) -> Mapping[str, Bucket]:
        asked = [Wanted(each.name, each.account, each.region) for each in wanted]
        with self._interruptible():
            found = self._side.read_again(asked).buckets
        return {str(each.name): each for each in found}

    def sleep(self, seconds: float) -> None:
        """Wait. Raises ``Interrupted`` where a signal comes or has come."""
        with self._interruptible():
            self._patience.sleep(seconds)

    def wait(self, attempt: int) -> None:
        """Wait before a bucket is tried once more."""
        self.sleep(self._patience.wait(attempt))

    @property
    def attempts(self) -> int:
        """How often one bucket is written at most."""
        return self._patience.attempts

    def end(self, why: str) -> None:
        """Write no further bucket."""
        self._ended = why

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        self.stop.check()
        self.stop.reading = True
        try:
            yield
        finally:
            self.stop.reading = False

    @contextmanager
    def _told_at_the_end(self, undo: Path) -> Iterator[None]:
        """Whoever ends the run the hard way is told where the undo file is."""

        def tell() -> None:
            told = f"cors-drift was ended while it wrote; what was there is put back by: {undo_command(undo)}\n"
            os.write(sys.stderr.fileno(), told.encode("utf-8", "backslashreplace"))

        self.stop.last_words = tell
        try:
            yield
        except BaseException:
            tell()
            raise
        finally:
            self.stop.last_words = None


_TOUCHED = frozenset({Fate.DONE, Fate.UNCONFIRMED, Fate.UNKNOWN})
"""Fates of buckets that were written, or may have been."""


class _Call:
    """The call of one bucket, made as often as it takes within bounds."""

    def __init__(self, bucket: Restoring, writer: Writer, run: _Run) -> None:
        self._bucket, self._writer, self._run = bucket, writer, run
        self._sent = Sent.NOTHING
        self._said = ""

    def fate(self) -> Restoring:
        """The bucket with what became of it."""
        try:
            return self._tried()
        except Interrupted:
            return lost_sight(self._bucket, self._sent)
        except CorsDriftError as error:
            from drift.fetchers.accounts import AccountError

            if not isinstance(error, AccountError):  # that one costs its own account only
                self._run.end(error.message)
            return lost_sight(self._bucket, self._sent, error.message)

    def _tried(self) -> Restoring:
        for attempt in range(1, self._run.attempts + 1):
            found = self._run.read(self._bucket)
            looked = after_look(self._bucket, found, self._sent)
            if looked.fate is not Fate.TO_DO:
                return looked
            self._run.stop.check()
            self._bucket = looked
            written = self._written()
            if written is not None:
                return written
            if attempt < self._run.attempts:
                self._run.wait(attempt)
        return given_up(self._bucket, self._sent, self._run.attempts, self._said)

    def _written(self) -> Restoring | None:
        """One call; None where it may be made once more, after another look."""
        from drift.fetchers.writing import Answer, Place

        bucket, signed_at = self._bucket, self._writer.now()
        written = self._writer.write(Place(bucket.name, bucket.region, bucket.account), bucket.after)
        self._said = written.reason
        match written.answer:
            case Answer.TAKEN:
                self._sent = Sent.TAKEN
                return read_back(bucket, self._run.read(bucket))
            case Answer.LOST:
                self._sent = Sent.LOST
            case Answer.DENIED:
                return self._unwritten(Fate.DENIED)
            case Answer.REFUSED:
                return self._unwritten(Fate.REFUSED)
            case Answer.EXPIRED if not self._writer.renew(bucket.account, signed_at):
                self._run.end(written.reason)
                return lost_sight(bucket, self._sent, written.reason)
            case Answer.ELSEWHERE if written.region is not None:
                self._bucket = replace(bucket, region=written.region)
        return None

    def _unwritten(self, fate: Fate) -> Restoring:
        """What S3 says of the last call, if none before it may have been carried out."""
        if self._sent is Sent.NOTHING:
            return replace(self._bucket, fate=fate, reason=self._said)
        return given_up(self._bucket, self._sent, 2, self._said)
