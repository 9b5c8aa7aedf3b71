"""What is suggested for a pull request keeps every answer that only one of the two sides has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from drift import suggesting
from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors, CorsRequest, CorsRule
from drift.pull_request import Move
from drift.report import BucketReport, BucketState
from drift.snapshot import Bucket
from drift.threeway import three_way
from tests.rules import bucket, rule

ORIGINS = ("https://a.example", "https://b.example", "https://*.example", "*")
ASKED = [
    CorsRequest(origin, method, headers, preflight=bool(headers) or method == "PUT")
    for origin, method, headers in product(
        ("https://a.example", "https://b.example", "https://z.example", "https://other.test"),
        ("GET", "PUT", "HEAD"),
        ((), ("x-a",), ("x-a", "x-b")),
    )
]


def some(*values: str, least: int = 0, most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=least, max_size=most).map(tuple)


RULES = st.builds(
    CorsRule,
    allowed_methods=some("GET", "PUT", "HEAD", least=1),
    allowed_origins=some(*ORIGINS, least=1),
    allowed_headers=some("x-a", "X-B", most=1),
    expose_headers=some("ETag"),
    max_age_seconds=st.sampled_from([None, 60]),
)


@st.composite
def changed(draw: st.DrawFn, rules: Sequence[CorsRule]) -> list[CorsRule]:
    """The rules with one or two changes: a rule comes, goes, moves, or has another value in a field."""
    found = list(rules)
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["add", "drop", "move", "field", "more"])) if found else "add"
        at = draw(st.integers(0, max(len(found) - 1, 0)))
        if kind == "add":
            found.insert(at, draw(RULES))
        elif kind in ("drop", "move"):
            rule = found.pop(at)
            found += [rule] if kind == "move" else []
        else:
            name = draw(st.sampled_from(["allowed_methods", "allowed_origins", "expose_headers", "max_age_seconds"]))
            value = getattr(draw(RULES), name)
            if kind == "more" and isinstance(value, tuple):
                value = tuple(dict.fromkeys((*getattr(found[at], name), *value)))
            found[at] = replace(found[at], **{name: value})
    return found


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[list[CorsRule], list[CorsRule], list[CorsRule]]:
    base = draw(st.lists(RULES, max_size=3))
    return base, draw(changed(base)), draw(changed(base))


def declared(rules: Sequence[CorsRule]) -> Bucket:
    return replace(bucket("b", rule("GET", "*")), cors=BucketCors(tuple(rules))) if rules else bucket("b")


@given(three_sides())
def test_no_answer_that_one_side_alone_has_changed_is_lost(
    sides: tuple[list[CorsRule], list[CorsRule], list[CorsRule]],
) -> None:
    base, head, live = map(declared, sides)
    found = three_way(base, head, live)
    if found.move not in (Move.REVERTS, Move.CONFLICT):
        return
    target = suggesting._target(BucketReport("b", BucketState.DRIFTED, head, live, pull_request=found))
    if target.why is not None:
        return
    merge = () if target.cors is None else target.cors.rules
    assert three_way(base, declared(merge), live).move in (Move.ADOPTS, Move.IN_SYNC)
    for request in ASKED:
        before, ours, theirs, after = (evaluate(rules, request, explain=False).allowed for rules in (*sides, merge))
        assert theirs in (after, before), request
        assert ours in (after, before), request
