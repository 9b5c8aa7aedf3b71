"""A count of steps with a cap, so that no input can make a proof run for long."""

from __future__ import annotations

MAX_STEPS = 1_000_000
"""What one proof may spend; far more than legal rules need unless they were written to be hard."""


class OverBudgetError(Exception):
    """The proof would take more steps than the cap allows."""


class Budget:
    """Steps spent so far; one step is about one operation on a set of regions, or one text looked at."""

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int = MAX_STEPS) -> None:
        self.limit = limit
        self.spent = 0

    def spend(self, steps: int = 1) -> None:
        """Raises ``OverBudgetError`` past the cap."""
        self.spent += steps
        if self.spent > self.limit:
            raise OverBudgetError(f"the proof takes more than {self.limit:,} steps")
