"""All root modules of a tree: which folders are roots, and what they declare together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from drift.errors import InputError
from drift.interfaces import Inputs, NamedText, Tree
from drift.location import Diagnostic
from drift.snapshot import Snapshot
from parsers.terraform import files
from parsers.terraform.buckets import declarations
from parsers.terraform.calls import Run
from parsers.terraform.config import Module, load_module
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.roots import Roots, find_roots
from parsers.terraform.settle import Outcome, RootDeclarations, settle
from parsers.terraform.surroundings import selected_workspace
from parsers.terraform.validations import failed_validations
from parsers.terraform.variables import Given, root_values, undeclared
from parsers.terraform.vendored import copies

_SPEAKS_OF_BUCKETS = re.compile(
    rb"aws_s3_bucket|awscc_s3_bucket|_cloudformation_stack|aws_cloudcontrolapi_resource|aws_servicecatalog_prov"
    rb"|(?<![.\w])module(?![\w.-])|\\[uU]"
)
"""The types that are looked for, calls of modules, and escapes, which can hide either."""


class Further(Protocol):
    """Something else that runs a module, with values of its own; ``folders`` are those of the tree that run so."""

    @property
    def folders(self) -> Collection[str]: ...

    def declared(self, load: Callable[[str], Module]) -> Outcome:
        """What the module declares so."""
        ...


class Root(NamedTuple):
    """A root module with the values that its variables are given from outside."""

    instance: ModuleInstance
    given: Given


class Project:
    """The modules of a tree, each read once."""

    def __init__(self, tree: Tree, inputs: Inputs) -> None:
        self._tree = tree
        self._inputs = inputs
        self._modules: dict[str, Module] = {}

    def load(self, folder: str) -> Module:
        """The module in a folder."""
        if folder not in self._modules:
            self._modules[folder] = load_module(self._tree, folder)
        return self._modules[folder]

    def snapshot(self, units: Sequence[str], further: Sequence[Further] = ()) -> Snapshot:
        """What the folders declare as root modules, but for those that ``further`` runs with other values.

        Of several folders those that certainly declare nothing of interest are passed over, faults and all.
        """
        folders = dict.fromkeys(units)
        run_so = {folder for each in further for folder in each.folders}
        split = self.roots(units)
        roots = [folder for folder in split.folders if folder not in run_so]
        diagnostics: list[Diagnostic] = list(split.diagnostics)
        found: list[RootDeclarations] = []
        values: list[Given] = []
        for folder in roots:
            diagnostics.extend(self.load(folder).diagnostics)
            root, given = self.root(folder)
            run = root.run
            found.append(declarations(root))
            for fault in failed_validations(root):  # last, so that they leave the declarations their share of the work
                run.tell(fault)
            diagnostics.extend([*given.diagnostics, *run.diagnostics])
            values.append(given)
        for each in further:
            outcome = each.declared(self.load)
            found.extend(outcome.roots)
            diagnostics.extend(outcome.diagnostics)
        diagnostics.extend(fault for module in self._modules.values() for fault in module.faults)
        elsewhere = [folder for folder in folders if folder not in self._modules and self._names_a_variable(folder)]
        diagnostics.extend(
            undeclared([self.load(folder) for folder in (*roots, *elsewhere, *sorted(run_so))], self._inputs, values)
        )
        return Snapshot(files.SOURCE, tuple(settle(found)), tuple(dict.fromkeys(diagnostics)))

    def roots(self, units: Sequence[str]) -> Roots:
        """Which of the folders are root modules; see ``snapshot`` for those that are passed over."""
        folders = dict.fromkeys(units)
        read = [folder for folder in folders if len(folders) == 1 or self._may_declare(folder)]
        return find_roots(self._tree, read, self.load, self._inputs)

    def root(self, folder: str) -> Root:
        """The root module in a folder, not evaluated yet."""
        module = self.load(folder)
        given = root_values(self._tree, module, self._inputs)
        workspace = selected_workspace(self._tree, folder, self._inputs)
        run = Run(self._tree, self._inputs, self.load, folder, copies(self._tree, folder), workspace)
        return Root(ModuleInstance(run, module, given.values.get), given)

    def _may_declare(self, folder: str) -> bool:
        """Whether the folder can have to do with buckets, by the bytes of its files: reading them takes far longer.

        What cannot be opened may.
        """
        return any(content is None or _SPEAKS_OF_BUCKETS.search(content) for content in self._contents(folder))

    def _names_a_variable(self, folder: str) -> bool:
        names = [each[0].encode() for each in self._inputs.variables if not isinstance(each, NamedText)]
        return bool(names) and any(
            content is not None and any(name in content for name in names) for content in self._contents(folder)
        )

    def _contents(self, folder: str) -> Iterator[bytes | None]:
        for name in self._tree.names(folder):
            path = files.join(folder, name)
            if files.stem(name) is not None and self._tree.is_file(path):
                try:
                    yield self._tree.read(path)
                except InputError:
                    yield None
