"""What stands beside a template and says how it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drift.cors.model import Text
from drift.interfaces import Inputs
from drift.location import Diagnostic
from parsers.cloudformation.parameters import Given


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of one stack: its name, account and region, and its parameters with where each value stands.

    ``account`` and ``region`` are told by the file that deploys the stack, and win over what the user gave for all
    stacks; of a parameter, the user's value wins.
    """

    stack_name: str | None = None
    account: str | None = None
    region: str | None = None
    values: Mapping[str, Text] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Diagnostic, ...] = ()

    def inputs(self, inputs: Inputs, *, alone: bool) -> Inputs:
        """What the user gave, with what is told here. A stack name from the user is that of the only stack there is."""
        own = inputs.stack_name if alone or self.stack_name is None else None
        return replace(
            inputs,
            stack_name=own or self.stack_name,
            account=self.account or inputs.account,
            region=self.region or inputs.region,
        )

    def given(self, given: Given) -> Given:
        """The user's values over those that are told here."""
        return Given({**self.values, **given.values}, {**self.sources, **given.sources})
