"""Files of Pulumi as a snapshot."""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot
from parsers.document import read_document
from parsers.pulumi.program import names_among, resources_of
from parsers.pulumi.resources import SOURCE, declared
from parsers.pulumi.state import name_in_state, resources_in
from parsers.rule_nodes import Document


def read_files(tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
    """Every bucket of states and programs."""
    buckets: list[Bucket] = []
    diagnostics: list[Diagnostic] = []
    for path in units:
        try:
            document = Document(read_document(tree.read(path), path), path)
        except InputError as error:
            diagnostics.append(Diagnostic(Severity.ERROR, "broken-file", error.message, error.location, error.advice))
            continue
        is_state = path.lower().endswith(".json")
        resources = list(resources_in(document) if is_state else resources_of(document))
        name_of = name_in_state if is_state else names_among(resources)
        for resource in resources:
            found = declared(resource, name_of, inputs)
            if found is not None:
                buckets.append(found[0])
                diagnostics.extend(found[1])
    return Snapshot(SOURCE, tuple(buckets), tuple(diagnostics))
