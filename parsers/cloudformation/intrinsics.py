"""Evaluates a template's expressions without a stack: a value, nothing, or an unknown that says why.

Source of the semantics: CloudFormation user guide, "Intrinsic function reference" and "Pseudo parameters".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drift.cors.model import Text, Unknown
from drift.interfaces import Inputs
from parsers.cloudformation.calls import call_of, mixed_call
from parsers.cloudformation.conditions import Conditions
from parsers.cloudformation.functions import FUNCTIONS
from parsers.cloudformation.names import BucketNames
from parsers.cloudformation.parameters import Declared, Given, Pseudo, scalar_text
from parsers.cloudformation.template import Template
from parsers.cloudformation.values import Data, Entries, NoValue, Null, Value, settled
from parsers.document import ListNode, MapNode, Node, Scalar, shown

MAX_NESTING = 100
"""Evaluations inside one another; a template's own nesting is bounded, references through conditions are not."""

MAX_STEPS = 200_000
"""Evaluations of one template. Real templates take a few thousand."""


class Scope:
    """One template with the values that its parameters and pseudo parameters have."""

    def __init__(self, template: Template, given: Given, inputs: Inputs) -> None:
        self.template = template
        self.pseudo = Pseudo(inputs)
        self.conditions = Conditions(template.conditions, self)
        self.names = BucketNames(self)
        self._given = given
        self._parameters: dict[str, Value] = {}
        self._depth = 0
        self._steps = 0

    @contextmanager
    def deeper(self, node: Node) -> Iterator[Unknown | None]:
        """One evaluation inside another; gives the reason where that is too much."""
        self._steps += 1
        self._depth += 1
        try:
            if self._depth > MAX_NESTING:
                yield Unknown(f"the expressions that lead to line {node.place.line} are nested too deeply")
            elif self._steps > MAX_STEPS:
                yield Unknown("the template is too large to be evaluated")
            else:
                yield None
        finally:
            self._depth -= 1

    def spend(self, steps: int) -> None:
        """Count work that one evaluation does beyond its own step."""
        self._steps += steps

    def value(self, node: Node) -> Value:
        """What the node comes to, with everything inside it."""
        with self.deeper(node) as too_deep:
            return self._value(node) if too_deep is None else Value(too_deep, node)

    def _value(self, node: Node) -> Value:
        call = call_of(node)
        if call is not None:
            return self._call(node, *call)
        if node.tag is not None:
            reason = f"the tag {shown(node.tag)} on line {node.place.line} is not one of CloudFormation's"
            return Value(Unknown(reason), node)
        if isinstance(node, Scalar):
            return Value(self._scalar(node), node)
        return self._list(node) if isinstance(node, ListNode) else self._mapping(node)

    def text(self, node: Node) -> Text:
        """The text that a node comes to."""
        value = self.value(node)
        if isinstance(value.data, str | Unknown):
            return value.data
        return Unknown(f"a text is due on line {node.place.line}, and there is {value.describe()}")

    def items(self, node: Node) -> tuple[Value, ...] | Unknown:
        """The members of the list that a node comes to."""
        value = self.value(node)
        if isinstance(value.data, tuple | Unknown):
            return value.data
        return Unknown(f"a list is due on line {node.place.line}, and there is {value.describe()}")

    def reference(self, name: str, node: Node) -> Value:
        """What ``Ref`` of a name gives."""
        if name == "AWS::NoValue":
            return Value(NoValue(), node)
        pseudo = self.pseudo.of(name)
        if pseudo is not None:
            return Value(pseudo, node)
        if name in self._parameters:
            return self._parameters[name]
        declared = self.template.parameters.get(name) if self.template.parameters is not None else None
        if isinstance(declared, MapNode):
            value = self._parameter(Declared(name, declared), node)
            self._parameters[name] = value
            return value
        line = node.place.line
        resource = self.template.resource(name)
        if resource is None:
            reason = f"{shown(name)} on line {line} is neither a parameter nor a resource of this template"
            return Value(Unknown(reason), node)
        type_node = resource.get("Type")
        kind = type_node.text if isinstance(type_node, Scalar) else "?"
        if kind == "AWS::S3::Bucket":
            return Value(self.names.of(name), node)
        return Value(Unknown(f"the id of {name} ({kind}, line {line}) is known to the deployed stack only"), node)

    def defaults_taken(self) -> Iterator[tuple[Scalar, Declared, str]]:
        """The parameters that have been referred to so far and whose default stands for them, as they are written."""
        for key, node in self.template.parameters.entries if self.template.parameters is not None else ():
            value = self._parameters.get(key.text)
            if value is not None and not isinstance(value.data, Unknown) and isinstance(node, MapNode):
                declared = Declared(key.text, node)
                default = declared.default_for_want_of(self._given)
                if default is not None:
                    yield key, declared, default

    def _parameter(self, declared: Declared, node: Node) -> Value:
        resolved = declared.resolve(self._given)
        if isinstance(resolved, tuple):
            self.spend(len(resolved))
            line = declared.node.place.line
            return Value(tuple(Value(settled(member, line), node) for member in resolved), node)
        return Value(settled(resolved, declared.node.place.line), node)

    def _call(self, node: Node, name: str, argument: Node) -> Value:
        function = FUNCTIONS.get(name)
        if function is None:
            return Value(Unknown(f"{name} on line {node.place.line} cannot be evaluated without the stack"), node)
        result = function(self, argument)
        return result if isinstance(result, Value) else Value(result, node)

    def _scalar(self, node: Scalar) -> Data:
        text = scalar_text(node)
        return Null() if text is None else settled(text, node.place.line)

    def _list(self, node: ListNode) -> Value:
        members: list[Value] = []
        for item in node.items:
            value = self.value(item)
            if value.may_vanish and isinstance(value.data, Unknown):
                return Value(Unknown(value.data.reason), node)  # how many members there are is not known
            if not isinstance(value.data, NoValue):
                members.append(value)
        return Value(tuple(members), node)

    def _mapping(self, node: MapNode) -> Value:
        function = mixed_call(node)
        if function is not None:
            reason = f"{function} on line {node.place.line} changes what stands beside it when the stack is deployed"
            return Value(Unknown(reason), node)
        entries = ((key, self.value(value)) for key, value in node.entries)
        return Value(Entries(tuple(entry for entry in entries if not isinstance(entry[1].data, NoValue))), node)
