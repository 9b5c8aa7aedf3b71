"""Where each of a million things stands in a file, in sixteen bytes for each place that is kept ready."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

_WORD = (1 << 64) - 1


class Positions:
    """Numbers by key, for far more keys than a dict should hold; the keys themselves are not kept.

    A number may be given back for a key that was never put in (about once in 10^7 tables of a million keys), so who
    asks must look whether the key really stands there.
    """

    def __init__(self, size: int = 1024) -> None:
        self._mask = size - 1  # the size is a power of two
        self._hashes = array("Q", bytes(8 * size))
        self._numbers = array("Q", bytes(8 * size))  # one more than the number: 0 is a free place
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def put(self, key: Hashable, number: int) -> int | None:
        """Keep a number for the key, and give back the one that stood there before."""
        if self._used * 3 >= self._mask * 2:
            self._grow()
        word = hash(key) & _WORD
        place = self._place(word)
        before = self._numbers[place]
        self._hashes[place], self._numbers[place] = word, number + 1
        self._used += not before
        return before - 1 if before else None

    def get(self, key: Hashable) -> int | None:
        """The number that was kept for the key last."""
        found = self._numbers[self._place(hash(key) & _WORD)]
        return found - 1 if found else None

    def _place(self, word: int) -> int:
        place = word & self._mask
        while self._numbers[place] and self._hashes[place] != word:
            place = (place + 1) & self._mask
        return place

    def _grow(self) -> None:
        hashes, numbers = self._hashes, self._numbers
        size = 2 * len(hashes)
        self._mask = size - 1
        self._hashes, self._numbers = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        for word, number in zip(hashes, numbers, strict=True):
            if number:
                place = self._place(word)
                self._hashes[place], self._numbers[place] = word, number
