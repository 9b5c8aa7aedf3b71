"""How laws are tried: no time limit for one example, since machines are shared; the same examples in every CI run, new
ones everywhere else, so that the gate is steady and laws are still explored.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

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

# A shell that starts the tests in the background has them pass over Ctrl-C, and nohup over hanging up; every process
# that they start would, too.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (getattr(signal, "SIGHUP", None), signal.SIG_DFL)):
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        with suppress(ValueError):  # not the main thread
            signal.signal(number, usual)
