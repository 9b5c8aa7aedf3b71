"""What holds of every digest by which a waiver accepts a finding."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.accepted import accepted
from drift.catalogue import CATALOGUE, Family
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.finding import Side
from drift.findings import finding
from drift.report import BucketReport, BucketState
from drift.snapshot import Bucket
from drift.waivers import WAIVABLE
from tests.law_numbers import USUAL
from tests.laws.test_digest_laws import Rules, few_rules
from tests.rules import bucket

law = settings(max_examples=USUAL)

HARMLESS = (Effect.IDENTICAL, Effect.COSMETIC)

kinds = st.one_of(
    [st.sampled_from([each.id for each in CATALOGUE.values() if each.family is family]) for family in WAIVABLE]
)
names = st.sampled_from(["assets", "media"])
subjects = st.sampled_from(["", "nobody may PUT", "*"])
Case = tuple[str, Rules | None, Rules, str, Side, str]
"""A bucket's name, its declared and its live rules, and a finding on it: kind, side, subject."""

cases = st.tuples(names, st.none() | few_rules, few_rules, kinds, st.sampled_from(list(Side)), subjects)


@st.composite
def near(draw: st.DrawFn) -> tuple[Case, Case]:
    """Two cases, of which the second differs from the first in few parts, mostly one."""
    one, other = draw(cases), draw(cases)
    parts = draw(st.sets(st.integers(0, len(one) - 1), max_size=2))
    return one, tuple(other[n] if n in parts else one[n] for n in range(len(one)))


def alike(one: Bucket | None, other: Bucket | None) -> bool:
    if one is None or other is None:
        return one is other
    return prove(one.cors, other.cors).effect in HARMLESS


def told(case: Case) -> tuple[BucketReport, set[str]]:
    """The bucket of a case, and what accepts its finding."""
    name, declared, live, kind, side, subject = case
    ours = None if declared is None else bucket(name, *declared)
    report = BucketReport(name, BucketState.DRIFTED, ours, bucket(name, *live))
    about = None if is_difference(case) else side
    return report, set(accepted(report, finding(kind, name, None, None, side=about, subject=subject)) or ())


def is_difference(case: Case) -> bool:
    return CATALOGUE[case[3]].family in (Family.DRIFT, Family.PULL_REQUEST)


@law
@given(near())
def test_what_was_accepted_accepts_only_the_same_finding_on_the_same_bucket_under_rules_that_mean_the_same(
    pair: tuple[Case, Case],
) -> None:
    (before, looked_at), (after, now) = map(told, pair)
    if not now or not now <= looked_at:
        return
    (name, _, _, kind, _, subject), (other, _, _, other_kind, side, other_subject) = pair
    assert (other, other_kind, other_subject) == (name, kind, subject)
    if is_difference(pair[0]):
        assert alike(before.declared, after.declared)
        assert alike(before.live, after.live)
        return
    ours = [each for each in (before.declared, before.live) if each is not None]
    about = [after.declared] * (side is not Side.LIVE) + [after.live] * (side is not Side.DECLARED)
    for rules in about:
        assert rules is None or any(alike(rules, each) for each in ours)


@law
@given(near())
def test_a_finding_stays_accepted_while_only_ids_and_the_order_of_values_change(pair: tuple[Case, Case]) -> None:
    name, declared, live, *what = pair[0]

    def rewritten(rules: Rules) -> Rules:
        return tuple(
            replace(each, id="renamed", allowed_methods=each.allowed_methods[::-1])  # type: ignore[index]
            for each in rules
        )

    same = (name, None if declared is None else rewritten(declared), rewritten(live), *what)
    assert told(same)[1] == told(pair[0])[1]  # type: ignore[arg-type]
    assert told(pair[0])[1] or (declared is None and what[1] is Side.DECLARED)
