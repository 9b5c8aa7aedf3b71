"""Whether the unknown values of two sides can still make them equal: what a difference is only if it is certain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drift.cors.model import Text, Unknown
from drift.normal import NormalList, NormalRule


def certain_differences(ours: NormalList | None, theirs: NormalList | None) -> tuple[list[Text], list[Text]]:
    """The values of two lists that differ whatever the unknowns are: those that only the second list has, and those
    that only the first has. An unknown of one side that no value of the other side can be is such a value itself.
    """
    if ours is None or theirs is None:
        return [], []
    return _only_in(theirs, ours), _only_in(ours, theirs)


def may_agree(ours: Sequence[NormalRule], theirs: Sequence[NormalRule], *, ordered: bool) -> bool:
    """Whether some value of the unknowns makes the two lists of distinct rules equal.

    It errs on the side of yes: without order, rules that turn out equal fall together, so that one rule may answer to
    several of the other side.
    """
    if all(rule.settled for rule in (*ours, *theirs)):
        return False
    if ordered:
        return len(ours) == len(theirs) and all(map(may_be_equal, ours, theirs))
    return all(any(may_be_equal(a, b) for b in theirs) for a in ours) and all(
        any(may_be_equal(a, b) for a in ours) for b in theirs
    )


def may_be_equal(ours: NormalRule, theirs: NormalRule) -> bool:
    """Whether some value of the unknowns makes the two rules equal."""
    ages = ours.max_age, theirs.max_age
    if ages[0] != ages[1] and not any(isinstance(age, Unknown) for age in ages):
        return False
    return not any(
        any(certain_differences(left, right)) for (_, left), (_, right) in zip(ours.lists, theirs.lists, strict=True)
    )


def _only_in(side: NormalList, other: NormalList) -> list[Text]:
    """What certainly stands in ``side`` and not in ``other``."""
    unplaced: list[Text] = list(_unplaced(sorted(side.known - other.known), other.unknown))
    if not other.unknown:
        unplaced += [unknown for unknown in side.unknown if not any(map(unknown.may_be, other.known))]
    return unplaced


def _unplaced(values: Iterable[str], unknowns: Sequence[Unknown]) -> Iterable[str]:
    """The values that remain when each unknown has taken one that it can be, as many as possible (augmenting paths)."""
    holder: dict[int, str] = {}

    def place(value: str, tried: set[int]) -> bool:
        for index, unknown in enumerate(unknowns):
            if index not in tried and unknown.may_be(value):
                tried.add(index)
                if index not in holder or place(holder[index], tried):
                    holder[index] = value
                    return True
        return False

    return [value for value in values if not place(value, set())]
