"""What the user points at, as snapshots: folders and files of declarations, saved snapshots, files of values."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from drift.cors.model import Unknown
from drift.discovery import Source, declared_in, open_source, path_as_named
from drift.documents import document_kind, snapshot_from_json
from drift.errors import InputError, UsageError
from drift.interfaces import Inputs, NamedText, Wanted
from drift.location import Location
from drift.plugins import load_parsers
from drift.settings import DeclaredSettings, LiveSettings, Settings
from drift.snapshot import Bucket, Snapshot, merged
from drift.tree import MAX_FILE_BYTES, DiskTree, Walked

Opened = Callable[[Source], Source]
"""Has a source be read otherwise than from disk."""


def load_declared(paths: Sequence[Path], settings: Settings, opened: Opened | None = None) -> Snapshot:
    """What the code at the paths declares; saved snapshots are taken as they are.

    What the settings name in the place of S3 is left out of folders: it would agree with itself. So are a second
    checkout that stands for the target branch, and the states that tell names: what was deployed is not what is
    declared.
    """
    live = () if settings.live.source is None else (settings.live.source,)
    base = () if settings.base is None or not os.path.lexists(settings.base) else (Path(settings.base),)
    left_out = (*live, *base, *settings.identity.states)
    return merged(each_once(load(path, settings, left_out, opened) for path in paths or (Path(),)))


def each_once(parts: Iterable[Snapshot]) -> Iterator[Snapshot]:
    """The snapshots of several paths without what an earlier path has shown already: paths may overlap."""
    seen: set[Bucket] = set()
    for part in parts:
        yield replace(part, buckets=tuple(bucket for bucket in part.buckets if bucket not in seen))
        seen.update(part.buckets)


def load_live(path: Path, settings: Settings) -> Snapshot:
    """What stands for S3. The root is a limit for what is declared; this file was named by the user."""
    return load(path, replace(settings, declared=replace(settings.declared, root=None)))


def load_state(path: Path, settings: Settings) -> tuple[Snapshot, str]:
    """A Terraform state or plan that tells names, and what to call it; ``-`` is standard input."""
    if str(path) != "-":
        return load_live(path, settings), str(path)
    with tempfile.TemporaryDirectory(prefix="cors-drift-") as folder:
        copy = Path(folder) / "state.json"
        copy.write_bytes(sys.stdin.buffer.read(MAX_FILE_BYTES + 1))  # a file that is too large has its own error
        try:
            return load_live(copy, settings), "standard input"
        except InputError as error:
            error.location = Location("standard input")
            raise


def load(path: Path, settings: Settings, other_side: Sequence[Path] = (), opened: Opened | None = None) -> Snapshot:
    """The snapshot of one path. What lies below a folder and belongs to the other side is left out."""
    source = open_source(path, settings.declared.root, may_be_gone=opened is not None)
    if opened is not None:
        source = opened(source)
    if not source.is_folder:
        from drift.documents.lines import snapshot_by_lines

        on_disk = not isinstance(source.tree, DiskTree) or source.tree.is_on_disk(source.path)
        saved = snapshot_by_lines(source.tree.root / source.path, str(path)) if on_disk else None
        if saved is not None:  # of any size: it is read bucket by bucket
            return saved
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
    inputs = inputs_of(settings.declared, settings.live, lambda file: text_in(source.tree, file))
    return declared_in(source, load_parsers(), inputs, other_side)


def selected(snapshot: Snapshot, names: tuple[str, ...]) -> Snapshot:
    """Only the named buckets. One name also names the one bucket whose own name is not known and may be that.

    Raises ``UsageError`` for a name that is nobody's: a slip must not make a check pass.
    """
    if not names:
        return snapshot
    from drift.name_patterns import candidates_of, pattern_of

    kept = [bucket for bucket in snapshot.buckets if bucket.name in names]
    open_ones = [
        (bucket, pattern_of(bucket) or candidates_of(bucket))
        for bucket in snapshot.buckets
        if isinstance(bucket.name, Unknown)
    ]
    known = sorted({bucket.name for bucket in snapshot.buckets if isinstance(bucket.name, str)})
    for name in names:
        if name in known:
            continue
        nameless = [bucket for bucket, pattern in open_ones if pattern.may_be(Wanted(name))]
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


def inputs_of(declared: DeclaredSettings, live: LiveSettings, text: Callable[[Path], NamedText | None]) -> Inputs:
    """The values that the settings give; ``text`` reads a file of them, and may leave it out."""
    variables = (text(each) if isinstance(each, Path) else _pair(each, "--var") for each in declared.variables)
    files = (text(path) for path in declared.parameter_files)
    return Inputs(
        variables=tuple(each for each in variables if each is not None),
        parameters=tuple(_pair(each, "--parameter") for each in declared.parameters),
        parameter_files=tuple(each for each in files if each is not None),
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


def text_in(tree: Walked, path: Path) -> NamedText:
    """A file that the user named, as the tree has it if it is a part of that and not read from disk."""
    inside = path_as_named(path, tree.root) if isinstance(tree, DiskTree) else None
    if inside is not None and isinstance(tree, DiskTree) and tree.is_file(inside) and not tree.is_on_disk(inside):
        return NamedText(str(path), tree.read(inside).decode("utf-8-sig", "replace"))
    return text_of(path)


def text_of(path: Path) -> NamedText:
    """A file that the user named, wherever it lies; bounded like any other."""
    try:
        real = Path(os.path.realpath(path))
        return NamedText(str(path), DiskTree(real.parent).read(real.name).decode("utf-8-sig"))
    except InputError as error:
        error.location = Location(str(path))
        raise
    except UnicodeDecodeError as error:
        raise InputError("this file is not UTF-8 text", location=Location(str(path))) from error
