"""Type constraints of variables, with their optional attributes and defaults (hcl ext/typeexpr)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parsers.terraform.convert import convert
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.nodes import Call, Expression, Name, ObjectNode, Template, TupleNode
from parsers.terraform.values import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    EvaluationError,
    Type,
    Value,
    mapping,
    object_of,
    sequence,
    tuple_of,
)

_WORDS = {
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "any": ANY,
    "list": Type("list", ANY),
    "map": Type("map", ANY),
}
_WORDS["set"] = Type("set", ANY)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A type with what fills its optional attributes: own ``defaults`` and those of the types inside, by name.

    The parts of a collection are under ``""``, those of a tuple under their position.
    """

    type: Type
    defaults: Mapping[str, Value] = field(default_factory=dict)
    parts: Mapping[str, Constraint] = field(default_factory=dict)

    def apply(self, value: Value) -> Value:
        """The value with defaults filled in and converted. Raises EvaluationError if it does not fit."""
        return convert(self._filled(value), self.type)

    def _filled(self, value: Value) -> Value:
        if not (self.parts or self.defaults) or value.is_null or value.unresolved is not None:
            return value
        if isinstance(value.data, Mapping):
            return self._filled_mapping(value)
        if isinstance(value.data, tuple):
            filled = [
                self._part(str(at) if self.type.kind == "tuple" else "", each) for at, each in enumerate(value.data)
            ]
            if value.type.kind == "tuple":
                return tuple_of(filled)
            element = filled[0].type if filled else value.type.element
            return sequence(Type(value.type.kind, element), filled)
        return value

    def _filled_mapping(self, value: Value) -> Value:
        is_object = self.type.kind == "object"
        entries = {key: self._part(key if is_object else "", each) for key, each in value.entries.items()}
        for name, default in self.defaults.items():
            given = entries.get(name)
            if given is None or given.is_null:
                entries[name] = self._part(name, default)
        if is_object or value.type.kind == "object":
            return object_of(entries)
        element = next(iter(entries.values())).type if entries else value.type.element
        return mapping(Type("map", element), entries)

    def _part(self, name: str, value: Value) -> Value:
        part = self.parts.get(name)
        return value if part is None else part._filled(value)


UNCONSTRAINED = Constraint(ANY)


def constraint(expression: Expression | None, *, depth: int = 0) -> Constraint:
    """What a ``type`` argument means. Raises EvaluationError if it is no type."""
    if depth > 30:
        raise EvaluationError("the type is nested too deep")
    if expression is None:
        return UNCONSTRAINED
    if isinstance(expression, Template) and len(expression.parts) == 1 and isinstance(expression.parts[0], str):
        word = expression.parts[0]  # `type = "string"`, the form of Terraform 0.11
        if word in _WORDS:
            return Constraint(_WORDS[word])
    if isinstance(expression, Name) and expression.name in _WORDS:
        return Constraint(_WORDS[expression.name])
    if isinstance(expression, Call) and len(expression.args) == 1:
        if expression.name in ("list", "set", "map"):
            inner = constraint(expression.args[0], depth=depth + 1)
            return Constraint(Type(expression.name, inner.type), parts=_parts({"": inner}))
        if expression.name == "tuple" and isinstance(expression.args[0], TupleNode):
            items = [constraint(each, depth=depth + 1) for each in expression.args[0].items]
            parts = _parts({str(at): each for at, each in enumerate(items)})
            return Constraint(Type("tuple", items=tuple(each.type for each in items)), parts=parts)
        if expression.name == "object" and isinstance(expression.args[0], ObjectNode):
            return _object(expression.args[0], depth)
    raise EvaluationError("this is no type constraint", expression.at)


def _object(node: ObjectNode, depth: int) -> Constraint:
    fields: dict[str, Type] = {}
    defaults: dict[str, Value] = {}
    parts: dict[str, Constraint] = {}
    optional: set[str] = set()
    for key, kind in node.items:
        if not isinstance(key, Template) or len(key.parts) != 1 or not isinstance(key.parts[0], str):
            raise EvaluationError("the attributes of an object type have plain names", key.at)
        name, inner = key.parts[0], kind
        if isinstance(kind, Call) and kind.name == "optional" and kind.args:
            optional.add(name)
            inner = kind.args[0]
        parts[name] = constraint(inner, depth=depth + 1)
        fields[name] = parts[name].type
        if isinstance(kind, Call) and kind.name == "optional" and len(kind.args) > 1:
            defaults[name] = parts[name].apply(evaluate(kind.args[1], Scope(Nothing(), Budget(10_000))))
    ordered = tuple((name, fields[name]) for name in sorted(fields))
    return Constraint(Type("object", fields=ordered, optional=frozenset(optional)), defaults, _parts(parts))


def _parts(parts: Mapping[str, Constraint]) -> dict[str, Constraint]:
    return {name: part for name, part in parts.items() if part.parts or part.defaults}


class Nothing:
    """The names of an expression that may refer to nothing and call nothing: a default, a variable file."""

    def resolve(self, words: tuple[str, ...], at: object) -> tuple[Value, int]:
        raise EvaluationError(f'only literal values are allowed here, not "{words[0]}"')

    def call(self, name: str, args: list[Value], at: object) -> Value:
        raise EvaluationError(f"only literal values are allowed here, not {name}()")
