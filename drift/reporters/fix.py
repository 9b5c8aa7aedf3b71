"""Adopting for a person: what the edits mean, before them; what is left by hand, and what to do, behind them.

The diff and the words are two things. The diff alone goes to standard output, exactly as it is, so that ``git apply``
takes it out of a pipe; the words go to standard error. At a terminal both are seen, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from drift.adoption import Adopting, Adoption, Outcome
from drift.cors.verdict import Effect
from drift.edits import ByHand
from drift.reporters.console import Console, open_console, write_line
from drift.reporters.report_words import counted
from drift.reporters.terminal_bucket import SEVERITY_STYLES
from drift.reporters.words import name_of, printable

if TYPE_CHECKING:
    from drift.reporters.wrapping import Part

MAX_ALREADY = 10
"""Buckets in sync that are told one by one."""

_EFFECTS = {
    Effect.WIDER: "the code then allows more",
    Effect.NARROWER: "the code then allows less",
    Effect.DIFFERENT: "the code then allows some things more and some less",
    Effect.CACHE_ONLY: "only what browsers keep of a preflight changes",
    Effect.COSMETIC: "no request of a browser is answered otherwise",
    Effect.IDENTICAL: "no request is answered otherwise",
    Effect.UNDECIDED: "what it means hangs on values that are not known",
}
_OUTCOMES = {
    Outcome.TO_DO: "adopted by the edits",
    Outcome.DONE: "ADOPTED",
    Outcome.ALREADY: "in sync",
    Outcome.BY_HAND: "BY HAND",
    Outcome.LEFT: "left as it is",
    Outcome.UNKNOWN: "not compared",
}
_STYLES = {Outcome.DONE: "bold green", Outcome.ALREADY: "green", Outcome.TO_DO: "bold"}
_VERDICTS = {
    "done": ("Nothing is left to do", "bold green"),
    "to_do": ("There is something to do", "bold yellow"),
    "error": ("Error", "bold red"),
    "incomplete": ("Incomplete", "bold yellow"),
    "nothing_to_compare": ("Nothing to compare", "bold yellow"),
}


def write_before(adoption: Adoption, stream: TextIO, *, width: int | None = None) -> None:
    """Write what becomes of each bucket, and what its edits mean."""
    console = open_console(stream, width)
    already = [each for each in adoption.buckets if each.outcome is Outcome.ALREADY]
    for each in adoption.buckets:
        if each.outcome is not Outcome.ALREADY or len(already) <= MAX_ALREADY:
            for line in _bucket_lines(each):
                write_line(console, *line)
    if len(already) > MAX_ALREADY:
        write_line(console, (f"{len(already):,} buckets are in sync", "green"))
    if adoption.diff is not None and adoption.diff_root is not None:
        write_line(console, (f"The paths in the diff are relative to {printable(adoption.diff_root)}.", ""))
    write_line(console)


def write_after(adoption: Adoption, stream: TextIO, *, width: int | None = None) -> None:
    """Write what is left by hand, what to do next, and the counts."""
    console = open_console(stream, width)
    hands = [each for each in adoption.buckets if each.outcome is Outcome.BY_HAND and each.by_hand]
    if hands:
        if adoption.diff is not None:
            write_line(console)
        write_line(console, ("By hand", "bold"))
        for each in hands:
            _write_hand(console, each)
        write_line(console)
    for line in _next(adoption):
        write_line(console, (f"  {line}", ""))
    words, style = _VERDICTS[adoption.verdict]
    write_line(console, (f"{words}. ", style), (_counts(adoption), ""))


def write_diff(adoption: Adoption, stream: TextIO) -> None:
    """Write the diff for a terminal: in colour, with what a terminal would act on written out."""
    console = open_console(stream)
    for line in (adoption.diff or "").removesuffix("\n").split("\n") if adoption.diff else ():
        shown = "\t".join(printable(part) for part in line.removesuffix("\r").split("\t"))
        write_line(console, (shown, _diff_style(line)))


def _diff_style(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}.get(line[:1], "")


def _bucket_lines(bucket: Adopting) -> Iterator[tuple[Part, ...]]:
    place = " at ".join(printable(str(part)) for part in (bucket.address, bucket.location) if part)
    effect = f": {_EFFECTS[bucket.effect]}" if bucket.effect is not None and bucket.outcome in _EFFECTIVE else ""
    yield (
        (name_of(bucket.name, bucket.address), "bold"),
        (f"  {_OUTCOMES[bucket.outcome]}{effect}", _STYLES.get(bucket.outcome, "yellow")),
        (f"  {place}" if place else "", "dim"),
    )
    for each in bucket.says:
        yield ((f"  {printable(each)}", "bold" if bucket.effect in _LOOSER else ""),)
    for finding in bucket.findings:
        yield (
            (f"  brings {finding.severity}: ", SEVERITY_STYLES[finding.severity]),
            (f"{finding.id}: ", "cyan"),
            (printable(finding.message), ""),
        )
    if bucket.reason:
        yield ((f"  {printable(bucket.reason)}", ""),)


_EFFECTIVE = (Outcome.TO_DO, Outcome.DONE, Outcome.BY_HAND)
_LOOSER = (Effect.WIDER, Effect.DIFFERENT)


def _write_hand(console: Console, bucket: Adopting) -> None:
    write_line(console, (f"  {name_of(bucket.name, bucket.address)}", "bold"))
    for each in bucket.by_hand:
        for line in _hand_lines(each):
            write_line(console, *line)


def _hand_lines(each: ByHand) -> Iterator[tuple[Part, ...]]:
    yield (f"    {printable(str(each.location))}: ", "cyan"), (printable(each.why), "")
    for line in each.wanted.split("\n") if each.wanted else ():
        yield ((f"      {printable(line)}", ""),)


def _next(adoption: Adoption) -> Iterator[str]:
    if adoption.failed:
        yield "what could not be read has to be mended first: nothing is written while it may declare something"
    elif adoption.files and not adoption.written:
        at = f" in {printable(adoption.diff_root)}" if adoption.diff_root is not None else ""
        yield f"to make these edits: the same command with --write, or give the diff to: git apply{at}"
    if adoption.written:
        yield "look at it with git diff; then cors-drift check tells what is still to be deployed"


def _counts(adoption: Adoption) -> str:
    found = [each.outcome for each in adoption.buckets]
    words = (
        (Outcome.DONE, "written"),
        (Outcome.TO_DO, "with edits"),
        (Outcome.BY_HAND, "by hand"),
        (Outcome.LEFT, "left"),
        (Outcome.UNKNOWN, "not compared"),
        (Outcome.ALREADY, "in sync"),
    )
    told = ", ".join(f"{found.count(each):,} {word}" for each, word in words if each in found)
    files = (
        f" {counted(len(adoption.files), 'file')}{'' if adoption.written else ' to write'}." if adoption.files else ""
    )
    return f"{counted(len(found), 'bucket')}: {told}.{files}" if found else "No bucket was found to compare."
