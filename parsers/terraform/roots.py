"""Which folders of a tree are root modules, and which are read only as others call them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.config import Module, local_source
from parsers.terraform.variables import given_names

Load = Callable[[str], Module]

_STATES = ("terraform.tfstate", "terraform.tfstate.d", ".terraform/terraform.tfstate", ".terraform/environment")
"""What Terraform leaves in a folder that was planned or applied, and not in one that was only validated."""


class Roots(NamedTuple):
    """The root modules in the order of the folders, and what is told of folders that might have been some."""

    folders: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def find_roots(tree: Tree, folders: Sequence[str], load: Load, inputs: Inputs) -> Roots:
    """The folders that no other one calls, those that say themselves that they are roots, and of folders that call one
    another in a circle the first.

    A folder says so by a backend, by its state, or by files of values for its variables. A folder that only those below
    it call may be a configuration with its examples and tests as well as a module with them: it is a root too if it
    configures a provider, has nothing to be given, or is given something by the user; else it is told.
    """
    graph = _Calls(tree, load)
    callers = graph.callers(folders)
    roots = {folder for folder in folders if folder not in callers or _says_so(tree, load(folder))}
    below = [folder for folder in folders if folder not in roots and _all_below(folder, callers[folder])]
    roots.update(folder for folder in below if load(folder).providers or not load(folder).variables)
    meant = given_names(inputs) - {name for folder in roots for name in load(folder).variables}
    roots.update(folder for folder in below if not meant.isdisjoint(load(folder).variables))
    reached = graph.reached(roots)
    for folder in folders:
        if folder not in reached:
            roots.add(folder)
            reached |= graph.reached([folder])
    told = tuple(_only_called(tree, folder, callers[folder]) for folder in below if folder not in roots)
    return Roots(tuple(folder for folder in folders if folder in roots), told)


def _says_so(tree: Tree, module: Module) -> bool:
    if module.keeps_state or files.variable_files(tree.names(module.folder)):
        return True
    paths = [files.join(module.folder, name) for name in _STATES]
    return any(tree.is_file(path) or tree.is_folder(path) for path in paths)


def _all_below(folder: str, callers: Iterable[str]) -> bool:
    return all(folder == "" or caller.startswith(f"{folder}/") for caller in callers)


def _only_called(tree: Tree, folder: str, callers: Iterable[str]) -> Diagnostic:
    primary, overrides = files.configuration_files(tree.names(folder))
    file = files.join(folder, "main.tf" if "main.tf" in primary else (*primary, *overrides)[0])
    return Diagnostic(
        Severity.INFO,
        "read-as-module",
        f"this folder is read as {min(callers)} calls it, and not as a root module",
        Location(file),
        "name this file to read the folder as a root module",
    )


class _Calls:
    """Which folders call which, as far as sources are plain paths in the tree."""

    def __init__(self, tree: Tree, load: Load) -> None:
        self._tree = tree
        self._load = load

    def callers(self, folders: Iterable[str]) -> dict[str, list[str]]:
        """For each folder that is called, the others that call it."""
        found: dict[str, list[str]] = {}
        for folder in folders:
            for child in self._called(folder) - {folder}:
                found.setdefault(child, []).append(folder)
        return found

    def reached(self, folders: Iterable[str]) -> set[str]:
        """The folders with all that they call, and what those call."""
        seen: set[str] = set()
        pending = list(folders)
        while pending:
            folder = pending.pop()
            if folder not in seen:
                seen.add(folder)
                pending.extend(self._called(folder))
        return seen

    def _called(self, folder: str) -> set[str]:
        found = set()
        for block in self._load(folder).calls.values():
            source = local_source(block)
            if source is not None and source.startswith("."):
                child = files.join(folder, source)
                if not files.leaves_tree(child) and self._tree.is_folder(child):
                    found.add(child)
        return found
