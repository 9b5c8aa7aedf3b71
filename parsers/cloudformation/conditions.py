"""The ``Conditions`` section, in three values: true, false, or unknown because."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drift.cors.model import Unknown
from parsers.cloudformation.calls import call_of
from parsers.cloudformation.values import same
from parsers.document import ListNode, MapNode, Node, Scalar, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

Truth = bool | Unknown

_NOT_KNOWN = " is not known: "


class Conditions:
    """Evaluates conditions of one template, each once."""

    def __init__(self, section: MapNode | None, scope: Scope) -> None:
        self._section = section
        self._scope = scope
        self._known: dict[str, Truth] = {}
        self._open: set[str] = set()

    def named(self, node: Node) -> Truth:
        """The condition whose name the node holds."""
        if not isinstance(node, Scalar) or node.tag is not None:
            return Unknown(f"the name of a condition is due on line {node.place.line}")
        name = node.text
        if name in self._known:
            return self._known[name]
        definition = self._section.get(name) if self._section is not None else None
        if definition is None:
            return Unknown(f"condition {shown(name)} (line {node.place.line}) is not declared in this template")
        if name in self._open:
            return Unknown(f"condition {name} is defined by itself")
        self._open.add(name)
        try:
            truth = self.truth(definition)
        finally:
            self._open.discard(name)
        if isinstance(truth, Unknown):
            root = truth.reason.rpartition(_NOT_KNOWN)[2]  # not the conditions between: the cause is what helps
            truth = Unknown(f"condition {name}{_NOT_KNOWN}{root}")
        self._known[name] = truth
        return truth

    def truth(self, node: Node) -> Truth:
        """What a condition expression comes to."""
        with self._scope.deeper(node) as too_deep:
            if too_deep is not None:
                return too_deep
            return self._truth(node)

    def _truth(self, node: Node) -> Truth:
        call = call_of(node)
        if call is None and isinstance(node, MapNode) and node.names == ("Condition",):
            return self.named(node.entries[0][1])
        if call is None:
            return Unknown(f"line {node.place.line} holds no condition that can be evaluated")
        name, argument = call
        if name == "Condition":
            return self.named(argument)
        operands = argument.items if isinstance(argument, ListNode) and argument.tag is None else ()
        if name == "Fn::Equals" and len(operands) == 2:
            return self._equals(operands[0], operands[1])
        if name == "Fn::Not" and len(operands) == 1:
            truth = self.truth(operands[0])
            return truth if isinstance(truth, Unknown) else not truth
        if name in ("Fn::And", "Fn::Or") and operands:
            return self._any_or_all(name == "Fn::Or", operands)
        return Unknown(f"{name} on line {node.place.line} is no condition that can be evaluated")

    def _any_or_all(self, wanted: bool, operands: tuple[Node, ...]) -> Truth:
        truths = [self.truth(operand) for operand in operands]
        if any(truth is wanted for truth in truths):
            return wanted
        return next((truth for truth in truths if isinstance(truth, Unknown)), not wanted)

    def _equals(self, left_node: Node, right_node: Node) -> Truth:
        left, right = self._scope.value(left_node), self._scope.value(right_node)
        if isinstance(left.data, str) and isinstance(right.data, str):
            return left.data == right.data
        for one, other in ((left.data, right.data), (right.data, left.data)):
            if isinstance(one, Unknown):
                return False if isinstance(other, str) and not one.may_be(other) else Unknown(one.reason)
        if same(left, right):
            return True
        return Unknown(f"the values compared on line {left_node.place.line} are not texts")
