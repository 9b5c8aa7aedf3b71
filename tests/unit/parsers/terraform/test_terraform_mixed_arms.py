"""A conditional with a tuple beside a list, or an object beside a map: whose members Terraform makes one collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.terraform_plan import missing
from tests.laws.terraform_judge import Judge, Source
from tests.unit.parsers.terraform.test_terraform_parser import read

RULES = (
    "true ? [{{ m = {one}, o = [{more}] }}, {{ m = {other}, o = [{more}] }}] : tolist([{{ m = [], o = [{lists}] }}])"
)
REFUSED = [
    RULES.format(one='["GET"]', other='["GET", "PUT"]', more='"*"', lists=""),
    RULES.format(one="[]", other='["GET"]', more='"*"', lists='"a", "b"'),
    RULES.format(one='["GET"]', other='["GET", "PUT"]', more='"*"', lists="").replace("tolist(", "(true ? [] : "),
    'true ? { a = { m = ["GET"] }, b = { m = ["GET", "PUT"] } } : tomap({})',
    'false ? tomap({}) : { a = { m = [] }, b = { m = ["GET"] } }',
]
"""The members differ in ``m``, which is a list for the members of one arm already: only the rest is converted."""
PLANNED = [
    RULES.format(one='["GET"]', other='["GET", "PUT"]', more='"*"', lists='"a"'),
    RULES.format(one='["GET"]', other='["PUT"]', more='"*"', lists=""),
    RULES.format(one='["GET"]', other='["GET", "PUT"]', more='"*"', lists="").replace("true", "false"),
    'true ? [{ m = ["GET"], o = ["*"] }, { m = [], o = ["*", "a"] }] : tolist([{ m = [], o = [] }])',
    'true ? { a = { m = ["GET"] } } : tomap({})',
    'true ? { a = { m = ["GET"] }, b = { m = ["GET", "PUT"] } } : tomap({ a = { m = ["GET"] } })',
    'true ? { a = { m = [], o = "a" }, b = { m = ["GET"], o = 1 } } : tomap({ a = { m = [], o = true } })',
]


def source(rules: str) -> str:
    return (
        'resource "aws_s3_bucket_cors_configuration" "c" {\n  bucket = "b"\n  cors_rule {\n'
        f'    allowed_methods = ["GET"]\n    allowed_origins = [for rule in {rules} : "https://a.example"]\n  }}\n}}\n'
    )


@pytest.mark.parametrize("rules", REFUSED)
def test_members_that_stay_of_different_types_are_an_error(rules: str, tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"main.tf": source(rules)}).errors
    assert "element types must all match for conversion to" in fault.message


@pytest.mark.parametrize("rules", PLANNED)
def test_members_that_become_alike_are_a_collection(rules: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": source(rules)})
    assert not snapshot.diagnostics
    (found,) = snapshot.buckets
    assert found.cors is not None
    assert found.cors.rules[0].allowed_origins == ("https://a.example",)


@pytest.mark.terraform
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_terraform_itself_refuses_and_plans_the_same(judge: Judge) -> None:
    refused = [judge.one(Source({"main.tf": source(rules)})).error is not None for rules in [*REFUSED, *PLANNED]]
    assert refused == [True] * len(REFUSED) + [False] * len(PLANNED)
