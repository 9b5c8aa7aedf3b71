"""What restoring and undoing come to, bucket by bucket: what all else passes on to one another. Frozen values."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from drift import errors
from drift.cors.model import BucketCors
from drift.cors.verdict import Effect, Witness
from drift.location import Diagnostic, Location
from drift.settings import LiveSettings

Direction = Literal["restore", "undo"]


class Fate(StrEnum):
    """What becomes of one bucket."""

    TO_DO = "to_do"
    """The call is shown; nobody has made it."""
    DONE = "done"
    """It was written, and the wanted rules were read back."""
    ALREADY = "already"
    """Live has the wanted rules."""
    LEFT = "left"
    """No call is offered; the reason says why."""
    UNRESOLVED = "unresolved"
    """No call is offered, since it could not be told what is declared."""
    CHANGED = "changed"
    """Live is not what it was when it was compared: somebody else is at work there. Nothing was written."""
    MISSING = "missing"
    """The bucket is gone. Nothing was written."""
    UNREADABLE = "unreadable"
    """Live could not be read again, so nothing was written."""
    DENIED = "denied"
    """Writing was not allowed."""
    REFUSED = "refused"
    """S3 did not take the rules. Live is as it was."""
    UNCONFIRMED = "unconfirmed"
    """S3 took the rules, and they were not read back within the time, or others were."""
    UNKNOWN = "unknown"
    """S3 did not say what became of the call, and the wanted rules were not read back."""
    NOT_REACHED = "not_reached"
    """The run ended before this bucket's turn. Nothing was written."""


_OPEN = frozenset({Fate.TO_DO, Fate.LEFT, Fate.CHANGED, Fate.MISSING, Fate.DENIED, Fate.REFUSED, Fate.NOT_REACHED})
"""Known, and something is left to do."""
_UNSURE = frozenset({Fate.UNRESOLVED, Fate.UNREADABLE, Fate.UNCONFIRMED, Fate.UNKNOWN})
"""What is live is not known for certain."""
WRITTEN = frozenset({Fate.DONE, Fate.UNCONFIRMED})
"""S3 has taken the rules."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the S3 API: ``parameters`` as the SDK takes them, and as text to be run.

    ``aws_cli`` is for a POSIX shell, ``powershell`` for PowerShell, ``boto3`` is Python. They are None where they would
    show a sensitive value, which then stands in ``parameters`` as an unknown one.
    """

    operation: Literal["PutBucketCors", "DeleteBucketCors"]
    parameters: Mapping[str, Any]
    aws_cli: str | None = None
    powershell: str | None = None
    boto3: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the settings belongs into a call that somebody else is to make. ``region`` is the bucket's if known."""

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None

    @classmethod
    def of(cls, live: LiveSettings) -> Reach:
        """That of a run."""
        return cls(live.endpoint_url, live.region, live.profile)


@dataclass(frozen=True, slots=True)
class Restoring:
    """One bucket. ``before`` are the live rules that were compared, ``after`` those that are to be; None for no rules.

    ``effect`` is that of ``after`` against ``before``: wider says that the call makes it wider. ``says`` are sentences
    for the reader, first those about what browsers can do then, which ``witnesses`` show (``declared`` there stands for
    ``before``, ``live`` for ``after``). ``reason`` says why the fate is what it is.
    """

    name: str
    fate: Fate
    before: BucketCors | None = None
    after: BucketCors | None = None
    account: str | None = None
    region: str | None = None
    address: str | None = None
    location: Location | None = None
    effect: Effect | None = None
    says: tuple[str, ...] = ()
    reason: str | None = None
    calls: tuple[Call, ...] = ()
    sensitive: frozenset[str | int] = frozenset()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Restoration:
    """All buckets of a run, what was written of it, and where the file is that undoes it.

    ``looked_at`` is how many buckets were compared, those that need nothing included. ``stopped`` is the exit code of
    the signal that ended it. ``failed``: some input could not be read.
    """

    direction: Direction
    buckets: tuple[Restoring, ...] = ()
    undo: Path | None = None
    stopped: int | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    sensitive: frozenset[str | int] = frozenset()
    failed: bool = False
    looked_at: int = 0

    @property
    def to_do(self) -> tuple[Restoring, ...]:
        """The buckets whose calls are shown and were not made."""
        return tuple(each for each in self.buckets if each.fate is Fate.TO_DO)

    @property
    def written(self) -> bool:
        """Whether S3 has taken any rules, as far as is known."""
        return any(each.fate in WRITTEN for each in self.buckets)

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many buckets came to what."""
        return Counter(each.fate for each in self.buckets)

    @property
    def all_sensitive(self) -> frozenset[str | int]:
        """All that must not be printed."""
        return self.sensitive.union(*(each.sensitive for each in self.buckets))

    @property
    def verdict(self) -> str:
        """The whole run in one word."""
        return _VERDICTS[self._code]

    @property
    def exit_code(self) -> int:
        """0 nothing is left to do, 1 something is, 2 error, 3 not all is known, 4 nothing to do anything about."""
        return self._code if self.stopped is None else self.stopped

    @property
    def _code(self) -> int:
        fates = {each.fate for each in self.buckets}
        if self.failed:
            return errors.EXIT_ERROR
        if fates & _OPEN:
            return errors.EXIT_DRIFT
        if fates & _UNSURE:
            return errors.EXIT_INCOMPLETE
        return errors.EXIT_OK if self.buckets or self.looked_at else errors.EXIT_NOTHING


_VERDICTS = {
    errors.EXIT_OK: "done",
    errors.EXIT_DRIFT: "to_do",
    errors.EXIT_ERROR: "error",
    errors.EXIT_INCOMPLETE: "incomplete",
    errors.EXIT_NOTHING: "nothing_to_compare",
}


def undo_command(path: Path) -> str:
    """What undoes it, to be run as it stands. What a terminal would act on is not told."""
    text = "".join(each if each.isprintable() else "?" for each in str(path))
    if os.name == "nt":
        quoted = f'"{text}"' if re.search(r"[^A-Za-z0-9_.:\\/-]", text) else text
    else:
        quoted = shlex.quote(text)
    return f"cors-drift fix --undo {quoted}"
