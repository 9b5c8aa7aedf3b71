"""Which declared rule a live rule is: by equality, by ID, else by likeness; and which of them moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from drift.cors.model import MAX_RULES, CorsRule, Unknown
from drift.normal import NormalRule

Pair = tuple[int, int]
"""Index of a declared rule and of the live rule that it is."""

_WEIGHTS = {"AllowedOrigins": 5, "AllowedMethods": 3, "AllowedHeaders": 2, "ExposeHeaders": 1}
"""How much each list says about which rule this is: people think of a rule as "the one for that origin"."""

_ALIKE = 0.3
"""Rules less alike than this are one removed and one added, rather than one changed."""


def pair_rules(
    declared: Sequence[CorsRule], live: Sequence[CorsRule], ours: Sequence[NormalRule], theirs: Sequence[NormalRule]
) -> list[Pair]:
    """The pairs, by declared index. ``ours`` and ``theirs`` are the normal forms of the rules.

    Rules that are equal in normal form pair first (nearest first, so that a rule that stayed is not told as moved),
    then rules whose ID says so, then the most alike. Likeness is looked at only for lists of a size that S3 can hold,
    twice over: a list of thousands is refused anyway, and would take minutes.
    """
    pairs: dict[int, int] = {}
    taken: set[int] = set()

    def keep(candidates: list[tuple[float, int, int, int]]) -> None:
        for _, _, left, right in sorted(candidates):
            if left not in pairs and right not in taken:
                pairs[left] = right
                taken.add(right)

    same: dict[NormalRule, list[int]] = {}
    for right, normal in enumerate(theirs):
        same.setdefault(normal, []).append(right)
    keep([(0, abs(left - right), left, right) for left, normal in enumerate(ours) for right in same.get(normal, ())])
    if max(len(ours), len(theirs)) > 2 * MAX_RULES:
        return sorted(pairs.items())
    free = [(left, right) for left in range(len(declared)) for right in range(len(live))]
    keep([(0, 0, left, right) for left, right in free if _same_id(declared, live, left, right)])
    keep(
        [
            (-likeness, abs(left - right), left, right)
            for left, right in free
            if left not in pairs and right not in taken and (likeness := _likeness(ours[left], theirs[right])) >= _ALIKE
        ]
    )
    return sorted(pairs.items())


def moved_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """The fewest pairs that must change places so that the rest stand in the same order on both sides.

    The others are a longest increasing run of live indexes, found by patience sorting.
    """
    tails: list[int] = []
    places: list[int] = []
    for _, right in pairs:
        place = bisect_left(tails, right)
        tails[place : place + 1] = [right]
        places.append(place)
    staying: set[Pair] = set()
    wanted = len(tails) - 1
    for pair, place in zip(reversed(pairs), reversed(places), strict=True):
        if place == wanted:
            staying.add(pair)
            wanted -= 1
    return [pair for pair in pairs if pair not in staying]


def _same_id(declared: Sequence[CorsRule], live: Sequence[CorsRule], left: int, right: int) -> bool:
    name = declared[left].id
    return (
        isinstance(name, str)
        and name == live[right].id
        and sum(rule.id == name for rule in declared) == 1 == sum(rule.id == name for rule in live)
    )


def _likeness(ours: NormalRule, theirs: NormalRule) -> float:
    """From 0 to 1: the weighted share of common values; an unknown is taken for alike."""
    total = sum(_WEIGHTS.values()) + 1
    score = 1.0 if isinstance(ours.max_age, Unknown) or ours.max_age == theirs.max_age else 0.0
    for (name, left), (_, right) in zip(ours.lists, theirs.lists, strict=True):
        if left is None or right is None:
            share = 1.0
        else:
            union = left.known | right.known
            common = len(left.known & right.known) + min(len(left.unknown), len(right.known - left.known))
            share = min(1.0, common / len(union)) if union else 1.0
        score += _WEIGHTS[name] * share
    return score / total
