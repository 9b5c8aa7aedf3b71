"""Terraform and OpenTofu configurations, evaluated without running them, without state and without providers."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot
from parsers.terraform import files


class TerraformParser:
    """Implements ``drift.interfaces.Parser``; a unit is the folder of a root module."""

    @property
    def name(self) -> str:
        return files.SOURCE

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """Every file that Terraform or OpenTofu loads, by its name."""
        folder, name = posixpath.split(path)
        return None if files.stem(name) is None else Claim(folder)

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """See ``drift.interfaces.Parser``."""
        from parsers.terraform.project import Project

        return Project(tree, inputs).snapshot(units)


PARSER = TerraformParser()
