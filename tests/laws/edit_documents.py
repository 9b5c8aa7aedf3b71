"""Random documents in random style: YAML in block and flow, JSON, with comments, blank lines and all line ends."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import strategies as st

from parsers.document import ListNode, MapNode, Node, Scalar
from parsers.document.edit import Data

AWKWARD = [
    "*",
    "yes",
    "null",
    "~",
    "1e3",
    "012",
    "2010-09-09",
    "a: b",
    "a #b",
    "!x",
    "&x",
    "%x",
    "@x",
    "- x",
    "''",
    '"',
]
AWKWARD += [
    "",
    " ",
    "{{x}}",
    "${x}",
    "\\",
    "\t",
    "\n",
    "\x07",
    "\u2028",
    "=",
    "<<",
    "a,b",
    "[x]",
    "x: ",
    "#",
    "-",
    "?",
    ":",
]
GOOD = ["GET", "https://a.example", "https://*.b.example:8080", "x-amz-*", "Content-Type", "http://localhost:3000"]

texts = st.sampled_from(GOOD + AWKWARD) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=6
)
keys = st.sampled_from(["ID", "AllowedOrigins", "MaxAge", "a", "b", "c d"])
scalars = texts | st.integers(0, 10**6) | st.booleans() | st.none()


def data(depth: int = 3) -> st.SearchStrategy[Data]:
    """Values of a few levels."""
    if depth == 0:
        return scalars
    inner = data(depth - 1)
    lists = st.lists(inner, max_size=4)
    return scalars | st.lists(texts, min_size=1, max_size=4) | lists | st.dictionaries(keys, inner, max_size=4)


containers = st.lists(data(2), min_size=1, max_size=4) | st.dictionaries(keys, data(2), min_size=1, max_size=4)


@dataclass
class Layout:
    """Draws how each value is written."""

    draw: st.DrawFn
    eol: str

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == 1

    def scalar(self, value: Data) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        from parsers.document.edit_text import yaml_scalar

        return yaml_scalar(value, self.draw(st.sampled_from([("", "'"), ("'",), ('"',)])))

    def key(self, key: str) -> str:
        return self.scalar(key) if self.chance(4) else key

    def comment(self, column: int) -> str:
        text = ""
        if self.chance(6):
            text += self.eol
        if self.chance(4):
            text += " " * column + "# note: 'x" + self.eol
        return text

    def trailing(self) -> str:
        return "  # trailing" if self.chance(5) else ""

    def flow(self, value: Data, json_only: bool = False, indent: str = "", by_line: bool = False) -> str:
        if isinstance(value, str | int | bool | None):
            return json.dumps(value) if json_only else self.scalar(value)
        brackets = "{}" if isinstance(value, dict) else "[]"
        if not value:
            return brackets
        inner = indent + ("\t" if json_only and self.eol == "\n" else "  ")
        if isinstance(value, dict):
            parts = [
                f"{json.dumps(k) if json_only else self.key(k)}: {self.flow(v, json_only, inner, by_line)}"
                for k, v in value.items()
            ]
        else:
            assert isinstance(value, list)
            parts = [self.flow(each, json_only, inner, by_line) for each in value]
        if by_line:
            comma = "," if not json_only and self.chance(3) else ""
            ends = [self.trailing() if not json_only else "" for _ in parts]
            lines = [
                f"{inner}{part}{',' if at < len(parts) - 1 else comma}{end}"
                for at, (part, end) in enumerate(zip(parts, ends, strict=True))
            ]
            return brackets[0] + self.eol + self.eol.join(lines) + self.eol + indent + brackets[1]
        pad = self.draw(st.sampled_from(["", " "]))
        gap = self.draw(st.sampled_from([", ", ", ", "," if json_only else ", "]))
        return brackets[0] + pad + gap.join(parts) + pad + brackets[1]

    def block(self, value: Data, column: int) -> str:
        """The text of a container from its first line on, the first line's indentation left out."""
        lines: list[str] = []
        assert isinstance(value, dict | list)
        for member in value.items() if isinstance(value, dict) else value:
            above = self.comment(column) if lines else ""
            lines.append((above + " " * column if lines else "") + self.member(value, member, column))
        return self.eol.join(lines)

    def member(self, around: Data, member: object, column: int) -> str:
        if isinstance(around, dict):
            assert isinstance(member, tuple)
            return f"{self.key(member[0])}:{self.value(member[1], column, True)}"
        return f"-{self.value(member, column, False)}"  # type: ignore[arg-type]

    def value(self, value: Data, column: int, under_key: bool) -> str:
        if isinstance(value, str | int | bool | None) or not value or self.chance(4):
            by_line = self.chance(3) and isinstance(value, dict | list)
            text = self.flow(value, indent=" " * (column + 2), by_line=by_line)
            return f" {text}{self.trailing()}"
        step = self.draw(st.sampled_from([2, 4]))
        if under_key:
            inner = column + (0 if isinstance(value, list) and self.chance(3) else step)
            return f"{self.trailing()}{self.eol}{self.comment(inner)}{' ' * inner}{self.block(value, inner)}"
        return f" {self.block(value, column + 2)}"


@st.composite
def yaml_texts(draw: st.DrawFn, value: Data) -> str:
    layout = Layout(draw, draw(st.sampled_from(["\n", "\n", "\r\n"])))
    start = draw(st.sampled_from(["", "# head" + layout.eol, "---" + layout.eol, "\ufeff"]))
    end = draw(st.sampled_from(["", layout.eol, layout.eol, layout.eol + "# end" + layout.eol]))
    if isinstance(value, dict | list) and value and not layout.chance(5):
        return start + layout.block(value, 0) + layout.trailing() + end
    return start + layout.flow(value, by_line=layout.chance(2)) + end


@st.composite
def json_texts(draw: st.DrawFn, value: Data) -> str:
    layout = Layout(draw, draw(st.sampled_from(["\n", "\r\n"])))
    end = draw(st.sampled_from(["", layout.eol]))
    return draw(st.sampled_from(["", "\ufeff"])) + layout.flow(value, True, "", draw(st.booleans())) + end


def meaning(node: Node | None) -> object:
    """What nodes say, told apart by type as JSON and the core schema of YAML do."""
    if isinstance(node, ListNode):
        return [meaning(each) for each in node.items]
    if isinstance(node, MapNode):
        return {key.text: meaning(value) for key, value in node.entries}
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return None
    assert isinstance(node, Scalar)
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    return node.integer() if node.is_number else node.text
