"""Rules that have no order of their own: whether two lists are the same set, and which order is nearest to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from drift.cors.model import LIST_FIELDS, CorsRule, Unknown
from drift.cors.verdict import Effect

Rules = tuple[CorsRule, ...]

_HEADER_FIELDS = frozenset({"AllowedHeaders", "ExposeHeaders"})


def normal_form(rule: CorsRule, *, zero_is_unset: bool) -> Hashable:
    """The rule without the order inside lists, repeats, the letter case of header names, and the ID.

    Not folded, since a browser sees them: letter case of origins, MaxAgeSeconds. Unknown values are equal to nothing.
    """
    parts: list[Hashable] = []
    for name, value in rule.by_api_name():
        if name == "MaxAgeSeconds":
            parts.append(None if zero_is_unset and value == 0 else _own(value))
        elif isinstance(value, tuple):
            fold = name in _HEADER_FIELDS
            parts.append(frozenset(each.lower() if fold and isinstance(each, str) else _own(each) for each in value))
        elif name in LIST_FIELDS:
            parts.append(_own(value))
    return tuple(parts)


def _own(value: Hashable) -> Hashable:
    return object() if isinstance(value, Unknown) else value


def as_permutation(ours: Rules, theirs: Rules, *, zero_is_unset: bool) -> Effect | None:
    """Identical if the lists hold the same rules in some order, cosmetic if they do so but for IDs; else None."""
    forms = [[normal_form(rule, zero_is_unset=zero_is_unset) for rule in side] for side in (ours, theirs)]
    if Counter(forms[0]) != Counter(forms[1]):
        return None
    ids = [
        Counter((form, rule.id or None) for form, rule in zip(side, rules, strict=True))
        for side, rules in zip(forms, (ours, theirs), strict=True)
    ]
    return Effect.IDENTICAL if ids[0] == ids[1] else Effect.COSMETIC


def nearest_order(rules: Rules, other: Rules, *, zero_is_unset: bool) -> Rules:
    """The rules in the order of those that they are most like; the order inside their lists follows too."""
    return tuple(rule for _, rule in ordered_like(rules, other, zero_is_unset=zero_is_unset))


def ordered_like(rules: Rules, other: Rules, *, zero_is_unset: bool) -> list[tuple[int, CorsRule]]:
    """The rules in that order, each with its place among the rules as they were given.

    First each takes the place of a rule with its normal form, then the others of the one with which they share most.
    """
    forms = [normal_form(rule, zero_is_unset=zero_is_unset) for rule in other]
    free = dict(enumerate(forms))
    placed: list[tuple[float, int, CorsRule]] = []
    left: list[tuple[int, CorsRule]] = []
    for index, rule in enumerate(rules):
        form = normal_form(rule, zero_is_unset=zero_is_unset)
        place = next((place for place, each in free.items() if each == form), None)
        if place is None:
            left.append((index, rule))
        else:
            del free[place]
            placed.append((place, index, replace(rule, allowed_origins=other[place].allowed_origins)))
    values = {place: _values(other[place]) for place in free}
    for index, rule in left:
        own = _values(rule)
        likeness = {place: len(own & values[place]) / (len(own | values[place]) or 1) for place in free}
        best = max(free, key=lambda place: likeness[place], default=None)
        if best is None or not likeness[best]:
            placed.append((len(other), index, rule))
        else:
            del free[best]
            placed.append((best, index, rule))
    return [(index, rule) for _, index, rule in sorted(placed, key=lambda each: each[:2])]


def _values(rule: CorsRule) -> set[tuple[str, Hashable]]:
    return {
        (name, each)
        for name, value in rule.by_api_name()
        if name != "ID"
        for each in (value if isinstance(value, tuple) else (value,))
    }
