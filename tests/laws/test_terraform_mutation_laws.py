"""Whatever is done to a Terraform file, reading it ends in time with a snapshot or an error that says where.

``CORS_DRIFT_TERRAFORM_MUTATIONS`` says how many mutations are tried.
"""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.terraform import PARSER
from tests.laws.terraform_bounds import bounded
from tests.laws.terraform_mutations import mutated

MUTATIONS = int(os.environ.get("CORS_DRIFT_TERRAFORM_MUTATIONS", "200"))
FIRST = 1 if os.environ.get("CI") else random.randrange(10**9)
TOGETHER = 50
"""How many mutations are read in one process."""
MEGABYTES = 500
SECONDS = 120
CASES = Path(__file__).parent.parent / "language" / "terraform"
SOURCES = [path.read_bytes() for path in sorted(CASES.glob("*/*.tf")) if path.is_file()]


def read(content: bytes) -> Snapshot:
    with TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_bytes(content)
        return PARSER.parse(DiskTree(Path(folder)), [""], Inputs())


def faults(first: int) -> list[str]:
    """What is wrong with the snapshots of some mutations, each called by its number."""
    found = []
    for number in range(first, first + TOGETHER):
        random = Random(number)
        try:
            snapshot = read(mutated(random.choice(SOURCES), random, SOURCES))
        except Exception as error:  # the law is that there is none
            found.append(f"mutation {number}: {error!r}")
            continue
        found += [f"mutation {number}: {each}" for each in _faults(snapshot)]
    return found


def _faults(snapshot: Snapshot) -> list[str]:
    found = [f"no place: {each}" for each in snapshot.errors if each.location is None]
    found += [f"no clear words: {each}" for each in snapshot.diagnostics if not 0 < len(each.message) < 1000]
    found += [
        f"no reason: {each}" for each in snapshot.buckets if (each.reason is None) == (each.state is State.UNKNOWN)
    ]
    return found


def test_no_mutation_of_a_file_ends_in_an_exception_a_hang_or_an_error_without_a_place() -> None:
    for first in range(FIRST, FIRST + MUTATIONS, TOGETHER):
        assert not bounded(partial(faults, first), megabytes=MEGABYTES, seconds=SECONDS)
