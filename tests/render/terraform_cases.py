"""Cases of edits of Terraform: files before, what is live, files after.

``live.json`` has the bucket, its live rules (none for a bucket without any), and what else the reader is given. A case
without a folder ``after`` is one that is left to be done by hand; ``by_hand`` then has parts of what is told.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drift.cors.model import API_NAMES, BucketCors, CorsRule
from drift.edits import Proposal, TextEdit, WantedRules
from drift.interfaces import Inputs
from drift.selecting import Selection
from drift.snapshot import Bucket, Snapshot, State
from drift.wanted import adopted
from parsers.terraform import PARSER
from parsers.terraform.render import RENDERER
from tests.rendering import Files

HERE = Path(__file__).parent / "terraform"
_NAMES = {name: attribute for attribute, name in API_NAMES.items()}


@dataclass(frozen=True)
class Case:
    """One folder."""

    name: str
    before: Files
    after: Files | None
    bucket: str
    live: BucketCors | None
    units: Sequence[str]
    inputs: Inputs
    by_hand: Sequence[str]


def cases() -> list[Case]:
    """All of them."""
    return [_case(folder) for folder in sorted(HERE.iterdir()) if (folder / "live.json").is_file()]


def _case(folder: Path) -> Case:
    given: dict[str, Any] = json.loads((folder / "live.json").read_text())
    variables = tuple(dict(given.get("variables", {})).items())
    return Case(
        folder.name,
        files_of(folder / "before"),
        files_of(folder / "after") if (folder / "after").is_dir() else None,
        given["bucket"],
        cors_of(given["rules"]),
        given.get("units", [""]),
        Inputs(variables=variables),
        given.get("by_hand", []),
    )


def files_of(folder: Path) -> Files:
    """The files of a folder, byte for byte."""
    return Files(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    )


def cors_of(rules: Sequence[Mapping[str, Any]]) -> BucketCors | None:
    """Rules as the S3 API has them."""
    found = tuple(
        CorsRule(
            **{"allowed_methods": (), "allowed_origins": ()}
            | {_NAMES[name]: tuple(value) if isinstance(value, list) else value for name, value in rule.items()}
        )
        for rule in rules
    )
    return BucketCors(found) if found else None


@dataclass(frozen=True)
class Outcome:
    """The files after the first attempt that holds, None if none does, and what was proposed."""

    files: Files | None
    edits: Sequence[TextEdit]
    proposal: Proposal


def declared(files: Files, units: Sequence[str], inputs: Inputs) -> Snapshot:
    """What the files declare."""
    return PARSER.parse(files, units, inputs)


def wanted_of(bucket: Bucket, live: BucketCors | None) -> WantedRules:
    """What the bucket should declare, for live to be declared."""
    return adopted(bucket.cors, live, Selection(), zero_is_unset=bucket.writes_max_age_zero).wanted


def is_same(bucket: Bucket, live: BucketCors | None) -> bool:
    """Whether the bucket declares what is live, in any other words."""
    if bucket.cors is None or live is None:
        return bucket.cors is live and bucket.state is State.ABSENT
    return not adopted(bucket.cors, live, Selection(), zero_is_unset=bucket.writes_max_age_zero).changes


def tried(files: Files, units: Sequence[str], inputs: Inputs, name: str, live: BucketCors | None) -> Outcome:
    """The first attempt for a bucket after which it has the live rules, and all others their own."""
    before = declared(files, units, inputs)
    bucket = of_name(before, name)
    proposal = RENDERER.propose(files, units, inputs, bucket, wanted_of(bucket, live))
    for attempt in proposal.attempts:
        after = files.with_edits(attempt)
        if holds(before, declared(after, units, inputs), name, live):
            return Outcome(after, attempt, proposal)
    return Outcome(None, (), proposal)


def of_name(snapshot: Snapshot, name: str) -> Bucket:
    """The declaration that speaks of a bucket's rules, else the one that makes it."""
    found = [each for each in snapshot.buckets if each.name == name]
    return next((each for each in found if each.cors is not None or each.says_none), found[0])


def holds(before: Snapshot, after: Snapshot, name: str, live: BucketCors | None) -> bool:
    """Whether the bucket has the live rules and nothing else has changed."""
    if len(after.errors) > len(before.errors):
        return False
    there = any(each.name == name for each in after.buckets)
    if not (is_same(of_name(after, name), live) if there else live is None):
        return False
    old = {each.address: each for each in before.buckets if each.name != name}
    new = {each.address: each for each in after.buckets if each.name != name}
    return old.keys() == new.keys() and all(
        (each.state, each.cors, each.reason) == (new[address].state, new[address].cors, new[address].reason)
        for address, each in old.items()
    )


def changed_lines(before: bytes, after: bytes) -> Iterator[str]:
    """The lines of a unified diff, for a reader of a failure."""
    import difflib

    return difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), lineterm="", n=1)


def unformatted(files: Mapping[str, bytes], work: Path) -> list[str]:
    """The files that ``terraform fmt`` would change."""
    shutil.rmtree(work, ignore_errors=True)
    for path, content in files.items():
        if path.endswith((".tf", ".tfvars")):
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_bytes(content)
    work.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-list=true", "."],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": __import__("os").environ["PATH"], "CHECKPOINT_DISABLE": "1"},
    )
    return sorted(line for line in done.stdout.splitlines() if line)
