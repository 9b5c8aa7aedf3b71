"""Entries of AllowedOrigins that no browser can match, and why."""

from __future__ import annotations

from drift.cors.budget import Budget
from drift.cors.grammar import DEFAULT_PORTS, browser_origins, is_browser_origin
from drift.cors.pattern import overlapped
from drift.cors.regions import Kind, Regions

_WHOLE = ("https://evil.example", "http://evil.example", "null", "app://evil.example")
_BEFORE = ("https://evil", "http://evil", "", "https://", "app://evil", "https://evil.example", "app://evil.example")
_AFTER_SCHEME = ("evil.example", ".evil.example", "evil", "", ".evil", "example", ":8443", "8443")
_IN_SCHEME = ("://evil.example", "s://evil.example", "//evil.example", "/evil.example", "", "s://evil", "://evil")
_BETWEEN = ("evil", "", ".evil", "evil.example", "x", "://evil", "s://evil", "//evil")


def _fillers(row: str, column: str) -> tuple[str, ...]:
    """What to put between the two, so that a person sees at once what it means."""
    if column:
        return _BETWEEN if row else _BEFORE
    if not row:
        return _WHOLE
    return _AFTER_SCHEME if "://" in row else _IN_SCHEME


ORIGINS = Kind(browser_origins, is_browser_origin, _fillers)
"""Texts as values of the Origin header."""


def example_origin(pattern: str) -> str | None:
    """An origin that a browser can send and the pattern matches; None if there is none.

    Raises ``OverBudgetError`` for a pattern of extreme length.
    """
    prefix, star, suffix = pattern.partition("*")
    if not star:
        return pattern if is_browser_origin(pattern) else None
    regions = Regions([(pattern,)], ORIGINS, Budget())
    return regions.browser_member(prefix, 1 << regions.columns.index(suffix))


def why_never_sent(pattern: str) -> str | None:
    """Why no browser sends an origin that the entry of AllowedOrigins matches, in words; None if one can.

    One that it matches only if its two ends may share characters counts too: whether S3 reads it so is not known.
    """
    if example_origin(pattern) is not None or any(map(is_browser_origin, overlapped(pattern))):
        return None
    if not pattern:
        return "it is empty"
    scheme, separator, rest = pattern.partition("://")
    if any(letter.isupper() for letter in pattern):
        return "browsers send scheme and host in lower case, and letter case counts"
    if not separator and "*" not in pattern:
        return "it has no scheme: an origin is scheme://host, with a port where that is not the scheme's own"
    if rest.endswith("/") or (not separator and pattern.endswith("/")):
        return "an origin has no slash at its end"
    if "/" in rest or (not separator and "/" in pattern.replace("//", "", 1)):
        return "an origin has no path"
    host, colon, port = rest.rpartition(":")
    if colon and host and DEFAULT_PORTS.get(scheme) == port:
        return f"browsers leave out the port {port}, which is the default of {scheme}"
    return "it is not of the form scheme://host or scheme://host:port"
