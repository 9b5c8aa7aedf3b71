"""The tags of buckets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.errors import CorsDriftError
from drift.fetchers.asking import Access, Desk, Patience, RefusedError
from drift.fetchers.aws_faults import Cause, ServiceFault, fault_of
from drift.identity_lookups import Refused
from drift.interfaces import Wanted

_OPERATION = "GetBucketTagging"
_NONE = frozenset({"NoSuchTagSet", "NoSuchTagSetError", "NoSuchBucket"})
"""The bucket has no tags, or is gone since it was listed."""


class BucketTags:
    """Implements ``drift.identity_lookups.TagReader``: a failure is a value."""

    def __init__(self, access: Access, patience: Patience | None = None) -> None:
        self._access = access
        self._patience = patience
        self._desks: dict[tuple[str | None, str | None], Desk] = {}

    def __call__(self, bucket: Wanted) -> Mapping[str, str] | Refused:
        """The tags of a bucket, asked for in its region where listing told that."""
        account = bucket.account if bucket.account is not None and self._access.has(bucket.account) else None
        key = (bucket.region, account)
        desk = self._desks.setdefault(key, Desk(self._access, "s3", bucket.region, account, self._patience))
        owner: dict[str, Any] = {} if bucket.account is None else {"ExpectedBucketOwner": bucket.account}
        try:
            answer = desk.ask(_OPERATION, Bucket=bucket.name, **owner)
        except RefusedError as refused:
            return _told(refused.fault)
        except CorsDriftError as error:
            return _told(fault_of(error, _OPERATION))
        if "TagSet" not in answer:  # some servers pass over what they do not know, and list objects
            return Refused("GetBucketTagging: this server does not have it")
        return {str(each.get("Key", "")): str(each.get("Value", "")) for each in answer["TagSet"]}


def _told(fault: ServiceFault) -> Mapping[str, str] | Refused:
    if fault.code in _NONE:
        return {}
    return Refused(fault.reason, fault.advice, denied=fault.cause is Cause.DENIED)
