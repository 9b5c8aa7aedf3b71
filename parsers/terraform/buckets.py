"""Which buckets a root module declares, what their CORS rules are, and which have none."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, RulePlace, State
from parsers.carried_documents import CLOUD_CONTROL, TYPES
from parsers.terraform import files
from parsers.terraform.expand import Instance, evaluated
from parsers.terraform.expressions import Scope
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.lifecycle import ignores_rules
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block
from parsers.terraform.providers import Provider, provider_of, same_server
from parsers.terraform.references import bucket_name, name_is_made_up, text_argument, text_or_unknown
from parsers.terraform.refusals import refusals, refused_before_values
from parsers.terraform.rules import Rules, as_text, inline_rules, separate_rules
from parsers.terraform.schema import BUCKET, CONFIGURATION, is_misspelt_configuration, misspelt_configuration
from parsers.terraform.secrets import secret_texts
from parsers.terraform.settle import Declared, RootDeclarations
from parsers.terraform.strays import Configuration
from parsers.terraform.validate_walk import ValidateWalk
from parsers.terraform.values import STRING, Value, unknown


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of a resource; ``doubt`` says why it is not known whether it exists."""

    module: ModuleInstance
    block: Block
    instance: Instance
    address: str
    doubt: str | None
    provider: Provider
    walk: ValidateWalk

    @property
    def scope(self) -> Scope:
        """What its arguments are evaluated in."""
        return self.instance.scope

    @property
    def at(self) -> Location:
        """Where it is declared: its block, or the call of the module that is only known in outline."""
        return self.block.at if self.module.outlined is None else self.module.outlined.at

    def entry(self, name: Value) -> Bucket:
        """Its entry before anything is known of its rules."""
        return Bucket(
            name=as_text(name),
            state=State.ABSENT,
            source=files.SOURCE,
            address=self.address,
            location=self.at,
            region=_region(self),
            writes_max_age_zero=True,
            sensitive=frozenset(secret_texts(name)),
        )


def declarations(root: ModuleInstance) -> RootDeclarations:
    """The buckets and configurations of a root module and of all modules that it calls."""
    found = RootDeclarations()
    _gather(root, None, found, ValidateWalk())
    return found


def _gather(module: ModuleInstance, doubt: str | None, found: RootDeclarations, walk: ValidateWalk) -> None:
    if module.module.broken:
        found.broken = f"a file of the module in {module.module.folder or '.'} cannot be read"
    for (type_name, name), block in module.module.resources.items():
        make = _READERS.get(type_name)
        if is_misspelt_configuration(type_name):
            make = _misspelt
        if make is None:
            continue
        expansion = module.expansion("resource", type_name, name, block)
        doubtful = doubt or expansion.reason
        for instance in expansion.instances:
            address = f"{module.prefix}{type_name}.{name}{instance.key}"
            provider = provider_of(module, block.expression("provider"), instance.scope)
            make(found, Resource(module, block, instance, address, doubtful, provider, walk))
    for name, block in module.module.calls.items():
        call = module.module_call(name)
        for instance, child in zip(call.expansion.instances, call.children, strict=False):
            if child is not None:
                _gather(child, doubt or call.expansion.reason, found, walk)
            else:
                from parsers.terraform.opaque import opaque_module

                address = f"{module.prefix}module.{name}{instance.key}"
                found.opaque.append(opaque_module(address, block, instance.scope, call.reason))


def _misspelt(found: RootDeclarations, it: Resource) -> None:
    """A resource of a type that the provider does not have: what it says of its bucket never gets there."""
    fault = misspelt_configuration(it.block.labels[0], it.block.at)
    it.module.run.tell(fault)
    refused = Rules(reason=f"Terraform refuses it: {fault.message} ({it.block.at})")
    _add_configuration(found, it, refused)


def _configuration(found: RootDeclarations, it: Resource) -> None:
    _add_configuration(found, it, separate_rules(it.block, it.scope))


def _add_configuration(found: RootDeclarations, it: Resource, rules: Rules) -> None:
    given = evaluated(it.block, "bucket", it.scope)
    if given is None or given.is_null:
        name = unknown(f"{IN_ERROR}bucket is required and has no value ({it.at})", STRING)
    else:
        name = text_argument(it.block, "bucket", it.scope)
    owner = evaluated(it.block, "expected_bucket_owner", it.scope)
    account = owner.data if owner is not None and isinstance(owner.data, str) and owner.data else None
    identity = name.unresolved.identity if name.unresolved is not None else None
    entry = _with_rules(replace(it.entry(name), state=State.UNKNOWN, account=account), rules, it)
    entry = _told(entry, it)
    found.configurations.append(Configuration(_placed(entry, it), identity))


def _bucket(found: RootDeclarations, it: Resource) -> None:
    own = text_argument(it.block, "bucket", it.scope) if it.block.expression("bucket") is not None else None
    identities: set[Hashable] = {("bucket", it.address)}
    if own is not None and own.unresolved is not None and own.unresolved.identity is not None:
        identities.add(own.unresolved.identity)
    rules = inline_rules(it.block, it.scope)
    name = text_or_unknown(lambda: bucket_name(it.block, it.scope, it.address))
    made_up = name.unresolved is not None and name_is_made_up(it.block, it.scope)
    entry = replace(it.entry(name), account=it.provider.account(), generated=made_up)
    final = rules.cors is not None or rules.reason is not None or rules.none
    if final:
        entry = _with_rules(entry, rules, it)
    elif it.doubt is not None:
        entry = replace(entry, state=State.UNKNOWN, reason=_whether(it.doubt))
    elif ignores_rules(it.block):
        reason = f"ignore_changes leaves its CORS rules to somebody else ({it.block.at})"
        entry = replace(entry, state=State.UNKNOWN, reason=reason)
    entry = _told(entry, it)
    found.buckets.append(Declared(_placed(entry, it), frozenset(identities), final))


def _unread(found: RootDeclarations, it: Resource) -> None:
    from parsers.terraform.other_types import has_no_rules, unread_entry

    if it.block.labels[0] == CLOUD_CONTROL and has_no_rules(it.block, it.scope):
        name = text_argument(it.block, "bucket_name", it.scope)
        identities = (
            frozenset[Hashable]() if name.unresolved is None else frozenset({name.unresolved.identity} - {None})
        )
        entry = replace(it.entry(name), account=it.provider.account())
        if it.doubt is not None:
            entry = replace(entry, state=State.UNKNOWN, reason=_whether(it.doubt))
        found.buckets.append(Declared(entry, identities, final=False))
        return
    unread = unread_entry(it.address, it.block, it.scope)
    if isinstance(unread, Diagnostic):
        it.module.run.tell(unread)
    elif unread is not None:
        found.unread.append(unread)


_READERS = {BUCKET: _bucket, CONFIGURATION: _configuration, **dict.fromkeys(TYPES, _unread)}


def _with_rules(entry: Bucket, rules: Rules, it: Resource) -> Bucket:
    entry = replace(entry, sensitive=entry.sensitive | rules.sensitive)
    for fault in rules.faults if it.module.outlined is None else ():
        it.module.run.tell(fault)
    if it.doubt is not None:
        return replace(entry, state=State.UNKNOWN, reason=_whether(it.doubt))
    ignored = ignores_rules(it.block)
    if ignored is not None and (rules.cors is not None or rules.none):
        it.module.run.tell(_changes_ignored(it, ignored))
        entry = replace(entry, left_alone=ignored)
    if rules.cors is not None:
        outlined = it.module.outlined
        places = rules.places if outlined is None else tuple(RulePlace(outlined.rules_at) for _ in rules.cors.rules)
        return replace(entry, state=State.CONFIGURED, cors=rules.cors, places=places)
    if rules.none:
        return replace(entry, state=State.ABSENT, says_none=True)
    return replace(entry, state=State.UNKNOWN, reason=rules.reason)


def _told(entry: Bucket, it: Resource) -> Bucket:
    """The entry, once it is told what Terraform refuses in a declaration that certainly counts and is written here."""
    if it.doubt is not None or it.module.outlined is not None:
        return entry
    faults = list(refusals(entry))
    refused = it.walk.refusal(it.module, it.block) if not faults and entry.state is not State.UNKNOWN else None
    if refused is not None:
        entry = refused_before_values(entry, refused)
        faults = list(refusals(entry))
    for fault in faults:
        it.module.run.tell_once_at(fault)
    return entry


def _placed(entry: Bucket, it: Resource) -> Bucket:
    """The entry, unknown if its provider sends it to another server than the one that is asked."""
    server, asked = it.provider.server(), it.module.run.inputs.endpoint_url
    if server is None or (server.url is not None and asked is not None and same_server(server.url, asked)):
        return entry
    if server.url is None:
        reason = f"whether its provider sends it to AWS is not known: {server.reason} ({server.at})"
    else:
        reason = f"its provider sends it to {server.url}, which is not AWS ({server.at}); ask that with --endpoint-url"
    return replace(entry, state=State.UNKNOWN, cors=None, places=(), says_none=False, reason=reason)


def _changes_ignored(it: Resource, at: Location) -> Diagnostic:
    resource = it.address.removesuffix(it.instance.key)
    return Diagnostic(
        Severity.WARNING,
        "changes-ignored",
        f"{resource} ignores changes of its CORS rules: Terraform will not put the declared ones back",
        at,
        "put drift of this bucket right by hand, or take the rules out of ignore_changes",
    )


def _whether(doubt: str) -> str:
    return f"whether it exists is not known: {doubt}"


def _region(it: Resource) -> str | None:
    own = evaluated(it.block, "region", it.scope)
    value = own if own is not None and not own.is_null else it.provider.region()
    return value.data if value is not None and isinstance(value.data, str) and value.data else None
