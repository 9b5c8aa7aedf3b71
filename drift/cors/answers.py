"""Two answers to one request: which is freer.

An answer is a point in an order: a refusal is below every answer; ``*`` is below the origin sent back with
credentials; and the response headers that a page may read are ordered as sets. What only feeds a browser's preflight
cache, the list of methods and the max-age, is no part of the order. Source: Fetch standard, "CORS check" and
"CORS-preflight fetch".
"""

from __future__ import annotations

from dataclasses import dataclass

from drift.cors.verdict import Effect, Shows

ALWAYS_EXPOSED = frozenset(
    ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"]
)
"""Fetch standard, CORS-safelisted response-header name."""

NEVER_EXPOSED = frozenset({"set-cookie", "set-cookie2"})
"""Fetch standard, forbidden response-header name."""

STAR, ECHO = 1, 2


Relations = int
"""Bits of ``Relation``."""


class Relation:
    """How live's answer stands to the declared one, as bits: several at once where it depends on what is unknown."""

    EQUAL = 1
    CACHE = 2
    ALLOWS = 4
    REFLECTS = 8
    EXPOSES_MORE = 16
    REFUSES = 32
    UNREFLECTS = 64
    EXPOSES_LESS = 128
    UNRANKED = 256


NOTHING = 0
FREER = Relation.ALLOWS | Relation.REFLECTS | Relation.EXPOSES_MORE
TIGHTER = Relation.REFUSES | Relation.UNREFLECTS | Relation.EXPOSES_LESS
DIRECTIONS = (FREER, TIGHTER, Relation.UNRANKED, Relation.CACHE)

SHOWS = {
    Relation.ALLOWS: Shows.LIVE_ALLOWS,
    Relation.REFLECTS: Shows.LIVE_REFLECTS_CREDENTIALS,
    Relation.EXPOSES_MORE: Shows.LIVE_EXPOSES_MORE,
    Relation.REFUSES: Shows.LIVE_REFUSES,
    Relation.UNREFLECTS: Shows.LIVE_NO_LONGER_REFLECTS,
    Relation.EXPOSES_LESS: Shows.LIVE_EXPOSES_LESS,
    Relation.UNRANKED: Shows.DIFFERS,
    Relation.CACHE: Shows.DIFFERS,
}


def shown_of(relation: Relations) -> frozenset[Shows]:
    """What a request of this relation may show; more than one thing if it is several relations at once."""
    return frozenset(shows for each, shows in SHOWS.items() if relation & each)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule answers. ``kinds``: ``STAR``, ``ECHO`` or, if unknown, both. None is an unknown part.

    ``exposed`` are the names that the page may read only because of the rule, ``cache`` what feeds the cache.
    """

    kinds: int
    exposed: frozenset[str] | None
    cache: tuple[frozenset[str], int | None] | None

    @property
    def known(self) -> bool:
        return self.kinds != STAR | ECHO and self.exposed is not None and self.cache is not None


def relation(declared: Answer | None, live: Answer | None, *, page_reads: bool) -> Relations:
    """How the answers stand to each other; None is a refusal.

    ``page_reads`` is False for a preflight with headers, whose Expose-Headers no page sees.
    """
    if declared is None or live is None:
        return Relation.EQUAL if declared is live else Relation.ALLOWS if declared is None else Relation.REFUSES
    found = 0
    exposed = _exposure(declared.exposed, live.exposed) if page_reads else Relation.EQUAL
    for kind in (STAR, ECHO):
        for other in (STAR, ECHO):
            if declared.kinds & kind and live.kinds & other:
                found |= _joined(other - kind, exposed)
    if found & Relation.EQUAL and (declared.cache is None or live.cache is None):
        found |= Relation.CACHE
    elif found & Relation.EQUAL and declared.cache != live.cache:
        found ^= Relation.EQUAL | Relation.CACHE
    return found


def _exposure(declared: frozenset[str] | None, live: frozenset[str] | None) -> Relations:
    if declared is None or live is None:
        return Relation.EQUAL | Relation.EXPOSES_MORE | Relation.EXPOSES_LESS | Relation.UNRANKED
    if declared == live:
        return Relation.EQUAL
    if declared < live:
        return Relation.EXPOSES_MORE
    return Relation.EXPOSES_LESS if live < declared else Relation.UNRANKED


def _joined(step: int, exposed: Relations) -> Relations:
    """The kind of origin and the exposed names together; ``step`` is above 0 where live alone echoes the origin."""
    if step == 0:
        return exposed
    up, with_, against = (
        (Relation.REFLECTS, Relation.EXPOSES_MORE, Relation.EXPOSES_LESS)
        if step > 0
        else (Relation.UNREFLECTS, Relation.EXPOSES_LESS, Relation.EXPOSES_MORE)
    )
    found = 0
    if exposed & (Relation.EQUAL | with_):
        found |= up
    if exposed & (against | Relation.UNRANKED):
        found |= Relation.UNRANKED
    return found


def effect_of(possible: Relations, certain: Relations) -> Effect | None:
    """The effect, from what some request may show and what some request shows for certain; None if undecided.

    ``certain`` has a relation of a direction if one request stands in that direction whatever the unknowns are.
    """
    if certain & Relation.UNRANKED or (certain & FREER and certain & TIGHTER):
        return Effect.DIFFERENT
    if certain & FREER and not possible & (TIGHTER | Relation.UNRANKED):
        return Effect.WIDER
    if certain & TIGHTER and not possible & (FREER | Relation.UNRANKED):
        return Effect.NARROWER
    if possible & (FREER | TIGHTER | Relation.UNRANKED):
        return None
    if not possible & Relation.CACHE:
        return Effect.COSMETIC
    return Effect.CACHE_ONLY if certain & Relation.CACHE else None
