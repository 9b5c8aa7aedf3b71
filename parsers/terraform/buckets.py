"""Which buckets a root module declares, what their CORS rules are, and which have none."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from drift.snapshot import Bucket, State
from parsers.terraform import files
from parsers.terraform.expand import Instance, evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block, GetAttr, Name, Template, TupleNode
from parsers.terraform.opaque import opaque_module
from parsers.terraform.references import bucket_name, text_argument, text_or_unknown
from parsers.terraform.rules import Rules, as_text, inline_rules, separate_rules
from parsers.terraform.settle import Configuration, Declared, RootDeclarations

BUCKET = "aws_s3_bucket"
CONFIGURATION = "aws_s3_bucket_cors_configuration"


def declarations(root: ModuleInstance) -> RootDeclarations:
    """The buckets and configurations of a root module and of all modules that it calls."""
    found = RootDeclarations()
    _gather(root, None, found)
    return found


def _gather(module: ModuleInstance, doubt: str | None, found: RootDeclarations) -> None:
    if module.module.broken:
        found.broken = f"a file of the module in {module.module.folder or '.'} cannot be read"
    for (type_name, name), block in module.module.resources.items():
        if type_name not in (BUCKET, CONFIGURATION):
            continue
        expansion = module.expansion("resource", type_name, name, block)
        doubtful = doubt or expansion.reason
        for instance in expansion.instances:
            address = f"{module.prefix}{type_name}.{name}{instance.key}"
            if type_name == BUCKET:
                found.buckets.append(_bucket(module, block, instance, address, doubtful))
            else:
                found.configurations.append(_configuration(module, block, instance, address, doubtful))
    for name, block in module.module.calls.items():
        call = module.module_call(name)
        for instance, child in zip(call.expansion.instances, call.children, strict=False):
            if child is not None:
                _gather(child, doubt or call.expansion.reason, found)
            else:
                address = f"{module.prefix}module.{name}{instance.key}"
                found.opaque.append(opaque_module(address, block, instance.scope, call.reason))


def _configuration(
    module: ModuleInstance, block: Block, instance: Instance, address: str, doubt: str | None
) -> Configuration:
    name = text_argument(block, "bucket", instance.scope)
    owner = evaluated(block, "expected_bucket_owner", instance.scope)
    rules = separate_rules(block, instance.scope)
    entry = Bucket(
        name=as_text(name),
        state=State.UNKNOWN,
        source=files.SOURCE,
        address=address,
        location=block.at,
        account=owner.data if owner is not None and isinstance(owner.data, str) and owner.data else None,
        region=_region(module, block, instance.scope),
        writes_max_age_zero=True,
    )
    identity = name.unresolved.identity if name.unresolved is not None else None
    return Configuration(_with_rules(entry, rules, doubt), identity)


def _bucket(module: ModuleInstance, block: Block, instance: Instance, address: str, doubt: str | None) -> Declared:
    own = text_argument(block, "bucket", instance.scope) if block.expression("bucket") is not None else None
    name = text_or_unknown(lambda: bucket_name(block, instance.scope, address))
    identities: set[Hashable] = {("bucket", address)}
    if own is not None and own.unresolved is not None and own.unresolved.identity is not None:
        identities.add(own.unresolved.identity)
    rules = inline_rules(block, instance.scope)
    entry = Bucket(
        name=as_text(name),
        state=State.ABSENT,
        source=files.SOURCE,
        address=address,
        location=block.at,
        region=_region(module, block, instance.scope),
        writes_max_age_zero=True,
    )
    if rules.cors is not None or rules.reason is not None or rules.none:
        return Declared(_with_rules(entry, rules, doubt), frozenset(identities), final=True)
    if doubt is not None:
        entry = replace(entry, state=State.UNKNOWN, reason=_whether(doubt))
    elif _ignores_rules(block):
        reason = f"ignore_changes leaves its CORS rules to somebody else ({block.at})"
        entry = replace(entry, state=State.UNKNOWN, reason=reason)
    return Declared(entry, frozenset(identities), final=False)


def _with_rules(entry: Bucket, rules: Rules, doubt: str | None) -> Bucket:
    if doubt is not None:
        return replace(entry, state=State.UNKNOWN, reason=_whether(doubt))
    if rules.cors is not None:
        return replace(entry, state=State.CONFIGURED, cors=rules.cors, places=rules.places)
    if rules.none:
        return replace(entry, state=State.ABSENT, says_none=True)
    return replace(entry, state=State.UNKNOWN, reason=rules.reason)


def _whether(doubt: str) -> str:
    return f"whether it exists is not known: {doubt}"


def _region(module: ModuleInstance, block: Block, scope: Scope) -> str | None:
    own = evaluated(block, "region", scope)
    value = own if own is not None and not own.is_null else module.provider_region(block.expression("provider"))
    return value.data if value is not None and isinstance(value.data, str) and value.data else None


def _ignores_rules(block: Block) -> bool:
    for lifecycle in block.of_type("lifecycle"):
        ignored = lifecycle.expression("ignore_changes")
        if isinstance(ignored, Name | Template) and _first_word(ignored) == "all":
            return True
        if isinstance(ignored, TupleNode) and any(_first_word(each) in ("cors_rule", "all") for each in ignored.items):
            return True
    return False


def _first_word(node: object) -> str:
    """The attribute that an entry of ``ignore_changes`` names, in native or JSON syntax."""
    while isinstance(node, GetAttr) or (not isinstance(node, Name | Template) and hasattr(node, "base")):
        node = node.base
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Template) and len(node.parts) == 1 and isinstance(node.parts[0], str):
        return node.parts[0].split(".")[0].split("[")[0]
    return ""
