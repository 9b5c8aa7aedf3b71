"""How many of a block there are: ``count``, ``for_each`` and ``enabled`` of resources and modules, and ``dynamic``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from parsers.terraform.access import elements, iterate
from parsers.terraform.convert import convert
from parsers.terraform.expressions import Scope, evaluate, evaluate_or_unknown
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.limits import MAX_BLOCKS, MAX_INSTANCES
from parsers.terraform.nodes import Block, Expression, Name
from parsers.terraform.values import (
    BOOL,
    EPHEMERAL,
    NUMBER,
    RESOURCE,
    EvaluationError,
    Lazy,
    RefusalError,
    Unresolved,
    Value,
    as_object,
    marked,
    number,
    object_of,
    tuple_of,
    unknown,
)


class Instance(NamedTuple):
    """One instance of a block: ``key`` is ``[0]``, ``["name"]`` or empty, as it stands in addresses."""

    key: str
    scope: Scope
    name: str | None = None


class Expansion(NamedTuple):
    """The instances of a block. With ``reason`` it is not known which there are; then ``instances`` has one that
    stands for any of them. ``repeated`` says whether the block has ``count`` or ``for_each``, ``keyed`` the latter.
    ``fault`` is what is wrong, where Terraform refuses it or there are more than are worked through.
    """

    instances: tuple[Instance, ...]
    reason: str | None = None
    repeated: bool = False
    keyed: bool = False
    fault: str | None = None


def expand(block: Block, scope: Scope) -> Expansion:
    """The instances of a resource, data source or module call."""
    count, for_each = block.expression("count"), block.expression("for_each")
    try:
        if count is not None:
            return _count(count, scope)
        if for_each is not None:
            return _for_each(for_each, scope)
        return _enabled(block, scope)
    except EvaluationError as error:
        fault, reason = error.message, f"{IN_ERROR}{error}"
    except (RefusalError, RecursionError) as error:
        fault = str(error) if isinstance(error, RefusalError) else "nested too deep"
        reason = f"{fault} ({block.at})"
    return any_instance(scope, reason, keyed=for_each is not None)._replace(fault=fault)


def _enabled(block: Block, scope: Scope) -> Expansion:
    """OpenTofu's ``lifecycle { enabled = ... }``."""
    for lifecycle in block.of_type("lifecycle"):
        expression = lifecycle.expression("enabled")
        if expression is not None:
            enabled = convert(evaluate(expression, scope), BOOL)
            if enabled.unresolved is not None:
                return any_instance(scope, enabled.unresolved.reason)._replace(repeated=False)
            if enabled.data is False:
                return Expansion((), repeated=False)
    return Expansion((Instance("", scope),))


def _count(expression: Expression, scope: Scope) -> Expansion:
    value = convert(evaluate(expression, scope), NUMBER)
    if EPHEMERAL in value.marks:
        raise EvaluationError("count cannot be ephemeral", expression.at)
    if value.unresolved is not None:
        return any_instance(scope, value.unresolved.reason)
    if value.is_null or value.number != int(value.number) or value.number < 0:
        raise EvaluationError("count must be a whole number from 0", expression.at)
    if value.number > MAX_INSTANCES:
        raise RefusalError(f"count is more than {MAX_INSTANCES:,}")
    instances = (
        Instance(f"[{index}]", scope.bind({"count": object_of({"index": number(index)})}))
        for index in range(int(value.number))
    )
    return Expansion(tuple(instances), repeated=True)


def _for_each(expression: Expression, scope: Scope) -> Expansion:
    value = as_object(evaluate(expression, scope))
    if value.marks:
        raise EvaluationError(f"for_each cannot be {' or '.join(sorted(value.marks))}", expression.at)
    if value.unresolved is not None:
        return any_instance(scope, value.unresolved.reason, keyed=True)
    if value.is_null or isinstance(value.data, Lazy) or value.type.kind not in ("map", "object", "set"):
        raise EvaluationError("for_each must be a map or a set of strings", expression.at)
    pairs = iterate(value)
    if isinstance(pairs, Unresolved):
        return any_instance(scope, pairs.reason, keyed=True)
    if len(pairs) > MAX_INSTANCES:
        raise RefusalError(f"for_each has more than {MAX_INSTANCES:,} members")
    if any(key.type.kind != "string" or key.is_null for key, _ in pairs):
        raise EvaluationError("for_each must be a map or a set of strings", expression.at)
    instances = (
        Instance(f"[{quoted(key.text)}]", scope.bind({"each": object_of({"key": key, "value": each})}), key.text)
        for key, each in pairs
    )
    return Expansion(tuple(instances), repeated=True, keyed=True)


def quoted(key: str) -> str:
    """A key as Terraform writes it in an address."""
    return json.dumps(key, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def any_instance(scope: Scope, reason: str, *, keyed: bool = False) -> Expansion:
    """The expansion of a block of which it is not known how many there are."""
    local = (
        {"each": object_of({"key": unknown(reason), "value": unknown(reason)})}
        if keyed
        else {"count": object_of({"index": unknown(reason)})}
    )
    return Expansion((Instance("", scope.bind(local)),), reason, repeated=True, keyed=keyed)


def all_instances(expansion: Expansion, shown: str, make: Callable[[Instance], Value]) -> Value:
    """The values of all instances, put together as references see them: one, a tuple or an object of them."""
    if expansion.reason is not None:
        reason = f"how many of {shown} there are is not known: {expansion.reason}"
        return unknown(reason, identity=("instances", shown))
    if not expansion.repeated:
        return make(expansion.instances[0]) if expansion.instances else Value(RESOURCE, None)
    if expansion.keyed:
        return object_of({str(each.name): make(each) for each in expansion.instances})
    return tuple_of(make(each) for each in expansion.instances)


def nested_blocks(body: Block, type_name: str, scope: Scope) -> list[tuple[Block, Scope]] | Unresolved:
    """The nested blocks of a type, static and ``dynamic`` in their order, each with the scope it is evaluated in.

    Raises EvaluationError where Terraform would; unknown where it is not known how many there are.
    """
    found: list[tuple[Block, Scope]] = []
    for block in body.blocks:
        if block.type == type_name:
            found.append((block, scope))
        elif block.type == "dynamic" and block.labels == (type_name,):
            for each in _dynamic(block, type_name, scope):
                if isinstance(each, Unresolved):
                    return each
                found.append(each)
        if len(found) > MAX_BLOCKS:
            raise RefusalError(f"more than {MAX_BLOCKS:,} {type_name} blocks")
    return found


def _dynamic(block: Block, type_name: str, scope: Scope) -> Iterator[tuple[Block, Scope] | Unresolved]:
    for_each = block.expression("for_each")
    contents = block.of_type("content")
    if for_each is None or not contents:
        raise EvaluationError("a dynamic block needs for_each and content", block.at)
    iterator = block.expression("iterator")
    name = type_name
    if iterator is not None:
        name = iterator.name if isinstance(iterator, Name) else str(getattr(iterator, "parts", (type_name,))[0])
    collection = evaluate(for_each, scope)
    pairs = elements(collection)
    if isinstance(pairs, Unresolved):
        yield pairs
        return
    for key, value in pairs[: MAX_BLOCKS + 1]:
        of_block = {"key": marked(key, collection.marks), "value": marked(value, collection.marks)}
        yield contents[0], scope.bind({name: object_of(of_block)})


def evaluated(body: Block, name: str, scope: Scope) -> Value | None:
    """An argument of a block, every failure an unknown; None where it is not there."""
    expression = body.expression(name)
    return None if expression is None else evaluate_or_unknown(expression, scope)
