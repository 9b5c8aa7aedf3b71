"""A process that reads buckets for another one: what to read comes in on its standard input, results go out.

Run as ``python -m drift.fetchers.s3_worker``. It ends when its input ends, so that it never outlives its parent,
however that ended, and it leaves Ctrl-C to the parent.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from typing import IO

from drift.fetchers.s3_client import Clients
from drift.fetchers.s3_frames import (
    BrokenFrameError,
    Packer,
    Setup,
    pack_closure,
    pack_error,
    read_frame,
    unpack_closure,
    unpack_wanted,
    write_frame,
)
from drift.fetchers.s3_inbox import Inbox
from drift.fetchers.s3_sweep import Sweep

_POLL = 0.02
"""Seconds between two looks at what was found."""

_ALIVE = 5.0
"""Seconds without a result after which it is told that requests are made all the same."""


def main() -> None:
    """Read until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, drain = _pipes()
    code = 0
    try:
        _serve(source, drain)
    except (OSError, BrokenFrameError):  # the parent is gone, or is none
        code = 1
    # Not by way of the interpreter's end: threads may sit in requests that nobody waits for any more.
    os._exit(code)


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Input and output, out of the way of everything else: a program that gives credentials inherits the standard
    streams of this process, and whatever prints something prints it there.
    """
    source, drain = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return source, drain


def _serve(source: IO[bytes], drain: IO[bytes]) -> None:
    first = read_frame(source)
    if first is None:
        return
    setup = Setup.unpacked(first[1])
    inbox = Inbox()
    clients = Clients(setup.connection, setup.access.open(setup.lent))
    sweep = Sweep(clients, setup.retry, setup.owner, inbox)
    try:
        clients.default()
    except Exception as error:
        inbox.fail(error)
    # The SDK's models stay for good: looking for cycles among them again and again is of no use.
    gc.collect()
    gc.freeze()
    threading.Thread(target=_report, args=(inbox, sweep, drain), name="report", daemon=True).start()
    while (frame := read_frame(source)) is not None:
        kind, content = frame
        if kind == "read":
            sweep.submit(unpack_wanted(content))
        elif kind == "closed":
            sweep.close(unpack_closure(content))
        elif kind == "open":
            for account, owner, region in content:
                sweep.open_up((account, owner, region))


def _report(inbox: Inbox, sweep: Sweep, drain: IO[bytes]) -> None:
    """Send what was found, until something ends the run; and a sign of life where requests end and buckets do not."""
    packer = Packer()
    asked, said_at = 0, time.monotonic()
    try:
        write_frame(drain, ["ready", None])
        while inbox.failure is None:
            inbox.bell.wait(_POLL)
            inbox.bell.clear()
            while inbox.closures:
                write_frame(drain, ["closed", pack_closure(inbox.closures.popleft())])
            found = [inbox.found.popleft() for _ in range(len(inbox.found))]
            if found:
                write_frame(drain, ["found", packer.pack(found)])
            if found or (sweep.asked != asked and time.monotonic() - said_at > _ALIVE):
                if not found:
                    write_frame(drain, ["alive", None])
                asked, said_at = sweep.asked, time.monotonic()
        write_frame(drain, ["failed", pack_error(inbox.failure)])
    except OSError:  # the parent is gone
        pass
    os._exit(0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("this is no command; cors-drift starts it")
    main()
