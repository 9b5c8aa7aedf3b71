"""What is sensitive leaves the program in no form: whatever the rules, on either side, in every format."""

from __future__ import annotations

import io
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from drift.compare import Rules, compare
from drift.cors.model import CorsRule
from drift.documents import report_to_json, snapshot_from_json, snapshot_to_json
from drift.documents.answers import simulation_to_json
from drift.redaction import redacted
from drift.report import BucketState, Report
from drift.reporters import answers, listing, terminal
from drift.simulate import Asked, answer_all
from drift.snapshot import Alternative, Bucket, State
from tests.rules import EXPOSED, HEADERS, ORIGINS, bucket, rule, rules_, snapshot

TOKEN = "Zq7kHush9"
"""The secret that code has put into values by a template."""

DECLARED_ORIGINS = [
    f"https://{TOKEN}.example.com",
    f"https://*.{TOKEN}.example.com",
    f"https://a-{TOKEN}-b.example:8443",
    f"https://{TOKEN}*",
    f"http://x.example/{TOKEN}",
    f"https://*.{TOKEN}",
]
LIVE_ORIGINS = [
    *DECLARED_ORIGINS,
    f"https://www.{TOKEN}.example.com",
    f"http://{TOKEN}.other.example",
    f"https://{TOKEN.lower()}.example.com:444",
    f"https://*{TOKEN}*"[:-1],
]
SECRET_HEADERS = [f"x-{TOKEN}", f"X-{TOKEN}-*", TOKEN]


def _lists(values: list[str], least: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3).map(tuple)


def _rules(origins: list[str]) -> st.SearchStrategy[CorsRule]:
    return st.builds(
        CorsRule,
        allowed_methods=_lists(["GET", "PUT", "HEAD"], 1),
        allowed_origins=_lists([*ORIGINS, *origins], 1),
        allowed_headers=_lists([*HEADERS, *SECRET_HEADERS], 0),
        expose_headers=_lists([*EXPOSED, *SECRET_HEADERS], 0),
        max_age_seconds=st.sampled_from([None, 0, 5, 86399]),
        id=st.sampled_from([None, "one", TOKEN, f"rule {TOKEN} of us"]),
    )


declared_rules = st.lists(_rules(DECLARED_ORIGINS), min_size=1, max_size=2).map(tuple)
live_rules = st.lists(_rules(LIVE_ORIGINS), min_size=1, max_size=2).map(tuple)
names = st.sampled_from(["b", f"b-{TOKEN.lower()}"])


def marked(name: str, rules: tuple[CorsRule, ...], *, ordered: bool = True) -> Bucket:
    """The bucket with everything marked that holds the secret; one mark is there always."""
    texts = {TOKEN, name} if TOKEN.lower() in name else {TOKEN}
    for each in rules:
        for _, value in each.by_api_name():
            texts |= {part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, str)}
    secret = frozenset({text for text in texts if TOKEN.lower() in text.lower()})
    return bucket(name, *rules, ordered=ordered, sensitive=secret | {86399})


def outputs(report: Report) -> str:
    stream = io.StringIO()
    terminal.write_report(report, stream)
    return stream.getvalue() + json.dumps(report_to_json(report)) + repr(report)


def hidden_in(text: str) -> bool:
    return TOKEN.lower() not in text.lower()


@given(names, declared_rules, live_rules, st.booleans(), st.booleans())
def test_no_report_tells_a_sensitive_text(
    name: str, ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...], ordered: bool, strict: bool
) -> None:
    declared = snapshot(marked(name, ours, ordered=ordered), bucket("other", rule()))
    live = snapshot(bucket(name, *theirs), bucket("other", rule("PUT")))
    report = compare(declared, live, Rules(strict=strict))

    shown = redacted(report)

    assert hidden_in(outputs(shown))
    assert [each.state for each in shown.buckets] == [each.state for each in report.buckets]
    assert shown.summary == report.summary


@given(names, declared_rules)
def test_no_snapshot_tells_a_sensitive_text_and_none_becomes_drift_when_it_is_read_back(
    name: str, rules: tuple[CorsRule, ...]
) -> None:
    declared = snapshot(marked(name, rules))
    shown = redacted(declared)
    stream = io.StringIO()
    listing.write_snapshot(shown, stream)
    document = json.dumps(snapshot_to_json(shown))

    assert hidden_in(stream.getvalue() + document + repr(shown))

    back = snapshot_from_json(document.encode(), "saved.json")
    (compared,) = compare(back, snapshot(bucket(name, *rules))).buckets
    assert compared.state in (BucketState.UNRESOLVED, BucketState.IN_SYNC)
    if compared.state is BucketState.IN_SYNC:  # then no hidden value can matter
        assert compare(declared, snapshot(bucket(name, *rules))).buckets[0].state is BucketState.IN_SYNC


@given(names, declared_rules, st.sampled_from(["https://a.example", "https://x.example"]), st.booleans())
def test_no_answer_tells_a_sensitive_text(name: str, rules: tuple[CorsRule, ...], origin: str, browser: bool) -> None:
    asked = Asked(origin, "GET", ("x-a",), browser=browser)
    shown = redacted(answer_all(snapshot(marked(name, rules)), asked))
    stream = io.StringIO()
    answers.write_text(shown, stream)

    assert hidden_in(stream.getvalue() + json.dumps(simulation_to_json(shown)) + repr(shown))


@given(declared_rules, declared_rules, live_rules)
def test_alternatives_of_which_one_is_declared_tell_nothing_sensitive(
    ours: tuple[CorsRule, ...], others: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    one, two = marked("b", ours), marked("b", others)
    cases = tuple(Alternative(f"it is {TOKEN}", each, f"say that it is {TOKEN}") for each in (one, two, None))
    both = one.sensitive | two.sensitive
    declared = snapshot(Bucket("b", State.UNKNOWN, "test", reason=TOKEN, alternatives=cases, sensitive=both))

    stream = io.StringIO()
    listing.write_snapshot(redacted(declared), stream)
    shown = stream.getvalue() + json.dumps(snapshot_to_json(redacted(declared))) + repr(redacted(declared))

    assert hidden_in(shown)
    assert hidden_in(outputs(redacted(compare(declared, snapshot(bucket("b", *theirs))))))


def test_marks_of_a_declaration_that_is_only_silent_are_not_lost() -> None:
    """The name is marked at the bucket itself, which says nothing of rules; its configuration has the name in clear."""
    name = f"b-{TOKEN.lower()}"
    declared = snapshot(bucket(name, sensitive=frozenset({name})), bucket(name, rule()))

    report = redacted(compare(declared, snapshot(bucket(name, rule("PUT")))))

    assert hidden_in(outputs(report))


@given(rules_, rules_)
def test_where_nothing_is_sensitive_nothing_is_touched(ours: CorsRule, theirs: CorsRule) -> None:
    report = compare(snapshot(bucket("b", ours)), snapshot(bucket("b", theirs)))

    assert redacted(report) is report


@given(declared_rules, live_rules)
def test_hiding_twice_hides_no_more(ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]) -> None:
    once: Report = redacted(compare(snapshot(marked("b", ours)), snapshot(bucket("b", *theirs))))

    assert redacted(once) == once


@given(declared_rules, live_rules, rules_, rules_)
def test_other_buckets_are_shown_as_they_are(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...], declared: CorsRule, live: CorsRule
) -> None:
    alone = compare(snapshot(bucket("other", declared)), snapshot(bucket("other", live)))
    beside = compare(
        snapshot(marked("b", ours), bucket("other", declared)),
        snapshot(bucket("b", *theirs), bucket("other", live)),
    )

    assert redacted(beside).buckets[1] == alone.buckets[0]


def test_only_the_output_calls_reporters() -> None:
    """So none can be written that shows what it should not."""
    package = Path(__file__).parents[2] / "drift"
    callers = {
        path.name
        for path in package.rglob("*.py")
        if path.parent.name != "reporters" and any(f"reporters.{kind}" in path.read_text() for kind in _REPORTERS)
    }
    assert callers <= {"output.py"}


_REPORTERS = ("terminal", "json", "answers")
