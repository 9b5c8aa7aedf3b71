"""Attributes by the type of their resource or data source; the sources are the documents of the providers.

What is written for a type knows only some of its attributes: None sends the caller on to the configured arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from drift.errors import InputError
from drift.location import Location
from parsers.terraform.block_values import has_blocks, rules_as_values
from parsers.terraform.convert import convert, to_text
from parsers.terraform.expressions import Scope, evaluate
from parsers.terraform.references import (
    BUCKET_IS_ID,
    Object,
    Reader,
    bucket_attribute,
    data_bucket_attribute,
    identity_attribute,
    of_bucket,
    partition_attribute,
    region_attribute,
)
from parsers.terraform.syntax import parse_text_template
from parsers.terraform.values import NULL, NUMBER, STRING, EvaluationError, Type, Value, tuple_of, unknown

_AFTER_APPLY = "is only known after apply"
_WHEN_READ = "is only known when Terraform reads it"


def resource_attribute(it: Object, name: str) -> Value:
    """An attribute of a managed resource."""
    reader = _RESOURCES.get(it.type)
    found = reader(it, name) if reader is not None else None
    return found if found is not None else it.argument(name) or it.open(name, _AFTER_APPLY)


def data_attribute(it: Object, name: str) -> Value:
    """An attribute of a data source."""
    reader = _DATA.get(it.type)
    found = reader(it, name) if reader is not None else None
    return found if found is not None else it.argument(name) or it.open(name, _WHEN_READ)


def _cloud_control(it: Object, name: str) -> Value | None:
    return it.argument("bucket_name") if name == "id" else None


def _distribution(it: Object, name: str) -> Value | None:
    partition = it.partition()
    if name != "domain_name" or partition is None or partition.name != "aws":
        return None
    return it.open(name, _AFTER_APPLY, suffix=".cloudfront.net")


def _random_id(it: Object, name: str) -> Value | None:
    if name not in ("hex", "dec", "b64_url", "b64_std"):
        return None
    return it.open(name, _AFTER_APPLY, prefix=it.text("prefix"))


def _random_pet(it: Object, name: str) -> Value | None:
    if name != "id":
        return None
    separator = it.argument("separator")
    between = separator.data if separator is not None and isinstance(separator.data, str) else "-"
    known = separator is None or isinstance(separator.data, str)
    prefix = it.text("prefix")
    return it.open(name, _AFTER_APPLY, prefix=f"{prefix}{between if known else ''}" if prefix else "")


def _random_integer(it: Object, name: str) -> Value | None:
    if name != "result":
        return None
    return unknown(f"{it.address}.result {_AFTER_APPLY} ({it.block.at})", NUMBER, identity=(it.address, name))


def _random_text(it: Object, name: str) -> Value | None:
    if name not in ("result", "id"):
        return None
    shown = f"{it.address}.{name} {_AFTER_APPLY} ({it.block.at})"
    return unknown(shown, STRING, identity=("attribute", it.address, "result"))


def _shuffle(it: Object, name: str) -> Value | None:
    given = it.argument("input")
    if name != "result" or given is None or not isinstance(given.data, tuple) or it.argument("result_count"):
        return None
    reason = f"{it.address}.result is in an order that is only known after apply ({it.block.at})"
    if len(given.data) == 1:
        return convert(given, Type("list", STRING))
    return convert(tuple_of(unknown(reason, STRING) for _ in given.data), Type("list", STRING))


def _terraform_data(it: Object, name: str) -> Value | None:
    """``output`` is ``input`` after apply; until then Terraform knows no more than its type."""
    if name not in ("output", "input", "triggers_replace"):
        return None
    given = it.argument("input" if name == "output" else name)
    if name != "output" or given is None:
        return given or NULL
    return unknown(f"{it.address}.output {_AFTER_APPLY} ({it.block.at})", given.type, identity=(it.address, name))


def _null_data(it: Object, name: str) -> Value | None:
    given = it.argument("inputs")
    return None if name != "outputs" or given is None else convert(given, Type("map", STRING))


def _template_file(it: Object, name: str) -> Value | None:
    """``rendered``: in the template only its variables mean something, and they are texts."""
    given, variables = it.argument("template"), it.argument("vars")
    if name != "rendered" or given is None or not isinstance(given.data, str):
        return None
    values: Mapping[str, Value] = {}
    if variables is not None:
        shown = convert(variables, Type("map", STRING))
        if not isinstance(shown.data, Mapping):
            return None
        values = shown.data
    at = Location(it.block.at.path, it.block.at.line, it.block.at.end_line)
    try:
        template = parse_text_template(at.path, given.data, at)
        return to_text(evaluate(template, Scope(_OnlyVariables(it), it.scope.budget, values)))
    except (InputError, EvaluationError):
        return None


class _OnlyVariables:
    """What names mean in a template that has only its own variables."""

    def __init__(self, it: Object) -> None:
        self._it = it

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        raise EvaluationError(f'the template is not given "{words[0]}"', at)

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        return self._it.scope.names.call(name, args, at)


def _local_file(it: Object, name: str) -> Value | None:
    """``content`` of a file that is there before anything is applied."""
    path = it.argument("filename")
    if name != "content" or path is None or "depends_on" in it.block.attributes:
        return None
    try:
        return it.scope.names.call("file", [path], it.block.at)
    except EvaluationError:
        return None


def _remote_state(it: Object, name: str) -> Value | None:
    if name != "outputs":
        return None
    return it.open(name, "is only known to whom reads that state; give a plan, or the state of this configuration")


def _bucket(it: Object, name: str) -> Value | None:
    """An ``aws_s3_bucket``: its inline rules are computed where none are written."""
    if name != "cors_rule":
        return bucket_attribute(it, name)
    return rules_as_values(it, "list") if has_blocks(it.block, name) else None


def _configuration(it: Object, name: str) -> Value | None:
    return rules_as_values(it, "set") if name == "cors_rule" else of_bucket(it, name)


_RESOURCES: Mapping[str, Reader] = {
    **dict.fromkeys(BUCKET_IS_ID, of_bucket),
    "aws_s3_bucket": _bucket,
    "aws_s3_bucket_cors_configuration": _configuration,
    "awscc_s3_bucket": _cloud_control,
    "aws_cloudfront_distribution": _distribution,
    "random_id": _random_id,
    "random_pet": _random_pet,
    "random_integer": _random_integer,
    "random_string": _random_text,
    "random_uuid": _random_text,
    "random_shuffle": _shuffle,
    "terraform_data": _terraform_data,
}

_DATA: Mapping[str, Reader] = {
    "aws_s3_bucket": data_bucket_attribute,
    "aws_caller_identity": identity_attribute,
    "aws_region": region_attribute,
    "aws_partition": partition_attribute,
    "null_data_source": _null_data,
    "template_file": _template_file,
    "local_file": _local_file,
    "terraform_remote_state": _remote_state,
}
