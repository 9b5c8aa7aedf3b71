"""What breaks a promise, in words."""

from __future__ import annotations

from collections.abc import Sequence

from drift.cors.evaluate import requested_headers
from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.promised import names_read
from drift.cors.promised_search import Bad
from drift.cors.promised_statement import Statement

_SHOWN = 4
"""Cases that are told one by one; of more, only how many there are."""


def shown(request: CorsRequest, answer: CorsAnswer, bad: Bad, statement: Statement, rule: str) -> str:
    """What the answer is and must not be, without a full stop."""
    names = requested_headers(",".join(request.headers))
    asked = f"{request.method} from {request.origin}" + (f" with {_listed(names)}" if names else "")
    if answer.rule is None:
        return f"{asked} is refused"
    if bad & Bad.ALLOWED:
        return f"{asked} is allowed by {rule}"
    if bad & Bad.ECHO:
        return f"{asked} is answered with credentials by {rule}"
    if bad & Bad.STAR:
        return f"{asked} is answered with * and so without credentials by {rule}"
    readable = names_read(answer)
    reads, joint = ("does not let", "or") if bad & Bad.UNREAD else ("lets", "and")
    told = [name for name in statement.exposed if (name.lower() in readable) is not bool(bad & Bad.UNREAD)]
    return f"{rule} {reads} the page read {_listed(told, joint)} in the answer to {asked}"


def _listed(words: Sequence[str], joint: str = "and") -> str:
    *before, last = words
    return f"{', '.join(before)} {joint} {last}" if before else last


def any_of(words: Sequence[str], joint: str = "or", what: str = "cases") -> str:
    """The words as a list; of many only some, and how many more."""
    distinct = list(dict.fromkeys(words))
    more = len(distinct) - _SHOWN
    return f" {joint} ".join(distinct[:_SHOWN]) + (f" {joint} {more} more {what}" if more > 0 else "")
