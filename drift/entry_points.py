"""Entry points of the installed packages, told without ``importlib.metadata``.

That module brings in ``email``, ``zipfile``, ``socket`` and more: a tenth of the time that a small folder takes as a
whole. A package in a folder of ``sys.path`` has a folder of metadata beside it with its entry points in a small file;
whatever is installed in another way (in archives, by finders of their own) is left to the standard library.
Source: packaging.python.org/specifications/entry-points and /recording-installed-packages.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import reduce
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any, NamedTuple


class EntryPoint(NamedTuple):
    """A name, and the object that it stands for: ``module:attribute``, perhaps with ``[extras]``."""

    name: str
    value: str

    def load(self) -> Any:
        """The object. Raises what importing its module raises, and ``AttributeError``."""
        module, _, attributes = self.value.partition("[")[0].partition(":")
        return reduce(getattr, filter(None, attributes.strip().split(".")), import_module(module.strip()))


def entry_points(group: str) -> Sequence[EntryPoint]:
    """Those of a group, of every distribution; of two with one name, the first in ``sys.path`` counts."""
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        return _asked_for(group)
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or os.curdir)
        except NotADirectoryError:
            return _asked_for(group)
        except OSError:
            continue
        if folder.lower().endswith(".egg"):
            return _asked_for(group)
        for name in names:
            distribution = _distribution(name)
            if distribution is None or distribution in seen:
                continue
            seen.add(distribution)
            found.extend(_in_file(os.path.join(folder, name, "entry_points.txt"), group))
    return found


def _distribution(name: str) -> str | None:
    """The normalised name of the distribution that a folder of metadata belongs to; None for any other entry."""
    stem, kind = os.path.splitext(name.lower())
    return re.sub(r"[-_.]+", "-", stem.partition("-")[0]) if kind in {".dist-info", ".egg-info"} else None


def _in_file(path: str, group: str) -> Iterator[EntryPoint]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:  # most distributions have none
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == group and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield EntryPoint(name.strip(), value.strip())


def _asked_for(group: str) -> Sequence[EntryPoint]:
    from importlib import metadata

    return [EntryPoint(point.name, point.value) for point in metadata.entry_points(group=group)]
