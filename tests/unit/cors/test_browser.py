"""What a browser does, held to the Fetch standard's own words, table by table."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drift.cors.browser import BrowserView, Outcome, PageRequest, browse, readable_headers
from drift.cors.browser_terms import is_forbidden_header, normalized_method, why_no_origin
from drift.cors.evaluate import evaluate
from drift.cors.grammar import is_browser_origin
from drift.cors.model import CorsAnswer, CorsRequest
from tests.rules import rule

A = "https://a.example"
SAFE_RESPONSE = (
    "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
)  # fmt: skip

Answers = Callable[[CorsRequest], CorsAnswer]


def told(status: int | None = 200, /, **headers: str) -> CorsAnswer:
    """An answer with these headers; ``_`` stands for a dash, ``Access-Control-`` goes without saying."""
    named = tuple((f"Access-Control-{name.replace('_', '-')}", value) for name, value in headers.items())
    return CorsAnswer(allowed=status in (200, None) and bool(headers), rule=0, status=status, headers=named)


def server(preflight: CorsAnswer, actual: CorsAnswer | None = None) -> Answers:
    return lambda request: preflight if request.preflight else actual or told(None, Allow_Origin="*")


def seen(method: str, *headers: str, answers: Answers | None = None, credentials: bool = False) -> BrowserView:
    everything = server(told(Allow_Origin="*", Allow_Methods=method, Allow_Headers=",".join(headers)))
    return browse(PageRequest(A, method, headers, credentials), answers or everything)


def by_rules(*rules: object) -> Answers:
    return lambda request: evaluate(list(rules), request)  # type: ignore[arg-type]


class TestWhetherItAsksFirst:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "get", "post"])
    def test_safelisted_methods_need_no_preflight(self, method: str) -> None:
        assert [case.preflight for case in seen(method).cases] == [None]

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "put", "patch", "Egg"])
    def test_every_other_method_needs_one(self, method: str) -> None:
        (case,) = seen(method).cases
        assert case.preflight is not None
        assert case.preflight.request == CorsRequest(A, normalized_method(method), ())

    @pytest.mark.parametrize("name", ["authorization", "X-Amz-Acl", "if-none-match", "cache-control", "content-md5"])
    def test_a_header_that_is_never_safelisted_needs_one(self, name: str) -> None:
        (case,) = seen("GET", name).cases
        assert case.preflight is not None
        assert case.preflight.request.headers == (name.lower(),)

    @pytest.mark.parametrize("name", ["Accept", "accept-language", "Content-Language", "CONTENT-TYPE", "range"])
    def test_a_header_that_is_safelisted_by_value_may_need_one(self, name: str) -> None:
        view = seen("GET", name)
        assert view.by_value == (name.lower(),)
        none, every = view.cases
        assert none.not_safelisted == (name.lower(),)
        assert none.preflight is not None
        assert (every.not_safelisted, every.preflight) == ((), None)

    def test_names_are_asked_for_sorted_in_lower_case_and_each_once(self) -> None:
        (case,) = seen("GET", "X-B", "x-a", "Authorization", "x-b").cases
        assert case.preflight is not None
        assert case.preflight.request.headers == ("authorization", "x-a", "x-b")

    @pytest.mark.parametrize(
        "name",
        """Accept-Charset Accept-Encoding Access-Control-Request-Headers Access-Control-Request-Method Connection
        Content-Length Cookie Cookie2 Date DNT Expect Host Keep-Alive Origin Referer Set-Cookie TE Trailer
        Transfer-Encoding Upgrade Via Proxy-Authorization Sec-Fetch-Mode proxy- sec-""".split(),  # noqa: SIM905
    )
    def test_forbidden_headers_are_dropped_and_not_asked_for(self, name: str) -> None:
        view = seen("GET", name)
        assert view.dropped == (name.lower(),)
        assert [case.preflight for case in view.cases] == [None]

    @pytest.mark.parametrize("name", ["Sec", "Proxy", "User-Agent", "X-HTTP-Method-Override", "Cookie3", "Dates"])
    def test_headers_that_only_look_forbidden_are_not(self, name: str) -> None:
        assert not is_forbidden_header(name)


class TestWhatNoBrowserSends:
    @pytest.mark.parametrize("method", ["CONNECT", "TRACE", "TRACK", "trace", "Track", "GET POST", "", "G\nT", "é"])
    def test_methods(self, method: str) -> None:
        view = seen(method)
        assert (view.outcome, view.cases) == (Outcome.NOT_SENT, ())
        assert view.verdict.startswith("No browser sends this request: ")
        assert view.verdict.isprintable()

    @pytest.mark.parametrize("name", ["x y", "x:", "", "ü", "\x1b"])
    def test_names_of_headers(self, name: str) -> None:
        assert seen("GET", name).outcome is Outcome.NOT_SENT

    @pytest.mark.parametrize(
        ("origin", "why"),
        [
            ("", "empty"),
            ("https://a.example/", "no slash at its end"),
            ("https://a.example/path", "no path"),
            ("https://a.example?q", "no query"),
            ("https://A.example", "lower case"),
            ("HTTPS://a.example", "lower case"),
            ("https://a.example:443", "own port, 443"),
            ("http://a.example:80", "own port, 80"),
            ("https://a.example:0443", "leading zeros"),
            ("https://a.example:65536", "65535"),
            ("https://a.example:", "a port is a number"),
            ("https://u@a.example", "no user name"),
            ("https://", "no host"),
            ("a.example", "not scheme://host"),
            ("*", "not scheme://host"),
            ("Null", "not scheme://host"),
            ("https://ü.example", "in ASCII"),
            ("https://a.example https://b.example", "blank"),
            ("https://a\n.example", "control character"),
            ("https://a|b", "no host that a browser writes so"),
        ],
    )
    def test_origins(self, origin: str, why: str) -> None:
        view = browse(PageRequest(origin, "GET"), by_rules(rule(origins="*")))
        assert view.outcome is Outcome.NOT_SENT
        assert why in view.verdict
        assert view.verdict.isprintable()

    @pytest.mark.parametrize(
        "origin",
        [
            "null", "https://a.example", "http://a.example:443", "https://a.example:80", "http://localhost:3000",
            "http://[::1]:8080", "http://127.0.0.1", "chrome-extension://abcdef", "https://xn--bcher-kva.example",
            "https://a_b.example", "https://a.example:0",
        ],
    )  # fmt: skip
    def test_origins_that_browsers_send_are_let_pass(self, origin: str) -> None:
        assert why_no_origin(origin) is None

    @settings(max_examples=300, deadline=None)
    @given(
        st.builds(
            "".join,
            st.lists(
                st.sampled_from(["http", "https", "ws", "://", "a", "A", ".", ":", "80", "443", "0", "/", "[::1]"])
            ),
        )
        | st.text("htps:/a.A0[]8@ ?", max_size=14)
    )
    @example("https://[::1]:443")
    def test_it_is_the_same_origins_as_the_provers(self, origin: str) -> None:
        assert (why_no_origin(origin) is None) is is_browser_origin(origin)

    def test_null_is_sent_and_told_what_it_is(self) -> None:
        view = browse(PageRequest("null", "GET"), by_rules(rule(origins="null")))
        assert view.outcome is Outcome.READABLE
        assert "sandboxed" in view.notes[0]


class TestTheCorsCheck:
    CHECKS: ClassVar[list[tuple[dict[str, str], bool, bool]]] = [
        ({}, False, False),
        ({}, True, False),
        ({"Allow_Origin": "*"}, False, True),
        ({"Allow_Origin": "*"}, True, False),
        ({"Allow_Origin": "*", "Allow_Credentials": "true"}, True, False),
        ({"Allow_Origin": A}, False, True),
        ({"Allow_Origin": A}, True, False),
        ({"Allow_Origin": A, "Allow_Credentials": "true"}, True, True),
        ({"Allow_Origin": A, "Allow_Credentials": "True"}, True, False),
        ({"Allow_Origin": "https://b.example"}, False, False),
        ({"Allow_Origin": "null"}, False, False),
    ]

    @pytest.mark.parametrize(("headers", "credentials", "passes"), CHECKS)
    def test_of_the_answer(self, headers: dict[str, str], credentials: bool, passes: bool) -> None:
        view = seen("GET", answers=server(told(), told(None, **headers)), credentials=credentials)
        assert view.cases[0].readable is passes
        assert view.outcome is (Outcome.READABLE if passes else Outcome.BLOCKED)

    @pytest.mark.parametrize(("headers", "credentials", "passes"), CHECKS)
    def test_of_the_preflight(self, headers: dict[str, str], credentials: bool, passes: bool) -> None:
        fine = told(None, Allow_Origin=A, Allow_Credentials="true")
        view = seen("PUT", answers=server(told(Allow_Methods="PUT", **headers), fine), credentials=credentials)
        assert view.cases[0].readable is passes
        assert (view.cases[0].actual is not None) is passes

    def test_a_blocked_request_without_preflight_is_told_to_reach_s3(self) -> None:
        view = seen("GET", answers=server(told(), told(None)))
        assert view.verdict == (
            "The browser blocks it: the answer has no Access-Control-Allow-Origin; the request itself reaches S3."
        )


class TestThePreflight:
    @pytest.mark.parametrize(
        ("method", "headers", "allowed", "credentials", "passes"),
        [
            ("PUT", "", {"Methods": "GET, PUT"}, False, True),
            ("PUT", "", {"Methods": "GET,PUT"}, False, True),
            ("PUT", "", {"Methods": "GET"}, False, False),
            ("PUT", "", {"Methods": "put"}, False, False),
            ("PUT", "", {}, False, False),
            ("PUT", "", {"Methods": "*"}, False, True),
            ("PUT", "", {"Methods": "*"}, True, False),
            ("PUT", "", {"Methods": "GET, P T"}, False, False),
            ("POST", "x-a", {"Headers": "x-a"}, False, True),
            ("GET", "x-a", {"Methods": "PUT", "Headers": "X-A"}, False, True),
            ("GET", "x-a x-b", {"Headers": "x-a"}, False, False),
            ("GET", "x-a", {}, False, False),
            ("GET", "x-a", {"Headers": "*"}, False, True),
            ("GET", "x-a", {"Headers": "*"}, True, False),
            ("GET", "authorization", {"Headers": "*"}, False, False),
            ("GET", "authorization", {"Headers": "*, Authorization"}, False, True),
        ],
    )
    def test_allows_the_method_and_every_header(
        self, method: str, headers: str, allowed: dict[str, str], credentials: bool, passes: bool
    ) -> None:
        more = {f"Allow_{name}": value for name, value in allowed.items()}
        given_ = told(Allow_Origin=A, Allow_Credentials="true", **more)
        fine = told(None, Allow_Origin=A, Allow_Credentials="true")
        view = seen(method, *headers.split(), answers=server(given_, fine), credentials=credentials)
        assert (view.outcome is Outcome.READABLE) is passes
        assert view.cases[0].preflight is not None
        assert (view.cases[0].preflight.failure is None) is passes

    @pytest.mark.parametrize("status", [400, 403])
    def test_a_refusal_is_told_with_its_status_and_nothing_is_sent(self, status: int) -> None:
        view = seen("PUT", answers=server(told(status)))
        assert view.verdict == f"The browser blocks it: S3 refuses the preflight with {status}."
        assert view.cases[0].actual is None

    @pytest.mark.parametrize(
        ("max_age", "seconds"),
        [(None, 5), ("0", 0), ("600", 600), ("-1", 5), ("", 5), ("1.5", 5), ("86400", 86400), ("9" * 30, 5)],
    )
    def test_is_cached_for_max_age_and_five_seconds_without(self, max_age: str | None, seconds: int) -> None:
        more = {} if max_age is None else {"Max_Age": max_age}
        view = seen("PUT", answers=server(told(Allow_Origin="*", Allow_Methods="PUT", **more)))
        assert view.cases[0].preflight is not None
        assert view.cases[0].preflight.cached_seconds == seconds

    def test_that_fails_is_not_cached(self) -> None:
        view = seen("PUT", answers=server(told(Allow_Origin="*", Max_Age="600")))
        assert view.cases[0].preflight is not None
        assert view.cases[0].preflight.cached_seconds == 0


class TestWhatThePageMayRead:
    @pytest.mark.parametrize(
        ("exposed", "credentials", "names"),
        [
            (None, False, ()),
            ("ETag, x-amz-version-id", False, ("etag", "x-amz-version-id")),
            ("etag, ETag, Content-Type", False, ("etag",)),
            ("Set-Cookie, Set-Cookie2, x-a", False, ("x-a",)),
            ("*", True, ("*",)),
            ("x a, ETag", False, ()),
        ],
    )
    def test_safelisted_and_exposed_headers(
        self, exposed: str | None, credentials: bool, names: tuple[str, ...]
    ) -> None:
        answer = told(None, Allow_Origin=A) if exposed is None else told(None, Allow_Origin=A, Expose_Headers=exposed)
        assert readable_headers(answer, credentials) == tuple(sorted({*SAFE_RESPONSE, *names}))

    @pytest.mark.parametrize("exposed", ["*", "ETag, *"])
    def test_a_star_exposes_all_to_a_page_without_credentials(self, exposed: str) -> None:
        assert readable_headers(told(None, Expose_Headers=exposed), credentials=False) == ("*",)

    def test_nothing_of_a_blocked_answer(self) -> None:
        assert seen("GET", answers=server(told(), told(None))).cases[0].readable_headers == ()


class TestAgainstRules:
    def test_a_catch_all_before_the_specific_rule_blocks_credentials_though_the_preflight_passes(self) -> None:
        answers = by_rules(rule("GET PUT", "*"), rule("GET PUT", "https://*", headers="*"))
        view = seen("PUT", "x-a", answers=answers, credentials=True)
        (case,) = view.cases
        assert case.preflight is not None
        assert case.preflight.failure is None
        assert view.verdict == (
            "The browser blocks it: Access-Control-Allow-Origin in the answer is *, and the page sends credentials."
        )
        assert seen("PUT", "x-a", answers=answers).outcome is Outcome.READABLE

    def test_a_value_decides_where_only_the_name_is_not_allowed(self) -> None:
        view = seen("GET", "content-type", answers=by_rules(rule("GET", "*")))
        assert view.outcome is Outcome.DEPENDS
        assert view.verdict.startswith(
            "What the browser does hangs on a value: with a safelisted value of content-type it lets the page read the "
            "answer; with another value of content-type it blocks it: S3 refuses the preflight with 403."
        )
        assert [case.readable for case in view.cases] == [False, True]

    def test_a_value_that_decides_nothing_is_told_so(self) -> None:
        view = seen("PUT", "content-type", answers=by_rules(rule("PUT", "*", headers="*")))
        assert view.verdict == "The browser lets the page read the answer, whatever the value of content-type."
        blocked = seen("PUT", "content-type", answers=by_rules(rule("GET", "*")))
        assert blocked.verdict.startswith("The browser blocks it, whatever the value of content-type: ")

    def test_a_mixture_that_alone_comes_out_otherwise_is_found(self) -> None:
        answers = by_rules(rule("GET"), rule("GET", "*", headers="accept"), rule("GET", headers="accept range"))
        view = seen("GET", "accept", "range", answers=answers, credentials=True)
        assert view.outcome is Outcome.DEPENDS
        assert [(case.not_safelisted, case.readable) for case in view.cases] == [
            (("accept", "range"), True), ((), True), (("accept",), False),
        ]  # fmt: skip
        assert "with a safelisted value of range and another value of accept it blocks it" in view.verdict

    def test_what_the_answers_raise_is_let_through(self) -> None:
        def unknown(_: CorsRequest) -> CorsAnswer:
            raise LookupError

        with pytest.raises(LookupError):
            seen("GET", answers=unknown)
