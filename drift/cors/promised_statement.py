"""A statement about CORS rules that must hold, and its one sentence. What it means is in ``promised``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
"""In the order in which a sentence names them."""

READING = ("GET", "HEAD")
WRITING = ("PUT", "POST", "DELETE")


class Sense(StrEnum):
    """Of which origins a statement speaks, and whether it allows or forbids."""

    MAY = "may"
    """Every origin that the patterns match may."""
    MAY_NOT = "may not"
    """No origin that the patterns match may."""
    NOBODY_BUT = "nobody but"
    """No origin but those that the patterns match may; whether these may is not said. Without patterns: nobody."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What must hold for every request of a browser.

    ``origins`` are patterns with at most one star, ``headers`` patterns of request headers in lower case, ``exposed``
    names of response headers, ``buckets`` globs; each without repeats, in the order of the sentence. ``methods`` are in
    the order of ``METHODS``. A statement that forbids has at most one of ``headers``, ``credentials``, ``exposed``.
    """

    sense: Sense
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    credentials: bool = False
    exposed: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()

    @property
    def forbids(self) -> bool:
        return self.sense is not Sense.MAY

    def __str__(self) -> str:
        """The canonical sentence: ``drift.promise_text.parse`` gives this statement back."""
        words = [self._who(), self._what()]
        joint = "or" if self.forbids else "and"
        if self.headers:
            words.append(f"with {'any header' if self.headers == ('*',) else _listed(self.headers, joint)}")
        if self.credentials and not self._of_credentials_alone():
            words.append("and with credentials" if self.headers else "with credentials")
        if self.exposed:
            words.append(f"and read {_listed(self.exposed, joint)}")
        if self.buckets:
            words.append(f"on bucket {', '.join(self.buckets)}")
        return " ".join(words)

    def _who(self) -> str:
        if not self.origins:
            return "nobody"
        named = "any origin" if self.origins == ("*",) else _listed(self.origins, "and")
        return f"nobody but {named}" if self.sense is Sense.NOBODY_BUT else named

    def _what(self) -> str:
        if self._of_credentials_alone():
            return "get no credentials" if self.sense is Sense.MAY_NOT and len(self.origins) > 1 else self._gets()
        return f"may {'not ' if self.sense is Sense.MAY_NOT else ''}{_listed(self.methods, self._joint())}"

    def _gets(self) -> str:
        return "gets no credentials" if self.sense is Sense.MAY_NOT else "gets credentials"

    def _joint(self) -> str:
        return "or" if self.forbids else "and"

    def _of_credentials_alone(self) -> bool:
        return self.forbids and self.credentials and self.methods == METHODS


def _listed(texts: Sequence[str], joint: str) -> str:
    *before, last = texts
    return f"{', '.join(before)} {joint} {last}" if before else last
