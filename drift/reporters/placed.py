"""Findings as a code host shows them: worst first, each with its place in the repository and its proof in words."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from drift.catalogue import CATALOGUE, Family, Kind
from drift.finding import Finding
from drift.location import Location
from drift.report import BucketReport, Report
from drift.reporters.report_words import SIDE_WORDS, WEIGHT, example_words, proofs
from drift.reporters.words import name_of, printable

MAX_NUMBER = 2**31 - 1
"""Lines and columns beyond this are read by nobody."""

MAX_PATH = 4_096
"""No file has a longer path."""

_UNSPEAKABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where the working folder stands in the repository, so that paths can be told from the repository's root.

    ``prefix`` leads from the root to the working folder, ``/``-separated, empty where they are the same. ``root`` is
    the absolute path of the root, empty where it is not known: absolute paths below it are told from it too.
    """

    prefix: str = ""
    root: str = ""

    def path(self, path: str) -> str | None:
        """The path from the root. None for what is not below it, and for what a URL or an annotation cannot hold."""
        if path.startswith("/") or _DRIVE.match(path):
            root = self.root.rstrip("/")
            if not root or not path.startswith(f"{root}/"):
                return None
            path = path[len(root) + 1 :] or "."
        else:
            path = posixpath.join(self.prefix, path) if path else "."
        path = posixpath.normpath(path)
        inside = path not in (".", "..") and not path.startswith(("../", "/"))
        return path if inside and _speakable(path) else None


def _speakable(path: str) -> bool:
    """Whether every reader takes it as it is: no control character, line end, direction mark or half of a character."""
    if len(path) > MAX_PATH:
        return False
    return path.isprintable() or not any(unicodedata.category(char) in _UNSPEAKABLE for char in path)


@dataclass(frozen=True, slots=True)
class Region:
    """Lines of a file of the repository: from 1, the last one inclusive. ``column`` is that of the first, if known."""

    path: str
    line: int
    end_line: int
    column: int | None = None


def region_of(place: Location | None, checkout: Checkout) -> Region | None:
    """The place in the repository: None where there is none. A file without a line is told by its first."""
    path = None if place is None else checkout.path(place.path)
    if place is None or path is None:
        return None
    if place.line is None:
        return Region(path, 1, 1)
    line = _clamped(place.line)
    column = None if place.column is None else _clamped(place.column)
    return Region(path, line, max(line, _clamped(place.end_line)), column)


def _clamped(number: int | None) -> int:
    return min(max(number or 1, 1), MAX_NUMBER)


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding, the report of its bucket, and where it stands in the repository. ``fails``: it makes the run fail."""

    finding: Finding
    report: BucketReport | None
    region: Region | None
    fails: bool

    @property
    def kind(self) -> Kind:
        """What the catalogue says of it."""
        return CATALOGUE[self.finding.id]

    @property
    def address(self) -> str | None:
        """What the bucket is called where it is declared."""
        side = None if self.report is None else self.report.declared or self.report.live
        return side.address if side else None

    @property
    def weight(self) -> tuple[bool, bool, int, float]:
        """Sorts the worst first: what is not waived, what fails the run, by severity, by what it means for security."""
        finding = self.finding
        return finding.waived is not None, not self.fails, WEIGHT[finding.severity], -(self.kind.security or 0.0)


def placed_findings(report: Report, checkout: Checkout) -> list[Placed]:
    """All findings in the order of the report."""
    owned = [(finding, bucket) for bucket in report.buckets for finding in bucket.findings]
    return [
        Placed(finding, bucket, region_of(finding.location, checkout), _fails(report, finding, bucket))
        for finding, bucket in (*owned, *((each, None) for each in report.general))
    ]


def _fails(report: Report, finding: Finding, bucket: BucketReport | None) -> bool:
    if finding.waived is None and bucket is not None and CATALOGUE[finding.id].family is Family.DRIFT:
        return bucket.drift
    return report.fails(finding)


def line_of(text: str) -> str:
    """The text in one line that is safe to print, without blanks around it."""
    return printable(text.strip())


def headline(placed: Placed, *, sided: bool = False) -> str:
    """The bucket, with ``sided`` the side of it, and what is found of it, in one line that is safe to print."""
    finding = placed.finding
    told = line_of(finding.message) or placed.kind.title
    if finding.bucket is None:
        return told
    side = f" ({SIDE_WORDS[finding.side]})" if sided and finding.side is not None else ""
    return f"{name_of(finding.bucket, placed.address)}{side}: {told}"


def proof_lines(placed: Placed) -> Iterator[str]:
    """The requests that prove it, each with the answers, in lines that are safe to print."""
    report = placed.report
    if proof := example_words(placed.finding):
        yield f"asked: {proof}"
    elif report is not None and placed.kind.family in (Family.DRIFT, Family.PULL_REQUEST):
        for _, *details in proofs(report):
            yield from (line.strip() for line in details)


def bounded(text: str, limit: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
