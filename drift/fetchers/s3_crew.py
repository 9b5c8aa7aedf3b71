"""Several processes that read buckets, fed by this one: boto3 is bound by the processor, and one process uses one.

They are started as programs of their own, so that nothing of the caller's is run twice. Each has a session of its own,
in which Ctrl-C of the terminal does not reach it; it ends when this process closes its input, or ends.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from drift.fetchers.s3_frames import (
    BrokenFrameError,
    Setup,
    pack_closure,
    pack_wanted,
    read_frame,
    unpack_closure,
    unpack_error,
)
from drift.fetchers.s3_inbox import Found, Inbox
from drift.fetchers.s3_lane import Closure, Place
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_process import Key, Worker, processes_of_use, start
from drift.fetchers.s3_sweep import Sweep
from drift.interfaces import Wanted
from drift.snapshot import State

ALONE = 1000
"""So many buckets this process reads by itself: until then the others would not have paid for their start."""

_SLICE = 32
_AHEAD = 512
"""Buckets that a process may have before it; fewer than fill a pipe, so that giving them never waits."""

_AHEAD_IN_LANE = 64
"""Of one account and region, while there are others: a slow one must not be all that a process has to do."""

_AHEAD_ALONE = 96
"""Of the only account and region: what a process reads in the third of a second."""

_WORTH = 500
"""Buckets for which one process more than two is started."""

_SHARED_FROM = 128
"""A lane with so many buckets left is worked on by several processes, each with clients of its own for it."""

_TRIES = 3
"""So many processes may end over a bucket before it is given up."""

SILENCE = 90.0
"""Seconds after which a process that has buckets and says nothing is ended: it tells every few seconds of requests that
have ended, and each of them ends within ``SILENCE`` by its timeouts, those that S3 refuses too.
"""


class _Queue:
    """Buckets of one account and region that no process has yet. ``home`` has clients for them."""

    __slots__ = ("home", "jobs", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.jobs: deque[tuple[int, Wanted]] = deque()
        self.home: Worker | None = None


class Crew:
    """Reads with ``local`` first, and with up to ``processes`` others when there are many buckets."""

    def __init__(
        self, local: Sweep, inbox: Inbox, setup: Callable[[], Setup], processes: int | None, alone: int | None = None
    ) -> None:
        """``processes``: None for as many as are of use. ``alone``: so many buckets are read by ``local`` only."""
        self._local, self._inbox, self._setup = local, inbox, setup
        self._most = processes_of_use() if processes is None else processes
        self._alone = ALONE if alone is None else alone
        self._lock = threading.RLock()
        self._workers: list[Worker] = []
        self._queues: dict[Key, _Queue] = {}
        self._line: deque[_Queue] = deque()
        self._tries: dict[int, int] = {}
        self._returned: dict[int, int] = {}
        self._open: set[Place] = set()
        self._patience, self._looked = SILENCE, time.monotonic()
        inbox.tell, inbox.opened = self._pass_on, self._opened
        self._taken = self._passed_on = self._started = 0
        self._answered = self._stopping = self._given_up = False

    @property
    def pids(self) -> list[int]:
        """The processes that are there now."""
        with self._lock:
            return [worker.process.pid for worker in self._workers]

    @property
    def started(self) -> int:
        """How many processes were started so far."""
        return self._started

    def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
        """Take on buckets. Never waits for a request."""
        batch = list(wanted)
        own = batch if self._most < 2 else batch[: max(0, self._alone - self._taken)]
        self._taken += len(own)
        if own:
            self._local.submit(own)
        others = batch[len(own) :]
        if others:
            with self._lock:
                self._passed_on += len(others)
                for index, each in others:
                    self._put(index, each)
                self._hire()
                self._feed()

    def tick(self) -> None:
        """End processes that stand still; what they had is read by others, as ``_listen`` sees to."""
        now = time.monotonic()
        before, self._looked = self._looked, now
        if now - before > self._patience / 3:  # this process stood still itself, and they may have waited for it
            with self._lock:
                for worker in self._workers:
                    worker.heard = now
        for worker in tuple(self._workers):
            if worker.silent(now - self._patience):
                worker.end()

    def stop(self) -> None:
        """End all processes; does not wait for requests."""
        self._local.stop()
        with self._lock:
            self._stopping = True
            for worker in self._workers:
                worker.end()

    def _put(self, index: int, wanted: Wanted, *, first: bool = False) -> None:
        key = (wanted.account, wanted.region)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue(key)
        if not queue.jobs:
            self._line.append(queue)
        if first:
            queue.jobs.appendleft((index, wanted))
        else:
            queue.jobs.append((index, wanted))

    def _take_over(self) -> None:
        """All processes read from the front of the input: what this one has not begun goes back there."""
        for index, wanted in reversed(self._local.take_back()):
            self._put(index, wanted, first=True)

    def _hire(self) -> None:
        """Start as many processes as are of use for what was passed on so far."""
        want = min(self._most, max(2, (self._taken + self._passed_on) // _WORTH))
        while len(self._workers) < want and self._started < 3 * self._most and not self._stopping:
            self._started += 1
            try:
                worker = Worker(start())
            except OSError:
                self._started = 3 * self._most
                break
            self._workers.append(worker)
            setup = self._setup()
            request = setup.connection.connect_timeout + setup.connection.read_timeout
            self._patience = max(SILENCE, 3 * request)
            worker.send("setup", setup.packed())
            threading.Thread(target=self._listen, args=(worker,), name="s3-crew", daemon=True).start()
        if not self._workers and not self._stopping:  # then this one does it all
            self._local.submit(self._left())

    def _left(self) -> list[tuple[int, Wanted]]:
        left = [job for queue in self._queues.values() for job in queue.jobs]
        self._queues.clear()
        self._line.clear()
        return left

    def _feed(self) -> None:
        """Give every process as much as it may have."""
        for worker in self._workers:
            if worker.ready:
                self._feed_one(worker)

    def _feed_one(self, worker: Worker) -> None:
        for _ in range(len(self._line)):
            if len(worker.given) > _AHEAD - _SLICE:
                return
            queue = self._line.popleft()
            ahead = _AHEAD_IN_LANE if self._line else _AHEAD_ALONE
            while self._may_have(worker, queue) and worker.by_key.get(queue.key, 0) + _SLICE <= ahead:
                queue.home = queue.home or worker
                self._give(worker, queue)
            if queue.jobs:
                self._line.append(queue)
            else:
                del self._queues[queue.key]

    def _may_have(self, worker: Worker, queue: _Queue) -> bool:
        if not queue.jobs:
            return False
        return queue.home in (None, worker) or len(queue.jobs) >= _SHARED_FROM or not worker.given

    def _give(self, worker: Worker, queue: _Queue) -> None:
        if not worker.given:
            worker.heard = time.monotonic()
        part = [queue.jobs.popleft() for _ in range(min(_SLICE, len(queue.jobs)))]
        worker.given.update(part)
        worker.by_key[queue.key] = worker.by_key.get(queue.key, 0) + len(part)
        worker.send("read", pack_wanted(part))

    def _listen(self, worker: Worker) -> None:
        """Take in what a process says, in a thread of its own, until it ends."""
        pipe = worker.process.stdout
        assert pipe is not None  # noqa: S101 - it is started with a pipe
        try:
            while (frame := read_frame(pipe)) is not None:
                worker.heard = time.monotonic()
                with self._lock:
                    self._heard(worker, *frame)
        except (OSError, ValueError, BrokenFrameError):
            pass
        finally:
            code = worker.ended()
            pipe.close()
            with self._lock:
                self._gone(worker, code)

    def _heard(self, worker: Worker, kind: str, content: Any) -> None:
        if kind == "found":
            self._found(worker, content)
        elif kind == "ready":
            worker.ready = True
            worker.send("open", list(self._open))
            self._take_over()
        elif kind == "closed":
            self._closed(worker, unpack_closure(content))
        elif kind == "failed":
            error = unpack_error(content)
            if self._answered or self._local.answered:
                self._given_up = True  # others would fail likewise
                self._lose(worker, Outcome(State.ERROR, error.message, fault=Fault.CREDENTIALS))
            else:
                self._inbox.fail(error)
        self._feed_one(worker)

    def _found(self, worker: Worker, content: Any) -> None:
        for index, outcome, region, asked in worker.unpacker.unpack(content):
            wanted = worker.given.pop(index, None)
            if wanted is not None:
                self._forget(worker, wanted)
                if not asked and self._returns(index, wanted, region):
                    continue
                if outcome.told:
                    self._answered = True
                    self._opened(self._local.place(wanted, region))
                self._inbox.found.append(Found(index, wanted, outcome, region))
        if not self._queues and not any(each.given for each in self._workers):
            self._inbox.bell.set()

    def _forget(self, worker: Worker, wanted: Wanted) -> None:
        key = (wanted.account, wanted.region)
        left = worker.by_key[key] - 1
        if left:
            worker.by_key[key] = left
        else:
            del worker.by_key[key]

    def _returns(self, index: int, wanted: Wanted, region: str | None) -> bool:
        """Put a bucket back that was not asked for though its account and region are open; not for ever."""
        times = self._returned.get(index, 0)
        if times >= _TRIES or self._inbox.is_closed(self._local.place(wanted, region)):
            return False
        self._returned[index] = times + 1
        self._put(index, wanted, first=True)
        return True

    def _opened(self, place: Place) -> None:
        """Something was told there: nobody may close it for want of that any more."""
        if place in self._open:
            return
        with self._lock:
            self._open.update((place, (*place[:2], None)))
            self._local.open_up(place)  # which opens it in the inbox too
            for worker in self._workers:
                if worker.ready:
                    worker.send("open", [place])

    def _closed(self, worker: Worker, closure: Closure) -> None:
        """A process does not know what others were told."""
        if closure.early and closure.place in self._open:
            worker.send("open", [closure.place])
        else:
            self._inbox.close(closure)

    def _pass_on(self, closure: Closure) -> None:
        """What one has found out the others need not."""
        self._local.close(closure)
        with self._lock:
            for worker in self._workers:
                if worker.ready:
                    worker.send("closed", pack_closure(closure))

    def _lose(self, worker: Worker, outcome: Outcome) -> None:
        for index, wanted in worker.given.items():
            self._inbox.found.append(Found(index, wanted, outcome, wanted.region or ""))
        worker.given.clear()

    def _gone(self, worker: Worker, code: int) -> None:
        """A process has ended. What it had not answered for is read by another one."""
        self._workers.remove(worker)
        if self._stopping:
            return
        for queue in self._line:
            if queue.home is worker:
                queue.home = None
        ended = f"by signal {-code}" if code < 0 else f"with code {code}"
        for index, wanted in reversed(worker.given.items()):
            self._tries[index] = tries = self._tries.get(index, 0) + 1
            if tries < _TRIES:
                self._put(index, wanted, first=True)
            else:
                reason = f"not read: {tries} processes that were to read it ended, the last {ended}"
                self._inbox.found.append(Found(index, wanted, Outcome(State.ERROR, reason)))
        worker.given.clear()
        if self._given_up:
            self._most = 0
        self._hire()
        self._feed()
        self._inbox.bell.set()
