"""What a selection takes of the differences between two rule lists, and which of its words have met something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.cors.model import API_NAMES, LIST_FIELDS, CorsRule
from drift.diff import Change, ChangeKind, Value
from drift.errors import UsageError
from drift.selecting import SINGLE_FIELDS, FieldPick, Pick, RulePick, Selection, Side

_ATTRIBUTES = {name: attribute for attribute, name in API_NAMES.items()}
_NEEDED = ("AllowedMethods", "AllowedOrigins")


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference with the rules that it is between."""

    change: Change
    base: CorsRule | None
    target: CorsRule | None


class Picker:
    """A selection on its way through the differences of one bucket; ``side`` is the one that is started from.

    ``matched`` grows as differences are asked for. ``there`` names the differences, ``hint`` helps with a slip.
    """

    def __init__(self, selection: Selection, side: Side) -> None:
        self.matched: set[Pick] = set()
        self.there: list[str] = []
        self.hint: str | None = None
        self._selection = selection
        self._side: Side = side
        self._lone_live: set[int] = set()
        self._numbers: dict[tuple[Side, int], set[Side]] = {}

    def look_at(self, differences: Sequence[Seen]) -> None:
        """Get to know all differences before any of them is asked for. Raises ``UsageError`` for a number that is two
        rules'.
        """
        numbered: dict[int, set[Side]] = {}
        for each in differences:
            side, number = self._shown(each.change)
            numbered.setdefault(number, set()).add(side)
            field = f" {each.change.field}" if each.change.field else ""
            word = f"rule {number}{field}" if side == "declared" else f"rule live:{number}"
            if word not in self.there:
                self.there.append(word)
        for pick in self._selection.rules:
            if pick.side is None and len(numbered.get(pick.number, ())) > 1:
                raise UsageError(
                    f"{pick}: the declared rule {pick.number} differs, and the live rule {pick.number} is live only",
                    advice=f"write --rule declared:{pick.number} or --rule live:{pick.number}",
                )

    def takes_added(self, j: int, rule: CorsRule) -> CorsRule | None:
        """What is taken of a rule that only the target has: None for nothing, else the rule with what is selected."""
        named = self._names(Change(ChangeKind.ADDED, live=j))
        if self._selection.rules and not named:
            return None
        if self._selection.only and not named:
            self._hint_at(rule, f"{self._other}:{j + 1}" if self._other == "live" else str(j + 1))
            return None
        values = {}
        for name, value in rule.by_api_name():
            kept = self._kept(name, value)
            if name in _NEEDED and kept in ((), None) and value != ():
                return None
            values[_ATTRIBUTES[name]] = kept
        return CorsRule(**values)  # type: ignore[arg-type]

    def takes_removed(self, i: int, rule: CorsRule) -> bool:
        """Whether a rule that only the base has is to go."""
        named = self._names(Change(ChangeKind.REMOVED, declared=i))
        if (self._selection.rules or self._selection.only) and not named:
            if not self._selection.rules:
                self._hint_at(rule, f"{self._side}:{i + 1}" if self._side == "live" else str(i + 1))
            return False
        stays = False
        for pick in self._selection.excepted:
            for name, value in rule.by_api_name():
                met = any(pick.means(name, each) for each in (value if isinstance(value, tuple) else (value,)))
                if met and name in _NEEDED:
                    self.matched.add(pick)
                    stays = True
        return not stays

    def takes_moved(self, i: int, j: int) -> bool:
        """Whether a rule is to change places."""
        named = self._names(Change(ChangeKind.MOVED, i, j))
        return named if self._selection.rules else not self._selection.only

    def takes_values(self, change: Change) -> tuple[Sequence[Value], Sequence[Value]]:
        """Of a field that differs: the values to take in, and those to let go."""
        if self._selection.rules and not self._names(change):
            return (), ()
        name = change.field or ""
        if name in SINGLE_FIELDS:
            every = change.added + change.removed
            taken = self._takes_any(name, every)
            return (change.added, change.removed) if taken else ((), ())
        added, removed = (
            tuple(value for value in values if self._takes_any(name, (value,)))
            for values in (change.added, change.removed)
        )
        return added, removed

    def _takes_any(self, name: str, values: Sequence[Value]) -> bool:
        only = [pick for pick in self._selection.only if self._met(pick, name, values)]
        excepted = [pick for pick in self._selection.excepted if self._met(pick, name, values)]
        self.matched.update(only, excepted)
        return not excepted and (bool(only) or not self._selection.only)

    def _kept(self, name: str, value: object) -> object:
        """What is taken of one field of a rule that comes as a whole."""
        narrowing = [pick for pick in self._selection.only if pick.field == name]

        def taken(one: Value) -> bool:
            only = [pick for pick in narrowing if pick.means(name, one)]
            excepted = [pick for pick in self._selection.excepted if pick.means(name, one)]
            self.matched.update(only, excepted)
            return not excepted and (bool(only) or not narrowing)

        if isinstance(value, tuple):
            return tuple(each for each in value if taken(each))
        if value is None or name in LIST_FIELDS:
            return value
        return value if taken(value) else None  # type: ignore[arg-type]

    @staticmethod
    def _met(pick: FieldPick, name: str, values: Sequence[Value]) -> bool:
        return pick.field == name and (pick.value is None or any(pick.means(name, each) for each in values))

    def _names(self, change: Change) -> bool:
        """Whether a ``--rule`` names the rule of a difference."""
        found = [pick for pick in self._selection.rules if self._is(pick, change)]
        self.matched.update(found)
        return bool(found)

    def _is(self, pick: RulePick, change: Change) -> bool:
        if pick.side is None:
            return self._shown(change)[1] == pick.number
        index = change.declared if pick.side == self._side else change.live
        return index is not None and index + 1 == pick.number

    def _shown(self, change: Change) -> tuple[Side, int]:
        """By which number the report tells a difference: the declared rule's, of a rule that is live only its own."""
        ours = change.declared if self._side == "declared" else change.live
        theirs = change.live if self._side == "declared" else change.declared
        return ("declared", ours + 1) if ours is not None else ("live", (theirs or 0) + 1)

    @property
    def _other(self) -> Side:
        return "live" if self._side == "declared" else "declared"

    def _hint_at(self, rule: CorsRule, number: str) -> None:
        """A rule that comes or goes as a whole has what ``--only`` names: it has to be named itself."""
        for pick in self._selection.only:
            for name, value in rule.by_api_name():
                if any(pick.means(name, each) for each in (value if isinstance(value, tuple) else (value,))):
                    self.hint = f"rule {number} has it and comes or goes as a whole: add --rule {number}"
                    return
