"""Buckets of Pulumi: the state that ``pulumi stack export`` prints, and programs in YAML."""

from __future__ import annotations

from collections.abc import Sequence

from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot


class PulumiParser:
    """Reads states and YAML programs; programs in other languages are known by their states only."""

    name = "pulumi"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A state with resources of S3; a program in YAML with such."""
        lower = path.lower()
        if not lower.endswith((".json", ".yaml", ".yml")):
            return None
        from parsers.pulumi.program import is_program
        from parsers.pulumi.state import is_copy, is_state

        content = tree.read(path)
        if lower.endswith(".json"):
            return Claim(path, named_only=is_copy(path)) if is_state(content) else None
        return Claim(path) if is_program(content, path) else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the files; a broken file is one error with its place."""
        from parsers.pulumi.reading import read_files

        return read_files(tree, units, inputs)


PARSER = PulumiParser()
