"""What the prover says: the effect of a difference between two rule lists, and the requests that show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drift.cors.model import CorsAnswer, CorsRequest


class Effect(StrEnum):
    """What a difference means to a browser, live against declared.

    An answer is freer than another if it allows where the other refuses, sends back the origin with credentials where
    the other says ``*``, or lets the page read more response headers.
    """

    IDENTICAL = "identical"
    """One normal form: nothing differs but the order inside lists, repeats and the letter case of header names."""
    COSMETIC = "cosmetic"
    """Written otherwise, but every request of a browser is answered alike."""
    CACHE_ONLY = "cache-only"
    """Answers differ in max-age or in the list of methods alone, which only feed a browser's preflight cache."""
    WIDER = "wider"
    """Live answers some request more freely and none less freely."""
    NARROWER = "narrower"
    """Live answers some request less freely and none more freely."""
    DIFFERENT = "different"
    """Some more freely and some less freely, or in a way that cannot be ranked."""
    UNDECIDED = "undecided"
    """It hangs on an unknown value, on an open question about S3, or on more work than the cap allows."""


class Shows(StrEnum):
    """What a witness shows of live against declared; the worst of each direction stands first."""

    LIVE_ALLOWS = "live_allows"
    LIVE_REFLECTS_CREDENTIALS = "live_reflects_credentials"
    LIVE_EXPOSES_MORE = "live_exposes_more"
    LIVE_REFUSES = "live_refuses"
    LIVE_NO_LONGER_REFLECTS = "live_no_longer_reflects"
    LIVE_EXPOSES_LESS = "live_exposes_less"
    DIFFERS = "differs"
    """The answers cannot be ranked, or differ only in what feeds the preflight cache."""


class Universe(StrEnum):
    """Which requests a verdict speaks of."""

    BROWSERS = "browser origins"
    """Origin is ``null`` or lower-case ``scheme://host[:port]`` without path or default port; headers that a page
    may set."""
    ANY_TEXT = "any text"


NO_BROWSER = "no-browser-request"
"""Note: the lists differ only for requests that no browser sends; the witness is one of those."""

DECLARED_ORDER = "declared-order"
"""Note: the declared rules have no order and two orders of them differ; the verdict is for the one nearest to live."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that shows a difference, with both answers as ``evaluate`` gives them.

    Where a rule has unknown values, its answer is that of the rule without them; what is shown holds for all values.
    """

    shows: Shows
    request: CorsRequest
    declared: CorsAnswer
    live: CorsAnswer


@dataclass(frozen=True, slots=True)
class Verdict:
    """The effect of the difference between two rule lists.

    ``witnesses``: at most one for each direction, live freer first; of an undecided verdict, only of
    directions that are certain all the same: under every reading, or with the question among the notes. ``notes``: ids
    of ``drift.cors.open_questions`` that the verdict hangs on, ``NO_BROWSER``, ``DECLARED_ORDER``. ``reason``: of an
    undecided verdict, what it hangs on, in words.
    ``universe``: of a cosmetic verdict with a witness the witness is of any text, the verdict of browsers.
    """

    effect: Effect
    witnesses: tuple[Witness, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None
    universe: Universe = Universe.BROWSERS
