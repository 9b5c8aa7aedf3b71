"""What the benchmarks of whole processes share: how one is measured, and which interpreter has a library."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

MEASURE = (
    "import resource, subprocess, sys, time\n"
    "start = time.perf_counter()\n"
    "run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)\n"
    "took = time.perf_counter() - start\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, run.returncode, repr(run.stderr[-300:]))\n"
)
"""A program that runs its arguments; it prints seconds, seconds of the processor, megabytes, exit code and errors."""


def with_module(name: str, pythons: Sequence[str]) -> str | None:
    """The first interpreter that can import a module."""
    for python in pythons:
        tried = subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False)  # noqa: S603
        if tried.returncode == 0:
            return python
    return None
