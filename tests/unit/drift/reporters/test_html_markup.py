"""HTML is made by one function, and text of others can be nothing else in it than text."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.reporters.html_markup import Markup, inline, tag, together
from drift.reporters.words import printable


@given(st.text(max_size=60))
def test_text_comes_back_as_text_whatever_it_is(text: str) -> None:
    page = html5lib.parse(tag("p", text).html, namespaceHTMLElements=False)
    found = page.find("body/p")
    assert [each.tag for each in page.iter()] == ["html", "head", "body", "p"]
    assert (found.text or "") == printable(text)


@given(st.text(max_size=60))
def test_text_in_an_attribute_stays_its_value(text: str) -> None:
    page = html5lib.parse(tag("p", "x", title=text, aria_label=text).html, namespaceHTMLElements=False)
    assert page.find("body/p").attrib == {"title": printable(text), "aria-label": printable(text)}


def test_only_known_elements_and_attributes_are_made() -> None:
    for name in ("script", "style", "iframe", "img", "object", "a onclick", "base", "form"):
        with pytest.raises(ValueError, match="no element"):
            tag(name)
    for name in ("onclick", "style", "src", "srcset", "action", "formaction", "ping"):
        with pytest.raises(ValueError, match="no attribute"):
            tag("p", **{name: "x"})


@pytest.mark.parametrize("target", ["https://evil.example", "javascript:alert(1)", "//evil", "", "#A b", "#a'"])
def test_links_lead_into_the_page_alone(target: str) -> None:
    with pytest.raises(ValueError, match="links lead"):
        tag("a", "x", href=target)


def test_an_id_is_never_text_of_others() -> None:
    with pytest.raises(ValueError, match="no text of others"):
        tag("p", id='x" onclick="y')


def test_markup_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        Markup("<b>", object())


def test_a_style_or_script_that_would_end_its_element_is_refused() -> None:
    assert inline("style", "p { }").html == "<style>p { }</style>"
    for text in ("a</style>", "<!--", "</SCRIPT >"):
        with pytest.raises(ValueError, match="cannot stand"):
            inline("script", text)


def test_true_and_none_are_attributes_without_a_value_and_none_at_all() -> None:
    assert tag("details", None, open=True, class_=None, hidden=False).html == "<details open></details>"
    assert together("a", ["b", tag("span", 1)], None).html == "ab<span>1</span>"


@pytest.mark.parametrize("text", ["##[error]x", "::error::x", "###[a", ":::x::", "#:#:"])
def test_a_runner_that_reads_the_page_finds_no_command(text: str) -> None:
    assert "##" not in tag("p", text, text).html
    assert "::" not in tag("p", text).html
