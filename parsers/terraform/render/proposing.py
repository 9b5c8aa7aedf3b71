"""What is proposed for one bucket: the places that ``trace`` finds, as edits of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from drift.edits import ByHand, Proposal, TextEdit, WantedRules
from drift.interfaces import Inputs, Tree
from drift.location import Location
from drift.snapshot import Bucket, State
from parsers.terraform.files import SOURCE
from parsers.terraform.render.additions import added, references
from parsers.terraform.render.changes import edits_of
from parsers.terraform.render.fresh import rule_block, rule_fields
from parsers.terraform.render.source import Sources
from parsers.terraform.render.trace import traced
from parsers.terraform.render.trace_sites import Site, Sites
from parsers.terraform.render.trace_switches import call_of
from parsers.terraform.render.wording import quoted, writable
from parsers.terraform.render.written import BlockChange, Change
from parsers.terraform.schema import BUCKET, CONFIGURATION


def proposed(tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules) -> Proposal:
    """See ``drift.interfaces.Renderer``."""
    sources, sites = _known(tree, units, inputs)
    unsaid = _unsaid(bucket, wanted)
    if unsaid is not None:
        return Proposal(by_hand=(unsaid,))
    site = sites.find(bucket)
    found = traced(site, bucket, wanted)
    attempts: dict[tuple[TextEdit, ...], None] = {}
    by_hand, blocked = list(found.by_hand), list[ByHand]()
    for changes in found.attempts:
        spoken_of = _spoken_of(tree, sources, changes)
        if spoken_of is not None:
            blocked.append(spoken_of)
            continue
        edits = edits_of(changes, sources)
        if edits is not None:
            attempts.setdefault(edits)
    if blocked and not attempts:
        by_hand = blocked
    if bucket.state is State.ABSENT and not bucket.says_none and wanted.cors is not None:
        beside = added(tree, sources, bucket, wanted.cors)
        attempts.update(dict.fromkeys(beside.attempts))
        if not _at_call(site, by_hand):
            by_hand = [*beside.by_hand] if not found.attempts else [*by_hand, *beside.by_hand]
    return Proposal(tuple(attempts), tuple(dict.fromkeys(by_hand)))


def _at_call(site: Site | None, by_hand: Sequence[ByHand]) -> bool:
    """Whether the call of the bucket's module is where to do it, and not what all calls of it share."""
    call = None if site is None else call_of(site)
    return call is not None and any(each.location == call.at for each in by_hand)


def _known(tree: Tree, units: Sequence[str], inputs: Inputs) -> tuple[Sources, Sites]:
    """What is read and evaluated once for all buckets of one state of a tree; a tree that is no such state, whose files
    may change, keeps nothing.
    """
    kept = getattr(tree, "kept", None)
    if not isinstance(kept, dict):
        return Sources(tree), Sites(tree, units, inputs)
    asked = (tuple(units), inputs)
    known = kept.get(SOURCE)
    if isinstance(known, _Known) and known.asked == asked:
        return known.sources, known.sites
    made = _Known(asked, Sources(tree), Sites(tree, units, inputs))
    kept[SOURCE] = made
    return made.sources, made.sites


class _Known(NamedTuple):
    asked: tuple[tuple[str, ...], Inputs]
    sources: Sources
    sites: Sites


def _unsaid(bucket: Bucket, wanted: WantedRules) -> ByHand | None:
    """What is wanted and cannot be written there at all."""
    declared = () if bucket.cors is None else bucket.cors.rules
    inline = (bucket.address or "").rpartition(f"{BUCKET}.")[1] != "" and bool(declared or bucket.says_none)
    at = bucket.location or Location("")
    for rule, index in zip(wanted.rules, wanted.replaces, strict=True):
        old = None if index is None else declared[index]
        if rule == old or any(True for _ in rule.unknowns()):
            continue
        place = bucket.places[index].location if index is not None and index < len(bucket.places) else at
        if inline and rule.id is not None and (old is None or old.id != rule.id):
            why = f"a cors_rule inside of {BUCKET} has no id; only {CONFIGURATION} has, or leave the ID out"
            return ByHand(place, why, f"id = {quoted(str(rule.id))}")
        if not writable(rule_fields(rule)):
            why = "HCL cannot say a text of this rule: it composes letters with their accents, or has no such character"
            return ByHand(place, why, rule_block(rule, ""))
    return None


def _spoken_of(tree: Tree, sources: Sources, changes: Sequence[Change]) -> ByHand | None:
    """What stands in the way of taking a whole resource out."""
    for change in changes:
        block = change.at.block if isinstance(change, BlockChange) else None
        if block is None or block.type != "resource" or not isinstance(change, BlockChange):
            continue
        place = references(tree, sources, change.at, block.labels)
        if place is not None:
            name = ".".join(block.labels)
            why = f"{name} is to go, but is spoken of here, which Terraform would then refuse"
            return ByHand(place, why, f"no mention of {name}, and its resource taken out ({block.at})")
    return None
