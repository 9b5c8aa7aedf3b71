"""S3 resources of a plan or a state to declared buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from drift.cors.model import BucketCors, Text, Unknown
from drift.snapshot import Bucket, State
from parsers.plan.configuration import Configuration, host_of
from parsers.plan.hidden import sensitive_in
from parsers.plan.resources import BUCKET, CORS, Resource
from parsers.plan.rules import AFTER_APPLY, rules_of

_ACCOUNT = re.compile(r"[0-9]{12}")
_REFERENCE = re.compile(r'aws_s3_bucket\.([^.\[\]"]+)(\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)')

NOT_TOLD = (
    "the plan does not tell whether its cors_rule is declared, by a dynamic block, or only what S3 has; "
    "give the .tf files instead"
)


def from_plan(
    resources: Sequence[Resource], configuration: Configuration, endpoint_url: str | None = None
) -> Iterator[Bucket]:
    """What a plan's code declares; ``endpoint_url`` is the server that is asked in the place of AWS.

    Raises ``Malformed``.
    """
    owners = Owners(resources, configuration)
    for resource, bucket in _declared(resources, configuration, owners):
        provider = configuration.provider(resource)
        region, account = provider.constants()
        placed = replace(bucket, region=bucket.region or region, account=bucket.account or account)
        silent = resource.type == BUCKET and owners.has_separate(resource)  # the separate resource speaks for it
        yield placed if silent else _elsewhere(placed, provider.server(), endpoint_url)


def _declared(
    resources: Sequence[Resource], configuration: Configuration, owners: Owners
) -> Iterator[tuple[Resource, Bucket]]:
    for resource in resources:
        if resource.actions == ("forget",):
            continue  # no longer this code's business
        name = owners.name(resource)
        if resource.type == CORS and not resource.deleted:
            yield resource, owners.made(resource, _separate(resource, name))
        elif resource.type == CORS and name not in owners.destroyed:
            yield resource, _bucket(resource, name, State.ABSENT)
        elif resource.type == BUCKET and not resource.deleted:
            inline = _inline(resource, name, configuration, separate=owners.has_separate(resource))
            if not (isinstance(name, Unknown) and owners.has_separate(resource) and inline.state is State.ABSENT):
                yield resource, owners.made(resource, inline)


def _elsewhere(bucket: Bucket, server: str | None, asked: str | None) -> Bucket:
    """The entry, unknown if its provider sends it to another server than the one that is asked."""
    if server is None or (asked is not None and server and host_of(server) == host_of(asked)):
        return bucket
    if server:
        reason = f"its provider sends it to {server}, which is not AWS; ask that with --endpoint-url"
    else:
        reason = "whether its provider sends it to AWS is not known: the plan does not tell the endpoint"
    return replace(bucket, state=State.UNKNOWN, cors=None, places=(), says_none=False, reason=reason)


def from_state(resources: Sequence[Resource]) -> Iterator[Bucket]:
    """What a state says was applied, or found at the last refresh. Raises ``Malformed``."""
    separate = {known_name(each.values) for each in resources if each.type == CORS}
    for resource in resources:
        name = known_name(resource.values) or Unknown("the state gives no name for it")
        if resource.type == CORS:
            yield _separate(resource, name)
        elif name in separate or not resource.values.get("cors_rule"):
            # The provider reads the live rules into this attribute, whoever wrote them.
            yield _bucket(resource, name, State.ABSENT)
        else:
            yield _configured(resource, name, ordered=True)


def _separate(resource: Resource, name: Text) -> Bucket:
    if resource.unknown.get("cors_rule") is True:
        return _bucket(resource, name, State.UNKNOWN, reason=f"cors_rule is {AFTER_APPLY}")
    return _configured(resource, name, ordered=False)


def _inline(resource: Resource, name: Text, configuration: Configuration, *, separate: bool) -> Bucket:
    """What the ``cors_rule`` of a bucket itself declares.

    The attribute is computed where the code does not give it: unknown for a bucket to be created, else what S3 has.
    The code in the plan shows ``cors_rule`` blocks and expressions, but no ``dynamic "cors_rule"``.
    """
    expressions = configuration.expressions(resource)
    argument = None if expressions is None else expressions.get("cors_rule")
    given = argument is not None and argument != {"constant_value": None}
    if resource.unknown.get("cors_rule") is True:
        if given:
            return _bucket(resource, name, State.UNKNOWN, reason=f"cors_rule is {AFTER_APPLY}")
        if expressions is None:
            return _bucket(resource, name, State.UNKNOWN, reason="the plan does not hold the code of this bucket")
        return _bucket(resource, name, State.ABSENT)
    if given or resource.planned_anew("cors_rule"):
        return _configured(resource, name, ordered=True)
    if separate or not resource.values.get("cors_rule"):
        return _bucket(resource, name, State.ABSENT)
    return _bucket(resource, name, State.UNKNOWN, reason=NOT_TOLD)


def _configured(resource: Resource, name: Text, *, ordered: bool) -> Bucket:
    rules = rules_of(
        resource.values.get("cors_rule"), resource.unknown.get("cors_rule"), f"{resource.address}.cors_rule"
    )
    if not rules:
        return _bucket(resource, name, State.ABSENT, says_none=True)
    found = _bucket(resource, name, State.CONFIGURED, BucketCors(rules, ordered))
    return replace(found, places=resource.places) if len(resource.places) == len(rules) else found


def _bucket(
    resource: Resource,
    name: Text,
    state: State,
    cors: BucketCors | None = None,
    *,
    reason: str | None = None,
    says_none: bool = False,
) -> Bucket:
    owner, region = resource.values.get("expected_bucket_owner"), resource.values.get("region")
    return Bucket(
        name=name,
        state=state,
        source="plan",
        address=resource.address,
        cors=cors,
        reason=reason,
        location=resource.location,
        account=owner if isinstance(owner, str) and _ACCOUNT.fullmatch(owner) else None,
        region=region if isinstance(region, str) and region else None,
        writes_max_age_zero=True,
        says_none=says_none,
        sensitive=sensitive_in(resource.values, resource.marks),
    )


def known_name(values: Mapping[str, Any]) -> str | None:
    """The bucket's name; the id of the separate resource may be ``bucket,owner``."""
    name = values.get("bucket") or values.get("id")
    return name.partition(",")[0] if isinstance(name, str) and name else None


def _given_up(resource: Resource) -> str | None:
    """The name of a bucket that the plan replaces by one of another name."""
    if resource.type != BUCKET or not {"create", "delete"} <= set(resource.actions):
        return None
    then = known_name(resource.was or {})
    return None if resource.unknown.get("bucket") is not True and known_name(resource.values) == then else then


class Owners:
    """Which separate resource belongs to which bucket of the plan, by name or by reference."""

    def __init__(self, resources: Sequence[Resource], configuration: Configuration) -> None:
        self._configuration = configuration
        self._buckets: dict[tuple[str, str], list[Resource]] = {}
        for each in resources:
            if each.type == BUCKET and not each.deleted:
                self._buckets.setdefault((each.module_address, each.name), []).append(each)
        self.destroyed = {known_name(each.values) for each in resources if each.type == BUCKET and each.deleted}
        self.destroyed |= {name for each in resources if (name := _given_up(each)) is not None}
        # A separate resource that the plan deletes counts: what the bucket's computed cors_rule shows came from it, and
        # goes with it.
        separate = [each for each in resources if each.type == CORS]
        self._names = {name for each in separate if (name := self._planned_name(each)) is not None}
        self._addresses = {owner.address for each in separate if (owner := self._owner(each)) is not None}

    def has_separate(self, bucket: Resource) -> bool:
        """Whether a separate resource of this plan configures the bucket, or did."""
        return bucket.address in self._addresses or self._planned_name(bucket) in self._names

    def name(self, resource: Resource) -> Text:
        """The bucket's name, as far as it is known before apply."""
        known = self._planned_name(resource)
        if known is not None:
            return known
        references = self._configuration.references(resource, "bucket")
        owner = resource if resource.type == BUCKET else self._owner(resource)
        prefix = None if owner is None else owner.values.get("bucket_prefix")
        what = references[0] if references else "the bucket's name"
        return Unknown(f"{what} is {AFTER_APPLY}", prefix=prefix if isinstance(prefix, str) else "")

    def made(self, resource: Resource, bucket: Bucket) -> Bucket:
        """The entry of a resource, marked where the plan makes the bucket, whose name is therefore not known yet."""
        owner = resource if resource.type == BUCKET else self._owner(resource)
        if isinstance(bucket.name, str) or owner is None or "create" not in owner.actions:
            return bucket
        return replace(bucket, generated=True, made_by=None if owner is resource else owner.address)

    @staticmethod
    def _planned_name(resource: Resource) -> str | None:
        return None if resource.unknown.get("bucket") is True else known_name(resource.values)

    def _owner(self, resource: Resource) -> Resource | None:
        """The bucket that the argument ``bucket`` of a separate resource refers to, if it is in the same module."""
        for reference in self._configuration.references(resource, "bucket"):
            found = _REFERENCE.match(reference)
            if found is None:
                continue
            candidates = self._buckets.get((resource.module_address, found.group(1)), [])
            if found.group(2) is not None:
                candidates = [each for each in candidates if each.address.endswith(found.group(2))]
            elif len(candidates) > 1:
                candidates = [each for each in candidates if each.index == resource.index]
            if len(candidates) == 1:
                return candidates[0]
        return None
