"""Three rule lists, of which two come from the third: the list that has what both have changed. Pure.

As with a merge of texts, what only one of the two has changed is taken from there. Of lists (origins, methods, headers)
each value counts by itself; where both have put something else in the place of the same thing there is no merge.
Whether the merge means what it should, in all orders and with all wildcards, is for the caller to prove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drift.cors.model import API_NAMES, LIST_FIELDS, BucketCors, CorsRule, Text
from drift.diff import paired_rules
from drift.normal import NormalRule, fold_text, normalise

_ATTRIBUTES = {name: attribute for attribute, name in API_NAMES.items()}
_NEEDED = ("AllowedMethods", "AllowedOrigins")
_AGE = "MaxAgeSeconds"


class Clash(Exception):  # noqa: N818 - an answer, not a fault
    """Both have changed the same thing, to different ends; ``args[0]`` says what."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A rule of the merge: where ``head`` and ``live`` have it, None where they do not."""

    rule: CorsRule
    head: int | None
    live: int | None


def merged_rules(
    base: BucketCors | None, head: BucketCors | None, live: BucketCors | None, *, zero_is_unset: bool = False
) -> BucketCors | None:
    """Head's rules with what live has changed since base; None for no rules. All values must be known.

    Raises ``Clash``.
    """
    merge = _Merge(base, head, live, zero_is_unset)
    rules = merge.rules()
    if not rules:
        return None
    side = head or base or live
    return BucketCors(rules, ordered=True if side is None else side.ordered)


class _Merge:
    def __init__(self, base: BucketCors | None, head: BucketCors | None, live: BucketCors | None, zero: bool) -> None:
        self._zero = zero
        self._ordered = all(each is None or each.ordered for each in (base, head, live))
        self._base, self._head, self._live = (() if each is None else each.rules for each in (base, head, live))
        self._by_head = _pairs(base, head, zero)
        self._by_live = _pairs(base, live, zero)
        self._added_head = self._added(self._head, self._by_head)
        self._added_live = self._added(self._live, self._by_live)

    def rules(self) -> tuple[CorsRule, ...]:
        kept = [each for i in range(len(self._base)) if (each := self._merged(i)) is not None]
        self._refuse_two_replacements()
        new_head = [_Kept(self._head[h], h, self._twin(h)) for h in self._added_head]
        known = {each.live for each in new_head}
        new_live = [_Kept(self._live[j], None, j) for j in self._added_live if j not in known]
        head_moved, live_moved = (self._is_moved(pairs) for pairs in (self._by_head, self._by_live))
        apart = sorted(kept, key=_in_head) != sorted(kept, key=_in_live)
        if head_moved and live_moved and apart and self._ordered:
            raise Clash("both have changed the order of the rules")
        if live_moved and apart and self._ordered:
            places = _placed(sorted(kept, key=_in_live), new_live, _in_live)
            places = _placed(places, new_head, _in_head)
        else:
            places = _placed(sorted(kept, key=_in_head), new_head, _in_head)
            places = _placed(places, new_live, _in_live)
        return tuple(each.rule for each in places)

    def _added(self, rules: Sequence[CorsRule], pairs: Mapping[int, int]) -> list[int]:
        """The rules that base does not have, without repeats, which never answer."""
        seen, found = set(), []
        for index, rule in enumerate(rules):
            normal = self._normal(rule)
            if index not in pairs.values() and normal not in seen:
                found.append(index)
            seen.add(normal)
        return found

    def _twin(self, h: int) -> int | None:
        """The rule that live has added as well."""
        normal = self._normal(self._head[h])
        same = (j for j in self._added_live if self._normal(self._live[j]) == normal)
        return next(same, None)

    def _refuse_two_replacements(self) -> None:
        """Where both have taken the same rule out, and each has put another one there."""
        paired = self._by_head.keys() | self._by_live.keys()
        there = {self._normal(self._base[i]) for i in paired}
        gone = [
            rule for rule in self._base if self._normal(rule) not in there
        ]  # a repeat of one that stays is not gone
        head = {self._normal(self._head[h]) for h in self._added_head}
        live = {self._normal(self._live[j]) for j in self._added_live}
        if gone and head - live and live - head:
            raise Clash("both have put another rule in the place of the same one")

    def _normal(self, rule: CorsRule) -> NormalRule:
        return normalise(rule, zero_is_unset=self._zero)

    @staticmethod
    def _is_moved(pairs: Mapping[int, int]) -> bool:
        places = [pairs[i] for i in sorted(pairs)]
        return places != sorted(places)

    def _merged(self, i: int) -> _Kept | None:
        """What becomes of a rule of base."""
        h, j = self._by_head.get(i), self._by_live.get(i)
        if h is None and j is None:
            return None
        if h is None or j is None:
            left = self._head[h] if h is not None else self._live[j or 0]
            if not self._same(left, self._base[i]):
                word = "the pull request has changed it" if j is None else "live has another one by now"
                raise Clash(f"rule {i + 1} of the target branch is gone on one side, and {word}")
            return None
        return _Kept(self._rule(i, self._base[i], self._head[h], self._live[j]), h, j)

    def _same(self, one: CorsRule, other: CorsRule) -> bool:
        return self._normal(one) == self._normal(other) and (one.id or None) == (other.id or None)

    def _rule(self, i: int, base: CorsRule, head: CorsRule, live: CorsRule) -> CorsRule:
        values: dict[str, object] = {}
        sides = (dict(each.by_api_name()) for each in (base, head, live))
        ours, heads, lives = sides
        for name in ours:
            merge = self._list if name in LIST_FIELDS else self._single
            values[_ATTRIBUTES[name]] = merge(name, i, ours[name], heads[name], lives[name])
        return CorsRule(**values)  # type: ignore[arg-type]

    def _single(self, name: str, i: int, base: object, head: object, live: object) -> object:
        def folded(value: object) -> object:
            return (value or 0) if name == _AGE and self._zero else None if value == "" else value

        if folded(live) in (folded(base), folded(head)):
            return head
        if folded(head) == folded(base):
            return live
        raise Clash(f"{name} of rule {i + 1}: both have changed it")

    def _list(self, name: str, i: int, base: object, head: object, live: object) -> object:
        ours, heads, lives = (_folded(name, each) for each in (base, head, live))
        if lives.keys() in (ours.keys(), heads.keys()):
            return head
        added = {key: value for key, value in lives.items() if key not in ours and key not in heads}
        both_took = (ours.keys() - lives.keys()) & (ours.keys() - heads.keys())
        if both_took and added and heads.keys() - ours.keys() - lives.keys():
            raise Clash(f"{name} of rule {i + 1}: both have put something else in the place of the same value")
        stay = [
            value for value in _texts(head) if fold_text(name, value) in lives or fold_text(name, value) not in ours
        ]
        if name in _NEEDED and not (stay or added):
            raise Clash(f"{name} of rule {i + 1}: together the two leave none")
        return (*stay, *added.values())


def _in_head(rule: _Kept) -> int:
    return -1 if rule.head is None else rule.head


def _in_live(rule: _Kept) -> int:
    return -1 if rule.live is None else rule.live


def _placed(places: Sequence[_Kept], new: Sequence[_Kept], at: Callable[[_Kept], int]) -> list[_Kept]:
    """With new rules, each behind the rule that it follows on the side that has it."""
    done = list(places)
    for each in new:
        before = [(at(other), place) for place, other in enumerate(done) if 0 <= at(other) < at(each)]
        after = [place for place, other in enumerate(done) if at(other) > at(each)]
        done.insert(max(before)[1] + 1 if before else min(after, default=len(done)), each)
    return done


def _pairs(base: BucketCors | None, other: BucketCors | None, zero: bool) -> Mapping[int, int]:
    return {} if base is None or other is None else dict(paired_rules(base, other, zero_is_unset=zero))


def _texts(values: object) -> Sequence[Text]:
    return values if isinstance(values, tuple) else ()


def _folded(name: str, values: object) -> dict[object, Text]:
    found: dict[object, Text] = {}
    for each in _texts(values):
        found.setdefault(fold_text(name, each), each)
    return found
