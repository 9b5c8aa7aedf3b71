"""Values and expressions that grow out of a short source are refused, each by a limit of ``limits.py``."""

from __future__ import annotations

from decimal import Decimal

import pytest

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.limits import (
    MAX_EXPONENT,
    MAX_MIXED_TYPES,
    MAX_STEPS,
    MAX_TEXT,
    MAX_VALUE_DEPTH,
    MAX_WEIGHT,
    SHARES,
    WEIGHT_PER_STEP,
)
from parsers.terraform.syntax import parse_expression
from parsers.terraform.unify import unify
from parsers.terraform.values import (
    NUMBER,
    STRING,
    RefusalError,
    Type,
    Value,
    number,
    text,
    tuple_of,
    unknown,
)

STEPS = 20_000
"""Enough for every honest expression here."""


class Locals:
    """Local values that are worked out anew each time, as nothing is remembered here."""

    def __init__(self, sources: dict[str, str] | None = None, values: dict[str, Value] | None = None) -> None:
        self.sources = sources or {}
        self.values = values or {}
        self.scope = Scope(self, Budget(STEPS))

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        name = words[1]
        if name not in self.values:
            self.values[name] = evaluate(parse_expression("test", self.sources[name]), self.scope)
        return self.values[name], 2

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        return functions.call(name, args, at)

    def value(self, source: str) -> Value:
        return evaluate(parse_expression("test", source), self.scope)


@pytest.mark.parametrize(
    ("first", "step"),
    [
        ('"xxxxxxxxxx"', '"${L}${L}"'),
        ('["a"]', "[L, L]"),
        ('["a"]', "concat(L, L)"),
        ('{ a = "x" }', "{ a = L, b = L }"),
        ('["a"]', "local.u ? [L, L] : [L, L]"),
        ('"x"', 'join("", [L, L])'),
        ('"x"', "jsonencode([L, L])"),
        ("[1]", "flatten([L, L])"),
    ],
)
def test_what_doubles_with_each_local_is_refused_in_time(first: str, step: str) -> None:
    names = Locals(values={"u": unknown("u", Type("bool"))})
    names.sources = {"l0": first, **{f"l{at}": step.replace("L", f"local.l{at - 1}") for at in range(1, 60)}}

    def work() -> None:
        for at in range(60):
            names.value(f"local.l{at}")

    with pytest.raises(RefusalError):
        work()
    assert sum(each.weight for each in names.values.values()) < 4 * MAX_WEIGHT


@pytest.mark.parametrize(
    "source",
    [
        "[for a in range(1000) : [for b in range(1000) : b]]",
        "{ for a in range(1000) : a => { for b in range(1000) : b => 1 } }",
        '"%{for a in range(1000)}%{for b in range(1000)}x%{endfor}%{endfor}"',
        "[for a in range(1000) : local.long == local.other]",
        '[for a in range(1000) : contains(local.long, "a")]',
        "[for a in range(1000) : try([for b in range(1000) : 1], 1)]",
        "range(1000)[*] == [for a in range(1000) : [for b in range(1000) : []]]",
    ],
)
def test_work_that_multiplies_takes_no_more_than_its_share(source: str) -> None:
    long = tuple_of([text(f"t{at}") for at in range(5_000)])
    names = Locals(values={"long": long, "other": tuple_of([*long.members[:-1], text("z")])})
    with pytest.raises(RefusalError, match="too long to evaluate"):
        names.value(source)
    assert names.scope.budget.steps >= STEPS - STEPS // SHARES


def test_one_expression_that_takes_too_long_leaves_the_others_their_share() -> None:
    names = Locals()
    for _ in range(3):
        with pytest.raises(RefusalError):
            names.value("[for a in range(1000) : [for b in range(1000) : b]]")
    assert names.value("[for a in range(100) : a][99]").data == 99


def test_literals_are_read_even_when_all_steps_are_used_up() -> None:
    names = Locals()
    for _ in range(SHARES + 1):
        with pytest.raises(RefusalError):
            names.value("[for a in range(1000) : [for b in range(1000) : b]]")
    assert names.value('{ a = ["x", 1, true] }').entries["a"].members[0].text == "x"
    with pytest.raises(RefusalError):
        names.value('upper(lower("x"))')


def test_a_step_pays_for_a_part_of_a_large_value() -> None:
    budget = Budget()
    budget.begin()
    budget.charge(tuple_of([text("a")] * (10 * WEIGHT_PER_STEP - 1)))
    assert budget.steps == MAX_STEPS - 10


def test_a_chain_of_operators_may_be_long() -> None:
    assert Locals().value(" + ".join(["1"] * 40)).data == 40


@pytest.mark.parametrize(
    "make",
    [
        lambda: text("x" * (MAX_TEXT + 1)),
        lambda: tuple_of([text("a")] * (MAX_WEIGHT + 1)),
        lambda: number(Decimal(f"1e{MAX_EXPONENT + 1}")),
        lambda: unknown("u", Type("list", STRING), not_null=True, least=MAX_WEIGHT, most=MAX_WEIGHT),
    ],
)
def test_a_value_that_is_too_large_is_refused(make: object) -> None:
    with pytest.raises(RefusalError):
        make()  # type: ignore[operator]


def test_a_value_that_is_nested_too_deep_is_refused() -> None:
    def nest() -> None:
        value = text("a")
        for _ in range(MAX_VALUE_DEPTH):
            value = tuple_of([value])

    with pytest.raises(RefusalError, match="deep"):
        nest()


def test_too_many_types_of_several_kinds_are_not_compared_with_one_another() -> None:
    kinds = [Type("tuple", items=(STRING,) * at) for at in range(MAX_MIXED_TYPES)]
    with pytest.raises(RefusalError, match="types"):
        unify([*kinds, Type("list", Type("object", fields=(("a", NUMBER),))), Type("set", STRING)])


def test_a_type_that_is_shared_many_times_is_compared_quickly() -> None:
    one = other = STRING
    for _ in range(15):
        one, other = Type("tuple", items=(one, one)), Type("tuple", items=(other, other))
    assert one == other
    assert one != Type("tuple", items=(one, one))
