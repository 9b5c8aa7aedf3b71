"""What parameters and pseudo parameters stand for.

Sources: CloudFormation user guide, "Parameters" (members of list types are trimmed) and "Pseudo parameters".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.cors.model import Text, Unknown
from drift.interfaces import Inputs
from parsers.cloudformation.constraints import Patterns, allowed_values, octal_to_some, text_of_scalar, violation
from parsers.cloudformation.values import MAX_MEMBERS, joined, like
from parsers.document import MapNode, Node, Scalar, Secret, shown

_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
)
"""Start of the region, partition, domain suffix; every other region is in ``aws`` (botocore, partitions.json)."""

_FROM_SSM = "AWS::SSM::Parameter::Value<"


@dataclass(frozen=True, slots=True)
class Given:
    """Values for parameters from outside the template; an unknown one was given in a way that says nothing."""

    values: Mapping[str, Text]
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each value comes from, in words for a message ("params.json:3", "--parameter")."""

    broken: str | None = None
    """A file that cannot be read, and so may give any parameter another value than its default."""

    def of(self, name: str) -> Text | None:
        """The value, or None where none was given."""
        value = self.values.get(name)
        if value is None and self.broken is not None:
            return Unknown(f"parameter {name} may have a value in {self.broken}, which cannot be read")
        return value


@dataclass(frozen=True, slots=True)
class Declared:
    """One entry of the ``Parameters`` section."""

    name: str
    node: MapNode

    @property
    def type(self) -> str:
        """``String`` where it is missing, as in snippets."""
        node = self.node.get("Type")
        return node.text if isinstance(node, Scalar) else "String"

    @property
    def is_list(self) -> bool:
        """Whether its value is a list once it is referred to."""
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")

    def resolve(self, given: Given, patterns: Patterns) -> tuple[Text | tuple[str, ...], str | None]:
        """Its value: what was given, else its default; and what its declaration has against that value."""
        value = given.of(self.name)
        source = given.sources.get(self.name, "the value given") if value is not None else "its default"
        if value is None:
            value = self._default()
        if self.type.startswith(_FROM_SSM):
            key = f" {shown(value)}" if isinstance(value, str) and not self.is_secret else ""
            return Unknown(f"parameter {self.name} is read from the SSM parameter{key} at the deployment"), None
        if value is None:
            return Unknown(f"parameter {self.name} has no value: give one with --parameter {self.name}=VALUE"), None
        if isinstance(value, Unknown):
            return value, None
        fault = violation(self.node, value, patterns, is_list=self.is_list)
        if fault is not None:
            what = "" if self.is_secret or isinstance(value, Secret) else f" {shown(value)}"
            message = f"parameter {self.name} does not allow{what} ({source}): {fault}"
            return Unknown(message), message
        if self.is_secret:
            value = Secret(value)
        if self.is_list:
            if value.count(",") >= MAX_MEMBERS:
                return Unknown(f"parameter {self.name} has more than {MAX_MEMBERS:,} members"), None
            return tuple(like((value,), member.strip()) for member in value.split(",")), None
        return value, None

    def allowed_values(self) -> tuple[str, ...] | None:
        """The only texts that it may have; None where that is not limited, or not so."""
        return None if self.is_list or self.type.startswith(_FROM_SSM) else allowed_values(self.node)

    def taken_from(self, given: Given) -> tuple[str, str] | None:
        """Its value as far as it may be shown, and the source, where it was given by the user."""
        value, source = given.of(self.name), given.sources.get(self.name)
        if not isinstance(value, str) or source is None:
            return None
        return ("its value" if self.is_secret or isinstance(value, Secret) else shown(value)), source

    def default_for_want_of(self, given: Given) -> str | None:
        """Its default where that decides its value, else None. Where the default is a key of SSM it decides nothing."""
        if given.of(self.name) is not None or self.type.startswith(_FROM_SSM):
            return None
        default = self._default()
        return default if isinstance(default, str) else None

    @property
    def is_secret(self) -> bool:
        """Whether its value is not to be shown (``NoEcho``)."""
        node = self.node.get("NoEcho")
        return node is not None and (scalar_text(node) or "true").lower() not in ("false", "no", "off", "0")

    def _default(self) -> Text | None:
        node = self.node.get("Default")
        if node is None:
            return None
        value, octal = scalar_text(node), octal_to_some(node)
        if octal is not None:
            what = "it is a number with a leading zero" if self.is_secret else octal
            return Unknown(f"the default of parameter {self.name} is not known: {what}")
        if value is None:
            return Unknown(f"the default of parameter {self.name} on line {node.place.line} is not a text")
        return value


def scalar_text(node: Node) -> str | None:
    """The text that CloudFormation makes of a scalar: a boolean is ``true`` or ``false``; None for anything else."""
    return text_of_scalar(node)


class Pseudo:
    """The ``AWS::...`` names, from what is known of the deployment."""

    def __init__(self, inputs: Inputs, stack_name: Unknown | None = None) -> None:
        self.account: Text = inputs.account or Unknown("the account is not known: give --account ID")
        self.region: Text = inputs.region or Unknown("the region is not known: give --region REGION")
        unnamed = stack_name or Unknown("the stack name is not known: give --stack-name NAME")
        self.stack_name: Text = inputs.stack_name or unnamed
        self.partition: Text = Unknown("the partition depends on the region: give --region REGION")
        self.url_suffix: Text = Unknown("the domain suffix depends on the region: give --region REGION")
        if inputs.region:
            found = next((row for row in _PARTITIONS if inputs.region.startswith(row[0])), None)
            self.partition, self.url_suffix = (found[1], found[2]) if found else ("aws", "amazonaws.com")

        self._by_name: dict[str, Text] = {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack_name,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": self.url_suffix,
            "AWS::StackId": self._stack_id(),
            "AWS::NotificationARNs": Unknown("AWS::NotificationARNs is known to the deployed stack only"),
        }

    def of(self, name: str) -> Text | None:
        """The value of ``AWS::Name`` (``AWS::NoValue`` is not a text); None where there is no such name."""
        return self._by_name.get(name)

    def _stack_id(self) -> Unknown:
        reason = "the id of a stack (AWS::StackId) is made when it is created"
        where: tuple[Text, ...] = (self.partition, ":cloudformation:", self.region, ":", self.account)
        whole = joined(("arn:", *where, ":stack/", self.stack_name, "/", Unknown(reason)))
        return Unknown(reason, whole.prefix if isinstance(whole, Unknown) else "")
