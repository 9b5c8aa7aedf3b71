"""Which bucket is meant by what was deployed: the CloudFormation stack, or the tags that it left on its buckets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from drift.generated_names import is_start, stack_heads
from drift.identity import Answer, Found, Nowhere, Passed, Several, listed, plain
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.name_patterns import NOT_ALL, Listing, candidates_of, pattern_of
from drift.snapshot import Bucket, IdentifiedBy

BUCKET = "AWS::S3::Bucket"
STACK = "AWS::CloudFormation::Stack"
STACK_NAME_TAG, LOGICAL_ID_TAG = "aws:cloudformation:stack-name", "aws:cloudformation:logical-id"
STACK_ID_TAG = "aws:cloudformation:stack-id"

_SOURCE = "cloudformation"
_DEEPEST = 10
_ARN = re.compile(
    r"arn:aws[a-z-]*:cloudformation:([a-z0-9-]+):([0-9]{12}):stack/([A-Za-z][A-Za-z0-9-]*)/[\w-]+", re.ASCII
)
_STACK_ID = re.compile(rf"{_ARN.pattern}|[A-Za-z][A-Za-z0-9-]{{0,127}}", re.ASCII)
_NO_STACK = "the name of its stack is not known: give --stack-name"
_GONE = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED", "CREATE_FAILED"})
"""States of resources that are not the stack's: deleted, left behind, or never made (the name may be another's)."""

MAX_CANDIDATES = 100
"""Buckets whose tags are read for one declaration."""

MAX_TAGGED = 500
"""Buckets whose tags are read in a run."""


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource as the stack has it. ``physical_id`` is a bucket's name, or the ARN of a nested stack."""

    logical_id: str
    type: str
    physical_id: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A look-up that failed: why in words, what to try, whether it was for want of a permission, and whether the thing
    that was asked for is certainly not there.
    """

    reason: str
    advice: str | None = None
    denied: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """What a stack has, and in which region it was found."""

    resources: tuple[StackResource, ...]
    region: str | None = None


StackReader = Callable[[str, str | None, str | None], Stack | Refused]
"""Tells the resources of a stack by its name or ARN, the account (None: the caller's) and the region (the default)."""

TagReader = Callable[[Wanted], Mapping[str, str] | Refused]
"""Tells the tags of a bucket."""


@dataclass(slots=True)
class StackSource:
    """What the CloudFormation stack has under the logical id; nested stacks are followed by their logical ids."""

    read: StackReader
    by: IdentifiedBy = IdentifiedBy.STACK
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _stacks: dict[tuple[str, str | None, str | None], Stack | Refused] = field(default_factory=dict)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        answers = [self._answer(bucket) for bucket in pending]
        self.diagnostics.extend(self._failures())
        return answers

    def _answer(self, bucket: Bucket) -> Answer:
        if bucket.source != _SOURCE or bucket.address is None or not bucket.comparable:
            return None
        if bucket.stack is None:
            return Passed(_NO_STACK)
        *above, logical_id = bucket.address.split("/")
        name, shown = bucket.stack, bucket.stack
        if len(above) > _DEEPEST:
            return Passed(f"its stack is nested more than {_DEEPEST} deep")
        for child in above:
            found = self._resource(name, bucket, child, STACK, f"stack {shown}")
            if not isinstance(found, StackResource):
                return found
            if found.physical_id is None or not _STACK_ID.fullmatch(found.physical_id):
                return Passed(f"stack {shown} has no stack as {child}")
            name, shown = found.physical_id, f"{shown}/{child}"
        found = self._resource(name, bucket, logical_id, BUCKET, f"stack {shown}")
        if not isinstance(found, StackResource):
            return found
        if found.physical_id is None:
            return Nowhere(f"stack {shown} has {logical_id}, which has no bucket yet ({plain(found.status)})")
        region = self._in(name, bucket).region or bucket.region
        where = f" in {region}" if region else ""
        return Found(found.physical_id, f"stack {shown}{where} has it as {logical_id}", bucket.account, region)

    def _in(self, name: str, bucket: Bucket) -> Stack:
        stack = self._stacks[(name, bucket.account, bucket.region)]
        return stack if isinstance(stack, Stack) else Stack(())

    def _resource(self, name: str, bucket: Bucket, logical_id: str, kind: str, shown: str) -> StackResource | Answer:
        """The one resource of a stack under a logical id, or what to say where there is none."""
        key = (name, bucket.account, bucket.region)
        if key not in self._stacks:
            self._stacks[key] = self.read(*key)
        stack = self._stacks[key]
        if isinstance(stack, Refused):
            return Passed(f"{shown} was not read: {stack.reason}")
        same = [each for each in stack.resources if each.logical_id == logical_id]
        there = [each for each in same if each.status not in _GONE]
        if not there:
            return Nowhere(_not_there(shown, logical_id, stack, same, bucket))
        others = [each for each in there if each.type != kind]
        if others:
            return Nowhere(f"{shown} has {logical_id} as {plain(others[0].type)}, and the template as {kind}")
        ids = tuple(dict.fromkeys(each.physical_id for each in there))
        if len(ids) > 1:
            return Several(tuple(each for each in ids if each), f"{shown} has them as {logical_id}")
        return there[0]

    def _failures(self) -> list[Diagnostic]:
        failed: dict[Refused, list[str]] = {}
        for (name, _, _), stack in self._stacks.items():
            if isinstance(stack, Refused):
                failed.setdefault(stack, []).append(_stack_name(name))
        return [
            Diagnostic(
                Severity.WARNING,
                "stack-not-found" if refused.missing else "stack-not-read",
                f"the names of buckets in {listed(names)} were not looked up in CloudFormation: {refused.reason}",
                None,
                refused.advice,
            )
            for refused, names in failed.items()
        ]


def _not_there(shown: str, logical_id: str, stack: Stack, gone: Sequence[StackResource], bucket: Bucket) -> str:
    """Why a stack has no such resource. A condition that is false and a template that is not deployed look alike."""
    if any(each.status == "CREATE_FAILED" for each in gone):
        return f"{shown} could not create {logical_id}"
    if stack.resources and all(each.status in _GONE for each in stack.resources):
        return f"{shown} is rolled back or deleted: it has no resources"
    if any(each.status == "DELETE_SKIPPED" for each in gone):
        kept = listed(each.physical_id or "?" for each in gone if each.status == "DELETE_SKIPPED")
        return f"{logical_id} is no longer in {shown}, which left {kept} behind"
    if any(each.bucket is None for each in bucket.alternatives):
        return f"{shown} has no {logical_id}: its condition is false there, or this template is not deployed yet"
    return f"{shown} has no {logical_id}: this template is not deployed yet, or it is not the template of that stack"


def _stack_name(name: str) -> str:
    arn = _ARN.fullmatch(name)
    return f"stack {plain(arn[3] if arn else name)}"


@dataclass(slots=True)
class TagSource:
    """The bucket that bears the tags of the stack and the logical id, where CloudFormation itself told nothing.

    Only buckets whose names fit are asked for their tags, at most ``MAX_CANDIDATES`` for a declaration and
    ``MAX_TAGGED`` in all. Two with the same tags are possible: a deleted stack may have left one behind, and other
    accounts may have stacks of that name. So none is taken where not all buckets were listed, or where the tags of one
    were not read whose name is such as CloudFormation would have made it.
    """

    listing: Listing
    read: TagReader
    by: IdentifiedBy = IdentifiedBy.TAGS
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _tags: dict[tuple[str, str | None], Mapping[str, str] | Refused] = field(default_factory=dict)
    _refused_in_a_row: int = 0

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """See ``Source``."""
        asked = [bucket for bucket in pending if bucket.source == _SOURCE and bucket.stack and bucket.comparable]
        exact = [pattern_of(bucket) or candidates_of(bucket) for bucket in asked]
        found = self.listing.fitting([*exact, *map(candidates_of, asked)], MAX_CANDIDATES)
        self.diagnostics.extend(self.listing.told("tags were not looked at"))
        candidates = {
            id(bucket): (best, others) for bucket, best, others in zip(asked, found, found[len(asked) :], strict=False)
        }
        answers = [self._answer(each, *candidates[id(each)]) if id(each) in candidates else None for each in pending]
        self.diagnostics.extend(self._failures())
        return answers

    def _answer(self, bucket: Bucket, best: Sequence[Wanted], others: Sequence[Wanted]) -> Answer:
        if self.listing.failure is not None:
            return Passed("the buckets could not be listed")
        candidates = tuple({each.name: each for each in (*best, *others)}.values())  # asked in this order
        wears, unread = [], {each.name for each in candidates[MAX_CANDIDATES:]}
        for each in candidates[:MAX_CANDIDATES]:
            tags = self._tags_of(each)
            if tags is None or isinstance(tags, Refused):
                unread.add(each.name)
            elif bears(tags, bucket) and _is_there(tags, bucket, each):
                wears.append(each)
        whose = f"the tags of {(bucket.address or '').rpartition('/')[2]} in stack {bucket.stack}"
        if len(wears) > 1:
            return Several(tuple(each.name for each in wears), "they have the same tags of CloudFormation")
        if wears and (not self.listing.is_whole or any(each.name in unread for each in best)):
            why = _UNREAD if self.listing.is_whole else NOT_ALL
            return Passed(f"{why}: {wears[0].name} has {whose}, and others may")
        if wears:
            return Found(wears[0].name, f"it has {whose}", wears[0].account, wears[0].region)
        if unread:
            return Passed(_UNREAD)
        none = "no listed bucket that fits has its tags" if candidates else "no listed bucket fits its name"
        return Passed(none if self.listing.is_whole else f"{none}, and {NOT_ALL}")

    def _tags_of(self, bucket: Wanted) -> Mapping[str, str] | Refused | None:
        """None where it is not asked: enough were, or several in a row refused to tell."""
        key = (bucket.name, bucket.account)
        if key not in self._tags:
            if len(self._tags) >= MAX_TAGGED or self._refused_in_a_row >= _ENOUGH_REFUSALS:
                return None
            tags = self._tags[key] = self.read(bucket)
            self._refused_in_a_row = self._refused_in_a_row + 1 if isinstance(tags, Refused) else 0
        return self._tags[key]

    def _failures(self) -> list[Diagnostic]:
        failed: dict[Refused, list[str]] = {}
        for (name, _), tags in self._tags.items():
            if isinstance(tags, Refused):
                failed.setdefault(tags, []).append(name)
        return [
            Diagnostic(
                Severity.WARNING,
                "tags-not-read",
                f"the tags of {listed(names)} were not read: {refused.reason}",
                None,
                refused.advice,
            )
            for refused, names in failed.items()
        ]


_ENOUGH_REFUSALS = 5
_UNREAD = "the tags of some buckets whose names fit were not read"


def _is_there(tags: Mapping[str, str], bucket: Bucket, found: Wanted) -> bool:
    """Whether the bucket is in the account and the region that the declaration is for: other stacks have its name too.

    The id of the stack says where it is.
    """
    arn = _ARN.fullmatch(tags.get(STACK_ID_TAG, ""))
    region, account = (arn[1], arn[2]) if arn else (found.region, found.account)
    return bucket.account in (None, account) and (None in (bucket.region, region) or bucket.region == region)


def bears(tags: Mapping[str, str], bucket: Bucket) -> bool:
    """Whether the tags are those that CloudFormation puts on this declaration's bucket.

    The stack of a nested declaration has a generated name: those of the stacks above it, and random characters.
    """
    *above, logical_id = (bucket.address or "").split("/")
    name = tags.get(STACK_NAME_TAG)
    if bucket.stack is None or name is None or tags.get(LOGICAL_ID_TAG) != logical_id:
        return False
    return any(len(head) == len(name) and is_start(name, head) for head in stack_heads([bucket.stack, *above]))
