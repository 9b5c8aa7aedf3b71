"""Several entries for one bucket: they are one, if they agree; never merged in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from drift.cors.model import Text, Unknown
from drift.diff import same_meaning
from drift.snapshot import Bucket, State


def by_bucket(buckets: Iterable[Bucket]) -> Iterator[list[Bucket]]:
    """The entries of each bucket, in order; those without a known name each by itself."""
    groups: dict[tuple[Text, int], list[Bucket]] = {}
    for index, bucket in enumerate(buckets):
        alone = index if isinstance(bucket.name, Unknown) else -1
        groups.setdefault((bucket.name, alone), []).append(bucket)
    return iter(groups.values())


def speaking(claims: Sequence[Bucket]) -> Sequence[Bucket]:
    """The entries without those that are only silent about rules which another one gives, whatever is left open."""
    found = [claim for claim in claims if claim.state is not State.ABSENT or claim.says_none]
    if found and all(claim.alternatives for claim in found):
        return claims
    return found or claims[:1]


def agree(one: Bucket, other: Bucket) -> bool:
    """Whether two entries certainly say the same."""
    if one.alternatives or other.alternatives:
        return False
    if one.cors is None or other.cors is None:
        return one.state is other.state is State.ABSENT
    zero = one.writes_max_age_zero or other.writes_max_age_zero
    return same_meaning(one.cors, other.cors, zero_is_unset=zero)


def places_of(claims: Iterable[Bucket]) -> str:
    """Where each of the entries stands, in words."""
    return ", ".join(
        " at ".join(str(part) for part in (claim.address or claim.source, claim.location) if part) for claim in claims
    )


def settled(buckets: Iterable[Bucket]) -> dict[str, Bucket]:
    """One entry for each named bucket. Entries that do not agree leave it UNKNOWN, with the places of both."""
    found: dict[str, Bucket] = {}
    for claims in by_bucket(buckets):
        first, *others = speaking(claims)
        if isinstance(first.name, Unknown):
            continue
        if all(agree(first, other) for other in others):
            found[first.name] = first
        else:
            reason = f"this side has several entries for the bucket, which do not agree: {places_of((first, *others))}"
            found[first.name] = Bucket(first.name, State.UNKNOWN, first.source, reason=reason, location=first.location)
    return found
