"""Resources and module calls as values: what of them can be had before their schema is known."""

from __future__ import annotations

import pytest

from drift.location import Location
from parsers.terraform.access import elements, index
from parsers.terraform.convert import convert, unify
from parsers.terraform.operators import equal
from parsers.terraform.values import (
    ANY,
    HIDDEN,
    NUMBER,
    RESOURCE,
    SENSITIVE,
    STRING,
    EvaluationError,
    Lazy,
    Type,
    Value,
    marked,
    object_of,
    text,
    unknown,
)

HERE = Location("t.tf", 1, 1, 1)
OBJECT = Type("object", fields=(("id", STRING), ("tags", Type("map", STRING))))


def attribute(name: str, _: Location | None) -> Value:
    return text("b-id") if name == "id" else unknown(f"{name} is only known after apply")


RESOURCE_VALUE = Value(RESOURCE, Lazy("aws_s3_bucket.b", attribute))
MODULE = Value(RESOURCE, Lazy("module.m", attribute, lambda: object_of({"id": text("m-id")})))


def test_a_resource_becomes_an_object_of_what_is_known_of_it() -> None:
    found = convert(marked(RESOURCE_VALUE, {SENSITIVE}), OBJECT)
    assert found.entries["id"].text == "b-id"
    assert found.entries["tags"].unresolved is not None
    assert found.entries["tags"].type == Type("map", STRING)
    assert found.marks == {SENSITIVE}


def test_a_resource_is_no_map_that_is_known() -> None:
    assert convert(RESOURCE_VALUE, Type("map", STRING)).unresolved is not None


def test_a_module_call_is_the_object_of_its_outputs() -> None:
    assert convert(MODULE, Type("map", ANY)).entries["id"].text == "m-id"
    assert equal(MODULE, object_of({"id": text("m-id")})).data is True
    pairs = elements(MODULE)
    assert isinstance(pairs, list)
    assert [key.text for key, _ in pairs] == ["id"]


def test_an_attribute_can_be_had_by_index() -> None:
    assert index(RESOURCE_VALUE, text("id"), HERE).text == "b-id"


def test_whether_two_resources_are_equal_is_not_known() -> None:
    assert equal(RESOURCE_VALUE, RESOURCE_VALUE).unresolved is not None
    assert equal(RESOURCE_VALUE, text("x")).data is False or equal(RESOURCE_VALUE, text("x")).unresolved is not None


def test_a_resource_has_no_type_in_common_with_what_is_known() -> None:
    assert unify([RESOURCE, Type("object", fields=(("id", STRING),))]) == HIDDEN
    assert unify([RESOURCE, RESOURCE]) == RESOURCE


def test_a_wrong_attribute_is_told_with_its_path() -> None:
    wanted = Type("object", fields=(("id", NUMBER),))
    with pytest.raises(EvaluationError, match=r"\.id: a number is required"):
        convert(RESOURCE_VALUE, wanted)
