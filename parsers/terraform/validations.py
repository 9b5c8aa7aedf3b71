"""Custom conditions of variables (Terraform language, "Input Variable Validation"): those that certainly fail.

Terraform refuses the whole plan then. A condition that is unknown, is an error or is not evaluated here is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from drift.location import Diagnostic, Severity
from parsers.terraform.convert import convert
from parsers.terraform.expressions import evaluate
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block, Template
from parsers.terraform.values import BOOL, EvaluationError, RefusalError


def failed_validations(module: ModuleInstance) -> Iterator[Diagnostic]:
    """A diagnostic for each validation of a module, and of all modules that it certainly calls, that fails."""
    if not module.module.broken:  # a file that cannot be read may override the variable
        for name, block in module.module.variables.items():
            for validation in block.of_type("validation"):
                if _fails(validation, module):
                    yield _refusal(module, name, validation)
    for name in module.module.calls:
        call = module.module_call(name)
        if call.expansion.reason is None:
            for child in call.children:
                if child is not None:
                    yield from failed_validations(child)


def _fails(validation: Block, module: ModuleInstance) -> bool:
    condition = validation.expression("condition")
    if condition is None:
        return False
    try:
        return convert(evaluate(condition, module.scope), BOOL).data is False
    except (EvaluationError, RefusalError, RecursionError):
        return False


def _refusal(module: ModuleInstance, name: str, validation: Block) -> Diagnostic:
    message = f"{module.prefix}var.{name} has a value that its validation refuses"
    shown = _plain_text(validation)
    help_ = "pass another value in the module's call" if module.prefix else f"give another value: --var {name}=..."
    return Diagnostic(
        Severity.ERROR,
        "variable-validation",
        f"{message}: {shown}" if shown else message,
        validation.at,
        f"Terraform refuses this; {help_}",
    )


def _plain_text(validation: Block) -> str:
    """The error message where it is written as plain text: what is put into a template may be a secret."""
    message = validation.expression("error_message")
    if not isinstance(message, Template):
        return ""
    parts = [part for part in message.parts if isinstance(part, str)]
    return " ".join("".join(parts).split()) if len(parts) == len(message.parts) else ""
