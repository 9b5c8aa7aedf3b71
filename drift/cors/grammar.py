"""What a browser can send, as finite automata: origins, and names of request headers.

Sources: Fetch standard, "Origin header" and "forbidden request-header"; HTML standard, "serialization of an origin";
URL standard, "forbidden domain code point", "default port". Where the standards leave room (custom schemes, odd
characters in hosts, IPv6 addresses) the automata take more rather than less: what they refuse, no browser sends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from functools import cache

DEFAULT_PORTS = {"http": "80", "ws": "80", "https": "443", "wss": "443", "ftp": "21"}

HOST_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-_~!$&'()*+,;=\"`{}"
TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~"  # noqa: S105 - RFC 7230 token, lower case
_SCHEME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789+-."
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ADDRESS_CHARACTERS = "0123456789abcdef:."

FORBIDDEN_HEADERS = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
FORBIDDEN_PREFIXES = ("proxy-", "sec-")

_ORIGIN = re.compile(
    rf"([a-z][{re.escape(_SCHEME_CHARACTERS)}]*)://"
    rf"(?:[{re.escape(HOST_CHARACTERS)}]+|\[[{re.escape(_ADDRESS_CHARACTERS)}]+\])"
    r"(?::(0|[1-9][0-9]{0,4}))?"
)
_TOKEN = re.compile(f"[{re.escape(TOKEN_CHARACTERS)}]+")

State = Hashable


class Grammar:
    """A deterministic automaton over a finite alphabet; its states are numbered from 0, the start.

    ``step[state]`` has the next state by character; ``accepting`` is the set of accepting states as bits.
    """

    def __init__(
        self,
        alphabet: str,
        start: State,
        step: Callable[[State, str], State | None],
        final: Callable[[State], bool],
    ) -> None:
        numbers = {start: 0}
        states = [start]
        self.step: list[dict[str, int]] = []
        for state in states:  # grows while it is walked
            row: dict[str, int] = {}
            for character in alphabet:
                following = step(state, character)
                if following is not None:
                    if following not in numbers:
                        numbers[following] = len(states)
                        states.append(following)
                    row[character] = numbers[following]
            self.step.append(row)
        self.size = len(states)
        self.alphabet = {character: place for place, character in enumerate(alphabet)}
        self.accepting = sum(1 << number for number, state in enumerate(states) if final(state))
        self._before: dict[str, dict[int, int]] = {}
        for number, row in enumerate(self.step):
            for character, following_ in row.items():
                sources = self._before.setdefault(character, {})
                sources[following_] = sources.get(following_, 0) | 1 << number
        self._memo: dict[tuple[str, int], int] = {}
        self.reach = self._reachable()

    def accepts(self, text: str) -> bool:
        """Whether the automaton accepts the text."""
        state = 0
        for character in text:
            following = self.step[state].get(character)
            if following is None:
                return False
            state = following
        return bool(self.accepting >> state & 1)

    def before(self, character: str, states: int) -> int:
        """The states from which the character leads into one of these, all as bits."""
        known = self._memo.get((character, states))
        if known is None:
            sources = self._before.get(character, {})
            known = 0
            for state, origins in sources.items():
                if states >> state & 1:
                    known |= origins
            self._memo[character, states] = known
        return known

    def _reachable(self) -> list[int]:
        """For each state the states that some text leads to, itself included, as bits."""
        reach = [1 << state for state in range(self.size)]
        changed = True
        while changed:
            changed = False
            for state, row in enumerate(self.step):
                wider = reach[state]
                for following in row.values():
                    wider |= reach[following]
                if wider != reach[state]:
                    reach[state], changed = wider, True
        return reach


def is_browser_origin(text: str) -> bool:
    """Whether a browser can send the text as Origin."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return text == "null"
    scheme, port = found.groups()
    return port is None or (int(port) < 65536 and DEFAULT_PORTS.get(scheme) != port)


def is_browser_header(text: str) -> bool:
    """Whether a browser can name the header in Access-Control-Request-Headers; the name in lower case."""
    return (
        _TOKEN.fullmatch(text) is not None and text not in FORBIDDEN_HEADERS and not text.startswith(FORBIDDEN_PREFIXES)
    )


@cache
def browser_origins() -> Grammar:
    """``null``, or lower-case ``scheme://host[:port]`` without default port and path."""
    alphabet = HOST_CHARACTERS + ":/[]"
    return Grammar(alphabet, ("scheme", ""), _origin_step, _origin_final)


@cache
def browser_headers() -> Grammar:
    """Names of headers that a page may set, in lower case."""
    return Grammar(TOKEN_CHARACTERS, "", _header_step, _header_final)


_KNOWN = ("null", *DEFAULT_PORTS)


def _origin_step(state: State, character: str) -> State | None:
    """States: (part, default port of the scheme, what of the port counts); a scheme's text while it may be known."""
    assert isinstance(state, tuple)  # noqa: S101 - for the type checker
    part, *more = state
    if part == "scheme":
        return _scheme_step(more[0], character)
    default = more[0]
    if part in ("colon", "slash"):
        following = "slash" if part == "colon" else "host-start"
        return (following, default) if character == "/" else None
    if part == "host-start" and character == "[":
        return ("address-start", default)
    if part in ("host-start", "host") and character in HOST_CHARACTERS:
        return ("host", default)
    if part in ("address-start", "address") and character in _ADDRESS_CHARACTERS:
        return ("address", default)
    if part == "address" and character == "]":
        return ("address-end", default)
    if part in ("host", "address-end") and character == ":":
        return ("port", default, 0, 0, True)
    if part == "port" and character.isdigit():
        return _port_step(default, more[1], more[2], more[3], character)
    return None


def _scheme_step(text: str | None, character: str) -> State | None:
    if character == ":":
        return ("colon", DEFAULT_PORTS.get(text or "")) if text != "" else None
    if character not in (_LETTERS if text == "" else _SCHEME_CHARACTERS):
        return None
    longer = None if text is None else text + character
    return ("scheme", longer if longer and any(each.startswith(longer) for each in _KNOWN) else None)


def _port_step(default: str | None, length: int, against: int, is_default: bool, digit: str) -> State | None:
    """``against``: -1, 0 or 1 as the digits so far are less than, the same as or more than those of 65535."""
    if length == 5 or (length == 1 and against == -2):
        return None
    if length == 0 and digit == "0":
        return ("port", default, 1, -2, False)  # 0 stands alone
    against = against or (digit > "65535"[length]) - (digit < "65535"[length])
    if length == 4 and against > 0:
        return None
    still = bool(is_default and default and default[length : length + 1] == digit)
    return ("port", default, length + 1, against, still)


def _origin_final(state: State) -> bool:
    assert isinstance(state, tuple)  # noqa: S101 - for the type checker
    if state[0] == "port":
        _, default, length, _, is_default = state
        return length > 0 and not (is_default and length == len(default or ""))
    return state[0] in ("host", "address-end") or state == ("scheme", "null")


_WATCHED = (*FORBIDDEN_HEADERS, *FORBIDDEN_PREFIXES)


def _header_step(state: State, character: str) -> State | None:
    """States: the text so far while it may become a forbidden one, then ``("free",)``."""
    if state == ("free",):
        return state
    longer = f"{state}{character}"
    if longer in FORBIDDEN_PREFIXES:
        return None
    return longer if any(each.startswith(longer) for each in _WATCHED) else ("free",)


def _header_final(state: State) -> bool:
    return state == ("free",) or (state != "" and state not in FORBIDDEN_HEADERS)
