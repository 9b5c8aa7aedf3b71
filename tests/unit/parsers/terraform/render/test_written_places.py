"""Where values are written: what is found, what is left to somebody else, and that input cannot keep the walk busy."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.interfaces import Inputs, NamedText
from parsers.terraform.nodes import Block, Call, Expression, For, ObjectNode, Template, TupleNode
from parsers.terraform.render.trace_ends import ends
from parsers.terraform.render.trace_found import Found, Stop
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_shapes import parts_of
from parsers.terraform.render.trace_sites import Sites
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.syntax import cut_file
from tests.unit.parsers.terraform.render.rewriting import (
    MemoryTree,
    field,
    instead,
    nothing,
    one_more,
    origin,
    parsed,
    rewritten,
)

NEW = "https://new.example"
EXPRESSIONS = (
    '["https://a", var.b, # c\n    "c"]',
    '{ a = ["x"], "b" = { c = 1 } }',
    '"text ${var.x} and ${join(",", ["a", "]"])}"',
    "<<EOT\nhere ] } \n  EOT",
    "var.rules[0].origins",
    'local.cors["a"].b[*].c',
    'concat(var.a, ["x"])',
    '[for k, v in var.m : "${k}-${v}" if v != ""]',
    "{ for k in var.m : k => [k] }",
    "60 * 60 * 24",
    "-1",
    "(1 + 2) * 3",
    "var.a ? [1, 2] : [3]",
    "true",
    "12.5e3",
    "null",
    'data.aws_region.x["name"]',
)


def configuration(origins: str, more: str = "") -> str:
    return f"""
resource "aws_s3_bucket_cors_configuration" "c" {{
  bucket = "b"
  cors_rule {{
    allowed_methods = ["GET"]
    allowed_origins = {origins}
  }}
}}
{more}"""


def expressions_of(block: Block) -> Iterator[Expression]:
    for attribute in block.attributes.values():
        yield from parts_of(attribute.expression)
    for each in block.blocks:
        yield from expressions_of(each)


@pytest.mark.parametrize("source", EXPRESSIONS)
@pytest.mark.parametrize("before", ["", "\ufeff", "# é\r\n"])
def test_the_range_of_an_expression_is_exactly_its_text(source: str, before: str) -> None:
    text = f'{before}resource "x" "y" {{\n  /* 日 */ a = {source}\n  # behind\n  b = 1\n}}\n'
    texts = Texts(MemoryTree({"main.tf": text}))
    file = cut_file("main.tf", text.encode(), lambda _: None)
    node = file.blocks[0].attributes["a"].expression
    found = texts.expression(node)
    assert found is not None
    assert text[found.start : found.end] == source
    block = texts.block(file.blocks[0])
    assert block is not None
    assert text[block.start : block.end] == text[len(before) :].rstrip("\n")


@given(
    st.recursive(
        st.sampled_from(EXPRESSIONS),
        lambda inner: st.lists(inner, max_size=3).map(
            lambda items: "[" + ", ".join(each for each in items if "\n" not in each) + "]"
        ),
        max_leaves=6,
    )
)
def test_every_literal_inside_of_an_expression_has_the_range_of_its_brackets(source: str) -> None:
    text = f"a = {source}\n"
    texts = Texts(MemoryTree({"x.tfvars": text}))
    for each in parts_of(cut_file("x.tfvars", text.encode(), lambda _: None).attributes["a"].expression):
        found = texts.expression(each)
        if found is None or not isinstance(each, TupleNode | ObjectNode | For | Call | Template):
            continue
        inner = text[found.start : found.end]
        if isinstance(each, Template):
            assert inner[0] in '"<' or inner.isidentifier() or inner == "<<EOT"
        else:
            assert inner[-1] in "])}"
            assert inner.count("[") == inner.count("]") or '"]"' in inner or "here ]" in inner


def test_a_json_string_with_an_expression_in_it_has_no_range_for_what_is_inside() -> None:
    text = '{"locals": {"a": "${concat([1], [2])}"}}'
    from parsers.terraform.json_syntax import parse_json_file

    node = parse_json_file("a.tf.json", text.encode()).blocks[0].attributes["a"].expression
    texts = Texts(MemoryTree({"a.tf.json": text}))
    assert [texts.expression(each) for each in parts_of(node) if isinstance(each, TupleNode)] == [None, None]


def walked(files: dict[str, str], name: str) -> list[Found]:
    """What is found for an argument of the first rule, its parts included."""
    bucket = parsed(files, Inputs()).buckets[0]
    site = Sites(MemoryTree(files), [""], Inputs()).find(bucket)
    assert site is not None
    expression = site.block.blocks[0].expression(name)
    assert expression is not None
    return [*places(expression, site.frame), *ends(expression, site.frame)]


def test_locals_that_refer_to_one_another_in_a_circle_end() -> None:
    circle = "locals {\n  a = try(local.b, [])\n  b = try(local.a, [])\n}\n"
    found = walked({"main.tf": configuration('concat(["https://a"], try(local.a, []))', circle)}, "allowed_origins")
    assert any(isinstance(each, Stop) for each in found)


@pytest.mark.parametrize("made", ["try(local.a{0}.x, local.a{0}.y)", "concat(local.a{0}, local.a{0})"])
def test_ways_that_double_at_every_step_end(made: str) -> None:
    chain = "".join(f"  a{place} = {made.format(place + 1)}\n" for place in range(70))
    found = walked({"main.tf": configuration("local.a0", f"locals {{\n{chain}  a70 = {{}}\n}}\n")}, "allowed_origins")
    assert len(found) < 100_000


def test_a_long_chain_of_locals_ends_with_a_place_for_the_reader() -> None:
    chain = "".join(f"  a{place} = local.a{place + 1}\n" for place in range(95))
    files = {"main.tf": configuration("local.a0", f'locals {{\n{chain}  a95 = ["https://a"]\n}}\n')}
    bucket = parsed(files, Inputs()).buckets[0]
    if bucket.cors is not None and isinstance(bucket.cors.rules[0].allowed_origins, tuple):
        found = rewritten(files, origin(NEW))
        assert found.files is not None or found.by_hand


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (Inputs(environment={"TF_VAR_o": '["https://a"]'}), "is given by TF_VAR_o in the environment"),
        (Inputs(variables=(("o", '["https://a"]'),)), "is given by the run's settings (--var, cors-drift.toml,"),
        (Inputs(variables=(NamedText("/else/where.tfvars", 'o = ["https://a"]'),)), "is given by /else/where.tfvars"),
    ],
)
def test_a_value_that_somebody_gives_from_outside_is_named_and_not_overwritten(inputs: Inputs, says: str) -> None:
    files = {"main.tf": 'variable "o" {\n  type = list(string)\n}\n' + configuration("concat(var.o, [])")}
    found = rewritten(files, instead("https://a", NEW), inputs=inputs)
    assert found.files is None
    assert [says in each.why for each in found.by_hand] == [True]
    assert found.by_hand[0].location.line == 1
    assert found.by_hand[0].wanted == f'allowed_origins = ["{NEW}"]'


def test_a_file_of_values_that_was_named_is_edited_where_it_lies_in_the_tree() -> None:
    content = 'o = ["https://a"]\n'
    files = {
        "main.tf": 'variable "o" {\n  type = list(string)\n}\n' + configuration("var.o"),
        "envs/prod.tfvars": content,
    }
    inputs = Inputs(variables=(NamedText("envs/prod.tfvars", content),))
    found = rewritten(files, origin(NEW), inputs=inputs, units=[""])
    assert found.changed(files) == {"envs/prod.tfvars": f'o = ["https://a", "{NEW}"]\n'}


def test_a_secret_is_not_written_out_where_it_is_used() -> None:
    variable = 'variable "o" {\n  sensitive = true\n  default   = "https://a,https://b"\n}\n'
    files = {"main.tf": variable + configuration('[for each in split(",", var.o) : lower(each)]')}
    found = rewritten(files, instead("https://a", NEW))
    assert found.files is None or f'["https://b", "{NEW}"]' not in found.changed(files)["main.tf"]


def test_members_that_are_not_known_stay_where_they_are() -> None:
    files = {
        "main.tf": 'data "aws_caller_identity" "x" {}\n'
        + configuration('["https://${data.aws_caller_identity.x.account_id}.example", "https://a"]')
    }
    found = rewritten(files, instead("https://a", NEW))
    assert f'["https://${{data.aws_caller_identity.x.account_id}}.example", "{NEW}"]' in found.changed(files)["main.tf"]


def test_no_copy_of_a_module_that_init_made_is_ever_edited() -> None:
    source = "registry.terraform.io/a/b/aws"
    copy = {"Key": "m", "Source": source, "Version": "1.0.0", "Dir": ".terraform/modules/m"}
    listed = json.dumps({"Modules": [copy]})
    files = {
        "main.tf": 'module "m" {\n  source = "a/b/aws"\n}\n',
        ".terraform/modules/modules.json": listed,
        ".terraform/modules/m/main.tf": configuration('["https://a"]'),
    }
    for change in (origin(NEW), field(max_age_seconds=9), one_more(), nothing):
        found = rewritten(files, change, units=[""])
        assert found.files is None
        assert [each.location.path for each in found.by_hand] == ["main.tf"]
        assert "which the next init replaces" in found.by_hand[0].why


def test_what_only_the_outline_of_a_module_says_is_never_edited() -> None:
    module = 'module "m" {\n  source  = "cloudposse/cloudfront-s3-cdn/aws"\n  version = "0.95.0"\n}\n'
    registry = 'module "m" {\n  source  = "terraform-aws-modules/s3-bucket/aws"\n  version = "4.1.0"\n  bucket  = "b"\n'
    rules = '  cors_rule = [{ allowed_methods = ["GET"], allowed_origins = ["https://a"] }]\n}\n'
    files = {"main.tf": registry + rules, "other/main.tf": module}
    found = rewritten(files, one_more(), units=[""])
    assert set(found.changed(files)) == {"main.tf"}


def test_of_two_roots_that_call_one_module_the_right_one_is_found() -> None:
    module = 'variable "o" {}\nvariable "n" {}\n' + configuration("var.o").replace('"b"', "var.n")
    call = 'module "m" {{\n  source = "../m"\n  n      = "{0}"\n  o      = ["https://{0}"]\n}}\n'
    files = {"m/main.tf": module, "one/main.tf": call.format("one"), "two/main.tf": call.format("two")}
    snapshot = parsed(files, Inputs())
    sites = Sites(MemoryTree(files), ["m", "one", "two"], Inputs())
    for bucket in snapshot.buckets:
        site = sites.find(bucket)
        assert site is not None
        assert site.frame.module is not None
        assert site.frame.module.run.root == bucket.name


def test_two_rules_with_one_list_both_change_by_one_edit() -> None:
    files = {
        "main.tf": 'locals {\n  o = ["https://a"]\n}\n'
        + configuration("local.o").replace(
            "  }\n}\n", '  }\n  cors_rule {\n    allowed_methods = ["PUT"]\n    allowed_origins = local.o\n  }\n}\n'
        )
    }

    def change(pairs: list) -> None:  # type: ignore[type-arg]
        origin(NEW, 0)(pairs)
        origin(NEW, 1)(pairs)

    found = rewritten(files, change)
    assert found.changed(files)["main.tf"].count(NEW) == 1
