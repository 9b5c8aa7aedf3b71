"""A waiver in the settings file: all that the user wrote stays, and what is written reads back as it was meant."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.assessment_settings import assessment_from
from drift.errors import UsageError
from drift.location import Location
from drift.settings import Waiver
from drift.waiver_days import last_day
from drift.waiving import found_file, table_of, with_waiver

DIGEST, OTHER = "accepted1:" + "a" * 40, "accepted1:" + "b" * 40
PATH = Path("cors-drift.toml")
TODAY = date(2026, 11, 22)

FILE = """\
# ours
undeclared = "warning"   # for now

[[waiver]] # the CDN
# it is being moved
bucket = "assets"
finding = "live-wider" # accepted by the board
reason = 'old'
owner = "web"  # the team
expires = "2026-01-01"
rules = [
    "%s", # one
]

[findings]
null-origin = "off"      # we know

[[waiver]]
bucket = "other"
finding = "live-wider"
reason = '''
[[waiver]]
'''
owner = "web"
expires = 2026-01-01
rules = "%s"
# the end""".replace("%s", DIGEST)  # fmt: skip


def waiver(**more: object) -> Waiver:
    given: dict[str, object] = {
        "bucket": "assets",
        "finding": "live-wider",
        "reason": "why",
        "owner": "me",
        "expires": date(2027, 1, 31),
        "rules": (OTHER,),
    }
    return Waiver(**given | more)  # type: ignore[arg-type]


def read(text: str) -> list[Waiver]:
    return list(assessment_from(tomllib.loads(text), text, PATH).waivers)


def test_a_new_waiver_is_put_behind_all_that_is_there() -> None:
    edited = with_waiver(FILE, waiver(bucket="new"), PATH)
    assert edited.text == FILE + "\n\n" + table_of(waiver(bucket="new"))
    assert edited.text.split("\n")[edited.line - 1] == "[[waiver]]"
    assert (edited.line, edited.renewed) == (29, False)


def test_a_new_file_holds_the_waiver_alone() -> None:
    edited = with_waiver("", waiver(), PATH)
    assert (edited.text, edited.line) == (table_of(waiver()), 1)


def test_a_waiver_of_the_same_is_renewed_where_it_stands_and_comments_stay() -> None:
    edited = with_waiver(FILE, waiver(), PATH)
    assert (edited.line, edited.renewed, edited.dropped) == (4, True, 1)
    assert edited.text == FILE.replace("'old'", '"why"', 1).replace('"web"  #', '"me"  #', 1).replace(
        '"2026-01-01"', "2027-01-31", 1
    ).replace(f'[\n    "{DIGEST}", # one\n]', f'[\n    "{OTHER}",\n]', 1)


def test_the_last_table_of_a_file_is_renewed_up_to_its_end() -> None:
    edited = with_waiver(FILE, waiver(bucket="other", rules=(DIGEST, OTHER)), PATH)
    assert edited.text.startswith(FILE[: FILE.index('[[waiver]]\nbucket = "other"')])
    assert edited.text.endswith("]\n# the end")
    assert read(edited.text)[1].rules == (DIGEST, OTHER)


def test_each_digest_says_beside_it_what_it_is_for_also_after_a_renewal() -> None:
    notes = {DIGEST: 'media (live): "nobody" # [[x]]', OTHER: "assets (declared)"}
    both = waiver(rules=(OTHER, DIGEST))
    lines = [f'    "{OTHER}", # assets (declared)', f'    "{DIGEST}", # media (live): "nobody" # [[x]]']
    for text in ("", FILE):
        edited = with_waiver(text, both, PATH, notes)
        assert "rules = [\n" + "\n".join(lines) + "\n]" in edited.text
        again = with_waiver(edited.text, replace(both, rules=(DIGEST,)), PATH, notes)
        assert (again.dropped, lines[0] in again.text, lines[1] in again.text) == (1, False, True)


def test_waivers_of_two_subjects_are_two() -> None:
    one = with_waiver(FILE, waiver(subject="nobody may PUT"), PATH)
    assert not one.renewed
    assert 'finding = "live-wider"\nsubject = "nobody may PUT"\nreason' in one.text
    other = with_waiver(one.text, waiver(subject="nobody may DELETE"), PATH)
    assert not other.renewed
    renewed = with_waiver(other.text, waiver(subject="nobody may PUT", owner="them"), PATH)
    assert (renewed.renewed, renewed.line, renewed.dropped) == (True, one.line, 0)
    assert [(each.subject, each.owner) for each in read(renewed.text)] == [
        ("", "web"),
        ("", "web"),
        ("nobody may PUT", "them"),
        ("nobody may DELETE", "me"),
    ]


def test_line_ends_of_windows_stay() -> None:
    text = FILE.replace("'''\n[[waiver]]\n'''", "'x'").replace("\n", "\r\n")
    for name in ("assets", "new"):
        edited = with_waiver(text, waiver(bucket=name, rules=(DIGEST, OTHER)), PATH)
        assert edited.text.count("\r\n") == edited.text.count("\n") > 20


def test_two_waivers_of_the_same_are_not_guessed_between() -> None:
    twice = FILE + "\n" + table_of(waiver())
    with pytest.raises(UsageError, match="there are 2 waivers of live-wider on assets") as caught:
        with_waiver(twice, waiver(), PATH)
    assert caught.value.location == Location("cors-drift.toml", 28)


def test_waivers_in_a_form_that_cannot_be_edited_are_left_alone() -> None:
    inline = (
        f'waiver = [{{bucket="b",finding="live-wider",reason="r",owner="o",expires=2027-01-01,rules="{DIGEST}"}}]\n'
    )
    for text in (inline, "waiver = []\n"):
        with pytest.raises(UsageError, match="not edited") as caught:
            with_waiver(text, waiver(), PATH)
        assert caught.value.location == Location("cors-drift.toml", 1)


hostile = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
nasty = st.sampled_from(
    ['"', "\\", '"""', "'''", "\n[[waiver]]\n", "\r\n", "\x1b[31m", "\x00", "\x7f", "\u202e", "\u2028", "\x85", "# x"]
)  # fmt: skip
texts = st.lists(hostile | nasty, min_size=1, max_size=4).map("".join).filter(str.strip)


@given(texts, texts, texts)
def test_whatever_a_text_holds_it_reads_back_as_it_was(bucket: str, reason: str, owner: str) -> None:
    written = waiver(bucket=bucket, reason=reason, owner=owner)
    for text in ("", FILE):
        edited = with_waiver(text, written, PATH)
        [found] = [each for each in read(edited.text) if (each.bucket, each.finding) == (bucket, "live-wider")]
        assert (found.reason, found.owner, found.rules) == (reason, owner, (OTHER,))
        assert found.location == Location("cors-drift.toml", edited.line)
        again = with_waiver(edited.text, written, PATH)
        assert again.renewed
        assert (again.text, again.line) == (edited.text, edited.line)


@given(texts)
def test_nothing_in_the_table_is_hidden_from_who_reads_the_file(reason: str) -> None:
    assert all(line.isprintable() for line in table_of(waiver(reason=reason)).split("\n"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30d", date(2026, 12, 22)),
        ("1d", date(2026, 11, 23)),
        ("8w", date(2027, 1, 17)),
        ("2027-01-31", date(2027, 1, 31)),
        ("2027-11-22", date(2027, 11, 22)),
        ("365d", date(2027, 11, 22)),
        ("3m", date(2027, 2, 22)),
        ("12m", date(2027, 11, 22)),
        ("1y", date(2027, 11, 22)),
    ],
)
def test_a_last_day_is_a_date_or_a_while_from_today(text: str, day: date) -> None:
    assert last_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-22", "not in the future"),
        ("2020-01-01", "not in the future"),
        ("2028-01-01", "a year at most"),
        ("2027-11-23", "a year at most"),
        ("366d", "a year at most"),
        ("13m", "a year at most"),
        ("2y", "a year at most"),
        ("9999y", "no day"),
        ("9999w", "a year at most"),
        ("0d", "no day"),
        ("-5d", "no day"),
        ("2027-02-30", "no day"),
        ("never", "no day"),
        ("20270131", "no day"),
        ("", "no day"),
    ],
)
def test_a_last_day_must_be_one_of_the_coming_year(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        last_day(text, TODAY)


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        (date(2027, 1, 31), "1m", date(2027, 2, 28)),
        (date(2028, 1, 31), "1m", date(2028, 2, 29)),
        (date(2028, 2, 29), "1y", date(2029, 2, 28)),
        (date(2028, 2, 29), "365d", date(2029, 2, 28)),
        (date(2027, 12, 1), "1m", date(2028, 1, 1)),
        (date(2027, 11, 30), "1m", date(2027, 12, 30)),
        (date(2027, 3, 1), "366d", date(2028, 3, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(today: date, text: str, day: date) -> None:
    assert last_day(text, today) == day


def test_the_limit_that_is_told_is_the_last_day_that_is_taken() -> None:
    with pytest.raises(UsageError, match="a year at most") as caught:
        last_day("500d", TODAY)
    assert caught.value.advice is not None
    [told] = re.findall(r"up to ([0-9-]+)", caught.value.advice)
    assert last_day(told, TODAY) == last_day("1y", TODAY) == date(2027, 11, 22)


def test_what_is_no_day_is_told_with_all_forms_that_are() -> None:
    with pytest.raises(UsageError) as caught:
        last_day("soon", TODAY)
    assert caught.value.advice == "write 30d, 8w, 6m or 1y, or a day: 2027-01-31"


def test_a_found_file_that_is_a_link_is_not_written_unless_it_is_named(tmp_path: Path) -> None:
    link = tmp_path / "cors-drift.toml"
    link.symlink_to(tmp_path / "elsewhere")
    assert found_file(link, None, tmp_path) == link
    assert found_file(None, None, tmp_path) == link
    with pytest.raises(UsageError, match="is a link"):
        found_file(None, link, tmp_path)
