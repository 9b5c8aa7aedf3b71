"""A fleet of buckets, each of which is and does what its name and a seed say: the truth that a reader is held against.

Nothing is stored for a bucket, so that a fleet may have a million of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import blake2b

from drift.cors.model import BucketCors, CorsRule
from drift.interfaces import Wanted
from drift.snapshot import State

HOME = "us-east-1"
"""The region that clients ask in by default."""


class Trouble(StrEnum):
    """What is wrong with a bucket's answers."""

    INTERNAL = "500 InternalError"
    UNAVAILABLE = "503 ServiceUnavailable"
    SLOW_DOWN = "503 SlowDown of its own"
    SILENT = "no answer at all"
    SLOW = "an answer that takes long and is good"
    TRUNCATED = "a body shorter than announced"
    CUT_XML = "a document without its end"
    MALFORMED = "no well-formed XML"
    EMPTY = "200 without a body"
    HTML = "200 with a page to sign in"
    RESET = "the connection is reset"
    BROKEN_OFF = "the connection is reset in the middle of the body"
    VANISHED = "404 NoSuchBucket"
    MOVED = "301 that names the region"
    MOVED_BARE = "301 that names no region; HEAD does"
    MOVED_AUTH = "400 AuthorizationHeaderMalformed with the region"
    MOVED_MUTE = "301 that names no region; HEAD does not either"
    DENIED = "403 AccessDenied"
    UNSUPPORTED = "501 NotImplemented"
    DEAD = "its region, which is known, never answers"
    DEAD_MOVED = "its region, which S3 names in a 301, never answers"


MOVED = frozenset(
    {Trouble.MOVED, Trouble.MOVED_BARE, Trouble.MOVED_AUTH, Trouble.MOVED_MUTE, Trouble.DEAD_MOVED},
)
DEAD = frozenset({Trouble.DEAD, Trouble.DEAD_MOVED})
PASSING = frozenset(Trouble) - MOVED - DEAD - {Trouble.DENIED, Trouble.UNSUPPORTED, Trouble.SLOW}
"""What can happen to a bucket once or twice and then no more."""

_THROTTLES = frozenset({Trouble.UNAVAILABLE, Trouble.SLOW_DOWN})
_ONCE = frozenset({Trouble.VANISHED, Trouble.SILENT})
_EXTRA = {Trouble.MOVED: 1, Trouble.MOVED_AUTH: 1, Trouble.MOVED_BARE: 2, Trouble.MOVED_MUTE: 1}
_LASTING = {
    Trouble.VANISHED: State.MISSING,
    Trouble.DENIED: State.DENIED,
    Trouble.UNSUPPORTED: State.UNSUPPORTED,
    Trouble.UNAVAILABLE: State.THROTTLED,
    Trouble.SLOW_DOWN: State.THROTTLED,
}


@dataclass(frozen=True, slots=True)
class Nature:
    """One bucket. ``policy`` numbers its rules, None for none. ``times``: its first answers that are troubled, where
    the trouble passes; None where it does not.
    """

    name: str
    account: str
    region: str
    policy: int | None
    trouble: Trouble | None = None
    times: int | None = 0

    @property
    def region_is_told(self) -> bool:
        """Whether ListBuckets says where it is."""
        return self.trouble not in MOVED

    @property
    def state(self) -> State:
        """What a careful reader ends with."""
        if self.times is None and self.trouble is not None:
            return _LASTING.get(self.trouble, State.ERROR)
        return State.ABSENT if self.policy is None else State.CONFIGURED

    @property
    def cors(self) -> BucketCors | None:
        """Its rules, if the state is CONFIGURED."""
        return rules_of(self.policy) if self.policy is not None and self.state is State.CONFIGURED else None

    @property
    def needed(self) -> int:
        """The requests that it takes to learn this: see ``Fleet.needed``."""
        if self.trouble in DEAD:
            return 0
        if self.trouble is Trouble.VANISHED:
            return 2
        extra = _EXTRA.get(self.trouble, 0) if self.trouble else 0
        if self.times is None:
            return 1 + extra + (self.trouble in PASSING)
        return 1 + extra + self.times


@dataclass(frozen=True)
class Fleet:
    """``count`` buckets. ``passing`` and ``lasting`` say how many of a thousand have which trouble, at least one of
    each; exactly so many have it, and which ones is drawn by the seed.

    ``accounts`` share the buckets. ``policies`` is how many different rule sets there are.
    """

    count: int
    seed: int = 1
    passing: Mapping[Trouble, float] = field(default_factory=dict)
    lasting: Mapping[Trouble, float] = field(default_factory=dict)
    regions: tuple[str, ...] = (HOME, "eu-west-1", "ap-southeast-2")
    dead_region: str = "sa-east-1"
    accounts: tuple[str, ...] = ("111122223333",)
    policies: int = 24

    def name(self, index: int) -> str:
        """The name of a bucket by its place in the listing."""
        return f"fleet-{self.seed}-{index:07d}"

    def index(self, name: str) -> int | None:
        """The place of a bucket in the listing; None if there is no such bucket."""
        head, _, number = name.rpartition("-")
        if head != f"fleet-{self.seed}" or len(number) != 7 or not number.isascii() or not number.isdigit():
            return None
        return int(number) if int(number) < self.count else None

    def nature(self, index: int) -> Nature:
        """What the bucket is and does."""
        name = self.name(index)
        dice = _dice(self.seed, name)
        trouble, lasts = self._trouble(index)
        regions = self.regions[1:] if trouble in MOVED else self.regions
        return Nature(
            name=name,
            account=self.accounts[dice % len(self.accounts)],
            region=self.dead_region if trouble in DEAD else regions[(dice >> 8) % len(regions)],
            policy=(dice >> 20) % self.policies if (dice >> 16) % 5 < 3 else None,
            trouble=trouble,
            times=_times(trouble, lasts, dice >> 50),
        )

    def natures(self) -> Iterator[Nature]:
        """All of them, in the order of the listing."""
        return (self.nature(index) for index in range(self.count))

    def wanted(self) -> Iterator[Wanted]:
        """All buckets as a listing gives them."""
        return (Wanted(each.name, region=each.region if each.region_is_told else None) for each in self.natures())

    def needed(self) -> int:
        """How many requests it takes to learn the truth about all buckets: one for each, and

        - one more for every answer that its passing trouble spoils, since only asking again brings a good one;
        - one more where S3 names another region in its answer, two where it must be asked for by HEAD first;
        - one more where S3 says that there is no such bucket, which under load has been seen to be wrong;
        - one more where a fault lasts that could pass: that it lasts shows only in asking again. A reader that asks
          a third time pays for it out of what is allowed over the needed ones;
        - none at all for buckets of a region that never answers: nothing can be learnt there.

        Refusals for want of pace, requests with an expired token and the attempts at a dead region are not needed:
        how few of them there are is what makes a reader polite.
        """
        return sum(each.needed for each in self.natures())

    @cached_property
    def _quotas(self) -> tuple[tuple[int, Trouble, bool], ...]:
        """Where each trouble ends in the order in which they are dealt out."""
        ends, end = [], 0
        for lasts, shares in ((False, self.passing), (True, self.lasting)):
            for trouble, share in shares.items():
                end += max(1, round(share * self.count / 1000))
                ends.append((end, trouble, lasts))
        if end > self.count:
            raise ValueError(f"{end} troubles for {self.count} buckets")
        return tuple(ends)

    @cached_property
    def _step(self) -> int:
        """Coprime to the count, so that steps of this size reach every place once."""
        step = 2 * (_dice(self.seed, "step") % max(1, self.count)) + 1
        while math.gcd(step, self.count) != 1:
            step += 2
        return step

    def _trouble(self, index: int) -> tuple[Trouble | None, bool]:
        place = (index * self._step + self.seed) % self.count
        for end, trouble, lasts in self._quotas:
            if place < end:
                return trouble, lasts
        return None, False


def _times(trouble: Trouble | None, lasts: bool, dice: int) -> int | None:
    if trouble is None:
        return 0
    if lasts or trouble in DEAD or trouble is Trouble.MOVED_MUTE:
        return None
    if trouble not in PASSING:
        return 0
    return 1 if trouble in _ONCE else 1 + dice % (3 if trouble in _THROTTLES else 2)


def _dice(seed: int, text: str) -> int:
    """60 bits that hang on nothing but these two."""
    return int.from_bytes(blake2b(f"{seed}:{text}".encode(), digest_size=8).digest()) >> 4


@lru_cache(maxsize=4096)
def rules_of(policy: int) -> BucketCors:
    """A rule set by its number: one to three rules, of the kinds that fleets have."""
    site = f"https://app{policy}.example.com"
    rules = (
        CorsRule(("GET", "HEAD"), (site, f"https://*.preview{policy}.example.com"), ("*",), ("ETag",), 3000, "site"),
        CorsRule(("PUT", "POST"), (site,), ("content-type", "x-amz-*"), ("ETag", "x-amz-version-id"), 600),
        CorsRule(("GET",), ("*",)),
        CorsRule(("DELETE",), (f"https://admin{policy}.example.com",), (), (), 0),
    )
    return BucketCors(rules[policy % 2 : policy % 2 + 1 + policy % 3])


@lru_cache(maxsize=4096)
def document_of(policy: int) -> bytes:
    """The same as S3 sends it."""
    rules = rules_of(policy).rules
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        + "".join(f"<CORSRule>{_fields(rule)}</CORSRule>" for rule in rules)
        + "</CORSConfiguration>"
    ).encode()


def _fields(rule: CorsRule) -> str:
    lists = (
        ("AllowedHeader", rule.allowed_headers),
        ("AllowedMethod", rule.allowed_methods),
        ("AllowedOrigin", rule.allowed_origins),
        ("ExposeHeader", rule.expose_headers),
    )
    fields = [f"<{tag}>{value}</{tag}>" for tag, values in lists if isinstance(values, tuple) for value in values]
    if rule.id is not None:
        fields.append(f"<ID>{rule.id}</ID>")
    if rule.max_age_seconds is not None:
        fields.append(f"<MaxAgeSeconds>{rule.max_age_seconds}</MaxAgeSeconds>")
    return "".join(fields)
