"""Random Terraform root modules about S3 CORS: what the laws of the reader are tried on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

import tests.laws.terraform_collections
import tests.laws.terraform_values  # noqa: F401 - both enter the ways to make values
from tests.laws.terraform_expressions import Kind, N, Named, S, Sheet, Way, list_of
from tests.laws.terraform_judge import Source
from tests.laws.terraform_resources import declare
from tests.laws.terraform_variables import Call, Variables

MAX_DEPTH = 2
"""How deep modules call one another, and how many of them each calls."""
FUEL = 60
"""How many expressions a case has, roughly."""


@dataclass(frozen=True)
class Case:
    """A root module, and what stands in it: how often each construct was used."""

    source: Source
    features: Counter[str]

    def __repr__(self) -> str:
        return f"\n{self.source}\n"


class Module(Variables):
    """Makes one module: a root, or one that is called."""

    def __init__(self, sheet: Sheet, folder: str = "", caller: tuple[Module, Call] | None = None) -> None:
        super().__init__(sheet)
        self.folder = folder
        self.caller = caller
        self.blocks: list[str] = []
        self.overrides: list[str] = []
        self.randoms: set[str] = set()
        self.inner: list[Module] = []
        self.outputs: list[tuple[Call, str, Kind, bool]] = []
        self.depth: int = 0 if caller is None else caller[0].depth + 1

    def files(self) -> dict[str, str]:
        """The text of this module and of those that it calls."""
        prefix = f"{self.folder}/" if self.folder else ""
        randoms = [_RANDOM[each] for each in sorted(self.randoms)]
        found = {f"{prefix}main.tf": "\n".join([*self.variables.values(), *self.blocks, *randoms])}
        for name, content in _READ.items():
            if f"/{name}" in found[f"{prefix}main.tf"] + "".join(self.overrides) or name == "text.txt":
                found[prefix + name] = content
        if self.overrides:
            found[f"{prefix}main_override.tf"] = "\n".join(self.overrides)
        for each in self.inner:
            found |= each.files()
        return found

    # Ways to expressions that need declarations

    def more(self, kind: Kind) -> list[Way]:
        ways: list[Way] = [Module.local, Module.local, Variables.variable]
        if self.depth < MAX_DEPTH and len(self.inner) < MAX_DEPTH:
            ways.append(Module.output)
        if kind == list_of(S) and not self.known_only:
            ways.append(Module.unknown_list)
        if kind == S:
            ways += [Module.tag, Module.whole_resource]
        return ways

    def unknown(self) -> str:
        shape = self.sheet.pick(
            (
                "random_id.u.hex",
                "random_id.u.dec",
                "random_id.many[0].hex",
                'random_id.each["a"].hex',
                "random_id.u.keepers.k",
            )
        )
        self.randoms.add(shape.split(".")[1].split("[")[0])
        return shape

    def unknown_list(self, kind: Kind, depth: int) -> str:
        self.tainted = True
        shape = self.sheet.pick(
            (
                "random_id.many[*].hex",
                "values(random_id.each)[*].hex",
                "[for k, r in random_id.each : r.hex]",
                'split(",", random_id.u.hex)',
                "[for r in random_id.many : r.hex if r.hex != null]",
                "keys({ (random_id.u.hex) = 1 })",
            )
        )
        self.randoms |= {each for each in ("u", "many", "each") if f"random_id.{each}" in shape}
        return shape

    def local(self, kind: Kind, depth: int) -> str:
        """A new local value."""
        name = self.fresh("l")
        with self.elsewhere():
            value, known = self.tracked(lambda: self.make(kind, depth))
        if self.sheet.one_in(12):
            self.sheet.saw("override")
            self.overrides.append(f"locals {{\n  {name} = {value}\n}}\n")
            value = self.literal(kind)
        self.blocks.append(f"locals {{\n  {name} = {value}\n}}\n")
        self.names.append(Named(f"local.{name}", kind, known))
        return f"local.{name}"

    def tag(self, kind: Kind, depth: int) -> str:
        """A tag of a bucket: an argument that is read back."""
        name = self.fresh("t")
        with self.elsewhere():
            value, known = self.tracked(lambda: self.make(S, depth))
        self.blocks.append(
            f'resource "aws_s3_bucket" "{name}" {{\n  bucket = "{name}"\n  tags = {{ k = {value} }}\n}}\n'
        )
        self.names.append(Named(f"aws_s3_bucket.{name}.tags.k", S, known))
        return self.sheet.pick(
            (f"aws_s3_bucket.{name}.tags.k", f'aws_s3_bucket.{name}.tags["k"]', f"aws_s3_bucket.{name}.bucket")
        )

    def whole_resource(self, kind: Kind, depth: int) -> str:
        """A bucket as a whole, out of which something is taken later."""
        name = self.fresh("w")
        self.blocks.append(f'resource "aws_s3_bucket" "{name}" {{\n  bucket = "{name}"\n}}\n')
        shapes = (
            '{{ for k, b in {{ x = aws_s3_bucket.{0} }} : k => b.id }}["x"]',
            "[aws_s3_bucket.{0}, aws_s3_bucket.{0}][1].bucket",
            "one(aws_s3_bucket.{0}[*].bucket)",
            'merge(aws_s3_bucket.{0}, {{ more = "x" }}).bucket',
            'lookup(aws_s3_bucket.{0}, "bucket", "none")',
            "(true ? aws_s3_bucket.{0} : null).id",
        )
        return self.sheet.pick(shapes).format(name)

    def output(self, kind: Kind, depth: int) -> str:
        """An output of a new module, or of one that is called already."""
        same = [each for each in self.outputs if each[2] == kind and (each[3] or not self.known_only)]
        if same and self.sheet.one_in(2):
            call, name, _, known = self.sheet.pick(same)
        else:
            call, child = self.call()
            name = child.fresh("o")
            with child.elsewhere((), self.known_only):
                value, known = child.tracked(lambda: child.make(kind, depth))
            hidden = not self.known_only and self.sheet.one_in(5)
            known = known and not hidden
            extra = "  sensitive = true\n" if hidden else ""
            child.blocks.append(f'output "{name}" {{\n  value = {value}\n{extra}}}\n')
            if self.sheet.one_in(2):
                child.declare()
            self.close(call, child)
            self.outputs.append((call, name, kind, known))
        self.tainted = self.tainted or not known
        if "count" in call.repetition:
            shape = self.sheet.pick(("{m}[0].{o}", "one({m}[*].{o})", "[for m in {m} : m.{o}][0]"))
        elif call.repetition:
            shape = self.sheet.pick(('{m}["a"].{o}', "values({m})[0].{o}", "{{ for k, m in {m} : k => m.{o} }}.a"))
        else:
            shape = self.sheet.pick(("{m}.{o}", "{m}.{o}", '{m}["{o}"]'))
        return shape.format(m=f"module.{call.name}", o=name)

    # Declarations

    def call(self) -> tuple[Call, Module]:
        """A call of a new module, which is empty yet."""
        sheet, name = self.sheet, self.fresh("m")
        repetition, scope = sheet.pick(
            (
                ("", []),
                ("  count = 1\n", [Named("count.index", N, True)]),
                ('  for_each = toset(["a"])\n', [Named("each.key", S, True), Named("each.value", S, True)]),
                ('  for_each = { a = "x", b = "y" }\n', [Named("each.value", S, True)]),
            )
        )
        sheet.saw("module" if not repetition else f"module {repetition.split()[0]}")
        call = Call(name, f"{self.folder}/{name}" if self.folder else name, repetition, scope, {})
        child = Module(sheet, call.folder, (self, call))
        self.inner.append(child)
        return call, child

    def close(self, call: Call, child: Module) -> None:
        """Writes the call, now that all arguments are there."""
        call_text = "".join(f"  {name} = {value}\n" for name, value in call.arguments.items())
        self.blocks.append(f'module "{call.name}" {{\n  source = "./{call.name}"\n{call.repetition}{call_text}}}\n')

    def declare(self) -> None:
        """Buckets and CORS configurations."""

        declare(self)


_READ = {
    "text.txt": "read\n",
    "text.tftpl": "${upper(name)}%{ for x in items ~}\n  ${x},\n%{ endfor ~}\n",
    "data.json": '{"origins": ["https://j.example", "*"]}',
}
"""What modules read with functions."""
_RANDOM = {
    "u": 'resource "random_id" "u" {\n  byte_length = 4\n  keepers = { k = "kept" }\n}\n',
    "many": 'resource "random_id" "many" {\n  count = 2\n  byte_length = 4\n}\n',
    "each": 'resource "random_id" "each" {\n  for_each = toset(["a", "b"])\n  byte_length = 4\n}\n',
}


@st.composite
def cases(draw: Any) -> Case:
    """Root modules, most of which Terraform plans without an error."""
    spoilt = draw(st.integers(0, 9)) == 9
    features: dict[str, int] = {}
    root = Module(Sheet(draw, FUEL, spoilt, features))
    root.declare()
    return Case(Source(root.files(), root.variables, tuple(root.given)), Counter(features))
