"""In plain words: why a rule answers a request, or is passed over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from drift.cors.pattern import matches

MOST_SHOWN = 5
"""Longer lists are cut: a person reads this."""

LONGEST_SHOWN = 120
"""Characters of one value."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A rule with nothing unknown in it; ``headers`` are lower-cased."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: int | None


@dataclass(frozen=True, slots=True)
class Ask:
    """What the rules are searched for; ``headers`` are lower-cased."""

    method: str | None
    origin: str
    headers: tuple[str, ...]


def why_it_answers(rule: Resolved, ask: Ask) -> str:
    """By which of its entries the rule allows the request."""
    pattern = "*" if "*" in rule.origins else next(each for each in rule.origins if matches(each, ask.origin))
    by = "" if pattern == ask.origin else f" by {shown(pattern)}"
    plural = "headers" if len(ask.headers) > 1 else "header"
    headers = f"{plural} {_listed(ask.headers)} allowed" if ask.headers else "no header is requested"
    return f"origin {shown(ask.origin)} allowed{by}; method {shown(ask.method or '')} allowed; {headers}"


def why_passed_over(rules: Sequence[Resolved], index: int, ask: Ask) -> str:
    """All that stands against the rule, not the first objection alone."""
    rule = rules[index]
    objections = []
    if ask.method not in rule.methods:
        also = " (GET does not imply HEAD)" if ask.method == "HEAD" and "GET" in rule.methods else ""
        method = "no method" if ask.method is None else f"method {shown(ask.method)}"
        objections.append(f"{method} is not one of {_listed(rule.methods)}{also}")
    if not any(matches(pattern, ask.origin) for pattern in rule.origins):
        hint = _origin_hint(rule.origins, ask.origin)
        objections.append(f"origin {shown(ask.origin)} matches none of {_listed(rule.origins)}{hint}")
    refused = [name for name in ask.headers if not _allowed(rule, name)]
    if refused:
        objections.append(_header_objection(rule, refused) + _adding_hint(rules, ask, refused))
    return "; ".join(objections)


def _header_objection(rule: Resolved, refused: Sequence[str]) -> str:
    noun, verb = ("headers", "are") if len(refused) > 1 else ("header", "is")
    allowed = f"which allows {_listed(rule.headers)}" if rule.headers else "which has no AllowedHeaders"
    return f"{noun} {_listed(refused)} {verb} not allowed by this rule, {allowed}"


def _adding_hint(rules: Sequence[Resolved], ask: Ask, refused: Sequence[str]) -> str:
    """Told where other rules allow what this one refuses, and no single rule allows all of it."""
    if any(all(_allowed(rule, name) for name in ask.headers) for rule in rules):
        return ""
    elsewhere = any(_allowed(rule, name) for rule in rules for name in refused)
    return "; what several rules allow does not add up" if elsewhere else ""


def _allowed(rule: Resolved, name: str) -> bool:
    return any(matches(pattern, name) for pattern in rule.headers)


def _origin_hint(patterns: Sequence[str], origin: str) -> str:
    if any(matches(pattern.lower(), origin.lower()) for pattern in patterns):
        return " (letter case counts)"
    if any(matches(pattern.rstrip("/"), origin.rstrip("/")) for pattern in patterns):
        return " (a trailing slash counts)"
    for port in (":80", ":443"):
        if any(matches(pattern.removesuffix(port), origin.removesuffix(port)) for pattern in patterns):
            return " (a written-out port counts)"
    return ""


def shown(text: str) -> str:
    """The text as it is, or quoted and escaped where it is empty or has spaces, commas or unprintable characters."""
    short = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."
    plain = short and short.isprintable() and not set(short) & set(' ,;"')
    return short if plain else json.dumps(short)


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_SHOWN
    listed = ", ".join(shown(text) for text in texts[:MOST_SHOWN]) or "(none)"
    return f"{listed} and {more} more" if more > 0 else listed
