"""An expression of HCL cut into the tokens of python-hcl2's grammar.

Sources: hclsyntax/scan_tokens.rl for what a token is, hclsyntax/parser.go for where line breaks count: between the
elements of an object and nowhere else inside an expression. A string or heredoc is one token here, whatever is in it;
``templates`` reads it. What Terraform takes and the grammar does not is told to it in its own words: a name with its
namespace is one name, and an operand with more than one sign gets parentheses.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.terraform.limits import MAX_NESTING
from parsers.terraform.scan import (
    BLOCK_COMMENT,
    HEREDOC_START,
    IDENTIFIER,
    LINE_COMMENT,
    SIMPLE_STRING,
    ScanError,
)
from parsers.terraform.scan import end_of_opening as _end_of_opening

STRING = "STRING"
HEREDOC = "HEREDOC_TEMPLATE"
NUMBER = "INT_LITERAL"
FRACTION = "FLOAT_LITERAL"
NAME = "NAME"
NEWLINE = "NL_OR_COMMENT"
WORDS = {"true": "TRUE", "false": "FALSE", "null": "NULL"}


class Token(NamedTuple):
    """A token with its offsets in the source; ``type`` is the name that the grammar has for it, or STRING."""

    type: str
    text: str
    start: int
    end: int


_SYMBOLS = {
    "==": "DOUBLE_EQ",
    "!=": "NEQ",
    "<": "LT",
    ">": "GT",
    "<=": "LEQ",
    ">=": "GEQ",
    "-": "MINUS",
    "*": "ASTERISK",
    "/": "SLASH",
    "%": "PERCENT",
    "&&": "DOUBLE_AMP",
    "||": "DOUBLE_PIPE",
    "+": "PLUS",
    "!": "NOT",
    "?": "QMARK",
    "(": "LPAR",
    ")": "RPAR",
    "{": "LBRACE",
    "}": "RBRACE",
    "[": "LSQB",
    "]": "RSQB",
    ",": "COMMA",
    ".": "DOT",
    "=": "EQ",
    ":": "COLON",
    "=>": "FOR_OBJECT_ARROW",
    "...": "ELLIPSIS",
}
TERMINALS = frozenset(
    {HEREDOC, NUMBER, FRACTION, NAME, NEWLINE, "FOR", "IN", "IF", "ATTR_SPLAT", "FULL_SPLAT_START"}
    | {*WORDS.values(), *_SYMBOLS.values()}
)
"""What the grammar is given; a STRING is given as a HEREDOC."""
_NUMBER = r"[0-9](?:(?:[0-9.]|[eE][+-]?[0-9]){0,1000}(?:[0-9]|[eE][+-]?[0-9]))?"
_PROPER_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TOKEN = re.compile(
    rf"(?P<skip>[ \t]++|\r(?=\n|\Z)|{BLOCK_COMMENT})|(?P<line>\n|{LINE_COMMENT}\n?)"
    rf"|(?P<name>{IDENTIFIER}(?:[ \t]*::[ \t]*{IDENTIFIER}){{0,10}})"
    rf"|(?P<string>{SIMPLE_STRING})|(?P<opening>\"|{HEREDOC_START})|(?P<number>{_NUMBER})"
    r"|(?P<symbol>==|!=|<=|>=|=>|&&|\|\||\.\.\.|[-+*/%<>!?()\[\]{},.=:])"
)
_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_ENDS = frozenset({STRING, HEREDOC, NUMBER, FRACTION, NAME, "RPAR", "RSQB", "RBRACE", *WORDS.values()})
_ENDS |= {"ATTR_SPLAT", "FULL_SPLAT_START"}
"""Types of tokens with which an operand can end."""
_BEGINNINGS = frozenset({STRING, HEREDOC, NUMBER, FRACTION, NAME, "LPAR", "LSQB", "LBRACE", *WORDS.values()})
_SIGNS = frozenset({"MINUS", "NOT"})
_OBJECT, _FOR = "{", "for"


def tokens_of(source: str, at: int, end: int) -> list[Token]:
    """The tokens between two offsets. Raises ScanError."""
    reader = _Reader()
    while at < end:
        found = _TOKEN.match(source, at, end)
        if found is None:
            raise _foreign(source, at)
        kind, stop = found.lastgroup, found.end()
        if kind == "opening" or kind is None:
            stop = _end_of_opening(source, at)
            reader.add(STRING if found[0] == '"' else HEREDOC, source[at:stop], at, stop)
        elif kind == "name":
            reader.word(found[0], at, stop)
        elif kind == "string":
            reader.add(STRING, found[0], at, stop)
        elif kind == "number":
            if _PROPER_NUMBER.fullmatch(found[0]) is None:
                raise ScanError(f"{found[0][:20]} is no number", at)
            reader.add(NUMBER if found[0].isdecimal() else FRACTION, found[0], at, stop)
        elif kind == "symbol":
            reader.symbol(found[0], at, stop)
        elif kind == "line":
            reader.line(at, stop)
        at = stop
    return reader.finished()


def _foreign(source: str, at: int) -> ScanError:
    if source.startswith("/*", at):
        return ScanError("a comment is not closed", at)
    return ScanError(f"the character {source[at]!r} has no meaning here", at)


class _Reader:
    """The tokens so far, and which brackets are open around what follows."""

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self._open: list[tuple[str, str]] = []
        """Types of the closing tokens that are waited for, and what the brackets hold."""
        self._line: Token | None = None

    def add(self, kind: str, text: str, start: int, end: int) -> None:
        if self._line is not None:
            self._break(kind)
        self._tokens.append(Token(kind, text, start, end))

    def line(self, start: int, end: int) -> None:
        """A line break: it counts between the elements of an object."""
        if self._open and self._open[-1][1] is _OBJECT and self._line is None:
            self._line = Token(NEWLINE, "\n", start, end)

    def _break(self, following: str) -> None:
        assert self._line is not None  # noqa: S101 - the caller has looked
        line, self._line = self._line, None
        before = self._last()
        if before in ("LBRACE", "COMMA") or following == "RBRACE":
            whole = before in _ENDS or before in ("LBRACE", "COMMA")
        else:
            whole = before in _ENDS and (following in _BEGINNINGS or following in _SIGNS)
        if not whole:
            raise ScanError("a line ends in the middle of an expression", line.start)
        self._tokens.append(line)

    def _last(self) -> str:
        return self._tokens[-1].type if self._tokens else ""

    def word(self, text: str, start: int, end: int) -> None:
        before = self._last()
        if not text.isascii() and not text.replace("-", "_").isidentifier():
            raise ScanError(f"{text!r} is no name", start)
        kind = NAME
        if text in WORDS and before != "DOT":
            kind = WORDS[text]
        elif text == "for" and before in ("LSQB", "LBRACE") and self._open:
            kind, self._line = "FOR", None
            self._open[-1] = (self._open[-1][0], _FOR)
        elif text in ("in", "if") and before in _ENDS | {"ELLIPSIS"} and self._open and self._open[-1][1] is _FOR:
            kind = text.upper()
        if "::" in text:
            text = re.sub(r"[ \t]+", "", text)
        self.add(kind, text, start, end)

    def symbol(self, text: str, start: int, end: int) -> None:
        kind = _SYMBOLS[text]
        if kind in _OPENING:
            self.add(kind, text, start, end)
            self._open.append((_OPENING[kind], _OBJECT if text == "{" else ""))
            if len(self._open) > MAX_NESTING:
                raise ScanError("this is nested too deep to be read", start)
            return
        if kind in ("RPAR", "RSQB", "RBRACE"):
            if not self._open or self._open[-1][0] != kind:
                raise ScanError(f"{text!r} is not expected here", start)
            self.add(kind, text, start, end)
            self._open.pop()
            self._splat()
            return
        self.add(kind, text, start, end)
        self._splat()

    def _splat(self) -> None:
        """``.`` and ``*``, or ``[``, ``*`` and ``]``, which are one token each in the grammar."""
        types = [each.type for each in self._tokens[-3:]]
        if types[-2:] == ["DOT", "ASTERISK"]:
            self._join(2, "ATTR_SPLAT")
        elif types == ["LSQB", "ASTERISK", "RSQB"]:
            self._join(3, "FULL_SPLAT_START")

    def _join(self, count: int, kind: str) -> None:
        joined = self._tokens[-count:]
        self._tokens[-count:] = [Token(kind, "".join(each.text for each in joined), joined[0].start, joined[-1].end)]

    def finished(self) -> list[Token]:
        if self._open:
            raise ScanError("a bracket is not closed", self._tokens[-1].start)
        return self._tokens


def with_parentheses(tokens: list[Token]) -> list[Token]:
    """The tokens with each operand that has more than one sign before it in parentheses: ``!!x`` as ``!(!x)``.

    Raises ScanError for more signs than brackets may nest.
    """
    out: list[Token] = []
    closing: dict[int, int] = {}
    signs = stop = 0
    for place, token in enumerate(tokens):
        signs = signs + 1 if token.type in _SIGNS and (signs or not out or out[-1].type not in _ENDS) else 0
        if signs > MAX_NESTING:
            raise ScanError("this is nested too deep to be read", token.start)
        if signs > 1:
            stop = _end_of_operand(tokens, place) if signs == 2 else stop
            closing[stop] = closing.get(stop, 0) + 1
            out.append(Token("LPAR", "(", token.start, token.start))
        out.append(token)
        out.extend(Token("RPAR", ")", token.end, token.end) for _ in range(closing.pop(place, 0)))
    return out


def _end_of_operand(tokens: list[Token], at: int) -> int:
    """The place of the last token of the operand whose signs start at ``at``."""
    while at < len(tokens) and tokens[at].type in _SIGNS:
        at += 1
    at = _end_of_group(tokens, at)
    while at + 1 < len(tokens):
        following = tokens[at + 1].type
        if following == "DOT":
            at += 2
        elif following in ("ATTR_SPLAT", "FULL_SPLAT_START"):
            at += 1
        elif following == "LSQB" or (following == "LPAR" and tokens[at].type == NAME):
            at = _end_of_group(tokens, at + 1)
        else:
            break
    return min(at, len(tokens) - 1)


def _end_of_group(tokens: list[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        if tokens[place].type in _OPENING:
            depth += 1
        elif tokens[place].type in ("RPAR", "RSQB", "RBRACE"):
            depth -= 1
        if depth <= 0:
            return place
    return len(tokens) - 1
