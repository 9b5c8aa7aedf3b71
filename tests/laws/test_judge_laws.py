"""Laws of the judgement on one bucket: differ and prover tell one story, and it is S3's."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.compare import compare
from drift.cors.evaluate import evaluate
from drift.cors.model import METHODS, CorsRequest, CorsRule
from drift.cors.verdict import Effect
from drift.report import BucketReport, BucketState
from tests.law_numbers import tries
from tests.rules import bucket, rule_lists, rules_, snapshot, unknown_for

Rules = tuple[CorsRule, ...]

ASKED = ["https://a.example", "https://b.a.example", "https://z.example", "http://c.example", "null"]
NAMED = [(), ("x-a",), ("x-b",), ("x-a", "x-b"), ("content-type",), ("authorization",)]


def judged(declared: Rules, live: Rules, *, ordered: bool = True) -> BucketReport:
    (report,) = compare(snapshot(bucket("b", *declared, ordered=ordered)), snapshot(bucket("b", *live))).buckets
    return report


def seen(rules: Rules, request: CorsRequest) -> tuple[object, ...]:
    """What a browser makes of the answer, but for how long it keeps a preflight."""
    answer = evaluate(rules, request)
    headers = dict(answer.headers)
    exposed = {name.lower() for name in headers.get("Access-Control-Expose-Headers", "").split(", ")} - {"content-type"}
    return (
        answer.allowed,
        headers.get("Access-Control-Allow-Origin"),
        headers.get("Access-Control-Allow-Credentials"),
        None if request.preflight else frozenset(exposed),
    )


near = st.tuples(rule_lists, rule_lists) | st.tuples(rule_lists, rules_).map(
    lambda pair: (pair[0], (*pair[0][:-1], replace(pair[1], allowed_origins=pair[0][-1].allowed_origins)))
)


@settings(max_examples=tries(3))
@given(near)
def test_in_sync_means_that_every_request_is_answered_alike(pair: tuple[Rules, Rules]) -> None:
    declared, live = pair
    report = judged(declared, live)
    if report.state is not BucketState.IN_SYNC:
        return
    for origin, method, headers in itertools.product(ASKED, METHODS, NAMED):
        request = CorsRequest(origin, method, headers)
        assert seen(declared, request) == seen(live, request)
        if not headers:
            actual = replace(request, preflight=False)
            assert seen(declared, actual) == seen(live, actual)


@settings(max_examples=tries(3))
@given(near)
def test_drift_comes_with_a_request_that_shows_it(pair: tuple[Rules, Rules]) -> None:
    declared, live = pair
    report = judged(declared, live)
    if report.state is BucketState.DRIFTED:
        assert report.witnesses
    for witness in report.witnesses:
        ours, theirs = evaluate(declared, witness.request), evaluate(live, witness.request)
        assert (ours.headers, theirs.headers) == (witness.declared.headers, witness.live.headers)
        assert ours.headers != theirs.headers


@settings(max_examples=tries(3))
@given(near, st.booleans())
def test_differ_and_prover_tell_one_story(pair: tuple[Rules, Rules], ordered: bool) -> None:
    report = judged(*pair, ordered=ordered)
    real = [change for change in report.changes if not change.cosmetic]
    if report.effect is Effect.IDENTICAL:
        assert not report.changes
    if report.effect is Effect.COSMETIC:
        assert not real
    if report.state is BucketState.DRIFTED:
        assert real
        assert report.effect not in (Effect.IDENTICAL, Effect.COSMETIC)


@settings(max_examples=tries(2))
@given(rule_lists, st.data())
def test_what_an_unknown_hides_is_never_drift(rules: Rules, draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(rules) - 1))
    origins = rules[index].allowed_origins
    assert isinstance(origins, tuple)
    hidden = draw.draw(st.integers(0, len(origins) - 1))
    value = origins[hidden]
    assert isinstance(value, str)
    unknown = unknown_for(value, draw.draw(st.integers(0, 30)))
    declared = replace(rules[index], allowed_origins=(*origins[:hidden], unknown, *origins[hidden + 1 :]))
    ours = (*rules[:index], declared, *rules[index + 1 :])
    live = tuple(draw.draw(st.permutations(rules)))
    assert judged(ours, rules).state in (BucketState.UNRESOLVED, BucketState.IN_SYNC)
    assert judged(ours, live, ordered=False).state in (BucketState.UNRESOLVED, BucketState.IN_SYNC)
