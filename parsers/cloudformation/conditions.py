"""The ``Conditions`` section, in three values: true, false, or undecided because.

Source: CloudFormation user guide, "Condition functions" (``Fn::And`` and ``Fn::Or`` take 2 to 10 conditions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drift.cors.model import Unknown
from parsers.cloudformation.calls import PROCESSED, call_of, written
from parsers.cloudformation.values import Data, same
from parsers.document import ListNode, MapNode, Node, Scalar, Secret, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

_NOT_KNOWN = " is not known: "


@dataclass(frozen=True, slots=True)
class Comparison:
    """One ``Fn::Equals`` whose outcome is not known: what is so in one alternative and not in the other.

    Two with the same ``key`` have the same outcome. ``words`` and ``otherwise`` say what is so if it holds, and if it
    does not; ``bound`` are the parameter and the text that it then has; ``advice`` says what would settle it.
    """

    key: str
    words: str
    otherwise: str
    advice: str
    bound: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """A condition that is not known. ``hangs_on`` is the first comparison to settle, if settling one can help."""

    reason: str
    hangs_on: Comparison | None = None


Truth = bool | Undecided


class Conditions:
    """Evaluates conditions of one template, each once."""

    def __init__(self, scope: Scope) -> None:
        self._section = scope.template.conditions
        self._scope = scope
        self._known: dict[str, Truth] = {}
        self._open: set[str] = set()

    def named(self, node: Node) -> Truth:
        """The condition whose name the node holds."""
        if not isinstance(node, Scalar) or node.tag is not None:
            return Undecided(f"the name of a condition is due on line {node.place.line}")
        name = node.text
        if name in self._known:
            return self._known[name]
        definition = self._section.get(name) if self._section is not None else None
        if definition is None:
            reason = f"condition {shown(name)} (line {node.place.line}) is not declared in this template"
            if self._may_come_from_elsewhere():
                return Undecided(f"{reason}, which includes another: {PROCESSED}")
            self._scope.fault("undeclared-condition", reason, node, "declare it under Conditions")
            return Undecided(reason)
        if name in self._open:
            reason = f"condition {name} is defined by itself"
            self._scope.fault("circular-condition", reason, definition, "CloudFormation refuses circular conditions")
            return Undecided(reason)
        self._open.add(name)
        try:
            truth = self.truth(definition, name)
        finally:
            self._open.discard(name)
        if isinstance(truth, Undecided):
            root = truth.reason.rpartition(_NOT_KNOWN)[2]  # not the conditions between: the cause is what helps
            truth = Undecided(f"condition {name}{_NOT_KNOWN}{root}", truth.hangs_on)
        self._known[name] = truth
        return truth

    def _may_come_from_elsewhere(self) -> bool:
        if self._scope.template.includes:
            return True
        return self._section is not None and any(name.startswith("Fn::") for name in self._section.names)

    def truth(self, node: Node, name: str | None = None) -> Truth:
        """What a condition expression comes to; ``name`` is that of the condition if it is all of its definition."""
        with self._scope.deeper(node) as too_deep:
            if too_deep is not None:
                return Undecided(too_deep.reason)
            return self._truth(node, name)

    def _truth(self, node: Node, of: str | None) -> Truth:
        call = call_of(node)
        if call is None and isinstance(node, MapNode) and node.names == ("Condition",):
            return self.named(node.entries[0][1])
        if call is None:
            return Undecided(f"line {node.place.line} holds no condition that can be evaluated")
        name, argument = call
        if name == "Condition":
            return self.named(argument)
        operands = argument.items if isinstance(argument, ListNode) and argument.tag is None else ()
        if name == "Fn::Equals" and len(operands) == 2:
            return self._equals(operands[0], operands[1], of)
        if name == "Fn::Not" and len(operands) == 1:
            truth = self.truth(operands[0], of and f"not {of}")
            return truth if isinstance(truth, Undecided) else not truth
        if name in ("Fn::And", "Fn::Or") and 2 <= len(operands) <= 10:
            return self._any_or_all(name == "Fn::Or", operands)
        reason = f"{name} on line {node.place.line} is no condition that can be evaluated"
        if name in ("Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"):
            reason = f"{name} on line {node.place.line} does not have the operands that it needs"
            self._scope.fault("malformed-condition", reason, node, "CloudFormation refuses the template")
        return Undecided(reason)

    def _any_or_all(self, wanted: bool, operands: tuple[Node, ...]) -> Truth:
        truths = [self.truth(operand) for operand in operands]
        if any(truth is wanted for truth in truths):
            return wanted
        undecided = [truth for truth in truths if isinstance(truth, Undecided)]
        return next((each for each in undecided if each.hangs_on), undecided[0]) if undecided else not wanted

    def _equals(self, left: Node, right: Node, of: str | None) -> Truth:
        values = self._scope.value(left), self._scope.value(right)
        one, other = (value.data for value in values)
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        if isinstance(one, Unknown):
            return self._open_comparison(left, right, one, other, of)
        if isinstance(other, Unknown):
            return self._open_comparison(right, left, other, one, of)
        if same(*values):
            return True
        return Undecided(f"the values compared on line {left.place.line} are not texts")

    def _open_comparison(self, node: Node, other_node: Node, unknown: Unknown, other: Data, of: str | None) -> Truth:
        """The comparison of what ``node`` comes to, which is not known, with something else."""
        sides = [written(node), written(other_node)]
        if isinstance(other, str) and not isinstance(other, Secret):
            sides[1] = f"text {other!r}"
        if sides[0] == sides[1]:
            return True  # one expression on both sides, whatever it comes to
        key = " = ".join(sorted(sides))
        assumed = self._scope.assumed.get(key)
        if assumed is not None:
            return assumed
        bound = None
        if isinstance(other, str):
            name = _referred(node)
            if not unknown.may_be(other) or (name is not None and not self._scope.may_be(name, other)):
                return False
            bound = (name, other) if name is not None else None
        words = _words(of, node, other_node)
        return Undecided(unknown.reason, Comparison(key, *words, unknown.reason, bound))


def _words(of: str | None, node: Node, other: Node) -> tuple[str, str]:
    """What is so if the comparison holds, and if not; ``of`` is the condition that it makes, a "not" for each turn."""
    if of is None:
        return f"{_shown(node)} is {_shown(other)}", f"{_shown(node)} is not {_shown(other)}"
    name = of.replace("not ", "")
    words = f"{name} is true", f"{name} is false"
    return words if of.count("not ") % 2 == 0 else (words[1], words[0])


def _referred(node: Node) -> str | None:
    call = call_of(node)
    return call[1].text if call is not None and call[0] == "Ref" and isinstance(call[1], Scalar) else None


def _shown(node: Node) -> str:
    if isinstance(node, Scalar) and node.tag is None:
        return shown(node.text)
    return _referred(node) or f"what is compared on line {node.place.line}"
