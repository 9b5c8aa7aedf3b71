"""What it is that a waiver accepts: a digest of one finding on one bucket under the rules that it is about.

The bucket's name is part of it. The worst rules, and none, are alike on all buckets; what was accepted on one that
somebody looked at says nothing of the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from drift.catalogue import CATALOGUE, Family
from drift.cors.digest import digest
from drift.cors.model import CorsRule, Unknown
from drift.finding import Finding, Side
from drift.report import BucketReport
from drift.snapshot import Bucket, State

VERSION = "accepted1"
"""Changes with what goes into a digest, that of the rules (``drift.cors.digest.VERSION``) included: digests of two
versions are never equal."""


def accepted(report: BucketReport, finding: Finding) -> Mapping[str, Side] | None:
    """The digests of the finding on the bucket, all of which a waiver must hold, and the side that each is about.

    A difference is about both sides, and has one digest: the code that is made stricter and not deployed makes another
    difference of the same live rules. So has what a pull request does: what deploying it replaces, by what. Any other
    finding has one for each list of rules that it is about: the declared ones, in each case that the code leaves open,
    the live ones, or both.

    None where the bucket's name or some value of these rules is not known, or there are none: that cannot be accepted.
    Of a difference that is certain whatever the declared rules turn out to be, only the live ones must be known.
    """
    if not isinstance(report.name, str):
        return None
    zero = any(each is not None and each.writes_max_age_zero for each in (report.declared, report.live))
    about = (report.name, finding.id, finding.subject)
    family = CATALOGUE[finding.id].family
    if family in (Family.DRIFT, Family.PULL_REQUEST):
        there = _replaced(report, zero) if family is Family.PULL_REQUEST else _of(report.live, zero)
        if there is None:
            return None
        declared = sorted({_known_of(each, zero) for each in _declared(report)})
        return {_hashed(*about, there, *declared): Side.BOTH if declared else Side.LIVE}
    found: dict[str, Side] = {}
    for side, bucket in _sides(report, finding):
        rules = _rules(bucket, zero)
        if rules is None:
            return None
        told = _hashed(*about, rules)
        found[told] = side if found.get(told, side) is side else Side.BOTH
    return found or None


def _sides(report: BucketReport, finding: Finding) -> Iterator[tuple[Side, Bucket]]:
    """The rules that a finding is about that is none of drift; where it is of no side, all there are."""
    live = report.live if finding.side is not Side.DECLARED else None
    if live is not None and (finding.side is not None or _is_read(live)):
        yield Side.LIVE, live
    if finding.side is not Side.LIVE:
        yield from ((Side.DECLARED, each) for each in _declared(report) if each is not None)


def _declared(report: BucketReport) -> Iterator[Bucket | None]:
    """All that may be declared: by each of several declarations, and in each case; None is not declared at all."""
    for claim in (report.declared, *report.also_declared):
        if claim is not None and claim.alternatives:
            yield from (case.bucket for case in claim.alternatives)
        elif claim is not None:
            yield claim


def _replaced(report: BucketReport, zero: bool) -> str | None:
    """The rules that deploying a pull request replaces: the live ones, or where live was not to be read those of the
    target branch. A bucket that is not there has none.
    """
    base = report.pull_request.base if report.pull_request is not None else None
    there = report.live or base
    return "" if there is None or there.state is State.MISSING else _rules(there, zero)


def _of(bucket: Bucket | None, zero: bool) -> str | None:
    return None if bucket is None else _rules(bucket, zero)


def _rules(bucket: Bucket, zero: bool) -> str | None:
    return digest(bucket.cors, zero_is_unset=zero) if _is_read(bucket) else None


def _known_of(bucket: Bucket | None, zero: bool) -> str:
    """A digest of what is known of declared rules: any change of that changes it."""
    if bucket is None:
        return ""
    rules = bucket.cors.rules if bucket.cors is not None else ()
    return _rules(bucket, zero) or _hashed(bucket.state, *(part for rule in rules for part in _parts(rule)))


def _parts(rule: CorsRule) -> Iterator[str]:
    for name, value in rule.by_api_name():
        if name != "ID":
            listed = value if isinstance(value, tuple) else (value,)
            yield name
            yield from (f"{each.prefix}?{each.suffix}" if isinstance(each, Unknown) else f"={each}" for each in listed)


def _is_read(bucket: Bucket) -> bool:
    return bucket.state in (State.CONFIGURED, State.ABSENT)


def _hashed(*parts: str) -> str:
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return f"{VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
