"""Module calls as they are written: where the called module lies, or why it cannot be read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.config import Module, local_source
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Budget, Scope
from parsers.terraform.limits import MAX_MODULE_DEPTH
from parsers.terraform.nodes import Block, Expression, Template
from parsers.terraform.vendored import Copy, stale


@dataclass(slots=True, eq=False)
class Run:
    """What all module instances of one root have in common."""

    tree: Tree
    inputs: Inputs
    load: Callable[[str], Module]
    root: str
    vendored: Mapping[str, Copy]
    workspace: str | None = None
    budget: Budget = field(default_factory=Budget)
    modules: int = 0
    instances: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    folders: dict[str, bool] = field(default_factory=dict)
    """Whether the folders that were looked at have configuration in them."""
    _told: set[Diagnostic] = field(default_factory=set)

    def tell(self, diagnostic: Diagnostic) -> None:
        """Remembers a fault, once."""
        if diagnostic not in self._told:
            self._told.add(diagnostic)
            self.diagnostics.append(diagnostic)

    def tell_once_at(self, fault: Diagnostic) -> None:
        """Remembers an error unless there is one at its line already."""
        lines = {_line(each.location) for each in self.diagnostics if each.severity is Severity.ERROR}
        if _line(fault.location) not in lines:
            self.tell(fault)

    def told(self, word: str, at: Location | None = None) -> bool:
        """Whether there is a diagnostic with that id already, at that place if one is given."""
        return any(each.id == word and at in (None, each.location) for each in self.diagnostics)


def _line(at: Location | None) -> tuple[str, int | None] | None:
    return None if at is None else (at.path, at.line)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the module behind a call cannot be read, where the call stands, and what to try."""

    message: str
    at: Location
    advice: str | None = None
    source: str | None = None
    """Where the module would have to be fetched from, for one that is not on disk."""

    def __str__(self) -> str:
        return f"{self.message}{f'; {self.advice}' if self.advice else ''} ({self.at})"


class Outlined(NamedTuple):
    """That the module behind a call is only known in outline: where the call stands, and why it cannot be read."""

    at: Location
    rules_at: Location
    why: Unreadable


class Found(NamedTuple):
    """The module behind a call; ``outlined`` where a well-known outline stands for it."""

    module: Module
    outlined: Outlined | None = None


def called_module(
    run: Run, folder: str, path: tuple[str, ...], block: Block, above: set[str], scope: Scope, *, quiet: bool = False
) -> Found | Unreadable:
    """The module that a call in ``folder`` means, or why it cannot be read.

    ``path`` are the names of the calls from the root down, ``above`` the folders of the modules around the call.
    With ``quiet``, in an outline, nothing is told of a module that is not on disk.
    """
    shown = f"module.{path[-1]}"
    found = _folder(run, folder, path, block, scope)
    if isinstance(found, Unreadable):
        return found if found.source is None else _in_outline(run, block, found, quiet)
    if len(path) > MAX_MODULE_DEPTH or found in above:
        message = f"{shown} calls itself" if found in above else "modules are nested too deep"
        run.tell(Diagnostic(Severity.ERROR, "module-cycle", message, block.at, "break the circle of module calls"))
        return Unreadable(message, block.at)
    module = run.load(found)
    for diagnostic in module.diagnostics:
        run.tell(diagnostic)
    return Found(module)


def _in_outline(run: Run, block: Block, why: Unreadable, quiet: bool) -> Found | Unreadable:
    """The outline of a well-known module that is not on disk; of any other what is missing is told."""
    version = _plain(block.expression("version"))
    outline = None
    if why.source and ("version" not in block.attributes or version is not None):
        from parsers.terraform.registry_modules import well_known

        outline = well_known(why.source, version, tuple(block.attributes))
    if outline is None:
        weight = Severity.WARNING if _may_hold_buckets(why.source or "", block) else Severity.INFO
        unseen = f"{why.message}: buckets that it declares are not seen"
        run.tell(Diagnostic(weight, "module-not-on-disk", unseen, block.at, why.advice))
        return why
    told = f"{why.message}: it is read by the documented inputs of {outline.name}"
    if not quiet:
        run.tell(Diagnostic(Severity.INFO, "module-in-outline", told, block.at, f"for certainty, {why.advice}"))
    rules = next((attribute.at for name, attribute in block.attributes.items() if "cors" in name), block.at)
    return Found(outline.module, Outlined(block.at, rules, why))


def _plain(expression: Expression | None) -> str | None:
    parts = expression.parts if isinstance(expression, Template) else ()
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None


def surplus_arguments(name: str, block: Block, module: Module) -> list[Diagnostic]:
    """The arguments of a call for which the called module has no variable: Terraform refuses them."""
    if module.broken:
        return []
    return [
        Diagnostic(
            Severity.WARNING,
            "unknown-argument",
            f'the module behind module.{name} has no variable "{argument}"',
            block.attributes[argument].at,
            "Terraform refuses it; correct the name",
        )
        for argument in sorted(set(block.attributes) - set(module.variables) - _META)
    ]


_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


def source_of(block: Block, scope: Scope) -> str | None:
    """The source of a call, which OpenTofu lets be put together from variables and locals."""
    plain = local_source(block)
    value = evaluated(block, "source", scope) if plain is None else None
    return value.data if value is not None and isinstance(value.data, str) else plain


def _folder(run: Run, folder: str, path: tuple[str, ...], block: Block, scope: Scope) -> str | Unreadable:
    """Where the called module lies."""
    shown = f"module.{path[-1]}"
    source = source_of(block, scope)
    if source is None:
        return _not_on_disk(block, f"the source of {shown} is not known", "", "give a plan")
    if source.startswith(("./", "../")) or source in (".", ".."):
        return _local_folder(run, files.join(folder, source), block, f'the source "{source}" of {shown}')
    message = f'{shown} is not on disk (source "{source}")'
    if ".".join(path) not in run.vendored:
        return _not_on_disk(block, message, source, _INIT)
    copy = run.vendored[".".join(path)]
    found = files.join(run.root, copy.folder)
    outdated = stale(copy, source, _plain(block.expression("version")))
    if outdated is not None:
        return _not_on_disk(block, f"{message}: its copy {outdated}", source, _INIT)
    if files.leaves_tree(found):
        return _not_on_disk(block, f"{message}: its copy leads out of the tree", source, _INIT)
    return found if _has_configuration(run, found) else _not_on_disk(block, message, source, _INIT)


_INIT = "run `terraform init`, or give a plan"


def _local_folder(run: Run, found: str, block: Block, shown: str) -> str | Unreadable:
    """A folder that the source names by its path. Terraform refuses one that is not there."""
    parent, name = posixpath.split(found)
    if run.folders.get(found):
        return found
    if files.leaves_tree(found):
        message, advice = f"{shown} leads out of the tree", "give a --root that holds all of it"
    elif not run.tree.is_folder(found) and name in run.tree.names(parent):
        message, advice = f"{shown} is no folder inside the tree", "give a --root that holds all of it"
    elif not run.tree.is_folder(found):
        message, advice = f"{shown} is no folder", "Terraform refuses this; check the path"
    elif not _has_configuration(run, found):
        return _not_on_disk(block, f"{shown} has no configuration in it", found, "check out what belongs there")
    else:
        return found
    run.tell(Diagnostic(Severity.ERROR, "module-not-found", message, block.at, advice))
    return Unreadable(message, block.at, advice)


def _has_configuration(run: Run, folder: str) -> bool:
    if folder not in run.folders:
        run.folders[folder] = any(files.stem(name) is not None for name in run.tree.names(folder))
    return run.folders[folder]


def _not_on_disk(block: Block, message: str, source: str, advice: str) -> Unreadable:
    return Unreadable(message, block.at, advice, source)


def _may_hold_buckets(source: str, block: Block) -> bool:
    """Whether a module that cannot be read looks as if it had to do with buckets; for how loudly to tell of it only."""
    words = " ".join((source, *block.labels, *block.attributes)).lower()
    return any(word in words for word in ("s3", "bucket", "cors", "website", "cloudfront", "cdn"))
