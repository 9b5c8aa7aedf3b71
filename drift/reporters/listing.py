"""Snapshots and diagnostics for a person at a terminal or reading a log."""

from __future__ import annotations

from typing import TextIO

from drift.location import Diagnostic, Severity
from drift.reporters.console import Console, open_console, write_line
from drift.reporters.words import alternative_lines, called, name_of, place_words, printable, rule_words
from drift.snapshot import Bucket, Snapshot, State

_SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def write_snapshot(snapshot: Snapshot, stream: TextIO, *, width: int | None = None) -> None:
    """Write what is declared or live, bucket by bucket, rules in order."""
    listing = Listing(stream, width=width)
    for bucket in snapshot.buckets:
        listing.bucket(bucket)
    count = len(snapshot.buckets)
    listing.line(f"{count} bucket{'' if count == 1 else 's'}.")


class Listing:
    """The same while the buckets are still coming."""

    def __init__(self, stream: TextIO, *, width: int | None = None) -> None:
        self._console = open_console(stream, width)

    def bucket(self, bucket: Bucket) -> None:
        """Write a bucket."""
        _write_declared(self._console, bucket)

    def line(self, text: str) -> None:
        """Write a line about all of them."""
        write_line(self._console, (printable(text), ""))


def write_diagnostics(diagnostics: tuple[Diagnostic, ...], stream: TextIO) -> None:
    """Write every diagnostic with its place and what to try, one after the other."""
    console = open_console(stream, None)
    for each in diagnostics:
        place = f"{printable(str(each.location))}: " if each.location else ""
        write_line(
            console,
            (f"{each.severity.value}: ", _SEVERITY_STYLES[each.severity]),
            (place + printable(each.message), ""),
        )
        if each.help:
            write_line(console, (f"  try: {printable(each.help)}", "dim"))


def _write_declared(console: Console, bucket: Bucket) -> None:
    note = f"  {bucket.region}" if bucket.region else ""
    write_line(console, (name_of(bucket.name, called(bucket)), "bold"), (f"  {bucket.state.value}{note}", ""))
    if place := place_words(bucket):
        write_line(console, (f"  at {place}", "dim"))
    if bucket.reason:
        write_line(console, (f"  {printable(bucket.reason)}", ""))
    for index, rule in enumerate(bucket.cors.rules if bucket.cors and not bucket.alternatives else (), 1):
        write_line(console, (f"  {index}. {rule_words(rule)}", ""))
    for alternative in bucket.alternatives:
        for line in alternative_lines(alternative):
            write_line(console, (f"  {line}", ""))
    if bucket.state is State.CONFIGURED and bucket.cors and not bucket.cors.ordered and len(bucket.cors.rules) > 1:
        write_line(console, ("  the rules are a set: S3 may hold them in any order", "dim"))
    write_line(console)
