"""A search for differences that shares nothing with the prover: it fills stars in many ways and asks ``evaluate``'s
rules by regular expression, for every method and all sets of up to four header names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations

from drift.cors.model import METHODS, CorsRule

FILLS = (
    *("", "a", "b", "x", ".", "-", "/", ":", "s", "n", "1", "8443", "a.b", "ab"),
    *("://", "https://", "http://", "https://q", "app:", "app://", "app://q"),
)
NAME_FILLS = ("", "a", "b", "-", "q", "aa", "a-b", "x-q")
BROWSER = re.compile(r"null|[a-z][a-z0-9+.-]*://(?:[^A-Z\x00-\x20#/:<>?@\[\\\]^|%\x7f]+)(?::(?:0|[1-9][0-9]{0,4}))?")
DEFAULT = re.compile(r"(?:http|ws)://[^:]*:80|(?:https|wss)://[^:]*:443|ftp://[^:]*:21")
FORBIDDEN = re.compile(r"host|cookie|origin|date|te|via|sec-.*|proxy-.*")
SAFE_TO_READ = {"content-type", "expires", "pragma", "cache-control", "set-cookie"}

Seen = tuple[object, ...]


@cache
def browser_sends(origin: str) -> bool:
    if not BROWSER.fullmatch(origin) or DEFAULT.fullmatch(origin):
        return False
    port = origin.rpartition(":")[2]
    return not port.isdigit() or int(port) < 65536


@cache
def fits(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(text) is not None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def strings(values: object) -> list[str]:
    assert isinstance(values, tuple)
    return [str(value) for value in values]


def origins_of(rules: Iterable[CorsRule], *, browsers: bool) -> list[str]:
    patterns = {pattern for rule in rules for pattern in strings(rule.allowed_origins)} | {"https://zz.q", "null", "*"}
    heads = {pattern.partition("*")[0] for pattern in patterns} | {""}
    tails = {pattern.partition("*")[2] for pattern in patterns if "*" in pattern} | {""}
    found = {head + fill + tail for head in heads for fill in FILLS for tail in tails}
    found |= {head[: len(head) - cut] + tail for head in heads for tail in tails for cut in range(1, 4)}
    found |= patterns - {"*"}
    return sorted(origin for origin in found if origin and (not browsers or browser_sends(origin)))


def header_sets_of(rules: Iterable[CorsRule]) -> list[tuple[str, ...]]:
    patterns = {pattern.lower() for rule in rules for pattern in strings(rule.allowed_headers)} | {"q"}
    names = {pattern.replace("*", fill) for pattern in patterns for fill in NAME_FILLS}
    sendable = [name for name in sorted(names) if name and not FORBIDDEN.fullmatch(name)]
    kinds: dict[tuple[bool, ...], str] = {}
    for name in sendable:  # names that the same patterns match stand for one another in any set
        kinds.setdefault(tuple(fits(pattern, name) for pattern in sorted(patterns)), name)
    chosen = sorted(kinds.values())
    return [some for size in range(min(4, len(chosen)) + 1) for some in combinations(chosen, size)]


class Told:
    """A rule with what it allows and answers, for each of the sets of headers."""

    def __init__(self, rule: CorsRule, header_sets: list[tuple[str, ...]]) -> None:
        self.methods = strings(rule.allowed_methods)
        self.origins = strings(rule.allowed_origins)
        allowed = [pattern.lower() for pattern in strings(rule.allowed_headers)]
        self.allows = [all(any(fits(each, name) for each in allowed) for name in names) for names in header_sets]
        read = frozenset(name.lower() for name in strings(rule.expose_headers)) - SAFE_TO_READ
        cached = frozenset(self.methods), rule.max_age_seconds
        credentials = "*" not in self.origins
        self.seen = [(credentials, frozenset() if names else read, cached) for names in header_sets]


def answers(rules: Sequence[Told], origin: str, method: str, sets: int) -> list[Seen]:
    """What a browser sees of the answer for each set of headers."""
    fitting = [
        rule for rule in rules if method in rule.methods and any(fits(pattern, origin) for pattern in rule.origins)
    ]
    return [next((rule.seen[place] for rule in fitting if rule.allows[place]), ()) for place in range(sets)]


def directions(declared: Sequence[CorsRule], live: Sequence[CorsRule], *, browsers: bool = True) -> set[str]:
    """Of ``freer``, ``tighter``, ``unranked``, ``cache`` all that some request shows."""
    both = [*declared, *live]
    header_sets = header_sets_of(both)
    sides = [[Told(rule, header_sets) for rule in rules] for rules in (declared, live)]
    patterns = sorted({pattern for side in sides for rule in side for pattern in rule.origins})
    origins = {tuple(fits(each, origin) for each in patterns): origin for origin in origins_of(both, browsers=browsers)}
    shown: set[str] = set()
    for origin in origins.values():  # one for each set of patterns that match it
        for method in METHODS:
            ours, theirs = (answers(rules, origin, method, len(header_sets)) for rules in sides)
            if ours != theirs:
                shown.update(_direction(*pair) for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1])
    return shown


def _direction(ours: Seen, theirs: Seen) -> str:
    if not ours or not theirs:
        return "freer" if theirs else "tighter"
    if ours[:2] == theirs[:2]:
        return "cache"
    up = ours[0] <= theirs[0] and ours[1] <= theirs[1]  # type: ignore[operator]
    down = ours[0] >= theirs[0] and ours[1] >= theirs[1]  # type: ignore[operator]
    return "freer" if up else "tighter" if down else "unranked"


def effect(shown: set[str]) -> str:
    if "unranked" in shown or {"freer", "tighter"} <= shown:
        return "different"
    if "freer" in shown:
        return "wider"
    if "tighter" in shown:
        return "narrower"
    return "cache-only" if shown else "none"
