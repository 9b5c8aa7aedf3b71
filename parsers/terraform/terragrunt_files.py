"""The files of one Terragrunt unit: its own and those that it includes, and what they say of the unit as a whole.

Source: terragrunt.gruntwork.io/docs/reference/hcl, "include", "terraform", "exclude" and "skip"; terragrunt
pkg/config/include.go, handleInclude: the unit counts most, then what it includes last.
"""

from __future__ import annotations

import posixpath
import re

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.nodes import Attribute
from parsers.terraform.terragrunt_code import text_at
from parsers.terraform.terragrunt_inputs import UnitInputs, merge_strategy, merged_inputs
from parsers.terraform.terragrunt_names import Reading, TerragruntFile
from parsers.terraform.terragrunt_paths import CHECKOUT, from_folder, without_checkout
from parsers.terraform.values import Value, text, unknown

_NOT_APPLIED = frozenset({"all", "all_except_output", "apply"})
_PATH = re.compile(r'"(\.\.?/[^"$%\n]*)"')
_VALUES = "terragrunt.values.hcl"


class UnitFiles:
    """``fault`` says why the unit's own file cannot be read; ``unread`` why something that it includes is not known."""

    def __init__(self, tree: Tree, path: str, inputs: Inputs) -> None:
        self.folder = posixpath.dirname(path)
        self._tree = tree
        self._reading = Reading(tree, inputs, self.folder)
        self.fault: Diagnostic | None = None
        self.unread: list[str] = []
        self.included: tuple[TerragruntFile, ...] = ()
        self.merged: tuple[TerragruntFile, ...] = ()
        """All but those that are not merged, the least important first."""
        try:
            self.own = TerragruntFile(self._reading, path, self.folder)
        except InputError as error:
            self.fault = Diagnostic(
                Severity.ERROR, "unreadable-terragrunt", error.message, error.location or Location(path), error.advice
            )
        else:
            self._include()

    def _include(self) -> None:
        """Finds the files that the unit includes; one that cannot be found may hold anything."""
        found: list[TerragruntFile] = []
        for block in self.own.blocks("include"):
            label = block.labels[0] if block.labels else ""
            given = block.attributes.get("path")
            path = unknown("an include has no path") if given is None else self.own.value(given)
            place = self.own.inside(path.data) if isinstance(path.data, str) else None
            included = None if place is None else self._reading.open(place, self.folder)
            if included is None:
                why = path.unresolved.reason if path.unresolved else "the file cannot be read"
                self.unread.append(f"what it includes is not known: {why}")
                continue
            self.own.includes[label] = included
            included.includes[label] = included  # path_relative_to_include() there means the same
            found.append(included)
        self.included = tuple(found)
        kept = (file for file in found if merge_strategy(self.own, file) != "no_merge")
        self.merged = (*kept, self.own)

    def attribute(self, name: str, block: str | None = None) -> tuple[TerragruntFile, Attribute] | None:
        """An argument, of the files themselves or of a block, from the most important file that has it."""
        for file in reversed(self.merged):
            bodies = [file.file] if block is None else file.blocks(block)
            for body in bodies:
                if name in body.attributes:
                    return file, body.attributes[name]
        return None

    def source(self) -> Value | None:
        """Where the module is; a path of the tree as it is seen from the unit's folder."""
        found = self.attribute("source", "terraform")
        if found is None:
            return None
        file, attribute = found
        value = file.value(attribute)
        if isinstance(value.data, str) and value.text.startswith(CHECKOUT):
            return text(from_folder(file.inside(value.text), self.folder))
        return value

    def folders_in_source(self) -> tuple[str, ...]:
        """The folders of the tree that stand as plain paths in the expression of the source."""
        found = self.attribute("source", "terraform")
        if found is None:
            return ()
        shown = text_at(self._tree, found[1].at)
        places = (files.join(self.folder, path.replace("//", "/")) for path in _PATH.findall(shown))
        return tuple(place for place in places if not files.leaves_tree(place) and self._tree.is_folder(place))

    def inputs(self) -> UnitInputs:
        """What the unit gives to its module."""
        return merged_inputs(self.own, self.included, unknown(self.unread[0]) if self.unread else None)

    def not_applied(self) -> bool | str:
        """Whether the unit says itself that it is not applied; a text says why that is not known.

        Source: terragrunt pkg/config/exclude.go and internal/runner/runcfg/util.go, IsActionListedInExclude.
        """
        skip = self.attribute("skip")
        if skip is not None and skip[0].value(skip[1]).data is True:
            return True
        condition, actions = self.attribute("if", "exclude"), self.attribute("actions", "exclude")
        if condition is None or actions is None:
            return False
        wanted, listed = condition[0].value(condition[1]), actions[0].value(actions[1])
        if wanted.data is False:
            return False
        if isinstance(listed.data, tuple) and all(isinstance(each.data, str) for each in listed.data):
            if _NOT_APPLIED.isdisjoint(each.text.lower() for each in listed.data):
                return False
            if wanted.data is True:
                return True
        return f"whether this unit is excluded is not known ({condition[1].at})"

    def is_of_stack(self) -> bool:
        """Whether the unit is a template of which a stack makes units: it asks for values that only a stack gives."""
        self.source(), self.inputs()
        return self._reading.of_stack and not self._tree.is_file(files.join(self.folder, _VALUES))


def shown_reason(value: Value | None) -> str:
    """Why a value is not known."""
    return without_checkout(value.unresolved.reason if value and value.unresolved else "it is no text")
