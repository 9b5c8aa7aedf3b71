"""Module calls as they are written: where the called module lies, and which providers it is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Severity
from parsers.terraform import files
from parsers.terraform.config import Module, local_source
from parsers.terraform.expressions import Budget
from parsers.terraform.limits import MAX_MODULE_DEPTH
from parsers.terraform.nodes import Block, Expression, GetAttr, Name, Template


@dataclass(slots=True)
class Run:
    """What all module instances of one root have in common."""

    tree: Tree
    inputs: Inputs
    load: Callable[[str], Module]
    root: str
    vendored: Mapping[str, str]
    budget: Budget = field(default_factory=Budget)
    modules: int = 0
    instances: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def tell(self, diagnostic: Diagnostic) -> None:
        """Remembers a fault, once."""
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)


def called_module(run: Run, folder: str, path: tuple[str, ...], block: Block, above: set[str]) -> Module | str:
    """The module that a call in ``folder`` means, or why it cannot be read.

    ``path`` are the names of the calls from the root down, ``above`` the folders of the modules around the call.
    """
    shown = f"module.{path[-1]}"
    source = local_source(block)
    if source is None:
        return f"the source of {shown} is no plain text ({block.at})"
    if source.startswith(("./", "../")) or source in (".", ".."):
        found = files.join(folder, source)
    elif ".".join(path) in run.vendored:
        found = files.join(run.root, run.vendored[".".join(path)])
    else:
        advice = "run `terraform init`, or read a plan"
        message = f'{shown} is not on disk (source "{source}")'
        weight = Severity.WARNING if _may_hold_buckets(source, block) else Severity.INFO
        unseen = f"{message}: buckets that it declares are not seen"
        run.tell(Diagnostic(weight, "module-not-on-disk", unseen, block.at, advice))
        return f"{message}; {advice} ({block.at})"
    if files.leaves_tree(found) or not run.tree.is_folder(found):
        what = "leads out of the tree" if files.leaves_tree(found) else "is no folder"
        message = f'the source "{source}" of {shown} {what}'
        help_ = "give a folder that holds all of it"
        run.tell(Diagnostic(Severity.WARNING, "module-not-found", message, block.at, help_))
        return f"{message} ({block.at})"
    if len(path) > MAX_MODULE_DEPTH or found in above:
        message = f"{shown} calls itself" if found in above else "modules are nested too deep"
        run.tell(Diagnostic(Severity.ERROR, "module-cycle", message, block.at, "break the circle of module calls"))
        return f"{message} ({block.at})"
    module = run.load(found)
    for diagnostic in module.diagnostics:
        run.tell(diagnostic)
    return module


def _may_hold_buckets(source: str, block: Block) -> bool:
    """Whether a module that cannot be read looks as if it had to do with buckets; for how loudly to tell of it only."""
    words = " ".join((source, *block.attributes)).lower()
    return any(word in words for word in ("s3", "bucket", "cors", "website", "cloudfront", "cdn"))


def provider_name(expression: Expression | None) -> str | None:
    """``aws`` or ``aws.alias`` as it is written in ``provider`` and ``providers``."""
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, GetAttr) and isinstance(expression.base, Name):
        return f"{expression.base.name}.{expression.name}"
    if isinstance(expression, Template) and len(expression.parts) == 1 and isinstance(expression.parts[0], str):
        return expression.parts[0]
    return None
