"""Where a value, or a part of it, is written: expressions followed back to the literal that decides.

The walk goes the way of the evaluation: through variables to what they are given, through locals, ``each``, the names
of ``dynamic`` and ``for``, steps into objects and lists, the arm of a conditional that is taken, and functions that
hand values on. What it finds are candidates, the best first: whoever asked edits one and evaluates again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from drift.location import Location
from parsers.terraform.nodes import (
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
)
from parsers.terraform.render.trace_calls import step_into_call, whole_of_call
from parsers.terraform.render.trace_files import file_content
from parsers.terraform.render.trace_found import Found, Holder, Place, Source, Stop
from parsers.terraform.render.trace_frames import (
    Frame,
    Path,
    loop_frames,
    loop_key,
    reason_of,
    splat_frame,
)
from parsers.terraform.render.trace_terragrunt import file_read_by, of_terragrunt
from parsers.terraform.render.trace_variables import output_source, variable_sources
from parsers.terraform.render.trace_way import DEEP, At
from parsers.terraform.values import RefusalError, Value


def places(expression: Expression, frame: Frame, path: Path = (), holder: Holder | None = None) -> Iterator[Found]:
    """The places where the value of an expression, or what lies behind a path into it, is written."""
    yield from _walk(At(expression, frame, path, holder))


def _walk(at: At) -> Iterator[Found]:
    try:
        at.frame.scope.budget.spend(1)
    except RefusalError:
        at = replace(at, depth=DEEP + 1)
    if at.depth > DEEP:
        yield Stop(at.expression.at, "it is handed on through too many steps to be followed")
        return
    node = at.expression
    if isinstance(node, ObjectNode) and at.path:
        yield from _into_object(at, node)
    elif isinstance(node, TupleNode) and at.path:
        yield from _into_tuple(at, node)
    elif isinstance(node, Name | GetAttr):
        yield from _reference(at, node)
    elif isinstance(node, Index):
        key = at.frame.value(node.key)
        step = None if key is None else step_of(key)
        if step is None:
            yield Stop(node.at, f"which element is meant is not known: {reason_of(key)}")
        else:
            inner = at.referring()
            yield from _walk(inner.to(node.base, path=(_normal(at.frame, node.base, step), *at.path)))
    elif isinstance(node, Conditional):
        yield from _arm(at, node)
    elif isinstance(node, Call):
        yield from _call(at, node)
    elif isinstance(node, For) and at.path:
        yield from _into_loop(at, node)
    elif isinstance(node, Splat) and at.path:
        yield from _into_splat(at, node)
    elif isinstance(node, Template) and len(node.parts) == 1 and not isinstance(node.parts[0], str):
        inner_part = node.parts[0]
        if hasattr(inner_part, "at"):
            yield from _walk(at.to(inner_part))  # type: ignore[arg-type] # a template of one expression is that
        else:
            yield at.found(node)
    elif at.path and isinstance(node, Literal) and node.value.is_null:
        yield at.found(node)
    elif at.path:
        yield Stop(node.at, "it is made by an expression that hands no single value on")
    else:
        yield at.found(node)


def step_of(key: Value) -> str | int | None:
    """A known key or index as a step."""
    if isinstance(key.data, str):
        return key.data
    if isinstance(key.data, Decimal) and key.data == int(key.data):
        return int(key.data)
    return None


def _normal(frame: Frame, base: Expression, step: str | int) -> str | int:
    """The step as the base has it: ``"0"`` into a list, ``0`` into an object."""
    value = frame.value(base)
    kind = "" if value is None else value.type.kind
    if kind in ("list", "tuple") and isinstance(step, str) and step.isdecimal():
        return int(step)
    return str(step) if kind in ("map", "object") else step


# Literals


def _into_object(at: At, node: ObjectNode) -> Iterator[Found]:
    step, rest = at.path[0], at.path[1:]
    for key, value in reversed(node.items):  # the last of two entries of a name counts
        shown = at.frame.value(key)
        if shown is not None and step_of(shown) is not None and str(step_of(shown)) == str(step):
            holder = Holder(node, at.frame, name=str(step))
            yield from _walk(at.within(value, holder, rest))
            return
    yield Place(None, at.frame, rest, Holder(node, at.frame, name=str(step)))


def _into_tuple(at: At, node: TupleNode) -> Iterator[Found]:
    step, rest = at.path[0], at.path[1:]
    if isinstance(step, int) and step < len(node.items):
        holder = Holder(node, at.frame, index=step)
        yield from _walk(at.within(node.items[step], holder, rest))
    else:
        yield Stop(node.at, "the list has no such element")


# References


def _reference(at: At, node: Name | GetAttr) -> Iterator[Found]:
    words: list[str] = []
    base: Expression = node
    while isinstance(base, GetAttr):
        words.append(base.name)
        base = base.base
    if not isinstance(base, Name):
        yield from _walk(at.referring().to(base, path=(*reversed(words), *at.path)))
        return
    words.reverse()
    name = base.name
    if name in at.frame.bound:
        yield from _bound(at.referring(), name, words)
    elif name in at.frame.scope.local:
        yield Stop(node.at, f"it is made of {name}, which is no part of a value that is written down")
    elif at.frame.file is not None and words:
        yield from _further(at.referring(), of_terragrunt(at.frame.file, name, words, node.at))
    elif at.frame.module is None or not words:
        yield Stop(node.at, f"{name} means nothing here")
    else:
        yield from _global(at.referring(), name, words, node.at)


def _bound(at: At, name: str, words: list[str]) -> Iterator[Found]:
    bound = at.frame.bound[name]
    form = bound.form
    if form == "pair":
        form, words = (words[0], words[1:]) if words else ("", [])
    if form == "value":
        step: Path = () if bound.step is None else (bound.step,)
        yield from _walk(at.to(bound.collection, bound.frame, (*step, *words, *at.path)))
    elif form == "key" and isinstance(bound.step, int):  # of a set, the member itself
        yield from _walk(at.to(bound.collection, bound.frame, (bound.step, *words, *at.path)))
    else:
        yield Stop(
            bound.collection.at, f"it is the key of an entry ({name}.{form or 'key'}), which names other things too"
        )


def _global(at: At, first: str, words: list[str], where: Location) -> Iterator[Found]:
    module = at.frame.module
    assert module is not None  # noqa: S101 - the caller has looked
    second, rest = words[0], (*words[1:], *at.path)
    if first == "var":
        yield from _variable(at, second, rest, where)
    elif first == "local" and second in module.module.locals:
        attribute = module.module.locals[second]
        outer = Frame(module.scope, module, given=at.frame.given)
        yield from _walk(at.to(attribute.expression, outer, rest))
    elif first == "module" and second in module.module.calls and len(words) > 1:
        yield from _further(replace(at, path=()), output_source(at.frame, second, rest, where))
    elif first == "data":
        yield Stop(where, f"it comes from the data source {'.'.join(['data', *words])}")
    elif first == "each":
        yield Stop(where, "it comes from for_each, of which it is not known what it goes through")
    else:
        yield Stop(where, f"it is {'.'.join([first, *words])}, which Terraform gets elsewhere")


def _further(at: At, source: Source | Stop) -> Iterator[Found]:
    """What a reference stands for, if that is an expression."""
    if isinstance(source, Stop):
        yield source
    else:
        yield from _walk(at.to(source.expression, source.frame, (*source.path, *at.path)))


def _variable(at: At, name: str, path: Path, where: Location) -> Iterator[Found]:
    for source in variable_sources(at.frame, name, path, where):
        if isinstance(source, Stop):
            yield source
        elif source.expression is None:
            yield Place(None, source.frame, source.path, source.holder, at.hops, source.base)
        else:
            inner = at.to(source.expression, source.frame, source.path)
            yield from _walk(replace(inner, holder=source.holder if not source.path else None))


# Expressions that choose or take apart


def _arm(at: At, node: Conditional) -> Iterator[Found]:
    test = at.frame.value(node.test)
    if test is None or test.data not in (True, False, "true", "false"):
        yield Stop(node.test.at, f"which of two values counts is not known: {reason_of(test)}")
        return
    chosen = node.then if test.data in (True, "true") else node.otherwise
    yield from _walk(at.to(chosen))


def _call(at: At, node: Call) -> Iterator[Found]:
    other = file_read_by(at.frame, node)
    if other is not None and len(at.path) > 1 and isinstance(at.path[1], str):
        source = of_terragrunt(other, str(at.path[0]), [at.path[1]], node.at)
        yield from _further(replace(at, path=at.path[2:]), source)
        return
    if node.expand_last:
        yield at.found(node) if not at.path else _opaque(node)
        return
    read = file_content(node, at.frame) if node.name in ("jsondecode", "yamldecode") else None
    if isinstance(read, Stop):
        yield read
        return
    if read is not None:
        yield from _walk(At(read.expression, read.frame, at.path, read.holder, depth=at.depth + 1))
        return
    further = step_into_call(node, at.frame, at.path) if at.path else whole_of_call(node, at.frame)
    if further is None:
        if at.path:
            yield _opaque(node)
        else:
            yield at.found(node)
        return
    decoded = node.name == "jsondecode"
    if decoded and at.frame.value(node) is None:
        return  # what it is given is no JSON, and another arm of a try is taken
    for expression, path in further:
        if decoded:
            yield from _encoded(at.to(expression, path=()), path, node)
        else:
            yield from _walk(at.referring().to(expression, path=path))


def _encoded(at: At, path: Path, node: Call) -> Iterator[Found]:
    """What ``jsondecode`` is given: the argument of a ``jsonencode``, wherever that stands."""
    for found in _walk(at):
        if isinstance(found, Place) and isinstance(found.expression, Call) and found.expression.name == "jsonencode":
            yield from _walk(At(found.expression.args[0], found.frame, path, depth=at.depth + 1))
        elif isinstance(found, Place) and found.expression is not None and found.frame.file is not None:
            yield from _walk(At(found.expression, found.frame, path, depth=at.depth + 1))  # Terragrunt encodes it
        elif isinstance(found, Stop):
            yield found
        else:
            yield Stop(node.at, "it is written as JSON text inside a string")


def _opaque(node: Call) -> Stop:
    return Stop(node.at, f"it is made by {node.name}(...), which hands no single value on")


def _into_loop(at: At, node: For) -> Iterator[Found]:
    rounds = loop_frames(at.frame, node)
    if rounds is None:
        yield Stop(node.at, "what the for expression goes through is not known")
        return
    step, rest = at.path[0], at.path[1:]
    if node.result_key is None:
        chosen = rounds[step : step + 1] if isinstance(step, int) else []
    else:
        chosen = [each for each in rounds if loop_key(each[1], node) == str(step)]
        if node.grouped:
            chosen = chosen[rest[0] : rest[0] + 1] if rest and isinstance(rest[0], int) else []
            rest = rest[1:]
    if not chosen:
        yield Stop(node.at, "the for expression gives no such element")
        return
    own, inner = chosen[0]
    if not rest:  # as a whole it is what the loop makes of that member
        members = _walk(At(node.collection, at.frame, (own,), depth=at.depth + 1))
        items = next((found.items for found in members if isinstance(found, Place)), ())
        at = replace(at, items=(*at.items, *items))
    yield from _walk(at.to(node.result, inner, rest))


def _into_splat(at: At, node: Splat) -> Iterator[Found]:
    base = at.frame.value(node.base)
    if base is None or not isinstance(at.path[0], int):
        yield Stop(node.at, f"it is not known: {reason_of(base)}")
    elif base.type.kind in ("list", "set", "tuple"):
        members = at.frame.members(node.base) or []
        if at.path[0] < len(members):
            inner = splat_frame(at.frame, node, at.path[0], members[at.path[0]][2])
            yield from _walk(at.to(node.each, inner, at.path[1:]))
    else:
        yield from _walk(at.to(node.each, splat_frame(at.frame, node, None, base), at.path[1:]))
