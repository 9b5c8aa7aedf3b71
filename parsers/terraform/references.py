"""What attributes of resources and data sources are before anything is applied.

A configured argument is what it was set to; a few more follow from it or are given by the user; all else is only known
after apply (terraform internal/plans/objchange; provider source for what ``id`` is).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from parsers.terraform.access import join_text
from parsers.terraform.convert import to_text
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.nodes import Block
from parsers.terraform.partitions import AWS, Partition, partition_of
from parsers.terraform.providers import Holder, provider_of
from parsers.terraform.values import (
    STRING,
    EvaluationError,
    RefusalError,
    Unresolved,
    Value,
    text,
    unknown,
)

BUCKET_IS_ID = frozenset(
    f"aws_s3_bucket_{part}"
    for part in (
        "acl",
        "cors_configuration",
        "lifecycle_configuration",
        "logging",
        "notification",
        "ownership_controls",
        "policy",
        "public_access_block",
        "server_side_encryption_configuration",
        "versioning",
        "website_configuration",
    )
)
"""Resources whose ``bucket`` is a bucket's name, and whose ``id`` is it too, unless they name the bucket's owner."""

_TYPED = ("aws_", "random_", "null_", "time_")
_TEXTS = frozenset({"id", "arn", "hex", "dec", "b64_std", "b64_url"})

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle"})


class Object(NamedTuple):
    """One instance of a resource or data source, with the module that it stands in."""

    module: Holder
    type: str
    block: Block
    scope: Scope
    address: str

    def argument(self, name: str) -> Value | None:
        """An argument, every failure an unknown; None where it is not set, or set to null."""
        value = evaluated(self.block, name, self.scope) if name not in META else None
        return None if value is None or value.is_null else value

    def text(self, name: str) -> str:
        """An argument that is a known text; else the empty one."""
        value = self.argument(name)
        return value.data if value is not None and isinstance(value.data, str) else ""

    def open(self, name: str, reason: str, *, prefix: str = "", suffix: str = "") -> Value:
        """The unknown that one of its attributes is."""
        shown = f"{self.address}.{name} {reason} ({self.block.at})"
        kind = STRING if prefix or suffix or self._is_text(name) else None
        identity = ("attribute", self.address, name)
        if kind is None:
            return unknown(shown, identity=identity)
        return unknown(shown, kind, prefix=prefix, suffix=suffix, identity=identity)

    def _is_text(self, name: str) -> bool:
        """Whether an attribute is a string whatever the version of the provider is: ids and names that AWS gives."""
        return self.type.startswith(_TYPED) and (name in _TEXTS or name.endswith(("_arn", "domain_name")))

    def region(self) -> str | Unresolved | None:
        """The region that it is in: its own, its provider's, or the one that the user gave; None where none is told."""
        inputs = self.module.run.inputs
        provider = provider_of(self.module, self.block.expression("provider"), self.scope)
        for value in (self.argument("region"), provider.region()):
            if value is not None and isinstance(value.data, str) and value.data:
                return value.data
            if value is not None and value.unresolved is not None:
                return value.unresolved
        return inputs.region

    def partition(self) -> Partition | None:
        """The partition that its region is in, if that is known."""
        region = self.region()
        return partition_of(region) if isinstance(region, str) else None


Reader = Callable[[Object, str], Value | None]


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
            marks=name.marks,
        )
    prefix = evaluated(block, "bucket_prefix", scope)
    if prefix is not None and prefix.unresolved is not None:
        start = prefix.unresolved.prefix
    else:
        start = to_text(prefix).text if prefix is not None and not prefix.is_null else "terraform-"
    reason = f"{address} has no fixed name: it is only known after apply ({block.at})"
    return unknown(reason, STRING, prefix=start or "terraform-", identity=("bucket", address))


def name_is_made_up(block: Block, scope: Scope) -> bool:
    """Whether the provider makes up the name of an ``aws_s3_bucket``, behind a prefix that is known."""
    given, prefix = evaluated(block, "bucket", scope), evaluated(block, "bucket_prefix", scope)
    fixed = given is not None and not given.is_null and given.data != ""
    return not fixed and (prefix is None or prefix.unresolved is None)


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
    except EvaluationError as error:
        return unknown(f"{IN_ERROR}{error}", STRING)
    except RefusalError as error:
        return unknown(str(error), STRING)


def bucket_attribute(it: Object, name: str) -> Value | None:
    """What follows from the name of a bucket, of the resource or the data source.

    The regional domain of us-east-1 has the region in it since version 5 of the provider only.
    """
    own = bucket_name(it.block, it.scope, it.address) if it.type == "aws_s3_bucket" else None
    if name in ("id", "bucket"):
        return own
    if own is None or name not in ("arn", "bucket_domain_name", "bucket_regional_domain_name"):
        return None
    known = own.data if isinstance(own.data, str | Unresolved) else ""
    partition, region = it.partition(), it.region()
    reason = f"{it.address}.{name} is only known with the region; give --region ({it.block.at})"
    identity = ("attribute", it.address, name)
    pieces: list[str | Unresolved]
    if name == "arn":
        shown = partition.name if partition else Unresolved(reason, AWS.name, "", identity)
        pieces = ["arn:", shown, ":s3:::", known]
    elif name == "bucket_domain_name":
        pieces = [known, ".s3.", partition.domain if partition else Unresolved(reason, identity=identity)]
    elif not isinstance(region, str) or partition is None:
        pieces = [known, ".s3.", Unresolved(reason, identity=identity)]
    elif region == "us-east-1":
        reason = f"{it.address}.{name} has the region in it or not, as the provider's version is ({it.block.at})"
        pieces = [known, ".s3.", Unresolved(reason, "", AWS.domain, identity)]
    else:
        pieces = [known, f".s3.{region}.{partition.domain}"]
    return join_text(pieces)


def data_bucket_attribute(it: Object, name: str) -> Value | None:
    """The same for ``data.aws_s3_bucket``: the bucket's region is not known, but its partition is."""
    given = it.argument("bucket")
    if given is None:
        return None
    own = to_text(given)
    if name in ("id", "bucket"):
        return own
    partition = it.partition()
    if partition is None or not isinstance(own.data, str | Unresolved):
        return None
    if name == "arn":
        return join_text([f"arn:{partition.name}:s3:::", own.data])
    return join_text([own.data, f".s3.{partition.domain}"]) if name == "bucket_domain_name" else None


def of_bucket(it: Object, name: str) -> Value | None:
    """Attributes of the resources that say one thing of a bucket."""
    if name == "id" and it.block.expression("expected_bucket_owner") is None:
        return it.argument("bucket")
    if it.type == "aws_s3_bucket_website_configuration" and name == "website_endpoint":
        bucket = it.argument("bucket")
        if bucket is not None and isinstance(to_text(bucket).data, str):
            reason = "is only known after apply"
            return it.open(name, reason, prefix=f"{to_text(bucket).text}.s3-website")
    return None


def region_attribute(it: Object, name: str) -> Value | None:
    """``data.aws_region``."""
    if name not in ("name", "id", "region"):
        return None
    own = it.argument("name")
    region = own.data if own is not None and isinstance(own.data, str | Unresolved) else it.region()
    if isinstance(region, Unresolved):
        return Value(STRING, region)
    return it.open(name, "is only known when Terraform reads it; give --region") if region is None else text(region)


def partition_attribute(it: Object, name: str) -> Value | None:
    """``data.aws_partition``."""
    partition = it.partition()
    if name not in ("partition", "id", "dns_suffix", "reverse_dns_prefix"):
        return None
    if partition is None:
        return it.open(name, "is only known when Terraform reads it; give --region")
    if name == "dns_suffix":
        return text(partition.domain)
    return text(partition.reversed_domain if name == "reverse_dns_prefix" else partition.name)


def identity_attribute(it: Object, name: str) -> Value | None:
    """``data.aws_caller_identity``: the account that the provider allows, or the one that the user gave."""
    if name not in ("account_id", "id"):
        return None
    provider = provider_of(it.module, it.block.expression("provider"), it.scope)
    account = provider.account() or it.module.run.inputs.account
    return it.open(name, "is only known when Terraform reads it; give --account") if account is None else text(account)
