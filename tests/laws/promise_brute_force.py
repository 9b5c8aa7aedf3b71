"""What breaks a statement, told and searched for in the slow way: it shares nothing with the prover or ``evaluate``.

One request says whether it breaks a statement; the search asks this of every method, of all sets of up to four header
names and of origins in which the stars of all patterns are filled in many ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from drift.cors.model import CorsRule
from drift.cors.promised_statement import Sense, Statement
from tests.laws import prove_brute_force as brute

READABLE_ANYWAY = brute.SAFE_TO_READ - {"set-cookie"}

Asked = tuple[str, str, tuple[str, ...]]
"""Origin, method, names of headers."""


def speaks_of(statement: Statement, origin: str) -> bool:
    named = any(brute.fits(each, origin) for each in statement.origins)
    return named is not (statement.sense is Sense.NOBODY_BUT)


def first(rules: Sequence[CorsRule], asked: Asked) -> CorsRule | None:
    origin, method, names = asked
    return next(
        (
            rule
            for rule in rules
            if method in brute.strings(rule.allowed_methods)
            and any(brute.fits(each, origin) for each in brute.strings(rule.allowed_origins))
            and all(
                any(brute.fits(each.lower(), name) for each in brute.strings(rule.allowed_headers)) for name in names
            )
        ),
        None,
    )


def breaks(rules: Sequence[CorsRule], statement: Statement, asked: Asked) -> bool:
    """Whether the request by itself breaks the statement, under rules in this order."""
    origin, method, names = asked
    if not brute.browser_sends(origin) or not speaks_of(statement, origin) or method not in statement.methods:
        return False
    meant = [any(brute.fits(each, name) for each in statement.headers) for name in names]
    rule = first(rules, asked)
    exposed = {name.lower() for name in brute.strings(rule.expose_headers)} if rule is not None else set()
    exposed |= READABLE_ANYWAY
    wanted = {name.lower() for name in statement.exposed}
    credentials = rule is not None and "*" not in brute.strings(rule.allowed_origins)
    if statement.sense is Sense.MAY:
        if not all(meant):
            return False
        if rule is None or (statement.credentials and not credentials):
            return True
        return not names and bool(wanted - exposed)
    if rule is None:
        return False
    if statement.headers:
        return any(meant)
    if statement.credentials:
        return credentials
    return not wanted or (not names and bool(wanted & exposed))


def orders(rules: Sequence[CorsRule], *, ordered: bool) -> Iterator[Sequence[CorsRule]]:
    yield rules
    if not ordered:
        yield from permutations(rules)


def search(rules: Sequence[CorsRule], statement: Statement, *, ordered: bool = True) -> Asked | None:
    """A request that breaks the statement; None if none was found, which proves nothing."""
    named = CorsRule(statement.methods, statement.origins, statement.headers)
    both = [*rules, named]
    patterns = sorted({each for rule in both for each in brute.strings(rule.allowed_origins)})
    found = brute.origins_of(both, browsers=True)
    origins = {tuple(brute.fits(each, origin) for each in patterns): origin for origin in found}
    header_sets = brute.header_sets_of(both)
    for origin in origins.values():
        if speaks_of(statement, origin):
            for method in statement.methods:
                for names in header_sets:
                    asked = origin, method, names
                    if any(breaks(each, statement, asked) for each in orders(rules, ordered=ordered)):
                        return asked
    return None
