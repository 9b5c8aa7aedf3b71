"""What a parameter's declaration allows: CloudFormation refuses a stack whose parameters hold anything else.

Source: CloudFormation user guide, "Parameters section" (AllowedPattern, AllowedValues, MaxLength, MaxValue, MinLength,
MinValue; of list types, AllowedValues and AllowedPattern hold for each member).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from parsers.document import ListNode, MapNode, Node, Scalar, shown, whole_number

MAX_MATCHING = 0.2
"""Seconds for one pattern. After the first that takes longer, no pattern of the template is held against a value."""
MAX_PATTERN = 5_000
MAX_MEMBERS_MATCHED = 100
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+", re.ASCII)
_BOUND = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)


@dataclass(slots=True)
class Patterns:
    """Matches the patterns of one template, as long as that is quick."""

    too_slow: bool = False
    told: bool = False

    def refuse(self, pattern: str, value: str) -> bool:
        """Whether a pattern certainly does not match, not even a part, in the syntax that Java and Python share."""
        import regex  # type: ignore[import-untyped]

        if self.too_slow or len(pattern) > MAX_PATTERN:
            return False
        try:
            return regex.search(pattern, value, timeout=MAX_MATCHING) is None
        except TimeoutError:
            self.too_slow = True
        except (regex.error, RecursionError, MemoryError, OverflowError, ValueError):
            pass  # Java may understand it
        return False


def violation(node: MapNode, value: str, patterns: Patterns, *, is_list: bool) -> str | None:
    """What the declaration has against a value, without naming the value; None where nothing is certain."""
    members = [member.strip() for member in value.split(",")] if is_list else [value]
    allowed = allowed_values(node)
    if allowed is not None and not set(members) <= set(allowed):
        return f"AllowedValues are {', '.join(map(shown, allowed[:10]))}{', ...' if len(allowed) > 10 else ''}"
    pattern = node.get("AllowedPattern")
    text = pattern.text if isinstance(pattern, Scalar) and pattern.tag is None else None
    if text is not None and any(patterns.refuse(text, each) for each in members[:MAX_MEMBERS_MATCHED]):
        return f"AllowedPattern is {shown(text)}"
    kind = node.get("Type")
    if isinstance(kind, Scalar) and kind.text in ("Number", "List<Number>"):
        return next((fault for member in members if (fault := _number_fault(node, member))), None)
    return None if is_list else _length_fault(node, value)


def allowed_values(node: MapNode) -> tuple[str, ...] | None:
    """``AllowedValues`` as texts; None where there are none, or none that can be told."""
    listed = node.get("AllowedValues")
    if not isinstance(listed, ListNode) or listed.tag is not None:
        return None
    texts = [None if octal_to_some(item) else text_of_scalar(item) for item in listed.items]
    return None if None in texts else tuple(text for text in texts if text is not None)


def octal_to_some(node: Node) -> str | None:
    """Why a number with a leading zero and without quotes is not known, else None.

    CloudFormation deploys ``012345670123`` as 1402433619, and with an 8 or 9 in it as something else again.
    """
    if not isinstance(node, Scalar) or not node.plain or _LEADING_ZERO.fullmatch(node.text) is None:
        return None
    return f"{node.text[:40]} on line {node.place.line} is octal to CloudFormation: write it in quotes if text is meant"


def text_of_scalar(node: Node) -> str | None:
    """The text that CloudFormation makes of a scalar, None for anything else.

    It reads the truth values of YAML 1.1: ``yes`` and ``on`` without quotes are ``true`` (which is why the AWS CLI
    writes them in quotes into the templates that it packages).
    """
    if not isinstance(node, Scalar) or node.tag is not None or node.is_null:
        return None
    truth = node.yaml_boolean
    if truth is None:
        return node.text.lower() if node.is_boolean else node.text
    return "true" if truth else "false"


def _number_fault(node: MapNode, text: str) -> str | None:
    if _BOUND.fullmatch(text) is None:
        return None if re.search("[0-9]", text) else "a number is due"
    for name, sign in (("MinValue", 1), ("MaxValue", -1)):
        bound = node.get(name)
        limit = bound.text if isinstance(bound, Scalar) else ""
        if _BOUND.fullmatch(limit) and (Decimal(text) - Decimal(limit)) * sign < 0:
            return f"{name} is {limit}"
    return None


def _length_fault(node: MapNode, text: str) -> str | None:
    for name, sign in (("MinLength", 1), ("MaxLength", -1)):
        bound = node.get(name)
        limit = whole_number(bound.text) if isinstance(bound, Scalar) else None
        if limit is not None and (len(text) - limit) * sign < 0:
            return f"{name} is {limit}"
    return None
