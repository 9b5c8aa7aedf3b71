"""What a Terragrunt unit gives to its module: its own inputs over those of the files that it includes.

Source: terragrunt.gruntwork.io/docs/reference/hcl, "inputs" and "include" (``merge_strategy``). Terragrunt hands inputs
over in the environment, as ``TF_VAR_`` variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parsers.terraform import functions
from parsers.terraform.arguments import TEXT_TYPES
from parsers.terraform.constraints import constraint
from parsers.terraform.nodes import Block
from parsers.terraform.terragrunt_names import TerragruntFile
from parsers.terraform.terragrunt_paths import CHECKOUT
from parsers.terraform.values import EvaluationError, RefusalError, Value, mapping, sequence, unknown


@dataclass(frozen=True, slots=True)
class UnitInputs:
    """Inputs by name. ``further`` is what any other input may be, where not all are known by name."""

    named: Mapping[str, Value]
    further: Value | None


def merged_inputs(unit: TerragruntFile, included: Sequence[TerragruntFile], further: Value | None) -> UnitInputs:
    """The inputs of the unit over those of what it includes; the first one that is included counts least.

    Source: terragrunt pkg/config/include.go, handleInclude ("bottom most elements override those in earlier includes").
    """
    found: dict[str, Value] = {}
    for file in (*included, unit):
        strategy = "shallow" if file is unit else merge_strategy(unit, file)
        if strategy == "no_merge":
            continue
        inputs = file.inputs()
        if isinstance(inputs, Value):
            reason = inputs.unresolved.reason if inputs.unresolved else "the inputs are not known"
            found, further = {}, unknown(reason)
            continue
        deep = any(merge_strategy(unit, each) == "deep" for each in included)
        for name, value in inputs.items():
            mixed = deep and name in found and isinstance(value.data, Mapping | tuple)
            found[name] = unknown(f'the input "{name}" is merged deeply, which is not followed') if mixed else value
    return UnitInputs({name: _of_any_checkout(value) for name, value in found.items()}, further)


def merge_strategy(unit: TerragruntFile, included: TerragruntFile) -> str:
    """How a file is merged: ``shallow`` unless told; one that is not known is taken for ``deep``."""
    for block in unit.blocks("include"):
        label = block.labels[0] if block.labels else ""
        if unit.includes.get(label) is included and "merge_strategy" in block.attributes:
            value = unit.value(block.attributes["merge_strategy"])
            return value.data if isinstance(value.data, str) else "deep"
    return "shallow"


def as_variable(value: Value, declared: Block) -> Value:
    """An input as it arrives: through the environment, in which text is itself and all else is JSON.

    A variable of no type, or of a primitive one, takes the text as it stands; all others read it as an expression.
    """
    try:
        wanted = declared.expression("type")
        plain = wanted is None or constraint(wanted).type.kind in TEXT_TYPES
    except (EvaluationError, RefusalError):
        return value
    if not plain or value.unresolved is not None or isinstance(value.data, str):
        return value
    if value.is_null:
        return unknown("Terragrunt gives null as a text")
    return functions.call("jsonencode", [value], declared.at)


def _of_any_checkout(value: Value) -> Value:
    """The value, with an unknown for every text that tells where the tree lies: that differs by checkout."""
    data = value.data
    if isinstance(data, str):
        return unknown("it hangs on the folder of the checkout", value.type) if CHECKOUT in data else value
    if isinstance(data, tuple):
        return sequence(value.type, map(_of_any_checkout, data)) if _mentions(value, CHECKOUT) else value
    if isinstance(data, Mapping) and _mentions(value, CHECKOUT):
        return mapping(value.type, {key: _of_any_checkout(each) for key, each in data.items()})
    return value


def _mentions(value: Value, word: str) -> bool:
    """Whether a text at any depth of a value holds the word."""
    data = value.data
    if isinstance(data, str):
        return word in data
    if isinstance(data, tuple):
        return any(_mentions(each, word) for each in data)
    return isinstance(data, Mapping) and any(_mentions(each, word) for each in data.values())
