"""Which files of a folder are configuration, and in which order (terraform internal/configs/parser_config_dir.go)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

SOURCE = "terraform"
"""The name of this parser."""

UNITS = ("terragrunt.hcl", "terragrunt.stack.hcl")
"""What Terragrunt calls its own files."""

FOREIGN = {"cdktf.json": "an application of CDK for Terraform (run `cdktf synth` and give cdktf.out)"}
"""Files that stand for configuration which is not there."""

_SUFFIXES = (".tf.json", ".tofu.json", ".tf", ".tofu")
_NOT_CONFIGURATION = (
    "test",
    "mock",
    "query",
    "tofutest",
    "tftest",
    "tfmock",
    "tfquery",
    "tfmigrate",
    "tfdeploy",
    "tfstack",
)


def stem(name: str) -> tuple[str, str] | None:
    """The name without its suffix, and the suffix, if Terraform or OpenTofu loads a file of that name."""
    if name.startswith(".") or name.endswith("~") or (name.startswith("#") and name.endswith("#")):
        return None
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            base = name.removesuffix(suffix)
            if any(base.endswith("." + word) for word in _NOT_CONFIGURATION):
                return None
            return (base, suffix) if base else None
    return None


def configuration_files(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The primary files and the override files of a folder, each in the order in which they are loaded.

    A ``.tofu`` file takes the place of the ``.tf`` file with the same base name, as OpenTofu does.
    """
    found = {name: parts for name in sorted(names) if (parts := stem(name)) is not None}
    tofu = {(base, suffix.endswith("json")) for base, suffix in found.values() if suffix.startswith(".tofu")}
    kept = [
        name
        for name, (base, suffix) in found.items()
        if suffix.startswith(".tofu") or (base, suffix.endswith("json")) not in tofu
    ]
    overrides = [name for name in kept if is_override(found[name][0])]
    return [name for name in kept if name not in overrides], overrides


def is_override(base: str) -> bool:
    """Whether a file of that base name is merged over the others."""
    return base == "override" or base.endswith("_override")


def variable_files(names: Sequence[str]) -> list[str]:
    """The variable files that are read without being named, lowest precedence first."""
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    return first + sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))


def join(folder: str, name: str) -> str:
    """A path in the tree; it starts with ``..`` if it leads out of it."""
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path == "." else path


def leaves_tree(path: str) -> bool:
    """Whether a path made by ``join`` leads out of the tree."""
    return path == ".." or path.startswith(("../", "/"))


def relative(folder: str, root: str) -> str:
    """A folder as seen from the root module's, the way ``path.module`` shows it."""
    return posixpath.relpath("/" + folder, "/" + root)
