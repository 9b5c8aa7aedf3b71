"""What was found in files that lie over others, told where they lie themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from parsers.terraform.settle import Outcome, RootDeclarations


def moved(outcome: Outcome, path: Callable[[str], str]) -> Outcome:
    """The same with every path passed through ``path``."""
    diagnostics = [
        each if each.location is None else replace(each, location=replace(each.location, path=path(each.location.path)))
        for each in outcome.diagnostics
    ]
    return Outcome([_moved(root, path) for root in outcome.roots], diagnostics)


def _moved(root: RootDeclarations, path: Callable[[str], str]) -> RootDeclarations:
    return replace(
        root,
        buckets=[replace(each, entry=each.entry.relocated(path)) for each in root.buckets],
        configurations=[replace(each, entry=each.entry.relocated(path)) for each in root.configurations],
        unread=[each.relocated(path) for each in root.unread],
        opaque=[replace(each, entry=each.entry.relocated(path)) for each in root.opaque],
    )
