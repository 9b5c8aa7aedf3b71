"""Where the results of fixing go: the diff on stdout as it is, words on stderr, files as they were asked for."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from drift.adoption import Adoption
from drift.errors import CorsDriftError, UsageError
from drift.location import Diagnostic, Severity
from drift.replacing import replacing
from drift.settings import ListFormat

if TYPE_CHECKING:
    from drift.documents.parts import Json
    from drift.restoring_values import Restoration

_RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
"""There is one of these where whoever reads our output obeys some lines of it."""


class FixFormat(StrEnum):
    """How a file with the result of fixing is written."""

    TERMINAL = "terminal"
    JSON = "json"
    DIFF = "diff"


Target = tuple[FixFormat, Path]


def parse_fix_targets(outputs: Sequence[str]) -> list[Target]:
    """``FORMAT=PATH`` options. Raises ``UsageError``."""
    targets: list[Target] = []
    for each in outputs:
        name, equals, path = each.partition("=")
        if not equals or not path or name not in list(FixFormat):
            raise UsageError(f"--output {each}: write FORMAT=PATH", advice=f"the formats are {', '.join(FixFormat)}")
        if not Path(path).absolute().parent.is_dir():
            raise UsageError(f"--output {each}: there is no such folder", advice="create it first")
        if any(Path(path).absolute() == other.absolute() for _, other in targets):
            raise UsageError(f"--output {each}: this file is written already", advice="give each format its own file")
        targets.append((FixFormat(name), Path(path)))
    return targets


def keep_from(targets: Sequence[Target], kept: Sequence[Path | None]) -> None:
    """Raises ``UsageError`` where a file of the output would take the place of one that undoes."""
    known = {os.path.normcase(os.path.realpath(each)) for each in kept if each is not None}
    for kind, path in targets:
        if os.path.normcase(os.path.realpath(path)) in known:
            raise UsageError(
                f"--output {kind}={path}: this would take the place of the file that undoes what is written",
                advice="give it a file of its own",
            )


def emit_before(adoption: Adoption) -> None:
    """Tell what the edits mean, then show them: all that a reader needs before anything is written."""
    from drift.reporters.fix import write_before

    _note(adoption.diagnostics)
    write_before(adoption, sys.stderr)
    sys.stderr.flush()
    _print_diff(adoption)


def emit_after(adoption: Adoption) -> None:
    """Tell what is left, and what to do."""
    from drift.reporters.fix import write_after

    write_after(adoption, sys.stderr)


def emit_json(result: Adoption | Restoration) -> None:
    """Print the document; it tells the diagnostics."""
    sys.stdout.write(_json(_document(result)))
    sys.stdout.flush()


def save_fix(result: Adoption | Restoration, targets: Sequence[Target]) -> None:
    """Write the files. A restoration has no diff."""
    for kind, path in targets:
        if kind is FixFormat.DIFF:
            _save_diff(result, path)
            continue
        with replacing(path) as stream:
            if kind is FixFormat.JSON:
                stream.write(_json(_document(result)))
            else:
                _write_words(result, stream)


def _write_words(result: Adoption | Restoration, stream: TextIO) -> None:
    if isinstance(result, Adoption):
        from drift.reporters.fix import write_after, write_before, write_diff

        write_before(result, stream)
        write_diff(result, stream)
        write_after(result, stream)
        return
    from drift.reporters.fix_restoring import write_restoration

    write_restoration(result, stream, stream)


def _save_diff(result: Adoption | Restoration, path: Path) -> None:
    """The diff in its exact bytes: line ends stay those of the files."""
    diff = result.diff or "" if isinstance(result, Adoption) else ""
    with replacing(path) as stream:
        stream.flush()
        stream.buffer.write(diff.encode("utf-8", "surrogateescape"))


def _document(result: Adoption | Restoration) -> dict[str, Json]:
    from drift.documents.fix import adoption_to_json, restoration_to_json

    return adoption_to_json(result) if isinstance(result, Adoption) else restoration_to_json(result)


def _json(document: dict[str, Json]) -> str:
    """``##`` stands inside strings alone, where runners would take what follows for a command."""
    return json.dumps(document, indent=2).replace("##", "#\\u0023") + "\n"


def _print_diff(adoption: Adoption) -> None:
    """At a terminal to be read; into anything else in its exact bytes, to be applied."""
    if adoption.diff is None:
        return
    if sys.stdout.isatty():
        from drift.reporters.fix import write_diff

        write_diff(adoption, sys.stdout)
        return
    if adoption.failed:  # what a pipe leads to does not see the exit code
        told = "the diff is not printed: what could not be read may declare something else"
        advice = "mend that first; --output diff=FILE writes the diff to a file all the same"
        _note((Diagnostic(Severity.WARNING, "diff-withheld", told, help=advice),))
        return
    if _is_obeyed(adoption.diff):
        told = "the diff is not printed: it has lines that the runner would take for commands of its own"
        _note((Diagnostic(Severity.WARNING, "diff-withheld", told, help="--output diff=FILE writes it to a file"),))
        return
    sys.stdout.flush()
    content = adoption.diff.encode("utf-8", "surrogateescape")
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(adoption.diff)
    else:
        buffer.write(content)
    sys.stdout.flush()


def _is_obeyed(diff: str) -> bool:
    """Whether a runner reads along, and a line of a hostile file would be a command to it."""
    from drift.reporters.words import line_start

    if not any(os.environ.get(name) for name in _RUNNERS):
        return False
    try:
        if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
            return False
    except (OSError, ValueError):
        pass
    return any(line_start(line) != line or line.lstrip("+- \t").startswith("##teamcity") for line in diff.split("\n"))


def _note(diagnostics: tuple[Diagnostic, ...]) -> None:
    from drift.output import note

    if diagnostics:
        note(diagnostics)


@contextmanager
def fix_even_on_error(direction: str, shown: ListFormat) -> Iterator[None]:
    """Print the one JSON value that was promised for stdout also where an error ends the run; the error goes on."""
    try:
        yield
    except CorsDriftError as error:
        if shown is ListFormat.JSON:
            from drift.documents.fix import failed_to_json

            fault = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.advice)
            sys.stdout.write(_json(failed_to_json(direction, fault, error.exit_code)))
            sys.stdout.flush()
        raise
