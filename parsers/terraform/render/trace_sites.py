"""Where the rules of a bucket come from: its resource in the evaluated modules, and the block of each rule."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from drift.cors.model import Unknown
from drift.interfaces import Inputs, Tree
from drift.location import Location
from drift.snapshot import Bucket
from parsers.terraform import files
from parsers.terraform.config import local_source
from parsers.terraform.expand import Instance
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block, Expression, GetAttr, Index, Name, Splat
from parsers.terraform.project import Project
from parsers.terraform.references import text_argument
from parsers.terraform.render.trace_frames import Frame, Outside, Step, dynamic_frames, frame_of, instance_frame
from parsers.terraform.render.trace_shapes import parts_of
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.rules import as_text, block_rules, inline_rules, normal_form, separate_rules
from parsers.terraform.schema import BUCKET, CONFIGURATION

RULE = "cors_rule"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What one block of a rule is made of: a static block, or the content of a ``dynamic`` one for an element."""

    block: Block
    frame: Frame
    dynamic: Block | None = None
    step: Step = 0


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """The resource that declares a bucket's rules, as it was evaluated.

    ``sources`` has for each rule of the bucket the blocks that it comes from, more than one where equal ones count
    once; it is empty where the rules are an attribute. ``dormant`` are resources that would configure the bucket, but
    of which there is no instance, or no rule, under the values that count. ``others`` are the addresses of what else
    the same block declares.
    """

    frame: Frame
    block: Block
    texts: Texts
    sources: tuple[tuple[Source, ...], ...] = ()
    dormant: tuple[tuple[Block, Frame], ...] = ()
    others: tuple[str, ...] = ()

    @property
    def inline(self) -> bool:
        """Whether the rules are those of a bucket resource itself, which are ordered."""
        return self.block.labels[0] == BUCKET

    @property
    def at(self) -> Location:
        """Where it stands in the tree: its block, or the call of the module of others that it stands in."""
        module, at = self.frame.module, self.block.at
        if module is not None and module.outlined is not None:
            return module.outlined.at
        while module is not None and module.caller is not None and not self.texts.has(at.path):
            at = module.caller[1].at
            module = module.caller[0]
        return at

    @property
    def attribute(self) -> Expression | None:
        """The rules as an attribute: ``cors_rule = [...]``."""
        return self.block.expression(RULE)

    @property
    def repeated(self) -> bool:
        """Whether the resource has instances by ``count`` or ``for_each``."""
        return self.block.expression("count") is not None or self.block.expression("for_each") is not None

    @property
    def has_static(self) -> bool:
        """Whether any of the rules is a block that is written out."""
        return any(each.type == RULE for each in self.block.blocks)

    @property
    def dynamics(self) -> tuple[Block, ...]:
        """The ``dynamic`` blocks that make rules."""
        return dynamics_of(self.block)


def dynamics_of(block: Block) -> tuple[Block, ...]:
    """The ``dynamic`` blocks of a resource that make rules."""
    return tuple(each for each in block.blocks if each.type == "dynamic" and each.labels == (RULE,))


@dataclass(frozen=True, slots=True, eq=False)
class _Resource:
    module: ModuleInstance
    given: Outside
    block: Block
    instance: Instance


class Sites:
    """The resources of a tree under given inputs, evaluated once for all buckets that are looked for."""

    def __init__(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> None:
        self._texts = Texts(tree)
        self._tree = tree
        self._units = units
        self._inputs = inputs
        self._project = Project(tree, inputs)
        self._roots_of: dict[str, tuple[tuple[ModuleInstance, Outside], ...]] = {}

    def find(self, bucket: Bucket) -> Site | None:
        """The site of a bucket that the parser found; None where it is not that of a resource that is evaluated."""
        address = bucket.address or ""
        roots = self._roots_for(bucket)
        for root, _ in roots:
            root.run.budget.renew()  # each bucket may cost as much as it would alone
        found = [each for root, given in roots for each in _at(root, given, address)]
        candidates = [each for each in found if _stands_at(each, bucket)]
        fitting = candidates if len(candidates) < 2 else [each for each in candidates if _is_of(each, bucket)]
        chosen = next(iter(fitting or candidates), None)
        return None if chosen is None else self._site(chosen)

    def _roots_for(self, bucket: Bucket) -> tuple[tuple[ModuleInstance, Outside], ...]:
        """The root modules that may declare it: the one in its folder, unless it stands inside of a called module."""
        folder = "" if bucket.location is None else posixpath.dirname(bucket.location.path)
        inside = bucket.location is None or (bucket.address or "").startswith(("module.", "["))
        key = "" if inside or folder not in self._units else f"{folder}/"
        if key not in self._roots_of:
            if key:
                root, given = self._project.root(folder)
                self._roots_of[key] = ((root, Outside(given.values)),)
            else:
                self._roots_of[key] = tuple(self._roots())
        return self._roots_of[key]

    def _roots(self) -> Iterator[tuple[ModuleInstance, Outside]]:
        folders = [
            unit for unit in self._units if posixpath.basename(unit) not in files.UNITS and not unit.endswith(".json")
        ]
        for folder in self._project.roots(folders).folders:
            root, given = self._project.root(folder)
            yield root, Outside(given.values)
        named = [unit for unit in self._units if posixpath.basename(unit) in files.UNITS]
        if named:
            yield from self._of_terragrunt(named)

    def _of_terragrunt(self, paths: Sequence[str]) -> Iterator[tuple[ModuleInstance, Outside]]:
        from parsers.terraform.terragrunt import units

        for unit in units(self._tree, paths, (), self._inputs):
            unit.declared(self._project.load)
            if unit.root is not None:
                root, values = unit.root
                yield root, Outside(values, unit.files)

    def _site(self, found: _Resource) -> Site:
        outer = frame_of(found.module, found.given)
        frame = instance_frame(outer, found.block, found.instance.scope)
        dormant = tuple(_dormant(found, outer)) if found.block.labels[0] == BUCKET else ()
        return Site(
            frame, found.block, self._texts, _sources(found.block, frame), dormant, tuple(islice(_others(found), 4))
        )


def _stands_at(each: _Resource, bucket: Bucket) -> bool:
    outlined = each.module.outlined
    return bucket.location is None or (each.block.at if outlined is None else outlined.at) == bucket.location


def _is_of(each: _Resource, bucket: Bucket) -> bool:
    """Whether a resource, one module of which stands under several roots, is the one that gives the bucket's rules."""
    inline = each.block.labels[0] == BUCKET
    read = inline_rules if inline else separate_rules
    if read(each.block, each.instance.scope).cors != bucket.cors:
        return False
    name = as_text(text_argument(each.block, "bucket", each.instance.scope))
    return name == bucket.name or (inline and isinstance(bucket.name, Unknown))


def _at(module: ModuleInstance, given: Outside, address: str) -> Iterator[_Resource]:
    """The resource at an address, as far as it is in a module or in those that it calls; no others are looked at."""
    for (type_name, name), block in module.module.resources.items():
        start = f"{module.prefix}{type_name}.{name}"
        if type_name in (BUCKET, CONFIGURATION) and address.startswith(start):
            for instance in module.expansion("resource", type_name, name, block).instances:
                if address == f"{start}{instance.key}":
                    yield _Resource(module, given, block, instance)
    for name in module.module.calls:
        if address.startswith((f"{module.prefix}module.{name}.", f"{module.prefix}module.{name}[")):
            for child in module.module_call(name).children:
                if child is not None and address.startswith(child.prefix):
                    yield from _at(child, given, address)


def _others(found: _Resource) -> Iterator[str]:
    """The addresses of what else the same block declares in other instances, as far as they are seen at a glance."""
    module, type_name, name = found.module, found.block.labels[0], found.block.labels[1]
    for instance in module.expansion("resource", type_name, name, found.block).instances:
        if instance.key != found.instance.key:
            yield f"{module.prefix}{type_name}.{name}{instance.key}"
    address = f"{module.prefix}{type_name}.{name}{found.instance.key}"
    while module.caller is not None:
        caller, block, _ = module.caller
        rest, source = address.removeprefix(module.prefix), local_source(block)
        for call, each in caller.module.calls.items():
            if each is block or (source is not None and local_source(each) == source):
                for instance in caller.module_call(call).expansion.instances:
                    prefix = f"{caller.prefix}module.{call}{instance.key}."
                    if prefix != module.prefix:
                        yield prefix + rest
        module = caller


def _sources(block: Block, frame: Frame) -> tuple[tuple[Source, ...], ...]:
    """The blocks of each rule; those of equal rules of a set together."""
    if block.expression(RULE) is not None:
        return ()
    found: list[Source] = []
    for each in block.blocks:
        if each.type == RULE:
            found.append(Source(each, frame))
        elif each in dynamics_of(block):
            contents = each.of_type("content")
            steps = [step for step, _, _ in frame.members(_for_each(each)) or ()]
            inner = dynamic_frames(frame, each, RULE)
            found.extend(Source(contents[0], one, each, step) for one, step in zip(inner, steps, strict=True))
    if block.labels[0] == BUCKET:
        return tuple((each,) for each in found)
    cors = block_rules(block, frame.scope, inline=False).cors
    if cors is None or len(cors.rules) != len(found):
        return ()
    groups: dict[object, list[Source]] = {}
    for place, (rule, source) in enumerate(zip(cors.rules, found, strict=True)):
        groups.setdefault(normal_form(rule) or place, []).append(source)
    return tuple(tuple(each) for each in groups.values())


def _for_each(dynamic: Block) -> Expression:
    expression = dynamic.expression("for_each")
    assert expression is not None  # noqa: S101 - without one the resource is refused
    return expression


def _dormant(found: _Resource, outer: Frame) -> Iterator[tuple[Block, Frame]]:
    """The configurations of a bucket in its module that come to nothing, and its own rules if they do."""
    if dynamics_of(found.block):
        yield found.block, instance_frame(outer, found.block, found.instance.scope)
    name = found.block.labels[1]
    for (type_name, own), block in found.module.module.resources.items():
        bucket = block.expression("bucket")
        if type_name != CONFIGURATION or bucket is None or not dynamics_of(block):
            continue
        if not any(_names_resource(each, BUCKET, name) for each in parts_of(bucket)):
            continue
        if not found.module.expansion("resource", type_name, own, block).instances:
            yield block, outer


def _names_resource(node: Expression, type_name: str, name: str) -> bool:
    while isinstance(node, GetAttr | Index | Splat):
        if isinstance(node, GetAttr) and isinstance(node.base, Name):
            return node.base.name == type_name and node.name == name
        node = node.base
    return False
