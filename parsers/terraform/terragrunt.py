"""Terragrunt units: which module each one runs, with which values, as far as that can be told without running it.

A unit whose ``terraform.source`` is a folder of the tree is that module with the unit's inputs; without a source the
module is the unit's own folder. A well-known module that is not on disk is read by its documented inputs. Everything
else that speaks of S3 is an unknown, so that a tree whose buckets lie behind Terragrunt never looks as if it had none.

Source: terragrunt.gruntwork.io/docs/reference/hcl; inputs reach Terraform as ``TF_VAR_`` variables, text as it is and
all else as JSON, and win over nothing but defaults.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from drift.cors.model import Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.terraform import files
from parsers.terraform.arguments import Argument
from parsers.terraform.buckets import declarations
from parsers.terraform.calls import Run, Unreadable, called_module
from parsers.terraform.config import Module, load_module
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Attribute, Block, Body, Literal, Template
from parsers.terraform.opaque import opaque_module
from parsers.terraform.overlay import Overlay
from parsers.terraform.settle import Outcome, RootDeclarations
from parsers.terraform.surroundings import selected_workspace
from parsers.terraform.terragrunt_arguments import extra_arguments
from parsers.terraform.terragrunt_inputs import UnitInputs, as_variable, merged_inputs
from parsers.terraform.terragrunt_names import CHECKOUT, Reading, TerragruntFile
from parsers.terraform.values import EvaluationError, RefusalError, Value, unknown
from parsers.terraform.variables import Given, give_named, given_names, root_values

UNIT, STACK = files.UNITS

ADVICE = "give a plan: terragrunt show -json PLAN > plan.json"
"""What tells everything: Terragrunt itself, asked once."""

_SPEAKS_OF_S3 = re.compile(r"s3|bucket|cors|website|cloudfront|cdn", re.IGNORECASE)
_DECLARES = re.compile(r'aws_s3_bucket|^\s*module\s+"', re.MULTILINE)
_REGISTRY = re.compile(r"tfr://(?:registry\.terraform\.io|registry\.opentofu\.org)?/([^?]+?)(?:\?version=([^&]+))?")


class Unit:
    """One ``terragrunt.hcl``, or one ``terragrunt.stack.hcl``, read and not yet evaluated."""

    def __init__(self, tree: Tree, path: str, inputs: Inputs) -> None:
        self._tree = tree
        self._inputs = inputs
        self.path = path
        self.unit = posixpath.dirname(path)
        self._reading = Reading(tree, inputs, self.unit)
        self._fault: Diagnostic | None = None
        self._file: TerragruntFile | None = None
        self._included: tuple[TerragruntFile, ...] = ()
        self._unread: list[str] = []
        try:
            self._file = TerragruntFile(self._reading, path)
        except InputError as error:
            self._fault = Diagnostic(
                Severity.ERROR, "unreadable-terragrunt", error.message, error.location or Location(path), error.advice
            )
        else:
            self._include(self._file)
        self.source = self._source()
        self.folder = self._module_folder()

    def declared(self, load: Callable[[str], Module]) -> Outcome:
        """What the unit's module declares with the unit's inputs."""
        outcome = Outcome()
        if self._fault is not None:
            outcome.diagnostics.append(self._fault)
        elif self._file is not None and not self._is_parent() and not self._is_skipped():
            try:
                self._declared(load, outcome)
            except (EvaluationError, RefusalError) as error:
                outcome.roots.append(self._unknown(str(error)))
        return outcome

    # Which module

    def _include(self, file: TerragruntFile) -> None:
        """Finds the files that the unit includes; one that cannot be found may hold anything."""
        found: list[TerragruntFile] = []
        for block in file.blocks("include"):
            label = block.labels[0] if block.labels else ""
            given = block.attributes.get("path")
            path = unknown("an include has no path") if given is None else file.value(given)
            included = None if not isinstance(path.data, str) else self._reading.open(file.inside(path.data))
            if included is None:
                why = path.unresolved.reason if path.unresolved else "the file cannot be read"
                self._unread.append(f"what it includes is not known: {why}")
                continue
            file.includes[label] = included
            included.includes[label] = included  # path_relative_to_include() there means the same
            found.append(included)
        self._included = tuple(found)

    def _files(self) -> tuple[TerragruntFile, ...]:
        """The unit's file first, then what it includes, the last of them first: whichever speaks first counts."""
        return () if self._file is None else (self._file, *reversed(self._included))

    def _source(self) -> Value | None:
        for file in self._files():
            for block in file.blocks("terraform"):
                if "source" in block.attributes:
                    return file.value(block.attributes["source"])
        return None

    def _module_folder(self) -> str | None:
        """The folder of the tree that the unit runs; None if it runs none, or that is not known."""
        if self._file is None:
            return None
        if self.source is None:
            return self.unit if self._has_code(self.unit) else None
        source = self.source.data
        if not isinstance(source, str):
            return None
        folder = self._file.inside(source.replace("//", "/") if not source.startswith(CHECKOUT) else source)
        local = source.startswith((".", "/", CHECKOUT)) or self._tree.is_folder(folder)
        return folder if local and not files.leaves_tree(folder) and self._has_code(folder) else None

    def _has_code(self, folder: str) -> bool:
        return any(files.stem(name) is not None for name in self._tree.names(folder))

    def _is_parent(self) -> bool:
        """Whether the file is only there to be included: it runs nothing itself."""
        return self.source is None and self.folder is None and not self._unread and self.path.endswith(UNIT)

    def _is_skipped(self) -> bool:
        for file in self._files():
            attribute = file.file.attributes.get("skip")
            if attribute is not None and file.value(attribute).data is True:
                return True
        return False

    # What it declares

    def _declared(self, load: Callable[[str], Module], outcome: Outcome) -> None:
        if self.path.endswith(STACK):
            self._tell_unread("a stack is not read: its units come from Terragrunt", outcome)
            return
        if self._unread and self.source is None and self.folder is None:
            self._tell_unread(self._unread[0], outcome)
            return
        tree = self._generated(outcome)
        if self.folder is None:
            self._elsewhere(load, outcome)
            return
        module = load(self.folder) if tree is self._tree else load_module(tree, self.folder)
        run = self._run(load, tree, self.folder)
        outcome.diagnostics.extend(module.diagnostics)
        self._evaluate(run, module, outcome, self._given(module, outcome))

    def _run(self, load: Callable[[str], Module], tree: Tree, folder: str) -> Run:
        return Run(tree, self._inputs, load, folder, {}, selected_workspace(tree, self.unit, self._inputs))

    def _evaluate(self, run: Run, module: Module, outcome: Outcome, given: Mapping[str, Argument]) -> None:
        root = ModuleInstance(run, module, given.get, prefix=f"[{self.unit or '.'}] ")
        outcome.roots.append(declarations(root))
        outcome.diagnostics.extend([*run.diagnostics, *module.faults])

    def _given(self, module: Module, outcome: Outcome, *, outlined: bool = False) -> Mapping[str, Argument]:
        """The values of the variables: what Terraform itself is given wins over the unit's inputs."""
        assert self._file is not None  # noqa: S101 - asked only of what could be read
        extra = extra_arguments(self._included, self._file)
        inputs = replace(self._inputs, variables=(*extra.variables, *self._inputs.variables))
        given = Given() if outlined else root_values(self._tree, module, inputs)
        if outlined:
            give_named(given, module, inputs.variables)
        outcome.diagnostics.extend(given.diagnostics)
        if extra.unknown is not None:
            open_ = Argument(unknown(extra.unknown), self.path)
            user = given_names(self._inputs)
            return {name: given.values.get(name, open_) if name in user else open_ for name in module.variables}
        arguments = self._arguments(module)
        for name, value in extra.environment.items():
            if name in module.variables:
                both = unknown(f'"{name}" is given by inputs and by env_vars of extra_arguments')
                arguments[name] = Argument(both if name in arguments else value, self.path)
        return arguments | given.values

    def _arguments(self, module: Module) -> dict[str, Argument]:
        """The inputs that the module has variables for; if not all of them are known by name, any may be given."""
        inputs = self._inputs_of_unit()
        found = {} if inputs.further is None else dict.fromkeys(module.variables, inputs.further)
        found |= {
            name: as_variable(value, module.variables[name])
            for name, value in inputs.named.items()
            if name in module.variables
        }
        return {name: Argument(value, self.path) for name, value in found.items()}

    def _inputs_of_unit(self) -> UnitInputs:
        assert self._file is not None  # noqa: S101 - asked only of what could be read
        further = unknown(self._unread[0]) if self._unread else None
        return merged_inputs(self._file, self._included, further)

    def _generated(self, outcome: Outcome) -> Tree:
        """The tree with the files that the unit writes into the module's folder, where their content is known."""
        written: dict[str, bytes] = {}
        for file in reversed(self._files()):
            for block in file.blocks("generate"):
                path, contents = (
                    file.value(block.attributes[name]) if name in block.attributes else unknown(name)
                    for name in ("path", "contents")
                )
                name, content = path.data, contents.data
                if isinstance(name, str) and isinstance(content, str) and CHECKOUT not in content:
                    if files.stem(name) is not None and "/" not in name:
                        written[name] = content.encode()
                elif _DECLARES.search(self._text(block)):
                    why = f"what generate {' '.join(block.labels)} writes is not known"
                    outcome.roots.append(self._unknown(why, block.at))
        return Overlay(self._tree, self.folder or "", written) if written and self.folder is not None else self._tree

    def _text(self, block: Block) -> str:
        lines = self._tree.read(block.at.path).decode(errors="replace").splitlines()
        return "\n".join(lines[(block.at.line or 1) - 1 : block.at.end_line])

    def _elsewhere(self, load: Callable[[str], Module], outcome: Outcome) -> None:
        """A module that is not in the tree: read by its documented inputs if it is well known, else unknown."""
        source = "" if self.source is None else self.source.data
        if not isinstance(source, str):
            why = self.source.unresolved.reason if self.source and self.source.unresolved else "it is no text"
            self._tell_unread(f"the module of this unit is not known: {why}", outcome)
            return
        block = self._as_call(source)
        run = self._run(load, self._tree, self.unit)
        holder = ModuleInstance(run, _EMPTY, lambda _: None)
        found = called_module(run, self.unit, (block.labels[0],), block, set(), holder.scope)
        told = [replace(each, help=_advised(each.help)) for each in run.diagnostics]
        run.diagnostics.clear()
        outcome.diagnostics.extend(told)
        if isinstance(found, Unreadable):
            entry = opaque_module(f"[{self.unit or '.'}]", block, holder.scope, replace(found, advice=ADVICE))
            if entry.suspect or self._suspect():
                outcome.roots.append(RootDeclarations(unread=[entry.entry]))
            return
        given = self._given(found.module, outcome, outlined=True)
        root = ModuleInstance(run, found.module, given.get, prefix=f"[{self.unit or '.'}] ", outlined=found.outlined)
        outcome.roots.append(declarations(root))
        outcome.diagnostics.extend(run.diagnostics)

    def _as_call(self, source: str) -> Block:
        """The unit as the module call that it would be in a configuration."""
        at = Location(self.path)
        registry = _REGISTRY.fullmatch(source)
        arguments = {"source": registry.group(1) if registry else source}
        if registry and registry.group(2):
            arguments["version"] = registry.group(2)
        label = re.sub(r"[^\w-]", "_", posixpath.basename(self.unit)) or "unit"
        attributes = {name: Attribute(name, Template((value,), at), at) for name, value in arguments.items()}
        attributes |= {
            name: Attribute(name, Literal(value, at), at)
            for name, value in self._inputs_of_unit().named.items()
            if name not in attributes
        }
        return Block("module", (label,), Body(attributes), at)

    def _suspect(self) -> bool:
        """Whether anything in the unit's files speaks of S3."""
        contents = (self._tree.read(file.path).decode(errors="replace") for file in self._files())
        return any(_SPEAKS_OF_S3.search(each) for each in (self.path, *contents))

    def _tell_unread(self, why: str, outcome: Outcome) -> None:
        """An unknown if the unit speaks of S3; else a remark, since it may declare buckets all the same."""
        if self._suspect():
            outcome.roots.append(self._unknown(why))
        else:
            told = f"{why}: buckets that it declares are not seen"
            outcome.diagnostics.append(
                Diagnostic(Severity.INFO, "module-not-on-disk", told, Location(self.path), ADVICE)
            )

    def _unknown(self, reason: str, at: Location | None = None) -> RootDeclarations:
        told = f"{reason}; {ADVICE}"
        entry = Bucket(
            Unknown(told),
            State.UNKNOWN,
            files.SOURCE,
            f"[{self.unit or '.'}]",
            reason=told,
            location=at or Location(self.path),
        )
        return RootDeclarations(unread=[entry])


_EMPTY = Module("", {}, {}, {}, {}, {}, {}, {})


def _advised(advice: str | None) -> str | None:
    return None if advice is None else ADVICE if "terraform init" in advice else advice
