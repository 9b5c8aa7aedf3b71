"""How a text is laid out near a place: what a new value should look like."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from parsers.document.edit_parts import Kind, Part
from parsers.document.edit_place import Document
from parsers.document.edit_text import Data, is_plain

_NEAR = 40
"""How many of the nearest texts tell how texts are quoted."""

_NEAR_CONTAINERS = 500
"""How many of the nearest lists and mappings tell how others are laid out."""


@dataclass(frozen=True, slots=True)
class FlowLook:
    """The layout of a container in brackets.

    With ``by_line`` each member starts a line, ``unit`` deeper than the line of the opening bracket; else ``pad`` is
    between the brackets and the members, and ``gap`` behind commas. ``colon`` is what stands between key and value.
    """

    by_line: bool = False
    unit: str = "  "
    pad: str = ""
    gap: str = " "
    colon: str = ": "


class Style:
    """What the parts of a document that are nearest to an offset look like."""

    def __init__(self, document: Document, near: int) -> None:
        self.document = document
        self.near = near
        self._containers = _nearest(document.containers, near, _NEAR_CONTAINERS)

    @cached_property
    def _scalars(self) -> Sequence[Part]:
        return _nearest(self.document.texts, self.near, _NEAR)

    def sample(self, value: Data, key: str | None, flow_only: bool) -> Part | None:
        """The nearest container of the sort of the value, under the same key if there is one."""
        if self.document.is_json:
            flow_only = True
        fitting = [
            part for part in self._containers if _sort_of(part) == _sort_of_data(value) and (part.flow or not flow_only)
        ]
        same_key = (part for part in fitting if key is not None and _key_text(part) == key)
        same_role = (part for part in fitting if (_key_text(part) is None) == (key is None))
        return next(same_key, None) or next(same_role, None) or next(iter(fitting), None)

    def flow_look(self, sample: Part | None) -> FlowLook:
        """The layout of a container in brackets; of a text that has none the plainest."""
        if sample is None or not sample.flow:
            others = [part for part in self._containers if part.flow]
            if not others:
                return FlowLook(unit=" " * self.map_step())
            look = self.flow_look(others[0])
            colon = next((self.flow_look(part).colon for part in others if part.kind is Kind.MAP), ": ")
            return FlowLook(look.by_line, look.unit, "", look.gap, colon)
        document, text = self.document, self.document.text
        heads = _heads(sample)
        by_line = document.starts_line(heads[-1])
        outer = document.indentation(sample.start)
        inner = document.indentation(heads[-1])
        unit = inner.removeprefix(outer) if by_line and inner.startswith(outer) else self._unit()
        pad = text[sample.body + 1 : heads[0]]
        gap = " "
        if len(heads) > 1 and not by_line:
            between = text[sample.values[0].end : heads[1]].partition(",")[2]
            gap = between if not between.strip(" \t") else " "
        elif self.document.is_json and not by_line:
            gap = self._other_gap(sample)
        colon = ": "
        if sample.kind is Kind.MAP:
            key, value = sample.entries[0]
            between = text[key.end : value.start]
            colon = between if between.strip(" \t") == ":" else ": "
        elif self.document.is_json:
            colon = next((self._colon(part) for part in self._containers if part.kind is Kind.MAP), ": ")
        return FlowLook(by_line, unit, "" if by_line or pad.strip(" \t") else pad, gap, colon)

    def _colon(self, part: Part) -> str:
        key, value = part.entries[0]
        between = self.document.text[key.end : value.start]
        return between if between.strip(" \t") == ":" else ": "

    def _other_gap(self, sample: Part) -> str:
        for part in self._containers:
            heads = _heads(part)
            if part is not sample and len(heads) > 1 and not self.document.starts_line(heads[1]):
                between = self.document.text[part.values[0].end : heads[1]].partition(",")[2]
                return between if not between.strip(" \t") else " "
        return " "

    def _unit(self) -> str:
        """By how much lines are indented deeper inside brackets."""
        for part in self._containers:
            head = _heads(part)[0]
            if part.flow and self.document.starts_line(head):
                outer, inner = self.document.indentation(part.start), self.document.indentation(head)
                if inner.startswith(outer) and inner != outer:
                    return inner.removeprefix(outer)
        return "  "

    def map_step(self) -> int:
        """How much deeper a mapping under a key is indented, in block style."""
        for part in self._containers:
            key = part.key
            if part.kind is Kind.MAP and not part.flow and key is not None:
                step = self.document.column(part.body) - self.document.column(key.start)
                if step > 0:
                    return step
        return 2

    def list_step(self) -> int:
        """How much deeper than its key the dashes of a list are."""
        for part in self._containers:
            key = part.key
            if part.kind is Kind.LIST and not part.flow and key is not None:
                return self.document.column(part.body) - self.document.column(key.start)
        return self.map_step()

    def dash_gap(self) -> str:
        """The space behind a dash."""
        for part in self._containers:
            if part.kind is Kind.LIST and not part.flow:
                between = self.document.text[part.body + 1 : part.items[0].start]
                if between and not between.strip(" "):
                    return between
        return " "

    def quotes(self, siblings: Iterable[Part], key: str | None = None) -> Sequence[str]:
        """How texts are quoted here: what to try first, then what to take where quotes are needed."""
        own = [part for part in siblings if part.plain_text is not None]
        near = self._scalars
        under_key = [part for part in near if key is not None and _key_text(part.parent or part) == key]
        quoted = Counter(part.quote for part in (*own * 5, *under_key * 3, *near) if part.quote in ("'", '"'))
        usual = max(quoted, key=lambda each: quoted[each]) if quoted else '"'
        for group in (own, under_key, near):
            free = Counter(part.quote for part in group if is_plain(part.text) and part.quote in ("", "'", '"'))
            if free:
                first = max(free, key=lambda each: free[each])
                return (first, usual, '"') if first != usual else (usual, '"')
            forced = Counter(part.quote for part in group if part.quote in ("'", '"'))
            if forced:
                return max(forced, key=lambda each: forced[each]), '"'
        return "", usual, '"'


def key_quote(sample: Part | None) -> str:
    """The quotes around the keys of a mapping."""
    return sample.entries[0][0].quote if sample is not None and sample.entries else ""


def _nearest(parts: Sequence[Part], near: int, count: int) -> Sequence[Part]:
    """So many parts, the nearest first; ``parts`` are sorted by where they start, of which a document has many."""
    at = bisect_left(parts, near, key=lambda part: part.start)
    return sorted(parts[max(at - count, 0) : at + count], key=lambda part: abs(part.start - near))[:count]


def _heads(part: Part) -> list[int]:
    return [key.start for key, _ in part.entries] if part.kind is Kind.MAP else [each.start for each in part.items]


def _key_text(part: Part) -> str | None:
    return part.key.plain_text if part.key is not None else None


def _sort_of(part: Part) -> str:
    if part.kind is Kind.MAP:
        return "map"
    return "texts" if all(each.known.kind is Kind.SCALAR for each in part.items) else "list"


def _sort_of_data(value: Data) -> str:
    if isinstance(value, str | int | bool | None):
        return "scalar"
    if not isinstance(value, list | tuple):
        return "map"
    return "texts" if all(isinstance(each, str | int | bool | None) for each in value) else "list"
