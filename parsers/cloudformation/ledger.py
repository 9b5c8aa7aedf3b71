"""What is counted and noted while a template is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field

from drift.location import Diagnostic
from parsers.cloudformation.constraints import Patterns
from parsers.cloudformation.parameters import Declared


@dataclass(slots=True)
class Ledger:
    """What all evaluations of one template share: the work done, the parameters referred to, the faults found."""

    steps: int = 0
    referred: dict[str, Declared] = field(default_factory=dict)
    faults: dict[Diagnostic, None] = field(default_factory=dict)
    made: int = 0
    patterns: Patterns = field(default_factory=Patterns)
    unmade: dict[str, str] = field(default_factory=dict)
    """Loops among the resources that could not be followed, and why."""
