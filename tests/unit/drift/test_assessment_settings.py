"""What the settings file says of findings: every slip is an error that names its line."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from drift.assessment_settings import MAX_GLOBS, MAX_TABLES, assessment_from
from drift.errors import UsageError
from drift.location import Location, Severity
from drift.settings import AssessmentSettings

DIGEST = "accepted1:" + "0123456789" * 4
WAIVER = f"""\
[[waiver]]
bucket = "assets-*"
finding = "live-wider"
reason = "the CDN needs it"
owner = "web"
expires = 2027-01-31
rules = "{DIGEST}"
"""


def read(text: str) -> AssessmentSettings:
    return assessment_from(tomllib.loads(text), text, Path("cors-drift.toml"))


def refused(text: str) -> tuple[str, int | None, str]:
    with pytest.raises(UsageError) as caught:
        read(text)
    place = caught.value.location
    assert place is not None
    assert place.path == "cors-drift.toml"
    return caught.value.message, place.line, caught.value.advice or ""


def test_a_waiver_is_read_with_the_line_on_which_it_stands() -> None:
    [waiver] = read(f"# why\nstrict = true\n\n{WAIVER}").waivers
    assert (waiver.bucket, waiver.finding, waiver.owner) == ("assets-*", "live-wider", "web")
    assert (waiver.expires, waiver.rules) == (date(2027, 1, 31), (DIGEST,))
    assert waiver.location == Location("cors-drift.toml", 4)


def test_a_day_may_be_text_and_digests_a_list() -> None:
    other = "accepted2:" + "f" * 40
    text = WAIVER.replace("2027-01-31", '"2027-01-31"').replace(f'"{DIGEST}"', f'["{DIGEST}", "{other}", "{DIGEST}"]')
    [waiver] = read(text).waivers
    assert (waiver.expires, waiver.rules) == (date(2027, 1, 31), (DIGEST, other))


def test_the_place_of_a_table_is_not_led_astray_by_texts_comments_and_lists_that_look_like_one() -> None:
    text = (
        'x = """\n[[waiver]]\n"""\ny = \'\'\'\n[[waiver]]\'\'\'\n# [[waiver]]\nz = [\n  ["a"], # ]\n]\n'
        + WAIVER
        + "[[ 'waiver' ]] # second\n"
        + WAIVER.partition("\n")[2]
    )
    assert [waiver.location.line for waiver in read(text).waivers if waiver.location] == [10, 17]


@pytest.mark.parametrize("key", ["bucket", "finding", "reason", "owner", "expires", "rules"])
def test_each_part_of_a_waiver_is_required(key: str) -> None:
    second = "".join(line for line in WAIVER.splitlines(keepends=True) if not line.startswith(key))
    message, line, advice = refused(WAIVER + "\n" + second)
    assert message == f"this [[waiver]] lacks {key}"
    assert line == 9
    assert "cors-drift waive" in advice


def test_which_of_several_findings_a_waiver_is_for_may_be_said() -> None:
    [waiver] = read(WAIVER + 'subject = "nobody may PUT"\n').waivers
    assert waiver.subject == "nobody may PUT"
    assert read(WAIVER).waivers[0].subject == ""
    assert refused(WAIVER + 'subject = " "\n')[:2] == ("subject says nothing", 8)


def test_a_digest_of_rules_alone_which_would_hold_for_any_bucket_is_refused() -> None:
    message, line, advice = refused(WAIVER.replace("accepted1:", "cors1:"))
    assert message.startswith("rules must hold digests, not 'cors1:")
    assert line == 7
    assert "cors-drift waive" in advice


@pytest.mark.parametrize(
    ("table", "advice"),
    [
        (WAIVER.replace("the CDN needs it", " "), "reason is why it is accepted, in words"),
        ('[[ignore]]\nbucket = "x"\nreason = " "\n', "reason is why it is out of scope, in words"),
    ],
)
def test_an_empty_reason_is_told_what_a_reason_is_there(table: str, advice: str) -> None:
    assert refused(table)[2] == advice


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("live-widr", "did you mean live-wider? cors-drift explain live-wider tells what it is"),
        ("dot", "did you mean wildcard-without-dot? cors-drift explain wildcard-without-dot tells what it is"),
    ],
)
def test_a_finding_that_there_is_not_is_told_with_near_ones_and_how_to_read_of_them(word: str, advice: str) -> None:
    assert refused(f'[findings]\n{word} = "off"\n')[2] == advice


def test_where_no_finding_is_near_all_are_named() -> None:
    advice = refused('[findings]\nnonsense = "off"\n')[2]
    assert "live-wider" in advice
    assert "ignore-unused; cors-drift explain ID tells what each is" in advice


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("live-wider", "live-wide", 3, "there is no finding 'live-wide'"),
        ("live-wider", "not-compared", 3, "not-compared cannot be waived"),
        ("live-wider", "waiver-unused", 3, "waiver-unused cannot be waived"),
        ("live-wider", "promise-about-no-bucket", 3, "promise-about-no-bucket cannot be waived"),
        ('"the CDN needs it"', '" \\t"', 4, "reason says nothing"),
        ('"web"', "7", 5, "owner of this [[waiver]] must be who answers for it"),
        ("2027-01-31", '"2027-02-30"', 6, "expires must be a day, not '2027-02-30'"),
        ("2027-01-31", "2027-01-31T00:00:00Z", 6, "expires must be a day"),
        ("2027-01-31", "true", 6, "expires must be a day, not 'True'"),
        (f'"{DIGEST}"', "[]", 7, "rules must be the digests that cors-drift waive writes"),
        (f'"{DIGEST}"', '"accepted1:abc"', 7, "rules must hold digests, not 'accepted1:abc'"),
        ("owner", "owned", 5, "[[waiver]] has no setting 'owned'"),
        ("assets-*", "a*" * 11, 2, "bucket has more than 10 stars"),
        ("assets-*", "a" * 256, 2, "bucket has more than 255 characters"),
    ],
)
def test_a_slip_in_a_waiver_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    message, where, _ = refused(WAIVER.replace(old, new))
    assert words in message
    assert where == line


def test_a_denied_read_is_no_risk_that_can_be_accepted() -> None:
    assert "--allow-incomplete" in refused(WAIVER.replace("live-wider", "not-compared"))[2]


def test_levels_are_severities_or_off() -> None:
    levels = read('[findings]\nlive-wider = "warning"\n"etag-not-exposed" = "off"\n').levels
    assert levels == {"live-wider": Severity.WARNING, "etag-not-exposed": None}


@pytest.mark.parametrize(
    ("text", "line", "words", "advice"),
    [
        ('[findings]\nnull-origin = "off"\nnul-origin = "off"\n', 3, "there is no finding 'nul-origin'", "null-origin"),
        ('[findings]\nnull-origin = "of"\n', 2, "null-origin must be error, warning, info or off", "write"),
        ("[findings]\nnull-origin = false\n", 2, "null-origin must be", "write"),
        ("findings = 3\n", 1, "findings must be a table", "[findings]"),
        ('[waiver]\nbucket = "x"\n', 1, "waiver must be tables", "[[waiver]]"),
        ('ignore = "x"\n', 1, "ignore must be tables", "[[ignore]]"),
        ('[[ignore]]\nbucket = "x"\n', 1, "this [[ignore]] lacks reason", "out of scope"),
        ('[[ignore]]\nbucket = "x"\nreasons = "y"\n', 3, "has no setting 'reasons'", "did you mean reason?"),
        ('[[promise]]\nbucket = "x"\n', 1, "this [[promise]] lacks says", "docs/promises.md"),
        ('[[promise]]\nsays = "nobody may FLY"\n', 2, "", ""),
        ('[[promise]]\nsays = "nobody may PUT"\nbucket = []\n', 3, "bucket must be", ""),
        ('[[promise]]\nsays = "nobody may PUT on bucket x"\nbucket = "y"\n', 3, "names buckets twice", "keep"),
    ],
)
def test_a_slip_elsewhere_is_told_with_its_line(text: str, line: int, words: str, advice: str) -> None:
    message, where, hint = refused(text)
    assert words in message
    assert where == line
    assert advice in hint


def test_promises_and_ignores_are_read() -> None:
    found = read(
        '[[promise]]\nsays = "nobody may DELETE"\nbucket = ["a", "b-*"]\n'
        '[[promise]]\nsays = "nobody gets credentials"\n[[ignore]]\nbucket = "tmp-*"\nreason = "throw-away"\n'
    )
    assert [(each.says, each.buckets) for each in found.promises] == [
        ("nobody may DELETE", ("a", "b-*")),
        ("nobody gets credentials", ()),
    ]
    assert [(each.bucket, each.reason, each.location) for each in found.ignores] == [
        ("tmp-*", "throw-away", Location("cors-drift.toml", 6))
    ]


def test_a_file_without_any_of_it_says_nothing() -> None:
    assert read("strict = true\n").waivers == ()


def test_a_hostile_word_is_cut_short_in_the_message() -> None:
    assert len(refused(f'[findings]\n"{"x" * 100_000}" = "off"\n')[0]) < 200


def test_there_is_an_end_to_how_many_can_be_given() -> None:
    assert "more than the 10,000" in refused(WAIVER * (MAX_TABLES["waiver"] + 1))[0]
    promise = '[[promise]]\nsays = "nobody may PUT"\n'
    assert "more than the 1,000" in refused(promise * (MAX_TABLES["promise"] + 1))[0]
    assert len(read(promise * MAX_TABLES["promise"]).promises) == MAX_TABLES["promise"]
    globs = "".join(f'[[ignore]]\nbucket = "a{n}*"\nreason = "r"\n' for n in range(MAX_GLOBS + 1))
    message, line, advice = refused(globs)
    assert "more than 1,000 different globs" in message
    assert line == 3 * MAX_GLOBS + 2
    assert "names in full" in advice
