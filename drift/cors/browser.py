"""What a browser makes of S3's answers: whether it asks first, whether the page may read, and what of the answer.

Source: Fetch standard (fetch.spec.whatwg.org), sections "CORS-preflight fetch", "CORS check" and "Main fetch". Taken is
a request that a page makes with ``fetch()`` in mode "cors"; an XMLHttpRequest with listeners on its upload and a
streamed body are preflighted always. Browsers that deviate from the standard are not told apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from drift.cors.answers import ALWAYS_EXPOSED, NEVER_EXPOSED
from drift.cors.browser_terms import (
    FORBIDDEN_METHODS,
    SAFELISTED_BY_VALUE,
    SAFELISTED_METHODS,
    TOKEN,
    is_forbidden_header,
    normalized_method,
    why_no_origin,
)
from drift.cors.explain import shown
from drift.cors.model import CorsAnswer, CorsRequest

DEFAULT_CACHE_SECONDS = 5
"""Fetch, "CORS-preflight fetch": how long a preflight is kept where Access-Control-Max-Age is absent or no number."""

Answer = Callable[[CorsRequest], CorsAnswer]
"""Gives S3's answer to a request."""


class Outcome(StrEnum):
    """What comes of the page's request."""

    READABLE = "readable"
    """The page may read the answer."""
    BLOCKED = "blocked"
    """The browser keeps the answer, or never sends the request itself."""
    DEPENDS = "depends"
    """One or the other, by the values of headers of which only the names are given."""
    NOT_SENT = "not-sent"
    """No browser sends such a request at all."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a page asks its browser for: ``headers`` are the names that it sets, in any letter case.

    ``credentials`` is the credentials mode "include": cookies, client certificates, HTTP authentication.
    """

    origin: str
    method: str
    headers: tuple[str, ...] = ()
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class Preflight:
    """The question that the browser asks first, and what it makes of the answer.

    ``failure`` is why it does not pass, else None. ``cached_seconds`` is how long it is kept; a browser may keep it for
    less. 0 where it fails.
    """

    request: CorsRequest
    answer: CorsAnswer
    failure: str | None
    cached_seconds: int


@dataclass(frozen=True, slots=True)
class Case:
    """What happens if, of the headers that hang on their value, ``not_safelisted`` have a value that is none of the
    safelisted ones and the others have one that is.

    ``preflight`` is None where the browser asks nothing first, ``actual`` where the request itself is never sent.
    ``blocked`` is why the page may not read the answer, else None. ``readable_headers`` are the names of response
    headers that it may read, ``*`` for all.
    """

    not_safelisted: tuple[str, ...]
    preflight: Preflight | None
    actual: CorsRequest | None
    answer: CorsAnswer | None
    blocked: str | None
    readable_headers: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        return self.blocked is None


@dataclass(frozen=True, slots=True)
class BrowserView:
    """What the browser does with the request of a page. ``verdict`` says it in a sentence.

    ``dropped`` are the headers that a page cannot set, ``by_value`` those whose value decides whether they are asked
    for. ``cases`` has one case where nothing hangs on a value, none where nothing is sent, and else the case where no
    such value is safelisted, the one where all are, and a mixed one if it alone comes out otherwise.
    """

    outcome: Outcome
    verdict: str
    dropped: tuple[str, ...] = ()
    by_value: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


def browse(page: PageRequest, answer: Answer) -> BrowserView:
    """What a browser does with the page's request, given S3's answers. What ``answer`` raises is let through."""
    names = sorted({name.lower() for name in page.headers})
    dropped = tuple(name for name in names if is_forbidden_header(name))
    why_not = _why_not_sent(page)
    if why_not is not None:
        return BrowserView(Outcome.NOT_SENT, f"No browser sends this request: {why_not}.", dropped)
    kept = [name for name in names if name not in dropped]
    by_value = tuple(name for name in kept if name in SAFELISTED_BY_VALUE)
    always = [name for name in kept if name not in by_value]
    cases = tuple(
        _case(page, normalized_method(page.method), tuple(sorted((*always, *unsafe))), unsafe, answer)
        for unsafe in _mixtures(by_value)
    )
    notes = (_OF_NULL,) if page.origin == "null" else ()
    outcome, verdict = _verdict(page, by_value, cases)
    return BrowserView(outcome, verdict, dropped, by_value, notes, _telling(cases))


_OF_NULL = (
    "null is the Origin of every sandboxed frame and of data: and file: pages: a rule that allows it allows any page "
    "that puts itself into such a frame"
)


def _why_not_sent(page: PageRequest) -> str | None:
    if not TOKEN.fullmatch(page.method):
        return f"{shown(page.method)} is no method"
    if page.method.upper() in FORBIDDEN_METHODS:
        return f"a page may not use the method {shown(page.method)}"
    for name in page.headers:
        if not TOKEN.fullmatch(name):
            return f"{shown(name)} is no name of a header"
    why = why_no_origin(page.origin)
    return None if why is None else f"{shown(page.origin)} is no origin: {why}"


def _mixtures(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of names whose value is not safelisted, all of them first. There are at most five names."""
    for count in range(len(names), -1, -1):
        yield from combinations(names, count)


def _telling(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    if len(cases) == 1:
        return cases
    none, *mixed, every = cases
    return (none, every, *[each for each in mixed if each.readable not in (none.readable, every.readable)][:1])


def _case(page: PageRequest, method: str, names: tuple[str, ...], unsafe: tuple[str, ...], answer: Answer) -> Case:
    """``names`` are those in Access-Control-Request-Headers: sorted, lower case, each once."""
    preflight = None
    if names or method not in SAFELISTED_METHODS:
        request = CorsRequest(page.origin, method, names)
        got = answer(request)
        failure = _preflight_failure(page, method, names, got)
        preflight = Preflight(request, got, failure, 0 if failure else _cached_seconds(got))
        if failure:
            return Case(unsafe, preflight, None, None, failure)
    actual = CorsRequest(page.origin, method, preflight=False)
    got = answer(actual)
    blocked = _check_failure(page, got, "the answer")
    if blocked and preflight is None:
        blocked += "; the request itself reaches S3"
    return Case(unsafe, preflight, actual, got, blocked, () if blocked else readable_headers(got, page.credentials))


def _preflight_failure(page: PageRequest, method: str, names: Sequence[str], answer: CorsAnswer) -> str | None:
    """Fetch, "CORS-preflight fetch", step 7."""
    if not answer.allowed:
        return f"S3 refuses the preflight with {answer.status}"
    failure = _check_failure(page, answer, "the answer to the preflight")
    if failure:
        return failure
    methods = _listed(answer, "Access-Control-Allow-Methods")
    allowed = _listed(answer, "Access-Control-Allow-Headers")
    if methods is None or allowed is None:
        field = "Methods" if methods is None else "Headers"
        return f"Access-Control-Allow-{field} in the answer to the preflight cannot be read"
    any_method = "*" in methods and not page.credentials
    if method not in methods and method not in SAFELISTED_METHODS and not any_method:
        return f"Access-Control-Allow-Methods has no {shown(method)}"
    lowered = {name.lower() for name in allowed}
    any_header = "*" in lowered and not page.credentials
    missing = [name for name in names if name not in lowered and (name == "authorization" or not any_header)]
    return f"Access-Control-Allow-Headers has no {', '.join(map(shown, missing))}" if missing else None


def _check_failure(page: PageRequest, answer: CorsAnswer, which: str) -> str | None:
    """Fetch, "CORS check"."""
    headers = dict(answer.headers)
    origin = headers.get("Access-Control-Allow-Origin")
    if origin is None:
        return f"{which} has no Access-Control-Allow-Origin"
    if origin == "*" and not page.credentials:
        return None
    if origin == "*":
        return f"Access-Control-Allow-Origin in {which} is *, and the page sends credentials"
    if origin != page.origin:
        return f"Access-Control-Allow-Origin in {which} is {shown(origin)}"
    if page.credentials and headers.get("Access-Control-Allow-Credentials") != "true":
        return f"{which} has no Access-Control-Allow-Credentials, and the page sends credentials"
    return None


def readable_headers(answer: CorsAnswer, credentials: bool) -> tuple[str, ...]:
    """The names of response headers that a page may read, lower case, sorted; ``*`` for all but Set-Cookie.

    Fetch, "Main fetch" and "CORS-safelisted response-header name": a list that cannot be read exposes nothing, and
    ``*`` is a name like any other where credentials are sent.
    """
    exposed = [name.lower() for name in _listed(answer, "Access-Control-Expose-Headers") or ()]
    if "*" in exposed and not credentials:
        return ("*",)
    return tuple(sorted({*ALWAYS_EXPOSED, *exposed} - NEVER_EXPOSED))


def _listed(answer: CorsAnswer, name: str) -> tuple[str, ...] | None:
    """The members of a list in a header; empty if it is absent, None if one is no token (Fetch: failure)."""
    parts = (part.strip(" \t") for part in dict(answer.headers).get(name, "").split(","))
    members = tuple(part for part in parts if part)
    return members if all(TOKEN.fullmatch(each) for each in members) else None


def _cached_seconds(answer: CorsAnswer) -> int:
    text = dict(answer.headers).get("Access-Control-Max-Age", "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else DEFAULT_CACHE_SECONDS


def _verdict(page: PageRequest, by_value: Sequence[str], cases: Sequence[Case]) -> tuple[Outcome, str]:
    lets = "lets the page read the answer" + (" to a request with credentials" if page.credentials else "")
    none, every = cases[0], cases[-1]
    different = [each for each in cases if each.readable is not none.readable]
    if not different:
        whatever = f", whatever the value of {' and '.join(by_value)}" if by_value else ""
        if none.blocked is None:
            return Outcome.READABLE, f"The browser {lets}{whatever}."
        return Outcome.BLOCKED, f"The browser blocks it{whatever}: {none.blocked}."
    other = every if every in different else different[0]
    outcomes = [f"it {lets}" if each.blocked is None else f"it blocks it: {each.blocked}" for each in (other, none)]
    values = "; ".join(f"{name}: {SAFELISTED_BY_VALUE[name]}" for name in by_value)
    return Outcome.DEPENDS, (
        f"What the browser does hangs on a value: {assumption(by_value, other)} {outcomes[0]}; "
        f"{assumption(by_value, none)} {outcomes[1]}. Safelisted are, of {values}."
    )


def assumption(by_value: Sequence[str], case: Case) -> str:
    """What the case takes the values to be, in words."""
    safe = [name for name in by_value if name not in case.not_safelisted]
    parts = [f"a safelisted value of {' and '.join(safe)}"] if safe else []
    if case.not_safelisted:
        parts.append(f"another value of {' and '.join(case.not_safelisted)}")
    return f"with {' and '.join(parts)}"
