"""Which arguments and blocks the provider has for CORS rules; all else is refused by Terraform before S3 sees it.

Source: terraform-provider-aws, internal/service/s3/bucket_cors_configuration.go and bucket.go; the meta-arguments are
those of the Terraform language, "Resource Blocks".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from difflib import get_close_matches

from drift.location import Diagnostic, Location, Severity
from parsers.terraform.nodes import Block

BUCKET = "aws_s3_bucket"
CONFIGURATION = "aws_s3_bucket_cors_configuration"

INLINE_FIELDS = frozenset(
    {"allowed_headers", "allowed_methods", "allowed_origins", "expose_headers", "max_age_seconds"}
)
"""Arguments of a ``cors_rule`` in an ``aws_s3_bucket``."""
FIELDS = INLINE_FIELDS | {"id"}
"""Arguments of a ``cors_rule`` in an ``aws_s3_bucket_cors_configuration``."""

_META_ARGUMENTS = frozenset({"count", "for_each", "provider", "depends_on"})
_META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection"})
_ARGUMENTS = frozenset({"bucket", "expected_bucket_owner", "region", "cors_rule"})
_USUAL_SLIPS = {
    "origins": "allowed_origins",
    "methods": "allowed_methods",
    "headers": "allowed_headers",
    "allow_headers": "allowed_headers",
    "exposed_headers": "expose_headers",
    "max_age": "max_age_seconds",
    "max_age_in_seconds": "max_age_seconds",
    "bucket_name": "bucket",
}


def is_misspelt_configuration(type_name: str) -> bool:
    """Whether a resource type looks like that of CORS configurations and is none of the provider's."""
    return type_name.startswith("aws_s3_bucket_cors") and type_name != CONFIGURATION


def misspelt_configuration(type_name: str, at: Location) -> Diagnostic:
    """What is said of such a type."""
    return _fault("resource type", type_name, "The AWS provider", CONFIGURATION, at)


def configuration_faults(block: Block) -> tuple[Diagnostic, ...]:
    """The arguments and blocks that an ``aws_s3_bucket_cors_configuration`` does not have."""
    return tuple(
        _fault(kind, name, CONFIGURATION, _likely(name, _ARGUMENTS), at)
        for kind, name, at in _parts(block)
        if name not in (_ARGUMENTS | _META_ARGUMENTS if kind == "argument" else _META_BLOCKS | {"cors_rule"})
    )


def bucket_faults(block: Block) -> tuple[Diagnostic, ...]:
    """The arguments and blocks of an ``aws_s3_bucket`` that are meant to be ``cors_rule`` and are not."""
    return tuple(
        _fault(kind, name, BUCKET, "cors_rule", at)
        for kind, name, at in _parts(block)
        if name != "cors_rule" and ("cors" in name.lower() or get_close_matches(name, ["cors_rule"], cutoff=0.8))
    )


def rule_faults(rules: Iterable[Block], *, inline: bool) -> tuple[Diagnostic, ...]:
    """The arguments and blocks that a ``cors_rule`` does not have."""
    known, where = (INLINE_FIELDS, f"cors_rule of {BUCKET}") if inline else (FIELDS, "cors_rule")
    return tuple(
        _fault(kind, name, where, _likely(name, known), at)
        for rule in rules
        for kind, name, at in _parts(rule)
        if name not in known or kind == "block"
    )


def missing_fields(given: Set[str], at: Location) -> tuple[Diagnostic, ...]:
    """The fields that an object in ``cors_rule = [...]`` lacks: Terraform wants each of them, null if need be."""
    return tuple(
        Diagnostic(
            Severity.WARNING,
            "missing-argument",
            f'an object in "cors_rule = [...]" has no {name}',
            at,
            f"Terraform refuses it; write {name} = null, or write the rules as cors_rule blocks",
        )
        for name in sorted(INLINE_FIELDS - given)
    )


def _parts(block: Block) -> Iterator[tuple[str, str, Location]]:
    """What stands in a block: the kind, the name and the place; a dynamic block counts as what it makes."""
    for name, attribute in block.attributes.items():
        yield "argument", name, attribute.at
    for inner in block.blocks:
        yield "block", inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type, inner.at


def _fault(kind: str, name: str, owner: str, likely: str | None, at: Location) -> Diagnostic:
    hint = f'; did you mean "{likely}"?' if likely is not None and likely != name else ""
    message = f'{owner} has no {kind} "{name}"{hint}'
    return Diagnostic(Severity.WARNING, "unknown-argument", message, at, "Terraform refuses it; correct the name")


def _likely(name: str, known: Set[str]) -> str | None:
    """The name that is most likely meant, S3's own spelling (``AllowedOrigins``) included."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    if _USUAL_SLIPS.get(plain, plain) in known:
        return _USUAL_SLIPS.get(plain, plain)
    if "cors" in plain and "cors_rule" in known:
        return "cors_rule"
    return next(iter(get_close_matches(plain, sorted(known), n=1, cutoff=0.6)), None)
