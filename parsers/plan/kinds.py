"""What a file is, told by its name and its outermost keys."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from enum import Enum

_SUFFIXES = frozenset({".json", ".tfstate", ".tfplan", ".plan", ".out", ".bin", ""})
_ZIP = b"PK\x03\x04"


class Kind(Enum):
    """The forms in which Terraform and OpenTofu write plans and states."""

    PLAN = "plan"
    SHOWN_STATE = "state, shown"
    STATE_FILE = "state file"
    ENCRYPTED_STATE = "encrypted state"
    CONFIGURATION = "configuration"


def may_be_ours(path: str) -> bool:
    """Whether the name leaves open that the file is a plan or a state. Backups of a state are not read."""
    return posixpath.splitext(path)[1].lower() in _SUFFIXES


CODE_ALONE = "the code as JSON, without its values (run `terraform show -json PLAN > plan.json` and give that)"
"""What a configuration is that was printed by itself."""


def foreign(content: bytes) -> str | None:
    """What the file is, if it is Terraform's and cannot be read."""
    if content.startswith(_ZIP) and b"tfplan" in content[:200]:
        return "a binary Terraform plan (run `terraform show -json PLAN > plan.json` and give that)"
    if content.startswith(b'{"@level":') and b'"terraform":' in content[:2000]:
        return "the log of `terraform plan -json` (run `terraform show -json PLAN > plan.json` on a saved plan)"
    return None


def kind_of(keys: Iterable[str]) -> Kind | None:
    """The form, by the outermost keys; None if it is none of Terraform's."""
    found = set(keys)
    if "encrypted_data" in found and found & {"lineage", "serial", "meta", "encryption_version"}:
        return Kind.ENCRYPTED_STATE
    shown_code = "configuration" in found and found <= {"format_version", "terraform_version", "configuration"}
    if shown_code or {"root_module", "provider_config"} <= found:
        return Kind.CONFIGURATION
    if "format_version" in found:
        if found & {"resource_changes", "planned_values"}:
            return Kind.PLAN
        # An empty state has no values; what other commands print with -json has keys of its own.
        empty = found <= {"format_version", "terraform_version", "checks"}
        return Kind.SHOWN_STATE if empty or "values" in found else None
    if {"version", "terraform_version"} <= found and found & {"lineage", "serial"}:
        return Kind.STATE_FILE
    return None
