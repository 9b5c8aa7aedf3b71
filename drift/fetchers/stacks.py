"""The resources of CloudFormation stacks.

``ListStackResources`` and not ``DescribeStackResources``, which stops at 100 (CloudFormation API reference).
"""

from __future__ import annotations

import re

from drift.errors import CorsDriftError
from drift.fetchers.asking import Access, Answer, Desk, Patience, RefusedError
from drift.fetchers.aws_faults import Cause, ServiceFault, fault_of
from drift.identity_lookups import Refused, Stack, StackResource

_OPERATION = "ListStackResources"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}|arn:aws[a-z-]*:cloudformation:[\w:/-]{1,1000}", re.ASCII)

MAX_PAGES = 100
"""Of one stack, which has at most 500 resources (CloudFormation quotas); a page has 100."""

_ENOUGH = 3
"""Stacks in a row that could not be read in one region of an account before no other is asked for there."""


class StackResources:
    """Implements ``drift.identity_lookups.StackReader``: a failure is a value.

    ``region`` is where stacks are whose declarations do not say it; without it the SDK's default.
    """

    def __init__(self, access: Access, region: str | None = None, patience: Patience | None = None) -> None:
        self._access = access
        self._region = region
        self._patience = patience
        self._desks: dict[tuple[str | None, str | None], Desk] = {}
        self._refusals: dict[tuple[str | None, str | None], list[Refused]] = {}

    def __call__(self, stack: str, account: str | None = None, region: str | None = None) -> Stack | Refused:
        """What the stack has. Account and region are None for the caller's own and the default."""
        if not _NAME.fullmatch(stack):
            return Refused("this is not the name of a stack", missing=True)
        key = (account if account is not None and self._access.has(account) else None, region or self._region)
        refusals = self._refusals.setdefault(key, [])
        if len(refusals) >= _ENOUGH:
            return refusals[-1]
        desk = self._desks.setdefault(key, Desk(self._access, "cloudformation", key[1], key[0], self._patience))
        try:
            pages = list(desk.pages(_OPERATION, MAX_PAGES, StackName=stack))
        except RefusedError as refused:
            return _refused(desk, refused.fault, refusals)
        except CorsDriftError as error:
            return _refused(desk, fault_of(error, _OPERATION), refusals)
        if pages and pages[-1].get("NextToken"):
            return Refused(f"the stack has more than {MAX_PAGES} pages of resources")
        refusals.clear()
        return Stack(tuple(each for page in pages for each in _resources(page)), desk.region or None)


def _refused(desk: Desk, fault: ServiceFault, refusals: list[Refused]) -> Refused:
    """What is said of the failure, and noted among those in a row unless it is the stack's own."""
    if fault.code == "ValidationError":  # what CloudFormation says where there is no such stack
        where = f" in {desk.region}" if desk.region else ""
        advice = "check --stack-name and --region; a deleted stack is found no longer"
        return Refused(f"there is no such stack{where}", advice, missing=True)
    refused = Refused(fault.reason, fault.advice, denied=fault.cause is Cause.DENIED)
    refusals.append(refused)
    return refused


def _resources(page: Answer) -> list[StackResource]:
    return [
        StackResource(
            str(each.get("LogicalResourceId", "")),
            str(each.get("ResourceType", "")),
            str(each["PhysicalResourceId"]) if each.get("PhysicalResourceId") else None,
            str(each.get("ResourceStatus", "")),
        )
        for each in page.get("StackResourceSummaries", ())
    ]
