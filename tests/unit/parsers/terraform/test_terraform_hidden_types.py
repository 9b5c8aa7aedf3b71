"""A type that only a provider knows: what it may still turn out to go together with."""

from __future__ import annotations

import pytest

from parsers.terraform.types import ANY, BOOL, HIDDEN, NUMBER, RESOURCE, STRING, Type
from parsers.terraform.unify import may_unify, unify

TUPLE = Type("tuple")


def objects(**fields: Type) -> Type:
    return Type("object", fields=tuple(sorted(fields.items())))


@pytest.mark.parametrize(
    "types",
    [
        (HIDDEN, STRING),
        (HIDDEN, NUMBER, BOOL),
        (objects(a=HIDDEN), objects(a=TUPLE)),
        (objects(a=HIDDEN, b=NUMBER), objects(c=BOOL)),
        (objects(a=HIDDEN, b=STRING), objects(a=TUPLE, b=NUMBER)),
        (Type("list", HIDDEN), TUPLE),
        (RESOURCE, objects(a=STRING)),
    ],
)
def test_a_hidden_type_may_turn_out_to_be_what_the_others_need(types: tuple[Type, ...]) -> None:
    assert may_unify(types)
    assert unify(types) is not None


@pytest.mark.parametrize(
    "types",
    [
        (HIDDEN, STRING, objects()),
        (RESOURCE, STRING),
        (objects(a=HIDDEN), TUPLE),
        (objects(a=HIDDEN, b=NUMBER), objects(a=TUPLE, c=STRING)),
        (objects(a=HIDDEN, b=TUPLE), objects(a=STRING, b=STRING)),
    ],
)
def test_what_no_hidden_type_can_mend_stays_refused(types: tuple[Type, ...]) -> None:
    assert not may_unify(types)


def test_what_comes_of_a_hidden_type_is_hidden() -> None:
    assert unify([HIDDEN, TUPLE]) == HIDDEN
    assert unify([ANY, TUPLE]) == ANY
    assert HIDDEN != ANY
    assert Type("list", HIDDEN).is_vague
    assert not Type("list", ANY).is_vague


def test_deep_types_are_compared_in_no_time() -> None:
    one, other = objects(a=HIDDEN, b=STRING), objects(a=TUPLE, b=TUPLE)
    for _ in range(40):
        one, other = objects(a=one), objects(a=other)
    assert not may_unify([one, other])
