"""What an element has to hold so that an expression over it gives a wanted value: a new rule in the words of the code.

It is a best guess by the form of the expressions, for the shapes that modules have; the one who asked evaluates again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drift.cors.model import CorsRule
from parsers.terraform.nodes import (
    Binary,
    Block,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    Splat,
    Template,
    TupleNode,
    Unary,
)
from parsers.terraform.render.trace_frames import Path
from parsers.terraform.render.trace_plain import NotPlainError, put
from parsers.terraform.render.written import Plain

ARGUMENTS = ("id", "allowed_headers", "allowed_methods", "allowed_origins", "expose_headers", "max_age_seconds")
"""The arguments of a rule, in the order in which they are written."""
_NOTHING: tuple[Plain, ...] = (None, ())


def fields_of(rule: CorsRule) -> dict[str, Plain]:
    """A rule as arguments, the ones that are unset left out. Raises NotPlainError where something is not known."""
    found: dict[str, Plain] = {}
    for name in ARGUMENTS:
        value = getattr(rule, name)
        for each in value if isinstance(value, tuple) else (value,):
            if not isinstance(each, str | int | None):
                raise NotPlainError
        if value not in _NOTHING:
            found[name] = value
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """The variable that stands for an element: a ``pair`` with key and value, or the element itself."""

    name: str
    pair: bool

    def path(self, node: Expression) -> Path | None:
        """The way into the element that a reference goes; None for another expression."""
        words: list[str | int] = []
        while isinstance(node, GetAttr | Index):
            if isinstance(node, GetAttr):
                words.append(node.name)
            else:
                word = _literal_key(node.key)
                if word is None:
                    return None
                words.append(word)
            node = node.base
        if not isinstance(node, Name) or node.name != self.name:
            return None
        words.reverse()
        if not self.pair:
            return tuple(words)
        return tuple(words[1:]) if words and words[0] == "value" else None

    def mentioned(self, node: Expression) -> bool:
        """Whether an expression speaks of it at all."""
        return any(isinstance(each, Name) and each.name == self.name for each in parts_of(node))


def _literal_key(node: Expression) -> str | int | None:
    if isinstance(node, Template) and len(node.parts) == 1 and isinstance(node.parts[0], str):
        return node.parts[0]
    if isinstance(node, Literal) and node.value.type.kind == "number":
        return int(node.value.number)
    return None


def parts_of(node: Expression) -> Iterable[Expression]:
    """An expression and all that is in it."""
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(each)
        elif isinstance(each, TupleNode | ObjectNode):
            waiting.extend(each.items)
        elif isinstance(each, Template):
            waiting.extend(each.parts)
        elif isinstance(each, Call):
            waiting.extend(each.args)
        elif isinstance(each, Conditional):
            waiting += (each.test, each.then, each.otherwise)
        elif isinstance(each, Binary):
            waiting += (each.left, each.right)
        elif isinstance(each, Unary):
            waiting.append(each.operand)
        elif isinstance(each, Index):
            waiting += (each.base, each.key)
        elif isinstance(each, GetAttr):
            waiting.append(each.base)
        elif isinstance(each, Splat):
            waiting += (each.base, each.each)
        elif isinstance(each, For):
            waiting += (each.collection, each.result, each.result_key, each.condition)
        if isinstance(
            each,
            Name | GetAttr | Index | Call | Template | TupleNode | ObjectNode | Conditional | Binary | Splat | For,
        ):
            yield each


def element_for(block: Block, variable: Variable, fields: Mapping[str, Plain], *, full: bool) -> Plain:
    """The element that has a ``content`` block give a rule; with ``full`` unset fields are written too."""
    element: Plain = None
    for name in ARGUMENTS:
        expression = block.expression(name)
        if expression is None:
            continue
        wanted = fields.get(name, () if name.endswith(("headers", "methods", "origins")) else None)
        for path, value in _needs(expression, variable, wanted):
            if value in _NOTHING and not full and path:
                continue
            element = put(element, path, value)
    return element


def element_behind(node: For, result: Plain) -> Plain:
    """The member of a loop's collection of which the loop makes a wanted element."""
    variable = Variable(node.value, pair=False)
    if not isinstance(node.result, ObjectNode):
        needs = list(_needs(node.result, variable, result))
        return _put_all(needs) if needs else result
    if not isinstance(result, Mapping):
        raise NotPlainError
    element: Plain = None
    for key, expression in node.result.items:
        name = _literal_key(key)
        for path, value in _needs(expression, variable, result.get(str(name))):
            if value not in _NOTHING or not path:
                element = put(element, path, value)
    return element


def _put_all(needs: Iterable[tuple[Path, Plain]]) -> Plain:
    element: Plain = None
    for path, value in needs:
        element = put(element, path, value)
    return element


def _needs(node: Expression, variable: Variable, wanted: Plain) -> Iterable[tuple[Path, Plain]]:
    """What has to lie where in the element so that the expression gives the wanted value."""
    path = variable.path(node)
    if path is not None:
        yield path, wanted
    elif isinstance(node, Call) and node.args:
        if node.name == "lookup" and len(node.args) > 1:
            base, key = variable.path(node.args[0]), _literal_key(node.args[1])
            if base is not None and key is not None:
                yield (*base, key), wanted
                return
        telling = [arg for arg in node.args if variable.mentioned(arg)]
        if telling:
            yield from _needs(telling[0], variable, wanted)
    elif isinstance(node, Conditional):
        arm = node.then if variable.mentioned(node.then) else node.otherwise
        yield from _needs(arm, variable, wanted)
    elif isinstance(node, TupleNode) and len(node.items) == 1 and isinstance(wanted, tuple):
        if len(wanted) == 1:
            yield from _needs(node.items[0], variable, wanted[0])
        elif variable.mentioned(node.items[0]):
            raise NotPlainError
    elif isinstance(node, Template) and isinstance(wanted, str):
        yield from _of_template(node, variable, wanted)
    elif isinstance(node, For) and node.result_key is None and isinstance(wanted, tuple):
        inner = Variable(node.value, pair=False)
        made = tuple(_put_all(_needs(node.result, inner, each)) for each in wanted)
        yield from _needs(node.collection, variable, made)


def _of_template(node: Template, variable: Variable, wanted: str) -> Iterable[tuple[Path, Plain]]:
    uses = [place for place, part in enumerate(node.parts) if not isinstance(part, str)]
    if len(uses) != 1:
        return
    prefix = "".join(str(part) for part in node.parts[: uses[0]])
    suffix = "".join(str(part) for part in node.parts[uses[0] + 1 :])
    inner = node.parts[uses[0]]
    if not wanted.startswith(prefix) or not wanted.endswith(suffix) or len(wanted) < len(prefix) + len(suffix):
        raise NotPlainError
    if hasattr(inner, "at"):
        bare = wanted[len(prefix) : len(wanted) - len(suffix)]
        yield from _needs(inner, variable, bare)  # type: ignore[arg-type] # what has a place is an expression
