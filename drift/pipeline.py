"""One function for each command: settings in, report or snapshot out. What the command line can do, Python can.

Everything here raises ``drift.errors.CorsDriftError`` and its kinds, and nothing else on purpose. What it returns holds
sensitive values in the clear, since they are to be compared; ``drift.redaction.redacted`` hides them in any result, as
the command line does before it writes one. The messages of errors hold none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from drift import errors
from drift.cors.model import Unknown
from drift.discovery import declared_in, open_source
from drift.documents import document_kind, snapshot_from_json
from drift.errors import InputError, UsageError
from drift.interfaces import Fetcher, Inputs, NamedText, Wanted
from drift.location import Location, Severity
from drift.plugins import load_parsers
from drift.settings import DeclaredSettings, LiveSettings, Settings, Undeclared
from drift.snapshot import Bucket, Snapshot, State, merged
from drift.tree import DiskTree

if TYPE_CHECKING:  # what compares and judges takes a tenth of a second to import, and most commands need less
    from drift.compare import Rules
    from drift.report import ExitPolicy, Report
    from drift.simulate import Asked, Simulation

Progress = Callable[[int, int], None]
"""Told how many of how many buckets have been read."""


def read_declared(paths: Sequence[Path], settings: Settings) -> Snapshot:
    """What the code at the paths declares; saved snapshots are taken as they are.

    What the settings name in the place of S3 is left out of folders: it would agree with itself.
    """
    live = () if settings.live.source is None else (settings.live.source,)
    found = merged(_each_once(_load(path, settings, live) for path in paths or (Path(),)))
    return replace(_selected(found, settings.buckets), taken_at=found.taken_at or datetime.now(UTC))


def _each_once(parts: Iterable[Snapshot]) -> Iterator[Snapshot]:
    """The snapshots of several paths without what an earlier path has shown already: paths may overlap."""
    seen: set[Bucket] = set()
    for part in parts:
        yield replace(part, buckets=tuple(bucket for bucket in part.buckets if bucket not in seen))
        seen.update(part.buckets)


def read_live(names: Sequence[str], settings: Settings, progress: Progress | None = None) -> Snapshot:
    """What S3 holds for the buckets, or for all buckets of the account if none is named."""
    fetcher = _fetcher(settings, progress)
    wanted = [Wanted(name) for name in dict.fromkeys(names)] if names else fetcher.list_buckets()
    return fetcher.fetch(wanted)


def check(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Report:
    """Declared against live: the main job. Only buckets that the code names are read."""
    from drift.compare import compare

    declared = read_declared(paths, settings)
    try:
        live = _live_side(declared, settings, progress)
    except errors.CorsDriftError as error:
        if declared.all_sensitive:
            from drift.redaction import hide_in_error

            hide_in_error(error, declared.all_sensitive)
        raise
    return compare(declared, live, _rules(settings), _exits(settings), now=datetime.now(UTC))


def _live_side(declared: Snapshot, settings: Settings, progress: Progress | None) -> Snapshot:
    """What is live of the buckets that are declared."""
    wanted = _names(declared)
    if settings.live.source is None:
        return _fetcher(settings, progress).fetch(wanted) if wanted else Snapshot("s3", taken_at=datetime.now(UTC))
    live = _load_live(settings.live.source, settings)
    if any(bucket.bare for bucket in (*declared.buckets, *live.buckets)):  # such rules have no name to ask for
        return live
    from drift.fetchers.saved import SavedFetcher

    return SavedFetcher(live).fetch(wanted)


def compare_sources(left: Path, right: Path, settings: Settings) -> Report:
    """Any two snapshots or declarations: the first in the place of declared, the second of live."""
    from drift.compare import compare

    sides = ((left, right), (right, left))
    declared, live = (_selected(_load(path, settings, (other,)), settings.buckets) for path, other in sides)
    rules = replace(_rules(settings), live_only=True)
    return compare(declared, live, rules, _exits(settings), now=datetime.now(UTC))


def simulate(source: str, asked: Asked, settings: Settings, progress: Progress | None = None) -> Simulation:
    """What S3 answers to the request, for each bucket of the source.

    ``source`` is a snapshot, a file or folder that declares rules, or a live bucket: ``s3://NAME``, or a bare name
    where there is no such path. A key behind the bucket's name counts for nothing: rules hold for the whole bucket.
    """
    from drift.simulate import answer_all

    _check_names(asked)
    name = _live_name(source)
    if name is None and not os.path.lexists(source):
        raise InputError(
            "there is no such file or folder", location=Location(source), advice="a live bucket is s3://NAME"
        )
    found = _load(Path(source), settings) if name is None else _fetcher(settings, progress).fetch([Wanted(name)])
    return answer_all(_selected(found, settings.buckets), asked)


def validate_declared(paths: Sequence[Path], settings: Settings) -> Snapshot:
    """What is declared, with a diagnostic for everything that PutBucketCors refuses or may refuse, and for what has
    no effect or hangs on an order that nobody controls. Reads no AWS.
    """
    from drift.validation import remarks

    declared = read_declared(paths, settings)
    return replace(declared, diagnostics=(*declared.diagnostics, *remarks(declared)))


def exit_code_of(snapshot: Snapshot) -> int:
    """The exit code of a command that only shows: 2 error, 1 S3 refuses it, 3 some bucket not read, 4 nothing, 0."""
    ids = {each.id for each in snapshot.errors}
    if ids - {"refused-by-s3"}:
        return errors.EXIT_ERROR
    if ids:
        return errors.EXIT_DRIFT
    if not snapshot.buckets:
        return errors.EXIT_NOTHING
    known = (State.CONFIGURED, State.ABSENT)
    return errors.EXIT_OK if all(bucket.state in known for bucket in snapshot.buckets) else errors.EXIT_INCOMPLETE


_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FILE_NAME = re.compile(r".*\.(tf|tofu|tfvars|tfstate|json|ya?ml|xml|template|plan|toml)", re.IGNORECASE)


def _live_name(source: str) -> str | None:
    """The live bucket that is meant; None for a path. A name that looks like a file's is one, even if it is not there:
    a mistyped path must not become a request to somebody's bucket.
    """
    if source.startswith("s3://"):
        name = source.removeprefix("s3://").partition("/")[0]
        if not name:
            raise UsageError(f"{source} names no bucket", advice="write s3://NAME")
        return name
    if os.path.lexists(source) or _FILE_NAME.fullmatch(source):
        return None
    return source if _BUCKET_NAME.fullmatch(source) else None


def _check_names(asked: Asked) -> None:
    for name in asked.headers:
        if ":" in name:
            raise UsageError(
                f"--header {name}: a name alone is wanted", advice=f"write --header {name.partition(':')[0].strip()}"
            )


def _load_live(path: Path, settings: Settings) -> Snapshot:
    """What stands for S3. The root is a limit for what is declared; this file was named by the user."""
    return _load(path, replace(settings, declared=replace(settings.declared, root=None)))


def _load(path: Path, settings: Settings, other_side: Sequence[Path] = ()) -> Snapshot:
    source = open_source(path, settings.declared.root)
    if not source.is_folder:
        content = source.tree.read(source.path)
        kind = document_kind(content)
        if kind == "cors-drift/snapshot":
            return snapshot_from_json(content, str(path))
        if kind is not None:
            raise InputError(
                f"this is a {kind} document, which holds no rules to compare with",
                location=Location(str(path)),
                advice="save what is live with: cors-drift live --output json=FILE",
            )
    return declared_in(source, load_parsers(), _inputs(settings.declared, settings.live), other_side)


def _inputs(declared: DeclaredSettings, live: LiveSettings) -> Inputs:
    return Inputs(
        variables=tuple(
            _text_of(each) if isinstance(each, Path) else _pair(each, "--var") for each in declared.variables
        ),
        parameters=tuple(_pair(each, "--parameter") for each in declared.parameters),
        parameter_files=tuple(_text_of(path) for path in declared.parameter_files),
        environment={key: value for key, value in declared.environment.items() if key.startswith("TF_")},
        workspace=declared.workspace,
        account=live.account,
        region=live.region,
        endpoint_url=live.endpoint_url,
        stack_name=declared.stack_name,
    )


def _pair(text: str, flag: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{flag} {text}: a name and a value are needed", advice=f"write {flag} NAME=VALUE")
    return name.strip(), value


def _text_of(path: Path) -> NamedText:
    """A file that the user named, wherever it lies; bounded like any other."""
    try:
        real = Path(os.path.realpath(path))
        return NamedText(str(path), DiskTree(real.parent).read(real.name).decode("utf-8-sig"))
    except InputError as error:
        error.location = Location(str(path))
        raise
    except UnicodeDecodeError as error:
        raise InputError("this file is not UTF-8 text", location=Location(str(path))) from error


def _selected(snapshot: Snapshot, names: tuple[str, ...]) -> Snapshot:
    """Only the named buckets. One name also names the one bucket whose own name is not known and may be that.

    Raises ``UsageError`` for a name that is nobody's: a slip must not make a check pass.
    """
    if not names:
        return snapshot
    kept = [bucket for bucket in snapshot.buckets if bucket.name in names]
    known = sorted({bucket.name for bucket in snapshot.buckets if isinstance(bucket.name, str)})
    for name in names:
        if name in known:
            continue
        nameless = [each for each in snapshot.buckets if isinstance(each.name, Unknown) and each.name.may_be(name)]
        if len(names) == len(nameless) == 1:
            kept.append(replace(nameless[0], name=name, bare=False))
        elif not snapshot.errors:  # else its declaration may be in what could not be read
            import difflib

            near = difflib.get_close_matches(name, sorted(set(known) - _sensitive_names(snapshot)), 1)
            several = f"{len(nameless)} buckets have no known name and may be it" if nameless else None
            hint = f"did you mean {near[0]}?" if near else several
            raise UsageError(f"--bucket {name}: no bucket of this name was found", advice=hint)
    return replace(snapshot, buckets=tuple(kept), sensitive=snapshot.all_sensitive)


def _sensitive_names(snapshot: Snapshot) -> set[str | int]:
    """Names that no hint may give away."""
    return {
        bucket.name for bucket in snapshot.buckets if isinstance(bucket.name, str) and bucket.name in bucket.sensitive
    }


def _names(declared: Snapshot) -> list[Wanted]:
    """The buckets to read: those with a name and something to compare, each once."""
    wanted: dict[str, Bucket] = {}
    for bucket in declared.buckets:
        if isinstance(bucket.name, str) and bucket.comparable:
            wanted.setdefault(bucket.name, bucket)
    return [Wanted(name, bucket.account, bucket.region) for name, bucket in wanted.items()]


def _fetcher(settings: Settings, progress: Progress | None) -> Fetcher:
    live = settings.live
    from drift.fetchers.s3 import S3Fetcher

    return S3Fetcher(
        profile=live.profile,
        region=live.region,
        endpoint_url=live.endpoint_url,
        concurrency=live.concurrency,
        account=live.account,
        progress=progress,
    )


def _rules(settings: Settings) -> Rules:
    from drift.compare import Rules

    severities = {Undeclared.ERROR: Severity.ERROR, Undeclared.WARNING: Severity.WARNING, Undeclared.IGNORE: None}
    return Rules(strict=settings.strict, undeclared=severities[settings.undeclared])


def _exits(settings: Settings) -> ExitPolicy:
    from drift.report import ExitPolicy

    return ExitPolicy(settings.allow_incomplete, settings.exit_zero, settings.detailed_exitcode)
