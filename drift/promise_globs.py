"""Which buckets a promise is about: globs of names, held against names of which only the ends may be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from fnmatch import fnmatchcase

from drift.cors.model import Text, Unknown


class Fit(Enum):
    """Whether a name is one of those that the globs mean."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


def fit(globs: Sequence[str], name: Text) -> Fit:
    """Whether some glob fits the name; no glob at all means every bucket."""
    if not globs:
        return Fit.YES
    if isinstance(name, str):
        return Fit.YES if any(fnmatchcase(name, glob) for glob in globs) else Fit.NO
    if any(_surely(glob, name) for glob in globs):
        return Fit.YES
    return Fit.MAYBE if any(_may(glob, name) for glob in globs) else Fit.NO


def _surely(glob: str, name: Unknown) -> bool:
    """Whether every name with these ends fits; told of globs with one star and nothing else alone."""
    head, star, tail = glob.partition("*")
    if not star or set(tail + head) & set("*?["):
        return False
    return name.prefix.startswith(head) and name.suffix.endswith(tail)


def _may(glob: str, name: Unknown) -> bool:
    """Whether some name with these ends fits: the glob as an automaton, whose states are how much of it was read."""
    items = list(_items(glob))
    states = _closed({0}, items)
    for character in name.prefix:
        states = _closed(_after(states, items, character), items)
    if not states:
        return False
    states = set(range(min(states), len(items) + 1))  # what stands between may be anything
    for character in name.suffix:
        states = _closed(_after(states, items, character), items)
    return len(items) in states


def _items(glob: str) -> Iterator[str]:
    """The glob in its parts: ``*``, ``?``, sets in brackets and single characters."""
    place = 0
    while place < len(glob):
        end = place + 1
        if glob[place] == "[":
            start = place + 2 if glob[place + 1 : place + 2] == "!" else place + 1
            closing = glob.find("]", start + 1)  # a ] that stands first is one of the set
            end = closing + 1 if closing >= 0 else end
        yield glob[place:end]
        place = end


def _closed(states: set[int], items: Sequence[str]) -> set[int]:
    """With those that an empty star leads to."""
    found = set(states)
    for state in sorted(states):
        while state < len(items) and items[state] == "*":
            state += 1  # noqa: PLW2901
            found.add(state)
    return found


def _after(states: set[int], items: Sequence[str], character: str) -> set[int]:
    found = set()
    for state in states:
        if state < len(items) and items[state] == "*":
            found.add(state)
        elif state < len(items) and fnmatchcase(character, items[state]):
            found.add(state + 1)
    return found
