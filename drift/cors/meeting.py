"""Whether two sets of origin patterns have an origin in common, under whatever reading; quick."""

from __future__ import annotations

from drift.cors.budget import Budget
from drift.cors.pattern import intersects, matches_overlapping


def may_meet(own: set[str], theirs: set[str], budget: Budget) -> bool:
    """Whether some text is matched by a pattern of each. Raises ``OverBudgetError``."""
    if own & theirs:
        return True
    stars, their_stars = ([each for each in side if "*" in each] for side in (own, theirs))
    budget.spend((len(stars) * len(theirs) + len(own) * len(their_stars)) // 8)
    return any(_both_match(pattern, each) for pattern in stars for each in theirs) or any(
        _both_match(pattern, each) for pattern in their_stars for each in own
    )


def _both_match(pattern: str, other: str) -> bool:
    """Whether some text is matched by both in the overlapping reading; where both have a star, it makes no odds."""
    return intersects(pattern, other) if "*" in other else matches_overlapping(pattern, other)
