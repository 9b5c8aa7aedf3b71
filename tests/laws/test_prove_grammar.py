"""What browsers can send: the automata against the definition at once, and against what is known of origins."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.grammar import (
    FORBIDDEN_HEADERS,
    browser_headers,
    browser_origins,
    is_browser_header,
    is_browser_origin,
)
from drift.cors.origins import example_origin, why_never_sent
from drift.cors.pattern import matches
from tests.law_numbers import tries

law = settings(max_examples=tries(4), deadline=None)

schemes = st.sampled_from(
    ["http", "https", "ws", "wss", "ftp", "app", "htt", "httpss", "null", "nul", "", "1a", "a+b-c.1"]
)
hosts = st.sampled_from(["a", "a.b", ".", "[::1]", "[", "[]", "1.2.3.4", "A", "a/b", "", "a_b", "xn--a"])
ports = st.one_of(
    st.just(""), st.integers(0, 70000).map(lambda port: f":{port}"), st.sampled_from([":", ":080", ":0443", ":a"])
)
ends = st.sampled_from(["", "", "", "/", "?", ":1"])
origin_like = st.builds(
    lambda scheme, colon, host, port, end: scheme + colon + host + port + end,
    schemes,
    st.sampled_from(["://", "://", ":", "//", ""]),
    hosts,
    ports,
    ends,
)


@law
@given(origin_like)
def test_the_automaton_of_origins_accepts_what_the_definition_does(text: str) -> None:
    assert browser_origins().accepts(text) == is_browser_origin(text)


@pytest.mark.parametrize(
    "port", [0, 1, 9, 79, 80, 81, 800, 442, 443, 4430, 8443, 65535, 65536, 65540, 65600, 66000, 99999]
)
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss", "ftp", "app"])
def test_a_port_is_written_unless_it_is_the_default_of_the_scheme(scheme: str, port: int) -> None:
    default = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}.get(scheme)
    expected = port < 65536 and port != default
    text = f"{scheme}://a.example:{port}"
    assert is_browser_origin(text) is expected
    assert browser_origins().accepts(text) is expected


@law
@given(
    st.one_of(st.sampled_from(sorted(FORBIDDEN_HEADERS)), st.text("abceghorstx-*_ ", max_size=8)),
    st.text("a-", max_size=1),
)
def test_the_automaton_of_headers_accepts_what_the_definition_does(text: str, more: str) -> None:
    assert browser_headers().accepts(text + more) == is_browser_header(text + more)


@pytest.mark.parametrize("name", ["x-a", "authorization", "content-type", "secure", "proxy", "hosts", "sec"])
def test_a_page_may_set_other_headers(name: str) -> None:
    assert is_browser_header(name)


@pytest.mark.parametrize("name", ["host", "sec-fetch-mode", "proxy-a", "cookie", "", "x a", "X-A", "sec-"])
def test_a_page_may_not_set_forbidden_headers(name: str) -> None:
    assert not is_browser_header(name)


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("https://a.example/", "slash at its end"),
        ("https://*.example/", "slash at its end"),
        ("https://a.example/app", "no path"),
        ("https://A.example", "lower case"),
        ("https://a.example:443", "port 443"),
        ("http://*.example:80", "port 80"),
        ("localhost:3000", "no scheme"),
        ("a.example", "no scheme"),
        ("", "empty"),
        ("https://", "form"),
        ("*/", "slash at its end"),
    ],
)
def test_an_origin_that_no_browser_sends_is_told_why(pattern: str, word: str) -> None:
    assert word in (why_never_sent(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "null",
        "https://*",
        "http*",
        "*.example.com",
        "*://a.example",
        "*:8443",
        "https://a.example:*",
        "n*l",
        "*]",
        "*1",
    ],
)
def test_an_origin_that_browsers_send_is_given(pattern: str) -> None:
    example = example_origin(pattern)
    assert example is not None
    assert is_browser_origin(example)
    assert matches(pattern, example)
    assert why_never_sent(pattern) is None
