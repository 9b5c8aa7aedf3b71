"""How often laws are tried. ``CORS_DRIFT_LAW_EXAMPLES`` has all of them tried more often, or less."""

from __future__ import annotations

import os

USUAL = int(os.environ.get("CORS_DRIFT_LAW_EXAMPLES", "50"))
"""Examples of a law of the usual weight."""


def tries(weight: float) -> int:
    """The examples of a law that needs more, or fewer, to be worth something."""
    return max(1, round(USUAL * weight))
