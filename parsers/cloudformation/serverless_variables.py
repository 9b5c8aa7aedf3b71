"""Variables of the Serverless Framework: ``${self:custom.x}``, ``${opt:stage, 'dev'}``, ``${file(./x.yml):key}``.

They are resolved in the parsed file, before anything of CloudFormation is: a variable that is all of a value may stand
for a list or a mapping. What only the deployment knows (``env:``, ``ssm:``, ``cf:``) stays as it is written, which the
evaluation of the template then takes as unknown. Only YAML and JSON files inside the tree are read.
Source: Serverless Framework guide, "Variables" (sources, fallback values, nested variables).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.parameters import Given
from parsers.cloudformation.serverless_syntax import Found, Missing, PlacedIn, fallback_choices, variable_parts
from parsers.document import ListNode, MapNode, Node, Place, Scalar, read_document

MAX_STEPS = 30_000
"""Nodes that are made for one file, and hundreds of characters that are put together."""

MAX_DEPTH = 70
"""Variables and values inside one another."""

MAX_TEXT = 20_000
MAX_IN_ONE = 100
"""Variables in one text."""

MAX_NESTED = 20
"""Variables inside one variable."""

DEFAULT_REGION = "us-east-1"
DEFAULT_STAGE = "dev"

_SOURCE = re.compile(r"\s*([A-Za-z][\w-]*(?:\.[\w-]+)*)\s*(?:\(([^()]*)\)\s*)?(:(?!:)|$)(.*)", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]+)?", re.ASCII)
_SUFFIXES = (".yml", ".yaml", ".json")


@dataclass(slots=True)
class Variables:
    """Resolves the variables of one service. Raises ``InputError`` where that comes to too much."""

    tree: Tree
    path: str
    root: MapNode
    given: Given
    inputs: Inputs
    loaded: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    """What the user may give values for: options, parameters and variables of the environment."""
    faults: dict[Diagnostic, None] = field(default_factory=dict)
    defaults: dict[str, tuple[str, Place]] = field(default_factory=dict)
    """Options that were not given, with the fallback that was taken and where."""
    _files: dict[str, Node | None] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _known: dict[str, Found] = field(default_factory=dict)
    _steps: int = 0
    _depth: int = 0

    def node(self, node: Node, path: str | None = None) -> Node:
        """The node with all variables in it resolved that can be."""
        path = path or self.path
        self._steps += 1
        self._depth += 1
        try:
            if self._steps > MAX_STEPS or self._depth > MAX_DEPTH:
                advice = "package the service and name the template in .serverless"
                problem = "the variables of this file come to too much"
                raise InputError(problem, location=Location(self.path), advice=advice)
            if isinstance(node, Scalar):
                return self._scalar(node, path) if "${" in node.text else self._placed(node, path)
            place = self._place(node.place, path)
            if isinstance(node, ListNode):
                return ListNode(tuple(self.node(item, path) for item in node.items), place, node.tag)
            entries = tuple((self._placed(key, path), self.node(value, path)) for key, value in node.entries)
            return MapNode(entries, place, node.tag)
        finally:
            self._depth -= 1

    def text(self, *keys: str) -> str | None:
        """The text under the keys of the service's own file, if it is known."""
        found = self._self(".".join(keys))
        return _text_in(found.node) if isinstance(found, Found) else None

    @property
    def stage(self) -> str | None:
        """The stage that is deployed."""
        given = self._given("stage")
        if given is not None:
            return given
        return self.text("provider", "stage")  # "dev" where it is missing

    def _place(self, place: Place, path: str) -> Place:
        if path == self.path or isinstance(place, PlacedIn):
            return place
        return PlacedIn(place.line, place.end_line, place.column, path)

    def _placed(self, node: Scalar, path: str) -> Scalar:
        return Scalar(node.text, self._place(node.place, path), node.plain, node.tag)

    def _scalar(self, node: Scalar, path: str) -> Node:
        place = self._place(node.place, path)
        bounded = len(node.text) <= MAX_TEXT and node.text.count("${") <= MAX_IN_ONE
        parts = list(variable_parts(node.text)) if bounded else [(node.text, False)]
        if len(parts) == 1 and parts[0][1]:
            found = self._variable(parts[0][0], place)
            if isinstance(found, Found):
                whole = self.node(found.node, found.path)
                if isinstance(whole, Scalar):
                    return Scalar(whole.text, place, whole.plain, node.tag or whole.tag)
                return whole if node.tag is None else self._placed(node, path)
            return self._placed(node, path)
        return Scalar(self._joined(parts, place), place, node.plain, node.tag)

    def _joined(self, parts: list[tuple[str, bool]], place: Place) -> str:
        """The parts as one text; a variable that is not known, or no text, stays as it is written."""
        texts: list[str] = []
        for part, is_variable in parts:
            value = self._text_of(part, place) if is_variable else None
            texts.append(part if value is None and not is_variable else "${" + part + "}" if value is None else value)
        whole = "".join(texts)
        self._steps += len(whole) // 100
        return whole if len(whole) <= MAX_TEXT else "${self:too.long}"

    def _text_of(self, inner: str, place: Place) -> str | None:
        found = self._variable(inner, place)
        if not isinstance(found, Found):
            return None
        return _text_in(self.node(found.node, found.path))

    def _variable(self, inner: str, place: Place) -> Found | Missing | None:
        """What stands between the braces; None where it is not known."""
        if inner.count("${") > MAX_NESTED:
            return None
        if "${" in inner:
            parts = [
                (part, self._text_of(part, place) if variable else part) for part, variable in variable_parts(inner)
            ]
            if any(text is None or "${" in text for _, text in parts):
                return None
            inner = "".join(text or "" for _, text in parts)
        waiting: list[str] = []
        for choice in fallback_choices(inner):
            found = self._choice(choice, place)
            if isinstance(found, Found):
                for name in waiting:
                    if isinstance(found.node, Scalar) and "${" not in found.node.text:
                        self.defaults.setdefault(name, (found.node.text, place))
                return found
            if found is None:
                return None
            if choice.startswith(("opt:", "param:")):
                waiting.append(choice.partition(":")[2].strip())
        return Missing()

    def _choice(self, choice: str, place: Place) -> Found | Missing | None:
        if len(choice) >= 2 and choice[0] == choice[-1] and choice[0] in "'\"":
            return Found(Scalar(choice[1:-1], place), self.path)
        if _NUMBER.fullmatch(choice) or choice in ("true", "false", "null"):
            return Found(Scalar(choice, place, plain=True), self.path)
        match = _SOURCE.fullmatch(choice)
        if match is None:
            return None
        source, argument, colon, address = match.groups()
        address = address.strip()
        if source == "file" and argument is not None:
            return self._file(argument.strip().strip("'\""), address)
        return self._of_source(source, address, place) if colon else None

    def _of_source(self, source: str, address: str, place: Place) -> Found | Missing | None:
        if source == "self":
            return self._self(address)
        text: str | None = None
        if source in ("opt", "param", "env"):
            self.names.add(address)
            text = self._given(address)
            if text is None and source == "param":
                return self._parameter(address)
            if text is None:
                return Missing() if source == "opt" else None
        elif source == "sls" and address == "stage":
            text = self.stage
        elif source == "aws" and address == "region":
            text = self.inputs.region or self.text("provider", "region")
        elif source == "aws" and address == "accountId":
            text = self.inputs.account
        return None if text is None else Found(Scalar(text, place), self.path)

    def _given(self, name: str) -> str | None:
        value = self.given.of(name)
        return value if isinstance(value, str) else None

    def _parameter(self, name: str) -> Found | Missing | None:
        stage = self.stage
        if stage is None:
            return None
        here = Found(self.root, self.path)
        for keys in (f"params.{stage}", f"stages.{stage}.params", "params.default", "stages.default.params"):
            found = self._at(here, f"{keys}.{name}")
            if not isinstance(found, Missing):
                return found
        return Missing()

    def _self(self, address: str) -> Found | Missing | None:
        if address in self._known:
            return self._known[address]
        if address in self._open or len(self._open) > MAX_DEPTH or not address:
            return None  # a value that is made of itself, or the whole file
        self._open.add(address)
        try:
            found = self._at(Found(self.root, self.path), address)
            if isinstance(found, Found) and address == "service" and isinstance(found.node, MapNode):
                found = self._at(found, "name")
            if isinstance(found, Missing) and address in ("provider.stage", "provider.region"):
                name = address.partition(".")[2]
                text = self._given(name) or (DEFAULT_STAGE if name == "stage" else DEFAULT_REGION)
                return Found(Scalar(text, self.root.place), self.path)
            if isinstance(found, Found):
                node = self.node(found.node, found.path)
                if isinstance(node, Scalar) and "${" in node.text:
                    return None
                self._known[address] = Found(node, found.path)
                return self._known[address]
            return found
        finally:
            self._open.discard(address)

    def _at(self, found: Found, address: str) -> Found | Missing | None:
        """What stands under the keys, variables on the way resolved."""
        for key in address.split("."):
            node = found.node
            if isinstance(node, Scalar) and "${" in node.text:
                node = self._on_the_way(found)
                if isinstance(node, Scalar):
                    return None
            if node.tag is not None:
                return None
            member: Node | None = None
            if isinstance(node, MapNode):
                member = node.get(key)
            elif isinstance(node, ListNode) and key.isdecimal() and len(key) < 6 and int(key) < len(node.items):
                member = node.items[int(key)]
            if member is None:
                return Missing()
            found = Found(member, found.path)
        return found

    def _on_the_way(self, found: Found) -> Node:
        """A variable that stands for the mapping into which one looks; not while that is made out of itself."""
        key = f"{found.path}:{found.node.place.line}:{found.node.place.column}"
        if key in self._open:
            return found.node
        self._open.add(key)
        try:
            return self.node(found.node, found.path)
        finally:
            self._open.discard(key)

    def _file(self, name: str, address: str) -> Found | Missing | None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        if name.startswith(("/", "~")) or path.startswith("../") or not path.lower().endswith(_SUFFIXES):
            return None
        if path not in self._files:
            self._files[path] = self._load(path)
        if not self.tree.is_file(path):
            folder, base = posixpath.split(path)
            return None if base in self.tree.names(folder) else Missing()
        root = self._files[path]
        if root is None:
            return None
        return self._at(Found(root, path), address) if address else Found(root, path)

    def _load(self, path: str) -> Node | None:
        if not self.tree.is_file(path):
            return None
        self.loaded.add(path)
        try:
            return read_document(self.tree.read(path), path)
        except InputError as error:
            fault = Diagnostic(Severity.ERROR, "broken-template", error.message, error.location, error.advice)
            self.faults[fault] = None
            return None


def _text_in(node: Node) -> str | None:
    """The text of a node that is one, with no variable left in it."""
    plain = isinstance(node, Scalar) and not node.is_null and node.tag is None and "${" not in node.text
    return node.text if plain and isinstance(node, Scalar) else None
