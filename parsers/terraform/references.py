"""What attributes of resources and data sources are before anything is applied.

A configured argument is what it was set to; a few more follow from it or are given by the user; all else is only known
after apply (terraform internal/plans/objchange; provider source for what ``id`` is).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drift.interfaces import Inputs
from parsers.terraform.convert import to_text
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.nodes import Block, Expression
from parsers.terraform.values import STRING, EvaluationError, RefusalError, Unresolved, Value, text, unknown

_BUCKET_IS_ID = frozenset(
    f"aws_s3_bucket_{part}"
    for part in (
        "cors_configuration",
        "ownership_controls",
        "policy",
        "public_access_block",
        "server_side_encryption_configuration",
        "versioning",
        "website_configuration",
    )
)
"""Resources whose ``id`` is the bucket's name, unless they name the bucket's owner."""


class Run(Protocol):
    """What this module needs of a run."""

    @property
    def inputs(self) -> Inputs: ...


class Instance(Protocol):
    """What this module needs of a module instance."""

    @property
    def run(self) -> Run: ...

    def provider_region(self, expression: Expression | None) -> Value | None: ...


def bucket_name(block: Block, scope: Scope, address: str) -> Value:
    """The name of an ``aws_s3_bucket``: its argument, or what is known of the one it will get."""
    given = evaluated(block, "bucket", scope)
    if given is not None and not given.is_null and given.data != "":
        name = to_text(given)
        if name.unresolved is None:
            return name
        return Value(
            STRING,
            Unresolved(name.unresolved.reason, name.unresolved.prefix, name.unresolved.suffix, ("bucket", address)),
        )
    prefix = evaluated(block, "bucket_prefix", scope)
    if prefix is not None and prefix.unresolved is not None:
        start = prefix.unresolved.prefix
    else:
        start = prefix.text if prefix is not None and not prefix.is_null else "terraform-"
    reason = f"{address} has no fixed name: it is only known after apply ({block.at})"
    return unknown(reason, STRING, prefix=start, identity=("bucket", address))


def text_argument(block: Block, name: str, scope: Scope) -> Value:
    """A string argument; unknown where it has no value or is no text."""
    value = evaluated(block, name, scope)
    if value is None or value.is_null:
        return unknown(f"{name} has no value ({block.at})", STRING)
    return text_or_unknown(lambda: to_text(value))


def text_or_unknown(work: Callable[[], Value]) -> Value:
    """The value, with a failure turned into an unknown string."""
    try:
        return work()
    except (EvaluationError, RefusalError) as error:
        return unknown(f"error in the configuration: {error}", STRING)


def resource_attribute(module: Instance, type_name: str, block: Block, scope: Scope, address: str, name: str) -> Value:
    """An attribute of a managed resource."""
    if type_name == "aws_s3_bucket" and name in ("id", "bucket"):
        return bucket_name(block, scope, address)
    if type_name in _BUCKET_IS_ID and name == "id" and block.expression("expected_bucket_owner") is None:
        name = "bucket"
    if type_name == "awscc_s3_bucket" and name == "id":
        name = "bucket_name"
    return _echo(block, scope, address, name, "is only known after apply")


def _echo(block: Block, scope: Scope, address: str, name: str, otherwise: str) -> Value:
    value = evaluated(block, name, scope) if name not in ("count", "for_each", "provider", "depends_on") else None
    if value is None or value.is_null:
        return unknown(f"{address}.{name} {otherwise} ({block.at})", identity=("attribute", address, name))
    return value


def data_attribute(module: Instance, type_name: str, block: Block, scope: Scope, address: str, name: str) -> Value:
    """An attribute of a data source."""
    inputs = module.run.inputs
    found: str | None = None
    advice = ""
    if type_name == "aws_caller_identity" and name in ("account_id", "id"):
        found, advice = inputs.account, "; give --account"
    elif type_name == "aws_region" and name in ("name", "id", "region"):
        found, advice = _region(module, block, scope), "; give --region"
    elif type_name == "aws_partition" and name in ("partition", "id", "dns_suffix"):
        region = _region(module, block, scope)
        found = None if region is None else _partition(region)[1 if name == "dns_suffix" else 0]
        advice = "; give --region"
    if found is not None:
        return text(found)
    if type_name == "aws_s3_bucket" and name == "id":
        name = "bucket"
    return _echo(block, scope, address, name, f"is only known when Terraform reads it{advice}")


def _region(module: Instance, block: Block, scope: Scope) -> str | None:
    for value in (evaluated(block, "region", scope), module.provider_region(block.expression("provider"))):
        if value is not None and isinstance(value.data, str):
            return value.data
        if value is not None and value.unresolved is not None:
            break
    return module.run.inputs.region


def _partition(region: str) -> tuple[str, str]:
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    return ("aws-us-gov", "amazonaws.com") if region.startswith("us-gov-") else ("aws", "amazonaws.com")
