"""What a pull request does to the rules of one bucket: who moved, and what deploying it will do to live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.verdict import Effect
from drift.snapshot import Bucket


class Move(StrEnum):
    """Who moved: base is what the target branch declares, head what it will declare with the pull request, live what
    S3 has. Every bucket ends in exactly one; all is decided by what the rules mean, never by how they are written.
    """

    IN_SYNC = "in_sync"
    """Head is live, and so is base, as far as it is known."""
    UNCHANGED = "unchanged"
    """Head is base. Said only where live was not to be read."""
    CHANGES = "changes"
    """Live is base, and head differs: what a pull request is for."""
    NEW = "new"
    """Base declares no rules, live has none (or there is no bucket yet), and head declares some."""
    REMOVAL = "removal"
    """Live is base, and head declares no rules: the live ones will go."""
    STAYS = "drift_stays"
    """Live differs, and head is base: drift that was there before, which the pull request does not touch."""
    REPAIRS = "repairs"
    """Live differs, and head takes it at least a part of the way: it takes over some of what is live and changes
    nothing else, where deploying base would have put back the rest, or it puts rules there where none are live."""
    ADOPTS = "adopts"
    """Live differs from base, and head has all that was changed live; it may change more beside it."""
    REVERTS = "reverts"
    """Live differs from base, and deploying head undoes it: head changes something else and has none of it, or
    deploying base would have left it as it is."""
    CONFLICT = "conflict"
    """Base, head and live all differ, and head and live have both changed what the other one changed."""
    UNDECIDED = "undecided"
    """A side is not known, or not well enough."""


@dataclass(frozen=True, slots=True)
class ThreeAnswers:
    """A request and the answer of each side. ``live`` is None where it was not read."""

    request: CorsRequest
    base: CorsAnswer
    head: CorsAnswer
    live: CorsAnswer | None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One bucket on a pull request.

    ``says`` is one sentence: who moved, and what deploying head will do. ``reason``: of an undecided one, what it hangs
    on. ``witness`` shows what the verdict is about. ``head_moved`` and ``live_moved`` are the effect of each against
    base, ``deploying`` that of head against live; None where one of the two is not known. ``base`` is what the target
    branch declares, None where it does not name the bucket. ``beside`` shows what deploying changes beside what was
    adopted.
    """

    move: Move
    says: str
    base: Bucket | None = None
    reason: str | None = None
    witness: ThreeAnswers | None = None
    head_moved: Effect | None = None
    live_moved: Effect | None = None
    deploying: Effect | None = None
    beside: ThreeAnswers | None = None

    @property
    def settled(self) -> bool:
        """Whether deploying changes nothing for a browser."""
        return self.deploying in (Effect.IDENTICAL, Effect.COSMETIC)


@dataclass(frozen=True, slots=True)
class BaseSource:
    """What base is: ``given`` as the user wrote it. ``commit`` is that of the target branch and ``fork`` where head
    left it, if that is another one; both None where base is a folder or a file.
    """

    given: str
    commit: str | None = None
    fork: str | None = None
