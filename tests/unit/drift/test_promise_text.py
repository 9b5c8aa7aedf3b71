"""The language of promises: each form, and what is said of what is no sentence of it."""

from __future__ import annotations

import pytest

from drift.cors.promised_statement import METHODS, Sense, Statement
from drift.errors import UsageError
from drift.location import Location
from drift.promise_text import MOST_CHARACTERS, parse
from drift.promise_words import FORMS

APP = "https://app.example.com"
MAY, MAY_NOT, NOBODY_BUT = Sense


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        (f"{APP} may GET", Statement(MAY, (APP,), ("GET",))),
        (f"{APP} may PUT and GET", Statement(MAY, (APP,), ("GET", "PUT"))),
        (f"{APP} may read", Statement(MAY, (APP,), ("GET", "HEAD"))),
        (f"{APP} may write", Statement(MAY, (APP,), ("PUT", "POST", "DELETE"))),
        (f"{APP} may read, and write", Statement(MAY, (APP,), METHODS)),
        (f"{APP} may PUT and read", Statement(MAY, (APP,), ("GET", "HEAD", "PUT"))),
        (f"{APP} may PUT and read ETag", Statement(MAY, (APP,), ("PUT",), exposed=("ETag",))),
        (f"{APP} may read and read ETag, x-b", Statement(MAY, (APP,), ("GET", "HEAD"), exposed=("ETag", "x-b"))),
        (f"{APP} may PUT with X-A and x-amz-*", Statement(MAY, (APP,), ("PUT",), ("x-a", "x-amz-*"))),
        (f"{APP} may PUT with any header", Statement(MAY, (APP,), ("PUT",), ("*",))),
        (f"{APP} may PUT with *, x-a", Statement(MAY, (APP,), ("PUT",), ("*",))),
        (f"{APP} may GET with credentials", Statement(MAY, (APP,), ("GET",), credentials=True)),
        (f"{APP} may GET with x-a and credentials", Statement(MAY, (APP,), ("GET",), ("x-a",), True)),
        (f"{APP} may GET with x-a, with credentials", Statement(MAY, (APP,), ("GET",), ("x-a",), True)),
        (f"{APP}, https://*.a.b or null may GET", Statement(MAY, (APP, "https://*.a.b", "null"), ("GET",))),
        ("any origin may GET", Statement(MAY, ("*",), ("GET",))),
        ("Any origin may GET.", Statement(MAY, ("*",), ("GET",))),
        (f"* and {APP} may GET", Statement(MAY, ("*",), ("GET",))),
        (f"{APP} may not PUT or POST", Statement(MAY_NOT, (APP,), ("PUT", "POST"))),
        ("any origin may not PUT", Statement(NOBODY_BUT, (), ("PUT",))),
        ("nobody may DELETE", Statement(NOBODY_BUT, (), ("DELETE",))),
        ("no origin may DELETE", Statement(NOBODY_BUT, (), ("DELETE",))),
        ("nobody but *.corp.example may DELETE", Statement(NOBODY_BUT, ("*.corp.example",), ("DELETE",))),
        ("no origin but null may GET", Statement(NOBODY_BUT, ("null",), ("GET",))),
        ("nobody may PUT with x-amz-acl", Statement(NOBODY_BUT, (), ("PUT",), ("x-amz-acl",))),
        ("nobody gets credentials", Statement(NOBODY_BUT, (), METHODS, credentials=True)),
        ("no origin gets credentials on bucket X", Statement(NOBODY_BUT, (), METHODS, (), True, (), ("X",))),
        (f"nobody but {APP} gets credentials", Statement(NOBODY_BUT, (APP,), METHODS, credentials=True)),
        (f"{APP} gets no credentials", Statement(MAY_NOT, (APP,), METHODS, credentials=True)),
        (f"{APP} and null get no credentials", Statement(MAY_NOT, (APP, "null"), METHODS, credentials=True)),
        ("nobody may GET and read x-secret", Statement(NOBODY_BUT, (), ("GET",), exposed=("x-secret",))),
        (f"{APP} may GET on buckets a-*, b and c?[0]", Statement(MAY, (APP,), ("GET",), buckets=("a-*", "b", "c?[0]"))),
        (f"  {APP}\n may\tGET ", Statement(MAY, (APP,), ("GET",))),
    ],
)  # fmt: skip
def test_a_sentence_says_one_statement(sentence: str, statement: Statement) -> None:
    assert parse(sentence) == statement
    assert parse(str(statement)) == statement


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_that_are_shown_are_canonical_sentences(form: str) -> None:
    assert str(parse(form)) == form


@pytest.mark.parametrize(
    ("sentence", "word", "why"),
    [
        ("", "", "empty"),
        (f"{APP} mya GET", "word 2, mya", 'expected "may"'),
        (f"{APP} may", "too early", "expected a method"),
        (f"{APP} may put", "word 3, put", "in capitals"),
        (f"{APP} may PATCH", "word 3, PATCH", "expected a method"),
        (f"{APP} may GET,", "too early", "expected a method"),
        (f"{APP} may GET, PUT now", "word 5, now", 'expected "with"'),
        (f"{APP} may read ETag", "word 4, ETag", 'expected "with"'),
        (f"{APP}/ may GET", "word 1", "no slash at its end"),
        ("https://App.example may GET", "word 1", "lower case"),
        ("app.example.com may GET", "word 1", "no scheme"),
        ("https://a.b:443 may GET", "word 1", "default of https"),
        ("https://*.a.* may GET", "word 1", "at most one *"),
        (f"{APP} and may GET", "word 3, may", "expected an origin"),
        ("may GET", "word 1, may", "expected an origin"),
        ("nobody but * may GET", "word 3", "nobody is left"),
        ("nobody may not GET", "word 3, not", "said no twice"),
        ("nobody gets no credentials", "word 4", "said no twice"),
        (f"{APP} gets credentials", "word 3", "for which methods"),
        (f"{APP} gets ETag", "word 3, ETag", 'expected "credentials"'),
        (f"{APP} may PUT with cookie", "word 5, cookie", "no page may set"),
        (f"{APP} may PUT with proxy-*", "word 5", "no page may set"),
        (f"{APP} may PUT with x-*-*", "word 5", "at most one *"),
        (f"{APP} may PUT with x(a)", "word 5", "no such character"),
        (f"{APP} may PUT with on bucket a", "word 5, on", "expected a header"),
        (f"{APP} may PUT and read set-cookie", "word 6", "no page can read"),
        (f"{APP} may PUT and read x-*", "word 6", "without *"),
        (f"{APP} may PUT on bucket a/b", "word 6", "a bucket's name"),
        (f"{APP} may PUT on bucket a with x-a", "word 7, with", "the buckets end"),
        ("nobody may PUT with x-a and with credentials", "word 7, with", "write a promise each"),
        ("nobody may PUT with x-a and read ETag", "word 7, read", "write a promise each"),
        ("nobody gets credentials with x-a", "word 4, with", "write a promise each"),
    ],
)
def test_what_is_not_understood_is_told_with_its_word_and_like_forms(sentence: str, word: str, why: str) -> None:
    place = Location("cors-drift.toml", 3)
    with pytest.raises(UsageError) as told:
        parse(sentence, location=place)
    assert word in told.value.message
    assert why in told.value.message
    assert told.value.location == place
    assert "like forms: " in (told.value.advice or "")


@pytest.mark.parametrize(
    ("sentence", "advice"),
    [
        (f"only {APP} may PUT", "nobody but ... may"),
        (f"{APP} can PUT", 'write "may"'),
        ("everybody may GET", "any origin"),
        (f"{APP} mya GET", 'perhaps "may"'),
        (f"{APP} may DELTE", 'perhaps "DELETE"'),
        (f"{APP} may GET wiht credentials", 'perhaps "with"'),
        (f"{APP} may GET without credentials", "leave it out"),
    ],
)
def test_the_word_that_was_meant_is_offered(sentence: str, advice: str) -> None:
    with pytest.raises(UsageError) as told:
        parse(sentence)
    assert advice in (told.value.advice or "")


def test_a_text_that_is_far_too_long_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as told:
        parse("https://" + "a" * MOST_CHARACTERS + " may GET")
    assert len(told.value.message) < 200


def test_a_word_of_the_message_cannot_break_its_line() -> None:
    with pytest.raises(UsageError) as told:
        parse("https://a\u202e\u2028::error:: may GET")
    assert told.value.message.isprintable()
