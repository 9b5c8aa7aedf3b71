"""Which texts would give a sensitive value away: the value, what holds it, and what was made from it.

Values are compared in the clear; only what leaves the program is held against this. A declared value is hidden where it
is marked, or holds a marked one. What S3 has, and the requests that were made up to show a difference, have no marks:
at a bucket with sensitive values they are hidden also where they share a word with one, or are matched by one. A text
that the code also gives in the clear is no secret but at the marked place. Too much may be hidden so, too little not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from copy import copy
from functools import cached_property

from drift.cors.model import METHODS
from drift.cors.pattern import matches_overlapping

SHOWN = "(sensitive value)"
"""What stands in texts for a hidden value."""

REASON = "a sensitive value"
"""The reason of the unknown that stands in documents for a hidden value."""

VOCABULARY = frozenset({*METHODS, "*", "", "http://*", "https://*", "null", "true", "Origin"})
"""Words of S3 and of browsers, which tell nothing of whoever wrote them down: they are never hidden."""

_SCHEME = re.compile(r"https?://")
_WORD = re.compile(r"[^\W_]{4,}")
_TOKEN = re.compile(r"[^\s,;\"'()\[\]{}]+")
_LEAST = 4
"""Characters that two texts must share to be called alike; a shorter sensitive text is hidden only by itself."""
_CUT = 24
"""Characters in a row by which a sensitive text is known in a sentence that cuts long values."""


class Sensitive:
    """The sensitive values of a whole result, and what is known to be no secret.

    ``texts`` and ``numbers`` are never to be shown; ``clear`` are texts that the code gives in the clear.
    """

    def __init__(self, values: Iterable[str | int], clear: Iterable[str] = ()) -> None:
        found = frozenset(values)
        self.numbers = frozenset(each for each in found if isinstance(each, int))
        texts = {each for each in found if isinstance(each, str)} - VOCABULARY
        known = frozenset(each.lower() for each in clear)
        self._texts = frozenset(each.lower() for each in texts) - known
        self._hidden: frozenset[str] = frozenset()
        self._held: dict[str, bool] = {}
        self._clear = frozenset(each for each in known if not self.marked(each))
        self._patterns = tuple(each for each in sorted(self._texts) if "*" in each)

    def __bool__(self) -> bool:
        return bool(self._texts or self._hidden or self.numbers)

    def at(self, own: Iterable[str | int], found: Iterable[str] = ()) -> Sensitive:
        """The same at one bucket: with what is sensitive there, and what was ``found`` to give something away."""
        here, own = copy(self), frozenset(own)
        here.numbers = frozenset(each for each in own if isinstance(each, int))
        texts = {each for each in own if isinstance(each, str)} | set(found)
        here._hidden = frozenset(each.lower() for each in texts - VOCABULARY)
        here._clear = self._clear - here._hidden
        for cached in ("_exact", "_numerals"):
            here.__dict__.pop(cached, None)
        return here

    def marked(self, text: str) -> bool:
        """Whether the text is sensitive, or holds a sensitive one."""
        lowered = text.lower()
        if lowered in self._texts or lowered in self._hidden:
            return text not in VOCABULARY
        return self._holds(lowered) or any(len(each) >= _LEAST and each in lowered for each in self._hidden)

    def _holds(self, lowered: str) -> bool:
        """Whether a sensitive text is a part; remembered, since the same few texts come up at every bucket."""
        if lowered not in self._held:
            self._held[lowered] = any(len(each) >= _LEAST and each in lowered for each in self._texts)
        return self._held[lowered]

    def betrays(self, text: str) -> bool:
        """Whether a value that S3 has gives a sensitive one away."""
        lowered = text.lower()
        if text in VOCABULARY or (lowered in self._clear and not self.marked(text)):
            return False
        if self.marked(text) or any(matches_overlapping(each, lowered) for each in self._patterns):
            return True
        return any(word in lowered for word in self._words)

    def betrays_part(self, text: str) -> bool:
        """Whether a text that was made up from the rules gives a part of a sensitive one away."""
        if text in VOCABULARY or (text.lower() in self._clear and not self.marked(text)):
            return False
        return self.betrays(text) or not self._pieces.isdisjoint(_pieces(text, _LEAST))

    def scrub(self, text: str, *, made_up: bool = False) -> str:
        """The sentence with every sensitive value hidden; ``made_up``: also the origins that betray part of one."""
        if not self:
            return text
        if self._exact is not None:
            text = self._exact.sub(SHOWN, text)

        def each(found: re.Match[str]) -> str:
            token = found.group().rstrip(".:")
            rest = found.group()[len(token) :]
            if token.lower() in self._clear and not self.marked(token):
                return found.group()
            if not self._cuts.isdisjoint(_pieces(token, _CUT)):
                return SHOWN + rest
            return SHOWN + rest if made_up and "://" in token and self.betrays_part(token) else found.group()

        text = _TOKEN.sub(each, text)
        return text if self._numerals is None else self._numerals.sub(SHOWN, text)

    @cached_property
    def _words(self) -> frozenset[str]:
        """Words of sensitive texts that stand in none of the clear ones."""
        found = {word for text in self._texts for word in _WORD.findall(_SCHEME.sub("", text))}
        clear = "\n".join((*self._clear, *VOCABULARY)).lower()
        return frozenset(word for word in found if word not in clear)

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return frozenset(piece for text in self._texts for piece in _pieces(text, _LEAST))

    @cached_property
    def _cuts(self) -> frozenset[str]:
        return frozenset(piece for text in self._texts for piece in _pieces(text, _CUT))

    @cached_property
    def _exact(self) -> re.Pattern[str] | None:
        """Every sensitive text, the longest first; short ones only as words of their own."""
        texts = self._texts | self._hidden
        texts |= {json.dumps(each)[1:-1] for each in texts}  # as sentences quote them
        longest_first = sorted(texts, key=lambda each: (-len(each), each))
        parts = [
            re.escape(each) if len(each) >= _LEAST else rf"(?<!\w){re.escape(each)}(?!\w)" for each in longest_first
        ]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    @cached_property
    def _numerals(self) -> re.Pattern[str] | None:
        """Sensitive numbers; those of one digit only as seconds, since rules are counted too."""
        parts = [rf"{each}(?![\w.])" if each > 9 else rf"{each}(?= s\b)" for each in sorted(self.numbers)]
        return re.compile(rf"(?<![\w.:-])(?:{'|'.join(parts)})") if parts else None


def _pieces(text: str, length: int) -> Iterable[str]:
    """All runs of that many characters, the scheme of an origin left out."""
    text = _SCHEME.sub("", text.lower())
    return (text[at : at + length] for at in range(len(text) - length + 1))
