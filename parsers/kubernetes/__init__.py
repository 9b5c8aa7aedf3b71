"""Buckets as Kubernetes resources: Crossplane's and those of the AWS Controllers for Kubernetes (ACK)."""

from __future__ import annotations

from collections.abc import Sequence

from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot


class KubernetesParser:
    """Reads manifests; a file may hold several documents."""

    name = "kubernetes"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A YAML or JSON file with a resource of one of the groups that declare buckets."""
        if not path.lower().endswith((".yaml", ".yml", ".json")):
            return None
        from parsers.kubernetes.manifests import declares_buckets

        return Claim(path) if declares_buckets(tree.read(path)) else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the manifests; a broken document is one error with its place."""
        from parsers.kubernetes.manifests import read_manifests

        return read_manifests(tree, units, inputs)


PARSER = KubernetesParser()
