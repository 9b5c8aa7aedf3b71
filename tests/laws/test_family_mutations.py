"""Files of all flavours with bytes and parts changed: each ends in a snapshot, and claims and reads nothing else."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from drift.discovery import Source, declared_in
from drift.errors import InputError
from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from drift.tree import DiskTree
from tests.language.test_family_cases import FLAVOURS

CASES = Path(__file__).parent.parent / "language"
ROUNDS = 6
PIECES = (
    b"",
    b"\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"- ",
    b"\n",
    b"\t",
    b"${",
    b"!Ref ",
    b"null",
    b"\xff",
    b"&a ",
    b"*a",
    b"---\n",
)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to three parts cut out, doubled or replaced."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 1, 3, 20)))
        piece = chance.choice((*PIECES, content[start:end] * 2))
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_changed_files_end_in_a_snapshot(flavour: str, tmp_path: Path) -> None:
    chance = random.Random(flavour)
    for case in sorted((CASES / flavour).iterdir()):
        if case.name in ("lists-that-multiply", "text-that-doubles"):
            continue  # these are slow by design
        copy = tmp_path / case.name
        shutil.copytree(case, copy, symlinks=True, ignore=shutil.ignore_patterns("want.json", "inputs.json"))
        files = [path for path in sorted(copy.rglob("*")) if path.is_file() and not path.is_symlink()]
        for _ in range(ROUNDS):
            path = chance.choice(files)
            kept = path.read_bytes()
            path.write_bytes(mutated(kept, chance))
            try:
                found = declared_in(Source(DiskTree(copy), "", copy), [FLAVOURS[flavour]], Inputs())
            except InputError as error:
                assert error.message  # noqa: PT017 - either end is right
            else:
                assert isinstance(found, Snapshot)
                places = [bucket.location for bucket in found.buckets]
                assert all(place is not None and (copy / place.path).resolve().is_file() for place in places)
            path.write_bytes(kept)
