"""Tasks of Ansible that set the CORS rules of a bucket (``community.aws.s3_cors``) as snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot


class AnsibleParser:
    """Reads playbooks and files of tasks."""

    name = "ansible"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A YAML file with a task of the module."""
        if not path.lower().endswith((".yaml", ".yml")):
            return None
        from parsers.ansible.tasks import has_tasks

        return Claim(path) if has_tasks(tree.read(path)) else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the tasks; a broken file is one error with its place."""
        from parsers.ansible.tasks import read_tasks

        return read_tasks(tree, units, inputs)


PARSER = AnsibleParser()
