"""Evaluates a template's expressions without a stack: a value, nothing, or an unknown that says why.

Source of the semantics: CloudFormation user guide, "Intrinsic function reference" and "Pseudo parameters".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from drift.cors.model import Text, Unknown
from drift.interfaces import Inputs
from drift.location import Diagnostic, Severity
from parsers.cloudformation.alternatives import Assumption, Fork
from parsers.cloudformation.calls import PROCESSED, call_of
from parsers.cloudformation.conditions import Conditions, Truth, Undecided
from parsers.cloudformation.constraints import octal_to_some
from parsers.cloudformation.functions import FUNCTIONS, ONLY_EXTENDED, not_evaluated
from parsers.cloudformation.ledger import Ledger
from parsers.cloudformation.loops import LANGUAGE_EXTENSIONS, LOOP, entries_of, expanded, needs_extensions
from parsers.cloudformation.names import BucketNames
from parsers.cloudformation.nested import NestedStacks, Position
from parsers.cloudformation.parameters import Declared, Given, Pseudo, scalar_text
from parsers.cloudformation.template import Template
from parsers.cloudformation.values import Data, Entries, NoValue, Null, Value, settled
from parsers.document import ListNode, MapNode, Node, Scalar, Secret, shown

MAX_NESTING = 100
"""Evaluations inside one another; a template's own nesting is bounded, references through conditions are not."""

MAX_STEPS = 200_000
"""Evaluations of one template, in all its alternatives. Real templates take a few thousand."""

MAX_FAULTS = 100


_PSEUDO = {"AWS::Region": "region", "AWS::AccountId": "account", "AWS::StackName": "stack_name"}
"""Pseudo parameters that have a text of their own, and where it stands in ``Inputs``."""


class Scope:
    """One template with the values that its parameters and pseudo parameters have.

    ``forks`` says that a condition that is not known ends the evaluation with ``Fork``, to go on in two ways; without
    it, what hangs on the condition is known as far as both ways agree.
    """

    def __init__(
        self,
        template: Template,
        given: Given,
        inputs: Inputs,
        position: Position | None = None,
        stack_name: Unknown | None = None,
    ) -> None:
        self.ledger = Ledger()
        self.forks = False
        self.assumed: dict[str, bool] = {}
        self._bound: dict[str, str] = {}
        self._excluded: dict[str, set[str]] = {}
        self.inputs = inputs
        self.position = position
        self._stack_name = stack_name
        self._given = given
        self._cases: dict[tuple[Assumption, ...], Scope] = {}
        self._start(template)
        self._start(expanded(self))

    def _start(self, template: Template) -> None:
        self.template = template
        self.pseudo = Pseudo(self.inputs, self._stack_name)
        self.conditions = Conditions(self)
        self.names = BucketNames(self)
        self.stacks = NestedStacks(self)
        self._parameters: dict[str, Value] = {}
        self._depth = 0

    def under(self, assumed: tuple[Assumption, ...]) -> Scope:
        """The same template, with what is assumed; it forks where more would have to be."""
        if assumed not in self._cases:
            case = Scope.__new__(Scope)
            case.ledger, case.forks, case._given, case._cases = self.ledger, True, self._given, {}
            case.assumed = {each.comparison.key: each.holds for each in assumed}
            case._bound, case._excluded = {}, {}
            for each in assumed:
                case._assume(self.template, each)
            open_ones = ((name, text) for name, text in case._bound.items() if not isinstance(text, Secret))
            pseudo = {_PSEUDO[name]: text for name, text in open_ones if name in _PSEUDO}
            case.position, case._stack_name = self.position, self._stack_name
            case.inputs = replace(self.inputs, **pseudo)  # type: ignore[arg-type]  # all of these are texts
            case._start(self.template)
            self._cases[assumed] = case
        return self._cases[assumed]

    def _assume(self, template: Template, assumption: Assumption) -> None:
        if assumption.comparison.bound is None:
            return
        name, text = assumption.comparison.bound
        node = template.parameters.get(name) if template.parameters is not None else None
        declared = Declared(name, node) if isinstance(node, MapNode) else None
        if declared is None and name not in _PSEUDO:
            return
        if assumption.holds:
            self._bound[name] = text
            return
        excluded = self._excluded.setdefault(name, set())
        excluded.add(text)
        left = [value for value in (declared.allowed_values() or () if declared else ()) if value not in excluded]
        if len(left) == 1:
            self._bound[name] = left[0]

    def may_be(self, name: str, text: str) -> bool:
        """Whether a parameter whose value is not known may have this text."""
        node = self.template.parameters.get(name) if self.template.parameters is not None else None
        allowed = Declared(name, node).allowed_values() if isinstance(node, MapNode) else None
        return allowed is None or text in allowed

    def decide(self, truth: Truth) -> bool | Undecided:
        """The truth of a condition on which a value hangs. Raises ``Fork``."""
        if self.forks and isinstance(truth, Undecided) and truth.hangs_on is not None:
            raise Fork(truth.hangs_on)
        return truth

    @contextmanager
    def merging(self) -> Iterator[None]:
        """Do not fork for a while: take what both ways have in common."""
        forks, self.forks = self.forks, False
        try:
            yield
        finally:
            self.forks = forks

    def fault(self, kind: str, message: str, node: Node, advice: str) -> None:
        """Note something for which CloudFormation would refuse the template."""
        if len(self.ledger.faults) < MAX_FAULTS:
            location = node.place.location(self.template.path)
            self.ledger.faults[Diagnostic(Severity.WARNING, kind, message, location, advice)] = None

    @contextmanager
    def deeper(self, node: Node) -> Iterator[Unknown | None]:
        """One evaluation inside another; gives the reason where that is too much."""
        self.ledger.steps += 1
        self._depth += 1
        try:
            if self._depth > MAX_NESTING:
                yield Unknown(f"the expressions that lead to line {node.place.line} are nested too deeply")
            elif self.exhausted:
                yield Unknown("the template is too large to be evaluated")
            else:
                yield None
        finally:
            self._depth -= 1

    @property
    def exhausted(self) -> bool:
        """Whether more was done than one template is worth."""
        return self.ledger.steps > MAX_STEPS

    def spend(self, steps: int) -> None:
        """Count work that one evaluation does beyond its own step."""
        self.ledger.steps += steps

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
        found = self.template.parameters.get(name) if self.template.parameters is not None else None
        if isinstance(found, MapNode):
            value = self._parameter(Declared(name, found), node)
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

    def parameters_taken(self) -> Iterator[tuple[Scalar, Declared, str | None, tuple[str, str] | None]]:
        """The parameters that have been referred to so far: each with its default if that stands for it, and with what
        may be shown of the value that was given and where.
        """
        for key, _ in self.template.parameters.entries if self.template.parameters is not None else ():
            declared = self.ledger.referred.get(key.text)
            if declared is not None:
                yield key, declared, declared.default_for_want_of(self._given), declared.taken_from(self._given)

    def _parameter(self, declared: Declared, node: Node) -> Value:
        line = declared.node.place.line
        if declared.name in self._bound and not declared.is_list:
            bound = self._bound[declared.name]
            return Value(Secret(bound) if declared.is_secret else bound, node)
        resolved, violation = declared.resolve(self._given, self.ledger.patterns)
        if self.ledger.patterns.too_slow and not self.ledger.patterns.told:
            self.ledger.patterns.told = True
            self.fault(
                "slow-pattern",
                "a pattern takes too long to match: no AllowedPattern was held against its value",
                declared.node,
                "simplify AllowedPattern",
            )
        if violation is not None:
            self.fault("parameter-not-allowed", violation, declared.node, "give a value that its declaration allows")
        if isinstance(resolved, tuple):
            self.spend(len(resolved))
            self.ledger.referred[declared.name] = declared
            members = (settled(member, line) for member in resolved)  # merged: one node for all tells none apart
            return Value(tuple(Value(each, node, merged=True) for each in members), node)
        text = settled(resolved, line)
        if isinstance(text, str):
            self.ledger.referred[declared.name] = declared
        return Value(text, node)

    def _call(self, node: Node, name: str, argument: Node) -> Value:
        if name.startswith(LOOP):
            return self._mapping(node) if isinstance(node, MapNode) else Value(Unknown(f"{name} is malformed"), node)
        if name in ONLY_EXTENDED and not self.template.extended:
            advice = f"add Transform: {LANGUAGE_EXTENSIONS}"
            self.fault("needs-transform", needs_extensions(name, node), node, advice)
            return Value(Unknown(needs_extensions(name, node)), node)
        function = FUNCTIONS.get(name)
        if function is None:
            return Value(Unknown(not_evaluated(name, node)), node)
        result = function(self, argument)
        return result if isinstance(result, Value) else Value(result, node)

    def _scalar(self, node: Scalar) -> Data:
        if octal := octal_to_some(node):
            return Unknown(octal)
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
        entries = entries_of(self, node)
        if isinstance(entries, Unknown):
            return Value(entries, node)
        function = next((key.text for key, _ in entries if key.text.startswith("Fn::")), None)
        if function is not None:
            reason = f"{function} on line {node.place.line} changes what stands beside it when deployed: {PROCESSED}"
            return Value(Unknown(reason), node)
        evaluated = ((key, self.value(value)) for key, value in entries)
        return Value(Entries(tuple(entry for entry in evaluated if not isinstance(entry[1].data, NoValue))), node)
