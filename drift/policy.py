"""What is risky or without effect in the rules of a bucket, whatever was declared, on the declared and live side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from drift.cors.model import BucketCors
from drift.cors.within import ORDER_MATTERS
from drift.diff import same_meaning
from drift.finding import Finding, Side
from drift.findings import finding
from drift.location import Location
from drift.policy_claims import claims_on
from drift.policy_environment import production
from drift.policy_risk import Risk
from drift.policy_rules import LOCALHOST, NOT_CACHED, risks
from drift.policy_validity import RULES_OVERLAP, notes, refusals
from drift.report import BucketReport
from drift.snapshot import Bucket

Key = tuple[str, str]
"""Kind and subject: what one finding of a bucket is."""


def policy_findings(report: BucketReport) -> tuple[Finding, ...]:
    """What is to be said of the declared and the live rules by themselves, each thing once.

    A risk of both sides is one finding at the place where it is declared; one of the live side alone stands at the
    bucket's declaration, if it has one. What S3 refuses is told of declared rules, unless live has just these. Where
    the code leaves open which rules it declares, a finding of some cases alone says in which.
    """
    told = {each.id for each in report.findings}
    declared = _declared(report)
    live = _live(report, declared)
    found = [each for each in claims_on(report) if each.id not in told]
    for key, (risk, place, case) in declared.items():
        if risk.id == ORDER_MATTERS and ORDER_MATTERS in told:
            continue
        if key in live and case is None:
            heavier = live[key] if _outweighs(live[key], risk) else risk
            found.append(_finding(report, heavier, place, Side.BOTH, case))
        else:
            found.append(_finding(report, risk, place, Side.DECLARED, case))
    at = report.declared.location if report.declared is not None else None
    for key, risk in live.items():
        if key not in declared or declared[key][2] is not None:
            found.append(_finding(report, risk, at, Side.LIVE, None))
    return tuple(found)


def _finding(report: BucketReport, risk: Risk, place: Location | None, side: Side, case: str | None) -> Finding:
    message = risk.message if case is None else f"{risk.message} (if {case})"
    return finding(
        risk.id,
        report.name,
        message,
        place,
        risk.severity,
        side=side,
        subject=risk.subject,
        example=risk.example,
    )


def _declared(report: BucketReport) -> Mapping[Key, tuple[Risk, Location | None, str | None]]:
    """The risks of what is declared, each with its place and, where it is not one of every case, the case.

    Of several declarations each may be the one that is deployed last, so all are judged.
    """
    found: dict[Key, tuple[Risk, Location | None, str | None]] = {}
    for each in (report.declared, *report.also_declared):
        for key, told in _of_claim(each, report).items() if each is not None else ():
            known = found.get(key)
            if known is None or (known[2] is not None and told[2] is None) or _outweighs(told[0], known[0]):
                found[key] = told
    return found


def _of_claim(declared: Bucket, report: BucketReport) -> Mapping[Key, tuple[Risk, Location | None, str | None]]:
    if not declared.alternatives:
        return {
            key: (risk, _place(declared, risk), None) for key, risk in _by_key(_of_declared(declared, report)).items()
        }
    cases = [
        (each.when, _by_key(_of_declared(each.bucket, report)), each.bucket)
        for each in declared.alternatives
        if each.bucket is not None
    ]
    found: dict[Key, tuple[Risk, Location | None, str | None]] = {}
    for when, own, bucket in cases:
        for key, risk in own.items():
            if key not in found or _outweighs(risk, found[key][0]):
                always = all(key in others for _, others, _ in cases)
                found[key] = risk, _place(bucket, risk), None if always else when
    return found


def _of_declared(bucket: Bucket, report: BucketReport) -> Iterator[Risk]:
    if bucket.cors is None:
        return
    refused = refusals(bucket.cors)
    if refused and not _taken_by_s3(bucket, report.live):
        yield from refused
    yield from _of_rules(bucket.cors, (bucket, report.declared))


def _live(report: BucketReport, declared: Collection[Key]) -> Mapping[Key, Risk]:
    live = report.live
    if live is None or live.cors is None:
        return {}
    found = _by_key(_of_rules(live.cors, (live, report.declared)))
    unordered = any(kind == ORDER_MATTERS for kind, _ in declared)
    folded = set()
    for key, risk in found.items():
        if risk.id == NOT_CACHED and _is_zero(live.cors, risk) and key not in declared and not _zero_is_meant(report):
            folded.add(key)
        if risk.id == RULES_OVERLAP and unordered:
            folded.add(key)  # told already, of the order that nobody controls
    return {key: risk for key, risk in found.items() if key not in folded}


def _is_zero(cors: BucketCors, risk: Risk) -> bool:
    return risk.rule is not None and cors.rules[risk.rule].max_age_seconds == 0


def _of_rules(cors: BucketCors, holders: Iterable[Bucket | None]) -> Iterator[Risk]:
    for risk in (*risks(cors), *notes(cors)):
        if risk.id != LOCALHOST:
            yield risk
            continue
        says = next((found for each in holders if each is not None and (found := production(each))), None)
        if says is not None:
            yield replace(risk, message=f"{risk.message}, and {says} says that this is production")


def _zero_is_meant(report: BucketReport) -> bool:
    """Whether a live MaxAgeSeconds of 0 is what somebody wrote, and not what a tool stores for none."""
    declared = report.declared
    return declared is not None and declared.cors is not None and not declared.writes_max_age_zero


def _taken_by_s3(declared: Bucket, live: Bucket | None) -> bool:
    """Whether S3 has just these rules, so that it evidently did not refuse them."""
    if declared.cors is None or live is None or live.cors is None:
        return False
    return same_meaning(declared.cors, live.cors, zero_is_unset=declared.writes_max_age_zero)


def _place(bucket: Bucket, risk: Risk) -> Location | None:
    if risk.rule is None or not bucket.places:
        return bucket.location
    return bucket.places[risk.rule].of(risk.field or "")


def _by_key(risks: Iterable[Risk]) -> dict[Key, Risk]:
    """The risks by what they are, the heaviest of each: the first of those that weigh alike."""
    found: dict[Key, Risk] = {}
    for risk in risks:
        key = risk.id, risk.subject
        if key not in found or _outweighs(risk, found[key]):
            found[key] = risk
    return found


def _outweighs(risk: Risk, other: Risk) -> bool:
    """Whether it has the weight of the catalogue, and the other of its kind was made less."""
    return risk.severity is None and other.severity is not None
