"""A template whose conditions are not known against live: the verdict is what the verdicts of all its cases have in
common. The cases are made by giving the parameters every value that can matter.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.compare import compare
from drift.cors.model import BucketCors, CorsRule
from drift.errors import InputError
from drift.interfaces import Inputs
from drift.judge import Rules
from drift.location import Severity
from drift.report import BucketReport, BucketState
from drift.snapshot import Bucket, Snapshot, State
from parsers.cloudformation import PARSER
from tests.law_numbers import tries

PARAMETERS = {"Env": ("prod", "dev", "other"), "On": ("true", "false")}
CONDITIONS: dict[str, Any] = {
    "IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
    "IsDev": {"Fn::Equals": ["dev", {"Ref": "Env"}]},
    "NotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
    "IsOn": {"Fn::Equals": [{"Ref": "On"}, "true"]},
    "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsOn"}]},
    "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Fn::Not": [{"Condition": "IsOn"}]}]},
    "Neither": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
}
NO_VALUE = {"Ref": "AWS::NoValue"}
NAMES = st.sampled_from(sorted(CONDITIONS))
ORIGINS = ["https://a.example", "https://b.example", {"Fn::Sub": "https://${Env}.example"}]
LIVE_ORIGINS = ["https://a.example", "https://b.example", "https://prod.example", "https://dev.example", "*"]


class OneFile:
    """A tree of one template."""

    def __init__(self, content: str) -> None:
        self.content = content.encode()

    def read(self, path: str) -> bytes:
        if path != "t.json":
            raise InputError("there is no such file")
        return self.content

    def is_file(self, path: str) -> bool:
        return path == "t.json"

    def is_folder(self, path: str) -> bool:
        return not path

    def names(self, folder: str) -> Sequence[str]:
        return ["t.json"]


def chosen(inner: st.SearchStrategy[Any], *, may_vanish: bool) -> st.SearchStrategy[Any]:
    """One of the values, or a choice between two of them, or between one and nothing."""
    arms = st.one_of(inner, st.just(NO_VALUE)) if may_vanish else inner
    return st.one_of(inner, st.builds(lambda name, a, b: {"Fn::If": [name, a, b]}, NAMES, arms, arms))


RULES = st.builds(
    lambda methods, origins, age: (
        {"AllowedMethods": methods, "AllowedOrigins": origins} | ({} if age is None else {"MaxAge": age})
    ),
    chosen(st.sampled_from([["GET"], ["GET", "PUT"]]), may_vanish=False),
    chosen(st.lists(st.sampled_from(ORIGINS), min_size=1, max_size=2, unique_by=json.dumps), may_vanish=False),
    st.none() | chosen(st.sampled_from([60, 600]), may_vanish=True),
)
BLOCKS = chosen(
    st.builds(lambda rules: {"CorsRules": rules}, st.lists(chosen(RULES, may_vanish=True), min_size=1, max_size=2)),
    may_vanish=True,
)


def resource(block: Any, condition: str | None) -> dict[str, Any]:
    properties = {"BucketName": "my-bucket", "CorsConfiguration": block}
    found: dict[str, Any] = {"Type": "AWS::S3::Bucket", "Properties": properties}
    return found if condition is None else found | {"Condition": condition}


def template(resources: Sequence[dict[str, Any]], allowed: bool) -> str:
    parameters = {
        name: {"Type": "String"} | ({"AllowedValues": list(values)} if allowed else {})
        for name, values in PARAMETERS.items()
    }
    by_name = {f"B{index}": each for index, each in enumerate(resources)}
    return json.dumps({"Parameters": parameters, "Conditions": CONDITIONS, "Resources": by_name})


RESOURCES = st.builds(resource, BLOCKS, st.none() | NAMES)
"""Any resource; of several with one name, some may be created together."""


LIVE = st.lists(
    st.builds(
        lambda methods, origins, age: CorsRule(tuple(methods), tuple(origins), max_age_seconds=age),
        st.sampled_from([["GET"], ["GET", "PUT"]]),
        st.lists(st.sampled_from(LIVE_ORIGINS), min_size=1, max_size=2, unique=True),
        st.sampled_from([None, 60, 600]),
    ),
    max_size=2,
)


def live_bucket(rules: Sequence[CorsRule]) -> Bucket:
    if not rules:
        return Bucket("my-bucket", State.ABSENT, "s3")
    return Bucket("my-bucket", State.CONFIGURED, "s3", cors=BucketCors(tuple(rules)))


def parse(text: str, inputs: Inputs) -> Snapshot:
    return PARSER.parse(OneFile(text), ["t.json"], inputs)


def verdict(declared: Snapshot, live: Bucket, rules: Rules) -> BucketReport | None:
    """None where the template does not declare the bucket."""
    report = compare(declared, Snapshot("s3", (live,)), rules)
    assert len(report.buckets) <= 1
    return next(iter(report.buckets), None)


def refused(case: BucketReport | None) -> bool:
    """Whether CloudFormation would refuse the template in this case: one value of a parameter makes it a duplicate."""
    return case is not None and case.reason is not None and "CloudFormation would refuse it" in case.reason


def live_like(declared: Snapshot) -> Bucket | None:
    """Live as one case declares it, so that being in sync is no rare chance."""
    for bucket in declared.buckets:
        if bucket.cors is not None and not list(bucket.cors.unknowns()):
            return live_bucket(bucket.cors.rules)
        if bucket.state is State.ABSENT:
            return live_bucket(())
    return None


@settings(max_examples=tries(1.5), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(RESOURCES, min_size=1, max_size=2),
    st.booleans(),
    LIVE,
    st.none() | st.integers(0, 5),
    st.sampled_from([Severity.ERROR, None]),
)
def test_verdict_with_alternatives_is_what_the_verdicts_of_all_cases_have_in_common(
    resources: list[dict[str, Any]],
    allowed: bool,
    rules: list[CorsRule],
    like: int | None,
    undeclared: Severity | None,
) -> None:
    text = template(resources, allowed)
    settled = [
        parse(text, Inputs(parameters=tuple(zip(PARAMETERS, values, strict=True))))
        for values in itertools.product(*PARAMETERS.values())
    ]
    live = (live_like(settled[like]) if like is not None else None) or live_bucket(rules)
    how = Rules(undeclared=undeclared)
    cases = [verdict(each, live, how) for each in settled]
    whole = verdict(parse(text, Inputs()), live, how)

    # What CloudFormation refuses can never be live: such a case takes no part, as long as there is another.
    possible = [case for case in cases if not refused(case)]
    cases = possible or cases
    declared = [case for case in cases if case is not None]
    if whole is None:
        assert not declared
        return
    if whole.state is BucketState.IN_SYNC:
        assert declared
        assert all(case.state is BucketState.IN_SYNC for case in declared)
    elif whole.drift:
        assert len(declared) == len(cases)
        assert all(case.drift for case in declared)
        assert whole.findings
    elif whole.state is BucketState.UNDECLARED:
        assert all(case.state is BucketState.UNDECLARED for case in declared)
    else:
        assert whole.state is BucketState.UNRESOLVED
        assert whole.reason
        known = all(list(each.buckets) == [] or not open_texts(each) for each in settled)
        alike = {(case is None, case is not None and case.state, case is not None and case.drift) for case in cases}
        # With every value that can be allowed for, nothing is left open that all cases agree on. What hangs on a text
        # made of a parameter (not on a condition) stays open, and so does a template that is refused in some case.
        if allowed and known and len(alike) == 1 and len(resources) == 1 and "${Env}" not in text:
            assert declared
            assert declared[0].state is BucketState.UNRESOLVED


def open_texts(snapshot: Snapshot) -> bool:
    return any(bucket.state is State.UNKNOWN for bucket in snapshot.buckets)


@settings(max_examples=tries(1), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RESOURCES, st.booleans())
def test_what_every_case_declares_is_among_the_alternatives(declared: dict[str, Any], allowed: bool) -> None:
    text = template([declared], allowed)
    open_buckets = parse(text, Inputs()).buckets
    for values in itertools.product(*PARAMETERS.values()):
        settled = parse(text, Inputs(parameters=tuple(zip(PARAMETERS, values, strict=True)))).buckets
        assert len(settled) <= 1
        if not open_buckets:
            assert settled == ()
            continue
        (bucket,) = open_buckets
        mine = settled[0] if settled else None
        options = [each.bucket for each in bucket.alternatives] or [bucket]
        assert any(may_be(option, mine) for option in options)


def may_be(option: Bucket | None, settled: Bucket | None) -> bool:
    """Whether what is perhaps declared may turn out to be what is declared with all values given."""
    if option is None or settled is None:
        return option is settled
    if option.state is State.UNKNOWN:
        return True
    if option.cors is None or settled.cors is None:
        return option.state is settled.state or settled.state is State.UNKNOWN
    if len(option.cors.rules) != len(settled.cors.rules):
        return False
    return all(
        len(a.allowed_origins) == len(b.allowed_origins)
        and a.allowed_methods == b.allowed_methods
        and a.max_age_seconds == b.max_age_seconds
        and all(
            x == y or (not isinstance(x, str) and isinstance(y, str) and x.may_be(y))
            for x, y in zip(a.allowed_origins, b.allowed_origins, strict=True)
        )
        for a, b in zip(option.cors.rules, settled.cors.rules, strict=True)
        if isinstance(a.allowed_origins, tuple) and isinstance(b.allowed_origins, tuple)
    )
