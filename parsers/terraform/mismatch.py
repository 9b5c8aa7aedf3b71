"""Why values of one type cannot be converted to another, in Terraform's words (go-cty, convert.MismatchMessage)."""

from __future__ import annotations

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
