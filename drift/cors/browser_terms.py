"""What a browser may send, in the words of the standards: methods, names of headers, origins.

Sources: Fetch standard (fetch.spec.whatwg.org), sections "Methods" and "Headers"; HTML standard, "serialization of an
origin"; URL standard, "host writing" and "default port"; RFC 9110, "token".
"""

from __future__ import annotations

import re

from drift.cors.grammar import DEFAULT_PORTS, FORBIDDEN_HEADERS, FORBIDDEN_PREFIXES, HOST_CHARACTERS

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What a method and the name of a header are."""

SAFELISTED_METHODS = ("GET", "HEAD", "POST")
"""Fetch, "CORS-safelisted method": these by themselves need no preflight."""

FORBIDDEN_METHODS = ("CONNECT", "TRACE", "TRACK")
"""Fetch, "forbidden method", in any letter case: ``fetch()`` throws a TypeError."""

NORMALIZED_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
"""Fetch, "normalize a method": a browser writes these in capitals, and no other (``patch`` stays ``patch``)."""

SAFELISTED_BY_VALUE = {
    "accept": 'at most 128 bytes, none of them a control character or one of "():<>?@[\\]{}',
    "accept-language": "at most 128 letters, digits, blanks and *,-.;=",
    "content-language": "at most 128 letters, digits, blanks and *,-.;=",
    "content-type": "application/x-www-form-urlencoded, multipart/form-data or text/plain",
    "range": "one range with a start, such as bytes=0-99 or bytes=500-",
}
"""Fetch, "CORS-safelisted request-header": the name, and the values with which it needs no preflight."""

_ORIGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_HOST = re.compile(rf"[{re.escape(HOST_CHARACTERS)}]+|\[[0-9a-f:.]+\]")


def normalized_method(method: str) -> str:
    """The method as a browser sends it."""
    return method.upper() if method.upper() in NORMALIZED_METHODS and method.isascii() else method


def is_forbidden_header(name: str) -> bool:
    """Whether a browser drops the request header in silence when a page sets it; any letter case.

    Fetch, "forbidden request-header". ``X-HTTP-Method`` and its kin are forbidden only where their value is a forbidden
    method, and are let pass here.
    """
    return name.lower() in FORBIDDEN_HEADERS or name.lower().startswith(FORBIDDEN_PREFIXES)


def why_no_origin(text: str) -> str | None:
    """Why no browser sends the text as Origin, in words; None if one may.

    A browser sends ``null``, or scheme, host and port as the URL standard writes them: lower case, the host in ASCII,
    no default port, no path.
    """
    if text == "null":
        return None
    if not text:
        return "it is empty"
    if any(character.isspace() or not character.isprintable() for character in text):
        return "it has a blank or a control character"
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return "it is not scheme://host or scheme://host:port, nor null"
    scheme, authority, rest = found.groups()
    if rest:
        return "an origin has no path and no slash at its end" if rest[0] == "/" else "an origin has no query"
    if "@" in authority:
        return "an origin has no user name"
    if text != text.lower():
        return "scheme and host are in lower case"
    host, port = _parted(authority)
    if not host.isascii():
        return "a host is in ASCII (xn--...)"
    if not _HOST.fullmatch(host):
        return "it has no host that a browser writes so" if host else "it has no host"
    return None if port is None else _why_no_port(scheme, port)


def _parted(authority: str) -> tuple[str, str | None]:
    """Host and port; the colons in the brackets of an IPv6 address part nothing."""
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        return authority, None
    return host, port


def _why_no_port(scheme: str, port: str) -> str | None:
    if not re.fullmatch(r"0|[1-9][0-9]{0,4}", port) or int(port) > 65535:
        return "a port is a number up to 65535, without leading zeros"
    return f"a browser leaves out {scheme}'s own port, {port}" if DEFAULT_PORTS.get(scheme) == port else None
