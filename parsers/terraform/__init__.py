"""Terraform and OpenTofu configurations, evaluated without running them, without state and without providers."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING

from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot
from parsers.terraform import files

if TYPE_CHECKING:
    from parsers.terraform.project import Further


class TerraformParser:
    """Implements ``drift.interfaces.Parser``; a unit is the folder of a root module."""

    @property
    def name(self) -> str:
        return files.SOURCE

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """Every file that Terraform or OpenTofu loads, and Terragrunt's, by its name."""
        folder, name = posixpath.split(path)
        if files.stem(name) is not None:
            return Claim(folder)
        if name in files.UNITS:
            return Claim(path)
        return Claim(path, files.FOREIGN[name]) if name in files.FOREIGN else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """See ``drift.interfaces.Parser``."""
        from parsers.terraform.project import Project

        folders = [unit for unit in units if posixpath.basename(unit) not in files.UNITS]
        named = [unit for unit in units if unit not in folders]
        return Project(tree, inputs).snapshot(folders, _further(tree, named, inputs) if named else ())


def _further(tree: Tree, paths: Sequence[str], inputs: Inputs) -> Sequence[Further]:
    from parsers.terraform.terragrunt import Unit

    return [Unit(tree, path, inputs) for path in paths]


PARSER = TerraformParser()
