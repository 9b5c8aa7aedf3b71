"""What is declared, or what is live: bucket by bucket, with where it was found.

Declared, base, head, live and saved snapshots are this one type, so that anything compares with anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from drift.cors.model import BucketCors, Text
from drift.location import Diagnostic, Location, Severity


class State(StrEnum):
    """What is known of one bucket's CORS configuration."""

    CONFIGURED = "configured"
    """It has rules."""
    ABSENT = "absent"
    """It certainly has none (declared without, or S3 said NoSuchCORSConfiguration)."""
    UNKNOWN = "unknown"
    """The declaration could not be resolved; ``reason`` says why."""
    DENIED = "denied"
    """S3 refused to tell."""
    MISSING = "missing"
    """There is no such bucket."""
    THROTTLED = "throttled"
    """S3 asked to slow down until the attempts were used up."""
    UNSUPPORTED = "unsupported"
    """The store has no CORS configuration to ask for (directory buckets, some S3-compatible servers)."""
    ERROR = "error"
    """Anything else went wrong; ``reason`` has S3's code."""


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where one rule is declared: its block, and its fields (by API name) as far as they can be told apart."""

    location: Location
    fields: tuple[tuple[str, Location], ...] = ()

    def of(self, field_name: str) -> Location:
        """The place of a field, else that of the rule."""
        return dict(self.fields).get(field_name, self.location)


class IdentifiedBy(StrEnum):
    """How it is known which live bucket a declaration means, where the declaration itself does not say."""

    MAP = "map"
    """The settings name it."""
    STATE = "state"
    """A Terraform state or plan that was given holds its name."""
    STACK = "stack"
    """The CloudFormation stack that was named has it under this logical id."""
    TAGS = "tags"
    """It bears the tags that CloudFormation puts on what it makes."""
    CALLER = "caller"
    """The account, region or partition of the credentials completed the name."""
    PATTERN = "pattern"
    """It is the only live bucket whose name fits what is known of the declared name."""


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a bucket was found, and that in words ("stack shop-prod has it as Assets")."""

    by: IdentifiedBy
    says: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """One declaration of one bucket, or what S3 says of it.

    ``cors`` is there exactly when ``state`` is CONFIGURED. ``places`` has one entry for each rule, in the order of the
    rules, or is empty. ``source`` names the parser or fetcher. ``address`` is what the declaration is called where it
    stands (``module.site.aws_s3_bucket_cors_configuration.this[0]``, a logical id). ``account`` is a 12-digit id.

    ``writes_max_age_zero`` says that the tool behind this declaration stores ``MaxAgeSeconds: 0`` where nothing is
    declared, as the Terraform provider and CloudFormation do: then live 0 is what was declared.

    ``says_none`` goes with ABSENT: the declaration states that there are no rules (``cors_rule = []``, an empty list in
    a spec). Without it the declaration is only silent, and another declaration of the same bucket may give the rules.

    ``reason`` says why the state is not known; with ABSENT it says why rules may be declared elsewhere all the same.

    ``bare`` says that these are rules by themselves, of no bucket at all (the AWS CLI's and the console's JSON): they
    are about whatever bucket the user names, or about the only one of the other side.

    ``alternatives`` are all the declarations of which one holds, where the code leaves open which (a condition that is
    not known); each is without alternatives of its own. What else this bucket says is what they have in common.
    ``stack`` names the CloudFormation stack of which ``address`` is a logical id, or a path of them through nested
    stacks.

    ``sensitive`` are the texts and numbers among the rules (or the name) that are compared and never printed, wherever
    they come up.

    ``left_alone`` is where the code says that deploying leaves live rules as they are (Terraform's ``ignore_changes``).

    ``kept`` is where the code says that the bucket stays as it is once it is no longer declared (a template's
    ``DeletionPolicy: Retain``, Terraform's ``removed`` without ``destroy``).

    ``made_by`` is the address of the resource that makes the bucket, where this entry configures one made elsewhere;
    ``generated`` says that the tool makes the name up when it deploys.

    ``identity`` is there where something else than the declaration told which bucket is meant. ``as_of`` is when the
    source last saw what it tells, where that is not the time of asking (AWS Config).
    """

    name: Text
    state: State
    source: str
    address: str | None = None
    cors: BucketCors | None = None
    reason: str | None = None
    location: Location | None = None
    places: tuple[RulePlace, ...] = ()
    account: str | None = None
    region: str | None = None
    writes_max_age_zero: bool = False
    says_none: bool = False
    bare: bool = False
    sensitive: frozenset[str | int] = frozenset()
    alternatives: tuple[Alternative, ...] = ()
    stack: str | None = None
    left_alone: Location | None = None
    kept: Location | None = None
    made_by: str | None = None
    generated: bool = False
    identity: Identity | None = None
    as_of: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if (self.cors is not None) != (self.state is State.CONFIGURED):
            raise ValueError(f"a {self.state} bucket {'without' if self.cors is None else 'with'} rules")
        if self.places and (self.cors is None or len(self.places) != len(self.cors.rules)):
            raise ValueError("places must be as many as the rules")
        if len(self.alternatives) == 1 or any(each.bucket and each.bucket.alternatives for each in self.alternatives):
            raise ValueError("alternatives are two or more, and have none of their own")

    @property
    def comparable(self) -> bool:
        """Whether it says anything that can be held against the other side."""
        return self.state in (State.CONFIGURED, State.ABSENT) or bool(self.alternatives)

    def relocated(self, path: Callable[[str], str]) -> Bucket:
        """The same with every path passed through ``path``."""
        places = tuple(
            RulePlace(_moved(place.location, path), tuple((name, _moved(at, path)) for name, at in place.fields))
            for place in self.places
        )
        location, left_alone, kept = (
            None if each is None else _moved(each, path) for each in (self.location, self.left_alone, self.kept)
        )
        alternatives = tuple(
            replace(each, bucket=None if each.bucket is None else each.bucket.relocated(path))
            for each in self.alternatives
        )
        return replace(
            self, location=location, left_alone=left_alone, kept=kept, places=places, alternatives=alternatives
        )


@dataclass(frozen=True, slots=True)
class Alternative:
    """What is declared in one of the cases that the code leaves open.

    ``when`` says in words what is so in this case ("IsProd is true"); ``bucket`` is what is then declared, None where
    the bucket is then not declared at all. ``advice`` says what would settle which case it is.
    """

    when: str
    bucket: Bucket | None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Buckets from one source at one time, in the order in which they were found, and what is to be said about it.

    ``source`` is the parser's or fetcher's name, or several of them joined by ``+``. ``taken_at`` is in UTC.
    ``sensitive`` are texts and numbers that must not be printed, beside those of the buckets. ``part`` says in words
    what of a fleet it has, where that is not all of it.
    """

    source: str
    buckets: tuple[Bucket, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    taken_at: datetime | None = field(default=None, compare=False)
    sensitive: frozenset[str | int] = frozenset()
    part: str | None = field(default=None, compare=False)

    @property
    def all_sensitive(self) -> frozenset[str | int]:
        """All that must not be printed, its own and that of its buckets."""
        return self.sensitive.union(*(bucket.sensitive for bucket in self.buckets))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that say that input could not be used."""
        return tuple(each for each in self.diagnostics if each.severity is Severity.ERROR)

    def relocated(self, path: Callable[[str], str]) -> Snapshot:
        """The same with every path passed through ``path``."""
        diagnostics = tuple(
            each if each.location is None else replace(each, location=_moved(each.location, path))
            for each in self.diagnostics
        )
        return replace(self, buckets=tuple(bucket.relocated(path) for bucket in self.buckets), diagnostics=diagnostics)


def merged(snapshots: Iterable[Snapshot]) -> Snapshot:
    """All of them as one; two declarations of one bucket stay two."""
    parts = tuple(snapshots)
    taken = [part.taken_at for part in parts if part.taken_at is not None]
    return Snapshot(
        source="+".join(dict.fromkeys(part.source for part in parts if part.source)),
        buckets=tuple(bucket for part in parts for bucket in part.buckets),
        diagnostics=tuple(dict.fromkeys(each for part in parts for each in part.diagnostics)),
        taken_at=max(taken, default=None),
        sensitive=frozenset[str | int]().union(*(part.sensitive for part in parts)),
    )


def _moved(location: Location, path: Callable[[str], str]) -> Location:
    return replace(location, path=path(location.path))
