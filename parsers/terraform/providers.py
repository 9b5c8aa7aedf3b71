"""Which provider configuration a resource uses, and what that says of its region, its account and its server.

Source: Terraform language, "Providers Within Modules" (aliases, inheritance, ``providers``); terraform-provider-aws,
"Provider Configuration" for the arguments; OpenTofu, "Provider Configuration" for ``for_each`` of a provider.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from drift.location import Location
from parsers.terraform.calls import Run
from parsers.terraform.config import Module
from parsers.terraform.convert import to_text
from parsers.terraform.expand import evaluated, expand, nested_blocks
from parsers.terraform.expressions import Scope, evaluate_or_unknown
from parsers.terraform.nodes import Block, Expression, GetAttr, Index, Name, ObjectNode, Template
from parsers.terraform.values import SENSITIVE, EvaluationError, RefusalError, Unresolved, Value, unknown

_ROLE = r"arn:aws[a-z-]*:iam::([0-9]{12}):role/.+"
_ACCOUNT = r"[0-9]{12}"
_AWS_HOST = r"(?:.*\.)?amazonaws\.(?:com|com\.cn|eu)"


class Holder(Protocol):
    """What this module needs of a module instance."""

    @property
    def run(self) -> Run: ...

    @property
    def module(self) -> Module: ...

    @property
    def scope(self) -> Scope: ...

    @property
    def caller(self) -> tuple[Holder, Block, Scope] | None: ...


class Reference(NamedTuple):
    """``aws``, ``aws.alias`` or, with OpenTofu, ``aws.alias[key]``."""

    name: str
    key: Expression | None = None


class Server(NamedTuple):
    """A server in the place of AWS: its URL, or None and the reason why that is not known."""

    url: str | None
    reason: str
    at: Location


class Provider(NamedTuple):
    """A provider configuration of the AWS provider: its block and what that is evaluated in; neither: nothing is set.

    ``reason`` says why it is not known which one it is.
    """

    block: Block | None = None
    scope: Scope | None = None
    reason: str | None = None

    def region(self) -> Value | None:
        """The region that is set, if one is."""
        if self.reason is not None:
            return unknown(self.reason)
        return None if self.block is None or self.scope is None else evaluated(self.block, "region", self.scope)

    def account(self) -> str | None:
        """The 12-digit id of the account in which it works, where the configuration allows only one."""
        if self.block is None or self.scope is None:
            return None
        found = {each for each in (_only_allowed(self.block, self.scope), _of_role(self.block, self.scope)) if each}
        return found.pop() if len(found) == 1 else None

    def server(self) -> Server | None:
        """The server to which calls of S3 go, if that is not AWS."""
        if self.block is None or self.scope is None:
            return None
        try:
            blocks = nested_blocks(self.block, "endpoints", self.scope)
        except (EvaluationError, RefusalError) as error:
            return Server(None, str(error), self.block.at)
        if isinstance(blocks, Unresolved):
            return Server(None, blocks.reason, self.block.at)
        for block, scope in blocks:
            value = evaluated(block, "s3", scope)
            if value is not None and value.unresolved is not None:
                return Server(None, value.unresolved.reason, block.at)
            if value is not None and SENSITIVE in value.marks:
                return Server(None, "its address is sensitive", block.at)
            if value is not None and isinstance(value.data, str) and value.data and not _is_aws(value.data):
                return Server(value.data, "", block.at)
        return None


def provider_of(module: Holder, expression: Expression | None, scope: Scope) -> Provider:
    """The provider configuration that a resource of the module uses: its ``provider`` argument, or the default one."""
    if expression is None:
        return _configured(module, Reference("aws"), scope)
    reference = provider_reference(expression)
    if reference is None:
        return Provider(reason=f"which provider is meant is not known ({expression.at})")
    return _configured(module, reference, scope)


def _configured(module: Holder, reference: Reference, scope: Scope) -> Provider:
    block = module.module.providers.get(reference.name)
    if block is not None and "for_each" in block.attributes:
        return _instance(block, reference, module, scope)
    if block is not None and (set(block.attributes) - {"alias", "version"} or block.blocks or module.caller is None):
        return Provider(block, module.scope)
    if module.caller is None:
        return Provider()
    parent, call, outer = module.caller
    passed = call.expression("providers")
    if isinstance(passed, ObjectNode):
        for key, value in passed.items:
            if provider_reference(key) == Reference(reference.name):
                given = provider_reference(value)
                if given is None:
                    return Provider(reason=f"which provider is meant is not known ({value.at})")
                return _configured(parent, given, outer)
    return _configured(parent, reference, outer) if "." not in reference.name else Provider()


def _instance(block: Block, reference: Reference, module: Holder, scope: Scope) -> Provider:
    """One of the configurations of a provider block with ``for_each``."""
    key = None if reference.key is None else evaluate_or_unknown(reference.key, scope)
    expansion = expand(block, module.scope)
    if key is None or key.unresolved is not None or expansion.reason is not None:
        return Provider(reason=f"which of the {reference.name} providers is meant is not known ({block.at})")
    try:
        wanted = to_text(key).data
    except EvaluationError:
        wanted = None
    for each in expansion.instances:
        if each.name == wanted:
            return Provider(block, each.scope)
    return Provider(reason=f"there is no such {reference.name} provider ({block.at})")


def provider_reference(expression: Expression) -> Reference | None:
    """What is written in ``provider`` and ``providers``, in native or JSON syntax."""
    if isinstance(expression, Index):
        inner = provider_reference(expression.base)
        return None if inner is None or inner.key is not None else Reference(inner.name, expression.key)
    if isinstance(expression, Name):
        return Reference(expression.name)
    if isinstance(expression, GetAttr) and isinstance(expression.base, Name):
        return Reference(f"{expression.base.name}.{expression.name}")
    if isinstance(expression, Template) and len(expression.parts) == 1:
        part = expression.parts[0]
        if isinstance(part, str):
            return Reference(part)
        return provider_reference(part) if isinstance(part, Name | GetAttr | Index) else None
    return None


def same_server(one: str, other: str) -> bool:
    """Whether two URLs name one server: scheme and host in any letter case, the path without a last slash."""
    left, right = urlsplit(one.strip()), urlsplit(other.strip())
    return (left.scheme.lower(), left.netloc.lower(), left.path.rstrip("/")) == (
        right.scheme.lower(),
        right.netloc.lower(),
        right.path.rstrip("/"),
    )


def _is_aws(url: str) -> bool:
    """Whether a URL is one of AWS's own: another region, FIPS, dual stack, an interface endpoint."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return False
    return re.fullmatch(_AWS_HOST, host.lower()) is not None


def _only_allowed(block: Block, scope: Scope) -> str | None:
    value = evaluated(block, "allowed_account_ids", scope)
    members = value.data if value is not None and isinstance(value.data, tuple) else ()
    only = members[0].data if len(members) == 1 else None
    return only if isinstance(only, str) and re.fullmatch(_ACCOUNT, only) else None


def _of_role(block: Block, scope: Scope) -> str | None:
    """The account of the role that is assumed; of several, each is assumed from the one before it."""
    if any(each.type == "dynamic" and each.labels == ("assume_role",) for each in block.blocks):
        return None
    roles = [*block.of_type("assume_role"), *block.of_type("assume_role_with_web_identity")]
    if len(roles) != 1:
        return None
    value = evaluated(roles[0], "role_arn", scope)
    match = re.fullmatch(_ROLE, value.data) if value is not None and isinstance(value.data, str) else None
    return match[1] if match else None
