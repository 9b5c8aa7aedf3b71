"""The sentences in which promises are written: a small language, read word by word.

    sentence    = who does { [","] ["and" | "or"] clause } ["."]
    who         = origins | "any origin" | "nobody" ["but" origins] | "no origin" ["but" origins]
    does        = "may" ["not"] methods | ("gets" | "get") ["no"] "credentials"
    clause      = "with" ("any header" | "credentials" | names of headers, with at most one star each)
                | "read" names of response headers
                | ("on bucket" | "on buckets") globs
    methods     = GET, HEAD, PUT, POST, DELETE, "read" (GET and HEAD), "write" (PUT, POST and DELETE)

Lists are separated by ``,``, ``and``, ``or``. The language's own words may be in any letter case; methods are capitals.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drift.cors.explain import shown
from drift.cors.promised_statement import METHODS, READING, WRITING, Sense, Statement
from drift.errors import UsageError
from drift.location import Location
from drift.promise_words import like_forms, meant, why_no_glob, why_no_header, why_no_origin, why_not_read

MOST_CHARACTERS = 4_000
"""Of one sentence."""

_SEPARATORS = frozenset({",", "and", "or"})
_CLAUSES = frozenset({"with", "read", "on"})
_RESERVED = (_SEPARATORS | _CLAUSES | {"may", "gets", "get", "but", "nobody"}) - {","}
_TOKEN = re.compile(r"[^\s,]+|,")


def parse(text: str, *, location: Location | None = None) -> Statement:
    """The statement that the sentence says.

    Raises ``UsageError`` at ``location``, with the word that was not understood (they count from 1) and like forms.
    """
    return _Sentence(text, location).statement()


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    number: int

    @property
    def key(self) -> str:
        return self.text.lower()


class _Sentence:
    """One sentence, read from left to right."""

    def __init__(self, text: str, location: Location | None) -> None:
        self._text = text
        self._location = location
        if len(text) > MOST_CHARACTERS:
            raise UsageError(f"a promise has at most {MOST_CHARACTERS:,} characters", location=location)
        found = _TOKEN.findall(text.strip().removesuffix("."))
        self._words = []
        number = 0
        for each in found:
            number += each != ","
            self._words.append(_Word(each, number))
        self._at = 0

    def statement(self) -> Statement:
        if not self._words:
            raise self._error("the promise is empty")
        sense, origins = self._who()
        return self._credentials_alone(sense, origins) if self._next("gets", "get") else self._may(sense, origins)

    def _who(self) -> tuple[Sense, tuple[str, ...]]:
        if self._next("nobody") or self._next_two("no", "origin"):
            if not self._next("but"):
                return Sense.NOBODY_BUT, ()
            first = self._peek()
            origins = self._list("an origin", self._origin)
            if "*" in origins:
                raise self._not_understood(first, 'nobody is left where any origin is excepted: write "nobody may ..."')
            return Sense.NOBODY_BUT, origins
        if self._next_two("any", "origin"):
            return Sense.MAY, ("*",)
        origins = self._list("an origin", self._origin)
        return Sense.MAY, ("*",) if "*" in origins else origins

    def _credentials_alone(self, sense: Sense, origins: tuple[str, ...]) -> Statement:
        no = self._next("no")
        word = self._peek()
        if not self._next("credentials"):
            raise self._not_understood(word, 'expected "credentials"')
        if no and sense is Sense.NOBODY_BUT:
            raise self._not_understood(word, 'said no twice: write "nobody gets credentials"')
        if not no and sense is Sense.MAY:
            raise self._not_understood(word, 'say for which methods: "... may GET with credentials"')
        if sense is Sense.MAY:
            sense = Sense.MAY_NOT
        return self._clauses(sense, origins, METHODS, credentials=True)

    def _may(self, sense: Sense, origins: tuple[str, ...]) -> Statement:
        word = self._peek()
        if not self._next("may"):
            raise self._not_understood(word, 'expected "may", "may not" or "gets credentials"')
        word = self._peek()
        if self._next("not"):
            if sense is Sense.NOBODY_BUT:
                raise self._not_understood(word, "said no twice: leave out one of them")
            sense = Sense.MAY_NOT
        named = self._list("a method", self._method, self._is_read_clause)
        methods = {each for name in named for each in name.split()}
        return self._clauses(sense, origins, tuple(each for each in METHODS if each in methods))

    def _clauses(
        self, sense: Sense, origins: tuple[str, ...], methods: tuple[str, ...], *, credentials: bool = False
    ) -> Statement:
        headers: list[str] = []
        exposed: list[str] = []
        buckets: list[str] = []
        last = self._words[self._at - 1]
        alone = credentials
        while self._at < len(self._words):
            self._separators()
            word = self._peek()
            if self._next("with"):
                found = self._list("a header", self._header, self._is_clause)
                credentials = credentials or "credentials" in found
                headers += [each for each in found if each != "credentials"]
            elif self._next("read"):
                exposed += self._list("a response header", self._exposed, self._is_clause)
            elif self._next_two("on", "bucket") or self._next_two("on", "buckets"):
                buckets += self._list("a bucket", self._glob, self._is_clause)
                self._end()
            else:
                raise self._not_understood(word, 'expected "with", "and read", "on bucket" or the end')
            if sense is not Sense.MAY and (alone + bool(headers) + (credentials and not alone) + bool(exposed)) > 1:
                raise self._not_understood(
                    word or last, "what forbids has one of headers, credentials and what is read: write a promise each"
                )
        if sense is Sense.MAY_NOT and origins == ("*",):
            sense, origins = Sense.NOBODY_BUT, ()
        if "*" in headers:
            headers = ["*"]
        names = {each.lower(): each for each in reversed(exposed)}
        return Statement(
            sense,
            origins,
            methods,
            tuple(dict.fromkeys(headers)),
            credentials,
            tuple(dict.fromkeys(names[each.lower()] for each in exposed)),
            tuple(dict.fromkeys(buckets)),
        )

    def _list(
        self,
        what: str,
        item: Callable[[str], str],
        ends: Callable[[], bool] = lambda: False,
    ) -> tuple[str, ...]:
        """Items with separators between them, up to where no separator comes, or ``ends`` holds behind one."""
        found = [item(what)]
        while True:
            start = self._at
            if not self._separators() or ends():
                self._at = start
                break
            found.append(item(what))
        return tuple(dict.fromkeys(found))

    def _origin(self, what: str) -> str:
        return self._checked(self._item(what), why_no_origin)

    def _method(self, what: str) -> str:
        word = self._take(what)
        if word.text in METHODS:
            return word.text
        if word.key in ("read", "write"):
            return " ".join(READING if word.key == "read" else WRITING)
        hint = "methods are written in capitals" if word.text.upper() in METHODS else f"expected {what}"
        raise self._not_understood(word, f"{hint}: GET, HEAD, PUT, POST, DELETE, read or write")

    def _header(self, what: str) -> str:
        if self._next_two("any", "header"):
            return "*"
        word = self._item(what)
        return word.key if word.key == "credentials" else self._checked(_Word(word.key, word.number), why_no_header)

    def _exposed(self, what: str) -> str:
        return self._checked(self._item(what), why_not_read)

    def _glob(self, what: str) -> str:
        return self._checked(self._item(what), why_no_glob)

    def _checked(self, word: _Word, why_not: Callable[[str], str | None]) -> str:
        why = why_not(word.text)
        if why is not None:
            raise self._not_understood(word, why)
        return word.text

    def _is_read_clause(self) -> bool:
        """Whether a clause stands here; ``read`` is a method unless a name of a header follows."""
        word = self._peek()
        if word is None or word.key != "read":
            return word is not None and word.key in _CLAUSES
        after = self._words[self._at + 1] if self._at + 1 < len(self._words) else None
        return after is not None and after.key not in _SEPARATORS | _CLAUSES

    def _is_clause(self) -> bool:
        word = self._peek()
        return word is not None and word.key in _CLAUSES

    def _end(self) -> None:
        word = self._peek()
        if word is not None:
            raise self._not_understood(word, "the buckets end the sentence")

    def _peek(self) -> _Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _take(self, what: str) -> _Word:
        word = self._peek()
        if word is None:
            raise self._not_understood(None, f"expected {what}")
        self._at += 1
        return word

    def _item(self, what: str) -> _Word:
        word = self._take(what)
        if word.key in _SEPARATORS or word.key in _RESERVED:
            raise self._not_understood(word, f"expected {what}")
        return word

    def _next(self, *keys: str) -> bool:
        """Take the word if it is one of these."""
        word = self._peek()
        if word is None or word.key not in keys:
            return False
        self._at += 1
        return True

    def _next_two(self, one: str, other: str) -> bool:
        two = [each.key for each in self._words[self._at : self._at + 2]]
        if two != [one, other]:
            return False
        self._at += 2
        return True

    def _separators(self) -> bool:
        """Take what separates: a comma, a word, or a comma and a word."""
        comma = self._next(",")
        return self._next("and", "or") or comma

    def _not_understood(self, word: _Word | None, why: str) -> UsageError:
        if word is None:
            return self._error(f"the promise ends too early: {why}")
        return self._error(f"the promise is not understood at word {word.number}, {shown(word.text)}: {why}", word)

    def _error(self, message: str, word: _Word | None = None) -> UsageError:
        advice = [meant(word.text) if word is not None else None, like_forms(self._text)]
        return UsageError(message, location=self._location, advice="; ".join(each for each in advice if each))
