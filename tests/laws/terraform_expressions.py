"""Random Terraform expressions of a wanted type, most of them without an error.

An expression is made as text, from the type down: what is drawn first is simplest, so that failures shrink to little.
Locals, variables, modules and resources that an expression needs come up on the way (see ``terraform_modules``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

Kind = tuple[Any, ...]
"""A type: its word, and the element type or the fields of an object."""
S: Kind = ("string",)
N: Kind = ("number",)
B: Kind = ("bool",)
PRIMITIVES = (S, N, B)
Pick = TypeVar("Pick")
Draw = Callable[[st.SearchStrategy[Any]], Any]


def list_of(kind: Kind) -> Kind:
    return ("list", kind)


def set_of(kind: Kind) -> Kind:
    return ("set", kind)


def map_of(kind: Kind) -> Kind:
    return ("map", kind)


def object_of(**fields: Kind) -> Kind:
    return ("object", tuple(fields.items()))


WORDS = (
    "a",
    "b",
    "",
    "https://a.example",
    "*",
    "GET",
    "x-y",
    "é",
    " c ",
    "A,b,,c",
    '"q"',
    "${a}",
    "%{b}",
    "7",
    "line\nx",
)
KEYS = ("a", "b", "c-d", "E")


def quoted(content: str) -> str:
    """A string literal."""
    return json.dumps(content, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


@dataclass(frozen=True)
class Named:
    """Something that an expression can refer to; ``known`` says that it holds no unknown and nothing sensitive."""

    text: str
    kind: Kind
    known: bool

    def ways(self) -> Iterator[Named]:
        """Itself, and its fields."""
        yield self
        if self.kind[0] == "object":
            for name, kind in self.kind[1]:
                yield from Named(f"{self.text}.{name}", kind, self.known).ways()


@dataclass
class Sheet:
    """What all modules of one case share: how much may still be made, and what was used."""

    draw: Draw
    fuel: int
    spoilt: bool
    features: dict[str, int]

    def pick(self, of: Sequence[Pick]) -> Pick:
        return of[self.draw(st.integers(0, len(of) - 1))]

    def upto(self, most: int) -> int:
        return int(self.draw(st.integers(0, most)))

    def one_in(self, many: int) -> bool:
        """Seldom; never in the simplest case."""
        return bool(self.draw(st.integers(0, many - 1)) == many - 1)

    def saw(self, feature: str) -> None:
        self.features[feature] = self.features.get(feature, 0) + 1


class Expressions:
    """Makes expressions within one module."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.names: list[Named] = []
        self.scope: list[Named] = []
        self.known_only = False
        self.tainted = False
        self.in_quotes = False

    # What a module adds

    def more(self, kind: Kind) -> list[Way]:
        """Ways to an expression that need declarations."""
        raise NotImplementedError

    def unknown(self) -> str:
        """A string that is known only after apply."""
        raise NotImplementedError

    # Scopes

    @contextmanager
    def bound(self, *names: Named) -> Iterator[None]:
        """With more names, which may hide others."""
        before = self.scope
        hidden = {each.text.split(".")[0] for each in names if "." not in each.text}
        self.scope = [each for each in before if each.text.split(".")[0] not in hidden] + list(names)
        try:
            yield
        finally:
            self.scope = before

    @contextmanager
    def elsewhere(self, scope: Sequence[Named] = (), known_only: bool | None = None) -> Iterator[None]:
        """At another place of the module, from where only the names given are seen."""
        before = self.scope, self.known_only, self.in_quotes
        self.scope, self.in_quotes = list(scope), False
        self.known_only = self.known_only if known_only is None else known_only
        try:
            yield
        finally:
            self.scope, self.known_only, self.in_quotes = before

    @contextmanager
    def quotes(self) -> Iterator[None]:
        before, self.in_quotes = self.in_quotes, True
        try:
            yield
        finally:
            self.in_quotes = before

    def tracked(self, make: Callable[[], str]) -> tuple[str, bool]:
        """An expression and whether it is known."""
        before, self.tainted = self.tainted, False
        made = make()
        known = not self.tainted
        self.tainted = self.tainted or before
        return made, known

    # Expressions

    def make(self, kind: Kind, depth: int) -> str:
        """An expression of a type."""
        sheet = self.sheet
        sheet.fuel -= 1
        if sheet.spoilt and sheet.one_in(12):
            sheet.saw("spoilt")
            return sheet.pick(("null", "[][0]", '"x" + 1', self.literal(B), self.literal(list_of(N)), "{}.a"))
        if depth <= 0 or sheet.fuel <= 0 or sheet.one_in(6):
            return self.leaf(kind)
        special = _BY_KIND[kind[0]]
        ways = (_leaf, *special, *special, *_ANY, *self.more(kind))
        way = sheet.pick(ways)
        sheet.saw(getattr(way, "__name__", "?").strip("_"))
        return way(self, kind, depth - 1)

    def leaf(self, kind: Kind) -> str:
        """A literal or a reference."""
        sheet = self.sheet
        if kind == S and not self.known_only and sheet.one_in(9):
            self.tainted = True
            sheet.saw("unknown")
            return self.unknown()
        fitting = [each for each in self._visible() if each.kind == kind]
        if fitting and not sheet.one_in(4):
            found = sheet.pick(list(reversed(fitting)))
            self.tainted = self.tainted or not found.known
            sheet.saw("reference")
            return found.text
        return self.literal(kind)

    def _visible(self) -> Iterator[Named]:
        for each in (*self.names, *self.scope):
            for way in each.ways():
                if way.known or not self.known_only:
                    yield way

    def literal(self, kind: Kind) -> str:
        """A value written out."""
        sheet = self.sheet
        match kind[0]:
            case "string":
                return quoted(sheet.pick(WORDS))
            case "number":
                return str(sheet.pick((0, 1, 2, 3, 10, 3600, -4)))
            case "bool":
                return sheet.pick(("true", "false"))
            case "list":
                return f"[{', '.join(self.literal(kind[1]) for _ in range(sheet.upto(3)))}]"
            case "set":
                return f"toset([{', '.join(self.literal(kind[1]) for _ in range(sheet.upto(3)))}])"
            case "map":
                return self.entries({key: self.literal(kind[1]) for key in self.some_keys()})
        return self.entries({name: self.literal(each) for name, each in kind[1]})

    def some_keys(self) -> list[str]:
        start = self.sheet.upto(len(KEYS) - 1)
        return list(KEYS[start : start + self.sheet.upto(2)])

    def entries(self, content: dict[str, str]) -> str:
        """An object constructor, in one of the ways to write it."""
        way = self.sheet.upto(3)
        shown = [
            f"{quoted(key) if way == 1 or '-' in key else f'({quoted(key)})' if way == 2 else key}"
            f" {':' if way == 3 else '='} {value}"
            for key, value in content.items()
        ]
        return "{ " + ", ".join(shown) + " }" if shown else "{}"

    def iterated(self, depth: int) -> tuple[str, list[Named]]:
        """Something to iterate over: ``v in list`` or ``k, v in map``, with what the names are then."""
        sheet = self.sheet
        element = sheet.pick((S, S, N, object_of(o=S, n=N), list_of(S)))
        value, key = sheet.pick(("v", "w", "item")), sheet.pick(("k", "i"))
        kind = sheet.pick((list_of(element), map_of(element), set_of(S)))
        collection, known = self.tracked(lambda: self.make(kind, depth))
        element = S if kind[0] == "set" else element
        names = [Named(value, element, known)]
        if kind[0] == "list" and sheet.one_in(2):
            return f"{value} in {collection}", names
        return f"{key}, {value} in {collection}", [Named(key, N if kind[0] == "list" else S, known), *names]


Way = Callable[[Any, Kind, int], str]
"""Makes an expression of a type in a module, at most so many levels deep."""

# What gives an expression of any type


def _leaf(it: Expressions, kind: Kind, depth: int) -> str:
    return it.leaf(kind)


def _paren(it: Expressions, kind: Kind, depth: int) -> str:
    return f"({it.make(kind, depth)})"


def _conditional(it: Expressions, kind: Kind, depth: int) -> str:
    shape = it.sheet.pick(("({} ? {} : {})", "({} ? {} : {} ? {} : {})"))
    kinds = [B, kind, kind] if shape.count("{}") == 3 else [B, kind, B, kind, kind]
    return shape.format(*(it.make(each, depth) for each in kinds))


def _null_arm(it: Expressions, kind: Kind, depth: int) -> str:
    return f"(true ? {it.make(kind, depth)} : null)"


def _try(it: Expressions, kind: Kind, depth: int) -> str:
    first = it.sheet.pick((it.make(kind, depth), "[][0]", "{}.a", 'tonumber("x")', "local.nobody.x"))
    return f"try({first if first != 'local.nobody.x' else '{a = 1}.b'}, {it.make(kind, depth)})"


def _indexed(it: Expressions, kind: Kind, depth: int) -> str:
    return f"[{it.make(kind, depth)}, {it.make(kind, depth)}][{it.sheet.upto(1)}]"


def _keyed(it: Expressions, kind: Kind, depth: int) -> str:
    shape = it.sheet.pick(("{{ a = {} }}.a", '{{ a = {} }}["a"]', 'lookup({{ a = {} }}, "a", null)'))
    return shape.format(it.make(kind, depth))


def _element(it: Expressions, kind: Kind, depth: int) -> str:
    return f"{it.sheet.pick(('element([{}], 3)', 'one([{}])', 'one([{}][*])'))}".format(it.make(kind, depth))


def _through_json(it: Expressions, kind: Kind, depth: int) -> str:
    if kind[0] == "set":
        return it.make(kind, depth)
    codec = it.sheet.pick(("json", "json", "yaml"))
    return f"{codec}decode({codec}encode({it.make(kind, depth)}))"


def _unhidden(it: Expressions, kind: Kind, depth: int) -> str:
    return f"nonsensitive(sensitive({it.make(kind, depth)}))"


_ANY: tuple[Way, ...] = (_paren, _conditional, _null_arm, _try, _indexed, _keyed, _element, _through_json, _unhidden)
_BY_KIND: dict[str, Sequence[Way]] = {}


def enter(word: str, ways: Sequence[Way]) -> None:
    """Adds the ways to make a value of a kind."""
    _BY_KIND[word] = ways
