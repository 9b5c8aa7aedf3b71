"""Why values of one type cannot be converted to another, in Terraform's words (go-cty, convert.MismatchMessage)."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.terraform.types import Type
from parsers.terraform.unify import convertible


def mismatch(given: Type, wanted: Type) -> str:
    """What is wrong with the type; to be asked where there is no conversion."""
    kinds = (given.kind, wanted.kind)
    if kinds == ("object", "object"):
        return _objects(given, wanted)
    if kinds in (("tuple", "list"), ("tuple", "set"), ("object", "map")) and wanted.element is not None:
        return _elements(given, wanted, wanted.element)
    alike = given.kind == wanted.kind or {given.kind, wanted.kind} == {"list", "set"}
    if given.element is not None and wanted.element is not None and alike:
        return f"incorrect {wanted.kind} element type: {mismatch(given.element, wanted.element)}"
    return f"{wanted} required"


def _objects(given: Type, wanted: Type) -> str:
    has = dict(given.fields)
    missing = [f'"{name}"' for name, _ in wanted.fields if name not in has and name not in wanted.optional]
    if len(missing) == 1:
        return f"attribute {missing[0]} is required"
    if missing:
        return f"attributes {', '.join(missing[:-1])}{',' if len(missing) > 2 else ''} and {missing[-1]} are required"
    for name, kind in wanted.fields:
        if name in has and not convertible(has[name], kind):
            return f'attribute "{name}": {mismatch(has[name], kind)}'
    return "incorrect object attributes"


def _elements(given: Type, wanted: Type, element: Type) -> str:
    if element.kind == "any":
        return f"all {wanted.kind} elements must have the same type"
    names = [f'"{name}"' for name, _ in given.fields] or [str(at) for at in range(len(given.items))]
    for name, kind in zip(names, given.inner, strict=True):
        if not convertible(kind, element):
            return f"element {name}: {mismatch(kind, element)}"
    return f"all elements must be {element}"


def difference(then: Type, otherwise: Type) -> str:
    """Why the two results of a conditional have no type in common (hclsyntax, describeConditionalTypeMismatch)."""
    if then.kind == otherwise.kind == "object":
        return _between_objects(dict(then.fields), dict(otherwise.fields))
    if then.kind == otherwise.kind == "tuple":
        length, other_length = len(then.items), len(otherwise.items)
        if length != other_length:
            return f"the 'true' tuple has length {length}, but the 'false' tuple has length {other_length}"
        pairs = enumerate(zip(then.items, otherwise.items, strict=True))
        return next((f"type mismatch for tuple element {at}: {difference(a, b)}" for at, (a, b) in pairs if a != b), "")
    inner, other = then.element, otherwise.element
    if inner and other and then.kind == otherwise.kind and inner.kind == other.kind in ("object", "tuple"):
        return f"mismatched {then.kind} element types: {difference(inner, other)}"
    if str(then) == str(otherwise):
        both = "both the 'true' and the 'false' value"
        return f"at least one deeply-nested attribute or element is not compatible across {both}"
    return f"the 'true' value is {then}, but the 'false' value is {otherwise}"


def _between_objects(then: Mapping[str, Type], otherwise: Mapping[str, Type]) -> str:
    for name, kind in then.items():
        if name not in otherwise:
            return f"the 'true' value includes object attribute \"{name}\", which is absent in the 'false' value"
        if kind != otherwise[name]:
            return f'type mismatch for object attribute "{name}": {difference(kind, otherwise[name])}'
    name = min(otherwise.keys() - then.keys(), default="")
    return f"the 'false' value includes object attribute \"{name}\", which is absent in the 'true' value"
