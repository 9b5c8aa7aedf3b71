"""The normal form of a rule: what remains when everything that S3 treats as equal is made equal.

Folded are: the order of the values in a list, repeated values, the letter case of header names (S3 compares them in
lower case), absent against empty, and an unset MaxAgeSeconds against 0 where the declaring tool writes 0. The order of
rules, the letter case of origins and methods, and the ID are not folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drift.cors.model import API_NAMES, LIST_FIELDS, CorsRule, Seconds, Text, TextList, Unknown

HEADER_FIELDS = frozenset({"AllowedHeaders", "ExposeHeaders"})
"""The fields whose values are header names, which have no letter case."""


@dataclass(frozen=True, slots=True)
class NormalRule:
    """A rule in normal form.

    ``lists`` has each list field by its API name: the known values as a set and the unknown ones beside it; None stands
    for a list that is unknown as a whole. Two rules with one normal form, nothing in it unknown, answer alike.
    """

    lists: tuple[tuple[str, NormalList | None], ...]
    max_age: Seconds

    @property
    def settled(self) -> bool:
        """Whether nothing in it is unknown."""
        return not isinstance(self.max_age, Unknown) and all(
            values is not None and not values.unknown for _, values in self.lists
        )


@dataclass(frozen=True, slots=True)
class NormalList:
    """The known values of a list, and the unknown ones."""

    known: frozenset[str]
    unknown: tuple[Unknown, ...] = ()


def normalise(rule: CorsRule, *, zero_is_unset: bool) -> NormalRule:
    """The rule's normal form; ``zero_is_unset`` makes MaxAgeSeconds 0 and an unset one the same."""
    max_age = rule.max_age_seconds
    lists = tuple((name, normal_list(name, getattr(rule, _ATTRIBUTES[name]))) for name in LIST_FIELDS)
    return NormalRule(lists, None if zero_is_unset and max_age == 0 else max_age)


def normal_list(name: str, values: TextList) -> NormalList | None:
    """The normal form of one list field."""
    if isinstance(values, Unknown):
        return None
    folded = [fold_text(name, value) for value in values]
    return NormalList(
        frozenset(value for value in folded if isinstance(value, str)),
        tuple(value for value in folded if isinstance(value, Unknown)),
    )


def fold_text(name: str, value: Text) -> Text:
    """A value of the field without what has no meaning in it."""
    if name not in HEADER_FIELDS:
        return value
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.prefix.lower(), value.suffix.lower())
    return value.lower()


def list_folds(name: str, declared: TextList, live: TextList) -> Iterator[tuple[str, str]]:
    """The folds that make two lists of known values equal, each with its id and what it passes over."""
    if isinstance(declared, Unknown) or isinstance(live, Unknown) or declared == live:
        return
    if any(isinstance(value, Unknown) for value in (*declared, *live)):
        return
    ours, theirs = ([fold_text(name, value) for value in side] for side in (declared, live))
    if name in HEADER_FIELDS and set(declared) != set(live):
        yield "header-case", f"{name} differ in letter case only, which header names do not have"
    if len(ours) != len(theirs) or sorted(map(str, ours)) != sorted(map(str, theirs)):
        yield "repeated-value", f"{name} repeat a value on one side"
    elif ours != theirs:
        yield "list-order", f"{name} hold the same values in another order"


_ATTRIBUTES = {name: attribute for attribute, name in API_NAMES.items()}
