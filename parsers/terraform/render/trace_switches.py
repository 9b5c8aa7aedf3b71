"""Switches of a shared module: the arguments of its call that say whether a bucket has rules at all.

``count = var.enable_cors ? 1 : 0`` has the rules of one call hang on a truth value that its author gives. Only one that
nothing but the rules hangs on is a switch of them: another would take more with it, which no comparison of rules sees.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from parsers.terraform.config import Module
from parsers.terraform.nodes import Block, Conditional, Expression, GetAttr, Literal, Name, TupleNode, words
from parsers.terraform.render.trace_found import Hop, Place
from parsers.terraform.render.trace_frames import Frame, caller_frame
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_setting import Attempt, writable
from parsers.terraform.render.trace_shapes import parts_of
from parsers.terraform.render.trace_sites import RULE, Site, dynamics_of
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.render.written import REMOVED, ArgumentChange, Plain, ValueChange
from parsers.terraform.schema import BUCKET, CONFIGURATION

_REPEATING = ("count", "for_each")


class Switch(NamedTuple):
    """An argument of a call: its name, what it is to be, and the edits that make it so, the best first."""

    name: str
    value: bool
    ways: tuple[Attempt, ...]


def call_of(site: Site) -> Block | None:
    """The call of the module in which the rules of a site are declared, if it is written here."""
    outer = caller_frame(site.frame) if writable(site.frame) else None
    return None if outer is None or not site.texts.has(outer[1].at.path) else outer[1]


def switches(site: Site) -> list[Switch]:
    """The arguments of the call that are truth values on which nothing but rules hangs, each turned round."""
    outer, module = caller_frame(site.frame), site.frame.module
    if outer is None or module is None or call_of(site) is None:
        return []
    caller, call = outer
    found = []
    for name in _variables(site, module.module):
        value = site.frame.value(_variable(name, call))
        if value is not None and isinstance(value.data, bool) and _only_rules(module.module, name):
            to = not value.data
            ways = tuple(_set(call, caller, module.module.variables[name], name, to, site.texts))
            found.append(Switch(name, to, ways))
    return found


def switched(site: Site, *, to: bool) -> list[Attempt]:
    """What has switches of the call turned round: one, or all that become the value; then those that are named the
    other way, as ``disable_cors``.
    """
    able = [each for each in switches(site) if each.ways]
    wanted = [each for each in able if each.value is to]
    ways = [way for each in (*wanted, *(each for each in able if each not in wanted)) for way in each.ways]
    together = tuple(change for each in wanted for change in each.ways[0])
    return [*ways, *([together] if len(wanted) > 1 else [])]


def at_call_first(site: Site, ways: Iterable[Attempt]) -> list[Attempt]:
    """The ways with those last that write in a shared module which has switches: its callers decide there."""
    found, module = list(ways), site.frame.module
    if module is None or not switches(site):
        return found
    folder = module.module.folder

    def inside(way: Attempt) -> bool:
        paths = [at.path for each in way if (at := getattr(each, "at", None)) is not None]
        return any(posixpath.dirname(path) == folder for path in paths)

    return sorted(found, key=inside)


def given_lists(site: Site) -> list[str]:
    """The arguments of the call of which the rules are made."""
    module = site.frame.module
    if call_of(site) is None or module is None:
        return []
    expressions = [each.expression("for_each") for block in _blocks(site) for each in dynamics_of(block)]
    found = _named([each for each in expressions if each is not None], module.module)
    return [name for name in found if not _is_truth(site, name)]


def may_be_empty(site: Site, lists: Iterable[str]) -> bool:
    """Whether no rules may be given: Terraform refuses a configuration without any, unless it goes with them."""
    module = site.frame.module
    if site.inline or module is None:
        return True
    repeating = [each for name in _REPEATING if (each := site.block.expression(name)) is not None]
    return not set(lists).isdisjoint(_named(repeating, module.module))


def lists_replaced(site: Site, start: Hop, elements: tuple[Plain, ...]) -> Iterator[Attempt]:
    """That a list which the call gives, and which counts for nothing as yet, is another one."""
    node = start.expression
    arms = (node.then, node.otherwise) if isinstance(node, Conditional) else (node,)
    for found in (each for arm in arms for each in places(arm, start.frame) if elements):
        if not isinstance(found, Place) or not isinstance(found.expression, TupleNode) or not writable(found.frame):
            continue
        at = site.texts.expression(found.expression, templates=found.frame.templates)
        if at is not None and found.expression.items and found.frame.module is not site.frame.module:
            yield (ValueChange(at, elements),)


def _set(call: Block, caller: Frame, variable: Block, name: str, to: bool, texts: Texts) -> Iterator[Attempt]:
    given, default = call.expression(name), variable.expression("default")
    body = texts.block(call)
    if given is None and body is not None:
        yield (ArgumentChange(body, name, to),)
    if not isinstance(given, Literal):
        return  # what it is made of may say more elsewhere
    at = texts.expression(given, templates=caller.templates)
    if at is not None:
        yield (ValueChange(at, to),)
    if body is not None and isinstance(default, Literal) and default.value.data is to:
        yield (ArgumentChange(body, name, REMOVED),)


# What hangs on a variable


def _blocks(site: Site) -> list[Block]:
    return [site.block, *(block for block, _ in site.dormant)]


def _variables(site: Site, module: Module) -> list[str]:
    """The variables that say how many rules there are."""
    expressions: list[Expression | None] = []
    for block in _blocks(site):
        if block.labels[0] == CONFIGURATION:
            expressions += [block.expression(name) for name in _REPEATING]
        expressions += [each.expression("for_each") for each in dynamics_of(block)]
    return _named([each for each in expressions if each is not None], module)


def _variable(name: str, call: Block) -> Expression:
    return GetAttr(Name("var", call.at), name, call.at)


def _is_truth(site: Site, name: str) -> bool:
    call = call_of(site)
    value = None if call is None else site.frame.value(_variable(name, call))
    return value is not None and isinstance(value.data, bool)


def _references(expression: Expression) -> Iterator[tuple[str, str]]:
    for each in parts_of(expression):
        if isinstance(each, GetAttr) and isinstance(each.base, Name) and each.base.name in ("var", "local"):
            yield each.base.name, each.name


def _named(expressions: Iterable[Expression], module: Module) -> list[str]:
    """The variables in expressions, those of the locals in them too."""
    found: dict[tuple[str, str], None] = {}
    waiting = list(expressions)
    while waiting:
        for key in _references(waiting.pop(0)):
            if key not in found:
                found[key] = None
                if key[0] == "local" and key[1] in module.locals:
                    waiting.append(module.locals[key[1]].expression)
    return [name for kind, name in found if kind == "var" and name in module.variables]


def _only_rules(module: Module, name: str) -> bool:
    """Whether nothing in its module but rules hangs on a variable."""
    names, more = {name}, True
    while more:
        made = {key for key, each in module.locals.items() if names.intersection(words(each.expression))}
        more = not made <= names
        names |= made
    others = [*module.calls.values(), *module.data.values(), *module.outputs.values(), *module.providers.values()]
    others += _other_resources(module.resources)
    return not any(names.intersection(words(each)) for block in others for each in _expressions(block))


def _other_resources(resources: Mapping[tuple[str, str], Block]) -> list[Block]:
    return [block for (type_name, _), block in resources.items() if type_name != CONFIGURATION]


def _expressions(block: Block) -> Iterator[Expression]:
    """All that is in a block, but for the rules of a bucket."""
    yield from (each.expression for each in block.attributes.values())
    own = dynamics_of(block) if block.labels[:1] == (BUCKET,) else ()
    for each in block.blocks:
        if each not in own and each.type != RULE:
            yield from _expressions(each)
