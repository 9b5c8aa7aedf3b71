"""Whatever is done to a template, reading it ends in time with a snapshot or an error that says where.

``CORS_DRIFT_CLOUDFORMATION_MUTATIONS`` says how many mutations are tried, ``CORS_DRIFT_CLOUDFORMATION_SOURCES`` names
a folder whose templates are mutated in the place of those of the language's cases.
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
from parsers.cloudformation import PARSER
from tests.laws.cloudformation_mutations import mutated
from tests.laws.terraform_bounds import bounded

MUTATIONS = int(os.environ.get("CORS_DRIFT_CLOUDFORMATION_MUTATIONS", "200"))
FIRST = 1 if os.environ.get("CI") else random.randrange(10**9)
TOGETHER = 50
"""How many mutations are read in one process."""
MEGABYTES = 500
SECONDS = 120
CASES = Path(__file__).parent.parent / "language" / "cloudformation"
FOLDER = Path(os.environ.get("CORS_DRIFT_CLOUDFORMATION_SOURCES") or CASES)
SOURCES = [
    path.read_bytes()
    for path in sorted(FOLDER.rglob("*"))
    if path.suffix in (".yaml", ".yml", ".json", ".template") and path.name not in ("want.json", "inputs.json")
]


def read(content: bytes, name: str) -> Snapshot:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        tree = DiskTree(Path(folder))
        PARSER.claim(tree, name)
        return PARSER.parse(tree, [name], Inputs(account="111122223333", region="eu-west-1"))


def faults(first: int) -> list[str]:
    """What is wrong with the snapshots of some mutations, each called by its number."""
    found = []
    for number in range(first, first + TOGETHER):
        random = Random(number)
        content = mutated(random.choice(SOURCES), random, SOURCES)
        try:
            snapshot = read(content, random.choice(("t.yaml", "t.template", "t.json")))
        except Exception as error:  # the law is that there is none
            found.append(f"mutation {number}: {error!r}")
            continue
        found += [f"mutation {number}: {each}" for each in _faults(snapshot)]
    return found


def _faults(snapshot: Snapshot) -> list[str]:
    found = [f"no place: {each}" for each in snapshot.errors if each.location is None]
    found += [f"no clear words: {each}" for each in snapshot.diagnostics if not 0 < len(each.message) < 1000]
    found += [f"no reason: {each}" for each in snapshot.buckets if each.state is State.UNKNOWN and each.reason is None]
    return found


def test_no_mutation_of_a_template_ends_in_an_exception_a_hang_or_an_error_without_a_place() -> None:
    for first in range(FIRST, FIRST + MUTATIONS, TOGETHER):
        assert not bounded(partial(faults, first), megabytes=MEGABYTES, seconds=SECONDS)
