"""The configuration as this package sees it, whichever syntax it was written in: blocks, attributes, expressions.

Nothing here is changed once it is made, and everything carries its place. ``syntax`` and ``json_syntax`` make these;
nothing else knows how the text was read, or that blocks and arguments of native syntax are read when they are first
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from drift.location import Location
from parsers.terraform.values import Value

SPLAT_ITEM = "*"
"""The name that stands for the current element in the part of a splat that is applied to each."""


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A number, true, false or null."""

    value: Value
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class TemplateIf:
    """``%{if test}then%{else}otherwise%{endif}``."""

    test: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TemplateFor:
    """``%{for key, value in collection}body%{endfor}``."""

    key: str | None
    value: str
    collection: Expression
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A quoted string, a heredoc or a JSON string: text and what is put into it."""

    parts: tuple[Part, ...]
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class TupleNode:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class ObjectNode:
    """``{ key = value }``; a bare word as key is a Template with its text."""

    items: tuple[tuple[Expression, Expression], ...]
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """The first word of a reference: ``var``, ``local``, ``each``, a resource type, a variable of a ``for``."""

    name: str
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class GetAttr:
    """``base.name``."""

    base: Expression
    name: str
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """``base[key]`` and ``base.0``."""

    base: Expression
    key: Expression
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Splat:
    """``base[*].each`` and ``base.*.each``; ``each`` is written over ``Name(SPLAT_ITEM)``."""

    base: Expression
    each: Expression
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """``name(args)``; with ``expand_last`` the last argument is a list of arguments (``...``)."""

    name: str
    args: tuple[Expression, ...]
    expand_last: bool
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """``-x`` and ``!x``."""

    operator: str
    operand: Expression
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """``left operator right``."""

    operator: str
    left: Expression
    right: Expression
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """``test ? then : otherwise``."""

    test: Expression
    then: Expression
    otherwise: Expression
    at: Location


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True, eq=False)
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


class Attribute:
    """``name = expression``; ``at`` spans both. A subclass may read both when they are first asked for."""

    __slots__ = ("_at", "_expression", "name")

    def __init__(self, name: str, expression: Expression | None = None, at: Location | None = None) -> None:
        self.name = name
        self._expression = expression
        self._at = at

    @property
    def expression(self) -> Expression:
        """The expression; ``Unreadable`` where it is malformed."""
        assert self._expression is not None  # noqa: S101 - a subclass that gives none reads it
        return self._expression

    @property
    def at(self) -> Location:
        """From the name to the end of the expression."""
        assert self._at is not None  # noqa: S101
        return self._at


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What stands between the braces of a block."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...] = ()


class Block:
    """A block with its labels; ``at`` runs from its first word to its closing brace.

    A subclass may read the body and the place when they are first asked for.
    """

    __slots__ = ("_at", "_body", "labels", "type")

    def __init__(
        self, type_name: str, labels: tuple[str, ...], body: Body | None = None, at: Location | None = None
    ) -> None:
        self.type = type_name
        self.labels = labels
        self._body = body
        self._at = at

    @property
    def body(self) -> Body:
        """The arguments and nested blocks."""
        assert self._body is not None  # noqa: S101 - a subclass that gives none reads it
        return self._body

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """The arguments by name, in their order."""
        return self.body.attributes

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The nested blocks in their order."""
        return self.body.blocks

    @property
    def at(self) -> Location:
        """From the first word to the closing brace."""
        assert self._at is not None  # noqa: S101
        return self._at

    def of_type(self, type_name: str) -> tuple[Block, ...]:
        """The nested blocks of a type, ``dynamic`` ones not included."""
        return tuple(block for block in self.blocks if block.type == type_name)

    def expression(self, name: str) -> Expression | None:
        """The expression of an attribute, if it is there."""
        attribute = self.attributes.get(name)
        return None if attribute is None else attribute.expression


class UnreadableArguments(Mapping[str, Attribute]):
    """The arguments of a body that cannot be read: any of them may be there, with a value that is not known."""

    def __init__(self, reason: str, at: Location) -> None:
        self._unreadable = Unreadable(reason, at)

    def __getitem__(self, name: str) -> Attribute:
        return Attribute(name, self._unreadable, self._unreadable.at)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, eq=False)
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
