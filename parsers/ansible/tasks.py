"""Tasks of the module ``s3_cors`` as buckets; what Jinja fills in is not known.

Source: ansible-collections/community.aws, ``plugins/modules/s3_cors.py``: ``name``, ``state`` (``present`` or
``absent``), ``rules`` with fields in snake case, of which the module makes those of the API by their letters (an ``id``
becomes ``Id``, which boto3 refuses); the module compares rules without regard to their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Alternative, Bucket, Snapshot, State
from parsers.document import ListNode, MapNode, Node, Scalar, text_of
from parsers.rule_nodes import Document, RuleReader, Spelling, documents

SOURCE = "ansible"
MODULES = ("community.aws.s3_cors", "amazon.aws.s3_cors", "s3_cors", "aws_s3_cors", "community.aws.aws_s3_cors")

_TASK = re.compile(rb"^[ \t-]*[\"']?(?:community\.aws\.|amazon\.aws\.)?(?:aws_)?s3_cors[\"']?[ \t]*:", re.MULTILINE)
_CONDITIONS = ("when", "loop", "with_items", "with_dict", "with_list", "until")
_MAX_NODES = 100_000
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", re.ASCII)


def _templated(text: str) -> str | None:
    start = min((at for mark in ("{{", "{%") if (at := text.find(mark)) >= 0), default=-1)
    return f"{text[start : start + 60]} is filled in by Ansible" if start >= 0 else None


SPELLING = Spelling(
    "Ansible",
    {
        "allowed_headers": "AllowedHeaders",
        "allowed_methods": "AllowedMethods",
        "allowed_origins": "AllowedOrigins",
        "expose_headers": "ExposeHeaders",
        "max_age_seconds": "MaxAgeSeconds",
    },
    _templated,
)


def has_tasks(content: bytes) -> bool:
    """Whether a task of the module is in the file."""
    return b"s3_cors" in content and _TASK.search(content) is not None


@dataclass(frozen=True, slots=True)
class _Task:
    """A task with the mapping of its module's arguments."""

    node: MapNode
    arguments: Node
    document: Document
    inputs: Inputs

    def read(self) -> tuple[Bucket, list[Diagnostic]]:
        reader = RuleReader(SPELLING, self.document)
        bucket = Bucket(
            name=self._name(reader),
            state=State.UNKNOWN,
            source=SOURCE,
            address=self._title(),
            location=self.document.at(self.node),
            account=self.inputs.account,
            region=self._region(),
        )
        bucket = self._declared(bucket, reader)
        condition = next((name for name in _CONDITIONS if self.node.get(name) is not None), None)
        if condition is not None:
            bucket = _perhaps(bucket, condition)
        return bucket, reader.faults

    def _declared(self, bucket: Bucket, reader: RuleReader) -> Bucket:
        if not isinstance(self.arguments, MapNode):
            return replace(bucket, reason="the arguments of the task are not a mapping")
        state = self.arguments.get("state")
        text = state.text if isinstance(state, Scalar) else "present"
        if text == "absent":
            return replace(bucket, state=State.ABSENT, reason=None, says_none=True)
        if text != "present":
            return replace(bucket, reason=f"the state of the task is not known: {_templated(text) or text[:60]}")
        rules = self.arguments.get("rules")
        if rules is None:
            rules = self.arguments.get("cors_rules")
        if rules is None:
            return replace(bucket, reason="the task has no rules")
        return reader.settle(bucket, rules)

    def _name(self, reader: RuleReader) -> Text:
        node = self.arguments.get("name") if isinstance(self.arguments, MapNode) else None
        if node is None:
            return Unknown("the task names no bucket")
        name = reader.text(node, "name")
        if isinstance(name, str) and _BUCKET_NAME.fullmatch(name) is None:
            return Unknown(f"{name[:60]!r} is not the name of a bucket")
        return name

    def _region(self) -> str | None:
        node = self.arguments.get("region") if isinstance(self.arguments, MapNode) else None
        known = isinstance(node, Scalar) and re.fullmatch(r"[a-z0-9-]{1,40}", node.text) is not None
        return node.text if known and isinstance(node, Scalar) else self.inputs.region

    def _title(self) -> str:
        name = self.node.get("name")
        return name.text[:200] if isinstance(name, Scalar) and name.text else "s3_cors"


def _perhaps(bucket: Bucket, condition: str) -> Bucket:
    """A task under ``when`` or in a loop runs or does not: what it declares is one of two things."""
    reason = f"whether the task runs hangs on its {condition}"
    unknown = replace(bucket, state=State.UNKNOWN, cors=None, places=(), says_none=False, reason=reason)
    if bucket.state is State.UNKNOWN:
        return unknown
    runs = Alternative(f"the task runs ({condition})", bucket, reason)
    return replace(unknown, alternatives=(runs, Alternative("the task does not run", None, reason)))


def read_tasks(tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
    """Every bucket of the tasks in the files."""
    buckets: list[Bucket] = []
    diagnostics: list[Diagnostic] = []
    for path in units:
        try:
            text = text_of(tree.read(path), path)
            for document in documents(text, path, lambda part: has_tasks(part.encode("utf-8", "replace"))):
                for task in _tasks(document, inputs):
                    bucket, faults = task.read()
                    buckets.append(bucket)
                    diagnostics.extend(faults)
        except InputError as error:
            advice = error.advice or "check the file with ansible-playbook --syntax-check"
            fault = Diagnostic(Severity.ERROR, "broken-playbook", error.message, error.location, advice)
            diagnostics.append(fault)
    return Snapshot(SOURCE, tuple(buckets), tuple(diagnostics))


def _tasks(document: Document, inputs: Inputs) -> Iterator[_Task]:
    """The tasks of the module wherever they stand: in plays, blocks, roles."""
    waiting: list[Node] = [document.root] if document.root is not None else []
    seen = 0
    while waiting and seen < _MAX_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, ListNode):
            waiting[:0] = node.items
        elif isinstance(node, MapNode):
            module = next((name for name in MODULES if node.get(name) is not None), None)
            arguments = node.get(module) if module is not None else None
            if arguments is not None:
                yield _Task(node, arguments, document, inputs)
                continue
            waiting[:0] = [value for key, value in node.entries if key.text not in ("vars", "environment")]
