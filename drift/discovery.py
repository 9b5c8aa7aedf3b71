"""From a path that the user gave to what each parser is to read there."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from drift.errors import InputError, TooLargeError
from drift.interfaces import Inputs, Parser
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Snapshot, merged
from drift.tree import DiskTree, Walked


@dataclass(frozen=True, slots=True)
class Source:
    """A path to read: in which tree, under which path in it, and as the user wrote it."""

    tree: Walked
    path: str
    given: Path

    @property
    def is_folder(self) -> bool:
        return self.tree.is_folder(self.path)


def open_source(given: Path, root: Path | None, *, may_be_gone: bool = False) -> Source:
    """The path with the tree that nothing may lead out of: ``root``, else the git repository around it, else the
    working folder if the path is in it, else the path itself. Raises ``InputError`` for a missing path, unless it
    ``may_be_gone`` since another state of the tree, which is for the caller to find out.
    """
    is_there = os.path.lexists(given)
    if not is_there and not may_be_gone:
        raise InputError("there is no such file or folder", location=Location(str(given)))
    real = Path(os.path.realpath(given))
    if is_there and not real.exists():
        raise InputError("this link leads nowhere", location=Location(str(given)))
    # The boundary is that of the name that was given: a link must not take it along to where it leads.
    named = Path(os.path.realpath(given.absolute().parent)) / given.name if given.is_symlink() else real
    top = Path(os.path.realpath(root)) if root else _boundary(named)
    if not real.is_relative_to(top):
        raise InputError(f"this path is not in the root, {top}", location=Location(str(given)), advice="check --root")
    path = real.relative_to(top).as_posix()
    return Source(DiskTree(top), "" if path == "." else path, given)


def path_as_named(given: Path, top: Path) -> str | None:
    """The path in a tree as it was written, with the links in it: another state of the tree may have them lead
    elsewhere. ``top`` is the real path of the tree's root. None if it is not by way of the root that the path leads in.
    """
    parts = (working_folder() / given).parts
    for count in range(1, len(parts) + 1):
        if Path(os.path.realpath(Path(*parts[:count]))) == top:
            return "/".join(parts[count:])
    return None


def path_as_shown(path: str, root: Path) -> str | None:
    """The path in a tree of what ``shown`` made of it; None where it is in another tree."""
    full = Path(os.path.normpath(os.path.realpath(Path.cwd()) / Path(path)))
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else None


def working_folder() -> Path:
    """The working folder by the name under which it was gone to. The system knows it without links alone; shells keep
    the name in ``PWD``, which counts where it is this folder.
    """
    here, told = Path.cwd(), os.environ.get("PWD", "")
    try:
        return Path(told) if os.path.isabs(told) and os.path.samefile(told, here) else here
    except (OSError, ValueError):
        return here


def repository_around(path: Path) -> Path | None:
    """The top of the git repository that a real path lies in."""
    return next((each for each in (path, *path.parents) if (each / ".git").exists()), None)


def _boundary(real: Path) -> Path:
    folder = real if real.is_dir() and not real.is_symlink() else real.parent
    top = repository_around(folder)
    if top is not None:
        return top
    here = Path.cwd().resolve()
    return here if folder.is_relative_to(here) else folder


def declared_in(
    source: Source, parsers: Sequence[Parser], inputs: Inputs, other_side: Collection[Path] = ()
) -> Snapshot:
    """What all parsers find at the source, paths as the user can open them.

    A named file is read with all that belongs to it: a Terraform file with its folder, which is one module. What is
    found below a folder and lies at or below a path of ``other_side`` is left out: rules that this side is to be
    compared with must not speak for it too. Raises ``InputError`` if the source is a file that no parser knows, or one
    that a parser knows to be foreign.
    """

    @cache  # a file may hold many places
    def show(path: str) -> str:
        return shown(source.tree, path)

    try:
        return _found(source, parsers, inputs, _inside(source, other_side)).relocated(show)
    except InputError as error:
        if error.location is not None:
            error.location = replace(error.location, path=show(error.location.path))
        raise


def _inside(source: Source, paths: Collection[Path]) -> Collection[Path]:
    """Those of the paths, links resolved, that lie below the source; the source itself was asked for."""
    top = Path(os.path.realpath(source.tree.root / source.path))
    real = [Path(os.path.realpath(path)) for path in paths]
    return [path for path in real if path.is_relative_to(top) and path != top]


def units_in(
    source: Source, parsers: Sequence[Parser], other_side: Collection[Path] = ()
) -> tuple[Mapping[str, Sequence[str]], Sequence[Diagnostic]]:
    """What each parser, by its name, is to read at the source, and what is to be said of files that none reads.

    ``other_side`` and what is raised are as of ``declared_in``; paths are relative to the tree.
    """
    return _units(source, parsers, _inside(source, other_side))


def _found(source: Source, parsers: Sequence[Parser], inputs: Inputs, left_out: Collection[Path]) -> Snapshot:
    units, faults = _units(source, parsers, left_out)
    found = [parser.parse(source.tree, units[parser.name], inputs) for parser in parsers if units[parser.name]]
    return merged([*found, Snapshot("", diagnostics=tuple(faults))] if faults else found)


def _units(
    source: Source, parsers: Sequence[Parser], left_out: Collection[Path]
) -> tuple[Mapping[str, Sequence[str]], Sequence[Diagnostic]]:
    units: dict[str, list[str]] = {parser.name: [] for parser in parsers}
    faults: list[Diagnostic] = []

    def note_link(path: str) -> None:
        faults.append(_not_followed(path))

    files = source.tree.walk(source.path, note_link) if source.is_folder else [source.path]
    for path in files:
        if left_out and _lies_in(Path(os.path.realpath(source.tree.root / path)), left_out):
            continue
        try:
            claims = [(parser.name, parser.claim(source.tree, path)) for parser in parsers]
        except InputError as error:
            if not source.is_folder:
                raise
            # A parser wanted to look: what cannot be read may declare something. Only huge files are hardly ever ours.
            weight = Severity.WARNING if isinstance(error, TooLargeError) else Severity.ERROR
            faults.append(Diagnostic(weight, "unreadable-file", error.message, error.location, error.advice))
            continue
        for name, claim in claims:
            if claim is not None and claim.named_only and source.is_folder:
                faults.append(_left_out(path))
            elif claim is not None and claim.foreign is None:
                units[name].append(claim.unit)
            elif claim is not None and source.is_folder:
                faults.append(Diagnostic(Severity.INFO, "foreign-file", f"this is {claim.foreign}", Location(path)))
            elif claim is not None:
                raise InputError(
                    f"this is {claim.foreign}, not a declaration of S3 CORS rules", location=Location(source.path)
                )
    if not source.is_folder and not any(units.values()):
        source.tree.read(source.path)  # an unreadable file has its own error
        raise InputError(
            "no S3 bucket or CORS declaration was recognised in this file",
            location=Location(source.path),
            advice="the README tells what is read: code and plans of several tools, and JSON, YAML or XML rule files",
        )
    return {name: tuple(dict.fromkeys(each)) for name, each in units.items()}, faults


def _lies_in(real: Path, folders: Collection[Path]) -> bool:
    return any(real.is_relative_to(each) for each in folders)


def _not_followed(path: str) -> Diagnostic:
    """A link that was left out: an error where it has a name under which declarations go, else a remark."""
    declares = path.endswith((".tf", ".tofu", ".json", ".yaml", ".yml", ".template", ".xml"))
    return Diagnostic(
        Severity.ERROR if declares else Severity.INFO,
        "link-not-followed",
        "this link leads out of what is read, and was not followed",
        Location(path),
        "give a folder that holds all of it with --root, and name what the link leads to",
    )


def _left_out(path: str) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        "read-only-if-named",
        "this file was left out: it was made from code that stands beside it, or its name is not that of a template",
        Location(path),
        "name the file itself to read it",
    )


def shown(tree: Walked, path: str) -> str:
    """A tree's path as the user would write it: relative to the working folder where it lies in it."""
    full = tree.root / path
    here = Path(os.path.realpath(Path.cwd()))
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else full.as_posix()
