"""Resource types besides those of the AWS provider's S3 service that can give a bucket CORS rules: seen, not evaluated.

Sources: the schemas of terraform-provider-awscc (``awscc_s3_bucket``, generated from AWS::S3::Bucket) and of
terraform-provider-aws (``aws_cloudformation_stack``, ``aws_cloudcontrolapi_resource``).
"""

from __future__ import annotations

from drift.cors.model import Text, Unknown
from drift.snapshot import Bucket, State
from parsers.terraform import files
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.nodes import Block, words
from parsers.terraform.references import text_argument
from parsers.terraform.rules import as_text

_CLOUD_CONTROL = "awscc_s3_bucket"
_DOCUMENTS = {
    "aws_cloudformation_stack": "template_body",
    "aws_cloudformation_stack_set": "template_body",
    "aws_cloudcontrolapi_resource": "desired_state",
}
"""Types that carry a document for another service, and the argument that holds it."""

TYPES = frozenset({_CLOUD_CONTROL, *_DOCUMENTS})


def unread_entry(type_name: str, address: str, block: Block, scope: Scope) -> Bucket | None:
    """An unknown for a resource that gives CORS rules to a bucket; None if it speaks of none."""
    reason = f"the CORS rules of {type_name} are not evaluated by this program ({block.at})"
    name: Text = Unknown(reason)
    if type_name == _CLOUD_CONTROL:
        if not _has_value(block, "cors_configuration", scope):
            return None
        given = as_text(text_argument(block, "bucket_name", scope))
        name = Unknown(reason, given.prefix, given.suffix) if isinstance(given, Unknown) else given
    elif not _speaks_of_rules(block, _DOCUMENTS[type_name], scope):
        return None
    return Bucket(name, State.UNKNOWN, files.SOURCE, address, reason=reason, location=block.at)


def _has_value(block: Block, name: str, scope: Scope) -> bool:
    value = evaluated(block, name, scope)
    return (value is not None and not value.is_null) or bool(block.of_type(name))


def _speaks_of_rules(block: Block, name: str, scope: Scope) -> bool:
    """Whether a document has a CORS configuration in it, as far as its text or the way it is put together shows."""
    expression = block.expression(name)
    if expression is None:
        return False
    value = evaluated(block, name, scope)
    shown = value.data if value is not None and isinstance(value.data, str) else " ".join(words(expression))
    return "CorsConfiguration" in shown
