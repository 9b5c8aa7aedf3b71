"""What gives a variable its value (the call of its module, a file of values, its default, somebody outside), and what
gives a module's output its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from parsers.terraform.arguments import Argument
from parsers.terraform.convert import convert
from parsers.terraform.nodes import Block, Expression, ObjectNode
from parsers.terraform.render.trace_found import Found, Holder, Place, Source, Stop
from parsers.terraform.render.trace_frames import Frame, Path, caller_frame, literals, members_of
from parsers.terraform.set_order import identity_key
from parsers.terraform.syntax import parse_file
from parsers.terraform.terragrunt_files import UnitFiles
from parsers.terraform.values import EvaluationError, RefusalError, Value


def variable_sources(frame: Frame, name: str, path: Path, where: Location) -> Iterator[Found]:
    """The places that a variable's value, or a part of it, comes from; the best to write it at first."""
    module = frame.module
    block = None if module is None else module.module.variables.get(name)
    if module is None or block is None:
        yield Stop(where, f'no variable "{name}" is declared')
        return
    value = module.variable(name, where)
    outer = caller_frame(frame)
    if outer is None:
        yield from _of_root(frame, name, block, value, path)
        return
    caller, call = outer
    attribute = call.attributes.get(name)
    if attribute is not None:
        given = caller.value(attribute.expression)
        taken = given is None or not given.is_null or not _refuses_null(block)
        yield _place(attribute.expression, caller, path, value, Holder(call, caller, name))
        if taken:
            return
    else:
        yield Place(None, caller, path, Holder(call, caller, name), (), value)
    yield from _default(frame, block, value, path)


def _place(expression: Expression, frame: Frame, path: Path, value: Value, holder: Holder) -> Place:
    return Place(expression, frame, as_given(path, value, frame.value(expression)), holder)


def as_given(path: Path, value: Value, given: Value | None) -> Path:
    """The path into what was given for a value: the members of a set stand in another order there."""
    if not path or not isinstance(path[0], int) or value.type.kind != "set" or given is None:
        return path
    if not isinstance(value.data, tuple) or path[0] >= len(value.data):
        return path
    wanted, element = identity_key(value.data[path[0]]), value.type.element
    for step, _, member in members_of(given) or ():
        try:
            if element is not None and identity_key(convert(member, element)) == wanted:
                return (step, *path[1:])
        except (EvaluationError, RefusalError):
            continue
    return path


def _default(frame: Frame, block: Block, value: Value, path: Path) -> Iterator[Found]:
    expression = block.expression("default")
    if expression is None:
        yield Stop(block.at, f'the variable "{block.labels[0]}" has no value')
        return
    inside = literals()
    json = expression.at.path.endswith(".json")
    inner = Frame(inside.scope, frame.module, templates=not json)
    yield _place(expression, inner, path, value, Holder(block, inner, "default"))


def _of_root(frame: Frame, name: str, block: Block, value: Value, path: Path) -> Iterator[Found]:
    argument, unit = frame.given.values.get(name), frame.given.unit
    if unit is not None and (argument is None or argument.source == unit.own.path):
        yield from _of_unit(unit, frame, name, block, value, path)
        return
    if argument is None or (argument.value.is_null and _refuses_null(block)):
        yield from _default(frame, block, value, path)
        return
    module = frame.module
    assert module is not None  # noqa: S101 - the caller has looked
    found = None if argument.at is None else _in_file(module.run.tree, argument.at, name)
    if found is None:
        yield Stop(block.at, f'the variable "{name}" {_given_by(argument)}')
        return
    yield _place(found, literals_of(found), path, value, Holder(found.at.path, frame, name))


def _of_unit(unit: UnitFiles, frame: Frame, name: str, block: Block, value: Value, path: Path) -> Iterator[Found]:
    """The inputs of a Terragrunt unit: its own count more than those of what it includes."""
    for file in reversed(unit.merged):
        attribute, inputs = file.file.attributes.get("inputs"), file.inputs()
        if attribute is not None and isinstance(inputs, Mapping) and name in inputs:
            inner = Frame(file.scope, file=file)
            yield Place(attribute.expression, inner, (name, *as_given(path, value, inputs[name])))
            return
    own = unit.own.file.attributes.get("inputs")
    if own is not None and isinstance(own.expression, ObjectNode):
        inner = Frame(unit.own.scope, file=unit.own)
        yield Place(None, inner, path, Holder(own.expression, inner, name), (), value)
    yield from _default(frame, block, value, path)


def literals_of(expression: Expression) -> Frame:
    """The frame of an expression in a file of values."""
    frame = literals()
    return Frame(frame.scope, templates=not expression.at.path.endswith(".json"))


def _given_by(argument: Argument) -> str:
    if argument.source.startswith("TF_VAR_"):
        return f"is given by {argument.source} in the environment"
    if argument.source.startswith("--"):
        return "is given by the run's settings (--var, cors-drift.toml, environment)"
    return f"is given by {argument.source}"


def _in_file(tree: Tree, at: Location, name: str) -> Expression | None:
    """What a file of values in the tree gives a variable; the file may be named from where the user stands."""
    parts = posixpath.normpath(at.path).split("/")
    for first in range(len(parts)):
        path = "/".join(parts[first:])
        try:
            if not path or path.startswith("..") or not tree.is_file(path):
                continue
            content = tree.read(path)
            if path.endswith(".json"):
                from parsers.terraform.json_syntax import parse_json_variables

                file = parse_json_variables(path, content)
            else:
                file = parse_file(path, content)
        except InputError:
            continue
        attribute = file.attributes.get(name)
        if attribute is not None and (attribute.at.line, attribute.at.column) == (at.line, at.column):
            return attribute.expression
    return None


def _refuses_null(block: Block) -> bool:
    nullable = block.expression("nullable")
    return nullable is not None and getattr(getattr(nullable, "value", None), "data", None) is False


def output_source(frame: Frame, name: str, path: Path, where: Location) -> Source | Stop:
    """``module.name.output``, or of one of its instances."""
    module = frame.module
    assert module is not None  # noqa: S101 - the caller has looked
    call = module.module_call(name)
    children = dict(zip((each.key for each in call.expansion.instances), call.children, strict=False))
    steps = list(path)
    child = children.get("")
    if child is None and len(steps) > 1:
        first = steps.pop(0)
        child = children.get(f'["{first}"]' if isinstance(first, str) else f"[{first}]")
    block = None if child is None or not steps else child.module.outputs.get(str(steps[0]))
    expression = None if block is None else block.expression("value")
    if child is None or expression is None:
        return Stop(where, f"it is what module.{name} gives")
    return Source(expression, Frame(child.scope, child, given=frame.given), tuple(steps[1:]))
