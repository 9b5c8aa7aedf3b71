"""Well-known modules that are not on disk, by their documented inputs: what they declare of buckets, in outline.

Each outline is a module in small: the inputs that bear on names and CORS rules, the resources that they end in under
the addresses that the module gives them, and the outputs that lead back to a bucket. It holds for the versions from
``first`` to ``before``. Sources: the input and output tables that each module publishes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from drift.errors import InputError
from parsers.terraform.config import Module, load_module
from parsers.terraform.outlines import OUTLINES, Outline

Version = tuple[int, ...]

_REGISTRY = re.compile(r"([\w-]+/[\w-]+/[\w-]+)")
_GIT = re.compile(
    r"(?:git::)?(?:https?://|ssh://)?(?:[\w-]+@)?github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?(?:\?(?:.*&)?ref=([^&]+).*)?"
)
_CONDITION = re.compile(r"\s*(=|!=|>=|<=|~>|>|<)?\s*v?(\d+(?:\.\d+){0,2})\s*")
_TAG = re.compile(r"v?(\d+(?:\.\d+){0,2})")
_SWITCH = re.compile(r"create|create_(?:s3_)?bucket|(?:module_)?enabled?")
"""What modules call the argument that turns them off."""
_NEWEST = frozenset({"main", "master", "HEAD"})


class WellKnown(NamedTuple):
    """An outline that holds for a call, with the name that its module has in the registry."""

    name: str
    module: Module


def well_known(source: str, version: str | None, arguments: Sequence[str]) -> WellKnown | None:
    """The outline of the module that a call means; None where none is known, or not for that version or arguments."""
    registry, git = _REGISTRY.fullmatch(source), _GIT.fullmatch(source)
    if registry:
        outline = next((each for each in OUTLINES if each.name == registry[1]), None)
        fits = outline is not None and _allows(version, outline)
    elif git:
        outline = next((each for each in OUTLINES if each.repository == git[1]), None)
        fits = outline is not None and _tagged(git[2], outline)
    else:
        return None
    if outline is None or not fits:
        return None
    module = _module(outline)
    unheard = [name for name in arguments if name not in module.variables]
    return (
        None if any("cors" in name or _SWITCH.fullmatch(name) for name in unheard) else WellKnown(outline.name, module)
    )


@cache
def _module(outline: Outline) -> Module:
    return load_module(_OneFile(outline), "")


def _allows(version: str | None, outline: Outline) -> bool:
    """Whether the newest version that a constraint lets through, so far as it says, is one that the outline is for."""
    lowest: Version = (0,)
    highest: Version | None = None
    for part in (version or "").split(",") if version else ():
        match = _CONDITION.fullmatch(part)
        if match is None:
            return False
        given, numbers = match[2].split("."), _numbers(match[2])
        operator = match[1] or "="
        if operator in ("=", ">=", ">", "~>"):
            lowest = max(lowest, numbers)
        if operator in ("=", "<="):
            highest = min(highest or (*numbers, 1), (*numbers, 1))
        elif operator == "<":
            highest = min(highest or numbers, numbers)
        elif operator == "~>":
            last = max(len(given) - 2, 0)
            upper = (*numbers[:last], numbers[last] + 1)
            highest = min(highest or upper, upper)
    return lowest < outline.before and (highest is None or highest > (*outline.first, 0, 0))


def _tagged(ref: str | None, outline: Outline) -> bool:
    if ref is None or ref in _NEWEST:
        return True
    match = _TAG.fullmatch(ref)
    return match is not None and outline.first <= _numbers(match[1]) < outline.before


def _numbers(text: str) -> Version:
    """A version with all of its three numbers."""
    numbers = [int(each) for each in text.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


class _OneFile:
    """The outline as a tree of one file, named after the module so that places in it can be told."""

    def __init__(self, outline: Outline) -> None:
        self._name = f"{outline.name.rpartition('/')[0].replace('/', '-')}.tf"
        self._content = outline.text.encode()

    def read(self, path: str) -> bytes:
        if path != self._name:
            raise InputError("there is no such file")
        return self._content

    def is_file(self, path: str) -> bool:
        return path == self._name

    def is_folder(self, path: str) -> bool:
        return path == ""

    def names(self, folder: str) -> Sequence[str]:
        return [self._name] if folder == "" else []
