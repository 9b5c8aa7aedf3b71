"""Where results go: one format on stdout, any number of files, notes on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

from drift.errors import CorsDriftError, UsageError
from drift.location import Diagnostic, Severity
from drift.replacing import replacing
from drift.settings import Format, ListFormat, SarifSettings
from drift.snapshot import Bucket, Snapshot

if TYPE_CHECKING:
    from drift.coverage import Coverage
    from drift.documents.lines import Head
    from drift.documents.runs import Run
    from drift.report import Report
    from drift.simulate import Simulation

Result = TypeVar("Result", bound="Report | Snapshot | Simulation")
Target = tuple[Format, Path]
"""A file to write, and in which format."""

DEFAULT_SARIF = SarifSettings()


def parse_targets(outputs: Sequence[str], formats: type[Format] | type[ListFormat] = ListFormat) -> list[Target]:
    """``FORMAT=PATH`` options. Raises ``UsageError``; nothing is read or compared before they are known to be good."""
    targets: list[Target] = []
    for each in outputs:
        name, equals, path = each.partition("=")
        if not equals or not path or name not in list(formats):
            known = ", ".join(formats)
            raise UsageError(f"--output {each}: write FORMAT=PATH", advice=f"the formats are {known}")
        if not Path(path).absolute().parent.is_dir():
            raise UsageError(f"--output {each}: there is no such folder", advice="create it first")
        if any(Path(path).absolute() == other.absolute() for _, other in targets):
            raise UsageError(f"--output {each}: this file is written already", advice="give each format its own file")
        targets.append((Format(name), Path(path)))
    return targets


def emit(
    result: Report | Snapshot | Simulation,
    shown: Format | ListFormat,
    targets: Sequence[Target],
    *,
    sarif: SarifSettings = DEFAULT_SARIF,
) -> None:
    """Print the result, write it to the files, and tell its diagnostics on stderr; sensitive values are hidden.

    SARIF of a run that did not look at everything is not written, unless ``sarif.incomplete``: code scanning would
    close the alerts of what was not looked at.
    """
    result = _hidden(result)
    if result.diagnostics:
        note(result.diagnostics)
    _save(result, targets, sarif)
    if _withheld(result, Format(shown), sarif):
        _tell_withheld("printed")
    else:
        _writer(result, Format(shown), sarif)(sys.stdout)
    sys.stdout.flush()


def emit_history(
    report: Report, before: Report, targets: Sequence[Target], *, sarif: SarifSettings = DEFAULT_SARIF
) -> None:
    """Print who changed what, below what was printed of the report ``before`` that was known; write the files."""
    from drift.reporters import terminal

    report = _hidden(report)
    told = _hidden(before).diagnostics
    if new := tuple(each for each in report.diagnostics if each not in told):
        note(new)
    _save(report, targets, sarif)
    terminal.write_history(report, sys.stdout)
    sys.stdout.flush()


def save(result: Report | Snapshot | Simulation, targets: Sequence[Target]) -> None:
    """Write the files alone, and tell the diagnostics on stderr."""
    result = _hidden(result)
    if result.diagnostics:
        note(result.diagnostics)
    _save(result, targets, DEFAULT_SARIF)


def _hidden(result: Result) -> Result:
    if not result.all_sensitive:
        return result
    from drift.redaction import redacted

    return redacted(result)


def _save(result: Report | Snapshot | Simulation, targets: Sequence[Target], sarif: SarifSettings) -> None:
    for kind, path in targets:
        if _withheld(result, kind, sarif):
            _tell_withheld(f"written to {path}")
            continue
        with replacing(path) as stream:
            _writer(result, kind, sarif)(stream)


def _tell_withheld(done: str) -> None:
    advice = "--sarif-incomplete writes it all the same; code scanning then closes alerts that may still hold"
    told = f"no SARIF is {done}: not everything was looked at"
    note((Diagnostic(Severity.WARNING, "sarif-withheld", told, help=advice),))


def _withheld(result: Report | Snapshot | Simulation, kind: Format, sarif: SarifSettings) -> bool:
    return kind is Format.SARIF and not sarif.incomplete and bool(getattr(result, "incomplete", False))


@contextmanager
def even_on_error(kind: type[Report] | type[Snapshot], shown: Format | ListFormat) -> Iterator[None]:
    """Print the one JSON value that was promised for stdout also where an error ends the run; the error goes on."""
    try:
        yield
    except CorsDriftError as error:
        shown = Format(shown)
        if shown is Format.JSON:
            fault = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.advice)
            now = datetime.now(UTC)
            if kind is Snapshot:
                _writer(Snapshot("", diagnostics=(fault,), taken_at=now), shown)(sys.stdout)
                raise
            from drift.report import Report, Verdict

            failed = Report(Verdict.ERROR, error.exit_code, (), (fault,), "", "", now)
            _writer(failed, shown)(sys.stdout)
        raise


def note(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Tell diagnostics on stderr."""
    from drift.reporters.listing import write_diagnostics

    write_diagnostics(diagnostics, sys.stderr)


def _writer(
    result: Report | Snapshot | Simulation, kind: Format, sarif: SarifSettings = DEFAULT_SARIF
) -> Callable[[TextIO], None]:
    if isinstance(result, Snapshot):
        if kind is Format.JSON:
            from drift.reporters import json

            return lambda stream: json.write_snapshot(result, stream)
        from drift.reporters import listing

        return lambda stream: listing.write_snapshot(result, stream)
    from drift.report import Report

    if isinstance(result, Report):
        tell = _reporter(kind, sarif)
        return lambda stream: tell(result, stream)
    from drift.reporters import answers

    answer = answers.write_json if kind is Format.JSON else answers.write_text
    return lambda stream: answer(result, stream)


def _reporter(kind: Format, sarif_settings: SarifSettings) -> Callable[[Report, TextIO], None]:
    """The writer of reports in a format; none but this one is imported."""
    match kind:
        case Format.TERMINAL:
            from drift.reporters import terminal

            return terminal.write_report
        case Format.JSON:
            from drift.reporters import json

            return json.write_report
        case Format.MARKDOWN:
            from drift.reporters import markdown

            return markdown.write_report
        case Format.HTML:
            from drift.reporters import html

            return html.write_report
        case Format.SARIF:
            from drift.reporters import sarif

            root, prefix = _root()
            return partial(sarif.write_report, root=root, prefix=prefix, category=sarif_settings.category)
        case Format.JUNIT:
            from drift.reporters import junit

            return junit.write_report
        case Format.GITHUB:
            from drift.reporters import github

            root, prefix = _root()
            return partial(github.write_report, root=root, prefix=prefix)


def _root() -> tuple[str, str]:
    """The top of the repository, where GitHub's paths begin, and the way from there to the working folder."""
    here = Path.cwd()
    root = next((each for each in (here, *here.parents) if (each / ".git").exists()), here)
    return root.as_posix(), here.relative_to(root).as_posix()


class Printer:
    """A snapshot on a stream in a format, bucket by bucket: nothing at all, or what is whole once ``end`` was called.

    How many there were is for people: beside JSON it goes to ``notes``, if anywhere. ``busy`` is true in the middle of
    a write.
    """

    def __init__(self, kind: Format, stream: TextIO, head: Head, notes: TextIO | None = None) -> None:
        from drift.documents.lines import SnapshotWriter
        from drift.reporters.listing import Listing

        self.busy = self._ended = False
        self._stream = stream
        self._json = SnapshotWriter(stream, head) if kind is Format.JSON else None
        self._listing = Listing(stream)
        self._notes = self._listing if kind is not Format.JSON else None if notes is None else Listing(notes)
        self._flushed = time.monotonic()

    def bucket(self, bucket: Bucket) -> None:
        """Write a bucket. Whoever reads along sees it within a second of the next one."""
        self.busy = True
        (self._json or self._listing).bucket(bucket)
        if time.monotonic() - self._flushed > 1:
            self._stream.flush()
            self._flushed = time.monotonic()
        self.busy = False

    def end(self, coverage: Coverage, diagnostics: tuple[Diagnostic, ...], run: Run | None = None) -> None:
        """Write what comes after the buckets, once."""
        if self._ended:
            return
        self._ended = self.busy = True
        if self._json is not None:
            self._json.end(diagnostics, run)
        if self._notes and (coverage.total or not any(each.severity is Severity.ERROR for each in diagnostics)):
            for line in coverage.lines(f"shard {run.shard}, " if run is not None and run.shard is not None else ""):
                self._notes.line(line)
        self._stream.flush()
        self.busy = False


@contextmanager
def progress_bar(*, beside_stdout: bool = True) -> Iterator[Callable[[int, int | None], None] | None]:
    """A bar on stderr while buckets are read; nothing at all where stderr is no terminal or NO_COLOR is set.

    ``beside_stdout`` False says that stdout is written to meanwhile: there is no bar if it is a terminal too.
    """
    shown = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    if not shown or (not beside_stdout and sys.stdout.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading buckets", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
