"""A finding as a result of a SARIF log: what it says, where, and how it is known again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from drift.catalogue import Family
from drift.documents.parts import Json
from drift.location import Location
from drift.reporters.placed import Checkout, Placed, Region, bounded, headline, line_of, proof_lines, region_of
from drift.reporters.report_words import waived_words
from drift.reporters.sarif_rules import LEVELS, RULE_INDEX

BASE = "%SRCROOT%"
"""What places are relative to: the root of the repository. Code scanning assumes it, other readers look for it."""

MAX_MESSAGE = 2_000
MAX_NAME = 500
"""Characters of a message, and of a name or a reason."""

MAX_RELATED = 10

_PLACEHOLDER = re.compile(r"\{(?=\d+\})")


def result_of(placed: Placed, line_hash: str, checkout: Checkout, *, suppressions: bool) -> dict[str, Json]:
    """The result of a finding that has a place. ``suppressions`` has it say whether it is waived.

    ``line_hash`` is what code scanning knows it by. Raises ``ValueError`` where there is no place.
    """
    finding, region = placed.finding, placed.region
    if region is None:
        raise ValueError("a result has a place")
    related = list(_related(placed, checkout))
    result: dict[str, Json] = {
        "ruleId": finding.id,
        "ruleIndex": RULE_INDEX[finding.id],
        "level": LEVELS[finding.severity],
        "message": {"text": _message(placed, [words for words, _ in related])},
        "locations": [location(region) | _logical(placed)],
        "partialFingerprints": {"primaryLocationLineHash": line_hash},
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, **location(at), "message": {"text": words}} for number, (words, at) in enumerate(related, 1)
        ]
    if suppressions:
        result["suppressions"] = _suppressions(placed, checkout)
    return result


def _message(placed: Placed, links: Sequence[str]) -> str:
    """What was found, the requests that prove it, and links to the related locations, which count from 1."""
    told = plain(headline(placed, sided=True))
    lines = [told if told.endswith((".", "?", "!")) else f"{told}.", *map(plain, proof_lines(placed))]
    if placed.finding.help != placed.kind.help and placed.finding.help.strip():
        lines.append(plain(line_of(placed.finding.help)))
    see = f"\nSee also {', '.join(f'[{words}]({number})' for number, words in enumerate(links, 1))}." if links else ""
    return bounded("\n".join(lines), MAX_MESSAGE - len(see)) + see


def plain(text: str) -> str:
    """The text without what a reader of SARIF takes for a link or for a placeholder."""
    return _PLACEHOLDER.sub("{ ", text.replace("](", "] ("))


def _related(placed: Placed, checkout: Checkout) -> Iterator[tuple[str, Region]]:
    """Other places that have to do with it, each once, with words of our own."""
    seen = {placed.region}
    for words, place in _other_places(placed):
        region = region_of(place, checkout)
        if region is not None and region not in seen:
            seen.add(region)
            yield words, region
        if len(seen) > MAX_RELATED:
            return


def _other_places(placed: Placed) -> Iterator[tuple[str, Location | None]]:
    report = placed.report
    if report is None:
        return
    if placed.kind.family in (Family.DRIFT, Family.PULL_REQUEST):
        for change in report.changes:
            if not change.cosmetic and change.declared is not None:
                field = f", {change.field}" if change.field else ""
                yield f"rule {change.declared + 1}{field}", report.place_of(change)
    if report.declared is not None:
        yield "the declaration", report.declared.location
        yield "where changes are ignored", report.declared.left_alone
    for other in report.also_declared:
        yield "another declaration", other.location


def location(region: Region) -> dict[str, Json]:
    """The place; a URL relative to the root, since code scanning knows no other."""
    lines: dict[str, Json] = {"startLine": region.line, "endLine": region.end_line}
    if region.column is not None:
        lines["startColumn"] = region.column
    artifact: Json = {"uri": quote(region.path, safe="/"), "uriBaseId": BASE}
    return {"physicalLocation": {"artifactLocation": artifact, "region": lines}}


def _logical(placed: Placed) -> dict[str, Json]:
    name = line_of(placed.address or "")
    if not name:
        return {}
    return {"logicalLocations": [{"fullyQualifiedName": bounded(name, MAX_NAME), "kind": "resource"}]}


def _suppressions(placed: Placed, checkout: Checkout) -> list[Json]:
    """Why it is accepted; nothing, said aloud, of what is not."""
    waived = placed.finding.waived
    if waived is None:
        return []
    region = region_of(waived.location, checkout)
    where = {} if region is None else {"location": location(region)}
    justification = bounded(waived_words(waived), MAX_NAME)
    return [{"kind": "external", "status": "accepted", "justification": justification, **where}]
