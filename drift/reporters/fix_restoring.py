"""Restoring for a person: what each call means, before it; and the calls, ready to be run, alone on their stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from drift.reporters.console import Console, open_console, write_line
from drift.reporters.report_words import counted
from drift.reporters.words import name_of, printable
from drift.restoring import Fate

if TYPE_CHECKING:
    from drift.restoring import Restoration, Restoring

_FATES = {
    Fate.TO_DO: "to be written",
    Fate.DONE: "WRITTEN, and read back",
    Fate.ALREADY: "already so",
    Fate.LEFT: "left as it is",
    Fate.CHANGED: "CHANGED meanwhile: left as it is",
    Fate.MISSING: "gone",
    Fate.UNREADABLE: "could not be read again: left as it is",
    Fate.DENIED: "DENIED",
    Fate.REFUSED: "REFUSED by S3",
    Fate.UNCONFIRMED: "written, NOT CONFIRMED",
    Fate.UNKNOWN: "UNKNOWN what became of the call",
    Fate.NOT_REACHED: "not reached",
}
_GOOD = (Fate.DONE, Fate.ALREADY)
_VERDICTS = {
    "done": "Nothing is left to do",
    "to_do": "There is something to do",
    "error": "Error",
    "incomplete": "Incomplete",
    "nothing_to_compare": "Nothing to compare",
}


def write_restoration(result: Restoration, stream: TextIO, notes: TextIO) -> None:
    """Write the calls on ``stream`` and the words on ``notes``, bucket by bucket; they may be the same stream."""
    console = open_console(notes)
    for each in result.buckets:
        _write_words(console, each)
        notes.flush()
        if each.fate is Fate.TO_DO:
            for call in each.calls:
                stream.write(f"{call.aws_cli}\n" if call.aws_cli is not None else "")
            stream.flush()
    if result.undo is not None:
        write_line(console, (f"What was live before: cors-drift fix --undo {printable(str(result.undo))}", "bold"))
    told = ", ".join(f"{count:,} {fate.value.replace('_', ' ')}" for fate, count in result.counts.items())
    words = f"{counted(len(result.buckets), 'bucket')}: {told}." if told else "No bucket was found."
    write_line(console, (f"{_VERDICTS.get(result.verdict, result.verdict)}. ", "bold"), (words, ""))


def _write_words(console: Console, bucket: Restoring) -> None:
    place = " at ".join(printable(str(part)) for part in (bucket.address, bucket.location) if part)
    fate = _FATES.get(bucket.fate, bucket.fate.value.replace("_", " "))
    write_line(
        console,
        (name_of(bucket.name, bucket.address), "bold"),
        (f"  {fate}", "green" if bucket.fate in _GOOD else "yellow"),
        (f"  {place}" if place else "", "dim"),
    )
    for each in bucket.says:
        write_line(console, (f"  {printable(each)}", ""))
    if bucket.reason:
        write_line(console, (f"  {printable(bucket.reason)}", ""))
