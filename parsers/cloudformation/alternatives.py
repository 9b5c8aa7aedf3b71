"""What a template comes to where conditions are not known: every possibility, each consistent in itself.

A comparison that is not known is taken to hold and not to hold in turn. Where it is of a parameter with a text, the
parameter then has that text, so that all else that hangs on it is in step. There may be possibilities among the
results that can never be; none that can be is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from parsers.cloudformation.conditions import Comparison

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

T = TypeVar("T")

MAX_ALTERNATIVES = 16
"""More possibilities than this say nothing to anybody, and the whole is not known."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A comparison, and whether it is taken to hold."""

    comparison: Comparison
    holds: bool

    @property
    def words(self) -> str:
        return self.comparison.words if self.holds else self.comparison.otherwise


class Fork(Exception):  # noqa: N818 - no error: the evaluation goes on in two ways
    """Evaluation came to a comparison that is not known."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(comparison.key)
        self.comparison = comparison


def possibilities(scope: Scope, read: Callable[[Scope], T]) -> list[tuple[tuple[Assumption, ...], T]] | None:
    """What ``read`` gives in each case, with what is assumed in it; None where there are too many cases.

    The first case is the one in which what is compared holds. Without anything that is not known there is one case, in
    which nothing is assumed.
    """
    waiting: list[tuple[Assumption, ...]] = [()]
    found: list[tuple[tuple[Assumption, ...], T]] = []
    while waiting:
        assumed = waiting.pop()
        try:
            found.append((assumed, read(scope.under(assumed))))
        except Fork as fork:
            waiting += [(*assumed, Assumption(fork.comparison, holds)) for holds in (False, True)]
        if len(found) + len(waiting) > MAX_ALTERNATIVES:
            return None
    return found
