"""New values as text, in the style of what stands near them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from parsers.document.edit_parts import Kind, Part
from parsers.document.edit_place import MAX_LINE, Document
from parsers.document.edit_style import Style, key_quote
from parsers.document.edit_text import Data, json_scalar, yaml_scalar


class Writer:
    """Writes values that are to stand near an offset of a document."""

    def __init__(self, document: Document, near: int) -> None:
        self.document = document
        self.near = near

    @cached_property
    def style(self) -> Style:
        """What the neighbourhood looks like."""
        return Style(self.document, self.near)

    def gap(self) -> str:
        """What stands behind a comma."""
        return self.style.flow_look(None).gap

    def member(self, container: Part, key: str | None, value: Data, base: str) -> str:
        """A member of a container, without comma or space around it; ``base`` is the indentation of its line."""
        siblings = [each.known for each in container.values] if container.kind is Kind.LIST else ()
        if container.flow:
            if key is None:
                return self.flow(value, base, siblings=siblings)
            colon = self.style.flow_look(container).colon
            return f"{self.key(key, container)}{colon}{self.flow(value, base, key)}"
        column = len(base)
        if key is None:
            sample = next((each for each in reversed(siblings) if each.values), None)
            gap = self.document.text[container.body + 1 : container.items[0].start]
            if sample is not None and isinstance(value, Mapping) and gap.strip(" ") == self.document.eol:
                return f"-{gap}{self.item(value, self.document.column(container.items[0].start), siblings, sample)}"
            gap = gap if gap and not gap.strip(" ") else " "
            return f"-{gap}{self.item(value, column + 1 + len(gap), siblings, sample)}"
        return self.under_key(self.key(key, container), key, value, column)

    def key(self, key: str, sample: Part | None) -> str:
        """A key in the quotes of its neighbours."""
        if self.document.is_json:
            return json_scalar(key)
        return yaml_scalar(key, (key_quote(sample), '"'))

    def scalar(self, value: str | int | bool | None, siblings: Sequence[Part] = (), key: str | None = None) -> str:
        """A scalar in the quotes of its neighbours."""
        if self.document.is_json:
            return json_scalar(value)
        return yaml_scalar(value, self.style.quotes(siblings, key) if isinstance(value, str) else ())

    def flow(
        self, value: Data, base: str, key: str | None = None, siblings: Sequence[Part] = (), by_line: bool = False
    ) -> str:
        """A value in brackets, or a scalar; lines below the first are indented by ``base`` and more."""
        if isinstance(value, str | int | bool | None):
            return self.scalar(value, siblings, key)
        brackets = "{}" if isinstance(value, Mapping) else "[]"
        if not value:
            return brackets
        sample = next((each for each in reversed(siblings) if each.values and each.flow), None)
        sample = sample or self.style.sample(value, key, flow_only=True)
        look = self.style.flow_look(sample)
        if by_line and not look.by_line:
            look = replace(look, by_line=True, unit=" " * self.style.map_step())
        inner = base + look.unit if look.by_line else base
        texts = self._members(value, sample, inner, look.colon, key)
        if look.by_line:
            eol = self.document.eol
            return brackets[0] + eol + f",{eol}".join(inner + text for text in texts) + eol + base + brackets[1]
        return brackets[0] + look.pad + f",{look.gap}".join(texts) + look.pad + brackets[1]

    def _members(self, value: Data, sample: Part | None, base: str, colon: str, key: str | None) -> list[str]:
        if isinstance(value, Mapping):
            return [f"{self.key(name, sample)}{colon}{self.flow(each, base, name)}" for name, each in value.items()]
        members = value if isinstance(value, list | tuple) else ()
        siblings = sample.items if sample is not None and sample.kind is Kind.LIST else ()
        own = siblings if key is None or not self.document.is_json else ()
        return [self.flow(each, base, key, own) for each in members]

    def item(
        self, value: Data, column: int, siblings: Sequence[Part], sample: Part | None, key: str | None = None
    ) -> str:
        """What stands behind a dash, from a column on; ``key`` is that of the list."""
        if isinstance(value, str | int | bool | None):
            return self.scalar(value, siblings, key)
        if not value or (sample is not None and sample.flow):
            return self.flow(value, " " * column, siblings=siblings)
        return self.block(value, column, sample)

    def block(self, value: Data, column: int, sample: Part | None = None, key: str | None = None) -> str:
        """A list or mapping in block style whose first line starts at a column already."""
        between = self.document.eol + " " * column
        if isinstance(value, Mapping):
            sample = sample or self.style.sample(value, None, flow_only=False)
            return between.join(
                self.under_key(self.key(name, sample), name, each, column) for name, each in value.items()
            )
        gap = self.style.dash_gap()
        members = value if isinstance(value, list | tuple) else ()
        return between.join(f"-{gap}{self.nested_item(each, column + 1 + len(gap), key)}" for each in members)

    def nested_item(self, value: Data, column: int, key: str | None) -> str:
        """A member of a list that is itself new."""
        sample = self.style.sample(value, None, flow_only=False)
        return self.item(value, column, (), sample, key)

    def under_key(self, written: str, key: str, value: Data, column: int) -> str:
        """A key and its value in block style, the key at a column."""
        if isinstance(value, str | int | bool | None):
            return f"{written}: {self.scalar(value, (), key)}"
        if not value or self.is_flow(key, value):
            text = f"{written}: {self.flow(value, ' ' * column, key)}"
            if self.document.is_narrow and column + len(text.partition(self.document.eol)[0]) > MAX_LINE:
                return f"{written}: {self.flow(value, ' ' * column, key, by_line=True)}"
            return text
        return f"{written}:{self.below(key, value, column)}"

    def below(self, key: str | None, value: Data, column: int) -> str:
        """A value in block style below its key, from the line break on."""
        step = self.style.map_step() if isinstance(value, Mapping) else self.style.list_step()
        inner = column + step
        return f"{self.document.eol}{' ' * inner}{self.block(value, inner, None, key)}"

    def is_flow(self, key: str | None, value: Data) -> bool:
        """Whether a value under a key is written in brackets here."""
        sample = self.style.sample(value, key, flow_only=False)
        return sample is not None and sample.flow
