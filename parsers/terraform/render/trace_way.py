"""One point on the way to where a value is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parsers.terraform.nodes import Expression
from parsers.terraform.render.trace_found import Holder, Hop, Place
from parsers.terraform.render.trace_frames import Frame, Path

DEEP = 80
"""Steps of a way, which is far beyond what anybody writes; circles end here."""


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """An expression on the way, with what is left of the path into its value."""

    expression: Expression
    frame: Frame
    path: Path = ()
    holder: Holder | None = None
    hops: tuple[Hop, ...] = ()
    items: tuple[Holder, ...] = ()
    depth: int = 0

    def to(self, expression: Expression, frame: Frame | None = None, path: Path | None = None) -> At:
        """A further expression of which the value is a part, or that is a part of this one."""
        return replace(
            self,
            expression=expression,
            frame=frame or self.frame,
            path=self.path if path is None else path,
            holder=None,
            depth=self.depth + 1,
        )

    def found(self, node: Expression) -> Place:
        """The place of what hands nothing on."""
        return Place(node, self.frame, self.path, self.holder, self.hops, items=self.items)

    def within(self, expression: Expression, holder: Holder, path: Path) -> At:
        """What an entry or item holds."""
        items = self.items if path else (*self.items, holder)
        return replace(self.to(expression, path=path), holder=holder, items=items)

    def referring(self) -> At:
        """The same, when this expression only refers to where the whole value is written: it could be replaced."""
        if self.path:
            return self
        return replace(self, hops=(*self.hops, Hop(self.expression, self.frame, self.holder)))
