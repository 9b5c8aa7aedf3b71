"""From one side's rules towards the other's, as far as it is selected: the rules that the first side should have.

Adopting starts from what is declared and goes towards live, restoring the other way round. What is the same on both
sides in normal form, and what is not selected, stays as the side that is started from has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drift.cors.model import API_NAMES, LIST_FIELDS, BucketCors, CorsRule, Text, TextList
from drift.diff import Change, ChangeKind, diff_rules, paired_rules
from drift.edits import WantedRules
from drift.errors import UsageError
from drift.normal import fold_text, normalise
from drift.selecting import Pick, Selection
from drift.wanted_picks import Picker, Seen

_ATTRIBUTES = {name: attribute for attribute, name in API_NAMES.items()}
_NEEDED = ("AllowedMethods", "AllowedOrigins")
"""The fields without which a rule is none."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules that a side should have. ``changes`` says whether they differ at all from those that it has.

    ``matched`` are the picks of the selection that met a difference; ``there`` names the differences that there were
    to pick, ``hint`` is better advice for a pick that met none.
    """

    wanted: WantedRules
    changes: bool
    matched: frozenset[Pick]
    there: tuple[str, ...] = ()
    hint: str | None = None


def adopted(
    declared: BucketCors | None, live: BucketCors | None, selection: Selection, *, zero_is_unset: bool = False
) -> Chosen:
    """The rules to declare. Raises ``UsageError`` where a selection is ambiguous or leaves a rule without sense."""
    return _blended(declared, live, Picker(selection, "declared"), zero_is_unset)


def restored(
    declared: BucketCors | None, live: BucketCors | None, selection: Selection, *, zero_is_unset: bool = False
) -> Chosen:
    """The rules that live should have; ``replaces`` counts the live rules. Without any selection, what is declared."""
    chosen = _blended(live, declared, Picker(selection, "live"), zero_is_unset)
    if selection.picks or declared is None or not chosen.changes:
        return chosen
    pairs = {} if live is None else {j: i for i, j in paired_rules(live, declared, zero_is_unset=zero_is_unset)}
    wanted = WantedRules(declared, tuple(pairs.get(j) for j in range(len(declared.rules))))
    return replace(chosen, wanted=wanted)


def _blended(base: BucketCors | None, target: BucketCors | None, picker: Picker, zero: bool) -> Chosen:
    blend = _Blend(base, target, picker, zero)
    wanted = blend.wanted()
    ours = () if base is None else base.rules
    changes = wanted.rules != ours or wanted.replaces != tuple(range(len(ours)))
    return Chosen(wanted, changes, frozenset(picker.matched), tuple(picker.there), picker.hint)


class _Blend:
    """One side on its way to the other. Indexes ``i`` are of ``base``, ``j`` of ``target``."""

    def __init__(self, base: BucketCors | None, target: BucketCors | None, picker: Picker, zero: bool) -> None:
        self._base: tuple[CorsRule, ...] = () if base is None else base.rules
        self._target: tuple[CorsRule, ...] = () if target is None else target.rules
        self._ordered = base.ordered if base is not None else True
        self._picker = picker
        self._zero = zero
        self._pairs: Sequence[tuple[int, int]] = ()
        if base is not None and target is not None:
            self._pairs = paired_rules(base, target, zero_is_unset=zero)
            changes: Sequence[Change] = diff_rules(base, target, zero_is_unset=zero).changes
        else:
            changes = [Change(ChangeKind.REMOVED, declared=i) for i in range(len(self._base))]
            changes += [Change(ChangeKind.ADDED, live=j) for j in range(len(self._target))]
        picker.look_at([_seen(each, self._base, self._target) for each in changes])
        self._added = [each.live for each in changes if each.kind is ChangeKind.ADDED and each.live is not None]
        self._removed = [each.declared for each in changes if each.kind is ChangeKind.REMOVED]
        self._moved = {each.declared: each.live for each in changes if each.kind is ChangeKind.MOVED}
        self._fields: dict[int, list[Change]] = {}
        for each in changes:
            if each.kind is ChangeKind.CHANGED and each.declared is not None:
                self._fields.setdefault(each.declared, []).append(each)

    def wanted(self) -> WantedRules:
        """The rules that ``base`` should have."""
        gone = {i for i in self._removed if i is not None and self._picker.takes_removed(i, self._base[i])}
        kept = {i: self._merged(i) for i in range(len(self._base)) if i not in gone}
        new = {j: rule for j in self._added if (rule := self._picker.takes_added(j, self._target[j])) is not None}
        places = self._in_order(list(kept), new)
        places = self._without_repeats(places, kept)
        rules = [(kept[i], i) if i is not None else (new[j], None) for i, j in places]
        if not rules:
            return WantedRules(None)
        cors = BucketCors(tuple(rule for rule, _ in rules), ordered=self._ordered)
        return WantedRules(cors, tuple(replaces for _, replaces in rules))

    def _merged(self, i: int) -> CorsRule:
        """A rule of ``base`` with the selected differences of its fields."""
        rule = self._base[i]
        values = dict(rule.by_api_name())
        for change in self._fields.get(i, ()):
            name = change.field or ""
            added, removed = self._picker.takes_values(change)
            if name not in LIST_FIELDS:
                if added or removed:
                    values[name] = change.added[0] if change.added else None
                continue
            target = dict(self._target[change.live or 0].by_api_name())[name]
            values[name] = _merged_list(name, values[name], target, added, removed)  # type: ignore[arg-type]
            if name in _NEEDED and values[name] == () and dict(rule.by_api_name())[name] != ():
                raise UsageError(
                    f"what is selected leaves rule {i + 1} without {name}",
                    advice="select also the values that come in their place, or the rule as a whole",
                )
        return CorsRule(**{_ATTRIBUTES[name]: value for name, value in values.items()})  # type: ignore[arg-type]

    def _in_order(self, kept: list[int], new: Mapping[int, CorsRule]) -> list[tuple[int | None, int]]:
        """Rules of ``base`` (i, -1) and new ones (None, j) in the order that is wanted: what stays keeps its place,
        what is new or moves comes behind the rule that it follows in ``target``.
        """
        twin = {j: i for i, j in self._pairs if i in kept}
        moving = {i for i, j in self._moved.items() if i in kept and j is not None and self._picker.takes_moved(i, j)}
        order: list[tuple[int | None, int]] = [(i, -1) for i in kept if i not in moving]
        if not self._ordered:
            return [(i, -1) for i in kept] + [(None, j) for j in sorted(new)]
        for j in range(len(self._target)):
            item = (twin[j], -1) if j in twin and twin[j] in moving else (None, j) if j in new else None
            if item is None:
                continue
            at = {each: place for place, each in enumerate(order)}
            before = [at[each] for k in range(j) for each in ((twin.get(k), -1), (None, k)) if each in at]
            after = [at[(twin[k], -1)] for k in range(j + 1, len(self._target)) if (twin.get(k), -1) in at]
            place = before[-1] + 1 if before else min(after) if after else len(order)
            order.insert(place, item)
        return order

    def _without_repeats(
        self, places: list[tuple[int | None, int]], kept: Mapping[int, CorsRule]
    ) -> list[tuple[int | None, int]]:
        """Without the rules of ``base`` that repeated an earlier one in vain, and would now come into effect."""
        normals = [normalise(rule, zero_is_unset=self._zero) for rule in self._base]
        twins = {i for i, _ in self._pairs}
        firsts = {i: normals.index(normal) for i, normal in enumerate(normals)}
        done: list[tuple[int | None, int]] = []
        for i, j in places:
            if i is not None and i not in twins and firsts[i] != i and i not in self._removed:
                first = firsts[i]
                if (first, -1) not in done or normalise(kept[first], zero_is_unset=self._zero) != normals[first]:
                    continue
            done.append((i, j))
        return done


def _merged_list(
    name: str, ours: TextList, theirs: TextList, added: Sequence[object], removed: Sequence[object]
) -> TextList:
    """The values that stay, in their place, then the new ones in the order in which ``theirs`` has them."""
    if not isinstance(ours, tuple):
        return ours
    gone = {fold_text(name, each) for each in removed}  # type: ignore[arg-type]
    new = {fold_text(name, each) for each in added}  # type: ignore[arg-type]
    stays = [each for each in ours if fold_text(name, each) not in gone]
    known = {fold_text(name, each) for each in stays}
    for each in theirs if isinstance(theirs, tuple) else ():
        folded = fold_text(name, each)
        if folded in new and folded not in known:
            stays.append(each)
            known.add(folded)
    if "*" in stays and len(known) > 1 and isinstance(theirs, tuple):
        return _in_order_of(name, stays, theirs)
    return tuple(stays)


def _in_order_of(name: str, values: Sequence[Text], theirs: Sequence[Text]) -> tuple[Text, ...]:
    """The values in the order of the other side: with a star among them it is not known whether S3 minds it."""
    places = {fold_text(name, each): at for at, each in reversed(list(enumerate(theirs)))}
    if any(fold_text(name, each) not in places for each in values):
        return tuple(values)
    return tuple(sorted(values, key=lambda each: places[fold_text(name, each)]))


def _seen(change: Change, base: Sequence[CorsRule], target: Sequence[CorsRule]) -> Seen:
    i, j = change.declared, change.live
    return Seen(change, None if i is None else base[i], None if j is None else target[j])
