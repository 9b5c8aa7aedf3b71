"""``tostring`` and the other conversions (terraform/internal/lang/funcs/conversion.go)."""

from __future__ import annotations

from parsers.terraform.convert import convert
from parsers.terraform.functions.registry import function
from parsers.terraform.values import ANY, BOOL, NUMBER, STRING, Type, Value


def _enter(name: str, kind: Type) -> None:
    def to(value: Value) -> Value:
        return convert(value, kind)

    function(name, ANY, deep=False, shallow=False, nulls=True, marks=True)(to)


_enter("tostring", STRING)
_enter("tonumber", NUMBER)
_enter("tobool", BOOL)
_enter("tolist", Type("list", ANY))
_enter("toset", Type("set", ANY))
_enter("tomap", Type("map", ANY))
