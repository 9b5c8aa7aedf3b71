"""Rules for a bucket that declares none: a resource of its own beside it, or inline where its module has them so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drift.cors.model import BucketCors
from drift.edits import ByHand, Proposal, TextEdit
from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from drift.snapshot import Bucket
from parsers.terraform import files
from parsers.terraform.config import Module, load_module
from parsers.terraform.nodes import Block
from parsers.terraform.render.blocks import cut_block
from parsers.terraform.render.changes import edits_of
from parsers.terraform.render.fresh import configuration, rule_block, rule_fields
from parsers.terraform.render.lists import in_lines
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.offsets import block_at
from parsers.terraform.render.source import Source, Sources
from parsers.terraform.render.wording import writable
from parsers.terraform.render.written import BlockAt, NewBlock
from parsers.terraform.schema import BUCKET, CONFIGURATION

_COPIED = ("provider", "region")
"""Arguments that a configuration has from its bucket."""


class _Place(NamedTuple):
    """The ``aws_s3_bucket`` of a bucket: where it stands, and the module that it is in."""

    at: BlockAt
    block: Block
    name: str
    module: Module


def added(tree: Tree, sources: Sources, bucket: Bucket, cors: BucketCors) -> Proposal:
    """How a bucket that is declared without rules gets some."""
    location = bucket.location or Location("")
    wanted = "\n".join(rule_block(rule, "  ") for rule in cors.rules)
    place = _place(tree, sources, bucket)
    if isinstance(place, str):
        return Proposal(by_hand=(ByHand(location, place, wanted),))
    inline = _inline(place, sources, cors) if _keeps_inline(place.module) else None
    separate = _separate(place, sources, cors)
    attempts = [each for each in (inline, separate) if each is not None]
    why = f"this bucket has no {CONFIGURATION} yet, and one beside it gives another result or changes other buckets too"
    text = configuration(place.name, f"  bucket = {BUCKET}.{place.name}.id\n", cors.rules)
    return Proposal(tuple(attempts), (ByHand(location, why, text),))


def _place(tree: Tree, sources: Sources, bucket: Bucket) -> _Place | str:
    """The bucket's own resource, or why rules cannot be put beside it."""
    if bucket.reason is not None:
        return f"it has no rules here, but may have some elsewhere: {bucket.reason}"
    location = bucket.location
    if location is None or location.line is None:
        return "it is not known where this bucket is declared"
    module = load_module(tree, posixpath.dirname(location.path))
    for (type_name, name), block in module.resources.items():
        if type_name != BUCKET or block.at != location:
            continue
        for argument in ("count", "for_each"):
            if argument in block.attributes:
                return f"{BUCKET}.{name} has {argument}: which of its buckets are to have rules is for you to say"
        try:
            at = block_at(sources, location, block)
        except (InputError, NoLiteralError) as error:
            return f"{BUCKET}.{name} cannot be found in its file again: {error}"
        return _Place(at, block, name, module)
    return "this bucket is made by a module that is not written here; give the rules to its call"


def _keeps_inline(module: Module) -> bool:
    """Whether the module writes rules into its buckets, and nowhere beside them."""
    kinds = {type_name for type_name, _ in module.resources}
    return CONFIGURATION not in kinds and any(
        type_name == BUCKET and (block.of_type("cors_rule") or _dynamic(block))
        for (type_name, _), block in module.resources.items()
    )


def _dynamic(block: Block) -> bool:
    return any(each.labels == ("cors_rule",) for each in block.of_type("dynamic"))


def _inline(place: _Place, sources: Sources, cors: BucketCors) -> tuple[TextEdit, ...] | None:
    if any(rule.id is not None for rule in cors.rules):
        return None  # an inline rule has no such argument
    return edits_of([NewBlock(place.at, "cors_rule", rule_fields(rule)) for rule in cors.rules], sources)


def _separate(place: _Place, sources: Sources, cors: BucketCors) -> tuple[TextEdit, ...] | None:
    label = next(each for each in _labels(place.name) if (CONFIGURATION, each) not in place.module.resources)
    path = place.at.path
    fields = [rule_fields(rule) for rule in cors.rules]
    if not all(writable(each) for each in fields):
        return None
    try:
        source = sources.of(path)
        if path.endswith(".json"):
            from parsers.terraform.render.json_additions import resource_edits

            return tuple(resource_edits(source, place.at, place.name, label, fields))
        return (_native(source, place, label, cors),)
    except (InputError, NoLiteralError):
        return None


def _labels(name: str) -> Iterator[str]:
    yield name
    yield f"{name}_cors"
    for count in range(2, 1000):
        yield f"{name}_cors_{count}"


def _native(source: Source, place: _Place, label: str, cors: BucketCors) -> TextEdit:
    copied = _copied(source, place.at)
    width = max(len(each) for each, _ in (*copied, ("bucket", "")))
    entries = [*copied, ("bucket", f"{BUCKET}.{place.name}.id")]
    arguments = "".join(f"  {name.ljust(width)} = {text}\n" for name, text in entries)
    text = "\n" + configuration(label, arguments, cors.rules)
    at = source.next_line(place.at.end)
    follows = source.text[at:]
    if follows.strip() and not source.is_blank(at):
        text += "\n"
    if at == len(source.text) and source.line_start(at) != at:
        text = "\n" + text.removesuffix("\n")
    return TextEdit(place.at.path, at, at, in_lines(source, text))


def _copied(source: Source, at: BlockAt) -> Sequence[tuple[str, str]]:
    """The arguments that decide where the bucket is, as they are written."""
    found = {each.name: source.text[each.value : each.end] for each in cut_block(source, at).arguments}
    return [(name, found[name]) for name in _COPIED if name in found and "\n" not in found[name]]


def references(tree: Tree, sources: Sources, at: BlockAt, labels: tuple[str, ...]) -> Location | None:
    """Where else in its module a resource is spoken of: Terraform refuses that once it is gone."""
    words = re.compile(rf"(?<![\w.-]){re.escape('.'.join(labels))}(?![\w-])")
    folder = posixpath.dirname(at.path)
    for name in tree.names(folder):
        path = files.join(folder, name)
        if files.stem(name) is None or not tree.is_file(path):
            continue
        try:
            source = sources.of(path)
        except InputError:
            continue
        pieces = [(each.start, each.text) for each in source.lexemes if each.kind not in ("comment", "line")]
        for start, text in pieces if not path.endswith(".json") else [(0, source.text)]:
            found = words.search(text)
            if found is not None and not (path == at.path and at.start <= start + found.start() < at.end):
                return Location(path, source.text.count("\n", 0, start + found.start()) + 1)
    return None
