"""What deploying does to rules that were changed live, where the tools differ. Pure.

Terraform and its kin read what is live first and put back whatever differs, unless the code says to pass over that
(``ignore_changes``). AWS CloudFormation updates a resource only where its part of the template differs from what was
deployed last (user guide, "Update behaviors of stack resources"), and then puts all of the rules, as S3 has no other
way; so does Pulumi, which without ``--refresh`` compares a program with its own state.
"""

from __future__ import annotations

from collections.abc import Hashable

from drift.sides import Side, has_rules
from drift.snapshot import Bucket

CHANGED_ONLY = {"cloudformation": "CloudFormation", "pulumi": "Pulumi"}
"""Sources whose tool deploys only what changed in the code since it last did, and the tool's name."""


def states_rules(side: Side) -> bool:
    """Whether it states what the rules are, if only that there are none."""
    return has_rules(side) or (side is not None and side.says_none)


def puts_back(side: Side) -> bool:
    """Whether deploying a side once more, with nothing changed in the code, undoes what was changed live."""
    return side is not None and states_rules(side) and side.left_alone is None and side.source not in CHANGED_ONLY


def writes(base: Side, head: Side) -> bool:
    """Whether deploying head where base is deployed puts head's rules in the place of the live ones."""
    if head is None or not states_rules(head) or head.left_alone is not None:
        return False
    return head.source not in CHANGED_ONLY or base is None or _written(base) != _written(head)


def _written(side: Bucket) -> Hashable:
    """What a tool compares that deploys only what changed: how the rules are written, and where they belong."""
    cases = tuple((each.when, None if each.bucket is None else each.bucket.cors) for each in side.alternatives)
    return side.source, side.stack, side.address, side.cors, side.says_none, cases
