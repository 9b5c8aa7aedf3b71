"""``<CORSConfiguration>`` to the nodes of its JSON form, with exact places.

Document types and entities are refused: a rule file needs none, and they are how XML attacks its reader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drift.errors import InputError
from drift.location import Location
from parsers.document import MAX_CHARACTERS, ListNode, MapNode, Node, Place, Scalar, shown
from parsers.spec.faults import Faults
from parsers.spec.rules import near

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MAX_DEPTH = 20
_REPEATED = {
    "AllowedOrigin": "AllowedOrigins",
    "AllowedMethod": "AllowedMethods",
    "AllowedHeader": "AllowedHeaders",
    "ExposeHeader": "ExposeHeaders",
}
_SINGLE = ("ID", "MaxAgeSeconds")
_SINGULAR = {plural: single for single, plural in _REPEATED.items()} | {"ExposedHeader": "ExposeHeader"}


@dataclass(slots=True)
class _Element:
    name: str
    line: int
    column: int
    end_line: int = 0
    text: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(self.line, max(self.line, self.end_line), self.column)


class _Builder:
    """The target of the parser: a tree of elements with their places."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.position: Callable[[], tuple[int, int]] = lambda: (1, 0)
        self.root: _Element | None = None
        self.open: list[_Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line, column = self.position()
        element = _Element(tag, line, column + 1)
        if len(self.open) >= _MAX_DEPTH:
            raise InputError("the elements are nested too deeply", location=Location(self.path, line))
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text.append(text)

    def end(self, tag: str) -> None:
        self.open.pop().end_line = self.position()[0]

    def close(self) -> _Element | None:
        return self.root


def read_xml(content: bytes, path: str, faults: Faults) -> Node | None:
    """The configuration as the mapping with CORSRules that its JSON form would be; None after faults.

    Raises ``InputError`` for what is no XML.
    """
    root = _parse(content, path)
    if _local(root.name) != "CORSConfiguration":
        at = Scalar("", root.place)
        faults.add("unknown-shape", at, f"the root element is {shown(root.name)}, not CORSConfiguration")
        return None
    rules: list[Node] = []
    for element in root.children:
        if _local(element.name) == "CORSRule":
            rules.append(_rule(element, faults))
        else:
            message = f"CORSConfiguration has the unknown element {shown(element.name)}"
            faults.add("unknown-key", Scalar("", element.place), message, "did you mean CORSRule?")
    _no_stray_text(root, faults)
    key = Scalar("CORSRules", root.place)
    return MapNode(((key, ListNode(tuple(rules), root.place)),), root.place)


def _parse(content: bytes, path: str) -> _Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(content) > MAX_CHARACTERS:
        raise InputError("this file is too large", location=Location(path), advice="give the declaring file only")
    builder = _Builder(path)
    parser: Any = DefusedXMLParser(target=builder, forbid_dtd=True)
    expat = parser.parser
    builder.position = lambda: (expat.CurrentLineNumber, expat.CurrentColumnNumber)
    try:
        parser.feed(content)
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        problem = str(error).partition(": line")[0]
        location = Location(path, line, line, column + 1)
        raise InputError(
            f"this is not valid XML: {problem}", location=location, advice="check that every element is closed"
        ) from None
    except DefusedXmlException:
        raise InputError(
            "this XML has a document type or entities, which are not read",
            location=Location(path, expat.CurrentLineNumber),
            advice="remove <!DOCTYPE ...> and <!ENTITY ...>",
        ) from None
    except (ValueError, LookupError) as error:
        raise InputError(
            f"this XML cannot be read: {error}", location=Location(path, 1), advice="save it as UTF-8"
        ) from None
    if not isinstance(root, _Element):
        raise InputError("this XML is empty", location=Location(path, 1))
    return root


def _rule(element: _Element, faults: Faults) -> MapNode:
    lists: dict[str, list[_Element]] = {}
    entries: dict[str, tuple[Scalar, Node]] = {}
    for child in element.children:
        name = _local(child.name)
        at = Scalar(name, child.place)
        if child.children:
            faults.wrong_type(MapNode((), child.place), f"element {name}", "text")
        elif name in _REPEATED:
            lists.setdefault(_REPEATED[name], []).append(child)
            entries.setdefault(_REPEATED[name], (Scalar(_REPEATED[name], child.place), at))
        elif name in entries:
            faults.add("duplicate-element", at, f"element {name} is there twice in one rule", "keep one of them")
        elif name in _SINGLE:
            text = "".join(child.text)
            is_number = name == "MaxAgeSeconds"
            entries[name] = (at, Scalar(text.strip() if is_number else text, child.place, plain=is_number))
        else:
            meant = _SINGULAR.get(name)
            advice = f"did you mean {meant}?" if meant else near(name, (*_REPEATED, *_SINGLE))
            faults.add("unknown-key", at, f"a rule has the unknown element {shown(name)}", advice)
    for name, members in lists.items():
        texts = tuple(Scalar("".join(member.text), member.place) for member in members)
        first, last = members[0], members[-1]
        place = Place(first.line, max(first.line, last.end_line), first.column)
        entries[name] = (entries[name][0], ListNode(texts, place))
    _no_stray_text(element, faults)
    return MapNode(tuple(entries.values()), element.place)


def _no_stray_text(element: _Element, faults: Faults) -> None:
    stray = "".join(element.text).strip()
    if stray:
        message = f"text stands between the elements of {shown(_local(element.name))}: {shown(stray, 30)}"
        faults.add("wrong-type", Scalar("", element.place), message, "remove it")


def _local(name: str) -> str:
    """The name without S3's namespace; with another one it stays as it is, and is not known."""
    return name.removeprefix("{" + NAMESPACE + "}")
