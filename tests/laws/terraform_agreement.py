"""Where the reader and a plan of Terraform differ, and in what way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from drift.cors.model import CorsRule, Text, TextList, Unknown
from drift.location import Severity
from drift.snapshot import Bucket, Snapshot, State
from tests.language.terraform_plan import UNKNOWN
from tests.laws.terraform_judge import Outcome, Row

_LISTS = ("allowed_methods", "allowed_origins", "allowed_headers", "expose_headers")


class Sort(StrEnum):
    """What kind of difference it is."""

    SHORTFALL = "the reader does not know what Terraform knows"
    OVERREACH = "the reader knows what Terraform does not"
    DIFFERENT = "the two come to something else"
    INSTANCES = "the two have other resources"
    UNNOTICED = "Terraform refuses it and the reader says nothing"
    REFUSED = "the reader reports an error and Terraform plans it"


@dataclass(frozen=True)
class Disagreement:
    """One difference: its sort, and where and what."""

    sort: Sort
    what: str

    def __str__(self) -> str:
        return f"{self.sort}: {self.what}"


def disagreements(planned: Outcome, snapshot: Snapshot) -> list[Disagreement]:
    """All differences between what Terraform plans and what the reader found."""
    if planned.error is not None:
        return list(_unnoticed(planned, snapshot))
    if any(_provider_refuses(row) for row in planned.rows):
        return []
    found = [Disagreement(Sort.REFUSED, f"{each.message} ({each.location})") for each in snapshot.errors]
    ours = {str(bucket.address): bucket for bucket in snapshot.buckets}
    rows = {row["address"]: row for row in planned.rows}
    found += [Disagreement(Sort.INSTANCES, f"{each} is not planned") for each in ours if each not in rows]
    if len(ours) < len(snapshot.buckets):
        found.append(Disagreement(Sort.INSTANCES, "one address twice"))
    for address, row in rows.items():
        found += [Disagreement(sort, f"{address}: {what}") for sort, what in _compared(row, ours.get(address))]
    return found


def _unnoticed(planned: Outcome, snapshot: Snapshot) -> Iterator[Disagreement]:
    """Rules that are given as if nothing were wrong, of a resource in which Terraform finds an error."""
    if any(each.severity is not Severity.INFO for each in snapshot.diagnostics):
        return
    for bucket in snapshot.buckets:
        known = bucket.cors is not None and not any(True for _ in bucket.cors.unknowns())
        if known and _plain(str(bucket.address)) == planned.address and not isinstance(bucket.name, Unknown):
            yield Disagreement(Sort.UNNOTICED, f"{bucket.address}: {planned.error}")


def _plain(address: str) -> str:
    """An address without the keys of instances."""
    return re.sub(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]', "", address)


def _provider_refuses(row: Row) -> bool:
    """Whether the real provider would refuse what the stub takes: a required argument or a member of a list is null."""
    rules = row["cors_rule"]
    for rule in rules if isinstance(rules, list) else []:
        for name in _LISTS:
            values = rule[name]
            if values is None and name in _LISTS[:2]:
                return True
            if isinstance(values, list) and None in values:
                return True
    return False


def _compared(row: Row, bucket: Bucket | None) -> Iterator[tuple[Sort, str]]:
    inline = row["type"] == "aws_s3_bucket"
    rules = row["cors_rule"]
    if bucket is None:
        if not inline or rules not in (UNKNOWN, None):
            yield Sort.INSTANCES, "is planned and was not found"
        return
    yield from _text("bucket", row["bucket"], bucket.name)
    if rules in (UNKNOWN, None):
        if bucket.state is State.CONFIGURED:
            yield Sort.OVERREACH, f"rules {bucket.cors}"
    elif not rules:
        if not bucket.says_none:
            yield Sort.SHORTFALL if bucket.state is State.UNKNOWN else Sort.DIFFERENT, f"no rules; {bucket.reason}"
    elif bucket.cors is None:
        yield Sort.SHORTFALL if bucket.state is State.UNKNOWN else Sort.DIFFERENT, f"rules; {bucket.reason}"
    else:
        yield from _rules(rules, bucket, ordered=inline)


def _rules(planned: list[Row], bucket: Bucket, *, ordered: bool) -> Iterator[tuple[Sort, str]]:
    assert bucket.cors is not None
    theirs = [_planned_rule(rule, ordered) for rule in planned]
    mine = [_own_rule(rule, ordered) for rule in bucket.cors.rules]
    if not ordered:
        theirs, mine = [*dict.fromkeys(theirs)], [*dict.fromkeys(mine)]
        common = set(theirs) & set(mine)
        theirs = sorted((each for each in theirs if each not in common), key=repr)
        mine = sorted((each for each in mine if each not in common), key=repr)
    if theirs == mine:
        return
    if len(theirs) == len(mine) == 1 or (ordered and len(theirs) == len(mine)):
        for one, other in zip(theirs, mine, strict=True):
            for name, wanted, got in zip((*_LISTS, "max_age_seconds", "id"), one, other, strict=True):
                if wanted != got:
                    yield _sort(wanted, got), f"{name}: planned {wanted!r}, read {got!r}; {_reasons(bucket)}"
    else:
        yield Sort.DIFFERENT, f"planned {theirs!r}, read {mine!r}; {_reasons(bucket)}"


def _sort(wanted: object, got: object) -> Sort:
    if UNKNOWN in (got if isinstance(got, tuple) else (got,)) and UNKNOWN not in (
        wanted if isinstance(wanted, tuple) else (wanted,)
    ):
        return Sort.SHORTFALL
    if wanted == UNKNOWN or (isinstance(wanted, tuple) and UNKNOWN in wanted):
        return Sort.OVERREACH if got != UNKNOWN else Sort.SHORTFALL
    return Sort.DIFFERENT


def _reasons(bucket: Bucket) -> str:
    assert bucket.cors is not None
    return " | ".join(dict.fromkeys(each.reason for _, _, each in bucket.cors.unknowns()))


def _text(name: str, planned: str | None, own: Text) -> Iterator[tuple[Sort, str]]:
    if planned in (UNKNOWN, None):
        if not isinstance(own, Unknown):
            yield Sort.OVERREACH, f"{name}: read {own!r}"
    elif isinstance(own, Unknown):
        yield Sort.SHORTFALL, f"{name}: planned {planned!r}; {own.reason}"
        if not own.may_be(str(planned)):
            yield Sort.DIFFERENT, f"{name}: planned {planned!r}, read {own!r}"
    elif planned != own:
        yield Sort.DIFFERENT, f"{name}: planned {planned!r}, read {own!r}"


def _planned_rule(rule: Row, ordered: bool) -> tuple[object, ...]:
    age = rule["max_age_seconds"]
    lists = (_planned_list(rule[name], ordered) for name in _LISTS)
    return (*lists, age if age == UNKNOWN else age or 0, rule.get("id") or "")


def _planned_list(values: object, ordered: bool) -> object:
    if values == UNKNOWN:
        return UNKNOWN
    assert isinstance(values, list | None)
    return _normal(tuple(values or ()), ordered)


def _own_rule(rule: CorsRule, ordered: bool) -> tuple[object, ...]:
    age, name = rule.max_age_seconds, rule.id
    lists = (_own_list(getattr(rule, each), ordered) for each in _LISTS)
    return (
        *lists,
        UNKNOWN if isinstance(age, Unknown) else age or 0,
        UNKNOWN if isinstance(name, Unknown) else name or "",
    )


def _own_list(values: TextList, ordered: bool) -> object:
    if isinstance(values, Unknown):
        return UNKNOWN
    return _normal(tuple(UNKNOWN if isinstance(each, Unknown) else each for each in values), ordered)


def _normal(values: tuple[object, ...], ordered: bool) -> tuple[object, ...]:
    """Lists keep each value once, as the reader gives them; sets have no order either."""
    seen: set[object] = set()
    once = tuple(each for each in values if each == UNKNOWN or not (each in seen or seen.add(each)))  # type: ignore[func-returns-value]
    known = [each for each in once if each != UNKNOWN]
    return once if ordered else (*sorted(known, key=repr), *([UNKNOWN] if len(known) < len(once) else []))


def contradictions(settled: Outcome, snapshot: Snapshot) -> Iterator[str]:
    """What cannot come true, once Terraform knows everything, of what the reader leaves open."""
    rows = {row["address"]: row for row in settled.rows}
    for bucket in snapshot.buckets:
        row = rows.get(str(bucket.address))
        if row is None:
            continue
        if not _may_be(bucket.name, row["bucket"]):
            yield f"{bucket.address}: {bucket.name!r} is {row['bucket']!r}"
        rules = [] if row["cors_rule"] in (UNKNOWN, None) else row["cors_rule"]
        mine = () if bucket.cors is None else bucket.cors.rules
        if bucket.state is State.UNKNOWN:
            continue
        for rule in rules:
            if not any(_rule_may_be(each, rule) for each in mine):
                yield f"{bucket.address}: nothing read can be {rule}"
        for each in mine:
            if not any(_rule_may_be(each, rule) for rule in rules):
                yield f"{bucket.address}: {each} is nothing of {rules}"


def _rule_may_be(rule: CorsRule, planned: Row) -> bool:
    lists = ((getattr(rule, name), planned[name] or []) for name in _LISTS)
    age, own_age = planned["max_age_seconds"] or 0, rule.max_age_seconds
    return (
        all(_list_may_be(own, values) for own, values in lists)
        and (isinstance(own_age, Unknown) or (own_age or 0) == age)
        and _may_be(rule.id or "", planned.get("id") or "")
    )


def _list_may_be(own: TextList, planned: list[str]) -> bool:
    if isinstance(own, Unknown):
        return True
    pairs = {(one, other) for one in own for other in planned if _may_be(one, other)}
    return {one for one, _ in pairs} == set(own) and {other for _, other in pairs} == set(planned)


def _may_be(own: Text, planned: str | None) -> bool:
    return own.may_be(str(planned)) if isinstance(own, Unknown) else own == planned
