"""What the benchmarks of whole processes share: how one is measured, and which interpreter has a library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

MEASURE = (
    "import resource, subprocess, sys, time\n"
    "start = time.perf_counter()\n"
    "run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)\n"
    "took = time.perf_counter() - start\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, run.returncode, repr(run.stderr[-300:]))\n"
)
"""A program that runs its arguments; it prints seconds, seconds of the processor, megabytes, exit code and errors."""


class Cold(NamedTuple):
    """One process from start to exit: seconds, seconds of the processor, the most megabytes that were resident."""

    seconds: float
    processor: float
    memory: float


def cold_runs(command: Sequence[str], runs: int) -> list[Cold] | str:
    """A command, started so many times after one that is not counted, or why it fails; once only if it is slow.

    Modules are compiled by then, as ``pip install`` leaves them, whatever the environment says of writing bytecode.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found: list[Cold] = []
    for _ in range(runs + 1):
        shown = subprocess.run(  # noqa: S603
            [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True, env=environment
        )
        *figures, code, fault = shown.stdout.strip().split(" ", 4)
        if int(code) not in (0, 3):
            return f"exit {code}: {fault}"
        found.append(Cold(*map(float, figures)))
        if found[-1].seconds > 10:
            return found[-1:]
    return found[1:]


def middle(runs: Sequence[Cold]) -> Cold:
    """The median of each figure: what a run takes, where the best is what it takes with the machine to itself."""
    return Cold(*map(median, zip(*runs, strict=True)))


def program(python: str, name: str, module: str) -> list[str]:
    """How a program is started that is installed with an interpreter: by its script, or else as a module."""
    script = Path(python).with_name(name)
    return [str(script)] if script.exists() else [python, "-m", module]


def with_module(name: str, pythons: Sequence[str]) -> str | None:
    """The first interpreter that can import a module."""
    for python in pythons:
        tried = subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False)  # noqa: S603
        if tried.returncode == 0:
            return python
    return None
