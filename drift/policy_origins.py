"""What an entry of AllowedOrigins covers: whose pages fit it, whether over plain HTTP, whether on the own machine.

Judged is the host, since a name is what somebody can have: a wildcard is bounded if the text around it holds a whole
name that one owner has. Which of this reaches a rule is another question (``drift.cors.risk``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from drift.cors.pattern import covers, matches
from drift.policy_suffixes import is_suffix, shared_by_owners

_WEB = ("https://", "http://")


class Cover(StrEnum):
    """Whose pages fit a wildcard."""

    ANY = "any"
    """Anybody's."""
    OPEN_ENDED = "open-ended"
    """The host may go on behind what is written."""
    NO_DOT = "no-dot"
    """What is written is the end of a name, not a name: other names end so too."""
    OWNERS = "owners"
    """Names under what is written are those of many owners."""
    BOUNDED = "bounded"
    """One owner's, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What a wildcard covers. ``dangerous`` is the part of it that is not meant, as a pattern; ``besides`` are patterns
    of what is meant. ``name``: the name that it ends with, or the public suffix.
    """

    cover: Cover
    dangerous: str
    besides: tuple[str, ...] = ()
    name: str = ""


@lru_cache(maxsize=4096)
def covered(pattern: str) -> Covered:
    """What the entry covers; an entry without a wildcard is bounded."""
    prefix, star, suffix = pattern.partition("*")
    scheme, separator, host = prefix.partition("://")
    bounded = Covered(Cover.BOUNDED, pattern)
    if not star or "*" in suffix or "/" in suffix or ":" in host or "[" in host:
        return bounded  # "/": the star stands in the scheme; ":": in the port
    if f"{scheme}://" not in _WEB if separator else not any(each.startswith(prefix) for each in _WEB):
        return bounded  # no page of the web
    tail = suffix.partition(":")[0].rstrip(".")
    if not tail or suffix.isdigit():  # digits end a port as well
        if not host:
            return Covered(Cover.ANY, pattern)
        dangerous = pattern if host.endswith(".") else f"{prefix}.*{suffix}"
        return Covered(Cover.OPEN_ENDED, dangerous, name=host)
    if tail.rpartition(".")[2].isdigit() or is_loopback_host(tail):
        return bounded  # an address, which nobody registers
    name = tail.removeprefix(".")
    if name == tail:
        rest = tail.partition(".")[2]
        if rest and not is_suffix(rest):
            return bounded
        return Covered(Cover.NO_DOT, pattern, (f"{prefix}*.{suffix}", f"{prefix}{suffix}"), tail)
    shared = shared_by_owners(name)
    if shared is None:
        return bounded
    port = suffix[suffix.index(":") :] if ":" in suffix else ""
    return Covered(Cover.OWNERS, pattern if shared == name else f"{prefix}*.{shared}{port}", name=shared)


_LOOPBACK = re.compile(r"(?:.*\.)?localhost|127(?:\.[0-9]{1,3}){3}|127\.(?:[0-9]{1,3}\.){0,2}|0\.0\.0\.0|\[::1\]")


def is_loopback_host(host: str) -> bool:
    """Whether the host, or the start of an address, is the machine of whoever looks at the page (RFC 6761, "localhost";
    RFC 1122, 127/8).
    """
    return _LOOPBACK.fullmatch(host) is not None


def is_loopback(pattern: str) -> bool:
    """Whether the entry is about pages of the own machine: by its host, whatever the port is."""
    prefix, star, suffix = pattern.partition("*")
    if not star or "/" in suffix:
        return is_loopback_host(_host((suffix or prefix).rpartition("//")[2].lstrip("/")))
    tail = suffix.partition(":")[0]
    if tail:
        return is_loopback_host(tail.removeprefix("."))
    return is_loopback_host(_host(prefix.partition("://")[2]))


def _host(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and not port.endswith("]") else authority


def over_plain_http(pattern: str) -> str | None:
    """The part of the entry that is pages loaded over plain HTTP, as a pattern; None if there is none.

    A developer's own machine is no network that somebody could listen on.
    """
    if is_loopback(pattern):
        return None
    prefix, star, suffix = pattern.partition("*")
    if prefix.startswith("http://"):
        return pattern
    if not star or not "http://".startswith(prefix):
        return None
    if "/" in suffix:
        host = suffix.rpartition("/")[2]
        return f"http://{host}" if matches(pattern, f"http://{host}") else None
    return f"http://*{suffix}" if covers(pattern, f"http://*{suffix}") else None
