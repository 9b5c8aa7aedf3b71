"""What is found of a bucket or of the run: something to act on, and what became of the promises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from drift.catalogue import CATALOGUE, Family
from drift.cors.model import CorsAnswer, CorsRequest, Text, Unknown
from drift.location import Location, Severity


class Side(StrEnum):
    """Which rules a finding is about. ``BOTH``: the declared and the live ones alike."""

    DECLARED = "declared"
    LIVE = "live"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Example:
    """A request, and what S3 answers to it under the rules that the finding is about."""

    request: CorsRequest
    answer: CorsAnswer


@dataclass(frozen=True, slots=True)
class Waived:
    """Why a finding is accepted for now, by whom, and the last day on which it is. ``location``: the waiver itself."""

    reason: str
    owner: str
    expires: date
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to act on. ``id`` is a key of the catalogue; ``bucket`` is None if it is about the run.

    ``subject`` tells findings of one kind on one bucket apart, and stays the same where lines move: the value, the
    promise. ``side`` is None where the finding is about the difference of the two, or about none. ``example`` is a
    request that proves it, where one can. ``waived`` is there where the settings accept it.
    """

    id: str
    severity: Severity
    bucket: Text | None
    message: str
    location: Location | None
    help: str
    side: Side | None = None
    subject: str = ""
    example: Example | None = None
    waived: Waived | None = None

    @property
    def judged(self) -> bool:
        """Whether it fails a run by its severity: a finding of policy, promise or waiver."""
        return CATALOGUE[self.id].family in (Family.POLICY, Family.PROMISE, Family.WAIVER)

    @property
    def blames(self) -> bool:
        """Whether a pull request fails for it, whatever level fails a run otherwise."""
        told = CATALOGUE[self.id].family is Family.PULL_REQUEST
        return told and self.severity is Severity.ERROR and self.waived is None

    def fingerprint(self, address: str | None = None) -> str:
        """32 hex digits that are the same from run to run, wherever in a file the thing stands.

        ``address`` is what a bucket without a known name is called; names of buckets are unique as they are. What is so
        of the live rules alone is another thing than what the code declares.
        """
        name = (address or "") if isinstance(self.bucket, Unknown) else self.bucket or ""
        side = "live" if self.side is Side.LIVE else ""
        text = "\0".join(part.replace("\0", "") for part in (name, self.id, side, self.subject))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """What became of one promise. The counts are of sides of buckets: declared and live rules count each by itself.

    ``says`` is the promise as it was written, ``buckets`` the globs of the buckets that it is about; none means all.
    What broke it, and what leaves it open, are findings with the same ``subject``.
    """

    says: str
    kept: int
    broken: int
    undecided: int
    location: Location | None = None
    buckets: tuple[str, ...] = ()
    subject: str = field(default="", compare=False)
