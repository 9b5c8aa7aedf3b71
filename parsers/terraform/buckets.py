"""Which buckets a root module declares, what their CORS rules are, and which have none."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from drift.cors.model import Unknown
from drift.snapshot import Bucket, State
from parsers.terraform.convert import to_text
from parsers.terraform.expand import Instance, evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block, GetAttr, Name, Template, TupleNode
from parsers.terraform.references import bucket_name
from parsers.terraform.rules import Rules, as_text, inline_rules, separate_rules
from parsers.terraform.values import STRING, EvaluationError, Lazy, RefusalError, Unresolved, Value, unknown, unknowns

SOURCE = "terraform"
BUCKET = "aws_s3_bucket"
CONFIGURATION = "aws_s3_bucket_cors_configuration"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A separate CORS configuration: what it says of its bucket."""

    entry: Bucket
    identity: Hashable


@dataclass(frozen=True, slots=True)
class Declared:
    """A bucket resource. ``entry`` has its inline rules, or is absent or unknown where it has none of its own.

    ``identities`` are those of a reference to its name. ``final`` says that the entry stands whatever else is declared.
    """

    entry: Bucket
    identities: frozenset[Hashable]
    final: bool


@dataclass(slots=True)
class RootDeclarations:
    """What one root module declares."""

    buckets: list[Declared] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    opaque: list[tuple[str, list[Value]]] = field(default_factory=list)
    broken: str | None = None


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
    for name in module.module.calls:
        call = module.module_call(name)
        for instance, child in zip(call.expansion.instances, call.children, strict=False):
            if child is not None:
                _gather(child, doubt or call.expansion.reason, found)
            else:
                found.opaque.append(
                    (f"{module.prefix}module.{name}", _arguments(module.module.calls[name], instance.scope))
                )


def _arguments(call: Block, scope: Scope) -> list[Value]:
    values = (
        evaluated(call, name, scope) for name in call.attributes if name not in ("source", "version", "providers")
    )
    return [value for value in values if value is not None]


def _configuration(
    module: ModuleInstance, block: Block, instance: Instance, address: str, doubt: str | None
) -> Configuration:
    name = _text_argument(block, "bucket", instance.scope)
    owner = evaluated(block, "expected_bucket_owner", instance.scope)
    rules = separate_rules(block, instance.scope)
    entry = Bucket(
        name=as_text(name),
        state=State.UNKNOWN,
        source=SOURCE,
        address=address,
        location=block.at,
        account=owner.data if owner is not None and isinstance(owner.data, str) and owner.data else None,
        region=_region(module, block, instance.scope),
        writes_max_age_zero=True,
    )
    identity = name.unresolved.identity if name.unresolved is not None else None
    return Configuration(_with_rules(entry, rules, doubt), identity)


def _bucket(module: ModuleInstance, block: Block, instance: Instance, address: str, doubt: str | None) -> Declared:
    own = _text_argument(block, "bucket", instance.scope) if block.expression("bucket") is not None else None
    name = _safely(lambda: bucket_name(block, instance.scope, address))
    identities: set[Hashable] = {("bucket", address)}
    if own is not None and own.unresolved is not None and own.unresolved.identity is not None:
        identities.add(own.unresolved.identity)
    rules = inline_rules(block, instance.scope)
    entry = Bucket(
        name=as_text(name),
        state=State.ABSENT,
        source=SOURCE,
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


def _text_argument(block: Block, name: str, scope: Scope) -> Value:
    value = evaluated(block, name, scope)
    if value is None or value.is_null:
        return unknown(f"{name} has no value ({block.at})", STRING)
    return _safely(lambda: to_text(value))


def _safely(work: object) -> Value:
    assert callable(work)  # noqa: S101
    try:
        value = work()
    except (EvaluationError, RefusalError) as error:
        return unknown(f"error in the configuration: {error}", STRING)
    assert isinstance(value, Value)  # noqa: S101
    return value


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


def settle(roots: Sequence[RootDeclarations]) -> Iterator[Bucket]:
    """The entries of all roots: a bucket resource without rules has one only if nothing else speaks for the bucket."""
    named = {each.entry.name for root in roots for each in root.configurations if isinstance(each.entry.name, str)}
    for root in roots:
        referred = {each.identity for each in root.configurations if each.identity is not None}
        stray = _stray(root)
        for declared in root.buckets:
            if declared.final:
                yield declared.entry
            elif declared.entry.name not in named and not declared.identities & referred:
                yield _settled(declared, root, stray)
        for configuration in root.configurations:
            yield configuration.entry


def _stray(root: RootDeclarations) -> list[Configuration]:
    """The configurations of which it is not certain that they are for some bucket of this root, or for none."""
    identities = frozenset[Hashable]().union(*(each.identities for each in root.buckets))
    names = {each.entry.name for each in root.buckets if isinstance(each.entry.name, str)}
    return [each for each in root.configurations if each.identity not in identities and each.entry.name not in names]


def _settled(declared: Declared, root: RootDeclarations, stray: Sequence[Configuration]) -> Bucket:
    entry = declared.entry
    if entry.state is not State.ABSENT:
        return entry
    for each in stray:
        if _may_be_same(each.entry.name, entry.name):
            return replace(entry, state=State.UNKNOWN, reason=f"{each.entry.address} may be meant for this bucket")
    for address, arguments in root.opaque:
        if any(_mentions(value, declared) for value in arguments):
            return replace(entry, state=State.UNKNOWN, reason=f"{address} is given this bucket and cannot be read")
    if root.broken is not None:
        return replace(entry, state=State.UNKNOWN, reason=root.broken)
    return entry


def _may_be_same(one: str | Unknown, other: str | Unknown) -> bool:
    if isinstance(one, str):
        return one == other if isinstance(other, str) else other.may_be(one)
    if isinstance(other, str):
        return one.may_be(other)
    starts = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    return starts and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))


def _mentions(value: Value, declared: Declared) -> bool:
    """Whether a value holds the bucket, its name or a reference to its name."""
    if any(isinstance(each, Unresolved) and each.identity in declared.identities for each in unknowns(value)):
        return True
    return any(text in (declared.entry.name, declared.entry.address) for text in _texts(value))


def _texts(value: Value) -> Iterator[str]:
    data = value.data
    if isinstance(data, str):
        yield data
    elif isinstance(data, Lazy):
        yield data.address
    elif isinstance(data, tuple):
        for each in data:
            yield from _texts(each)
    elif isinstance(data, dict):
        for each in data.values():
            yield from _texts(each)
