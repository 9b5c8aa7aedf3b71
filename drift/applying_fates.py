"""What became of a bucket, from what is known of its call and what was read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from drift.cors.model import BucketCors
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.restoring_values import Fate, Restoration, Restoring
from drift.snapshot import Bucket, State


class Sent(Enum):
    """What is known of the calls that were made for a bucket so far."""

    NOTHING = "nothing"
    """None was made, or S3 said of each that it was not carried out."""
    LOST = "lost"
    """One may have been carried out."""
    TAKEN = "taken"
    """S3 said that it was carried out."""


def after_look(bucket: Restoring, found: Bucket, sent: Sent = Sent.NOTHING) -> Restoring:
    """The bucket after a look at what it has: TO_DO if that is exactly what was compared, else what is then known."""
    unsent = sent is Sent.NOTHING
    if found.state is State.MISSING:
        told = found.reason or "there is no such bucket"
        return replace(bucket, fate=Fate.MISSING if unsent else Fate.UNKNOWN, reason=told)
    if found.state not in (State.CONFIGURED, State.ABSENT):
        told = f"it could not be read again: {found.reason or found.state.value}"
        return replace(bucket, fate=Fate.UNREADABLE if unsent else Fate.UNKNOWN, reason=told)
    if found.cors == bucket.before and found.cors != bucket.after:
        return replace(bucket, region=found.region or bucket.region)
    if same_rules(found.cors, bucket.after):
        return replace(bucket, fate=Fate.ALREADY if unsent else Fate.DONE, reason=None)
    if unsent:
        told = "live rules have changed since they were compared, and were left alone"
        return replace(bucket, fate=Fate.CHANGED, reason=told)
    told = "S3 did not say what became of the call, and now there are other rules than the old or the wanted ones"
    return replace(bucket, fate=Fate.UNKNOWN, reason=told)


def read_back(bucket: Restoring, found: Bucket) -> Restoring:
    """The bucket after a look at what it has once S3 has taken the rules."""
    known = found.state in (State.CONFIGURED, State.ABSENT)
    if known and found.cors != bucket.before and same_rules(found.cors, bucket.after):
        return replace(bucket, fate=Fate.DONE, reason=None)
    if not known:
        told = f"S3 took the rules, and they could not be read back: {found.reason or found.state.value}"
    elif found.cors == bucket.before:
        told = "S3 took the rules, and still shows the old ones"
    else:
        told = "S3 took the rules, and shows others than the old or the wanted ones: somebody else may have written too"
    return replace(bucket, fate=Fate.UNCONFIRMED, reason=told)


def lost_sight(bucket: Restoring, sent: Sent, why: str = "the run was ended") -> Restoring:
    """The bucket where nothing more can be read or written."""
    if sent is Sent.NOTHING:
        return not_reached(bucket, why)
    if sent is Sent.TAKEN:
        told = f"S3 took the rules; {why} before they were read back"
        return replace(bucket, fate=Fate.UNCONFIRMED, reason=told)
    told = f"S3 did not say what became of the call; {why} before the rules were read back"
    return replace(bucket, fate=Fate.UNKNOWN, reason=told)


def given_up(bucket: Restoring, sent: Sent, attempts: int, why: str) -> Restoring:
    """The bucket after so many attempts; ``why`` is what was said of the last one."""
    if sent is Sent.NOTHING:
        return replace(bucket, fate=Fate.REFUSED, reason=f"not written in {attempts} attempts: {why}")
    return replace(bucket, fate=Fate.UNKNOWN, reason=f"S3 did not say what became of {attempts} attempts: {why}")


def not_reached(bucket: Restoring, why: str | None = None) -> Restoring:
    """A bucket to which nothing was written, since the run ended before."""
    told = f"the run ended before its turn{': ' + why if why else ''}; nothing was written to it"
    return replace(bucket, fate=Fate.NOT_REACHED, reason=told)


IN_VAIN = 5
"""After so many buckets in a row with which nothing could be done, nothing more is tried: it is not their fault."""

_VAIN = frozenset({Fate.REFUSED, Fate.UNREADABLE, Fate.UNKNOWN})


def in_vain(done: Sequence[Restoring]) -> bool:
    """Whether it is of no use to go on. A bucket that may not be written says nothing of the next one."""
    return len(done) >= IN_VAIN and all(each.fate in _VAIN for each in done[-IN_VAIN:])


def with_fates(plan: Restoration, done: Sequence[Restoring]) -> Restoration:
    """The plan with what became of the buckets that were to be written."""
    by_name = {each.name: each for each in done}
    buckets = tuple(by_name.get(each.name, each) if each.fate is Fate.TO_DO else each for each in plan.buckets)
    return replace(plan, buckets=buckets)


def same_rules(found: BucketCors | None, wanted: BucketCors | None) -> bool:
    """Whether every browser is answered alike; some servers store rules in other words than they were given."""
    if found is None or wanted is None or found.rules == wanted.rules:
        return found is wanted or (found is not None and wanted is not None and found.rules == wanted.rules)
    return prove(wanted, found).effect in (Effect.IDENTICAL, Effect.COSMETIC)
