"""Resource types besides those of the AWS provider's S3 service that can give a bucket CORS rules: seen, not evaluated.

Sources: the schemas of terraform-provider-awscc (``awscc_s3_bucket``, generated from AWS::S3::Bucket) and of
terraform-provider-aws (``aws_cloudformation_stack``, ``aws_cloudcontrolapi_resource``,
``aws_serverlessapplicationrepository_cloudformation_stack``, ``aws_servicecatalog_provisioned_product``).
"""

from __future__ import annotations

from drift.cors.model import Text, Unknown
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, State
from parsers.carried_documents import CLOUD_CONTROL, DOCUMENTS, RULES, SPEAKS_OF_S3
from parsers.terraform import files
from parsers.terraform.expand import evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.nodes import Block, words
from parsers.terraform.references import text_argument
from parsers.terraform.rules import as_text
from parsers.terraform.values import Value

_ELSEWHERE = frozenset({"template_url", "application_id", "type_name", "depends_on", "lifecycle", "provider"})
"""Arguments that tell where the document lies or for what it is, not what is in it."""


def has_no_rules(block: Block, scope: Scope) -> bool:
    """Whether an ``awscc_s3_bucket`` certainly gives its bucket no rules."""
    value = evaluated(block, "cors_configuration", scope)
    return (value is None or value.is_null) and not block.of_type("cors_configuration")


def unread_entry(address: str, block: Block, scope: Scope) -> Bucket | Diagnostic | None:
    """An unknown for a resource that gives CORS rules to a bucket, or speaks of S3 where its document is not known.

    A warning for any other document that is not known; None for one that is known and has no rules.
    """
    type_name = block.labels[0]
    if type_name == CLOUD_CONTROL:
        reason = f"the CORS rules of {type_name} are not evaluated by this program ({block.at})"
        given = as_text(text_argument(block, "bucket_name", scope))
        name: Text = Unknown(reason, given.prefix, given.suffix) if isinstance(given, Unknown) else given
        return Bucket(name, State.UNKNOWN, files.SOURCE, address, reason=reason, location=block.at)
    argument = DOCUMENTS[type_name]
    value = None if argument is None else evaluated(block, argument, scope)
    if value is not None and isinstance(value.data, str) and value.data:
        if RULES not in value.data:
            return None
        reason = f"the CORS rules of {type_name} are not evaluated by this program ({block.at})"
    elif _other_service(block, scope):
        return None
    else:
        why = "" if value is None or value.unresolved is None else f": {value.unresolved.reason}"
        reason = f"the document of {type_name} is not known, and may declare buckets{why} ({block.at})"
        if not _speaks_of_s3(block, scope):
            message = f"the document of {address} is not known: buckets that it declares are not seen"
            help_ = "check those with the template itself: cors-drift check TEMPLATE"
            return Diagnostic(Severity.WARNING, "document-not-known", message, block.at, help_)
    return Bucket(Unknown(reason), State.UNKNOWN, files.SOURCE, address, reason=reason, location=block.at)


def _other_service(block: Block, scope: Scope) -> bool:
    """Whether an ``aws_cloudcontrolapi_resource`` is certainly neither a bucket nor a stack."""
    named = _text(evaluated(block, "type_name", scope))
    return bool(named) and named not in ("AWS::S3::Bucket", "AWS::CloudFormation::Stack")


def _speaks_of_s3(block: Block, scope: Scope) -> bool:
    shown = [*block.labels[1:], _text(evaluated(block, "template_url", scope)).rpartition("/")[2]]
    shown += [name for name in block.attributes if name not in _ELSEWHERE]
    for name, attribute in block.attributes.items():
        if name not in _ELSEWHERE:
            shown += words(attribute.expression)
    return _text(evaluated(block, "type_name", scope)) == "AWS::S3::Bucket" or any(map(SPEAKS_OF_S3.search, shown))


def _text(value: Value | None) -> str:
    return value.data if value is not None and isinstance(value.data, str) else ""
