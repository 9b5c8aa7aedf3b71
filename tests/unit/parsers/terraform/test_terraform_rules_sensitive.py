"""Which texts and numbers of rules are never to be printed."""

from __future__ import annotations

import pytest

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.expressions import Budget, Scope
from parsers.terraform.rules import Rules, inline_rules, separate_rules
from parsers.terraform.syntax import parse_file
from parsers.terraform.values import EPHEMERAL, SENSITIVE, Value, marked, number, text, tuple_of, unknown

VALUES = {
    "secret": marked(text("https://hush"), {SENSITIVE}),
    "token": marked(text("https://hush"), {EPHEMERAL}),
    "seconds": marked(number(77), {SENSITIVE}),
    "origins": marked(tuple_of([text("https://a"), text("https://b")]), {SENSITIVE}),
    "mixed": tuple_of([text("https://open"), marked(text("https://hush"), {SENSITIVE})]),
    "later": unknown("known after apply"),
    "part": marked(unknown("known after apply", prefix="https://pre-", suffix=".hidden"), {SENSITIVE}),
}


class Vars:
    """Variables of the given values."""

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        return VALUES[words[1]], 2

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        return functions.call(name, args, at)


def rules(origins: str, more: str = "", *, inline: bool = False) -> Rules:
    kind = "aws_s3_bucket" if inline else "aws_s3_bucket_cors_configuration"
    body = f'cors_rule {{\n allowed_methods = ["GET"]\n allowed_origins = {origins}\n {more}\n }}'
    block = parse_file("t.tf", f'resource "{kind}" "b" {{\n bucket = "b"\n {body}\n}}\n'.encode()).blocks[0]
    read = inline_rules if inline else separate_rules
    return read(block, Scope(Vars(), Budget()))


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("origins", "hidden"),
    [
        ('["https://open"]', set()),
        ("[var.secret]", {"https://hush"}),
        ('["${var.secret}/x", "https://open"]', {"https://hush/x"}),
        ("var.mixed", {"https://hush"}),
        ("var.origins", {"https://a", "https://b"}),
        ("[for each in var.origins : upper(each)]", {"HTTPS://A", "HTTPS://B"}),
        ('var.secret == "" ? ["https://open"] : ["https://other"]', {"https://other"}),
        ("[var.part]", {"https://pre-", ".hidden"}),
        ("concat(var.mixed, [var.later])", {"https://hush"}),
    ],
)
def test_the_texts_of_sensitive_values_are_told(origins: str, hidden: set[str], inline: bool) -> None:
    assert rules(origins, inline=inline).sensitive == hidden


def test_a_sensitive_number_is_told() -> None:
    assert rules('["*"]', "max_age_seconds = var.seconds").sensitive == {77}


def test_a_sensitive_list_of_rules_hides_all_that_is_in_it() -> None:
    source = (
        'resource "aws_s3_bucket" "b" {\n cors_rule = sensitive([{ allowed_methods = ["GET"], allowed_origins = ["*"],'
        " allowed_headers = null, expose_headers = null, max_age_seconds = 5 }])\n}\n"
    )
    found = inline_rules(parse_file("t.tf", source.encode()).blocks[0], Scope(Vars(), Budget()))
    assert found.sensitive == {"GET", "*", 5}


@pytest.mark.parametrize("inline", [False, True])
def test_an_ephemeral_value_in_a_rule_is_refused_as_by_terraform(inline: bool) -> None:
    found = rules("[var.token]", inline=inline)
    assert found.cors is None
    assert [each.id for each in found.faults] == ["ephemeral-value"]
    assert "hush" not in str(found)


def test_a_reason_never_holds_a_sensitive_text() -> None:
    found = rules('["x"]', "max_age_seconds = var.secret").cors
    assert found is not None
    assert "hush" not in str(found)
