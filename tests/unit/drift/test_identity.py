"""Which live bucket a declaration means: what is taken of what sources say, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from drift.cors.model import Unknown
from drift.identity import Answer, Completed, Found, Nowhere, Passed, Several, Source, identify, is_bucket_name
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, Snapshot, State


def declared(address: str, name: str | Unknown | None = None, **more: object) -> Bucket:
    """A declaration whose name is not known, unless one is given."""
    open_ = Unknown(f"{address} has no known name")
    return Bucket(open_ if name is None else name, State.ABSENT, "terraform", address, **more)  # type: ignore[arg-type]


@dataclass
class Says:
    """A source that says what the test tells it to."""

    answers: dict[str, Answer]
    by: IdentifiedBy = IdentifiedBy.STATE
    diagnostics: Sequence[Diagnostic] = ()
    asked: list[str] = field(default_factory=list)

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        self.asked += [str(each.address) for each in pending]
        return [self.answers.get(str(each.address)) for each in pending]


def identified(*buckets: Bucket, sources: Sequence[Source]) -> list[Bucket]:
    return list(identify(Snapshot("terraform", buckets), sources).buckets)


def reason_of(bucket: Bucket) -> str:
    assert isinstance(bucket.name, Unknown)
    return bucket.name.reason


def test_name_that_is_known_is_never_asked_for() -> None:
    source = Says({"a": Found("other-bucket", "it says so")})
    (bucket,) = identified(declared("a", "assets"), sources=[source])
    assert (bucket.name, bucket.identity, source.asked) == ("assets", None, [])


def test_bucket_that_is_found_says_by_what() -> None:
    found = Found("assets-1", "prod.tfstate has it as a", "111122223333", "eu-west-1")
    (bucket,) = identified(declared("a"), sources=[Says({"a": found})])
    assert bucket.name == "assets-1"
    assert bucket.identity == Identity(IdentifiedBy.STATE, "prod.tfstate has it as a")
    assert (bucket.account, bucket.region) == ("111122223333", "eu-west-1")


def test_account_and_region_of_the_declaration_win_over_those_that_were_found() -> None:
    found = Found("assets-1", "it says so", "111122223333", "eu-west-1")
    (bucket,) = identified(declared("a", account="444455556666", region="us-east-1"), sources=[Says({"a": found})])
    assert (bucket.account, bucket.region) == ("444455556666", "us-east-1")


def test_first_source_that_finds_it_wins_and_later_ones_are_not_asked() -> None:
    later = Says({"a": Found("later", "it says so")}, IdentifiedBy.STACK)
    (bucket,) = identified(declared("a"), sources=[Says({"a": Found("first", "it says so")}), later])
    assert (bucket.name, later.asked) == ("first", [])


def test_several_candidates_leave_it_open_name_them_and_end_the_search() -> None:
    names = tuple(f"bucket-{number}" for number in range(7))
    later = Says({"a": Found("later", "it says so")}, IdentifiedBy.STACK)
    (bucket,) = identified(declared("a"), sources=[Says({"a": Several(names, "all fit")}), later])
    listed = "bucket-0, bucket-1, bucket-2, bucket-3, bucket-4 and 2 more"
    assert reason_of(bucket) == f"a has no known name; 7 buckets may be meant: {listed} (all fit)"
    assert later.asked == []


def test_five_candidates_are_all_named() -> None:
    names = ("b-1", "b-2", "b-3", "b-4", "b-5")
    (bucket,) = identified(declared("a"), sources=[Says({"a": Several(names, "all fit")})])
    assert reason_of(bucket).endswith("5 buckets may be meant: b-1, b-2, b-3, b-4, b-5 (all fit)")


def test_reason_why_a_source_could_not_tell_stays_where_none_can() -> None:
    sources = [Says({"a": Passed("the state has no a")}), Says({"a": Passed("the stack was not read")})]
    (bucket,) = identified(declared("a"), sources=sources)
    assert reason_of(bucket) == "a has no known name; the state has no a; the stack was not read"


def test_what_was_not_deployed_is_neither_looked_for_by_pattern_nor_completed() -> None:
    nowhere = Says({"a": Nowhere("the stack has no a")}, IdentifiedBy.STACK)
    again = declared("a", "assets-111122223333")
    caller = Says({"a": Completed(again, "the account completes it")}, IdentifiedBy.CALLER)
    pattern = Says({"a": Found("some-bucket", "it fits")}, IdentifiedBy.PATTERN)
    (bucket,) = identified(declared("a"), sources=[nowhere, caller, pattern])
    assert reason_of(bucket) == "a has no known name; the stack has no a"
    assert (caller.asked, pattern.asked) == ([], [])


def test_name_that_is_completed_brings_the_whole_declaration_as_it_was_read_again() -> None:
    again = declared("a", "assets-111122223333", region="eu-west-1")
    source = Says({"a": Completed(again, "account 111122223333 completes it")}, IdentifiedBy.CALLER)
    (bucket,) = identified(declared("a"), sources=[source])
    assert (bucket.name, bucket.region) == ("assets-111122223333", "eu-west-1")
    assert bucket.identity == Identity(IdentifiedBy.CALLER, "account 111122223333 completes it")


def test_what_is_only_known_better_is_passed_on_to_the_next_source() -> None:
    better = declared("a", Unknown("the environment is not known", prefix="assets-111122223333-"))
    last = Says({}, IdentifiedBy.PATTERN)
    (bucket,) = identified(
        declared("a"), sources=[Says({"a": Completed(better, "account")}, IdentifiedBy.CALLER), last]
    )
    assert (bucket, last.asked) == (better, ["a"])


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a/b/c",
        "../../other",
        "arn:aws:s3:::assets",
        "a b c",
        "assets\n",
        "assets?cors",
        "a" * 256,
        "bücket",
        "x\x1b[2J",
    ],
)
def test_what_cannot_be_the_name_of_a_bucket_is_refused(name: str) -> None:
    (bucket,) = identified(declared("a"), sources=[Says({"a": Found(name, "prod.tfstate has it as a")})])
    assert "is not the name of a bucket" in reason_of(bucket)
    assert reason_of(bucket).isprintable()
    assert not is_bucket_name(name)


@pytest.mark.parametrize("name", ["abc", "a.b-c", "Old_Bucket.Of-US", "a" * 63, "b--use1-az4--x-s3"])
def test_names_of_today_and_of_old_are_taken(name: str) -> None:
    assert is_bucket_name(name)


def test_name_that_contradicts_what_is_known_of_it_is_refused() -> None:
    bucket = declared("a", Unknown("var.env has no value", prefix="shop-", suffix="-assets"))
    (outcome,) = identified(bucket, sources=[Says({"a": Found("old-name", "prod.tfstate has it as a")})])
    assert reason_of(outcome) == (
        "var.env has no value; prod.tfstate has it as a: old-name is not a name such as the declared one, shop-*-assets"
    )


def test_generated_name_may_be_another_than_was_expected() -> None:
    bucket = declared("a", Unknown("generated", prefix="shop-assets-"), generated=True)
    (outcome,) = identified(bucket, sources=[Says({"a": Found("imported-bucket", "the stack has it")})])
    assert outcome.name == "imported-bucket"


@pytest.mark.parametrize("by", [IdentifiedBy.MAP, IdentifiedBy.STATE, IdentifiedBy.STACK, IdentifiedBy.TAGS])
def test_one_address_of_two_declarations_is_neither_s(by: IdentifiedBy) -> None:
    buckets = [declared("a", location=Location("prod/main.tf", 3)), declared("a", location=Location("dev/main.tf", 3))]
    outcome = identified(*buckets, sources=[Says({"a": Found("assets-1", "the state has it as a")}, by)])
    for bucket in outcome:
        assert "2 declarations are called so (dev/main.tf:3, prod/main.tf:3)" in reason_of(bucket)


def test_one_address_in_two_stacks_is_two_things() -> None:
    buckets = [declared("a", stack="dev"), declared("a", stack="prod")]

    @dataclass
    class ByStack(Says):
        def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
            return [Found(f"{each.stack}-assets", "the stack has it") for each in pending]

    outcome = identified(*buckets, sources=[ByStack({}, IdentifiedBy.STACK)])
    assert [bucket.name for bucket in outcome] == ["dev-assets", "prod-assets"]


@pytest.mark.parametrize(
    ("by", "found"), [(IdentifiedBy.STACK, True), (IdentifiedBy.TAGS, True), (IdentifiedBy.STATE, False)]
)
def test_one_stack_in_two_regions_is_two_things_and_to_a_state_it_is_one(by: IdentifiedBy, found: bool) -> None:
    buckets = [declared("a", stack="shop", region=region) for region in ("eu-west-1", "us-east-1")]
    outcome = identified(*buckets, sources=[Says({"a": Found("assets-1", "it has it as a")}, by)])
    assert all(isinstance(bucket.name, str) is found for bucket in outcome)


def test_rules_by_themselves_are_of_no_bucket_that_could_be_found() -> None:
    bare = Bucket(Unknown("no name"), State.ABSENT, "spec", bare=True)
    source = Says({"None": Found("assets-1", "it says so")})
    assert identified(bare, sources=[source]) == [bare]
    assert source.asked == []


def test_sensitive_name_of_a_state_stays_sensitive() -> None:
    found = Found("secret-name", "it says so", sensitive=frozenset({"secret-name"}))
    (bucket,) = identified(declared("a"), sources=[Says({"a": found})])
    assert bucket.sensitive == {"secret-name"}


@pytest.mark.parametrize(
    "answer",
    [
        Found("secret-name", "it says so", sensitive=frozenset({"secret-name"})),
        Several(("secret-name", "other-name"), "both fit", frozenset({"secret-name"})),
    ],
)
def test_sensitive_name_that_is_refused_stays_sensitive(answer: Answer) -> None:
    bucket = declared("a", Unknown("var.env has no value", prefix="shop-"))
    (outcome,) = identified(bucket, sources=[Says({"a": answer})])
    assert "secret-name" in reason_of(outcome)
    assert outcome.sensitive == {"secret-name"}


def conditional(*whens: str) -> Bucket:
    cases = tuple(Alternative(when, declared("a", region=when), "give --parameter") for when in whens)
    none = Alternative("IsProd is false", None, "give --parameter")
    return declared("a", alternatives=(*cases, none))


@pytest.mark.parametrize("by", [IdentifiedBy.STACK, IdentifiedBy.TAGS])
def test_bucket_that_the_stack_has_is_created(by: IdentifiedBy) -> None:
    found = Says({"a": Found("assets-1", "the stack has it")}, by)
    (bucket,) = identified(conditional("one", "two"), sources=[found])
    assert [each.when for each in bucket.alternatives] == ["one", "two"]
    assert {each.bucket.name for each in bucket.alternatives if each.bucket} == {"assets-1"}
    (bucket,) = identified(conditional("one"), sources=[found])
    assert (bucket.alternatives, bucket.region, bucket.name) == ((), "one", "assets-1")
    assert bucket.identity == Identity(by, "the stack has it")


def test_state_does_not_say_which_case_holds() -> None:
    (bucket,) = identified(conditional("one"), sources=[Says({"a": Found("assets-1", "the state has it")})])
    assert [each.bucket is None for each in bucket.alternatives] == [False, True]


def test_what_sources_tell_of_themselves_is_told_once_behind_what_was_told_before() -> None:
    before = Diagnostic(Severity.INFO, "x", "before")
    told = Diagnostic(Severity.WARNING, "stack-not-read", "denied")
    snapshot = Snapshot("terraform", (declared("a"),), (before,))
    outcome = identify(snapshot, [Says({}, diagnostics=[told, told]), Says({}, diagnostics=[told])])
    assert outcome.diagnostics == (before, told)


def test_nothing_changes_without_sources() -> None:
    snapshot = Snapshot("terraform", (declared("a"), declared("b", "assets")))
    assert identify(snapshot, []) == snapshot
