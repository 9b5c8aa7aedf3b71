"""Values that a template computes: which arm of a condition may be edited, and what is left to whoever knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from drift.cors.model import Unknown
from drift.edits import TextEdit
from parsers.cloudformation.render_places import call_in
from parsers.cloudformation.values import settled
from parsers.document import shown
from parsers.document.edit import CannotWrite, Kind, Part, Source
from parsers.document.edit_rules import FieldValue, RuleEdits

_SELF = re.compile(r"\$\{\s*self:\s*([\w.-]+)\s*\}")
MAX_FORKS = 3
"""Conditions on the way to one edit of which both arms are tried."""


class Elsewhere(CannotWrite):
    """What is to change is decided at another place; ``part`` is that place."""

    def __init__(self, reason: str, part: Part, wanted: str) -> None:
        super().__init__(reason)
        self.part = part
        self.wanted = wanted


@dataclass(slots=True)
class Calls:
    """Edits values that are computed. ``choices`` says which arm to take at each condition that is met, the first one
    where it says nothing; ``met`` counts them.
    """

    source: Source
    parameters: Part | None
    mappings: Part | None
    choices: Sequence[int] = ()
    met: int = field(default=0)

    def edits(self, edits: RuleEdits, part: Part, old: FieldValue, new: FieldValue) -> list[TextEdit]:
        """The edits of a computed value. Raises ``CannotWrite``."""
        call = call_in(part)
        if call is None:
            raise self.filled_in(part, new)
        name, argument = call
        if name == "Fn::If" and len(argument.items) == 3:
            taken = self.choices[self.met] if self.met < len(self.choices) else 0
            self.met += 1
            return self.arm(edits, argument.items[1 + taken], old, new)
        raise self.left(name, argument, new)

    def arm(self, edits: RuleEdits, arm: Part, old: FieldValue, new: FieldValue) -> list[TextEdit]:
        """The edits of the arm that is taken. Raises ``CannotWrite``."""
        known = arm.known
        if call_in(known) is not None:
            return self.edits(edits, known, old, new)
        if known.kind is Kind.SCALAR and isinstance(old, str) and known.text != old:
            raise CannotWrite("this arm of the condition has another value")
        if new is None or new == ():
            return no_value(self.source, arm)
        return edits.value(arm, old, new)

    def filled_in(self, part: Part, new: FieldValue) -> CannotWrite:
        """Why a text that is filled in is not changed, with the place from which the framework takes it."""
        if part.kind is not Kind.SCALAR:
            return CannotWrite("it is not written out")
        reason = f"it is filled in: {shown(part.text)}"
        named = _SELF.fullmatch(part.text)
        if named is None or new is None:
            return CannotWrite(reason)
        *above, last = named.group(1).split(".")
        around = self.source.find(*above)
        key = around.known.key_of(last) if around is not None else None
        return CannotWrite(reason) if key is None else Elsewhere(reason, key, _shown(new))

    def left(self, name: str, argument: Part, new: FieldValue) -> CannotWrite:
        """Why a function's result is not changed, with the place where it is decided if there is one."""
        wanted = _shown(new)
        if new is None:
            return CannotWrite(f"it is computed by {name}, and whether it is to be taken out is open")
        if name == "Ref" and argument.kind is Kind.SCALAR:
            declared = self.parameters.key_of(argument.text) if self.parameters is not None else None
            if declared is None:
                return CannotWrite(f"it refers to {argument.text}")
            reason = f"it is the parameter {argument.text}, which whoever deploys gives"
            return Elsewhere(reason, declared, f"{argument.text}={wanted}")
        if name == "Fn::FindInMap" and argument.items and argument.items[0].plain_text:
            mapping = argument.items[0].text
            key = self.mappings.key_of(mapping) if self.mappings is not None else None
            if key is not None:
                return Elsewhere(f"it comes from the mapping {mapping}", self._entry(key, argument), wanted)
        return CannotWrite(f"it is computed by {name}")

    def _entry(self, key: Part, argument: Part) -> Part:
        """The key in a mapping, as far as it is written which one."""
        place, around = key, self.mappings
        for step in argument.items[:3]:
            if around is None or around.kind is not Kind.MAP or step.plain_text is None:
                break
            found = around.key_of(step.text)
            if found is None:
                break
            value = around.get(step.text)
            place, around = found, value.known if value is not None else None
        return place


def no_value(source: Source, arm: Part) -> list[TextEdit]:
    """Have an arm of a condition come to nothing."""
    if source.document.is_json or (arm.flow and arm.kind is Kind.MAP and any(key.quote for key, _ in arm.entries)):
        return source.replaced(arm, {"Ref": "AWS::NoValue"})
    return [TextEdit(source.path, arm.start, arm.end, "!Ref AWS::NoValue")]


def not_literal(text: str) -> str | None:
    """Why CloudFormation, or the framework before it, would not take a text for itself."""
    filled = settled(text, 1)
    if isinstance(filled, Unknown):
        what = "CloudFormation" if "{{resolve:" in text else "another tool"
        return f"{what} would fill in a part of the text {shown(text)}, which a template cannot say as it stands"
    return None


def _shown(value: FieldValue) -> str:
    if isinstance(value, tuple):
        return ",".join(each if isinstance(each, str) else "..." for each in value)
    return "" if value is None or isinstance(value, Unknown) else str(value)
