"""What stands beside a template and says how it is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from drift.cors.model import Text
from drift.interfaces import Inputs
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.parameters import Given
from parsers.document import shown


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of one stack: its name, account and region, and its parameters with where each value stands.

    Without ``told_by`` it comes of the artefact that is deployed (a CDK assembly): account and region win over what the
    user gave for all stacks, and a stack name from the user is that of the only stack there is. With it (the path of a
    file of settings, as ``samconfig.toml``) all that the user gave wins. Of a parameter the user's value always wins.
    """

    stack_name: str | None = None
    account: str | None = None
    region: str | None = None
    values: Mapping[str, Text] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Diagnostic, ...] = ()
    told_by: str | None = None

    def inputs(self, inputs: Inputs, *, alone: bool) -> Inputs:
        """What the user gave, with what is told here."""
        if self.told_by is not None:
            return replace(inputs, stack_name=inputs.stack_name or self.stack_name, region=inputs.region or self.region)
        own = inputs.stack_name if alone or self.stack_name is None else None
        return replace(
            inputs,
            stack_name=own or self.stack_name,
            account=self.account or inputs.account,
            region=self.region or inputs.region,
        )

    def given(self, given: Given) -> Given:
        """The user's values over those that are told here."""
        values = {} if given.broken is not None else self.values
        return Given({**values, **given.values}, {**self.sources, **given.sources}, given.broken)

    def told(self, inputs: Inputs) -> Iterator[Diagnostic]:
        """What is to be said: its remarks, and the settings that were taken because the user gave none."""
        yield from self.remarks
        if self.told_by is None:
            return
        pairs = (("stack name", self.stack_name, inputs.stack_name), ("region", self.region, inputs.region))
        taken = [f"{what} {shown(value)}" for what, value, given in pairs if value and not given]
        if taken:
            message = f"{' and '.join(taken)} {'was' if len(taken) == 1 else 'were'} taken from {self.told_by}"
            advice = "give --stack-name and --region if it is deployed otherwise"
            yield Diagnostic(Severity.INFO, "settings-taken", message, Location(self.told_by), advice)
