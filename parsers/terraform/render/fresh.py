"""A file from nothing: one ``aws_s3_bucket_cors_configuration`` for each bucket, with the ``import`` that adopts it.

Source: the AWS provider's page of the resource, "Import": the id is the bucket's name, or ``bucket,account`` where
``expected_bucket_owner`` is set. That argument is deprecated and not written; a comment names the account instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from drift.cors.model import CorsRule
from drift.edits import Fresh
from parsers.document.edit_text import is_hidden
from parsers.terraform.render.json_changes import data_of
from parsers.terraform.render.wording import argument_lines, quoted
from parsers.terraform.render.written import Plain
from parsers.terraform.schema import CONFIGURATION

NATIVE, JSON = "terraform", "terraform-json"


def fresh_file(buckets: Sequence[Fresh], dialect: str) -> str:
    """A whole file, as ``terraform fmt`` would have it. Buckets without rules have nothing that could declare it."""
    if dialect == JSON:
        return _json_file([each for each in buckets if each.cors is not None])
    return "\n".join(_native(each) for each in buckets)


def rule_fields(rule: CorsRule) -> dict[str, Plain]:
    """The arguments of a rule in the order in which the provider documents them; unset ones are left out.

    Raises ValueError for a rule with a value that is not known.
    """
    if any(True for _ in rule.unknowns()):
        raise ValueError("a rule with unknown values cannot be written")
    fields = {
        "id": rule.id,
        "allowed_headers": rule.allowed_headers or None,
        "allowed_methods": rule.allowed_methods,
        "allowed_origins": rule.allowed_origins,
        "expose_headers": rule.expose_headers or None,
        "max_age_seconds": rule.max_age_seconds,
    }
    return {name: value for name, value in fields.items() if value is not None}  # type: ignore[misc] # no unknown


def rule_block(rule: CorsRule, indent: str) -> str:
    """A ``cors_rule`` block."""
    return f"{indent}cors_rule {{\n{argument_lines(list(rule_fields(rule).items()), indent + '  ')}{indent}}}\n"


def configuration(label: str, arguments: str, rules: Sequence[CorsRule]) -> str:
    """A resource; ``arguments`` are lines that stand before the rules."""
    blocks = "\n".join(rule_block(rule, "  ") for rule in rules)
    return f"resource {quoted(CONFIGURATION)} {quoted(label)} {{\n{arguments}\n{blocks}}}\n"


def _native(bucket: Fresh) -> str:
    if bucket.cors is None:
        return f"# {_shown(bucket.name)} has no CORS rules, which this resource cannot declare.\n"
    to = f"  to = {CONFIGURATION}.{bucket.label}\n  id = {quoted(bucket.name)}\n"
    where = _where(bucket)
    comment = f"# {where}\n" if where else ""
    resource = configuration(bucket.label, f"  bucket = {quoted(bucket.name)}\n", bucket.cors.rules)
    return f"{comment}import {{\n{to}}}\n\n{resource}"


def _where(bucket: Fresh) -> str:
    """For whom the provider has to work, in words."""
    known = [("account", bucket.account), ("region", bucket.region)]
    words = ", ".join(f"{what} {_shown(value)}" for what, value in known if value)
    return f"{_shown(bucket.name)}: {words}" if words else ""


def _shown(text: str) -> str:
    """A text that stays on its line in a comment."""
    return quoted(text)[1:-1].replace("$${", "${").replace("%%{", "%{")


def _json_file(buckets: Sequence[Fresh]) -> str:
    imports = [{"to": f"{CONFIGURATION}.{each.label}", "id": data_of(each.name, templates=True)} for each in buckets]
    resources = {each.label: dict(_json_body(each)) for each in buckets}
    whole = {"import": imports, "resource": {CONFIGURATION: resources}} if buckets else {}
    written = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    return "".join(json.dumps(each)[1:-1] if each != "\n" and is_hidden(each) else each for each in written)


def _json_body(bucket: Fresh) -> Iterator[tuple[str, object]]:
    where = _where(bucket)
    if where:
        yield "//", where
    yield "bucket", data_of(bucket.name, templates=True)
    assert bucket.cors is not None  # noqa: S101 - the caller looks
    rules: list[Mapping[str, Plain]] = [rule_fields(rule) for rule in bucket.cors.rules]
    yield "cors_rule", [data_of(each, templates=True) for each in rules]
