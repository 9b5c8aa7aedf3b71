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
        if name in files.UNITS or _is_plan(tree, path):
            return Claim(path)
        return Claim(path, files.FOREIGN[name]) if name in files.FOREIGN else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """See ``drift.interfaces.Parser``."""
        from parsers.terraform.project import Project

        plans = [unit for unit in units if _is_plan(tree, unit)]
        named = [unit for unit in units if posixpath.basename(unit) in files.UNITS]
        folders = [unit for unit in units if unit not in plans and unit not in named]
        if not folders and not named:
            return Snapshot(files.SOURCE)  # a plan that was named by itself is another parser's
        return Project(tree, inputs).snapshot(folders, _further(tree, named, plans, inputs) if named else ())


def _is_plan(tree: Tree, path: str) -> bool:
    """Whether the file is a plan that is read in the place of the Terragrunt unit beside it."""
    if not path.endswith(".json"):
        return False
    from parsers.terraform.terragrunt_plans import is_plan_of_unit

    return is_plan_of_unit(tree, path)


def _further(tree: Tree, paths: Sequence[str], plans: Sequence[str], inputs: Inputs) -> Sequence[Further]:
    from parsers.terraform.terragrunt import units

    return units(tree, paths, plans, inputs)


PARSER = TerraformParser()
