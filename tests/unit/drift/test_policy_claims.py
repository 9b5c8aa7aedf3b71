"""Where several declarations claim one bucket: which replace the rules of one another, and which are alternatives."""

from __future__ import annotations

import pytest

from drift.finding import Finding
from drift.location import Location, Severity
from drift.policy import policy_findings
from drift.report import BucketReport, BucketState
from drift.snapshot import Alternative, Bucket, State
from tests.rules import bucket, rule

GOOD = rule("GET")
NULL = rule("GET", "null")


def found(*claims: Bucket) -> list[Finding]:
    first, *others = claims
    report = BucketReport("b", BucketState.VALIDATED, first, None, also_declared=tuple(others))
    return [each for each in policy_findings(report) if each.id.startswith("declared-")]


def declared_more(*claims: Bucket) -> list[tuple[str, Severity]]:
    return [(each.id, each.severity) for each in found(*claims)]


def either(yes: Bucket | None, no: Bucket | None) -> Bucket:
    cases = Alternative("IsProd is true", yes), Alternative("IsProd is false", no)
    return Bucket("b", State.UNKNOWN, "cloudformation", reason="open", alternatives=cases)


def inline(folder: str, name: str = "this", module: str = "", **more: object) -> Bucket:
    return bucket("b", GOOD, address=f"{module}aws_s3_bucket.{name}", location=Location(f"{folder}/main.tf", 1), **more)


def separate(folder: str, name: str = "this", module: str = "", **more: object) -> Bucket:
    address = f"{module}aws_s3_bucket_cors_configuration.{name}"
    return bucket("b", GOOD, address=address, location=Location(f"{folder}/main.tf", ord(name[0])), **more)


@pytest.mark.parametrize(
    "claims",
    [
        (separate("."), separate(".", "more")),
        (separate("a"), separate("b", "more")),
        (separate("modules/s3", module="module.s3."), separate("infra", "extra")),
        (separate("examples"), separate("examples", "more")),
        (separate("examples"), separate("live", "more")),
        (inline("a"), bucket("b", GOOD, location=Location("cors.json", 1))),
        (bucket("b", GOOD), bucket("b", GOOD)),
        (separate("a"), separate("a", "more"), separate("b", "more")),
    ],
    ids=[
        "two resources of one root",
        "two resources of two roots",
        "a module, and a resource beside it",
        "two resources of one example",
        "an example, and what is deployed",
        "a resource that makes the bucket, and a file of rules",
        "nothing is known of where they stand",
        "two that clash, and an alternative of one of them",
    ],
)
def test_declarations_that_replace_the_rules_of_one_another_are_a_warning(claims: tuple[Bucket, ...]) -> None:
    assert declared_more(*claims) == [("declared-more-than-once", Severity.WARNING)]


@pytest.mark.parametrize(
    "claims",
    [
        (inline("a", "one"), inline("b", "other")),
        (inline("modules/s3", module="module.a."), inline("modules/s3", module="module.b.")),
        (separate("modules/s3", module="module.a."), separate("modules/s3", module="module.b.")),
        (separate("modules/s3", module="module.a."), separate("modules/s3", module="module.a.")),
        (separate("env/dev"), separate("env/prod")),
        (separate("examples/full", "one"), separate("examples/small", "other")),
        (separate("a/test/x", "one"), separate("Fixtures/y", "other")),
        (
            bucket("b", GOOD, address="Assets", source="cloudformation", location=Location("a.yaml", 1)),
            bucket("b", GOOD, address="Site", source="cloudformation", location=Location("b.yaml", 1)),
        ),
    ],
    ids=[
        "each makes the bucket, and a name is given once",
        "a module that makes it is called twice",
        "one place in the code under two callers",
        "one module under two roots",
        "one address in two roots",
        "two examples",
        "an example and a fixture",
        "two templates, each with the bucket",
    ],
)
def test_declarations_that_look_like_alternatives_weigh_less(claims: tuple[Bucket, ...]) -> None:
    assert declared_more(*claims) == [("declared-more-than-once", Severity.INFO)]
    assert "unless they are alternatives" in found(*claims)[0].message


def test_what_could_not_be_read_is_no_second_declaration() -> None:
    unread = Bucket("b", State.UNKNOWN, "terraform", address="aws_s3_bucket.other", reason="another provider")
    assert declared_more(separate("a"), unread) == []
    assert declared_more(unread, unread) == []
    assert declared_more(separate("a"), separate("a", "more"), unread) == [
        ("declared-more-than-once", Severity.WARNING)
    ]


def test_an_empty_list_of_rules_is_a_declaration_like_others() -> None:
    none = bucket("b", says_none=True, address="aws_s3_bucket_cors_configuration.none")
    assert declared_more(separate("a"), none) == [("declared-more-than-once", Severity.WARNING)]


def test_a_declaration_with_cases_counts_if_it_declares_in_each_of_them() -> None:
    assert declared_more(bucket("b", GOOD), either(bucket("b", GOOD), bucket("b", NULL)))
    assert declared_more(bucket("b", GOOD), either(bucket("b", GOOD), None)) == []
    assert declared_more(bucket("b", GOOD), either(bucket("b", GOOD), bucket("b"))) == []


def test_inline_rules_and_separate_ones_in_two_examples_do_not_undo_one_another() -> None:
    assert declared_more(inline("examples/old"), separate("examples/new")) == [
        ("declared-more-than-once", Severity.INFO)
    ]
    assert declared_more(inline("."), separate(".")) == [("declared-inline-and-separately", Severity.WARNING)]


def test_a_great_many_declarations_of_one_bucket_are_judged_by_the_first_of_them() -> None:
    many = [inline("a", str(each)) for each in range(2000)]
    assert declared_more(*many, bucket("b", GOOD)) == [("declared-more-than-once", Severity.INFO)]
    assert declared_more(*many[:9], bucket("b", GOOD)) == [("declared-more-than-once", Severity.WARNING)]
