"""Scopes with the memory of where the names bound in them come from.

A scope of the evaluation knows the value of ``each.value`` or of a variable of ``for``; to change it one has to know of
which collection it is which member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from parsers.terraform.access import elements
from parsers.terraform.arguments import Argument
from parsers.terraform.constraints import Nothing
from parsers.terraform.evaluation import Budget, Scope, evaluate
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import SPLAT_ITEM, Block, Expression, For, Name, Splat
from parsers.terraform.terragrunt_files import UnitFiles
from parsers.terraform.terragrunt_names import TerragruntFile
from parsers.terraform.values import EvaluationError, RefusalError, Unresolved, Value, object_of

Step = str | int
"""One step into a value: the key of an entry, or the place of a member in the order in which it is gone through."""
Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """What a root module is given: the values of its variables, and the Terragrunt unit that gives some of them."""

    values: Mapping[str, Argument] = field(default_factory=dict)
    unit: UnitFiles | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """That a name stands for a member of a collection; with ``step`` None for the collection itself.

    ``form`` says what the name is: ``pair`` has the attributes key and value, ``value`` and ``key`` are these.
    """

    collection: Expression
    frame: Frame
    step: Step | None
    form: str


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Where an expression stands: its scope, the module (None in a file of values), and what bound names come from.

    ``given`` is what the root module around it is given. ``file`` is there in a file of Terragrunt. ``templates`` is
    False in files whose strings are literal.
    """

    scope: Scope
    module: ModuleInstance | None = None
    bound: Mapping[str, Bound] = field(default_factory=dict)
    given: Outside = field(default_factory=Outside)
    templates: bool = True
    file: TerragruntFile | None = None

    def bind(self, values: Mapping[str, Value], bound: Mapping[str, Bound]) -> Frame:
        """The same with more names."""
        return replace(self, scope=self.scope.bind(values), bound={**self.bound, **bound})

    def value(self, expression: Expression) -> Value | None:
        """The value of an expression; None where it is an error."""
        try:
            return evaluate(expression, self.scope)
        except (EvaluationError, RefusalError, RecursionError):
            return None

    def members(self, expression: Expression) -> list[tuple[Step, Value, Value]] | None:
        """What is gone through in a collection: step, key and value of each; None where that is not known."""
        value = self.value(expression)
        return None if value is None else members_of(value)


def members_of(value: Value) -> list[tuple[Step, Value, Value]] | None:
    """What is gone through in a collection: step, key and value of each; None where that is not known."""
    try:
        pairs = elements(value)
    except EvaluationError:
        return None
    if isinstance(pairs, Unresolved):
        return None
    by_key = isinstance(value.data, Mapping)
    return [(key.text if by_key else place, key, each) for place, (key, each) in enumerate(pairs)]


def literals() -> Frame:
    """The frame of a file of values."""
    return Frame(Scope(Nothing(), Budget()))


def frame_of(module: ModuleInstance, given: Outside) -> Frame:
    """The frame of what stands in a module itself."""
    return Frame(module.scope, module, given=given)


def caller_frame(frame: Frame) -> tuple[Frame, Block] | None:
    """The frame in which the arguments of a module's call stand, and the call; None for a root module."""
    if frame.module is None or frame.module.caller is None:
        return None
    module, block, scope = frame.module.caller
    return instance_frame(Frame(module.scope, module, given=frame.given), block, scope), block


def instance_frame(outer: Frame, block: Block, scope: Scope) -> Frame:
    """The frame of an instance of a resource or module call; ``scope`` is the instance's."""
    for_each = block.expression("for_each")
    bound = {}
    each = scope.local.get("each")
    key = each.entries["key"] if each is not None and isinstance(each.data, Mapping) else None
    if for_each is not None and key is not None and key.unresolved is None:
        step = _step_of(outer, for_each, key)
        if step is not None:
            bound["each"] = Bound(for_each, outer, step, "pair")
    return Frame(scope, outer.module, {**outer.bound, **bound}, outer.given)


def _step_of(outer: Frame, for_each: Expression, key: Value) -> Step | None:
    for step, each, _ in outer.members(for_each) or ():
        if each.data == key.data:
            return step
    return None


def dynamic_frames(frame: Frame, block: Block, type_name: str) -> list[Frame]:
    """The frames of the blocks that a ``dynamic`` block makes, in their order; empty where that is not known."""
    for_each, iterator = block.expression("for_each"), block.expression("iterator")
    if for_each is None:
        return []
    name = iterator.name if isinstance(iterator, Name) else type_name
    if iterator is not None and not isinstance(iterator, Name):
        name = str(getattr(iterator, "parts", (type_name,))[0])
    return [
        frame.bind({name: object_of({"key": key, "value": value})}, {name: Bound(for_each, frame, step, "pair")})
        for step, key, value in frame.members(for_each) or ()
    ]


def iterator_name(block: Block, type_name: str) -> str:
    """What a ``dynamic`` block calls the member that it makes a block of."""
    iterator = block.expression("iterator")
    if isinstance(iterator, Name):
        return iterator.name
    return type_name if iterator is None else str(getattr(iterator, "parts", (type_name,))[0])


def loop_frames(frame: Frame, loop: For) -> list[tuple[Step, Frame]] | None:
    """The rounds of a ``for`` that its condition lets through, each with the step of its member in the collection."""
    found = []
    members = frame.members(loop.collection)
    if members is None:
        return None
    for step, key, value in members:
        inner = round_frame(frame, loop, step, key, value)
        if loop.condition is not None:
            test = inner.value(loop.condition)
            if test is None or test.unresolved is not None:
                return None
            if test.data not in (True, "true"):
                continue
        found.append((step, inner))
    return found


def round_frame(frame: Frame, loop: For, step: Step, key: Value, value: Value) -> Frame:
    """One round of a ``for``."""
    values = {loop.value: value} if loop.key is None else {loop.key: key, loop.value: value}
    bound = {loop.value: Bound(loop.collection, frame, step, "value")}
    if loop.key is not None:
        bound[loop.key] = Bound(loop.collection, frame, step, "key")
    return frame.bind(values, bound)


def splat_frame(frame: Frame, splat: Splat, step: Step | None, value: Value) -> Frame:
    """One element of a splat; with ``step`` None the base itself, where that is no list."""
    return frame.bind({SPLAT_ITEM: value}, {SPLAT_ITEM: Bound(splat.base, frame, step, "value")})


def loop_key(frame: Frame, loop: For) -> str | None:
    """The key that a round of a ``for`` gives its result."""
    if loop.result_key is None:
        return None
    key = frame.value(loop.result_key)
    if key is None:
        return None
    if isinstance(key.data, str):
        return key.data
    return str(key.data) if isinstance(key.data, Decimal) else None


def reason_of(value: Value | None) -> str:
    """Why a value is not known."""
    if value is None:
        return "there is an error in it"
    return value.unresolved.reason if value.unresolved is not None else "it is not known"
