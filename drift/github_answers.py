"""What GitHub answers, and what is wrong with it: an error that says whether the token may, and whether to look first.

Sources: GitHub's "Rate limits for the REST API" and "Troubleshooting the REST API".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any

from drift.errors import CorsDriftError

MAX_SHOWN = 300
"""Characters of what GitHub says that an error passes on."""

_FORBIDDEN, _NOT_FOUND, _TOO_MANY = 403, 404, 429


class GitHubError(CorsDriftError):
    """GitHub did not do what it was asked for.

    ``status`` is that of the answer, None where there was none. ``uncertain`` says that the request may have had its
    effect all the same: look before it is made again.
    """

    def __init__(self, message: str, *, status: int | None = None, uncertain: bool = False, limited: bool = False):
        super().__init__(message)
        self.status = status
        self.uncertain = uncertain
        self.limited = limited

    @property
    def denied(self) -> bool:
        """Whether the token may not do it. GitHub tells 404 of what a token may not even see."""
        return self.status in (401, _FORBIDDEN, _NOT_FOUND) and not self.limited


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of any status; ``headers`` are looked up in any letter case."""

    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:
        if not self.content:
            return None
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise GitHubError("GitHub's answer is not JSON", status=self.status) from None

    @property
    def message(self) -> str:
        """What GitHub says of an error, in one line of bounded length."""
        from drift.reporters.words import printable

        try:
            told = json.loads(self.content)
        except (ValueError, RecursionError):
            return ""
        text = told.get("message") if isinstance(told, dict) else None
        return printable(text[:MAX_SHOWN]) if isinstance(text, str) else ""

    @property
    def limited(self) -> bool:
        """Whether a rate limit refused it: with 429, or with a 403 like that of a missing permission."""
        if self.status == _TOO_MANY:
            return True
        if self.status != _FORBIDDEN:
            return False
        spent = self.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in self.headers
        return spent or "rate limit" in self.message.lower()


def error_of(answer: Answer, once: bool) -> GitHubError:
    """The error that an answer is. ``once``: of a request that must not be made again where it may have been heeded."""
    told = f": {answer.message}" if answer.message else ""
    uncertain = once and answer.status >= 500
    return GitHubError(
        f"GitHub answers {answer.status}{told}", status=answer.status, uncertain=uncertain, limited=answer.limited
    )


def whole_number(text: str | None) -> int | None:
    """A number of a header; None where there is none that makes sense."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None
