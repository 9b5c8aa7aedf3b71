"""What ``terraform init`` put where: the copies of remote modules, and whether a call still means its copy.

Source: internal/modsdir/manifest.go for the file; internal/configs/configload/loader_load.go, moduleWalkerLoad, for
what Terraform compares before it takes a copy: the source, and the version against the call's constraints.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from drift.errors import InputError
from drift.interfaces import Tree
from parsers.terraform import files

_REGISTRY = r"(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?/)?([\w-]+/[\w-]+/[\w-]+)(//[^?]*)?"
_REF = r"[?&]ref=([^&]*)"
_VERSION = r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?"
_CONDITION = r"\s*(=|!=|>=|<=|~>|>|<)?\s*(v?\d+(?:\.\d+){0,2})\s*"


class Copy(NamedTuple):
    """A module as ``terraform init`` left it: its folder, relative to the root module, and what it was copied from."""

    folder: str
    source: str
    version: str


def copies(tree: Tree, root: str) -> Mapping[str, Copy]:
    """The copies below a root module, by the dotted path of their calls; empty where there are none."""
    path = files.join(root, ".terraform/modules/modules.json")
    if not tree.is_file(path):
        return {}
    try:
        listed = json.loads(tree.read(path))["Modules"]
        return {
            str(each["Key"]): Copy(str(each["Dir"]), str(each.get("Source", "")), str(each.get("Version", "")))
            for each in listed
            if each["Key"]
        }
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def stale(copy: Copy, source: str, constraint: str | None) -> str | None:
    """Why Terraform would no longer take the copy for a call; None where it would, or where that cannot be told."""
    ours, theirs = re.fullmatch(_REGISTRY, source), re.fullmatch(_REGISTRY, copy.source)
    if ours and (theirs is None or ours.groups() != theirs.groups()):
        return f'is of another source ("{copy.source}")' if copy.source else None
    if ours and constraint is not None and not _satisfies(copy.version, constraint):
        return f"is of version {copy.version}"
    reference, copied = re.search(_REF, source), re.search(_REF, copy.source)
    if not ours and copy.source and (reference and reference[1]) != (copied and copied[1]):
        return f'is of another revision ("{copy.source}")'
    return None


def _satisfies(version: str, constraint: str) -> bool:
    """Whether a version meets every condition; also where one of them is of a form that is not known."""
    match = re.fullmatch(_VERSION, version)
    if match is None:
        return True
    found = _numbers(match[0])
    for part in constraint.split(","):
        condition = re.fullmatch(_CONDITION, part)
        if condition is not None and not _meets(found, condition[1] or "=", condition[2]):
            return False
    return True


def _meets(found: tuple[int, ...], operator: str, bound: str) -> bool:
    least = _numbers(bound)
    if operator == "~>":
        fixed = bound.count(".")
        return found >= least and found[:fixed] == least[:fixed]
    return {
        "=": found == least,
        "!=": found != least,
        ">": found > least,
        ">=": found >= least,
        "<": found < least,
        "<=": found <= least,
    }[operator]


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(each) for each in text.removeprefix("v").split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
