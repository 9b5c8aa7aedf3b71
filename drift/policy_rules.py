"""What is risky in a list of rules, by what they let a page do: each entry that gets to answer, judged by its meaning.

A rule that an earlier one answers for in all that it allows, and an entry that no browser sends, are no risk. Values
that are not known fire nothing; what is known beside them is judged, as far as no value of them could make it false.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from drift.cors.evaluate import evaluate
from drift.cors.grammar import is_browser_header
from drift.cors.model import BucketCors, CorsRequest, TextList, Unknown
from drift.cors.pattern import covers, matches
from drift.cors.replay import without_unknowns
from drift.cors.risk import Reached
from drift.finding import Example
from drift.phrases import joined
from drift.policy_origins import Cover, Covered, covered, is_loopback, over_plain_http
from drift.policy_risk import Risk, entry_subject, rule_subject

ORIGINS = "AllowedOrigins"
LOCALHOST = "localhost-origin"
"""Told only of what looks like production."""
NOT_CACHED = "max-age-not-cached"
"""Told only where 0 was written by somebody: some tools store it for unset."""

WRITING = ("PUT", "DELETE", "POST")
LONGEST_SECONDS = 86_400
"""Firefox keeps a preflight for a day at most, Chromium for two hours."""

MOST_LOOKS = 20_000
"""What the examples of one list may cost: each is a look at all its entries. Further risks are told without one."""

REMEMBERED = 4096


@lru_cache(maxsize=REMEMBERED)
def risks(cors: BucketCors) -> tuple[Risk, ...]:
    """All that is risky in the rules, in their order; one for each kind and subject."""
    judged = _Judged(cors)
    found: dict[tuple[str, str], Risk] = {}
    for index in range(len(cors.rules)):
        for risk in judged.of_rule(index):
            found.setdefault((risk.id, risk.subject), risk)
    return tuple(found.values())


class _Judged:
    """One list of rules."""

    def __init__(self, cors: BucketCors) -> None:
        self._rules = cors.rules
        self._plain = [without_unknowns(rule) for rule in cors.rules]
        self._reached = Reached(cors)
        self._size = sum(len(_known(each.allowed_origins)) + len(_known(each.allowed_headers)) for each in cors.rules)
        self._looks = max(MOST_LOOKS, self._size)

    def of_rule(self, index: int) -> Iterator[Risk]:
        entries = _known(self._rules[index].allowed_origins)
        if "*" in entries:
            entries = ["*"]  # S3 answers * for all of them; which it takes for one that stands beside it is not known
        for entry in dict.fromkeys(entries):
            yield from self._of_entry(index, entry)
        yield from self._unexposed_etag(index, entries)
        yield from self._ages(index, entries)

    def _of_entry(self, index: int, entry: str) -> Iterator[Risk]:
        if entry.count("*") > 1:
            return  # S3 refuses it
        cover = covered(entry)
        if cover.cover is Cover.ANY:
            yield from self._any_origin(index, entry)
            return
        if cover.cover is not Cover.BOUNDED:
            yield from self._wide(index, entry, cover)
        if matches(entry, "null"):
            yield from self._told("null-origin", index, entry, "null", _null)
        if is_loopback(entry):
            yield from self._told(LOCALHOST, index, entry, entry, _localhost)
        over_http = over_plain_http(entry)
        if over_http is not None:
            yield from self._told("insecure-origin", index, entry, over_http, _insecure)

    def _any_origin(self, index: int, entry: str) -> Iterator[Risk]:
        webs = [each for each in ("https://*", "http://*") if covers(entry, each)] or [entry]
        who = "any page" if webs != [entry] or entry in webs else f"a page of any host that fits {entry}"
        for part in webs:
            writes = list(self._reached.requests(index, part, WRITING, headers=False))
            if writes:
                names = joined([str(each.method) for each in writes])
                message = f"rule {index + 1} lets {who} {names}: {ORIGINS} has {entry}"
                yield self._risk("write-from-any-origin", index, entry, message, writes[0])
                break
        stars = {place for place in range(len(self._rules)) if self._may_say_star(place)}
        if index in stars:
            return
        for part in webs:
            echoed = next(self._reached.requests(index, part, otherwise=stars, headers=False), None)
            if echoed is not None:
                message = (
                    f"rule {index + 1} sends {who} its own origin back, with credentials allowed: {ORIGINS} has "
                    f"{entry}, where * alone would be answered without credentials"
                )
                yield self._risk("any-origin-with-credentials", index, entry, message, echoed)
                return

    def _wide(self, index: int, entry: str, cover: Covered) -> Iterator[Risk]:
        kind, words = _WIDE[cover.cover]

        def message(index: int, entry: str, names: str, request: CorsRequest) -> str:
            return f"rule {index + 1} lets {request.origin} {names}: {words(entry, cover.name)}"

        yield from self._told(kind, index, entry, cover.dangerous, message, cover.besides)

    def _told(
        self,
        kind: str,
        index: int,
        entry: str,
        part: str,
        message: Callable[[int, str, str, CorsRequest], str],
        besides: Collection[str] = (),
    ) -> Iterator[Risk]:
        """The risk, if something of this part of the entry gets to the rule."""
        found = list(self._reached.requests(index, part, besides=besides))
        if found:
            names = joined([str(each.method) for each in found])
            yield self._risk(kind, index, entry, message(index, entry, names, found[0]), found[0])

    def _risk(self, kind: str, index: int, entry: str, message: str, request: CorsRequest) -> Risk:
        return Risk(kind, message, entry_subject(ORIGINS, entry), index, ORIGINS, self._example(request))

    def _example(self, request: CorsRequest) -> Example | None:
        self._looks -= self._size
        return Example(request, evaluate(self._plain, request)) if self._looks >= 0 else None

    def _may_say_star(self, index: int) -> bool:
        origins = self._rules[index].allowed_origins
        if isinstance(origins, Unknown):
            return True
        return any(each == "*" if isinstance(each, str) else each.may_be("*") for each in origins)

    def _may_expose_etag(self, index: int) -> bool:
        exposed = self._rules[index].expose_headers
        if isinstance(exposed, Unknown):
            return True
        return any(isinstance(each, Unknown) or each.lower() == "etag" for each in exposed)

    def _unexposed_etag(self, index: int, entries: list[str]) -> Iterator[Risk]:
        readable = {place for place in range(len(self._rules)) if self._may_expose_etag(place)}
        if index in readable:
            return
        for entry in entries:
            put = self._reached.request(index, entry, "PUT", otherwise=readable, headers=False)
            if put is not None:
                put = CorsRequest(put.origin, "PUT", preflight=False)
                message = (
                    f"rule {index + 1} lets pages PUT and does not let them read the ETag, which an upload in parts "
                    "would need"
                )
                subject = rule_subject(self._rules[index])
                yield Risk("etag-not-exposed", message, subject, index, "ExposeHeaders", self._example(put))
                return

    def _ages(self, index: int, entries: list[str]) -> Iterator[Risk]:
        rule = self._rules[index]
        age = rule.max_age_seconds
        if not isinstance(age, int) or 0 < age <= LONGEST_SECONDS:
            return
        asked = self._preflight(index, entries)
        if asked is None:
            return
        kind, message = NOT_CACHED, f"rule {index + 1} has MaxAgeSeconds {age}, so browsers ask before every request"
        if age > 0:
            kind = "max-age-over-browsers"
            message = f"rule {index + 1} has MaxAgeSeconds {age}, and no browser keeps an answer for so long"
        yield Risk(kind, message, rule_subject(rule), index, "MaxAgeSeconds", self._example(asked))

    def _preflight(self, index: int, entries: list[str]) -> CorsRequest | None:
        """A preflight that the rule answers, if there is one: of a method that needs it, or of a header that does."""
        age = self._rules[index].max_age_seconds
        others = {place for place, rule in enumerate(self._rules) if rule.max_age_seconds != age}
        names = [name for each in _known(self._rules[index].allowed_headers) if is_browser_header(name := _named(each))]
        for entry in entries:
            for request in self._reached.requests(index, entry, otherwise=others):
                if request.preflight:
                    return request
                for name in names:
                    asked = CorsRequest(request.origin, request.method, (name,))
                    self._looks -= self._size
                    if self._looks < 0:
                        return None
                    if evaluate(self._plain, asked, explain=False).rule == index:
                        return asked
        return None


def _named(header: str) -> str:
    """A header that fits the entry."""
    return header.lower().replace("*", "x-page" if header == "*" else "page")


def _known(values: TextList) -> list[str]:
    return [each for each in values if isinstance(each, str)] if isinstance(values, tuple) else []


def _null(index: int, entry: str, names: str, request: CorsRequest) -> str:
    return f"rule {index + 1} lets the origin null {names}, which any page has that puts itself into a sandboxed frame"


def _localhost(index: int, entry: str, names: str, request: CorsRequest) -> str:
    return f"rule {index + 1} lets {request.origin} {names}"


def _insecure(index: int, entry: str, names: str, request: CorsRequest) -> str:
    covers_it = "" if entry == request.origin else f", which {entry} covers"
    return (
        f"rule {index + 1} lets {request.origin} {names}{covers_it}: whoever is between it and the visitor can rewrite "
        "what comes over plain HTTP"
    )


_WIDE: dict[Cover, tuple[str, Callable[[str, str], str]]] = {
    Cover.OPEN_ENDED: (
        "wildcard-open-ended",
        lambda entry, name: f"{entry} says how the host starts, and not how it ends",
    ),
    Cover.NO_DOT: ("wildcard-without-dot", lambda entry, name: f"{entry} has no dot between * and {name}"),
    Cover.OWNERS: (
        "wildcard-over-public-suffix",
        lambda entry, name: f"{entry} covers names under {name}, which have many owners",
    ),
}
