"""Has the renderer change a bucket's rules as the engine does: an attempt counts if the parser then finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.edits import ByHand, TextEdit, WantedRules, edited
from drift.errors import InputError
from drift.interfaces import Inputs, NamedText
from drift.snapshot import Bucket, Snapshot, State
from parsers.terraform import PARSER
from parsers.terraform.render import RENDERER

Change = Callable[[list[tuple[CorsRule, int | None]]], None]
"""Changes a list of rules, each with the index of the declared one that it takes the place of."""


class MemoryTree:
    """Files in memory. Implements ``drift.interfaces.Tree``."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError("there is no such file")
        return self.files[path].encode()

    def is_file(self, path: str) -> bool:
        return path in self.files

    def is_folder(self, path: str) -> bool:
        return path == "" or any(each.startswith(f"{path}/") for each in self.files)

    def names(self, folder: str) -> Sequence[str]:
        inside = f"{folder}/" if folder else ""
        return sorted({path.removeprefix(inside).split("/")[0] for path in self.files if path.startswith(inside)})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The files after the first attempt that held, None if none did; and what is told then. ``tried`` were made."""

    files: Mapping[str, str] | None
    by_hand: tuple[ByHand, ...]
    tried: int

    def changed(self, before: Mapping[str, str]) -> dict[str, str]:
        """The files that are not what they were."""
        assert self.files is not None, self.by_hand
        return {path: text for path, text in self.files.items() if before.get(path) != text}


def units_of(files: Mapping[str, str]) -> list[str]:
    """The folders of the files, as the parser claims them."""
    tree = MemoryTree(files)
    claims = (PARSER.claim(tree, path) for path in sorted(files))
    return list(dict.fromkeys(claim.unit for claim in claims if claim is not None))


def parsed(files: Mapping[str, str], inputs: Inputs, units: Sequence[str] | None = None) -> Snapshot:
    return PARSER.parse(MemoryTree(files), units_of(files) if units is None else units, inputs)


def rewritten(
    files: Mapping[str, str],
    change: Change,
    *,
    address: str | None = None,
    inputs: Inputs | None = None,
    units: Sequence[str] | None = None,
) -> Outcome:
    """What becomes of files whose bucket (the only one with rules, or the one at an address) is to have other rules."""
    given = inputs or Inputs()
    before = parsed(files, given, units)
    bucket = next(each for each in before.buckets if (each.address == address if address else each.cors is not None))
    pairs: list[tuple[CorsRule, int | None]] = [
        (rule, place) for place, rule in enumerate(bucket.cors.rules if bucket.cors else ())
    ]
    change(pairs)
    ordered = bucket.cors.ordered if bucket.cors else False
    cors = BucketCors(tuple(rule for rule, _ in pairs), ordered=ordered) if pairs else None
    wanted = WantedRules(cors, tuple(index for _, index in pairs))
    named = units_of(files) if units is None else list(units)
    proposal = RENDERER.propose(MemoryTree(files), named, given, bucket, wanted)
    for attempt in proposal.attempts:
        after = _applied(files, attempt)
        if after is not None and _holds(before, parsed(after, _reread(given, after), named), bucket, cors):
            return Outcome(after, proposal.by_hand, len(proposal.attempts))
    return Outcome(None, proposal.by_hand, len(proposal.attempts))


def _reread(inputs: Inputs, files: Mapping[str, str]) -> Inputs:
    """The inputs with the files of values as they are now."""
    variables = tuple(
        NamedText(each.name, files.get(each.name, each.text)) if isinstance(each, NamedText) else each
        for each in inputs.variables
    )
    return replace(inputs, variables=variables)


def _applied(files: Mapping[str, str], attempt: Sequence[TextEdit]) -> dict[str, str] | None:
    after = dict(files)
    for path in {edit.path for edit in attempt}:
        try:
            after[path] = edited(files.get(path, ""), [edit for edit in attempt if edit.path == path])
        except ValueError:
            return None
    return after


def _holds(before: Snapshot, after: Snapshot, bucket: Bucket, wanted: BucketCors | None) -> bool:
    if len(after.errors) > len(before.errors):
        return False
    old = {each.address: each for each in before.buckets if each.address != bucket.address}
    new = {each.address: each for each in after.buckets}
    found = new.pop(bucket.address, None)
    if wanted is not None and found is not None and found.cors is None and bucket.cors is None:
        made = [each for address, each in new.items() if address not in old and each.name == bucket.name]
        found = made[0] if made else found
        new = {address: each for address, each in new.items() if address in old}
    if found is None and wanted is not None:  # the configuration of a bucket that was silent takes its place
        made = [each for address, each in new.items() if address not in old]
        found = made[0] if made else None
        new = {address: each for address, each in new.items() if address in old}
    if wanted is None:
        new = {address: each for address, each in new.items() if address in old}
        return (found is None or found.state is State.ABSENT) and _same(old, new)
    return found is not None and normal(found.cors) == normal(wanted) and _same(old, new)


def _same(old: Mapping[str | None, Bucket], new: Mapping[str | None, Bucket]) -> bool:
    return {key: normal(each.cors) for key, each in old.items()} == {
        key: normal(each.cors) for key, each in new.items()
    }


def normal(cors: BucketCors | None) -> object:
    """Equal for rules that mean the same, whatever the order in their lists."""
    if cors is None:
        return None
    rules = [_normal(rule) for rule in cors.rules]
    return rules if cors.ordered else sorted(rules, key=repr)


def _normal(rule: CorsRule) -> object:
    lists = (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    return (
        *(repr(each) if isinstance(each, Unknown) else sorted(map(repr, set(each))) for each in lists),
        rule.max_age_seconds or 0,
        rule.id,
    )


# What is wanted


def origin(new: str, rule: int = 0) -> Change:
    """One more origin."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        old, index = pairs[rule]
        assert isinstance(old.allowed_origins, tuple)
        pairs[rule] = (replace(old, allowed_origins=(*old.allowed_origins, new)), index)

    return change


def instead(old_origin: str, new: str, rule: int = 0) -> Change:
    """An origin in the place of another."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        old, index = pairs[rule]
        assert isinstance(old.allowed_origins, tuple)
        kept = tuple(each for each in old.allowed_origins if each != old_origin)
        pairs[rule] = (replace(old, allowed_origins=(*kept, new)), index)

    return change


def field(rule: int = 0, **values: object) -> Change:
    """Other values for fields of a rule."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        pairs[rule] = (replace(pairs[rule][0], **values), pairs[rule][1])  # type: ignore[arg-type]

    return change


def without(rule: int = 0) -> Change:
    """A rule less."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        del pairs[rule]

    return change


def nothing(pairs: list[tuple[CorsRule, int | None]]) -> None:
    """No rules at all."""
    pairs.clear()


NEW = CorsRule(("PUT",), ("https://new.example",), ("x-new",), max_age_seconds=60)


def one_more(rule: CorsRule = NEW) -> Change:
    """A rule more, at the end."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        pairs.append((rule, None))

    return change


def both(*changes: Change) -> Change:
    """Several changes."""

    def change(pairs: list[tuple[CorsRule, int | None]]) -> None:
        for each in changes:
            each(pairs)

    return change
