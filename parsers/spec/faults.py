"""Faults of one file, all told with their places, up to a number."""

from __future__ import annotations

from dataclasses import dataclass, field

from drift.location import Diagnostic, Severity
from parsers.document import Node, Scalar, kind_of, shown

MAX_FAULTS = 50


@dataclass(slots=True)
class Faults:
    """Collects them; ``count`` goes on when no more are kept."""

    path: str
    told: list[Diagnostic] = field(default_factory=list)
    count: int = 0

    def add(self, identifier: str, node: Node, message: str, advice: str | None = None) -> None:
        """One fault at a node."""
        self.count += 1
        location = node.place.location(self.path)
        if self.count <= MAX_FAULTS:
            self.told.append(Diagnostic(Severity.ERROR, identifier, message, location, advice))
        elif self.count == MAX_FAULTS + 1:
            message = f"more than {MAX_FAULTS} faults: the rest of this file's are not told"
            self.told.append(Diagnostic(Severity.ERROR, "too-many-faults", message, location, "mend the first ones"))

    def in_order(self) -> list[Diagnostic]:
        """What was told, by line."""
        kept = sorted(self.told[:MAX_FAULTS], key=lambda each: (each.location.line or 0) if each.location else 0)
        return kept + self.told[MAX_FAULTS:]

    def wrong_type(self, node: Node, what: str, due: str, advice: str | None = None) -> None:
        """A value of the wrong kind."""
        self.add("wrong-type", node, f"{what} must be {due}, and there is {described(node)}", advice)


def described(node: Node) -> str:
    """What the node is, with the text of a scalar: ``text "GET"``."""
    kind = kind_of(node)
    if node.tag is not None:
        return f"a value with the tag {shown(node.tag)}"
    return f"{kind} {shown(node.text)}" if isinstance(node, Scalar) and kind in ("text", "a number") else kind
