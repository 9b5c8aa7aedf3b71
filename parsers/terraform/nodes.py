"""The configuration as this package sees it, whichever syntax it was written in: blocks, attributes, expressions.

Everything is frozen and carries its place. ``syntax`` and ``json_syntax`` make these; nothing else knows how the text
was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from drift.location import Location
from parsers.terraform.values import Value

SPLAT_ITEM = "*"
"""The name that stands for the current element in the part of a splat that is applied to each."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, true, false or null."""

    value: Value
    at: Location


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """``%{if test}then%{else}otherwise%{endif}``."""

    test: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """``%{for key, value in collection}body%{endfor}``."""

    key: str | None
    value: str
    collection: Expression
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A quoted string, a heredoc or a JSON string: text and what is put into it."""

    parts: tuple[Part, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class TupleNode:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """``{ key = value }``; a bare word as key is a Template with its text."""

    items: tuple[tuple[Expression, Expression], ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Name:
    """The first word of a reference: ``var``, ``local``, ``each``, a resource type, a variable of a ``for``."""

    name: str
    at: Location


@dataclass(frozen=True, slots=True)
class GetAttr:
    """``base.name``."""

    base: Expression
    name: str
    at: Location


@dataclass(frozen=True, slots=True)
class Index:
    """``base[key]`` and ``base.0``."""

    base: Expression
    key: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class Splat:
    """``base[*].each`` and ``base.*.each``; ``each`` is written over ``Name(SPLAT_ITEM)``."""

    base: Expression
    each: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class Call:
    """``name(args)``; with ``expand_last`` the last argument is a list of arguments (``...``)."""

    name: str
    args: tuple[Expression, ...]
    expand_last: bool
    at: Location


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` and ``!x``."""

    operator: str
    operand: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: str
    left: Expression
    right: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? then : otherwise``."""

    test: Expression
    then: Expression
    otherwise: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class For:
    """``[for k, v in c : r if t]`` and, with ``result_key``, ``{for k, v in c : key => r... if t}``."""

    key: str | None
    value: str
    collection: Expression
    result_key: Expression | None
    result: Expression
    grouped: bool
    condition: Expression | None
    at: Location


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An expression that this program cannot read though Terraform may; evaluates to an unknown."""

    reason: str
    at: Location


Expression = (
    Literal
    | Template
    | TupleNode
    | ObjectNode
    | Name
    | GetAttr
    | Index
    | Splat
    | Call
    | Unary
    | Binary
    | Conditional
    | For
    | Unreadable
)
Part = str | TemplateIf | TemplateFor | Expression


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name = expression``; ``at`` spans both."""

    name: str
    expression: Expression
    at: Location


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its labels; ``at`` runs from its first word to its closing brace."""

    type: str
    labels: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    at: Location

    def of_type(self, type_name: str) -> tuple[Block, ...]:
        """The nested blocks of a type, ``dynamic`` ones not included."""
        return tuple(block for block in self.blocks if block.type == type_name)

    def expression(self, name: str) -> Expression | None:
        """The expression of an attribute, if it is there."""
        attribute = self.attributes.get(name)
        return None if attribute is None else attribute.expression


@dataclass(frozen=True, slots=True)
class File:
    """One file: its top-level blocks, and the attributes that only a variable file has."""

    path: str
    blocks: tuple[Block, ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def words(node: object) -> Iterator[str]:
    """Every name and every piece of text in an expression, attributes and functions included, in no certain order."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            pending.extend(each)
        elif is_dataclass(each) and not isinstance(each, Literal | Unreadable | Location):
            pending.extend(getattr(each, part.name) for part in fields(each))
