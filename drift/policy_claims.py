"""What is to be said where several declarations claim one bucket: that they undo one another, or are alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from drift.claims import places_of
from drift.finding import Finding, Side
from drift.findings import finding
from drift.location import Severity
from drift.phrases import joined
from drift.report import BucketReport
from drift.snapshot import Bucket, State

MOST_PLACES = 5
"""Declarations of one bucket that a message names."""

MOST_CLAIMS = 50
"""Declarations of one bucket of which each is held against each."""

FOR_SHOW = frozenset({"example", "examples", "test", "tests", "fixture", "fixtures", "test-fixtures", "testdata"})
"""Folders of code that is read or tried, and not deployed."""

_INLINE = re.compile(r"(?:^|\.)aws_s3_bucket\.")
_SEPARATE = re.compile(r"(?:^|\.)aws_s3_bucket_cors_configuration\.")


def claims_on(report: BucketReport) -> Iterator[Finding]:
    """Several declarations of one bucket that certainly write its rules; it is not told of what could not be read.

    It weighs less where they look like alternatives of which only one is deployed (``_alternatives``).
    """
    if report.declared is None or not report.also_declared:
        return
    claims = [each for each in (report.declared, *report.also_declared) if _writes(each)]
    if len(claims) < 2:
        return
    where, at = _places(claims), claims[0].location
    clashing = [pair for pair in combinations(claims[:MOST_CLAIMS], 2) if not _alternatives(*pair)]
    if any(_inline_and_separate(*pair) for pair in clashing):
        message = f"both declare the CORS rules of one bucket, and each apply undoes the other: {where}"
        yield finding("declared-inline-and-separately", report.name, message, at, side=Side.DECLARED)
        return
    unless = "" if clashing else ", unless they are alternatives of which only one is deployed"
    message = f"{len(claims)} declarations claim the CORS rules of one bucket{unless}: {where}"
    severity = None if clashing else Severity.INFO
    yield finding("declared-more-than-once", report.name, message, at, severity, side=Side.DECLARED)


def _writes(claim: Bucket) -> bool:
    """Whether deploying it certainly writes the rules of this bucket, in whatever case."""
    if claim.alternatives:
        return all(each.bucket is not None and _writes(each.bucket) for each in claim.alternatives)
    return claim.state is State.CONFIGURED or claim.says_none


def _alternatives(one: Bucket, other: Bucket) -> bool:
    """Whether they look like two of which only one is deployed.

    Both make the bucket, and a name is given once; or they are one piece of code under several callers, or one address
    in several roots: examples of a module, environments with one default name; or folders with tests or examples.
    """
    if _makes(one) and _makes(other):
        return True
    if one.address is not None and one.address == other.address:
        return True
    if one.location is None or other.location is None:
        return False
    folders = [each.path.split("/")[:-1] for each in (one.location, other.location)]
    return one.location == other.location or (folders[0] != folders[1] and all(map(_for_show, folders)))


def _makes(claim: Bucket) -> bool:
    """Whether the bucket is made by this declaration itself."""
    return claim.source == "cloudformation" or _INLINE.search(claim.address or "") is not None


def _for_show(folders: Sequence[str]) -> bool:
    return any(each.lower() in FOR_SHOW for each in folders)


def _inline_and_separate(one: Bucket, other: Bucket) -> bool:
    addresses = one.address or "", other.address or ""
    return any(_INLINE.search(each) for each in addresses) and any(_SEPARATE.search(each) for each in addresses)


def _places(claims: Sequence[Bucket]) -> str:
    """Where they stand, each place once: a module that several others call stands in one."""
    places = list(dict.fromkeys(places_of([each]) for each in claims))
    if len(places) == 1:
        return f"{places[0]}, which is called {len(claims)} times"
    more = len(places) - MOST_PLACES
    return joined(places if more <= 0 else [*places[:MOST_PLACES], f"{more} more"])
