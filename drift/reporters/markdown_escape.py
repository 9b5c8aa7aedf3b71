"""Text of other people in GitHub-flavoured Markdown: shown as it is, never markup, link, mention or reference.

GitHub makes links of more than markup: of URLs, mail addresses, ``www.`` names, ``@name``, ``#123``, ``GH-123`` and the
digits of commits. It leaves code alone, so whatever is not a plain word stands in code.
Source: the GitHub Flavored Markdown Spec 0.29, 6.3 (code spans), 6.9 (autolinks), 4.10 (tables), and GitHub's
"Autolinked references and URLs".
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from drift.reporters.words import printable

_FENCES = re.compile(r"`+")
_PLAIN = re.compile(
    r"""["'(]*(?:(?![a-f]{7})[A-Za-z]{1,30}(?:[-'](?!\d)[A-Za-z]{1,30})*|\d{1,6}|S3|"{2})[)"']*[.,;:!?]*\Z"""
)
"""A word or number that is nothing else to GitHub: no hex digits as long as those of a commit, nothing with a dot."""
_LIST_MARK = re.compile(r"\d+[.)]\Z")
_HEAD = re.compile(r"""["'(]*""")
_TAIL = re.compile(r"""[)"',;.:]+\Z""")


def code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks in it."""
    return _span(printable(text))


def _span(shown: str) -> str:
    if not shown:
        return '""'
    fence = "`" * (max(map(len, _FENCES.findall(shown)), default=0) + 1)
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""  # of blanks alone none is taken
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence with values of others in it: plain words as they are, everything else in code."""
    words = [_word(word) for word in printable(text).split(" ") if word]
    return " ".join(words)


def _word(word: str) -> str:
    if _PLAIN.match(word) and not _LIST_MARK.match(word):
        return word
    start = len(_HEAD.match(word)[0])  # type: ignore[index]  # it matches nothing too
    tail = _TAIL.search(word, start)
    end = tail.start() if tail else len(word)
    if start >= end:
        return _span(word)
    return word[:start] + _span(word[start:end]) + word[end:]


def cell(markdown: str) -> str:
    """Markdown of ours in a cell of a table: a pipe in it starts no other cell.

    Renderers do not agree on what a backslash before an escaped pipe means, so there a pipe is written out.
    """
    return markdown.replace("\\|", "\\\\x7c").replace("|", "\\|")


def inline_html(text: str) -> str:
    """Code inside a line of HTML, where Markdown is not read."""
    return f"<code>{html.escape(printable(text))}</code>"


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """Lines as a block of code whose fence is longer than any in it."""
    shown = [printable(line) for line in lines]
    longest = max((len(run) for line in shown for run in _FENCES.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *shown, fence]


def shortened(text: str, most: int) -> str:
    """The text, or its beginning where it has more than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
