"""The ``cors_rule`` blocks of a resource as the value that a reference to them gives.

Source: terraform-provider-aws, internal/service/s3/bucket_cors_configuration.go and bucket.go for the types: a set of
objects of sets in the separate resource, a list of objects of lists in the bucket.
"""

from __future__ import annotations

from parsers.terraform.convert import convert
from parsers.terraform.expand import evaluated, nested_blocks
from parsers.terraform.expressions import Scope
from parsers.terraform.nodes import Block
from parsers.terraform.references import Object
from parsers.terraform.values import NUMBER, STRING, Type, Unresolved, Value, object_of, sequence, unknown

_LISTS = ("allowed_headers", "allowed_methods", "allowed_origins", "expose_headers")


def has_blocks(block: Block, name: str) -> bool:
    """Whether a block has nested blocks of that type, written out or ``dynamic``."""
    return any(each.type == name or (each.type == "dynamic" and each.labels == (name,)) for each in block.blocks)


def rules_as_values(it: Object, kind: str) -> Value:
    """The rules of a resource; ``kind`` is that of the collections, ``set`` or ``list``.

    Raises EvaluationError and RefusalError where there are no such blocks in Terraform either.
    """
    fields = {name: Type(kind, STRING) for name in _LISTS} | {"max_age_seconds": NUMBER}
    if kind == "set":
        fields["id"] = STRING
    rule = Type("object", fields=tuple(sorted(fields.items())))
    blocks = nested_blocks(it.block, "cors_rule", it.scope)
    if isinstance(blocks, Unresolved):
        return unknown(blocks.reason, Type(kind, rule), identity=("attribute", it.address, "cors_rule"))
    return sequence(Type(kind, rule), [_rule(block, scope, fields) for block, scope in blocks])


def _rule(block: Block, scope: Scope, fields: dict[str, Type]) -> Value:
    values: dict[str, Value] = {}
    for name, wanted in fields.items():
        given = evaluated(block, name, scope)
        values[name] = Value(wanted, None) if given is None else convert(given, wanted)
    return object_of(values)
