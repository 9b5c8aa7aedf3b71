"""Many globs of bucket names, to be asked which of them a name fits; faster than asking each."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator

_WILD = re.compile(r"[*?[]")


class Globs:
    """Globs as ``fnmatch.fnmatchcase`` has them. Those without a wildcard cost nothing, the others only where a name
    starts with what stands before their first wildcard.
    """

    def __init__(self, globs: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._by_head: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for glob in dict.fromkeys(globs):
            wild = _WILD.search(glob)
            if wild is None:
                self._exact.add(glob)
            else:
                form = re.compile(fnmatch.translate(glob))
                self._by_head.setdefault(glob[: wild.start()], []).append((glob, form))
        self._lengths = sorted({len(head) for head in self._by_head})

    def fitting(self, name: str) -> Iterator[str]:
        """The globs that the name fits: itself first, then those that say more of its beginning last."""
        if name in self._exact:
            yield name
        for length in self._lengths:
            if length > len(name):
                return
            yield from (glob for glob, form in self._by_head.get(name[:length], ()) if form.match(name))
