"""``<CORSConfiguration>`` edited in place: elements put in and taken out, texts replaced.

Only for texts that the reader of specs has accepted: well-formed, without document type and entities.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from drift.cors.model import CorsRule, Text, Unknown
from drift.edits import TextEdit, WantedRules, edited
from parsers.document.edit import CannotWrite
from parsers.document.edit_rules import FieldValue, differing_fields
from parsers.document.edit_text import is_hidden

SINGULAR = {
    "ID": "ID",
    "AllowedOrigins": "AllowedOrigin",
    "AllowedMethods": "AllowedMethod",
    "AllowedHeaders": "AllowedHeader",
    "MaxAgeSeconds": "MaxAgeSeconds",
    "ExposeHeaders": "ExposeHeader",
}
"""API name to element, in the order in which S3 documents them."""

_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<close>/?)(?P<name>[^\s<>/!?]+)(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?(?P<empty>/?)>",
    re.DOTALL,
)
_REST = re.compile(r"[ \t]*(?:<!--(?:(?!-->)[^\r\n])*-->)?[ \t]*(?=[\r\n]|\Z)")
_LAST_BREAK = re.compile(r"(?:\r\n|\r|\n)\Z")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Element:
    """An element with its offsets: of the whole, and of what is between its tags (None for ``<x/>``)."""

    name: str
    start: int
    end: int = 0
    inner: tuple[int, int] | None = None
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]


def read_elements(content: bytes) -> tuple[str, Element]:
    """The text, a byte order mark included, and its root. Raises ``CannotWrite``."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CannotWrite("the file is UTF-16, which is not written")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotWrite("the file is not UTF-8, which is all that is written") from None
    encoding = _ENCODING.search(text[:200])
    if encoding is not None and encoding.group(1).lower() not in ("utf-8", "us-ascii", "ascii"):
        raise CannotWrite(f"the file is {encoding.group(1)}, which is not written")
    open_ones: list[Element] = []
    root: Element | None = None
    for match in _TOKEN.finditer(text):
        if match["name"] is None:
            continue
        if match["close"]:
            element = open_ones.pop()
            element.end = match.end()
            element.inner = (element.inner[0] if element.inner else match.start(), match.start())
            continue
        element = Element(match["name"], match.start(), match.end())
        if open_ones:
            open_ones[-1].children.append(element)
        root = root or element
        if not match["empty"]:
            element.inner = (match.end(), match.end())
            open_ones.append(element)
    if root is None or open_ones:
        raise CannotWrite("its elements cannot be told apart")
    return text, root


@dataclass(frozen=True, slots=True)
class XmlEdits:
    """The edits of one file."""

    path: str
    text: str
    root: Element

    def edits(self, old: Sequence[CorsRule], wanted: WantedRules) -> list[TextEdit]:
        """All of them. Raises ``CannotWrite``."""
        elements = self.root.children
        if len(elements) != len(old):
            raise CannotWrite("its rules cannot be told apart")
        if self.root.inner is None or not elements:
            raise CannotWrite("it has no rules to put others beside")
        kept = [index for index in wanted.replaces if index is not None]
        moved = kept != sorted(kept)
        found: list[TextEdit] = []
        if moved:
            return self._anew(old, wanted)
        behind: Element | None = None
        for rule, replaces in zip(wanted.rules, wanted.replaces, strict=True):
            if replaces is not None:
                behind = elements[replaces]
                found += self._rule(behind, old[replaces], rule)
            else:
                found.append(self._beside(behind, elements, lambda base, rule=rule: self._written(rule, base)))
        found += [self._without(each) for index, each in enumerate(elements) if index not in kept]
        return _at_one_place(found)

    def _anew(self, old: Sequence[CorsRule], wanted: WantedRules) -> list[TextEdit]:
        """Rules in another order: all of them in the place of all, each as it is written."""
        elements = self.root.children
        first = elements[0].start
        base = self._indentation(first)
        texts: list[str] = []
        for rule, replaces in zip(wanted.rules, wanted.replaces, strict=True):
            if replaces is None:
                texts.append(self._written(rule, base))
                continue
            element = elements[replaces]
            inner = [
                TextEdit(self.path, each.start - element.start, each.end - element.start, each.text)
                for each in self._rule(element, old[replaces], rule)
            ]
            texts.append(edited(self.text[element.start : element.end], inner))
        between = self._eol + base if self._starts_line(first) else ""
        return [self._edit(first, elements[-1].end, between.join(texts))]

    def _rule(self, element: Element, old: CorsRule, new: CorsRule) -> Iterator[TextEdit]:
        for api, value in differing_fields(old, new):
            children = [each for each in element.children if each.local == SINGULAR[api]]
            wanted = list(_texts(value))
            kept: list[Element] = []
            for child in children:
                content = self._content(child).strip() if api == "MaxAgeSeconds" else self._content(child)
                if content in wanted:
                    wanted.remove(content)
                    kept.append(child)
                elif api in ("ID", "MaxAgeSeconds") and wanted and child.inner is not None:
                    yield self._edit(*child.inner, _escaped(wanted.pop()))
                else:
                    yield self._without(child)
            for text in wanted:
                after = kept[-1] if kept else children[-1] if children else self._before(element, api)
                tag = self._tag(SINGULAR[api], text)
                yield self._beside(after, element.children, lambda base, tag=tag: tag)

    def _before(self, rule: Element, api: str) -> Element | None:
        order = list(SINGULAR.values())
        earlier = order[: order.index(SINGULAR[api])]
        return next((each for each in reversed(rule.children) if each.local in earlier), None)

    def _content(self, element: Element) -> str:
        from defusedxml.ElementTree import fromstring

        bare = self.text[slice(*element.inner)] if element.inner else ""
        return "".join(fromstring(f"<x>{bare}</x>").itertext())

    def _tag(self, local: str, text: str) -> str:
        return f"<{self._name(local)}>{_escaped(text)}</{self._name(local)}>"

    def _name(self, local: str) -> str:
        prefix, colon, _ = self.root.name.rpartition(":")
        return f"{prefix}{colon}{local}"

    def _written(self, rule: CorsRule, base: str) -> str:
        sample = self.root.children[-1]
        first = sample.children[0] if sample.children else None
        name = self._name("CORSRule")
        values = dict(rule.by_api_name())
        tags = [self._tag(SINGULAR[api], text) for api in SINGULAR for text in _texts(values[api])]
        if first is None or not self._starts_line(first.start):
            return f"<{name}>{''.join(tags)}</{name}>"
        inner, outer = self._indentation(first.start), self._indentation(sample.start)
        unit = inner.removeprefix(outer) if inner.startswith(outer) else "  "
        lines = "".join(f"{self._eol}{base}{unit}{tag}" for tag in tags)
        return f"<{name}>{lines}{self._eol}{base}</{name}>"

    def _beside(self, after: Element | None, siblings: Sequence[Element], written: object) -> TextEdit:
        """An element behind another, or before all."""
        assert callable(written)  # noqa: S101 - a function of the indentation
        sample = after or siblings[0]
        base = self._indentation(sample.start)
        own_line = self._starts_line(sample.start)
        text = written(base)
        if not own_line:
            at = sample.start if after is None else after.end
            return self._edit(at, at, text)
        if after is None:
            before = _LAST_BREAK.search(self.text, 0, self._line_start(sample.start))
            at = before.start() if before else sample.start
        else:
            at = self._end_of_line(after.end) or after.end
        return self._edit(at, at, self._eol + base + text)

    def _without(self, element: Element) -> TextEdit:
        start, stop = element.start, self._end_of_line(element.end)
        if not self._starts_line(start) or stop is None:
            return self._edit(start, element.end, "")
        before = _LAST_BREAK.search(self.text, 0, self._line_start(start))
        return self._edit(before.start() if before else start, stop, "")

    def _end_of_line(self, offset: int) -> int | None:
        """The end of the line where nothing but a comment follows."""
        rest = _REST.match(self.text, offset)
        return rest.end() if rest else None

    @property
    def _eol(self) -> str:
        match = re.search(r"\r\n|\r|\n", self.text)
        return match.group() if match else "\n"

    def _line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def _starts_line(self, offset: int) -> bool:
        start = self._line_start(offset)
        return start > 0 and not self.text[start:offset].strip(" \t")

    def _indentation(self, offset: int) -> str:
        match = re.match(r"[ \t]*", self.text[self._line_start(offset) :])
        return match.group() if match else ""

    def _edit(self, start: int, end: int, text: str) -> TextEdit:
        return TextEdit(self.path, start, end, text)


def _at_one_place(edits: Sequence[TextEdit]) -> list[TextEdit]:
    """What is put in at one place as one edit: two elements that are the same are two all the same."""
    found: dict[tuple[int, int], TextEdit] = {}
    for each in edits:
        before = found.get((each.start, each.end))
        text = each.text if before is None else before.text + each.text
        found[each.start, each.end] = TextEdit(each.path, each.start, each.end, text)
    return list(found.values())


def _texts(value: FieldValue) -> Iterator[str]:
    if isinstance(value, Unknown):
        raise CannotWrite(f"a value is not known: {value.reason}")
    members: Sequence[Text | int] = () if value is None else value if isinstance(value, tuple) else (value,)
    for each in members:
        if isinstance(each, Unknown):
            raise CannotWrite(f"a value is not known: {each.reason}")
        yield str(each)


def _escaped(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise CannotWrite("it holds a character that XML cannot say")
    return "".join(f"&#{ord(each)};" if is_hidden(each) else each for each in escape(text))


def written_configuration(rules: Sequence[CorsRule]) -> str:
    """A whole file. Raises ``CannotWrite``."""
    lines = ['<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">']
    for rule in rules:
        values = dict(rule.by_api_name())
        lines.append("  <CORSRule>")
        lines += [
            f"    <{tag}>{_escaped(text)}</{tag}>" for api, tag in SINGULAR.items() for text in _texts(values[api])
        ]
        lines.append("  </CORSRule>")
    return "\n".join((*lines, "</CORSConfiguration>", ""))
