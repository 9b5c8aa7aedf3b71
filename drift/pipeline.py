"""One function for each command: settings in, report or snapshot out. What the command line can do, Python can.

Everything here raises ``drift.errors.CorsDriftError`` and its kinds, and nothing else on purpose. What it returns holds
sensitive values in the clear, since they are to be compared; ``drift.redaction.redacted`` hides them in any result, as
the command line does before it writes one. The messages of errors hold none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from drift import errors
from drift.errors import InputError, UsageError
from drift.interfaces import Wanted
from drift.live_side import LiveSide, Progress
from drift.location import Location, Severity
from drift.settings import Settings, Undeclared
from drift.snapshot import Snapshot, State
from drift.sources import load, load_declared, selected

if TYPE_CHECKING:  # what compares and judges takes a tenth of a second to import, and most commands need less
    from drift.compare import Rules
    from drift.finding import Finding
    from drift.generating import Generated
    from drift.report import ExitPolicy, Report
    from drift.simulate import Asked, Simulation


def read_declared(paths: Sequence[Path], settings: Settings) -> Snapshot:
    """What the code at the paths declares; saved snapshots are taken as they are."""
    return _dated(selected(load_declared(paths, settings), settings.buckets))


def read_live(
    names: Sequence[str], settings: Settings, progress: Callable[[int, int | None], None] | None = None
) -> Snapshot:
    """What S3 holds for the buckets, or for all buckets of the account if none is named."""
    from drift.live_start import open_run

    run = open_run(names, settings.live)
    buckets = tuple(run.buckets(progress))
    return Snapshot(run.head.source, buckets, run.diagnostics, run.head.taken_at)


def check(
    paths: Sequence[Path],
    settings: Settings,
    progress: Progress | None = None,
    told: Callable[[Report], None] | None = None,
    keep: Callable[[Report], None] | None = None,
) -> Report:
    """Declared against live: the main job. Buckets that the code does not name are read only with ``all_buckets``.

    ``told`` is called with the verdict before CloudTrail, which is slow, is asked who changed what; ``keep`` with what
    was read where reading is interrupted, before the interruption goes on.
    """
    from drift.assessment import assess
    from drift.checking import Check
    from drift.coverage import all_listed, base_is_whole
    from drift.ignoring import Ignores

    _check_base(settings)
    ignores = Ignores(settings.assessment.ignores)
    rules = _rules(settings)

    def assessed(report: Report) -> Report:
        if settings.changed_settings is not None:
            report = replace(report, general=(*report.general, _settings_changed(settings)))
        whole = all_listed(report.diagnostics) or not settings.live.all_buckets
        whole = whole and base_is_whole(report.diagnostics)
        narrowed = _narrowed(paths, settings)
        return assess(report, settings.assessment, _exits(settings), ignores=ignores, narrowed=narrowed, whole=whole)

    def keep_assessed(part: Report) -> None:
        if keep is not None:
            keep(assessed(part))

    job = Check(paths, settings, rules, _exits(settings), progress, keep_assessed, ignores)
    report = assessed(job.run())
    if not settings.blame:
        return report
    if told is not None:
        told(report)
    return job.blamed(report)


def _settings_changed(settings: Settings) -> Finding:
    from drift.findings import finding

    path = settings.changed_settings or ""
    told = f"the pull request changes the settings ({path}); this run takes those of {settings.base}"
    return finding("settings-changed", None, told, Location(path) if os.path.lexists(path) else None)


def _check_base(settings: Settings) -> None:
    """What goes with a base, and what goes only with one."""
    if settings.base is None:
        if settings.live.unread:
            raise UsageError(
                "--live none leaves nothing to compare with",
                advice="give --base, or look at the declarations alone with: cors-drift validate",
            )
        return
    if settings.live.wait:
        raise UsageError(
            "--wait and --base exclude one another", advice="--wait is for after a deployment, --base for before it"
        )
    if settings.live.unread and (settings.live.all_buckets or settings.blame):
        raise UsageError("--all and --blame read what is live", advice="leave out --live none")


def compare_sources(left: Path, right: Path, settings: Settings) -> Report:
    """Any two snapshots or declarations: the first in the place of declared, the second of live."""
    from drift.assessment import assess
    from drift.compare import compare
    from drift.coverage import all_listed

    sides = ((left, right), (right, left))
    declared, live = (selected(load(path, settings, (other,)), settings.buckets) for path, other in sides)
    rules = replace(_rules(settings), live_only=True)
    report = compare(declared, live, rules, _exits(settings), now=datetime.now(UTC))
    whole = all_listed(live.diagnostics)
    return assess(report, settings.assessment, _exits(settings), narrowed=True, whole=whole)


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
    found = (
        load(Path(source), settings)
        if name is None
        else LiveSide(settings.live, progress).fetcher.fetch([Wanted(name)])
    )
    return answer_all(selected(found, settings.buckets), asked)


def validate_declared(paths: Sequence[Path], settings: Settings) -> Report:
    """What is to be said of the declarations by themselves: what PutBucketCors refuses or may refuse, what is risky,
    has no effect or hangs on an order that nobody controls, and which promises break. Reads no AWS.
    """
    from drift.assessment import assess
    from drift.compare import validated

    declared = read_declared(paths, settings)
    report = validated(declared, _exits(settings))
    narrowed = _narrowed(paths, settings)
    return assess(report, settings.assessment, _exits(settings), narrowed=narrowed)


def generate(names: Sequence[str], dialect: str, settings: Settings) -> Generated:
    """A declaration of what is live, or of the snapshot that stands for it: of the named buckets, or of all that have
    rules. See ``drift.generating``.
    """
    from drift import generating
    from drift.plugins import load_parsers, load_renderers
    from drift.sources import load_live

    source = settings.live.source
    live = read_live(names, settings) if source is None else generating.only(load_live(source, settings), names)
    return generating.generate(live, dialect, load_renderers(), load_parsers(), settings)


def exit_code_of(snapshot: Snapshot) -> int:
    """The exit code of a command that only shows: 2 error, 3 some bucket not read, 4 nothing, 0."""
    if snapshot.errors:
        return errors.EXIT_ERROR
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


def _narrowed(paths: Sequence[Path], settings: Settings) -> bool:
    """Whether the run looks at a part of what the settings speak of: at some buckets, or at paths beside or below the
    settings file alone.
    """
    if settings.buckets:
        return True
    given = settings.assessment
    places = [each.location for each in given.promises]
    places += [each.location for each in given.waivers]
    places += [each.location for each in given.ignores]
    folders = {os.path.dirname(os.path.realpath(each.path)) for each in places if each is not None}
    looked_at = [Path(os.path.realpath(path)) for path in paths or (Path(),)]
    return not all(any(Path(folder).is_relative_to(path) for path in looked_at) for folder in folders)


def _dated(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, taken_at=snapshot.taken_at or datetime.now(UTC))


def _rules(settings: Settings) -> Rules:
    from drift.compare import Rules

    severities = {Undeclared.ERROR: Severity.ERROR, Undeclared.WARNING: Severity.WARNING, Undeclared.IGNORE: None}
    return Rules(strict=settings.strict, undeclared=severities[settings.undeclared])


def _exits(settings: Settings) -> ExitPolicy:
    from drift.report import ExitPolicy

    return ExitPolicy(settings.allow_incomplete, settings.exit_zero, settings.detailed_exitcode)
