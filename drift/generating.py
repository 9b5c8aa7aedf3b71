"""A declaration from nothing: what S3 holds, or a snapshot, written as code that declares it, and read again first."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drift import errors
from drift.cors.model import Unknown
from drift.edits import Fresh
from drift.errors import UsageError
from drift.interfaces import Inputs, Parser, Renderer
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot, State

if TYPE_CHECKING:
    from drift.settings import Settings

ONE_BUCKET = frozenset({"aws-cli", "xml"})
"""Dialects that hold the rules of one bucket, whose name is said elsewhere."""

_FILES = {
    "terraform": "cors.tf",
    "terraform-json": "cors.tf.json",
    "cloudformation": "cors.template.yaml",
    "cloudformation-json": "cors.template.json",
    "spec-yaml": "cors.yaml",
    "xml": "cors.xml",
}
"""The name under which a text is read again; by it parsers know it. Any other is ``cors.json``."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A whole file that declares the rules of some buckets, None where there are no rules to declare.

    ``diagnostics`` say what was left out and why; ``declared`` is what the text declares, as it was read again.
    """

    text: str | None
    dialect: str
    declared: Snapshot
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int


def dialects(renderers: Mapping[str, Renderer]) -> dict[str, Renderer]:
    """Every dialect that can be written, with who writes it."""
    return {dialect: renderer for renderer in renderers.values() for dialect in renderer.dialects}


def generate(
    live: Snapshot, dialect: str, renderers: Mapping[str, Renderer], parsers: Sequence[Parser], settings: Settings
) -> Generated:
    """The declaration of all buckets of the snapshot that have rules.

    Nothing is given that was not parsed again and compared with the snapshot: rules that do not come back as they are
    raise ``CorsDriftError``. Raises ``UsageError`` for a dialect that nobody writes, or that holds one bucket.
    """
    renderer = _renderer(dialect, renderers)
    faults = list(live.diagnostics)
    kept: list[Bucket] = []
    for bucket in live.buckets:
        fault = _left_out(bucket)
        if fault is None:
            kept.append(bucket)
        else:
            faults.append(fault)
    complete = all(bucket.state in (State.CONFIGURED, State.ABSENT) for bucket in live.buckets)
    code = errors.EXIT_OK if complete else errors.EXIT_INCOMPLETE
    if not kept:
        nothing = errors.EXIT_NOTHING if complete else code
        return Generated(None, dialect, Snapshot(renderer.name), tuple(faults), _worst(live, nothing))
    if dialect in ONE_BUCKET and len(kept) > 1:
        raise UsageError(
            f"--as {dialect}: this holds the rules of one bucket, and there are {len(kept)}", advice="name the bucket"
        )
    try:
        text = renderer.declare(tuple(_fresh(kept)), dialect)
    except ValueError as error:
        raise errors.CorsDriftError(
            f"--as {dialect} cannot say these rules: {error}", advice="another dialect may: see --help"
        ) from error
    parser = next((each for each in parsers if each.name == renderer.name), None)
    if parser is None:
        raise errors.CorsDriftError(f"no parser reads what --as {dialect} writes")
    declared = _read_again(text, dialect, parser, kept, settings)
    return Generated(text, dialect, declared, tuple(faults), _worst(live, code))


def write_new(text: str, path: Path) -> None:
    """Write a file that must not be there yet. Raises ``UsageError`` where one is, or it cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"--file {path}: there is such a file already", advice="give another name, or take it away first"
        ) from None
    except OSError as error:
        raise UsageError(f"--file {path}: {error.strerror}", advice="give a file in a folder that there is") from error


def _renderer(dialect: str, renderers: Mapping[str, Renderer]) -> Renderer:
    known = dialects(renderers)
    if dialect not in known:
        import difflib

        near = difflib.get_close_matches(dialect, known, 1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        raise UsageError(f"--as {dialect}: no such dialect", advice=advice)
    return known[dialect]


def _left_out(bucket: Bucket) -> Diagnostic | None:
    """Why nothing is declared for a bucket, if so."""
    name = "a bucket whose name is not known" if isinstance(bucket.name, Unknown) else bucket.name
    if bucket.state is State.ABSENT:
        return Diagnostic(Severity.INFO, "no-rules", f"{name} has no CORS rules: nothing is declared for it")
    if bucket.cors is None:
        why = f": {bucket.reason}" if bucket.reason else ""
        return Diagnostic(Severity.WARNING, "not-generated", f"{name} is left out, it is {bucket.state}{why}")
    if isinstance(bucket.name, Unknown):
        return Diagnostic(Severity.WARNING, "not-generated", f"{name} is left out", bucket.location)
    if bucket.sensitive:
        told = f"{name} is left out: what it has is marked as sensitive, and would be written in the clear"
        return Diagnostic(Severity.WARNING, "not-generated", told, bucket.location)
    opened = next(bucket.cors.unknowns(), None)
    if opened is not None:
        index, field, unknown = opened
        told = f"{name} is left out: {field} of its rule {index + 1} is not known: {unknown.reason}"
        return Diagnostic(Severity.WARNING, "not-generated", told, bucket.location)
    return None


def _fresh(buckets: Iterable[Bucket]) -> Iterator[Fresh]:
    label = _labels()
    for bucket in buckets:
        name = str(bucket.name)
        yield Fresh(name, label(name), bucket.cors, bucket.account, bucket.region)


def _labels() -> Callable[[str], str]:
    """Names of buckets to labels: ``assets.example-1`` is ``assets_example_1``; what is taken gets a number."""
    taken: set[str] = set()

    def label(name: str) -> str:
        words = "_".join(re.findall("[a-z0-9]+", name.lower())) or "bucket"
        words = words if words[0].isalpha() else f"bucket_{words}"
        count, own = 1, words
        while own.replace("_", "") in taken:
            count += 1
            own = f"{words}_{count}"
        taken.add(own.replace("_", ""))
        return own

    return label


def _read_again(text: str, dialect: str, parser: Parser, wanted: Sequence[Bucket], settings: Settings) -> Snapshot:
    """What the text declares. Raises ``CorsDriftError`` unless that is what was to be declared."""
    from drift.compare import Rules, compare
    from drift.report import BucketState, ExitPolicy

    tree = _OneFile(_FILES.get(dialect, "cors.json"), text)
    claim = parser.claim(tree, tree.path)
    inputs = Inputs(account=settings.live.account, region=settings.live.region)
    declared = parser.parse(tree, (tree.path if claim is None else claim.unit,), inputs)
    live = Snapshot("s3", tuple(replace(each, account=None, region=None) for each in wanted))
    declared = replace(declared, buckets=tuple(each for each in declared.buckets if each.comparable))
    report = compare(declared, live, Rules(live_only=True), ExitPolicy())
    wrong = [str(each.name) for each in report.buckets if each.state is not BucketState.IN_SYNC or each.drift]
    missing = {each.name for each in wanted} - {each.name for each in report.buckets}
    if wrong or declared.errors or (missing and dialect not in ONE_BUCKET):
        names = ", ".join((*wrong, *sorted(map(str, missing))))
        raise errors.CorsDriftError(
            f"the rules of {names} cannot be written as {dialect} so that they mean the same",
            advice="another dialect may say them; please report this with the rules",
        )
    return declared


class _OneFile:
    """A tree of one file in memory. Implements ``drift.interfaces.Tree``."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._content = text.encode()

    def read(self, path: str) -> bytes:
        if path != self.path:
            raise errors.InputError("there is no such file")
        return self._content

    def is_file(self, path: str) -> bool:
        return path == self.path

    def is_folder(self, path: str) -> bool:
        return path == ""

    def names(self, folder: str) -> Sequence[str]:
        return (self.path,) if folder == "" else ()


def _worst(live: Snapshot, code: int) -> int:
    return errors.EXIT_ERROR if live.errors else code


def only(snapshot: Snapshot, names: Collection[str]) -> Snapshot:
    """The named buckets of a snapshot, all if none is named. Raises ``UsageError`` for a name that it does not have."""
    if not names:
        return snapshot
    missing = [name for name in names if name not in {bucket.name for bucket in snapshot.buckets}]
    if missing:
        raise UsageError(f"{missing[0]} is not in the snapshot", advice="cors-drift live --live FILE shows what it has")
    return replace(snapshot, buckets=tuple(each for each in snapshot.buckets if each.name in names))
