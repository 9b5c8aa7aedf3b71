"""Writes Terraform: edits of configurations in native and JSON syntax, and files from nothing."""

from __future__ import annotations

from collections.abc import Sequence

from drift.edits import Fresh, Proposal, WantedRules
from drift.interfaces import Inputs, Tree
from drift.snapshot import Bucket
from parsers.terraform import files


class TerraformRenderer:
    """Implements ``drift.interfaces.Renderer``."""

    @property
    def name(self) -> str:
        return files.SOURCE

    @property
    def dialects(self) -> Sequence[str]:
        return ("terraform", "terraform-json")

    def propose(
        self, tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules
    ) -> Proposal:
        """See ``drift.interfaces.Renderer``."""
        from parsers.terraform.render.proposing import proposed

        return proposed(tree, units, inputs, bucket, wanted)

    def declare(self, buckets: Sequence[Fresh], dialect: str) -> str:
        """See ``drift.interfaces.Renderer``. Raises ValueError for rules with values that are not known."""
        from parsers.terraform.render.fresh import fresh_file

        return fresh_file(buckets, dialect)


RENDERER = TerraformRenderer()
