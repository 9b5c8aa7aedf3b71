"""Whether files after an edit declare what is wanted, and nothing else otherwise than before."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from drift.claims import speaking
from drift.cors.model import BucketCors, CorsRule, Text, TextList, Unknown
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.diff import ChangeKind, diff_rules, same_meaning
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, State

_LINE = re.compile(r":\d+")


class Key(NamedTuple):
    """What an entry is called: which reading found it, which parser, its address, and which of several so called."""

    reading: int
    source: str
    address: str
    number: int


@dataclass(frozen=True, slots=True)
class Goal:
    """What an entry should come to declare; ``name`` is the bucket that it is about, as its parser has it."""

    name: Text
    cors: BucketCors | None
    zero: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """What all parsers found, by key, with what is to be said of it. Paths are relative to each tree."""

    buckets: Mapping[Key, Bucket]
    faults: Counter[tuple[str, str]]


class Refused(NamedTuple):
    """Why edits do not hold: another entry that would change with them, or nothing but that they do not come out."""

    other: Key | None = None


def keyed(reading: int, buckets: Iterable[Bucket]) -> dict[Key, Bucket]:
    """The entries of one reading by key."""
    found: dict[Key, Bucket] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for bucket in buckets:
        at = "" if bucket.location is None or bucket.address is not None else bucket.location.path
        name = bucket.source, bucket.address or at
        found[Key(reading, *name, seen[name])] = bucket
        seen[name] += 1
    return found


def errors_in(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    """The errors, without the lines that they are at."""
    return Counter(
        (each.id, f"{each.location.path if each.location else ''} {_LINE.sub(':', each.message)}")
        for each in diagnostics
        if each.severity is Severity.ERROR
    )


def refused(
    before: Parsed,
    after: Parsed,
    goals: Mapping[Key, Goal],
    must: Collection[Key],
    last: Parsed,
    exactly: Collection[Key] = (),
) -> Refused | None:
    """Why edits must not be made, None if they hold.

    The entries of ``must`` have to reach their goals. Any other has to mean what it did ``before`` all edits, or to be
    at the goal that it or its bucket has. ``last`` is the state that the edits were made to. Those of ``exactly`` must
    come out with no value twice that was wanted once: edits of several buckets may both have put it in.
    """
    if after.faults - last.faults:
        return Refused()
    new = {key: bucket for key, bucket in after.buckets.items() if key not in before.buckets}
    for key, was in before.buckets.items():
        now = after.buckets.get(key)
        goal = goals.get(key)
        if goal is not None and key in must:
            if not reached(goal, was, now, new.values()):
                return Refused()
            if key in exactly and now is not None and _repeats(now.cors) > _repeats(goal.cors):
                return Refused()
        elif now is None or not _same(was, now):
            own = [goal] if goal is not None else [each for each in goals.values() if _same_bucket(each.name, was.name)]
            if not any(reached(each, was, now, new.values()) for each in own):
                return Refused(key)
    wanted = [goals[key] for key in must]
    if not all(any(_same_text(each.name, bucket.name) for each in wanted) for bucket in new.values()):
        return Refused()
    return None


def reached(goal: Goal, was: Bucket, now: Bucket | None, new: Iterable[Bucket]) -> bool:
    """Whether an entry, or the new ones that say the rules of its bucket in its place, are at the goal."""
    beside = [each for each in new if _same_text(each.name, goal.name)]
    if now is not None and _frame(now) != _frame(was):
        return False
    claims = [*([] if now is None else [now]), *beside]
    if any(each.alternatives for each in claims):
        return False
    if goal.cors is None:
        may_go = bool(claims) or _is_of_cors_alone(was.address)
        return may_go and all(each.state is State.ABSENT for each in claims)
    spoken = speaking(claims) if claims else ()
    return bool(spoken) and all(each.cors is not None and _means(each, goal) for each in spoken)


def _is_of_cors_alone(address: str | None) -> bool:
    """Whether what is called so can be taken out as a whole: by its type it configures CORS, and makes no bucket."""
    words = re.sub(r"\[[^]]*\]", "", address or "").split(".")
    return len(words) > 1 and "cors" in words[-2].lower()


def _means(bucket: Bucket, goal: Goal) -> bool:
    if bucket.cors is None or goal.cors is None:
        return False
    zero = goal.zero or bucket.writes_max_age_zero
    ours, theirs = _settled(bucket.cors), _settled(goal.cors)
    outcome = diff_rules(ours, theirs, zero_is_unset=zero)
    if any(each.kind is not ChangeKind.MOVED for each in outcome.changes):
        return False  # also one that no browser meets: it would be drift of a strict run, and not what was asked for
    if ours != bucket.cors or theirs != goal.cors:
        return not outcome.changes
    return prove(ours, theirs, zero_is_unset=zero).effect in (Effect.IDENTICAL, Effect.COSMETIC)


def _repeats(cors: BucketCors | None) -> int:
    """How many values stand in a list a second time, and how many rules."""
    rules = () if cors is None else cors.rules
    found = len(rules) - len(set(rules))
    for rule in rules:
        for _, value in rule.by_api_name():
            found += len(value) - len(set(value)) if isinstance(value, tuple) else 0
    return found


def _same(one: Bucket, other: Bucket) -> bool:
    """Whether two entries say the same, wherever they stand."""
    if _frame(one) != _frame(other) or one.state is not other.state or _words(one.reason) != _words(other.reason):
        return False
    if len(one.alternatives) != len(other.alternatives):
        return False
    for ours, theirs in zip(one.alternatives, other.alternatives, strict=True):
        if ours.when != theirs.when or (ours.bucket is None) != (theirs.bucket is None):
            return False
        if ours.bucket is not None and theirs.bucket is not None and not _same(ours.bucket, theirs.bucket):
            return False
    if one.cors is None or other.cors is None:
        return one.says_none == other.says_none
    sides = _settled(one.cors), _settled(other.cors)
    return sides[0] == sides[1] or same_meaning(*sides, zero_is_unset=False)


def _frame(bucket: Bucket) -> tuple[object, ...]:
    """All that an edit of rules has to leave as it is."""
    return (
        bucket.source,
        bucket.address,
        _text(bucket.name),
        bucket.account,
        bucket.region,
        bucket.bare,
        bucket.stack,
        bucket.generated,
        bucket.left_alone is None,
    )


def _same_bucket(one: Text, other: Text) -> bool:
    """Whether two entries are surely about one bucket: names that are not known for one reason may well be two."""
    return isinstance(one, str) and one == other


def _same_text(one: Text, other: Text) -> bool:
    return _text(one) == _text(other)


def _text(text: Text | None) -> object:
    return (_words(text.reason), text.prefix, text.suffix) if isinstance(text, Unknown) else text


def _words(reason: str | None) -> str | None:
    """A reason without lines: they move."""
    return None if reason is None else _LINE.sub(":", reason)


def _settled(cors: BucketCors) -> BucketCors:
    """The rules with a text or number of its own for each unknown value: equal ones stay equal, others differ."""
    if next(cors.unknowns(), None) is None:
        return cors
    return replace(cors, rules=tuple(_settled_rule(rule) for rule in cors.rules))


def _settled_rule(rule: CorsRule) -> CorsRule:
    def one(value: Text) -> Text:
        return f"unknown-{_digest(value)}" if isinstance(value, Unknown) else value

    def several(values: TextList) -> TextList:
        if isinstance(values, Unknown):
            return (f"all-unknown-{_digest(values)}",)
        return tuple(map(one, values))

    age = rule.max_age_seconds
    return CorsRule(
        allowed_methods=several(rule.allowed_methods),
        allowed_origins=several(rule.allowed_origins),
        allowed_headers=several(rule.allowed_headers),
        expose_headers=several(rule.expose_headers),
        max_age_seconds=int(_digest(age), 16) if isinstance(age, Unknown) else age,
        id=None if rule.id is None else one(rule.id),
    )


def _digest(unknown: Unknown) -> str:
    text = "\0".join((_words(unknown.reason) or "", unknown.prefix, unknown.suffix))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
