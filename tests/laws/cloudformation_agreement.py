"""Where the reader and a judge of CloudFormation templates differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.cors.model import CorsRule, Seconds, Text, TextList, Unknown
from drift.snapshot import Bucket, Snapshot, State

_FIELDS = {
    "AllowedMethods": "allowed_methods",
    "AllowedOrigins": "allowed_origins",
    "AllowedHeaders": "allowed_headers",
    "ExposedHeaders": "expose_headers",
}


@dataclass(frozen=True)
class Declared:
    """What a judge says of a bucket: its rules, none at all, or that CloudFormation would refuse it."""

    rules: tuple[CorsRule, ...]
    refused: bool = False
    name: str | None = None


def declared(properties: Mapping[str, Any]) -> Declared:
    """What resolved properties of an ``AWS::S3::Bucket`` declare."""
    written = properties.get("CorsConfiguration", {}).get("CorsRules", [])
    return from_rules(tuple(_rule(each) for each in written), properties.get("BucketName"))


def from_rules(rules: tuple[CorsRule, ...], name: str | None = None) -> Declared:
    """What rules declare; CloudFormation refuses them where one of their lists holds one thing twice."""
    lists: list[Sequence[object]] = [rules]
    lists += [getattr(rule, name) for rule in rules for name in _FIELDS.values()]
    return Declared(rules, any(len(set(each)) < len(each) for each in lists), name)


def _rule(written: Mapping[str, Any]) -> CorsRule:
    lists = {ours: tuple(map(_text, written.get(name, ()))) for name, ours in _FIELDS.items()}
    age, identifier = written.get("MaxAge"), written.get("Id")
    return CorsRule(
        **lists,
        max_age_seconds=None if age is None else int(age),
        id=None if identifier is None else _text(identifier),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def disagreements(judged: Mapping[str, Declared], snapshot: Snapshot) -> list[str]:
    """Every difference, in words; none where the reader says of each bucket what the judge says, and nothing less."""
    found = [f"error: {each.message}" for each in snapshot.errors]
    ours = {str(bucket.address): bucket for bucket in snapshot.buckets}
    found += [f"{address}: declared, and not created" for address in ours if address not in judged]
    for address, theirs in judged.items():
        bucket = ours.get(address)
        if bucket is None:
            found.append(f"{address}: created, and not declared")
            continue
        found += [f"{address}: {what}" for what in _different(theirs, bucket)]
    return found


def _different(theirs: Declared, bucket: Bucket) -> Iterator[str]:
    if bucket.alternatives:
        yield f"{len(bucket.alternatives)} alternatives where all is given"
    if theirs.refused:
        if bucket.state is not State.UNKNOWN or "would refuse" not in str(bucket.reason):
            yield f"CloudFormation refuses it, and it is {bucket.state}"
        return
    rules = bucket.cors.rules if bucket.cors is not None else ()
    if bucket.state is not (State.CONFIGURED if theirs.rules else State.ABSENT):
        yield f"{bucket.state} ({bucket.reason}), and it has {len(theirs.rules)} rules"
    elif rules != theirs.rules:
        yield f"{rules}\n    and the judge says\n    {theirs.rules}"
    if theirs.name is not None and bucket.name != theirs.name:
        yield f"named {bucket.name!r}, and the judge says {theirs.name!r}"


def contradictions(judged: Mapping[str, Declared], snapshot: Snapshot) -> list[str]:
    """What the reader rules out although it is so. It may know less than the judge; it must know nothing else."""
    found = [f"error: {each.message}" for each in snapshot.errors]
    ours = {str(bucket.address): bucket for bucket in snapshot.buckets}
    for address in {**ours, **judged}:
        theirs, bucket = judged.get(address), ours.get(address)
        if bucket is None:
            found.append(f"{address}: ruled out, and created")
            continue
        cases = [each.bucket for each in bucket.alternatives] if bucket.alternatives else [bucket]
        if bucket.alternatives and theirs is not None:
            found += [f"{address}: what all cases have in common is not so"] * (not admits(bucket, theirs))
        if not any(theirs is None if case is None else _is_or_may_be(case, theirs) for case in cases):
            found.append(f"{address}: none of {len(cases)} cases is what is so: {theirs}\n    {cases}")
    return found


def _is_or_may_be(case: Bucket, theirs: Declared | None) -> bool:
    if theirs is None:
        return case.state is State.UNKNOWN
    return admits(case, theirs)


def admits(bucket: Bucket, theirs: Declared) -> bool:
    """Whether a bucket may be what the judge says."""
    if theirs.name is not None and not _text_admits(bucket.name, theirs.name):
        return False
    if bucket.state is State.UNKNOWN or theirs.refused:
        return True
    if bucket.state is State.ABSENT:
        return not theirs.rules
    rules = bucket.cors.rules if bucket.cors is not None else ()
    return len(rules) == len(theirs.rules) and all(map(_rule_admits, rules, theirs.rules))


def _rule_admits(ours: CorsRule, theirs: CorsRule) -> bool:
    lists = all(_list_admits(getattr(ours, name), getattr(theirs, name)) for name in _FIELDS.values())
    return lists and _age_admits(ours.max_age_seconds, theirs.max_age_seconds) and _id_admits(ours.id, theirs.id)


def _list_admits(ours: TextList, theirs: TextList) -> bool:
    if isinstance(ours, Unknown) or isinstance(theirs, Unknown):
        return True
    return len(ours) == len(theirs) and all(map(_text_admits, ours, theirs))


def _text_admits(ours: Text, theirs: Text) -> bool:
    return ours.may_be(str(theirs)) if isinstance(ours, Unknown) else ours == theirs


def _age_admits(ours: Seconds, theirs: Seconds) -> bool:
    return isinstance(ours, Unknown) or ours == theirs


def _id_admits(ours: Text | None, theirs: Text | None) -> bool:
    if isinstance(ours, Unknown):
        return theirs is None or ours.may_be(str(theirs))
    return ours == theirs
