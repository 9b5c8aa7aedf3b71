"""Every AWS operation that this program can call. What is not listed here is refused before it leaves the process.

Those that write stand by themselves: only a session that ``drift.fetchers.writing`` opens lets them through. The
permissions that the documents ask for are made from these lists. IAM actions and the resources that they take are those
of the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from drift.errors import CorsDriftError


class Feature(StrEnum):
    """What an operation is called for. Whoever does not use a feature need not allow its operations."""

    READ = "read"
    """Reading the rules of buckets whose names are known."""
    LIST = "list"
    """Reading every bucket of an account."""
    CALLER = "caller"
    """Asking whose credentials these are: account and partition complete names and roles."""
    ACCOUNTS = "accounts"
    """Reading other accounts through roles."""
    ORGANIZATION = "organization"
    """Finding the accounts of an AWS Organization."""
    CONFIG = "config"
    """Reading what AWS Config has recorded."""
    BLAME = "blame"
    """Telling who changed the rules of a drifted bucket."""
    STACKS = "stacks"
    """Asking CloudFormation which bucket a stack made."""
    TAGS = "tags"
    """Telling the buckets of a stack by their tags, where CloudFormation may not be asked."""
    SIGN_IN = "sign-in"
    """The SDK's own: turning what a profile holds into credentials."""
    APPLY = "apply"
    """Writing rules: ``fix --restore --apply`` and ``fix --undo --apply``, and nothing else."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one service, by the names of the SDK.

    ``action`` is what IAM must allow, None where no permission is needed. ``resource`` is what it is allowed on, as an
    ARN with ``{partition}``, ``{bucket}`` or ``{role}`` in it.
    """

    service: str
    name: str
    action: str | None
    purpose: str
    features: tuple[Feature, ...]
    resource: str = "*"


_BUCKET = "arn:{partition}:s3:::{bucket}"
_STACK = "arn:{partition}:cloudformation:*:*:stack/*"

OPERATIONS = (
    Operation("s3", "GetBucketCors", "s3:GetBucketCORS", "the rules of a bucket", (Feature.READ,), _BUCKET),
    Operation(
        "s3",
        "HeadBucket",
        None,  # what is looked at is a header that comes with a refusal too
        "the region of a bucket, where a redirect does not tell it",
        (Feature.READ,),
    ),
    Operation("s3", "ListBuckets", "s3:ListAllMyBuckets", "the buckets of an account", (Feature.LIST,)),
    Operation("sts", "GetCallerIdentity", None, "account and partition of the credentials", (Feature.CALLER,)),
    Operation(
        "sts",
        "AssumeRole",
        "sts:AssumeRole",
        "credentials for another account",
        (Feature.ACCOUNTS, Feature.SIGN_IN),
        "arn:{partition}:iam::*:role/{role}",
    ),
    Operation(
        "organizations",
        "ListAccounts",
        "organizations:ListAccounts",
        "the accounts of the organization",
        (Feature.ORGANIZATION,),
    ),
    Operation(
        "config",
        "SelectAggregateResourceConfig",
        "config:SelectAggregateResourceConfig",
        "the recorded rules of all buckets, page by page",
        (Feature.CONFIG,),
    ),
    Operation(
        "config",
        "DescribeConfigurationAggregatorSourcesStatus",
        "config:DescribeConfigurationAggregatorSourcesStatus",
        "which accounts and regions the aggregator could not read lately",
        (Feature.CONFIG,),
    ),
    Operation(
        "cloudtrail",
        "LookupEvents",
        "cloudtrail:LookupEvents",
        "who wrote or deleted rules, and when",
        (Feature.BLAME,),
    ),
    Operation(
        "cloudformation",
        "ListStackResources",
        "cloudformation:ListStackResources",
        "the buckets of a stack by logical id",
        (Feature.STACKS,),
        _STACK,
    ),
    Operation(
        "s3",
        "GetBucketTagging",
        "s3:GetBucketTagging",
        "the tags that CloudFormation puts on a bucket",
        (Feature.TAGS,),
        _BUCKET,
    ),
    Operation(
        "sts",
        "AssumeRoleWithWebIdentity",
        None,
        "credentials for an OpenID token of CI or Kubernetes",
        (Feature.SIGN_IN,),
    ),
    Operation("sso", "GetRoleCredentials", None, "credentials for an SSO session", (Feature.SIGN_IN,)),
    Operation("sso-oidc", "CreateToken", None, "renewal of an SSO session", (Feature.SIGN_IN,)),
    Operation(
        "signin",
        "CreateOAuth2Token",
        "signin:CreateOAuth2Token",
        "renewal of an `aws login` session",
        (Feature.SIGN_IN,),
        "arn:{partition}:signin:*:*:oauth2/public-client/*",
    ),
)
"""All that any session may call. None writes anything, but for the SDK's own, which issue credentials."""

WRITING = (
    Operation("s3", "PutBucketCors", "s3:PutBucketCORS", "writing the rules of a bucket", (Feature.APPLY,), _BUCKET),
    Operation("s3", "DeleteBucketCors", "s3:PutBucketCORS", "taking all rules away", (Feature.APPLY,), _BUCKET),
)
"""What only a session for writing may call, beside what it takes to get credentials. Deleting has no action of its own
(Service Authorization Reference, s3:PutBucketCORS).
"""

_EVENT_IDS = {"config": "config-service"}
"""Services that the SDK's events call otherwise than its clients."""

ALLOWED = frozenset((_EVENT_IDS.get(each.service, each.service), each.name) for each in OPERATIONS)
"""Service and operation as the SDK's events name them."""

_WRITES = {"PutBucketCors": "PUT", "DeleteBucketCors": "DELETE"}
_READS = frozenset({"GET", "HEAD"})


class ForbiddenOperationError(CorsDriftError):
    """An operation was about to be called that this program must never call."""


def guard(events: Any) -> None:
    """Refuse every operation that is not listed, on this session or client of botocore and all clients made from it.

    It is looked at twice: before the request is made up, and as the last thing before it is sent. To S3 nothing is sent
    but GET and HEAD, whatever the operation is called.
    """
    _guard(events, ALLOWED, {})


def guard_writing(events: Any) -> None:
    """The guard of a session for writing: of S3 it lets through the two operations of ``WRITING`` and nothing else, not
    even reading, each with its own method and on the ``cors`` of a bucket only.
    """
    writing = frozenset((each.service, each.name) for each in WRITING)
    _guard(events, frozenset(each for each in ALLOWED if each[0] != "s3") | writing, _WRITES)


def _guard(events: Any, allowed: frozenset[tuple[str, str]], writes: Mapping[str, str]) -> None:
    def refuse(event_name: str, **_: object) -> None:
        service, _dot, name = event_name.partition(".")[2].partition(".")
        if (service, name) not in allowed:
            raise ForbiddenOperationError(
                f"{service} {name} is not among the AWS operations that cors-drift may call",
                advice="this is a defect of cors-drift; nothing was sent",
            )

    def refuse_request(event_name: str, request: Any, **_: object) -> None:
        refuse(event_name)
        if not event_name.startswith("before-send.s3."):
            return
        name = event_name.rpartition(".")[2]
        fits = request.method == writes[name] and _is_cors(request.url) if name in writes else request.method in _READS
        if not fits:
            raise ForbiddenOperationError(
                f"{name} would be sent to S3 as {request.method}",
                advice="this is a defect of cors-drift; nothing was sent",
            )

    events.register_first("provide-client-params", refuse, unique_id="cors-drift-operations")
    events.register_last("before-send", refuse_request, unique_id="cors-drift-requests")


def _is_cors(url: str) -> bool:
    return urlsplit(url).query in ("cors", "cors=")


def policy(
    features: Iterable[Feature],
    partition: str = "aws",
    buckets: Iterable[str] = ("*",),
    role: str = "cors-drift",
) -> dict[str, Any]:
    """The least IAM policy document for these features.

    ``partition`` is ``aws``, ``aws-cn``, ``aws-us-gov`` or another of AWS's. ``buckets`` are names, with ``*`` in them
    where that is wanted; ``role`` is the name of the role in the other accounts.
    """
    asked, names = frozenset(features), tuple(dict.fromkeys(buckets))
    actions: dict[tuple[str, ...], list[str]] = {}
    for each in (*OPERATIONS, *WRITING):
        if each.action is not None and asked.intersection(each.features):
            on = tuple(
                dict.fromkeys(each.resource.format(partition=partition, bucket=name, role=role) for name in names)
            )
            of = actions.setdefault(on, [])
            of += [each.action] if each.action not in of else []
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": _one_or_all(what), "Resource": _one_or_all(on)}
            for on, what in actions.items()
        ],
    }


def _one_or_all(texts: Iterable[str]) -> str | list[str]:
    several = list(texts)
    return several[0] if len(several) == 1 else several
