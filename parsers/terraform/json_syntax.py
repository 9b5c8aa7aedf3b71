"""JSON syntax to ``nodes`` (hcl json/spec.md; Terraform language, "JSON Configuration Syntax").

JSON does not say which properties are nested blocks; that follows from the block types that this package knows. Every
other property is an attribute, and every string in it a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from drift.errors import InputError
from drift.location import Location
from parsers.document import ListNode, MapNode, Node, Scalar, read_json, text_of
from parsers.terraform.nodes import Attribute, Block, Body, Expression, File, Literal, ObjectNode, Template, TupleNode
from parsers.terraform.syntax import parse_expression, parse_text_template
from parsers.terraform.values import FALSE, NULL, TRUE, RefusalError, number

_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "locals": 0,
    "terraform": 0,
}
_COMMENT = "//"
_NESTED = frozenset({"lifecycle", "provisioner", "connection", "dynamic", "content"})
_NESTED_OF_TYPE = {"aws_s3_bucket_cors_configuration": frozenset({"cors_rule"})}
_NESTED_OF_KIND = {
    "variable": frozenset({"validation"}),
    "locals": frozenset[str](),
    "output": frozenset[str](),
    "module": frozenset[str](),
}
_LITERAL = {"variable": frozenset({"default"}), "module": frozenset({"source", "version"})}
"""Arguments whose strings are taken as they stand."""


def parse_json_file(path: str, content: bytes) -> File:
    """A ``.tf.json`` file. Raises InputError with the place."""
    reader = _Reader(path)
    root = read_json(text_of(content, path), path)
    blocks: list[Block] = []
    for kind, node in reader.properties(root):
        labels = _LABELS.get(kind.text)
        if labels is not None:
            blocks.extend(reader.blocks(kind.text, node, labels, kind))
    return File(path, tuple(blocks))


def parse_json_variables(path: str, content: bytes) -> File:
    """A ``.tfvars.json`` file: one property for each variable, all text literal. Raises InputError."""
    reader = _Reader(path)
    root = read_json(text_of(content, path), path)
    attributes = {
        name.text: Attribute(name.text, reader.expression(node, literal=True), reader.at(name, node))
        for name, node in reader.properties(root)
    }
    return File(path, (), attributes)


def parse_json_value(path: str, content: bytes) -> Expression:
    """A file of data as an expression, all text in it literal. Raises InputError."""
    return _Reader(path).expression(read_json(text_of(content, path), path), literal=True)


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path

    def at(self, key: Scalar, node: Node) -> Location:
        """From a property's name to the end of its value."""
        start, end = key.place.location(self._path), node.place.location(self._path)
        return Location(self._path, start.line, end.end_line, start.column)

    def properties(self, node: Node) -> Iterator[tuple[Scalar, Node]]:
        """The properties of an object, or of each object in an array, comments left out."""
        for each in node.items if isinstance(node, ListNode) else (node,):
            if not isinstance(each, MapNode):
                raise InputError("an object is needed here", location=each.place.location(self._path))
            for key, value in each.entries:
                if key.text != _COMMENT:
                    yield key, value

    def blocks(self, kind: str, node: Node, labels: int, key: Scalar, above: tuple[str, ...] = ()) -> Iterator[Block]:
        """The blocks of a type: one property a label, then a body or an array of bodies."""
        if len(above) < labels:
            for name, inner in self.properties(node):
                yield from self.blocks(kind, inner, labels, name, (*above, name.text))
            return
        if isinstance(node, Scalar) and node.is_null:
            return
        for body in node.items if isinstance(node, ListNode) else (node,):
            yield self._block(kind, above, body, key if body is node else None)

    def _block(self, kind: str, labels: tuple[str, ...], body: Node, key: Scalar | None) -> Block:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        nested = _NESTED_OF_KIND.get(kind, _NESTED | _NESTED_OF_TYPE.get(labels[0] if labels else "", frozenset()))
        for name, node in self.properties(body):
            if name.text == "dynamic":
                blocks.extend(self.blocks("dynamic", node, 1, name))
            elif name.text in nested:
                blocks.extend(self.blocks(name.text, node, 0, name))
            else:
                attributes[name.text] = Attribute(name.text, self._argument(kind, name.text, node), self.at(name, node))
        at = body.place.location(self._path) if key is None else self.at(key, body)
        return Block(kind, labels, Body(attributes, tuple(blocks)), at)

    def _argument(self, kind: str, name: str, node: Node) -> Expression:
        text = node.text if isinstance(node, Scalar) and not node.plain else None
        if text is not None and (kind, name) in (("variable", "type"), ("resource", "provider")):
            return parse_expression(self._path, text, node.place.line, node.place.column + 1)
        return self.expression(node, literal=name in _LITERAL.get(kind, ()))

    def expression(self, node: Node, *, literal: bool = False) -> Expression:
        """A JSON value as an expression; with ``literal`` its strings are no templates."""
        at = node.place.location(self._path)
        if isinstance(node, ListNode):
            return TupleNode(tuple(self.expression(each, literal=literal) for each in node.items), at)
        if isinstance(node, MapNode):
            return ObjectNode(
                tuple((self._key(key, literal), self.expression(each, literal=literal)) for key, each in node.entries),
                at,
            )
        if not node.plain:
            return self._key(node, literal)
        if node.is_null or node.is_boolean:
            return Literal(NULL if node.is_null else TRUE if node.text == "true" else FALSE, at)
        try:
            return Literal(number(Decimal(node.text)), at)
        except RefusalError as error:
            raise InputError(str(error), location=at) from error

    def _key(self, scalar: Scalar, literal: bool) -> Expression:
        at = scalar.place.location(self._path)
        if literal:
            return Template((scalar.text,) if scalar.text else (), at)
        return parse_text_template(self._path, scalar.text, at)
