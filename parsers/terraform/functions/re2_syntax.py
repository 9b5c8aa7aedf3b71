"""Regular expressions in RE2 syntax (Go, regexp/syntax) written anew for Python's ``regex``, part by part.

Nothing of the pattern is handed on as it stands, so that the two cannot read it differently; what Go refuses is an
error, and what cannot be said in the other syntax is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.terraform.functions.re2_classes import CLASSES, POSIX, escaped, negated, property_class
from parsers.terraform.values import EvaluationError, RefusalError

MAX_REPEAT = 1000
_MAX_DEPTH = 50
_WORD = "0-9A-Za-z_"
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_NO_BOUNDARY = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_ASSERTIONS = {"A": r"\A", "z": r"\Z", "b": _BOUNDARY, "B": _NO_BOUNDARY}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NAME = re.compile(r"[0-9A-Za-z_]+", re.ASCII)
_REPEAT = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")


@dataclass(slots=True)
class Pattern:
    """A pattern in the other syntax: its text, and the names of its groups, in order; "" for one without."""

    text: str = ""
    names: list[str] = field(default_factory=list)
    folds: bool = False


def translated(source: str) -> Pattern:
    """A pattern of RE2 for ``regex``. Raises EvaluationError for what is no pattern, RefusalError for what is not
    translated.
    """
    parser = _Parser(source)
    found, _ = parser.alternatives(0)
    if parser.at < len(source):
        raise EvaluationError("this regular expression has an unexpected )")
    return Pattern(found, parser.names, parser.folds)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.names: list[str] = []
        self.flags: frozenset[str] = frozenset()
        self.folds = False

    def alternatives(self, depth: int) -> tuple[str, int]:
        """Branches up to the end or a closing bracket; and how often the innermost part may be repeated at most."""
        if depth > _MAX_DEPTH:
            raise RefusalError("a regular expression that is nested too deep is not evaluated")
        flags = self.flags
        branches, most = [], 1
        while True:
            branch, times = self._branch(depth)
            branches.append(branch)
            most = max(most, times)
            if not self._take("|"):
                break
        self.flags = flags
        return "|".join(branches), most

    def _take(self, text: str) -> bool:
        found = self.source.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def _branch(self, depth: int) -> tuple[str, int]:
        pieces: list[str] = []
        most, repeatable, repeated = 1, False, False
        times = 1
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            repeat = self._repeat()
            if repeat is not None:
                if not repeatable or repeated:
                    raise EvaluationError("this regular expression repeats nothing, or a repetition")
                operator, count = repeat
                times *= max(1, count)
                if count >= 2 and times > MAX_REPEAT:
                    raise EvaluationError(f"this regular expression repeats more than {MAX_REPEAT:,} times")
                pieces[-1] = f"(?:{pieces[-1]}){operator}"
                repeated, most = True, max(most, times)
                continue
            piece, times = self._part(depth)
            most = max(most, times)
            repeatable, repeated = piece is not None, False
            if piece is not None:
                pieces.append(piece)
        return "".join(pieces), most

    def _repeat(self) -> tuple[str, int] | None:
        """An operator of repetition, and how often it repeats at most if it counts."""
        char, count = self.source[self.at], 0
        if char in "*+?":
            self.at += 1
            operator = char
        else:
            found = _REPEAT.match(self.source, self.at) if char == "{" else None
            if found is None:
                return None
            least = int(found[1][:5])
            count = least if found[2] is None or not found[3] else int(found[3][:5])
            if max(least, count) > MAX_REPEAT or count < least:
                raise EvaluationError("this regular expression has a repetition that is not valid")
            self.at, operator = found.end(), found[0]
        lazy = self._take("?")
        return operator + ("?" if lazy != ("U" in self.flags) else ""), count

    def _part(self, depth: int) -> tuple[str | None, int]:
        char = self.source[self.at]
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._folded(self._class()), 1
        if char == "\\":
            return self._escape(), 1
        self.at += 1
        if char == ".":
            return (r"[\s\S]" if "s" in self.flags else r"[^\n]"), 1
        if char == "^":
            return (r"(?:\A|(?<=\n))" if "m" in self.flags else r"\A"), 1
        if char == "$":
            return (r"(?:\Z|(?=\n))" if "m" in self.flags else r"\Z"), 1
        return self._folded(escaped(char)), 1

    def _folded(self, piece: str) -> str:
        if "i" not in self.flags:
            return piece
        self.folds = True
        return f"(?i:{piece})"

    def _group(self, depth: int) -> tuple[str | None, int]:
        flags = self.flags
        self.at += 1
        opening = "("
        if self._take("?P<") or self._take("?<"):
            end = self.source.find(">", self.at)
            name = self.source[self.at : end]
            if end < 0 or _NAME.fullmatch(name) is None:
                raise EvaluationError("this regular expression has a group with a name that is not valid")
            self.at = end + 1
            self.names.append(name)
        elif self._take("?"):
            if not self._set_flags():
                return None, 1
            opening = "(?:"
        else:
            self.names.append("")
        inner, most = self.alternatives(depth + 1)
        if not self._take(")"):
            raise EvaluationError("this regular expression has a bracket that is not closed")
        self.flags = flags
        return f"{opening}{inner})", most

    def _set_flags(self) -> bool:
        """Reads flags; whether a group begins behind them, whose flags they are."""
        flags, sign, seen = set(self.flags), True, False
        while self.at < len(self.source):
            char = self.source[self.at]
            self.at += 1
            if char in "imsU":
                seen = True
                (flags.add if sign else flags.discard)(char)
            elif char == "-" and sign:
                sign, seen = False, False
            elif char in ":)" and (sign or seen):
                self.flags = frozenset(flags)
                return char == ":"
            else:
                break
        raise EvaluationError("this regular expression has a group that RE2 does not know")

    def _escape(self) -> str | None:
        following = self.source[self.at + 1 : self.at + 2]
        if following in _ASSERTIONS:
            self.at += 2
            return _ASSERTIONS[following]
        if following == "C":
            raise RefusalError("a regular expression over bytes is not evaluated")
        if following == "Q":
            end = self.source.find("\\E", self.at + 2)
            literal = self.source[self.at + 2 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.source)
            return self._literal(literal)
        found = self._class_escape()
        if found is not None:
            return self._folded(f"[{found}]")
        return self._folded(escaped(self._char()))

    def _literal(self, literal: str) -> str | None:
        """Text between \\Q and \\E, of which a repetition behind it takes the last character only."""
        if not literal:
            return None
        if self.at < len(self.source) and self.source[self.at] in "*+?{" and len(literal) > 1:
            raise RefusalError("a regular expression that repeats quoted text is not evaluated")
        return self._folded("".join(map(escaped, literal)))

    def _class_escape(self) -> str | None:
        """The members of a class such as \\d or \\pL, if one stands here."""
        letter = self.source[self.at + 1 : self.at + 2]
        if letter in CLASSES and letter:
            self.at += 2
            return CLASSES[letter]
        if letter not in ("p", "P"):
            return None
        found = re.compile(r"\\[pP](?:\{(\^?)([A-Za-z_]*)\}|([A-Za-z]))").match(self.source, self.at)
        if found is None:
            raise EvaluationError("this regular expression has a class of characters that is not valid")
        self.at = found.end()
        return property_class(found[2] or found[3] or "", negative=(letter == "P") != bool(found[1]))

    def _char(self) -> str:
        """A character, escaped or not."""
        char = self.source[self.at : self.at + 1]
        self.at += 1
        if char != "\\":
            return char
        letter = self.source[self.at : self.at + 1]
        for wanted in (r"0[0-7]{0,2}|[1-7][0-7]{1,2}", r"x([0-9A-Fa-f]{2})", r"x\{([0-9A-Fa-f]{1,8})\}"):
            found = re.compile(wanted).match(self.source, self.at)
            if found is not None:
                self.at = found.end()
                code = int(found[1], 16) if found.re.groups else int(found[0], 8)
                if code > 0x10FFFF:
                    break
                return chr(code)
        self.at += 1
        if letter in _CONTROLS and letter:
            return _CONTROLS[letter]
        if letter and letter.isascii() and not letter.isalnum():
            return letter
        raise EvaluationError("this regular expression has an escape that RE2 does not know")

    def _class(self) -> str:
        """A class in square brackets, as one of ranges and properties alone."""
        self.at += 1
        negative = self._take("^")
        pieces: list[str] = []
        first = True
        while first or not self.source.startswith("]", self.at):
            if self.at >= len(self.source):
                raise EvaluationError("this regular expression has a class that is not closed")
            pieces.append(self._member())
            first = False
        self.at += 1
        return f"[{'^' if negative else ''}{''.join(pieces)}]"

    def _member(self) -> str:
        named = re.compile(r"\[:(\^?)([^:\]]*):\]").match(self.source, self.at)
        if named is not None:
            if named[2] not in POSIX:
                raise EvaluationError("this regular expression has a class of characters that is not valid")
            self.at = named.end()
            return negated(POSIX[named[2]]) if named[1] else POSIX[named[2]]
        if self.source[self.at] == "\\":
            found = self._class_escape()
            if found is not None:
                return found
        low = self._char()
        follows = self.source[self.at + 1 : self.at + 2]
        if not self.source.startswith("-", self.at) or follows in ("]", ""):
            return escaped(low)
        self.at += 1
        high = self._char()
        if not high or high < low:
            raise EvaluationError("this regular expression has a range that is not valid")
        return f"{escaped(low)}-{escaped(high)}"
