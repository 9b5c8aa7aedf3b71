"""The values that a Terragrunt unit gives to the variables of its module, in the order in which they count.

Inputs count least: they are ``TF_VAR_`` variables that take the place of none that is there. ``env_vars`` of
``extra_arguments`` replace what is there, variable files of the folder win over both, and the command line over all.

Source: terragrunt internal/runner/run/run.go, runTerragruntWithConfig (``maps.Copy(v.Env, extraEnvVars)``, then
SetTerragruntInputsAsEnvVars: "don't override any env vars the user has already set").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic
from parsers.terraform.arguments import Argument
from parsers.terraform.config import Module
from parsers.terraform.terragrunt_arguments import ExtraArguments, extra_arguments
from parsers.terraform.terragrunt_files import UnitFiles
from parsers.terraform.terragrunt_inputs import UnitInputs, as_variable
from parsers.terraform.values import unknown
from parsers.terraform.variables import given_names, root_values


@dataclass(frozen=True, slots=True)
class UnitValues:
    """What the files of a unit give. ``path`` is what the values are said to come from."""

    path: str
    folder: str
    inputs: UnitInputs
    extra: ExtraArguments

    def given(
        self, tree: Tree, module: Module, inputs: Inputs, told: list[Diagnostic], *, outlined: bool
    ) -> Mapping[str, Argument]:
        """The values of the variables; ``tree`` is as Terraform sees it. Of an ``outlined`` module not all variables
        are known, nor is it a folder of the tree: only the unit's own variable files count.
        """
        environment = {f"TF_VAR_{name}": each.text for name, each in self.extra.environment.items() if _is_text(each)}
        all_inputs = replace(
            inputs,
            variables=(*self.extra.variables, *inputs.variables),
            environment={**inputs.environment, **environment},
        )
        given = root_values(tree, replace(module, folder=self.folder) if outlined else module, all_inputs)
        told.extend(each for each in given.diagnostics if not (outlined and each.id == "undeclared-variable"))
        if self.extra.unknown is not None:
            open_ = Argument(unknown(self.extra.unknown), self.path)
            user = given_names(inputs)
            return {name: given.values.get(name, open_) if name in user else open_ for name in module.variables}
        values = self._of_inputs(module) | given.values
        for name, each in self.extra.environment.items():
            over = given.values.get(name)
            beaten = over is None or over.source == f"TF_VAR_{name}"
            if name in module.variables and not _is_text(each) and beaten:
                values[name] = Argument(each, self.path)
        return values

    def _of_inputs(self, module: Module) -> dict[str, Argument]:
        """The inputs that the module has variables for; if not all of them are known by name, any may be given."""
        further = self.inputs.further
        found = {} if further is None else dict.fromkeys(module.variables, further)
        found |= {
            name: as_variable(value, module.variables[name])
            for name, value in self.inputs.named.items()
            if name in module.variables
        }
        return {name: Argument(value, self.path) for name, value in found.items()}


def values_of(unit: UnitFiles, path: str) -> UnitValues:
    """The values that the files of a unit give."""
    included = [file for file in unit.merged if file is not unit.own]
    return UnitValues(path, unit.folder, unit.inputs(), extra_arguments(included, unit.own))


def _is_text(value: object) -> bool:
    return isinstance(getattr(value, "data", None), str)
