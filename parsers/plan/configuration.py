"""What the ``configuration`` of a plan tells: which arguments the code gives, and to what they refer.

It is no source of values: templates stand in it unparsed, and dynamic blocks not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from parsers.plan.marks import MAX_MODULE_DEPTH
from parsers.plan.resources import Resource

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/.+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_AWS_HOST = re.compile(r"(?:.*\.)?amazonaws\.(?:com|com\.cn|eu)")


class Provider:
    """A provider configuration, as far as it is written with constants."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self._expressions = _mapping(entry.get("expressions"))

    def constants(self) -> tuple[str | None, str | None]:
        """The region and the 12-digit account id that it is for, each None where the code does not say so plainly."""
        region = _constant(self._expressions.get("region"))
        return region if isinstance(region, str) and region else None, self._account()

    def server(self) -> str | None:
        """The URL to which calls of S3 go, if that is a server other than AWS; ``""`` if it is not known."""
        endpoints = self._expressions.get("endpoints")
        for each in endpoints if isinstance(endpoints, list) else ():
            expression = _mapping(_mapping(each).get("s3"))
            if not expression:
                continue
            url = _constant(expression)
            if not isinstance(url, str):
                return "" if "references" in expression else None
            return None if not url or _is_aws(url) else url
        return None

    def _account(self) -> str | None:
        allowed = _constant(self._expressions.get("allowed_account_ids"))
        found = set(allowed) if isinstance(allowed, list) and len(allowed) == 1 else set()
        roles = self._expressions.get("assume_role")
        for each in roles[-1:] if isinstance(roles, list) else ():
            arn = _constant(_mapping(each).get("role_arn"))
            if isinstance(arn, str) and (role := _ROLE.fullmatch(arn)):
                found.add(role.group(1))
        account = found.pop() if len(found) == 1 else None
        return account if isinstance(account, str) and _ACCOUNT.fullmatch(account) else None


class Configuration:
    """The resources as the code has them. Whatever is not of the expected shape is not there."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        configuration = _mapping(plan.get("configuration"))
        self._providers = _mapping(configuration.get("provider_config"))
        root = configuration.get("root_module")
        self._root = root if isinstance(root, dict) else None
        self._modules: dict[tuple[str, ...], Mapping[tuple[str, str], Mapping[str, Any]]] = {}

    @property
    def known(self) -> bool:
        """Whether the plan holds its code at all."""
        return self._root is not None

    def provider(self, resource: Resource) -> Provider:
        """The provider configuration that a resource uses."""
        key = (self._declared(resource) or {}).get("provider_config_key")
        return Provider(_mapping(self._providers.get(key)) if isinstance(key, str) else {})

    def resources(self) -> Iterator[tuple[tuple[str, ...], str, str, Mapping[str, Any]]]:
        """All managed resources of all modules: the modules around it, its type, its name and its arguments."""
        pending: list[tuple[tuple[str, ...], Any]] = [((), self._root)]
        while pending:
            path, module = pending.pop()
            for (kind, name), entry in self._declared_in(path):
                yield path, kind, name, _mapping(entry.get("expressions"))
            calls = _mapping(_mapping(module).get("module_calls"))
            if len(path) < MAX_MODULE_DEPTH:
                pending += [
                    ((*path, name), _mapping(call).get("module")) for name, call in reversed(list(calls.items()))
                ]

    def expressions(self, resource: Resource) -> Mapping[str, Any] | None:
        """The arguments that the code gives to a resource; None if the plan does not have its code."""
        declared = self._declared(resource)
        expressions = None if declared is None else declared.get("expressions", {})
        return expressions if isinstance(expressions, dict) else None

    def references(self, resource: Resource, argument: str) -> tuple[str, ...]:
        """What the expression of an argument refers to, such as ``aws_s3_bucket.site.id``, the longest first."""
        expression = _mapping((self.expressions(resource) or {}).get(argument))
        found = expression.get("references")
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()

    def _declared(self, resource: Resource) -> Mapping[str, Any] | None:
        if resource.module not in self._modules:
            self._modules[resource.module] = dict(self._declared_in(resource.module))
        return self._modules[resource.module].get((resource.type, resource.name))

    def _declared_in(self, module: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
        at: Any = self._root
        for name in module:
            at = _mapping(_mapping(_mapping(at).get("module_calls")).get(name)).get("module")
        resources = _mapping(at).get("resources")
        for each in resources if isinstance(resources, list) else ():
            entry = _mapping(each)
            kind, label = entry.get("type"), entry.get("name")
            if entry.get("mode") == "managed" and isinstance(kind, str) and isinstance(label, str):
                yield (kind, label), entry


def _constant(expression: object) -> object:
    return _mapping(expression).get("constant_value")


def host_of(url: str) -> tuple[str, int | None] | None:
    """Host and port of a URL, which may be without a scheme; None if it has none."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return None if parts.hostname is None else (parts.hostname, port)


def _is_aws(url: str) -> bool:
    host = host_of(url)
    return host is not None and _AWS_HOST.fullmatch(host[0]) is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
