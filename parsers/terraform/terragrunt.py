"""Terragrunt units: which module each one runs, with which values, as far as that can be told without running it.

A unit whose ``terraform.source`` is a folder of the tree is that module with the unit's inputs; without a source the
module is the unit's own folder. A well-known module that is not on disk is read by its documented inputs. Everything
else that speaks of S3 is an unknown, so that a tree whose buckets lie behind Terragrunt never looks as if it had none.
A plan beside a unit is read in its place.

Source: terragrunt.gruntwork.io/docs/reference/hcl; inputs reach Terraform as ``TF_VAR_`` variables, text as it is and
all else as JSON, and win over nothing but defaults.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from drift.cors.model import Unknown
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.terraform import files
from parsers.terraform.arguments import Argument
from parsers.terraform.buckets import declarations
from parsers.terraform.calls import Run, Unreadable, called_module
from parsers.terraform.config import Module, load_module, local_source
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Attribute, Block
from parsers.terraform.opaque import opaque_module
from parsers.terraform.overlay import Overlay
from parsers.terraform.refusals import REFUSED
from parsers.terraform.settle import Outcome, RootDeclarations
from parsers.terraform.surroundings import selected_workspace
from parsers.terraform.terragrunt_call import as_call
from parsers.terraform.terragrunt_code import Written, code_may_declare, has_code, laid_over, words_at, written_by
from parsers.terraform.terragrunt_files import UnitFiles, shown_reason
from parsers.terraform.terragrunt_moves import moved
from parsers.terraform.terragrunt_paths import without_checkout
from parsers.terraform.terragrunt_values import values_of
from parsers.terraform.values import EvaluationError, RefusalError, Value

UNIT, STACK = files.UNITS

_SHOW = "terragrunt show -json PLAN > plan.json"
_SPEAKS_OF_S3 = re.compile(r"s3|bucket|cors|website|cloudfront|cdn", re.IGNORECASE)


class Unit:
    """One ``terragrunt.hcl``, or one ``terragrunt.stack.hcl``, read and not yet evaluated.

    ``plan`` is the path of a plan that is read beside it. ``folder`` is the folder of the tree that the unit runs, None
    if it runs none, or that is not known.
    """

    def __init__(self, tree: Tree, path: str, inputs: Inputs, plan: str | None = None) -> None:
        self._tree = tree
        self._inputs = inputs
        self._plan = plan
        self.path = path
        self.unit = posixpath.dirname(path)
        self._files = UnitFiles(tree, path, inputs)
        self.source: Value | None = None
        self.folder: str | None = None
        self._perhaps: tuple[str, ...] = ()
        """The folders of the tree of which one may be the module, where that hangs on what is not known."""
        self.root: tuple[ModuleInstance, Mapping[str, Argument]] | None = None
        """The module that it runs with the values that it gives, once it was asked what it declares."""
        self._written = Written()
        self._sight: Tree | Value = tree
        self._overlay: Overlay | None = None
        self._loaded: dict[str, Module] = {}
        if self._files.fault is None and path.endswith(UNIT):
            self.source = self._files.source()
            self._find_code()

    @property
    def files(self) -> UnitFiles:
        """Its own file and what that includes."""
        return self._files

    @property
    def includes(self) -> frozenset[str]:
        """The paths of the files that the unit includes."""
        return frozenset(file.path for file in self._files.included)

    @property
    def folders(self) -> frozenset[str]:
        """The folders of the tree whose configuration runs as the unit has it, and not by itself."""
        if self.folder is None:
            return frozenset() if self.source is None else frozenset({self.unit, *self._perhaps})
        called = set()
        if self._overlay is not None and self._overlay.changes(self.folder):
            module = self._load(load_module_of(self._tree))(self.folder)
            sources = (local_source(block) for block in module.calls.values())
            called = {files.join(self.folder, each) for each in sources if each is not None and each.startswith(".")}
        return frozenset({self.folder, self.unit, *called})

    def is_parent_of(self, others: frozenset[str]) -> bool:
        """Whether the file is only there to be included, by what the ``others`` include: nothing is deployed from it.

        Terragrunt tells units and parents apart by whether they have code to run; what is in a parent's folder without
        a bucket in it, such as variables that its units get a copy of, is none.
        """
        parent = self._files.fault is None and self.source is None and self.path in others
        return parent and not _declares(load_module(self._tree, self.unit))

    def declared(self, load: Callable[[str], Module]) -> Outcome:
        """What the unit's module declares with the unit's inputs."""
        outcome = Outcome()
        if self._files.fault is not None:
            outcome.diagnostics.append(self._files.fault)
        elif self._plan is not None:
            told = f"the plan beside it, {posixpath.basename(self._plan)}, is read in the place of this unit"
            outcome.diagnostics.append(Diagnostic(Severity.INFO, "read-in-plan", told, Location(self.path)))
        elif self.path.endswith(STACK):
            self._tell_unread("a stack is not read: its units come from Terragrunt", outcome)
        elif self.source is not None or self.folder is not None or self._files.unread:
            try:
                self._declared(load, outcome)
            except (EvaluationError, RefusalError) as error:
                outcome.roots.append(self._unknown(str(error)))
        return outcome

    # Which code

    def _find_code(self) -> None:
        base = self._module_folder()
        folder = self.unit if base is None else base
        self._written = written_by(self._files.merged, [*self._tree.names(folder), *self._tree.names(self.unit)])
        if self.source is None and base is None and (self._written.may_declare or self._written.unread):
            base = self.unit
        self.folder = base
        if self.source is not None and self.source.unresolved is not None:
            self._perhaps = self._files.folders_in_source()
        if base is not None:
            found = laid_over(self._tree, self._files.merged, self.unit, base, self._written.files)
            self._overlay = found if isinstance(found, Overlay) else None
            self._sight = self._tree if found is None else found

    def _module_folder(self) -> str | None:
        if self.source is None:
            return self.unit if has_code(self._tree, self.unit) else None
        source = self.source.data
        if not isinstance(source, str):
            return None
        folder = files.join(self.unit, source.replace("//", "/"))
        local = source.startswith((".", "/")) or self._tree.is_folder(folder)
        return folder if local and not files.leaves_tree(folder) and has_code(self._tree, folder) else None

    def _load(self, load: Callable[[str], Module]) -> Callable[[str], Module]:
        """Reads modules as the unit has them."""
        overlay = self._overlay
        if overlay is None:
            return load

        def of_unit(folder: str) -> Module:
            if not overlay.changes(folder):
                return load(folder)
            if folder not in self._loaded:
                self._loaded[folder] = load_module(overlay, folder)
            return self._loaded[folder]

        return of_unit

    # What it declares

    def _declared(self, load: Callable[[str], Module], outcome: Outcome) -> None:
        not_applied = self._files.not_applied()
        if not_applied is True:
            return
        if self._files.is_of_stack():
            self._tell_unread("a stack gives this unit its values, and stacks are not read", outcome)
        elif isinstance(not_applied, str):
            self._tell_unread(not_applied, outcome)
        elif self._files.unread and self.source is None and self.folder is None:
            self._tell_unread(self._files.unread[0], outcome)
        else:
            outcome.roots.extend(self._unknown(why, at) for why, at in self._written.unread)
            if self.folder is None:
                self._elsewhere(load, outcome)
            elif isinstance(self._sight, Value):
                outcome.roots.append(self._unknown(shown_reason(self._sight)))
            elif code_may_declare(self._sight, self.folder):
                self._in_tree(self._load(load), self._sight, self.folder, outcome)

    def _in_tree(self, load: Callable[[str], Module], sight: Tree, folder: str, outcome: Outcome) -> None:
        """A module of the tree."""
        module, run, found = load(folder), self._run(load, sight, folder), Outcome()
        if not _declares(module):
            return
        given = self._given(sight, module, found)
        found.diagnostics[:0] = module.diagnostics
        root = ModuleInstance(run, module, given.get, prefix=f"[{self.unit or '.'}] ")
        self.root = root, given
        found.roots.append(declarations(root))
        told = [each for each in run.diagnostics if each.id != REFUSED]  # what Terragrunt writes may make it right
        faults = [fault for each in (module, *self._loaded.values()) for fault in each.faults]
        found.diagnostics.extend([*told, *faults])
        overlay = self._overlay
        moved_ = found if overlay is None else moved(found, overlay.origin)
        outcome.roots.extend(moved_.roots)
        outcome.diagnostics.extend(moved_.diagnostics)

    def _run(self, load: Callable[[str], Module], tree: Tree, folder: str) -> Run:
        return Run(tree, self._inputs, load, folder, {}, selected_workspace(self._tree, self.unit, self._inputs))

    def _given(self, tree: Tree, module: Module, outcome: Outcome, *, outlined: bool = False) -> Mapping[str, Argument]:
        values = values_of(self._files, self.path)
        return values.given(tree, module, self._inputs, outcome.diagnostics, outlined=outlined)

    def _elsewhere(self, load: Callable[[str], Module], outcome: Outcome) -> None:
        """A module that is not in the tree: read by its documented inputs if it is well known, else unknown."""
        source = "" if self.source is None else self.source.data
        if not isinstance(source, str):
            self._tell_unread(f"the module of this unit is not known: {shown_reason(self.source)}", outcome)
            return
        if source.startswith(".") and files.leaves_tree(files.join(self.unit, source)):
            why, advice = f'its source "{source}" leads out of the tree', "give a --root that holds all of it"
            self._tell_unread(why, outcome, advice)
            return
        laid = code_may_declare(self._tree, self.unit) and _declares(load_module(self._tree, self.unit))
        if self._written.may_declare or laid:
            outcome.roots.append(self._unknown("the unit adds files to a module that is not in the tree"))
        block = as_call(source, self.path, self._files.inputs().named)
        run = self._run(load, self._tree, self.unit)
        holder = ModuleInstance(run, _EMPTY, lambda _: None)
        found = called_module(run, self.unit, (block.labels[0],), block, set(), holder.scope)
        told = [replace(each, help=self._advised(each.help)) for each in run.diagnostics]
        run.diagnostics.clear()
        if isinstance(found, Unreadable):
            entry = opaque_module(f"[{self.unit or '.'}]", block, holder.scope, replace(found, advice=self._advice))
            if entry.suspect or self._suspect():
                outcome.roots.append(RootDeclarations(unread=[entry.entry]))
                told = [each for each in told if each.id != "module-not-on-disk"]  # the entry says so
            outcome.diagnostics.extend(told)
            return
        outcome.diagnostics.extend(told)
        given = self._given(self._tree, found.module, outcome, outlined=True)
        root = ModuleInstance(run, found.module, given.get, prefix=f"[{self.unit or '.'}] ", outlined=found.outlined)
        self.root = root, given
        outcome.roots.append(declarations(root))
        outcome.diagnostics.extend(run.diagnostics)

    # What is told of what cannot be read

    @property
    def _advice(self) -> str:
        """What tells everything: Terragrunt itself, asked once. A plan beside code is only read if it is named."""
        if has_code(self._tree, self.unit) or self.path.endswith(STACK):
            return f"give a plan: {_SHOW}, and name plan.json in the place of this folder"
        return f"put a plan beside {posixpath.basename(self.path)}: {_SHOW} (where git does not ignore it)"

    def _advised(self, advice: str | None) -> str | None:
        return None if advice is None else self._advice if "terraform init" in advice else advice

    def _suspect(self) -> bool:
        """Whether the unit speaks of S3: by its path, its source or its inputs. A backend says nothing of the code."""
        if self.path.endswith(STACK):
            return _SPEAKS_OF_S3.search(self._tree.read(self.path).decode(errors="replace")) is not None
        if any(code_may_declare(self._tree, folder) for folder in self._perhaps):
            return True
        spoken = [self.path, str(self.source.data) if self.source is not None else ""]
        for file in self._files.merged:
            common = self._perhaps and file is not self._files.own  # what all units are given says nothing of this one
            told = (None if common else file.file.attributes.get("inputs"), _source_of(file.blocks("terraform")))
            spoken.extend(words_at(self._tree, each.at) for each in told if each is not None)
        return any(_SPEAKS_OF_S3.search(each) for each in spoken)

    def _tell_unread(self, why: str, outcome: Outcome, advice: str | None = None) -> None:
        """An unknown if the unit speaks of S3; else a remark, since it may declare buckets all the same."""
        if self._suspect():
            outcome.roots.append(self._unknown(why, advice=advice))
        else:
            told = f"{why}: buckets that it declares are not seen"
            outcome.diagnostics.append(
                Diagnostic(Severity.INFO, "module-not-on-disk", told, Location(self.path), advice or self._advice)
            )

    def _unknown(self, reason: str, at: Location | None = None, advice: str | None = None) -> RootDeclarations:
        told = f"{without_checkout(reason)}; {advice or self._advice}"
        entry = Bucket(
            Unknown(told),
            State.UNKNOWN,
            files.SOURCE,
            f"[{self.unit or '.'}]",
            reason=told,
            location=at or Location(self.path),
        )
        return RootDeclarations(unread=[entry])


def units(tree: Tree, paths: Sequence[str], plans: Sequence[str], inputs: Inputs) -> list[Unit]:
    """The units among Terragrunt's files; ``plans`` are the paths of plans that are read beside some of them."""
    beside = {posixpath.dirname(path): path for path in plans}
    found = [Unit(tree, path, inputs, beside.get(posixpath.dirname(path))) for path in paths]
    included = frozenset[str]().union(*(unit.includes for unit in found))
    return [unit for unit in found if not unit.is_parent_of(included)]


def load_module_of(tree: Tree) -> Callable[[str], Module]:
    """What reads the modules of a tree."""
    return lambda folder: load_module(tree, folder)


def _declares(module: Module) -> bool:
    """Whether there is anything in a module that makes anything."""
    return module.broken or bool(module.resources or module.calls)


def _source_of(blocks: Sequence[Block]) -> Attribute | None:
    return next((block.attributes["source"] for block in blocks if "source" in block.attributes), None)


_EMPTY = Module("", {}, {}, {}, {}, {}, {}, {})
