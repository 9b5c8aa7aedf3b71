"""CloudFormation templates (SAM, CDK output and the resources of the Serverless Framework included) as snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drift.errors import InputError
from drift.interfaces import Claim, Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot

if TYPE_CHECKING:
    from parsers.cloudformation.template import Template


@dataclass(frozen=True, slots=True)
class CloudFormationParser:
    """Reads ``AWS::S3::Bucket`` out of templates, evaluating what needs no stack."""

    name: str = "cloudformation"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A YAML or JSON file with ``Resources`` that mentions ``AWS::S3::Bucket`` or templates elsewhere."""
        from parsers.cloudformation.template import SUFFIXES, looks_like_template

        if not path.lower().endswith(SUFFIXES):
            return None
        return Claim(path) if looks_like_template(tree.read(path), path) else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the templates; a broken template is one error with its place."""
        from parsers.cloudformation.buckets import declared_buckets
        from parsers.cloudformation.given import given_values
        from parsers.cloudformation.intrinsics import Scope
        from parsers.cloudformation.nested import given_to, passed_to_children
        from parsers.cloudformation.template import read_template

        given, diagnostics = given_values(inputs)
        templates: list[Template] = []
        broken = False
        for path in units:
            try:
                template = read_template(tree.read(path), path)
            except InputError as error:
                broken = True
                diagnostics.append(
                    Diagnostic(Severity.ERROR, "broken-template", error.message, error.location, error.advice)
                )
                continue
            if template is not None:
                templates.append(template)
        children, read = passed_to_children(templates), frozenset(units)
        buckets: list[Bucket] = []
        for template in templates:
            # The stack of a nested template is named by CloudFormation, after its parent.
            own = replace(inputs, stack_name=None) if template.path in children else inputs
            found = declared_buckets(Scope(template, given_to(template.path, children, given), own), own, tree, read)
            buckets.extend(found.buckets)
            diagnostics.extend(found.diagnostics)
        if not broken:
            declared = {name for each in templates if each.parameters is not None for name in each.parameters.names}
            diagnostics.extend(_undeclared(inputs, declared))
        return Snapshot(self.name, tuple(buckets), tuple(diagnostics))


def _undeclared(inputs: Inputs, declared: set[str]) -> list[Diagnostic]:
    import difflib

    faults: list[Diagnostic] = []
    for name in dict.fromkeys(name for name, _ in inputs.parameters):
        if name not in declared:
            near = difflib.get_close_matches(name, sorted(declared), n=1)
            known = ", ".join(sorted(declared)[:10]) or "no parameters at all"
            faults.append(
                Diagnostic(
                    Severity.ERROR,
                    "undeclared-parameter",
                    f"no template declares a parameter {name}",
                    None,
                    f"did you mean {near[0]}?" if near else f"declared: {known}",
                )
            )
    return faults


PARSER = CloudFormationParser()
