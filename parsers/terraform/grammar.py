"""python-hcl2's grammar of expressions: its parse tables, and the automaton that runs them.

python-hcl2 has its grammar compiled when it is first used, which takes seconds, and keeps the result as a pickle in its
own folder, where that can be written. ``grammar.json`` beside this module is the same result for the version that it
names by a checksum, as plain data and for expressions alone; ``compile_grammar`` makes it. With another python-hcl2
installed, the tables are taken from that one in its own way.

What the tables mean is Lark's (parsers/lalr_parser.py and parse_tree_builder.py): symbols that begin with an underscore
are spliced into the rule above them, a rule with ``?`` that has one child gives way to it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

from parsers.terraform.tokens import HEREDOC, NAME, NEWLINE, STRING, TERMINALS, Token

SHIPPED = Path(__file__).with_name("grammar.json")
_END = "$END"
_DROP, _KEEP, _SPLICE = range(3)


@dataclass(slots=True, eq=False)
class Node:
    """A rule of the grammar with its children; offsets are -1 where it holds nothing but a line break."""

    name: str
    children: list[Node | Token]
    start: int
    end: int


class UnexpectedTokenError(Exception):
    """The tokens are no expression; ``token`` is the first that does not fit, None where they end too early."""

    def __init__(self, token: Token | None) -> None:
        super().__init__()
        self.token = token


class _States(dict[int, dict[str, int]]):
    """For each state what a symbol does; read when the state is first come to, for a module comes to few of them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__()
        self._symbols: list[str] = data["symbols"]
        self._rows: list[str] = data["rows"]
        self._row_of: list[int] = data["states"]

    def __missing__(self, state: int) -> dict[str, int]:
        numbers = [int(each) for each in self._rows[self._row_of[state]].split()]
        self[state] = {
            self._symbols[symbol]: action for symbol, action in zip(numbers[::2], numbers[1::2], strict=True)
        }
        return self[state]


class Tables:
    """The automaton: for each state what a symbol does, and for each rule what its node is."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._states = _States(data)
        self._rules: list[tuple[str, str, bool, list[int]]] = [tuple(each) for each in data["rules"]]
        self._start: int = data["start"]
        self._final: int = data["final"]

    def parse(self, tokens: Sequence[Token]) -> Node:
        """The tree of a body with one argument, ``_``, whose expression the tokens are. Raises UnexpectedTokenError."""
        states, values = [self._start], list[Node | Token]()
        for token in (Token(NAME, "_", -1, -1), Token("EQ", "=", -1, -1), *tokens):
            kind = HEREDOC if token.type == STRING else token.type
            while (action := self._states[states[-1]].get(kind)) is not None and action < 0:
                self._reduce(states, values, -action - 1)
            if action is None:
                raise UnexpectedTokenError(token)
            states.append(action)
            values.append(token)
        while states[-1] != self._final:
            action = self._states[states[-1]].get(_END)
            if action is None or action >= 0:
                raise UnexpectedTokenError(None)
            self._reduce(states, values, -action - 1)
        root = values[-1]
        assert isinstance(root, Node)  # noqa: S101 - tokens alone reach no final state
        return root

    def _reduce(self, states: list[int], values: list[Node | Token], number: int) -> None:
        origin, name, single, flags = self._rules[number]
        size = len(flags)
        taken = values[-size:] if size else []
        if size:
            del states[-size:], values[-size:]
        children: list[Node | Token] = []
        start = end = -1
        for each, flag in zip(taken, flags, strict=True):
            if each.end >= 0 and not (isinstance(each, Token) and each.type == NEWLINE):
                start, end = each.start if start < 0 else start, each.end
            if flag == _KEEP:
                children.append(each)
            elif flag == _SPLICE and isinstance(each, Node):
                if children:
                    children.extend(each.children)
                else:
                    children = each.children  # nobody else has it, and a long list is not copied for each element
        only = children[0] if single and len(children) == 1 else None
        values.append(only or Node(name, children, start, end))
        states.append(self._states[states[-1]][origin])


@cache
def tables() -> Tables:
    """The tables of the installed python-hcl2."""
    shipped = json.loads(SHIPPED.read_bytes())
    return Tables(shipped if shipped["key"] == installed_key() else compiled())


def installed_key() -> str:
    """What tells the installed grammar from any other: its size and checksum."""
    found = util.find_spec("hcl2")
    folders = () if found is None else found.submodule_search_locations or ()
    grammar = b"".join(Path(folder, "hcl2.lark").read_bytes() for folder in folders)
    return f"{len(grammar)}-{zlib.crc32(grammar):08x}"


def compiled() -> dict[str, Any]:
    """The tables out of python-hcl2's own parser, which takes seconds where it has not kept them."""
    from hcl2.parser import parser
    from lark.parsers.lalr_analysis import Shift

    lark = parser()
    table = lark.parser.parser._parse_table
    numbers = {id(rule): number for number, rule in enumerate(lark.rules)}
    by_value = {rule: numbers[id(rule)] for rule in lark.rules}
    actions = {
        state: {
            symbol: arg if action is Shift else -by_value[arg] - 1
            for symbol, (action, arg) in row.items()
            if symbol in (*TERMINALS, _END) or not symbol.isupper()
        }
        for state, row in table.states.items()
    }
    start, final = table.start_states["start"], table.end_states["start"]
    order = {state: number for number, state in enumerate(_reachable(actions, start))}
    kept = [{symbol: each if each < 0 else order[each] for symbol, each in actions[state].items()} for state in order]
    symbols = sorted({symbol for row in kept for symbol in row})
    flat = [[part for symbol in sorted(row) for part in (symbols.index(symbol), row[symbol])] for row in kept]
    rows = sorted({tuple(row) for row in flat})
    return {
        "key": installed_key(),
        "symbols": symbols,
        "rules": [_rule(rule) for rule in lark.rules],
        "rows": [" ".join(map(str, row)) for row in rows],
        "states": [rows.index(tuple(row)) for row in flat],
        "start": order[start],
        "final": order[final],
    }


def _reachable(actions: Mapping[int, Mapping[str, int]], start: int) -> Iterable[int]:
    seen, pending = {start: None}, [start]
    while pending:
        for symbol, following in sorted(actions[pending.pop()].items()):
            if following >= 0 and following not in seen and symbol:
                seen[following] = None
                pending.append(following)
    return seen


def _rule(rule: Any) -> tuple[str, str, bool, list[int]]:
    options = rule.options
    flags = [
        _SPLICE
        if not symbol.is_term and symbol.name.startswith("_")
        else _KEEP
        if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out)
        else _DROP
        for symbol in rule.expansion
    ]
    return rule.origin.name, rule.alias or rule.origin.name, bool(options.expand1 and not rule.alias), flags
