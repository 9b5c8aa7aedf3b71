"""Variables of the random modules: declared when an expression needs one, and given from where the module is called."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.laws.terraform_expressions import Expressions, Kind, N, Named, S, Sheet, list_of


@dataclass
class Call:
    """A module call while its arguments come up."""

    name: str
    folder: str
    repetition: str
    scope: list[Named]
    arguments: dict[str, str]


class Variables(Expressions):
    """A module with variables: of a root module, or of one that ``caller`` calls."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.variables: dict[str, str] = {}
        self.given: list[tuple[str, str, str]] = []
        self.made: Counter[str] = Counter()
        self.caller: tuple[Variables, Call] | None = None

    def fresh(self, stem: str) -> str:
        """A name that is not taken yet."""
        self.made[stem] += 1
        return f"{stem}{self.made[stem]}"

    def variable(self, kind: Kind, depth: int) -> str:
        """A new variable, given from where the module is called or by its default."""
        sheet, name = self.sheet, self.fresh("v")
        sheet.saw("variable")
        lines, sensitive = [], sheet.one_in(10) and not self.known_only
        constraint = self.constraint(kind)
        if constraint is not None:
            lines.append(f"  type = {constraint}\n")
        defaulted = sheet.one_in(2)
        if defaulted:
            lines.append(f"  default = {self.loose(kind, constraint)}\n")
        if sheet.one_in(6):
            lines.append(f"  nullable = {'false' if defaulted else 'true'}\n")
        if sensitive:
            sheet.saw("sensitive")
            lines.append("  sensitive = true\n")
        if sheet.one_in(8):
            sheet.saw("validation")
            lines.append(f'  validation {{\n    condition = can(var.{name})\n    error_message = "Bad value."\n  }}\n')
        known = not sensitive
        if not defaulted or sheet.one_in(2):
            known = self.give(name, kind, constraint, depth) and known
        self.variables[name] = f'variable "{name}" {{\n{"".join(lines)}}}\n'
        self.tainted = self.tainted or not known
        self.names.append(Named(f"var.{name}", kind, known))
        return f"var.{name}"

    def constraint(self, kind: Kind, *, exact: bool = False) -> str | None:
        """A type constraint that leaves a value of the kind a value of the kind."""
        if not exact and (loose := self.sheet.upto(5)) > 3:
            return "any" if loose == 4 else None
        if kind[0] in ("list", "set", "map"):
            return f"{kind[0]}({self.constraint(kind[1], exact=True)})"
        if kind[0] == "object":
            fields = []
            for name, each in kind[1]:
                inner = self.constraint(each, exact=True)
                if self.sheet.one_in(2):
                    self.sheet.saw("optional")
                    inner = f"optional({inner}, {self.plain(each)})"
                fields.append(f"{name} = {inner}")
            return f"object({{ {', '.join(fields)} }})"
        return str(kind[0])

    def plain(self, kind: Kind) -> str:
        """A literal without functions, as defaults and variable files need it."""
        return self.literal(kind).replace("toset([", "([") if kind[0] == "set" else self.literal(kind)

    def loose(self, kind: Kind, constraint: str | None) -> str:
        """A literal that the constraint makes a value of the kind."""
        if constraint is not None and constraint != "any" and self.sheet.one_in(4):
            if kind == S:
                return self.sheet.pick(("5", "true", "1.50"))
            if kind == N:
                return '"12"'
            if kind == list_of(S):
                return '["x", 1, true]'
            if kind[0] == "object":
                return (
                    "{ " + ", ".join(f"{name} = {self.plain(each)}" for name, each in (*kind[1], ("further", S))) + " }"
                )
        return self.plain(kind)

    def give(self, name: str, kind: Kind, constraint: str | None, depth: int) -> bool:
        """Gives a variable a value; whether it is known."""
        if self.caller is not None:
            parent, call = self.caller
            with parent.elsewhere(call.scope, self.known_only):
                call.arguments[name], known = parent.tracked(lambda: parent.make(kind, depth))
            return known
        text = self.plain(kind)
        ways = ["tfvars", "tfvars", "auto", "json"]
        if constraint is not None:
            ways += ["environment", "flag"]
        for way in {self.sheet.pick(ways), self.sheet.pick(ways)}:
            self.sheet.saw(f"given by {way}")
            if way == "json":
                self.given.append((way, name, json.dumps(_example(kind))))
            elif way in ("environment", "flag") and constraint == "string":
                self.given.append((way, name, self.sheet.pick(("x", "", "a b", "${x}", "[1]", "é"))))
            else:
                self.given.append((way, name, text))
        return True


def _example(kind: Kind) -> Any:
    """A value as JSON has it."""
    match kind[0]:
        case "string":
            return "json"
        case "number":
            return 4
        case "bool":
            return True
        case "list" | "set":
            return [_example(kind[1])]
        case "map":
            return {"a": _example(kind[1])}
    return {name: _example(each) for name, each in kind[1]}
