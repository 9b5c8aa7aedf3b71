"""What differs between two rule lists, in the words of the report: added, removed, changed, moved, folded, undecided.

Normalise, pair the rules, compare the pairs. deepdiff finds the differences inside a pair; lists that are equal as they
stand never get there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drift.agreement import certain_differences, may_agree
from drift.cors.model import API_NAMES, LIST_FIELDS, BucketCors, CorsRule, Text, Unknown
from drift.cors.pattern import covers
from drift.normal import NormalRule, fold_text, list_folds, normalise
from drift.pairing import Pair, moved_pairs, pair_rules

_FIELDS = tuple(API_NAMES.values())
_COVERABLE = frozenset({"AllowedOrigins", "AllowedHeaders"})

Value = Text | int
"""A value that came or went: a string, a number of seconds, or the unknown that stands for one."""


class ChangeKind(StrEnum):
    """How live differs from declared."""

    ADDED = "added"
    """The rule is live only."""
    REMOVED = "removed"
    """The rule is declared only."""
    CHANGED = "changed"
    """A field of the rule differs."""
    MOVED = "moved"
    """The rule stands in another place among the rules."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Rule indexes count from 0 in the order of each side; ``field`` is the API name.

    Of a changed field ``added`` are the values that only live has, ``removed`` those that only the declaration has.
    ``cosmetic`` says that no request is answered differently for it.
    """

    kind: ChangeKind
    declared: int | None = None
    live: int | None = None
    field: str | None = None
    added: tuple[Value, ...] = ()
    removed: tuple[Value, ...] = ()
    cosmetic: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """A difference in writing that means nothing and was passed over; ``id`` is stable, ``message`` names the rule."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A field that may or may not differ, since a value of it is unknown; ``declared`` is the index of its rule."""

    declared: int
    field: str
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class RuleDiff:
    """The outcome for one bucket. Nothing in any of the three means that both sides are written alike."""

    changes: tuple[Change, ...] = ()
    folds: tuple[Fold, ...] = ()
    undecided: tuple[Undecided, ...] = ()


def diff_rules(declared: BucketCors, live: BucketCors, *, zero_is_unset: bool = False) -> RuleDiff:
    """Compare what is declared with what is live.

    ``zero_is_unset`` says that the declaring tool stores MaxAgeSeconds 0 for an unset one. Changes are certain: where
    some value of the unknowns would make the two sides equal there is no change, and the fields that it hangs on are
    undecided.
    """
    if declared.rules == live.rules:
        return RuleDiff(undecided=_all_unknown(declared, live))
    ordered = declared.ordered and live.ordered
    ours, our_repeats = _distinct(declared.rules, zero_is_unset)
    theirs, their_repeats = _distinct(live.rules, zero_is_unset)
    pairs = _paired(declared, live, ours, theirs)
    in_a_set = not ordered and bool(our_repeats) and bool(their_repeats)
    alike = _alike_in_ids(declared.rules, live.rules, zero_is_unset) if in_a_set else frozenset()
    parts = [_in_pair(declared.rules[i], live.rules[j], (ours[i], theirs[j]), (i, j)) for i, j in pairs]
    folds = [*_repeat_folds("declared", our_repeats), *_repeat_folds("live", their_repeats)]
    moved = moved_pairs(pairs)
    if moved and not ordered:
        folds.append(Fold("rule-order", "the rules are declared as a set, so any order of them is the declared one"))
    folds += [fold for part in parts for fold in part.folds]
    changes = [Change(ChangeKind.MOVED, i, j) for i, j in moved if ordered]
    changes += [
        change
        for (i, _), part in zip(pairs, parts, strict=True)
        for change in part.changes
        if change.field != "ID" or ours[i] not in alike
    ]
    changes += [Change(ChangeKind.REMOVED, declared=i) for i in ours if i not in dict(pairs)]
    changes += [Change(ChangeKind.ADDED, live=j) for j in theirs if j not in {right for _, right in pairs}]
    if changes and may_agree(*(_normalised(side.rules, zero_is_unset) for side in (declared, live)), ordered=ordered):
        return RuleDiff(folds=tuple(folds), undecided=_all_unknown(declared, live))
    return RuleDiff(tuple(changes), tuple(folds), tuple(each for part in parts for each in part.undecided))


def paired_rules(declared: BucketCors, live: BucketCors, *, zero_is_unset: bool) -> Sequence[Pair]:
    """Which live rule each declared rule is, as ``diff_rules`` pairs them; a rule that repeats another one is none."""
    sides = (_distinct(side.rules, zero_is_unset)[0] for side in (declared, live))
    return _paired(declared, live, *sides)


def _paired(
    declared: BucketCors, live: BucketCors, ours: dict[int, NormalRule], theirs: dict[int, NormalRule]
) -> list[Pair]:
    """The pairs of the distinct rules, as indexes among all rules of each side."""
    left, right = list(ours), list(theirs)
    pairs = pair_rules(
        [declared.rules[i] for i in left], [live.rules[j] for j in right], list(ours.values()), list(theirs.values())
    )
    return [(left[i], right[j]) for i, j in pairs]


def _normalised(rules: Sequence[CorsRule], zero_is_unset: bool) -> list[NormalRule]:
    return [normalise(rule, zero_is_unset=zero_is_unset) for rule in rules]


def _distinct(rules: Sequence[CorsRule], zero_is_unset: bool) -> tuple[dict[int, NormalRule], list[int]]:
    """The rules by index without later repeats, which can never be the first to match, and the repeats' indexes."""
    seen: set[NormalRule] = set()
    kept: dict[int, NormalRule] = {}
    repeats: list[int] = []
    for index, normal in enumerate(_normalised(rules, zero_is_unset)):
        if normal in seen:
            repeats.append(index)
        else:
            kept[index] = normal
            if normal.settled:
                seen.add(normal)
    return kept, repeats


def _alike_in_ids(declared: Sequence[CorsRule], live: Sequence[CorsRule], zero_is_unset: bool) -> frozenset[NormalRule]:
    """The rules that have the same IDs on both sides, repeats included: of a set, none of those is the first."""
    sides = []
    for rules in (declared, live):
        ids: dict[NormalRule, set[Text | None]] = {}
        for rule, normal in zip(rules, _normalised(rules, zero_is_unset), strict=True):
            ids.setdefault(normal, set()).add(rule.id or None)
        sides.append(ids)
    return frozenset(normal for normal, ids in sides[0].items() if sides[1].get(normal) == ids)


def _repeat_folds(side: str, repeats: Iterable[int]) -> Iterator[Fold]:
    for index in repeats:
        yield Fold("repeated-rule", f"{side} rule {index + 1} repeats an earlier rule and never answers")


def _in_pair(declared: CorsRule, live: CorsRule, sides: tuple[NormalRule, NormalRule], at: Pair) -> RuleDiff:
    """What differs between a declared rule and the live rule that it is; ``sides`` are their normal forms."""
    if declared == live:
        return RuleDiff(undecided=tuple(_unknown_fields(declared, live, at, _FIELDS)))
    ours, theirs = sides
    changes = [*_id_change(declared, live, at)]
    for name, added, removed in _known_differences(ours, theirs):
        cosmetic = name in _COVERABLE and _all_covered(name, added, ours) and _all_covered(name, removed, theirs)
        spelled = _as_written(live, name, added), _as_written(declared, name, removed)
        changes.append(Change(ChangeKind.CHANGED, *at, name, *spelled, cosmetic))
    hanging = []
    for (name, left), (_, right) in zip(ours.lists, theirs.lists, strict=True):
        if left is None or right is None or left.unknown or right.unknown:
            new, gone = certain_differences(left, right)
            if new or gone:
                changes.append(Change(ChangeKind.CHANGED, *at, name, tuple(new), tuple(gone)))
            else:
                hanging.append(name)
    if isinstance(ours.max_age, Unknown) or isinstance(theirs.max_age, Unknown):
        hanging.append("MaxAgeSeconds")
    if isinstance(declared.id, Unknown) or isinstance(live.id, Unknown):
        hanging.append("ID")
    undecided = tuple(_unknown_fields(declared, live, at, hanging))
    return RuleDiff(tuple(changes), tuple(_pair_folds(declared, live, changes, at)), undecided)


def _known_differences(
    ours: NormalRule, theirs: NormalRule
) -> Iterator[tuple[str, tuple[Value, ...], tuple[Value, ...]]]:
    """For each field that is known on both sides and differs: its name, what only live has, what only we have."""
    from deepdiff import DeepDiff

    left, right = _known_values(ours), _known_values(theirs)
    common = left.keys() & right.keys()
    tree = DeepDiff({name: left[name] for name in common}, {name: right[name] for name in common}, view="tree")
    added: dict[str, list[Value]] = {}
    removed: dict[str, list[Value]] = {}
    for item in tree.get("set_item_added", ()):
        added.setdefault(item.up.path(output_format="list")[0], []).append(item.t2)
    for item in tree.get("set_item_removed", ()):
        removed.setdefault(item.up.path(output_format="list")[0], []).append(item.t1)
    for name in _FIELDS:
        if name in added or name in removed:
            yield name, tuple(sorted(added.get(name, ()), key=str)), tuple(sorted(removed.get(name, ()), key=str))


def _known_values(rule: NormalRule) -> dict[str, set[Value]]:
    values: dict[str, set[Value]] = {
        name: set(values.known) for name, values in rule.lists if values is not None and not values.unknown
    }
    if not isinstance(rule.max_age, Unknown):
        values["MaxAgeSeconds"] = set() if rule.max_age is None else {rule.max_age}
    return values


def _as_written(rule: CorsRule, name: str, values: Iterable[Value]) -> tuple[Value, ...]:
    """Folded values of a field in the spelling that the rule has for them."""
    written = dict(rule.by_api_name())[name]
    spellings = {fold_text(name, each): each for each in reversed(written)} if isinstance(written, tuple) else {}
    return tuple(value if isinstance(value, int) else spellings.get(value, value) for value in values)


def _id_change(declared: CorsRule, live: CorsRule, at: Pair) -> Iterator[Change]:
    ours, theirs = declared.id or None, live.id or None
    if ours != theirs and not isinstance(ours, Unknown) and not isinstance(theirs, Unknown):
        added, removed = (() if side is None else (side,) for side in (theirs, ours))
        yield Change(ChangeKind.CHANGED, *at, "ID", added, removed, cosmetic=True)


def _all_covered(name: str, values: Iterable[Value], rule: NormalRule) -> bool:
    """Whether other patterns of the rule match all that these values match, with the same answer.

    The origin ``*`` does not count: it is answered with ``*`` and no credentials, the others with the request's origin.
    """
    listed = dict(rule.lists)[name]
    patterns = set() if listed is None else listed.known - ({"*"} if name == "AllowedOrigins" else set())
    return all(isinstance(value, str) and any(covers(wide, value) for wide in patterns) for value in values)


def _unknown_fields(declared: CorsRule, live: CorsRule, at: Pair, names: Iterable[str]) -> Iterator[Undecided]:
    for rule in (declared, live):
        for name, unknown in rule.unknowns():
            if name in names:
                yield Undecided(at[0], name, unknown)


def _pair_folds(declared: CorsRule, live: CorsRule, changes: Iterable[Change], at: Pair) -> Iterator[Fold]:
    changed = {change.field for change in changes}
    theirs = dict(live.by_api_name())
    where = f"rule {at[0] + 1}: "
    for name, value in declared.by_api_name():
        other = theirs[name]
        if name in LIST_FIELDS and name not in changed and isinstance(value, tuple) and isinstance(other, tuple):
            for fold, message in list_folds(name, value, other):
                yield Fold(fold, where + message)
    if "MaxAgeSeconds" not in changed and {declared.max_age_seconds, live.max_age_seconds} == {None, 0}:
        unset = declared.max_age_seconds is None
        why = "one side does not tell them apart" if unset else "it is not known whether S3 gives a stored 0 back"
        yield Fold("max-age-zero", f"{where}MaxAgeSeconds unset and 0 are taken as the same: {why}")


def _all_unknown(declared: BucketCors, live: BucketCors) -> tuple[Undecided, ...]:
    found = (*declared.unknowns(), *live.unknowns())
    return tuple(dict.fromkeys(Undecided(index, name, unknown) for index, name, unknown in found))


def same_meaning(left: BucketCors, right: BucketCors, *, zero_is_unset: bool) -> bool:
    """Whether two declarations of one bucket certainly ask for the same rules."""
    outcome = diff_rules(left, right, zero_is_unset=zero_is_unset)
    return not outcome.changes and not outcome.undecided
