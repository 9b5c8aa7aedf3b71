"""Where results go: one format on stdout, any number of files, notes on stderr."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from drift.errors import CorsDriftError, UsageError
from drift.location import Diagnostic, Severity
from drift.settings import Format
from drift.snapshot import Snapshot

if TYPE_CHECKING:
    from drift.report import Report
    from drift.simulate import Simulation

Target = tuple[Format, Path]
"""A file to write, and in which format."""


def parse_targets(outputs: Sequence[str]) -> list[Target]:
    """``FORMAT=PATH`` options. Raises ``UsageError``; nothing is read or compared before they are known to be good."""
    targets = []
    for each in outputs:
        name, equals, path = each.partition("=")
        if not equals or not path or name not in list(Format):
            known = ", ".join(Format)
            raise UsageError(f"--output {each}: write FORMAT=PATH", advice=f"the formats are {known}")
        if not Path(path).absolute().parent.is_dir():
            raise UsageError(f"--output {each}: there is no such folder", advice="create it first")
        targets.append((Format(name), Path(path)))
    return targets


def emit(result: Report | Snapshot | Simulation, shown: Format, targets: Sequence[Target]) -> None:
    """Print the result, write it to the files, and tell its diagnostics on stderr; sensitive values are hidden."""
    if result.all_sensitive:
        from drift.redaction import redacted

        result = redacted(result)
    if result.diagnostics:
        note(result.diagnostics)
    for kind, path in targets:
        buffer = io.StringIO()
        _writer(result, kind)(buffer)
        _replace(path, buffer.getvalue())
    _writer(result, shown)(sys.stdout)
    sys.stdout.flush()


@contextmanager
def even_on_error(kind: type[Report] | type[Snapshot], shown: Format) -> Iterator[None]:
    """Print the one JSON value that was promised for stdout also where an error ends the run; the error goes on."""
    try:
        yield
    except CorsDriftError as error:
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


def _writer(result: Report | Snapshot | Simulation, kind: Format) -> Callable[[TextIO], None]:
    if isinstance(result, Snapshot):
        from drift.reporters import json, listing

        list_or_write = json.write_snapshot if kind is Format.JSON else listing.write_snapshot
        return lambda stream: list_or_write(result, stream)
    from drift.report import Report
    from drift.reporters import answers, json, terminal

    if isinstance(result, Report):
        tell = json.write_report if kind is Format.JSON else terminal.write_report
        return lambda stream: tell(result, stream)
    answer = answers.write_json if kind is Format.JSON else answers.write_text
    return lambda stream: answer(result, stream)


def _replace(path: Path, text: str) -> None:
    """Write the file as a whole or not at all; a link stays one, and a device or pipe is written to."""
    try:
        path = Path(os.path.realpath(path))
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", advice="check the path given to --output"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr while buckets are read; nothing at all where stderr is no terminal or NO_COLOR is set."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading buckets", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
