"""A bucket's timeline: order, what each write changed, and whether the last of them is what is live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.verdict import Effect
from drift.documents.history import timeline_to_json
from drift.history import MAX_COMPARISONS, Agreement, Call, Change, CorsEvent, Rules, Timeline, plain, timeline
from drift.reporters.history import MAX_LINE, MAX_STEPS, history_lines, who_words
from tests.cli.conftest import schema
from tests.rules import rule

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NARROW = BucketCors((rule("GET", "https://a.example"),))
WIDE = BucketCors((rule("GET", "https://a.example https://b.example"),))
REPEATED = BucketCors((rule("GET GET", "https://a.example"),))
SPLIT = BucketCors((rule("GET", "https://a.example"), rule("GET", "https://a.example", id="again")))


def event(minute: int, wrote: Rules, **more: Any) -> CorsEvent:
    call = Call.DELETE if wrote is None else Call.PUT
    fields: dict[str, Any] = {
        "bucket": "b",
        "call": call,
        "when": NOON + timedelta(minutes=minute),
        "event_id": f"id-{minute}",
    }
    return CorsEvent(**fields | {"wrote": wrote} | more)


def effects(found: Timeline) -> list[Effect | None]:
    return [step.effect for step in found.steps]


def test_events_stand_in_the_order_of_their_time_with_what_each_changed() -> None:
    found = timeline("b", [event(3, WIDE), event(1, NARROW), event(2, None)], WIDE)
    assert [step.change for step in found.steps] == [Change.FIRST, Change.CHANGED, Change.CHANGED]
    assert effects(found) == [None, Effect.NARROWER, Effect.WIDER]


def test_of_events_at_the_same_second_the_later_given_is_the_later_one() -> None:
    found = timeline("b", [event(1, None, event_id="x"), event(1, NARROW, event_id="y")], NARROW)
    assert [step.event.event_id for step in found.steps] == ["x", "y"]
    assert found.live is Agreement.SAME


def test_the_same_event_from_several_trails_counts_once() -> None:
    found = timeline("b", [event(1, NARROW, region="eu-west-1"), event(1, NARROW, region="us-east-1")], NARROW)
    assert len(found.steps) == 1


def test_events_without_an_id_are_all_kept() -> None:
    assert len(timeline("b", [event(1, NARROW, event_id=None), event(2, WIDE, event_id=None)], WIDE).steps) == 2


def test_events_of_other_buckets_are_left_out() -> None:
    assert timeline("b", [event(1, NARROW, bucket="c")], NARROW).live is Agreement.NO_EVENT


def test_a_write_of_what_was_there_changed_nothing_and_is_not_the_author() -> None:
    found = timeline("b", [event(1, NARROW), event(2, WIDE), event(3, WIDE), event(4, WIDE)], WIDE)
    assert [step.change for step in found.steps][2:] == [Change.NOTHING, Change.NOTHING]
    assert found.author is not None
    assert found.author.event_id == "id-2"


def test_another_writing_of_the_same_meaning_is_cosmetic_or_nothing() -> None:
    found = timeline("b", [event(1, NARROW), event(2, REPEATED), event(3, SPLIT)], SPLIT)
    assert effects(found)[1:] == [Effect.IDENTICAL, Effect.COSMETIC]
    assert [step.change for step in found.steps][1:] == [Change.NOTHING, Change.CHANGED]


def test_failed_attempts_change_nothing_and_are_counted() -> None:
    found = timeline("b", [event(1, NARROW), event(2, WIDE, error="AccessDenied"), event(3, NARROW)], NARROW)
    assert found.failed == 1
    assert [step.change for step in found.steps] == [Change.FIRST, Change.NOTHING]


def test_after_a_write_whose_rules_are_not_shown_nothing_is_compared() -> None:
    hidden = Unknown("not shown")
    found = timeline("b", [event(1, NARROW), event(2, hidden), event(3, WIDE)], WIDE)
    assert [step.change for step in found.steps] == [Change.FIRST, Change.UNKNOWN, Change.FIRST]
    assert effects(found) == [None, None, None]


@pytest.mark.parametrize(
    ("last", "live", "agreement"),
    [
        (NARROW, NARROW, Agreement.SAME),
        (NARROW, REPEATED, Agreement.SAME),
        (None, None, Agreement.SAME),
        (NARROW, WIDE, Agreement.DIFFERENT),
        (NARROW, None, Agreement.DIFFERENT),
        (None, NARROW, Agreement.DIFFERENT),
        (Unknown("x"), NARROW, Agreement.UNKNOWN),
        (NARROW, Unknown("x"), Agreement.UNKNOWN),
        (BucketCors((CorsRule(("GET",), (Unknown("x"),)),)), NARROW, Agreement.UNKNOWN),
    ],
)
def test_the_last_write_is_held_against_what_is_live(last: Rules, live: Rules, agreement: Agreement) -> None:
    found = timeline("b", [event(1, last)], live)
    assert found.live is agreement
    assert (found.author is not None) == (agreement is Agreement.SAME)


def test_age_zero_and_unset_are_the_same_where_the_live_side_cannot_tell_them_apart() -> None:
    unset, zero = (BucketCors((rule("GET", "*", max_age_seconds=age),)) for age in (None, 0))
    assert timeline("b", [event(1, unset)], zero).live is Agreement.DIFFERENT
    assert timeline("b", [event(1, unset)], zero, zero_is_unset=True).live is Agreement.SAME


def test_two_tools_that_undo_one_another_are_compared_once() -> None:
    fight = [event(minute, (NARROW, WIDE)[minute % 2]) for minute in range(2000)]
    found = timeline("b", fight, WIDE)
    assert effects(found)[1:] == [Effect.WIDER, Effect.NARROWER] * 999 + [Effect.WIDER]


def test_more_different_states_than_are_compared_leave_the_effect_open() -> None:
    many = [event(n, BucketCors((rule("GET", f"https://a{n}.example"),))) for n in range(MAX_COMPARISONS + 3)]
    assert effects(timeline("b", many, None))[-2:] == [Effect.UNDECIDED, Effect.UNDECIDED]


def test_an_event_without_a_time_stands_first() -> None:
    found = timeline("b", [event(1, NARROW), event(2, WIDE, when=None)], NARROW)
    assert [step.event.event_id for step in found.steps] == ["id-2", "id-1"]


@pytest.mark.parametrize("value", [None, 7, "", "\x1b", "\n\n", ["x"]])
def test_what_holds_no_text_is_none(value: object) -> None:
    assert plain(value) is None


def test_text_is_cut_and_made_printable() -> None:
    assert plain("a\x1b[31mb\u202e") == "a [31mb"
    assert plain("x" * 301) == "x" * 300 + "…"


FULL = timeline(
    "b",
    [
        event(1, NARROW, who="arn:aws:iam::111111111111:user/team/alice", kind="IAMUser", source_ip="203.0.113.9"),
        event(2, WIDE, who="arn:aws:sts::111111111111:assumed-role/deploy/build-17", tool="Terraform 1.9.5"),
        event(3, WIDE, who="AWSService", invoked_by="cloudformation.amazonaws.com"),
        event(4, NARROW, error="AccessDenied"),
        event(5, None, kind="Root", account="111111111111"),
        event(6, Unknown("CloudTrail does not show the rules of this request")),
    ],
    WIDE,
    since=NOON - timedelta(days=90),
)


def test_a_history_is_told_newest_first_in_words() -> None:
    assert list(history_lines(FULL)) == [
        "changes of the rules in CloudTrail since 2026-08-22, the newest first:",
        "  2026-11-20 12:06:00Z  somebody unknown: wrote rules",
        "      CloudTrail does not show the rules of this request",
        "  2026-11-20 12:05:00Z  the root user of 111111111111: deleted the rules",
        "  2026-11-20 12:02:00Z  role deploy (session build-17) with Terraform 1.9.5: let browsers do more than before",
        "      1. GET from https://a.example, https://b.example",
        "  2026-11-20 12:01:00Z  alice from 203.0.113.9: wrote rules; what stood before is not recorded",
        "      1. GET from https://a.example",
        "  1 write left the rules as they were.",
        "  Whether the last of them is what is live cannot be told. 1 attempt was refused.",
    ]


def test_nothing_found_and_nothing_asked_are_told_apart() -> None:
    assert list(history_lines(Timeline("b", since=NOON))) == [
        "CloudTrail has no change of these rules since 2026-11-20."
    ]
    unasked = list(history_lines(Timeline("b", unclear="denied")))
    assert unasked == ["CloudTrail could not be asked who changed the rules: denied"]


def test_a_last_write_that_is_not_live_is_said_so() -> None:
    found = timeline("b", [event(1, NARROW)], WIDE)
    assert "not what the last of them wrote" in list(history_lines(found))[-1]


def test_long_histories_and_long_rules_are_cut() -> None:
    rules = BucketCors(tuple(rule("GET", f"https://{'a' * 3000}.example", id=str(n)) for n in range(50)))
    found = timeline("b", [event(n, (rules, None)[n % 2]) for n in range(60)], None)
    lines = list(history_lines(found))
    assert max(map(len, lines)) <= MAX_LINE
    assert len(lines) < MAX_STEPS * 8
    assert "  and 48 more before" in lines


def test_lines_are_safe_to_print_whatever_an_event_holds() -> None:
    evil = "\x1b[2J\r\n::error::\u202e"
    rules = BucketCors((rule("GET", evil, id=evil),))
    texts = dict.fromkeys(("who", "tool", "source_ip", "invoked_by", "account"), evil)
    found = timeline("b", [event(1, rules, **texts), event(2, Unknown(evil))], rules, unclear=evil)
    lines = list(history_lines(found))
    assert all(line.isprintable() and not line.startswith("::") for line in lines)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("arn:aws:sts::1:assumed-role/deploy/i-0abc", "role deploy (session i-0abc)"),
        ("arn:aws-cn:iam::1:user/alice", "alice"),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
        (None, "somebody unknown"),
    ],
)
def test_who_it_was_is_told_shortly(who: str | None, words: str) -> None:
    assert who_words(event(1, NARROW, who=who)) == words


def test_a_history_in_a_report_fits_its_schema() -> None:
    document = timeline_to_json(FULL)
    whole = schema("report")
    assert isinstance(whole.schema, dict)
    whole.evolve(schema={"$ref": "#/$defs/history", "$defs": whole.schema["$defs"]}).validate(document)
    assert document["live"] == "unknown"
    assert document["author"] is None
    assert document["failed_attempts"] == 1
    events = document["events"]
    assert isinstance(events, list)
    last = events[-1]
    assert isinstance(last, dict)
    assert last["wrote"] == {
        "unknown": "CloudTrail does not show the rules of this request",
        "prefix": "",
        "suffix": "",
    }
    second = events[1]
    assert isinstance(second, dict)
    assert (second["change"], second["effect"], second["time"]) == ("changed", "wider", "2026-11-20T12:02:00Z")
    assert second["wrote"] == [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", "https://b.example"]}
    ]
