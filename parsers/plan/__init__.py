"""Terraform and OpenTofu plans and states: ``terraform show -json``, and state files of version 4.

A plan tells what the code declares, with everything evaluated; a state only what was applied or found last.
"""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError
from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot
from parsers.plan.kinds import CODE_ALONE, Kind, foreign, kind_of, may_be_ours

_WORKSPACES = "terraform.tfstate.d"
_CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")


class PlanParser:
    """Implements ``drift.interfaces.Parser``."""

    name = "plan"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """JSON with the outermost keys of a plan or a state, whatever its name; every ``*.tfstate``."""
        if not may_be_ours(path):
            return None
        content = tree.read(path)
        other = foreign(content)
        if other is not None:
            return Claim(path, other)
        if path.endswith(".tfstate"):
            return self._claimed(tree, path)
        from parsers.plan.marks import looks_utf16, text_of, top_keys

        if b"_version" not in content and b"encrypted_data" not in content and not looks_utf16(content):
            return None
        try:
            keys = top_keys(text_of(content, path))
        except InputError:
            return None
        kind = kind_of(keys)
        if kind is Kind.CONFIGURATION:
            return Claim(path, CODE_ALONE)
        return None if kind is None else self._claimed(tree, path)

    def _claimed(self, tree: Tree, path: str) -> Claim:
        """A plan or a state beside its code says again what the code declares, so it has to be named."""
        return Claim(path, named_only=any(name.endswith(_CODE) for name in tree.names(_made_in(path))))

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """What each plan declares, or each state says was applied."""
        from parsers.plan.reading import read

        snapshots = [read(tree, path, inputs.endpoint_url) for path in units]
        return Snapshot(
            self.name,
            tuple(bucket for each in snapshots for bucket in each.buckets),
            tuple(diagnostic for each in snapshots for diagnostic in each.diagnostics),
        )


def _made_in(path: str) -> str:
    """The folder whose code a plan or a state was made from: the local backend keeps those of workspaces below it.

    Source: terraform internal/backend/local/backend.go, DefaultWorkspaceDir.
    """
    folder = path.rpartition("/")[0]
    above, _, name = folder.rpartition("/")
    code, _, kept_in = above.rpartition("/")
    return code if name and kept_in == _WORKSPACES else folder


PARSER = PlanParser()
