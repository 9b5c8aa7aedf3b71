"""The user's own list, states and plans, and the account of the credentials."""

from __future__ import annotations

import pytest

from drift.cors.model import Unknown
from drift.identity import identify
from drift.identity_sources import CallerSource, NamesSource, StateSource, completable
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, IdentifiedBy, Snapshot, State

SITE = "module.site.aws_s3_bucket_cors_configuration.this[0]"


def declared(address: str = SITE, name: str | Unknown | None = None, **more: object) -> Bucket:
    open_ = Unknown("only known after apply")
    source = more.pop("source", "terraform")
    return Bucket(open_ if name is None else name, State.ABSENT, source, address, **more)  # type: ignore[arg-type]


def in_state(address: str, name: str, **more: object) -> Bucket:
    return Bucket(name, State.ABSENT, "plan", address, **more)  # type: ignore[arg-type]


def state(*buckets: Bucket, path: str = "prod.tfstate", told: tuple[Diagnostic, ...] = ()) -> StateSource:
    return StateSource(Snapshot("plan", buckets, told), path)


def found(bucket: Bucket) -> tuple[object, str | None]:
    return bucket.name, bucket.identity.says if bucket.identity else None


def test_entry_of_the_settings_names_the_bucket_of_an_address() -> None:
    outcome = identify(Snapshot("", (declared(),)), [NamesSource({SITE: "assets-1"})])
    assert found(outcome.buckets[0]) == ("assets-1", f"cors-drift.toml names it for {SITE}")
    assert outcome.buckets[0].identity is not None
    assert outcome.buckets[0].identity.by is IdentifiedBy.MAP
    assert outcome.diagnostics == ()


def test_entry_may_name_the_stack_too() -> None:
    buckets = tuple(declared("Assets", source="cloudformation", stack=stack) for stack in ("dev", "prod"))
    outcome = identify(Snapshot("", buckets), [NamesSource({"prod/Assets": "assets-prod"})])
    assert [bucket.name == "assets-prod" for bucket in outcome.buckets] == [False, True]


def test_two_entries_for_one_declaration_that_differ_name_none() -> None:
    bucket = declared("Assets", source="cloudformation", stack="prod")
    outcome = identify(Snapshot("", (bucket,)), [NamesSource({"prod/Assets": "one", "Assets": "two"})])
    assert isinstance(outcome.buckets[0].name, Unknown)
    assert "2 buckets may be meant: one, two" in outcome.buckets[0].name.reason


def test_entry_for_nothing_that_is_declared_is_a_warning() -> None:
    outcome = identify(Snapshot("", (declared(name="known"),)), [NamesSource({"aws_s3_bucket.tpyo": "assets-1"})])
    (told,) = outcome.diagnostics
    assert (told.severity, told.id) == (Severity.WARNING, "unused-name")
    assert "aws_s3_bucket.tpyo" in told.message


def test_entry_that_contradicts_the_code_is_told_and_the_code_wins() -> None:
    place = Location("main.tf", 3)
    bucket = declared(name="assets-code", location=place)
    outcome = identify(Snapshot("", (bucket,)), [NamesSource({SITE: "assets-toml"})])
    assert outcome.buckets == (bucket,)
    (told,) = outcome.diagnostics
    assert (told.id, told.location) == ("contradicted-name", place)
    assert "assets-toml" in told.message
    assert "assets-code" in told.message


def test_sensitive_name_is_not_given_away_by_a_contradiction() -> None:
    bucket = declared(name="assets-secret", sensitive=frozenset({"assets-secret"}))
    outcome = identify(Snapshot("", (bucket,)), [NamesSource({SITE: "assets-toml"})])
    assert "assets-secret" not in outcome.diagnostics[0].message


def test_entry_that_says_what_the_code_says_is_fine() -> None:
    outcome = identify(Snapshot("", (declared(name="assets"),)), [NamesSource({SITE: "assets"})])
    assert outcome.diagnostics == ()


@pytest.mark.parametrize(
    "address",
    [
        SITE,
        'aws_s3_bucket.this["a.b"]',
        'module.m["x"].module.n[2].aws_s3_bucket.this["\\"q\\" $${y}"]',
        "aws_s3_bucket.plain",
    ],
)
def test_state_names_the_bucket_of_an_address(address: str) -> None:
    outcome = identify(
        Snapshot("", (declared(address),)), [state(in_state("x", "other"), in_state(address, "assets-1"))]
    )
    assert found(outcome.buckets[0]) == ("assets-1", f"prod.tfstate has it as {address}")


def test_configuration_that_is_new_is_known_by_its_bucket() -> None:
    bucket = declared(made_by="module.site.aws_s3_bucket.this[0]")
    outcome = identify(Snapshot("", (bucket,)), [state(in_state("module.site.aws_s3_bucket.this[0]", "assets-1"))])
    assert found(outcome.buckets[0]) == ("assets-1", "prod.tfstate has its bucket as module.site.aws_s3_bucket.this[0]")
    assert outcome.diagnostics == ()


def test_state_entry_of_the_configuration_wins_over_that_of_the_bucket() -> None:
    both = state(in_state("aws_s3_bucket.b", "of-bucket"), in_state(SITE, "of-configuration"))
    outcome = identify(Snapshot("", (declared(made_by="aws_s3_bucket.b"),)), [both])
    assert outcome.buckets[0].name == "of-configuration"


def test_other_instance_or_module_is_not_meant() -> None:
    near = [SITE.replace("[0]", "[1]"), SITE.replace("[0]", ""), SITE.replace("module.site.", "")]
    outcome = identify(Snapshot("", (declared(),)), [state(*(in_state(each, "other-1") for each in near))])
    assert isinstance(outcome.buckets[0].name, Unknown)


def test_second_state_is_asked_where_the_first_has_nothing() -> None:
    states = [state(in_state("aws_s3_bucket.x", "x-1"), path="one"), state(in_state(SITE, "assets-1"), path="two")]
    outcome = identify(Snapshot("", (declared(), declared("aws_s3_bucket.x"))), states)
    assert [bucket.name for bucket in outcome.buckets] == ["assets-1", "x-1"]


def test_state_that_has_two_buckets_under_one_address_names_none() -> None:
    outcome = identify(Snapshot("", (declared(),)), [state(in_state(SITE, "one"), in_state(SITE, "two"))])
    assert isinstance(outcome.buckets[0].name, Unknown)
    assert "2 buckets may be meant: one, two" in outcome.buckets[0].name.reason


def test_state_of_another_configuration_is_a_warning() -> None:
    outcome = identify(Snapshot("", (declared(name="known"),)), [state(in_state("aws_s3_bucket.other", "x-1"))])
    (told,) = outcome.diagnostics
    assert (told.severity, told.id) == (Severity.WARNING, "state-of-another-configuration")


@pytest.mark.parametrize(("source", "told"), [("terraform", True), ("plan", True), ("cloudformation", False)])
def test_state_that_has_no_such_address_is_a_reason_for_what_terraform_declares(source: str, told: bool) -> None:
    outcome = identify(Snapshot("", (declared(source=source),)), [state(in_state("x", "x-1"))])
    name = outcome.buckets[0].name
    assert isinstance(name, Unknown)
    assert name.reason.endswith(f"; prod.tfstate has no {SITE}") is told


def test_empty_state_is_that_of_another_configuration_too() -> None:
    assert identify(Snapshot("", (declared(),)), [state()]).diagnostics[0].id == "state-of-another-configuration"


def test_state_that_cannot_be_read_is_an_error_and_nothing_else_is_said() -> None:
    fault = Diagnostic(Severity.ERROR, "unreadable-plan", "this state is encrypted", Location("prod.tfstate"))
    outcome = identify(Snapshot("", (declared(),)), [state(told=(fault,))])
    assert outcome.diagnostics == (fault,)


def test_only_the_name_of_a_state_is_sensitive_of_what_it_holds() -> None:
    secret = in_state(SITE, "assets-secret", sensitive=frozenset({"assets-secret", "https://secret.example"}))
    outcome = identify(Snapshot("", (declared(),)), [state(secret)])
    assert outcome.buckets[0].sensitive == {"assets-secret"}


def open_for(option: str) -> Unknown:
    return Unknown(f"it is only known when Terraform reads it; give {option}", prefix="assets-")


def test_account_of_the_credentials_completes_a_name() -> None:
    before = declared(name=open_for("--account"))
    again = declared(name="assets-111122223333")
    source = CallerSource(lambda: Snapshot("", (again,)), "account 111122223333 completes it")
    outcome = identify(Snapshot("", (before,)), [source])
    assert found(outcome.buckets[0]) == ("assets-111122223333", "account 111122223333 completes it")


def test_nobody_asks_for_the_caller_where_that_would_not_help() -> None:
    def never() -> Snapshot:
        raise AssertionError("this would be a call")

    buckets = (declared(), declared("b", "known"), declared("c", Unknown("var.env has no value")))
    identify(Snapshot("", buckets), [CallerSource(never)])
    assert [completable(bucket) for bucket in buckets] == [False, False, False]


@pytest.mark.parametrize("option", ["--account", "--account ID", "--region", "--region REGION"])
def test_name_is_completable_where_a_parser_asks_for_account_or_region(option: str) -> None:
    assert completable(declared(name=open_for(option)))


def test_unknown_caller_leaves_the_name_as_it_was() -> None:
    before = declared(name=open_for("--account"))
    assert identify(Snapshot("", (before,)), [CallerSource(lambda: None)]).buckets == (before,)


def test_declaration_that_stands_twice_at_one_place_is_not_confused() -> None:
    before = (declared(name=open_for("--account")), declared(name=open_for("--account")))
    again = (declared(name="assets-1"), declared(name="assets-2"))
    assert identify(Snapshot("", before), [CallerSource(lambda: Snapshot("", again))]).buckets == before
