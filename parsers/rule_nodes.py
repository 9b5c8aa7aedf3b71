"""CORS rules written as a list of mappings under a tool's own names of the fields; for every parser that reads such.

What the tool would refuse is told and leaves the bucket unknown: no rule is ever left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from drift.cors.model import BucketCors, CorsRule, Seconds, Text, TextList, Unknown
from drift.errors import InputError
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, RulePlace, State
from parsers.document import ListNode, MapNode, Node, Scalar, kind_of, read_yaml, shown

_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_FOLDED = {
    "allowedheader": "AllowedHeaders",
    "allowedheaders": "AllowedHeaders",
    "allowedmethod": "AllowedMethods",
    "allowedmethods": "AllowedMethods",
    "allowedorigin": "AllowedOrigins",
    "allowedorigins": "AllowedOrigins",
    "exposeheader": "ExposeHeaders",
    "exposeheaders": "ExposeHeaders",
    "exposedheader": "ExposeHeaders",
    "exposedheaders": "ExposeHeaders",
    "id": "ID",
    "maxage": "MaxAgeSeconds",
    "maxageseconds": "MaxAgeSeconds",
}


def folded(key: str) -> str:
    """A key without what spellings differ in."""
    return key.replace("_", "").replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a tool writes rules.

    ``fields`` are its names of the fields of the S3 API; ``open_text`` says why a text is not what it will be once the
    tool has filled it in, or None, and ``open_mapping`` the same of a mapping (an expression, a secret). ``tool`` is
    its name for messages. ``ordered`` is not set where the tool keeps the rules as a set; ``zero`` says that it stores
    ``MaxAgeSeconds: 0`` where none is declared. ``ignored`` are keys that the tool adds to a rule.
    """

    tool: str
    fields: Mapping[str, str]
    open_text: Callable[[str], str | None]
    ordered: bool = True
    zero: bool = False
    open_mapping: Callable[[MapNode], str | None] = lambda node: None
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML document of a file, and the number of lines above it."""

    root: Node | None
    path: str
    above: int = 0

    def at(self, node: Node) -> Location:
        """Where a node of it stands in the file."""
        place = node.place
        end = max(place.line, place.end_line) + self.above
        return Location(self.path, place.line + self.above, end, place.column)


def documents(text: str, path: str, wanted: Callable[[str], bool]) -> Iterator[Document]:
    """The documents of a YAML file that are wanted, judged by their text. Raises ``InputError`` with the place."""
    starts = [0, *(match.end() for match in _SEPARATOR.finditer(text))]
    ends = [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]
    above, counted = 0, 0
    for start, end in zip(starts, ends, strict=True):
        above += text.count("\n", counted, start)
        counted = start
        part = text[start:end]
        if not wanted(part):
            continue
        try:
            yield Document(read_yaml(part, path), path, above)
        except InputError as error:
            if error.location is not None and error.location.line is not None:
                error.location = replace(error.location, line=error.location.line + above, end_line=None)
            raise


@dataclass(slots=True)
class RuleReader:
    """Reads the rules of one bucket; ``faults`` are what the tool would refuse."""

    spelling: Spelling
    document: Document
    faults: list[Diagnostic] = field(default_factory=list)

    def settle(self, bucket: Bucket, node: Node | None) -> Bucket:
        """The bucket with its rules: none where there is no node, stated to be none where the list is empty."""
        if node is None or (isinstance(node, Scalar) and node.is_null and node.tag is None):
            return replace(bucket, state=State.ABSENT, reason=None)
        if (why := self._open(node)) is not None:
            return replace(bucket, state=State.UNKNOWN, reason=f"the rules are not known: {why}")
        if not isinstance(node, ListNode) or node.tag is not None:
            self.refuse("wrong-type", node, f"the rules must be a list, and there is {kind_of(node)}")
            return self._refused(bucket)
        if not node.items:
            return replace(bucket, state=State.ABSENT, reason=None, says_none=True)
        open_member = next((why for item in node.items if (why := self._open(item))), None)
        if open_member is not None:
            return replace(bucket, state=State.UNKNOWN, reason=f"the rules are not known: {open_member}")
        read = [self._rule(item, index + 1) for index, item in enumerate(node.items)]
        if self.faults:
            return self._refused(bucket)
        rules = tuple(rule for rule, _ in read)
        places = tuple(place for _, place in read)
        cors = BucketCors(rules, ordered=self.spelling.ordered)
        return replace(bucket, state=State.CONFIGURED, reason=None, cors=cors, places=places)

    def text(self, node: Node, what: str) -> Text:
        """A text, or why it is not known."""
        if (why := self._open(node)) is not None:
            return Unknown(why)
        if isinstance(node, Scalar) and not node.is_null:
            return node.text
        self.refuse("wrong-type", node, f"{what} must be text, and there is {kind_of(node)}")
        return Unknown(f"{what} is no text")

    def refuse(self, identifier: str, node: Node, message: str, advice: str | None = None) -> None:
        """Note what is wrong at a node."""
        advice = advice or f"{self.spelling.tool} would refuse it"
        if len(self.faults) < 20:
            self.faults.append(Diagnostic(Severity.WARNING, identifier, message, self.document.at(node), advice))

    def _refused(self, bucket: Bucket) -> Bucket:
        first = self.faults[0]
        line = f" (line {first.location.line})" if first.location else ""
        return replace(
            bucket, state=State.UNKNOWN, reason=f"{self.spelling.tool} would refuse it: {first.message}{line}"
        )

    def _open(self, node: Node) -> str | None:
        line = node.place.line + self.document.above
        if node.tag is not None:
            return f"the tag {shown(node.tag)} on line {line} is not resolved here"
        if isinstance(node, ListNode):
            return None
        why = self.spelling.open_text(node.text) if isinstance(node, Scalar) else self.spelling.open_mapping(node)
        return f"{why} (line {line})" if why is not None else None

    def _rule(self, node: Node, number: int) -> tuple[CorsRule, RulePlace]:
        where = f"rule {number}"
        place = RulePlace(self.document.at(node))
        if not isinstance(node, MapNode) or node.tag is not None:
            self.refuse("wrong-type", node, f"{where} must be a mapping, and there is {kind_of(node)}")
            return CorsRule((), ()), place
        names = {api: name for name, api in self.spelling.fields.items()}
        found: dict[str, Node] = {}
        fields: list[tuple[str, Location]] = []
        for key, value in node.entries:
            api = self.spelling.fields.get(key.text)
            if key.text in self.spelling.ignored:
                continue
            if api is None:
                meant = names.get(_FOLDED.get(folded(key.text), ""))
                advice = f"did you mean {meant}?" if meant else f"known: {', '.join(self.spelling.fields)}"
                self.refuse("wrong-spelling", key, f"{shown(key.text)} in {where} is no field of a rule", advice)
                continue
            found[api] = value
            end = max(key.place.line, value.place.end_line) + self.document.above
            fields.append((api, replace(self.document.at(key), end_line=end)))
        for api in ("AllowedMethods", "AllowedOrigins"):
            if api not in found and not self.faults:
                self.refuse("missing-property", node, f"{where} has no {names[api]}")
        rule = CorsRule(
            allowed_methods=self._texts(found.get("AllowedMethods"), f"{names['AllowedMethods']} of {where}"),
            allowed_origins=self._texts(found.get("AllowedOrigins"), f"{names['AllowedOrigins']} of {where}"),
            allowed_headers=self._texts(found.get("AllowedHeaders"), f"{names['AllowedHeaders']} of {where}"),
            expose_headers=self._texts(found.get("ExposeHeaders"), f"{names['ExposeHeaders']} of {where}"),
            max_age_seconds=self._seconds(found.get("MaxAgeSeconds"), f"{names['MaxAgeSeconds']} of {where}"),
            id=self._id(found.get("ID"), f"the id of {where}"),
        )
        return rule, replace(place, fields=tuple(fields))

    def _texts(self, node: Node | None, what: str) -> TextList:
        if node is None or (isinstance(node, Scalar) and node.is_null and node.tag is None):
            return ()
        if isinstance(node, ListNode) and node.tag is None:
            return tuple(self.text(item, f"each member of {what}") for item in node.items)
        if (why := self._open(node)) is not None:
            return Unknown(why)
        self.refuse("wrong-type", node, f"{what} must be a list, and there is {kind_of(node)}")
        return ()

    def _seconds(self, node: Node | None, what: str) -> Seconds:
        if node is None or (isinstance(node, Scalar) and node.is_null and node.tag is None):
            return None
        if (why := self._open(node)) is not None:
            return Unknown(why)
        number = node.integer() if isinstance(node, Scalar) else None
        if number is None:
            self.refuse("wrong-type", node, f"{what} must be a whole number, and there is {kind_of(node)}")
        return number

    def _id(self, node: Node | None, what: str) -> Text | None:
        if node is None or (isinstance(node, Scalar) and node.is_null and node.tag is None):
            return None
        return self.text(node, what)
