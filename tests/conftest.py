"""How laws are tried: no time limit for one example, since machines are shared; the same examples in every CI run, new
ones everywhere else, so that the gate is steady and laws are still explored.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.law_numbers import USUAL

settings.register_profile(
    "cors-drift",
    deadline=None,
    max_examples=USUAL,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("cors-drift")
