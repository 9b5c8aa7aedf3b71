"""What an evaluated part of a template is, and how texts with unknown parts are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drift.cors.model import Text, Unknown
from parsers.cloudformation.calls import written
from parsers.document import Node, Scalar, Secret, kind_of


@dataclass(frozen=True, slots=True)
class NoValue:
    """What ``AWS::NoValue`` stands for: the property or list member is not there."""


@dataclass(frozen=True, slots=True)
class Null:
    """A null in the template. CloudFormation refuses it wherever it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """An evaluated node: ``data`` and the node where it is written.

    ``may_vanish`` goes with an unknown that may turn out to be ``AWS::NoValue``, ``merged`` with one that is a part of
    either of two values, so that ``node`` does not tell it from the other parts.
    """

    data: Data
    node: Node
    may_vanish: bool = False
    merged: bool = False

    def describe(self) -> str:
        """What it is, for a message."""
        if isinstance(self.data, tuple):
            return "a list"
        if isinstance(self.data, Entries):
            return "a mapping"
        if isinstance(self.data, Null):
            return "null"
        return kind_of(self.node) if isinstance(self.node, Scalar) else "text"


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """An evaluated mapping: key node and value, properties that are ``AWS::NoValue`` left out."""

    items: tuple[tuple[Scalar, Value], ...]


Data = str | Unknown | NoValue | Null | tuple[Value, ...] | Entries

MAX_TEXT = 20_000
"""A resolved text longer than this stays unknown; CloudFormation limits a parameter's value to 4,096 bytes."""

MAX_MEMBERS = 10_000
"""A list that is split out of a longer text than this stays unknown."""


def same(left: Value, right: Value) -> bool:
    """Whether two values are certainly the same: unknown ones only if they are one expression, written twice."""
    a, b = left.data, right.data
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Entries) and isinstance(b, Entries):
        ours = {key.text: value for key, value in a.items}
        theirs = {key.text: value for key, value in b.items}
        return ours.keys() == theirs.keys() and all(same(value, theirs[key]) for key, value in ours.items())
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        return not left.merged and not right.merged and written(left.node) == written(right.node)
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    return type(a) is type(b) and a == b


def joined(parts: Sequence[Text]) -> Text:
    """The texts one after the other, with what is certain of the start and the end where some are unknown."""
    if sum(len(part) for part in parts if isinstance(part, str)) > MAX_TEXT:
        return Unknown(f"the text is longer than {MAX_TEXT:,} characters")
    unknown = [part for part in parts if isinstance(part, Unknown)]
    if not unknown:
        return like(parts, "".join(part for part in parts if isinstance(part, str)))
    reasons = list(dict.fromkeys(part.reason for part in unknown))
    reason = "; ".join(reasons[:3]) + ("; ..." if len(reasons) > 3 else "")
    return Unknown(reason, _known_start(parts), _known_end(parts))


def like(sources: Iterable[object], text: str) -> str:
    """The text, made of the sources: secret if one of them is."""
    return Secret(text) if any(isinstance(source, Secret) for source in sources) else text


def _known_start(parts: Sequence[Text]) -> str:
    text = ""
    for part in parts:
        if isinstance(part, Unknown):
            return text + part.prefix
        if isinstance(part, Secret):
            return text  # what is shown of an unknown must not give it away
        text += part
    return text


def _known_end(parts: Sequence[Text]) -> str:
    text = ""
    for part in reversed(parts):
        if isinstance(part, Unknown):
            return part.suffix + text
        if isinstance(part, Secret):
            return text
        text = part + text
    return text


def either(left: Text, right: Text, reason: str) -> Unknown:
    """One of two texts, it is not known which."""
    if isinstance(left, Secret) or isinstance(right, Secret):
        return Unknown(reason)
    shortest, prefixes, suffixes = MAX_TEXT, [], []
    for each in (left, right):
        if isinstance(each, Unknown):
            shortest = min(shortest, len(each.prefix) + len(each.suffix))
            prefixes.append(each.prefix)
            suffixes.append(each.suffix[::-1])
        else:
            shortest = min(shortest, len(each))
            prefixes.append(each)
            suffixes.append(each[::-1])
    prefix = _common_start(prefixes)
    suffix = _common_start(suffixes)[: max(0, shortest - len(prefix))][::-1]
    return Unknown(reason, prefix, suffix)


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    same_until = next((index for index, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same_until]


_OPEN = re.compile(
    r"\{\{"  # a dynamic reference, or a placeholder of Jinja and its like
    r"|<%"  # EJS, ERB
    r"|\$\{(?=[A-Za-z][\w-]*(?:\.[\w-]+)*(?:\(|:(?!:)))"  # Serverless Framework; not ${AWS::X}
)
_CLOSERS = {"{{": "}}", "<%": "%>", "${": "}"}


def settled(text: Text, line: int) -> Text:
    """The text, unless a part of it is filled in later by CloudFormation or was to be filled in before it.

    Dynamic references (``{{resolve:ssm:name}}``) are replaced while the stack is deployed; ``${self:...}``, ``{{ }}``
    and ``<% %>`` by frameworks before CloudFormation sees the template.
    """
    if isinstance(text, Secret):  # no part of it may be shown, not even as an end that is known
        opening = _OPEN.search(text)
        if opening is None or _CLOSERS[opening.group()] not in text[opening.start() :]:
            return text
        return Unknown(f"a part of the sensitive value on line {line} is filled in elsewhere")
    start = text if isinstance(text, str) else text.prefix
    found = _OPEN.search(start)
    if found is None and isinstance(text, str):
        return text
    end = text if isinstance(text, str) else text.suffix
    closed = max((end.rfind(closer) + len(closer) for closer in _CLOSERS.values() if closer in end), default=0)
    if found is None:
        if isinstance(text, Unknown) and _OPEN.search(end):
            return Unknown(text.reason, text.prefix, end[closed:])
        return text
    mark = found.group()
    closer = _CLOSERS[mark]
    stop = start.find(closer, found.start())
    whole = start[found.start() : stop + len(closer)] if stop >= 0 else start[found.start() : found.start() + 40]
    if isinstance(text, str) and stop < 0:
        return text  # two braces that nothing closes are just text
    if whole.startswith("{{resolve:"):
        reason = f"the dynamic reference {whole} on line {line} is resolved while the stack is deployed"
    else:
        reason = f"{whole} on line {line} is filled in by another tool before CloudFormation sees the template"
    suffix = end[closed:] if closed else (end if isinstance(text, Unknown) and stop >= 0 else "")
    return Unknown(reason, start[: found.start()], suffix)
