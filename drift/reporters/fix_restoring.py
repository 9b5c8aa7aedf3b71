"""Restoring for a person: what each call means, before it; and the calls, ready to be run, alone on their stream."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from drift.reporters.console import Console, open_console, write_line
from drift.reporters.report_words import counted
from drift.reporters.words import name_of, printable
from drift.restoring_values import Fate, undo_command

if TYPE_CHECKING:
    from drift.restoring_values import Call, Restoration, Restoring

_FATES = {
    Fate.TO_DO: "to be written",
    Fate.DONE: "WRITTEN, and read back",
    Fate.ALREADY: "already so",
    Fate.LEFT: "left as it is",
    Fate.UNRESOLVED: "UNRESOLVED: left as it is",
    Fate.CHANGED: "CHANGED meanwhile: left as it is",
    Fate.MISSING: "MISSING: there is nothing to write to",
    Fate.UNREADABLE: "NOT READ: left as it is",
    Fate.DENIED: "DENIED: not written",
    Fate.REFUSED: "REFUSED: not written",
    Fate.UNCONFIRMED: "written, NOT CONFIRMED",
    Fate.UNKNOWN: "UNKNOWN what became of the call",
    Fate.NOT_REACHED: "not reached: not written",
}
_GOOD = (Fate.DONE, Fate.ALREADY)
_VERDICTS = {
    "done": "Nothing is left to do",
    "to_do": "There is something to do",
    "error": "Error",
    "incomplete": "Incomplete",
    "nothing_to_compare": "Nothing to compare",
}
_SIGNALS = {130: "Interrupted", 143: "Terminated"}


def write_restoration(result: Restoration, stream: TextIO, notes: TextIO) -> None:
    """Write the calls on ``stream`` and the words on ``notes``, bucket by bucket; they may be the same stream."""
    console = open_console(notes)
    for each in result.buckets:
        _write_words(console, each)
        notes.flush()
        if each.fate is Fate.TO_DO:
            for call in each.calls:
                _write_call(console, call, stream)
            stream.flush()
    if result.undo is not None:
        command = printable(undo_command(result.undo))
        write_line(console, (f"What undoes it, where and as whom it was written: {command}", "bold"))
    told = ", ".join(f"{count:,} {fate.value.replace('_', ' ')}" for fate, count in result.counts.items())
    if told:
        words = f"{counted(len(result.buckets), 'bucket')}: {told}."
    else:
        words = f"{counted(result.looked_at, 'bucket')} looked at." if result.looked_at else "No bucket was found."
    verdict = _SIGNALS.get(result.stopped or 0) or _VERDICTS.get(result.verdict, result.verdict)
    write_line(console, (f"{verdict}. ", "bold"), (words, ""))


def question(result: Restoration) -> str:
    """What is asked before anything is written: taking all rules away is not called writing some."""
    gone = sum(each.after is None for each in result.to_do)
    put = len(result.to_do) - gone
    asked = [
        *([f"write these rules to {counted(put, 'bucket')}"] if put else []),
        *([f"take ALL rules away from {counted(gone, 'bucket')}"] if gone else []),
    ]
    words = " and ".join(asked)
    return f"{words[:1].upper()}{words[1:]}?"


def _write_call(console: Console, call: Call, stream: TextIO) -> None:
    text = call.powershell if os.name == "nt" else call.aws_cli
    if text is None:
        write_line(console, (f"  {call.operation} with sensitive values, which are not shown; --apply makes it", ""))
    else:
        stream.write(f"{text}\n")


def _write_words(console: Console, bucket: Restoring) -> None:
    place = " at ".join(printable(str(part)) for part in (bucket.address, bucket.location) if part)
    fate = _FATES[bucket.fate]
    write_line(
        console,
        (name_of(bucket.name, bucket.address), "bold"),
        (f"  {fate}", "green" if bucket.fate in _GOOD else "yellow"),
        (f"  {place}" if place else "", "dim"),
    )
    for each in bucket.says if bucket.fate is Fate.TO_DO else ():
        write_line(console, (f"  {printable(each)}", ""))
    if bucket.reason:
        write_line(console, (f"  {printable(bucket.reason)}", ""))
