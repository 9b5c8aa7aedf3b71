"""Configurations of a hostile shape: too deep, too many, in circles, broken, or in the wrong place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs
from drift.location import Severity
from drift.snapshot import State
from tests.unit.parsers.terraform.hostile import GOOD, RULE, bad, configuration, good, read, why, written

DEPTH = 10_000

DEEP = {
    "parentheses": "[" + "(" * DEPTH + '"x"' + ")" * DEPTH + "]",
    "brackets": "[" * DEPTH + "]" * DEPTH,
    "objects": "{ a = " * DEPTH + "1" + " }" * DEPTH,
    "templates": '["' + '${"' * DEPTH + "x" + '"}' * DEPTH + '"]',
    "directives": '["' + "%{ if true }" * DEPTH + "x" + "%{ endif }" * DEPTH + '"]',
    "loops in templates": '["' + "%{ for x in [1] }" * DEPTH + "x" + "%{ endfor }" * DEPTH + '"]',
    "conditionals": "true ? " * DEPTH + "[]" + " : []" * DEPTH,
    "conditionals to the right": "false ? [] : " * DEPTH + "[]",
    "negations": "[" + "!" * DEPTH + "true]",
    "signs": "[" + "-" * DEPTH + "1]",
    "calls": "upper(" * DEPTH + '"x"' + ")" * DEPTH,
    "for expressions": "[for x in " * DEPTH + "[]" + " : x]" * DEPTH,
    "indexes": "local.x" + "[0]" * DEPTH,
    "attributes": "local.x" + ".a" * DEPTH,
    "splats": "local.x" + "[*]" * DEPTH,
    "sums": "[" + " + ".join(["1"] * DEPTH) + "]",
    "and": "[" + " && ".join(["true"] * DEPTH) + "]",
    "heredocs": "[" + "<<E\n${" * 200 + '"x"' + "}\nE\n" * 200 + "]",
}


@pytest.mark.parametrize("origins", DEEP.values(), ids=DEEP)
def test_expressions_that_are_nested_too_deep_spoil_no_other_file(tmp_path: Path, origins: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": configuration(origins), "good.tf": GOOD}))
    good(snapshot)
    others = [bucket for bucket in snapshot.buckets if bucket.name != "good"]
    told = [fault.location.path for fault in snapshot.errors if fault.location is not None]
    assert (
        told == ["bad.tf"] or (len(others) == 1 and others[0].state is State.CONFIGURED) or "bad.tf:" in why(others[0])
    )


BLOCKS = {
    "blocks": "x {\n" * DEPTH + "}\n" * DEPTH,
    "blocks in a resource": 'resource "aws_s3_bucket" "x" {\n' + "cors_rule {\n" * DEPTH + "}\n" * DEPTH + "}\n",
    "dynamic blocks": 'resource "aws_s3_bucket" "x" {\n'
    + 'dynamic "cors_rule" {\n for_each = [1]\n content {\n' * 3000
    + "}\n}\n" * 3000
    + "}\n",
    "blocks that are not closed": "x {\n" * DEPTH,
    "braces that close nothing": "}\n" * DEPTH,
    "braces in one line": "{" * DEPTH,
    "comments": "/*" * DEPTH,
    "quotes": '"' * (DEPTH + 1),
    "heredocs that do not end": "a = <<E\n" * DEPTH,
}


@pytest.mark.parametrize("content", BLOCKS.values(), ids=BLOCKS)
def test_blocks_that_are_nested_too_deep_are_one_error(tmp_path: Path, content: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": content, "good.tf": GOOD}))
    good(snapshot)
    told = {fault.location.path for fault in snapshot.errors if fault.location is not None}
    unknown = [each for each in snapshot.buckets if each.state is State.UNKNOWN]
    assert told == {"bad.tf"} or unknown or content.startswith("x {\n" * 2 + "x {\n")
    assert len(snapshot.errors) <= 3


BROKEN = {
    "a brace is missing": 'resource "aws_s3_bucket" "x" {\n  bucket = "x"\n',
    "a quote is missing": 'resource "aws_s3_bucket" "x" {\n  bucket = "x\n}\n',
    "a bracket is missing": "locals {\n  a = [1, 2\n}\n",
    "words": "this is no Terraform at all\n",
    "a template is open": 'locals {\n  a = "${"\n}\n',
    "an old interpolation": 'locals {\n  a = "${var.x"\n}\n',
    "a heredoc is open": "locals {\n  a = <<E\n x\n}\n",
    "json in a native file": '{"resource": {}}\n',
    "a conflict of a merge": "<<<<<<< HEAD\nlocals {}\n=======\nlocals {}\n>>>>>>> other\n",
    "a diff": "--- a/main.tf\n+++ b/main.tf\n@@ -1 +1 @@\n-locals {}\n+locals {}\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_error_with_its_line_and_leaves_the_others(tmp_path: Path, content: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": content, "good.tf": GOOD}))
    good(snapshot)
    (fault,) = snapshot.errors
    assert fault.location is not None
    assert fault.location.path == "bad.tf"
    assert fault.location.line is not None
    assert fault.help


UNREADABLE = {
    "single quotes": "'bad'",
    "a bad escape": '"\\q"',
    "an operator without its right side": '"bad" +',
    "an operator of another language": '"bad" ++ "x"',
    "two values": '"bad" "x"',
    "two arguments": '"bad" region = "x"',
    "a block behind it": '"bad" timeouts {}',
    "two arguments in an interpolation": '"${"bad" region = 1}"',
    "an empty interpolation": '"${}"',
    "a directive that does not end": '"%{ if true }bad"',
    "a directive that does not exist": '"%{ while true }bad%{ endwhile }"',
    "a for without its end": "[for x in []",
    "a number with two points": "1.5.2",
    "a semicolon": '"bad";',
}


@pytest.mark.parametrize("name", UNREADABLE.values(), ids=UNREADABLE)
def test_an_argument_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": configuration('["x"]', name), "good.tf": GOOD}))
    good(snapshot)
    others = [bucket for bucket in snapshot.buckets if bucket.name != "good"]
    told = [f"{fault.location.path}:{fault.location.line}" for fault in snapshot.errors if fault.location is not None]
    assert all(isinstance(each.name, Unknown) for each in others)
    assert told or all("bad.tf:" in each.name.reason for each in others if isinstance(each.name, Unknown))
    assert all(each.startswith("bad.tf:") for each in told)
    assert told or others


def test_two_arguments_in_a_block_on_one_line_are_refused(tmp_path: Path) -> None:
    content = 'resource "aws_s3_bucket" "x" { bucket = "bad" region = "x" }\n'
    (fault,) = read(written(tmp_path, {"bad.tf": content})).errors
    assert (fault.location and fault.location.line, "a line break is needed" in fault.message) == (1, True)


WRONG = {
    "an unknown function": "nosuch(1)",
    "an unknown function of a provider": "provider::aws::nosuch(1)",
    "text as a number": '["x" + 1]',
    "a number as a list": "5",
    "an object as a list": "{ a = 1 }",
    "lists in the list": '[["x"]]',
    "a variable that is not declared": "var.nosuch",
    "a variable without a value": "var.required",
    "a local that is not declared": "local.nosuch",
    "a resource that is not declared": "aws_s3_bucket.nosuch.tags",
    "a module that is not declared": "module.nosuch.x",
    "an attribute that is not there": '{ a = 1 }["b"]',
    "an index out of range": "[[]][1]",
    "null": "null",
    "a null in a template": '["x${null}"]',
    "a local that refers to itself": "[local.self]",
    "locals in a circle": "[local.one]",
    "a default of the wrong type": "[var.mistyped]",
    "each without for_each": "[each.value]",
    "self": "[self.bucket]",
    "too few arguments": "join()",
    "an argument that is null": 'split(",", null)',
}
DECLARED = (
    'variable "required" {}\nvariable "mistyped" {\n  type = number\n  default = "x"\n}\n'
    "locals {\n  self = local.self\n  one = local.two\n  two = local.three\n  three = [local.one]\n}\n"
)


@pytest.mark.parametrize("origins", WRONG.values(), ids=WRONG)
def test_an_expression_with_an_error_leaves_its_own_argument_unknown_and_says_where(
    tmp_path: Path, origins: str
) -> None:
    snapshot = read(written(tmp_path, {"a.tf": DECLARED, "bad.tf": configuration(origins), "good.tf": GOOD}))
    good(snapshot)
    reason = why(bad(snapshot))
    assert ".tf:" in reason or "give --var" in reason


CIRCLES: dict[str, dict[str, str]] = {
    "a module that calls itself": {"m/m.tf": 'module "m" {\n  source = "../m"\n}\n'},
    "a module that calls its caller": {"m/m.tf": 'module "m" {\n  source = "../"\n}\n'},
    "modules in a circle": {
        "m/m.tf": 'module "n" {\n  source = "../n"\n}\n',
        "n/n.tf": 'module "m" {\n  source = "../m"\n}\n',
    },
    "modules that call two of themselves": {
        "m/m.tf": 'module "a" {\n  source = "./"\n}\nmodule "b" {\n  source = "./"\n}\n'
    },
    "a module whose argument is its output": {
        "m/m.tf": 'variable "x" {}\noutput "x" {\n  value = var.x\n}\n' + configuration("[var.x]")
    },
    "a count that counts itself": {
        "m/m.tf": 'resource "aws_s3_bucket" "x" {\n  count = length(aws_s3_bucket.x)\n  bucket = "x"\n}\n'
    },
    "a bucket named after itself": {"m/m.tf": 'resource "aws_s3_bucket" "x" {\n  bucket = aws_s3_bucket.x.id\n}\n'},
}


@pytest.mark.parametrize("files", CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_told_with_its_place_and_ends(tmp_path: Path, files: dict[str, str]) -> None:
    root = (
        'module "m" {\n  source = "./m"\n  x = module.m.x\n}\n'
        if "whose argument" in str(files) or '"x" {}' in str(files)
        else 'module "m" {\n  source = "./m"\n}\n'
    )
    snapshot = read(written(tmp_path, {"good.tf": GOOD, "bad.tf": root, **files}))
    good(snapshot)
    others = [bucket for bucket in snapshot.buckets if bucket.name != "good"]
    assert snapshot.errors or any(each.state is not State.CONFIGURED or ".tf:" in why(each) for each in others)


def test_modules_that_double_at_each_level_come_to_an_end_and_to_one_error(tmp_path: Path) -> None:
    levels = {
        f"m{n}/m.tf": "".join(f'module "{name}" {{\n  source = "../m{n + 1}"\n}}\n' for name in "abcd")
        for n in range(15)
    }
    files = {
        "good.tf": GOOD,
        "main.tf": 'module "m" {\n  source = "./m0"\n}\n',
        **levels,
        "m15/m.tf": configuration('["x"]'),
    }
    snapshot = read(written(tmp_path, files))
    good(snapshot)
    assert [fault.id for fault in snapshot.errors] == ["too-many-modules"]


def many(make: Callable[[int], str], number: int) -> str:
    return "".join(make(index) for index in range(number))


MANY = {
    "attributes": "locals {\n" + many(lambda n: f"  a{n} = {n}\n", 20_000) + "}\n",
    "blocks": many(lambda n: f'variable "v{n}" {{}}\n', 10_000),
    "blocks in a resource": f'resource "aws_s3_bucket" "x" {{\n  bucket = "x"\n{RULE * 3000}}}\n',
    "items": f"locals {{\n  a = [{'1, ' * 30_000}]\n}}\n",
    "lines": "\n" * 1_000_000,
    "comments": "# x\n" * 100_000,
    "a long line": "# " + "x" * 3_000_000 + "\n",
    "a long string": f'locals {{\n  a = "{"x" * 2_000_000}"\n}}\n',
    "a long name": f"locals {{\n  {'x' * 1_000_000} = 1\n}}\n",
}


@pytest.mark.parametrize("content", MANY.values(), ids=MANY)
def test_very_many_things_in_a_file_spoil_no_other(tmp_path: Path, content: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": content, "good.tf": GOOD}))
    good(snapshot)
    assert len(snapshot.diagnostics) <= 1


def test_a_thousand_modules_are_read(tmp_path: Path) -> None:
    calls = many(lambda n: f'module "m{n}" {{\n  source = "./m"\n  name = "bucket-{n}"\n}}\n', 1000)
    module = 'variable "name" {}\n' + configuration('["https://x.example"]', "var.name")
    snapshot = read(written(tmp_path, {"good.tf": GOOD, "main.tf": calls, "m/m.tf": module}))
    good(snapshot)
    assert len(snapshot.buckets) == 1001
    assert all(bucket.state is State.CONFIGURED for bucket in snapshot.buckets)


@pytest.mark.parametrize("name", ["terraform.tfvars", "a.auto.tfvars", "terraform.tfvars.json"])
@pytest.mark.parametrize(
    "content", ["v = (" + "(" * DEPTH, '{"v": ' + "[" * DEPTH, "v = \x00", "\ufeff{", 'v = file("/etc/passwd")']
)
def test_a_broken_variable_file_is_an_error_with_its_place(tmp_path: Path, name: str, content: str) -> None:
    files = {name: content, "bad.tf": 'variable "v" {}\n' + configuration("[var.v]"), "good.tf": GOOD}
    snapshot = read(written(tmp_path, files))
    good(snapshot)
    assert {fault.location.path for fault in snapshot.errors if fault.location is not None} == {name}
    assert "passwd" not in repr(snapshot.buckets)


def test_a_hostile_value_from_the_command_line_is_an_error(tmp_path: Path) -> None:
    files = {"bad.tf": 'variable "v" {\n  type = list(string)\n}\n' + configuration("var.v"), "good.tf": GOOD}
    snapshot = read(written(tmp_path, files), inputs=Inputs(variables=(("v", "[" * DEPTH),)), places=False)
    good(snapshot)
    assert [fault.severity for fault in snapshot.errors] == [Severity.ERROR]
