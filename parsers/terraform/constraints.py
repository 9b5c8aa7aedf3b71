"""Type constraints of variables, with their optional attributes and defaults (hcl ext/typeexpr)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from parsers.terraform.convert import convert, unify
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
    as_object,
    mapping,
    marked,
    object_of,
    refined,
    sequence,
    tuple_of,
)

_WORDS = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY}
_OUTERMOST = {"list": Type("list", ANY), "map": Type("map", ANY)}
"""What may stand for a whole type without saying of what (terraform, configs.decodeVariableType)."""


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
        """The value with defaults in it, not yet of the type (hcl ext/typeexpr, Defaults.Apply)."""
        if not (self.parts or self.defaults):
            return value
        value = as_object(value)
        if isinstance(value.data, tuple):
            return marked(self._filled_sequence(value, value.data), value.marks)
        return marked(self._filled_mapping(value), value.marks) if isinstance(value.data, Mapping) else value

    def _filled_sequence(self, value: Value, members: tuple[Value, ...]) -> Value:
        is_tuple = self.type.kind == "tuple"
        filled = [self._part(str(at) if is_tuple else "", each) for at, each in enumerate(members)]
        alike = _alike(filled) if value.type.element is not None else None
        return tuple_of(filled) if alike is None else sequence(Type(value.type.kind, _element(alike, value)), alike)

    def _filled_mapping(self, value: Value) -> Value:
        is_object = self.type.kind == "object"
        entries = {key: self._part(key if is_object else "", each) for key, each in value.entries.items()}
        for name, default in self.defaults.items():
            given = entries.get(name)
            if given is None or given.is_null:
                entries[name] = self._part(name, default)
            elif not default.is_null:
                entries[name] = refined(given, not_null=True)
        alike = _alike(entries.values()) if value.type.element is not None else None
        if alike is None:
            return object_of(entries)
        return mapping(Type("map", _element(alike, value)), dict(zip(entries, alike, strict=True)))

    def _part(self, name: str, value: Value) -> Value:
        part = self.parts.get(name)
        return value if part is None else part._filled(value)


def _alike(members: Iterable[Value]) -> list[Value] | None:
    """The members of a collection as values of one type again; None if they have none in common any more."""
    given = list(members)
    common = unify(each.type for each in given)
    try:
        return None if common is None else [convert(each, common) for each in given]
    except EvaluationError:
        return None


def _element(members: Sequence[Value], value: Value) -> Type:
    return members[0].type if members else value.type.element or ANY


UNCONSTRAINED = Constraint(ANY)


def constraint(expression: Expression | None, *, depth: int = 0) -> Constraint:
    """What a ``type`` argument means. Raises EvaluationError if it is no type."""
    if depth > 30:
        raise EvaluationError("the type is nested too deep")
    if expression is None:
        return UNCONSTRAINED
    words = {**_WORDS, **_OUTERMOST} if depth == 0 else _WORDS
    if isinstance(expression, Template) and len(expression.parts) == 1 and isinstance(expression.parts[0], str):
        word = expression.parts[0]  # `type = "string"`, the form of Terraform 0.11
        if word in words:
            return Constraint(words[word])
    if isinstance(expression, Name) and expression.name in words:
        return Constraint(words[expression.name])
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
    raise EvaluationError("this is no type: a primitive type or one like list(string) is", expression.at)


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
            defaults[name] = _default(kind.args[1], parts[name].type)
    ordered = tuple((name, fields[name]) for name in sorted(fields))
    return Constraint(Type("object", fields=ordered, optional=frozenset(optional)), defaults, _parts(parts))


def _default(expression: Expression, kind: Type) -> Value:
    try:
        return convert(evaluate(expression, Scope(Nothing(), Budget())), kind)
    except EvaluationError as error:
        message = f"the default value is not compatible with the attribute's type constraint: {error.message}"
        raise EvaluationError(message, error.at or expression.at) from error


def _parts(parts: Mapping[str, Constraint]) -> dict[str, Constraint]:
    return {name: part for name, part in parts.items() if part.parts or part.defaults}


class Nothing:
    """The names of an expression that may refer to nothing and call nothing: a default, a variable file."""

    def resolve(self, words: tuple[str, ...], at: object) -> tuple[Value, int]:
        raise EvaluationError(f'only literal values are allowed here, not "{words[0]}"')

    def call(self, name: str, args: list[Value], at: object) -> Value:
        raise EvaluationError(f"only literal values are allowed here, not {name}()")
