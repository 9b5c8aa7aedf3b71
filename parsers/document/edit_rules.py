"""Rules in YAML and JSON as they should be: which lists and keys of theirs change, and to what.

For every language whose rules are mappings with the fields of S3 under names of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drift.cors.model import CorsRule, Seconds, Text, TextList, Unknown
from drift.edits import TextEdit, WantedRules, in_order
from parsers.document.edit import CannotWrite, Data, Kept, Kind, New, Part, Source

FieldValue = TextList | Seconds | Text
Call = Callable[["RuleEdits", Part, FieldValue, FieldValue], list[TextEdit]]
"""The edits of a value that is no literal, which has one value and should have another. Raises ``CannotWrite``."""


def no_calls(edits: RuleEdits, part: Part, old: FieldValue, new: FieldValue) -> list[TextEdit]:
    """For languages without expressions."""
    raise CannotWrite("it is written in a way that is not edited")


def any_text(text: str) -> str | None:
    """For languages in which every text stands for itself."""
    return None


@dataclass(frozen=True, slots=True)
class RuleEdits:
    """How the rules of one file are edited.

    ``names`` are the language's names by those of the S3 API, in the order in which they are usually written.
    ``in_anchor`` says that what an alias stands for is edited at the anchor; else it is written out in its place.
    ``zero`` says that 0 seconds and none are the same. ``open_text`` says why a text would not stand for itself.
    """

    source: Source
    names: Mapping[str, str]
    in_anchor: bool = True
    zero: bool = False
    call: Call = no_calls
    open_text: Callable[[str], str | None] = any_text

    def rules(
        self,
        container: Part,
        parts: Sequence[Part | None],
        old: Sequence[CorsRule],
        wanted: WantedRules,
        bodies: Sequence[Part] | None = None,
    ) -> list[TextEdit]:
        """The edits of a list of rules; ``parts`` are the members for the old rules, ``bodies`` the mappings that these
        come to, where expressions are between. Raises ``CannotWrite``.
        """
        members: list[Kept | New] = []
        indices = {id(part): index for index, part in enumerate(container.items)}
        for rule, replaces in zip(wanted.rules, wanted.replaces, strict=True):
            if replaces is None:
                members.append(New(self.written(rule, container)))
                continue
            part = parts[replaces]
            if part is None or id(part) not in indices:
                raise CannotWrite("the rule is not written out in the list")
            body = part if bodies is None or part.kind is Kind.ALIAS else bodies[replaces]
            members.append(Kept(indices[id(part)], tuple(self.rule(body, old[replaces], rule))))
        if len({each.index for each in members if isinstance(each, Kept)}) < sum(
            isinstance(each, Kept) for each in members
        ):
            raise CannotWrite("several rules come of one text")
        known = {id(part) for part in parts}
        others = [index for index, part in enumerate(container.items) if id(part) not in known]
        for index in others:  # what comes to nothing (a condition that is false) stays where it is
            place = next(
                (at for at, each in enumerate(members) if isinstance(each, Kept) and each.index > index), len(members)
            )
            members.insert(place, Kept(index))
        return self.source.changed(container, members)

    def rule(self, part: Part, old: CorsRule, new: CorsRule) -> list[TextEdit]:
        """The edits of one rule. Raises ``CannotWrite``."""
        changes = dict(differing_fields(old, new, self.zero))
        if not changes:
            return []
        if part.kind is Kind.ALIAS and not self.in_anchor:
            return self.source.replaced(part, self.written(new))
        rule = part.known
        if rule.kind is not Kind.MAP or rule.tag is not None:
            raise CannotWrite("the rule is not written out as a mapping")
        old_values = dict(old.by_api_name())
        edits: dict[int, list[TextEdit]] = {}
        gone: set[int] = set()
        fresh: dict[str, Data] = {}
        for api, value in changes.items():
            name = self.names[api]
            index = next((at for at in reversed(range(len(rule.entries))) if _is(rule.entries[at][0], name)), None)
            if index is None:
                fresh[name] = self._override(rule, name, api, value)
            elif value in ((), None):
                self.check_gone(rule.entries[index][1], old_values[api])
                gone.add(index)
            else:
                edits[index] = self.value(rule.entries[index][1], old_values[api], value)
        members: list[Kept | New] = [
            Kept(index, tuple(edits.get(index, ()))) for index in range(len(rule.entries)) if index not in gone
        ]
        for name, data in fresh.items():
            members.insert(self._place(rule, members, name), New(data, name))
        return self.source.changed(rule, members)

    def _override(self, rule: Part, name: str, api: str, value: FieldValue) -> Data:
        if value == () and any(each.get(name) is not None for each in rule.merged()):
            return []
        if value in ((), None):
            raise CannotWrite(f"{name} is not written in the rule itself")
        return self.field_data(api, value)

    def _place(self, rule: Part, members: Sequence[Kept | New], name: str) -> int:
        order = list(self.names.values())
        names = [
            (rule.entries[each.index][0].plain_text if isinstance(each, Kept) else each.key) or "" for each in members
        ]
        known = [order.index(each) for each in names if each in order]
        if known != sorted(known):
            return len(names)  # no order that we know of
        before = [at for at, each in enumerate(names) if each in order[: order.index(name)]]
        return before[-1] + 1 if before else 0 if known and known[0] > order.index(name) else len(names)

    def value(self, part: Part, old: FieldValue, new: FieldValue) -> list[TextEdit]:
        """The edits of a field's value. Raises ``CannotWrite``."""
        if part.kind is Kind.ALIAS:
            if not self.in_anchor:
                return self.source.replaced(part, self._data(new))
            return self.value(part.known, old, new)
        if part.kind is Kind.MAP or not self._is_literal(part):
            return self.call(self, part, old, new)
        if isinstance(new, tuple):
            if part.kind is not Kind.LIST:
                return self.source.replaced(part, self._data(new))
            return self.texts(part, old if isinstance(old, tuple) else (), new)
        data = self._data(new)
        if isinstance(data, int) and part.kind is Kind.SCALAR and part.quote in ('"', "'"):
            data = str(data)
        return self.source.replaced(part, data)

    def _is_literal(self, part: Part) -> bool:
        """Whether it is no expression, and no text that is filled in."""
        known = part.known
        return known.tag is None and (known.kind is not Kind.SCALAR or self.open_text(known.text) is None)

    def texts(self, part: Part, old: Sequence[Text], new: Sequence[Text]) -> list[TextEdit]:
        """The edits of a list of texts: what stays keeps its place. Raises ``CannotWrite``."""
        going = _without(old, new)
        coming = _without(new, old)
        literals = {index: item.known for index, item in enumerate(part.items) if self._is_literal(item)}
        gone: set[int] = set()
        for text in going:
            index = next((at for at in reversed(literals) if literals[at].text == text and at not in gone), None)
            if index is None:
                return self._called_items(part, literals, gone, going, coming, text)
            gone.add(index)
        kept = [Kept(index) for index in range(len(part.items)) if index not in gone]
        return self.source.changed(part, [*kept, *(New(self._text(each)) for each in coming)])

    def _called_items(
        self,
        part: Part,
        literals: Mapping[int, Part],
        gone: set[int],
        going: Sequence[Text],
        coming: Sequence[Text],
        first: Text,
    ) -> list[TextEdit]:
        """Where a text that is to go comes of an expression among the members."""
        calls = [index for index in range(len(part.items)) if index not in literals]
        if not calls:
            raise CannotWrite("what is to go is not written here")
        unwritten = [text for text in going if all(literals[at].text != text for at in literals)]
        rest = list(coming)
        members: list[Kept | New] = []
        for index, item in enumerate(part.items):
            if index in literals:
                if literals[index].text not in going:
                    members.append(Kept(index))
                continue
            found: list[TextEdit] = []
            if unwritten:
                replacement = rest[0] if rest else None
                edits = self._try_call(item, unwritten[0], replacement, is_last=index == calls[-1])
                if edits is not None:
                    found = edits
                    unwritten.pop(0)
                    if replacement is not None:
                        rest.pop(0)
            members.append(Kept(index, tuple(found)))
        if unwritten:
            raise CannotWrite("what is to go is not written here")
        return self.source.changed(part, [*members, *(New(self._text(each)) for each in rest)])

    def _try_call(self, item: Part, old: Text, new: Text | None, is_last: bool) -> list[TextEdit] | None:
        try:
            return self.call(self, item, old, new)
        except CannotWrite:
            if is_last:
                raise
            return None

    def check_gone(self, part: Part, old: FieldValue) -> None:
        """Raises ``CannotWrite`` where a value comes of an expression: then taking it out is not ours to decide."""
        pending = [part.known]
        while pending:
            each = pending.pop()
            if each.kind is Kind.MAP or not self._is_literal(each):
                self.call(self, each, old, None)
            pending.extend(item.known for item in each.items)

    def written(self, rule: CorsRule, around: Part | None = None) -> dict[str, Data]:
        """A whole rule as data, its fields in the order that the last rule around it has. Raises ``CannotWrite``."""
        values = dict(rule.by_api_name())
        written = {
            name: self.field_data(api, values[api])
            for api, name in self.names.items()
            if values[api] not in ((), None) or api in ("AllowedMethods", "AllowedOrigins")
        }
        rules = [each.known for each in around.items if each.known.kind is Kind.MAP] if around is not None else []
        order = [key.plain_text for key, _ in rules[-1].entries] if rules else []
        if len(order) < 3 or any(name not in order for name in ("AllowedMethods", "AllowedOrigins")):
            return written
        places = self._places(written, [name for name in order if name in written])
        return {name: written[name] for name in places}

    def _places(self, names: Iterable[str], known: Sequence[str]) -> list[str]:
        """All names in the order of the known ones; the others behind those that are before them by the usual order."""
        order = list(self.names.values())
        found = list(known)
        for name in names:
            if name not in found:
                before = [at for at, each in enumerate(found) if each in order[: order.index(name)]]
                found.insert(before[-1] + 1 if before else 0, name)
        return found

    def field_data(self, api: str, value: FieldValue) -> Data:
        """A field as data. Raises ``CannotWrite``."""
        return self._data(value)

    def _data(self, value: FieldValue) -> Data:
        if isinstance(value, Unknown):
            raise CannotWrite(f"a value is not known: {value.reason}")
        if isinstance(value, tuple):
            return [self._text(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: Text) -> str:
        if isinstance(text, Unknown):
            raise CannotWrite(f"a value is not known: {text.reason}")
        why = self.open_text(text)
        if why is not None:
            raise CannotWrite(why)
        return text


def differing_fields(old: CorsRule, new: CorsRule, zero: bool = False) -> Iterator[tuple[str, FieldValue]]:
    """The fields, by API name, that the new rule has otherwise, with their new values."""
    values = dict(old.by_api_name())
    for api, value in new.by_api_name():
        if value != values[api] and not (zero and api == "MaxAgeSeconds" and not value and not values[api]):
            yield api, value


def tidy(edits: Iterable[TextEdit], text: str) -> tuple[TextEdit, ...] | None:
    """The edits of one text in order, each once, without those that change nothing; None where two overlap."""
    kept = [each for each in dict.fromkeys(edits) if text[each.start : each.end] != each.text]
    ordered = tuple(in_order(kept))
    overlap = any(one.end > other.start for one, other in pairwise(ordered))
    return None if overlap else ordered


def _without(texts: Iterable[Text], others: Iterable[Text]) -> list[Text]:
    rest = list(others)
    found: list[Text] = []
    for text in texts:
        if text in rest:
            rest.remove(text)
        else:
            found.append(text)
    return found


def _is(key: Part, name: str) -> bool:
    return key.plain_text == name
