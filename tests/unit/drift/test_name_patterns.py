"""What live names look like, and the only bucket that fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from drift.cors.model import Unknown
from drift.errors import CredentialsError
from drift.identity import identify
from drift.interfaces import Wanted
from drift.name_patterns import Listing, PatternSource, candidates_of, pattern_of, shape_of
from drift.snapshot import Bucket, IdentifiedBy, Identity, Snapshot, State

STAMP = "20231128063427123400000001"
RANDOM = "1a2b3c4d5e6f"


def terraform(prefix: str, suffix: str = "", **more: object) -> Bucket:
    name = Unknown("it is known after apply", prefix, suffix)
    return Bucket(name, State.ABSENT, "terraform", "aws_s3_bucket.b", **more)  # type: ignore[arg-type]


def generated(stack: str | None, address: str = "Assets") -> Bucket:
    name = Unknown("CloudFormation generates the name")
    return Bucket(name, State.ABSENT, "cloudformation", address, stack=stack, generated=True)


def fits(bucket: Bucket, name: str) -> bool:
    pattern = pattern_of(bucket)
    return pattern is not None and pattern.may_be(Wanted(name))


def looked_up(names: Sequence[str | Wanted], *buckets: Bucket, whole: bool = True) -> Snapshot:
    listing = Listing(lambda: [each if isinstance(each, Wanted) else Wanted(each) for each in names], lambda: whole)
    return identify(Snapshot("", buckets), [PatternSource(listing)])


def names_of(snapshot: Snapshot) -> list[str | None]:
    return [bucket.name if isinstance(bucket.name, str) else None for bucket in snapshot.buckets]


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        (f"shop-prod-assets-{RANDOM}", True),
        (f"shop-prod-assets-{RANDOM}7", True),
        (f"shop-prod-assets-{RANDOM}78", False),
        (f"shop-prod-assets-{RANDOM[1:]}", False),
        ("shop-prod-assets-", False),
        (f"shop-prod-assetslogs-{RANDOM}", False),
        (f"shop-prod-eu-assets-{RANDOM}", False),
        (f"shop-assets-{RANDOM}", False),  # nothing had to be cut
        (f"shop-prod-assets-{RANDOM[:6]}-{RANDOM[:5]}", False),
    ],
)
def test_generated_name_is_stack_logical_id_and_12_or_13_characters(name: str, fitting: bool) -> None:
    assert fits(generated("Shop-Prod"), name) is fitting


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        (f"cdkrealdriftintegcaseidents-caseidentsbucket12ab34cd-{RANDOM[:11]}", False),
        (f"cdkrealdriftintegcaseiden-caseidentsbucket12ab34cd-{RANDOM}", True),
        (f"cdkrealdriftinteg-caseidentsbucket12ab34cd-{RANDOM}7", True),
        (f"c-caseidentsbucket12ab34cd-{RANDOM}", False),  # far more is cut than had to be
        (f"otherstack-caseidentsbucket12ab34cd-{RANDOM}", False),
        (f"cdkrealdriftintegcaseiden-caseidentsbucket-{RANDOM}", False),
    ],
)
def test_part_of_the_stack_is_cut_where_the_name_would_be_too_long(name: str, fitting: bool) -> None:
    assert len(name) <= 63 or not fitting
    assert fits(generated("CdkRealDriftIntegCaseIdentsMin", "CaseIdentsBucket12AB34CD"), name) is fitting


def test_generated_name_of_a_nested_stack_has_random_characters_of_each_stack() -> None:
    bucket = generated("shop", "Storage/Media")
    assert fits(bucket, f"shop-storage-{RANDOM}-media-{RANDOM}")
    assert fits(bucket, f"shop-storage-{RANDOM}7-media-{RANDOM}")
    assert fits(generated("a", "B/C/D"), f"a-b-{RANDOM}7-c-{RANDOM}-d-{RANDOM}7")
    assert not fits(bucket, f"shop-media-{RANDOM}")
    assert not fits(bucket, f"shop-other-{RANDOM}-media-{RANDOM}")


def test_generated_name_of_an_unknown_stack_has_no_pattern() -> None:
    assert pattern_of(generated(None)) is None


def test_bucket_prefix_is_followed_by_26_digits() -> None:
    bucket = terraform("site-", generated=True)
    assert fits(bucket, f"site-{STAMP}")
    assert not fits(bucket, "site-logs")
    assert not fits(bucket, f"site-{STAMP}0")
    assert not fits(bucket, f"site-x{STAMP[1:]}")


@pytest.mark.parametrize("prefix", ["terraform-", "", "a-", "-.-"])
def test_name_of_which_nothing_is_known_has_no_pattern(prefix: str) -> None:
    assert pattern_of(terraform(prefix, generated=True)) is None


@pytest.mark.parametrize(("prefix", "suffix"), [("", ""), ("a", "b"), ("-", "-")])
def test_name_with_too_little_known_text_has_no_pattern(prefix: str, suffix: str) -> None:
    assert pattern_of(terraform(prefix, suffix)) is None


@pytest.mark.parametrize(("prefix", "suffix"), [("abc", ""), ("a", "b2"), ("", "-x-y-z")])
def test_three_letters_or_digits_are_enough_to_look_for(prefix: str, suffix: str) -> None:
    assert pattern_of(terraform(prefix, suffix)) is not None
    assert (pattern_of(terraform(prefix, generated=True)) is not None) is (prefix == "abc")


@pytest.mark.parametrize("stack", ["s" * 40, "s" * 41, "s" * 42, "s" * 60])
def test_all_that_is_certain_of_a_generated_name_is_its_start(stack: str) -> None:
    pattern = pattern_of(generated(stack, "Assets"))
    assert pattern is not None
    whole = len(stack) <= 63 - len("-assets-") - 13
    assert pattern.prefix == f"{stack}-assets-" if whole else stack.startswith(pattern.prefix)


def test_only_bucket_that_fits_is_taken_and_told_as_such() -> None:
    outcome = looked_up(["other", "event-12ab-raw", "event-x-cooked"], terraform("event-", "-raw"))
    (bucket,) = outcome.buckets
    assert bucket.name == "event-12ab-raw"
    assert bucket.identity == Identity(IdentifiedBy.PATTERN, "the only listed bucket that fits event-*-raw")
    assert outcome.diagnostics == ()


def test_pattern_of_a_stack_is_told_by_its_parts() -> None:
    (bucket,) = looked_up([f"shop-prod-assets-{RANDOM}"], generated("Shop-Prod")).buckets
    assert bucket.identity is not None
    assert bucket.identity.says == "the only listed bucket that fits shop-prod-assets-*"


def test_two_that_fit_are_both_named_and_neither_is_taken() -> None:
    (bucket,) = looked_up(["event-2", "event-1"], terraform("event-")).buckets
    assert isinstance(bucket.name, Unknown)
    assert bucket.name.reason == "it is known after apply; 2 buckets may be meant: event-1, event-2 (all fit event-*)"


def test_bucket_that_the_code_names_elsewhere_is_not_the_one_that_fits() -> None:
    known = Bucket("event-1", State.ABSENT, "terraform", "aws_s3_bucket.known")
    assert names_of(looked_up(["event-2", "event-1"], known, terraform("event-"))) == ["event-1", "event-2"]
    assert names_of(looked_up(["event-1"], known, terraform("event-"))) == ["event-1", None]


def test_bucket_that_fits_two_declarations_is_neither_s() -> None:
    outcome = looked_up(["event-raw-1"], terraform("event-"), terraform("event-raw-"))
    assert names_of(outcome) == [None, None]
    first = outcome.buckets[0].name
    assert isinstance(first, Unknown)
    assert "event-raw-1 fits event-*, and 1 more of the open names" in first.reason


@pytest.mark.parametrize(
    ("where", "taken"),
    [({"region": "eu-west-1"}, False), ({"account": "444455556666"}, False), ({"region": "us-east-1"}, True)],
)
def test_bucket_in_another_region_or_account_does_not_fit(where: dict[str, str], taken: bool) -> None:
    listed = Wanted("event-1", "111122223333", "us-east-1")
    assert (names_of(looked_up([listed], terraform("event-", **where))) == ["event-1"]) is taken


def test_declaration_that_says_nothing_to_compare_is_not_looked_for() -> None:
    def never() -> Iterator[Wanted]:
        raise AssertionError("this would be a call")

    bucket = Bucket(Unknown("x", "event-"), State.UNKNOWN, "terraform", "a", reason="not evaluated")
    assert identify(Snapshot("", (bucket,)), [PatternSource(Listing(never))]).buckets == (bucket,)


def test_buckets_that_cannot_be_listed_are_a_warning() -> None:
    def denied() -> Iterator[Wanted]:
        yield Wanted("event-1")
        raise CredentialsError("listing is denied", advice="allow s3:ListAllMyBuckets")

    outcome = identify(Snapshot("", (terraform("event-"),)), [PatternSource(Listing(denied))])
    assert names_of(outcome) == [None]
    (told,) = outcome.diagnostics
    assert (told.id, told.help) == ("buckets-not-listed", "allow s3:ListAllMyBuckets")


def test_bucket_that_fits_is_not_taken_for_the_only_one_of_a_list_that_is_not_whole() -> None:
    (bucket,) = looked_up(["other", "event-1"], terraform("event-"), whole=False).buckets
    assert isinstance(bucket.name, Unknown)
    assert bucket.name.reason.endswith("; not all buckets were listed: event-1 fits event-*, and others may")


@pytest.mark.parametrize(("whole", "more"), [(True, ""), (False, ", and not all buckets were listed")])
def test_bucket_that_does_not_come_up_may_be_among_those_that_were_not_listed(whole: bool, more: str) -> None:
    (bucket,) = looked_up(["other"], terraform("event-"), whole=whole).buckets
    assert isinstance(bucket.name, Unknown)
    assert bucket.name.reason == f"it is known after apply; no listed bucket fits event-*{more}"


def test_two_that_fit_are_two_however_many_were_not_listed() -> None:
    (bucket,) = looked_up(["event-2", "event-1"], terraform("event-"), whole=False).buckets
    assert isinstance(bucket.name, Unknown)
    assert "2 buckets may be meant: event-1, event-2" in bucket.name.reason


def test_whether_the_list_is_whole_is_asked_when_its_end_is_known() -> None:
    said: list[str] = []

    def listed() -> Iterator[Wanted]:
        yield Wanted("event-1")
        said.append("an account could not be listed")

    listing = Listing(listed, lambda: not said)
    for _ in range(2):  # the second time it is remembered
        assert names_of(identify(Snapshot("", (terraform("event-"),)), [PatternSource(listing)])) == [None]
    assert said == ["an account could not be listed"]


def test_list_is_read_once_for_all_that_ask() -> None:
    times = 0

    def listed() -> Iterator[Wanted]:
        nonlocal times
        times += 1
        yield Wanted("event-1")

    listing = Listing(listed)
    for _ in range(3):
        identify(Snapshot("", (terraform("event-"),)), [PatternSource(listing)])
    assert times == 1


def test_listed_name_that_is_none_is_passed_over() -> None:
    assert names_of(looked_up(["event-../../x", "event-1"], terraform("event-"))) == ["event-1"]


def test_candidates_for_tags_leave_out_no_name_that_is_cut() -> None:
    bucket = generated("a-stack-with-a-name-that-is-rather-long", "ALogicalIdThatIsLongTooAndThenSome")
    candidates = candidates_of(bucket)
    assert candidates.may_be(Wanted(f"a-stack-with-a-name-tha-alogicalidthatislongtooa-{RANDOM}"))
    assert not candidates.may_be(Wanted("another-stack-assets-1a2b3c4d5e6f"))


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        (f"shop-prod-assets-{RANDOM}", True),
        (f"any-assets-{RANDOM}7", True),
        (f"shop-prod-logs-{RANDOM}", False),
        (f"-assets-{RANDOM}", False),
        ("by-hand", False),
    ],
)
def test_generated_name_of_an_unknown_stack_has_its_tail(name: str, may_be: bool) -> None:
    assert shape_of(generated(None)).may_be(Wanted(name)) is may_be
    assert shape_of(generated(None, "Storage/Assets")).may_be(Wanted(name)) is may_be


def test_nothing_is_certain_of_a_name_whose_logical_id_has_to_be_cut() -> None:
    assert shape_of(generated(None, "A" * 48)).may_be(Wanted("by-hand"))
    assert not shape_of(generated(None, "A" * 47)).may_be(Wanted("by-hand"))
    assert shape_of(generated("shop", "A" * 48)).may_be(Wanted(f"shop-{'a' * 40}-{RANDOM}"))


def test_shape_of_what_is_not_made_up_is_what_is_known_of_it() -> None:
    assert shape_of(terraform("a-")).may_be(Wanted("a-1"))
    assert not shape_of(terraform("a-")).may_be(Wanted("b-1"))
