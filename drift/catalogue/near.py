"""Which findings were meant by a word that is none."""

from __future__ import annotations

import difflib

from drift.catalogue import CATALOGUE

_MOST = 4
_SURE = 0.8
"""How alike two words are, of 1, where one is a slip for the other."""


def advice_for(word: str) -> str:
    """The findings that are spelled like the word or share a part with it, else all, and how to read of them."""
    word = word[:100].lower().replace("_", "-")
    parts = set(word.split("-"))
    near = difflib.get_close_matches(word, CATALOGUE, 1, _SURE) or [
        *dict.fromkeys(
            (
                *difflib.get_close_matches(word, CATALOGUE, 2),
                *(each for each in CATALOGUE if parts & set(each.split("-"))),
            )
        )
    ]
    if not near:
        return f"there are {', '.join(CATALOGUE)}; cors-drift explain ID tells what each is"
    *others, last = near[:_MOST]
    meant = f"{', '.join(others)} or {last}" if others else last
    return f"did you mean {meant}? cors-drift explain {near[0]} tells what it is"
