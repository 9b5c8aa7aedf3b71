"""Whether the unknown values of two sides can still make them equal: what a difference is only if it is certain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drift.cors.model import MAX_RULES, Text, Unknown
from drift.normal import NormalList, NormalRule


def certain_differences(ours: NormalList | None, theirs: NormalList | None) -> tuple[list[Text], list[Text]]:
    """The values of two lists that differ whatever the unknowns are: those that only the second list has, and those
    that only the first has. An unknown of one side that no value of the other side can be is such a value itself.
    """
    if ours is None or theirs is None:
        return [], []
    return _only_in(theirs, ours), _only_in(ours, theirs)


def may_agree(ours: Sequence[NormalRule], theirs: Sequence[NormalRule], *, ordered: bool) -> bool:
    """Whether some value of the unknowns makes the two lists equal, repeated rules counting once.

    It errs on the side of yes: each pair of rules is asked by itself, as if the unknowns of one rule could take
    another value for each pair.
    """
    if all(rule.settled for rule in (*ours, *theirs)):
        return False
    if max(len(ours), len(theirs)) > 2 * MAX_RULES:
        return True  # far more than S3 can hold: not worth the minutes that it would take to be sure
    if ordered:
        return _may_align(ours, theirs)
    return all(any(may_be_equal(a, b) for b in theirs) for a in ours) and all(
        any(may_be_equal(a, b) for a in ours) for b in theirs
    )


def _may_align(ours: Sequence[NormalRule], theirs: Sequence[NormalRule]) -> bool:
    """Whether the lists can be walked side by side, passing over rules that may repeat an earlier one."""
    left, right = _may_repeat(ours), _may_repeat(theirs)
    reached = {(0, 0)}
    for i in range(len(ours) + 1):
        for j in range(len(theirs) + 1):
            if (i, j) not in reached:
                continue
            if i < len(ours) and left[i]:
                reached.add((i + 1, j))
            if j < len(theirs) and right[j]:
                reached.add((i, j + 1))
            if i < len(ours) and j < len(theirs) and may_be_equal(ours[i], theirs[j]):
                reached.add((i + 1, j + 1))
    return (len(ours), len(theirs)) in reached


def _may_repeat(rules: Sequence[NormalRule]) -> list[bool]:
    return [any(may_be_equal(earlier, rule) for earlier in rules[:index]) for index, rule in enumerate(rules)]


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
