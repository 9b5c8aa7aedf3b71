"""Laws of finding the bucket that is meant: orders do not matter, and no bucket is taken for two things in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import Unknown
from drift.identity import Source, identify
from drift.identity_lookups import LOGICAL_ID_TAG, STACK_NAME_TAG, Refused, Stack, StackResource, StackSource, TagSource
from drift.identity_sources import NamesSource, StateSource
from drift.interfaces import Wanted
from drift.name_patterns import Listing, PatternSource, candidates_of, pattern_of
from drift.snapshot import Bucket, IdentifiedBy, Snapshot, State

_PARTS = st.sampled_from(["", "shop-", "shop-assets-", "site-", "-raw", "-logs"])
_LIVE = st.sampled_from(
    [
        f"{start}{middle}{end}"
        for start in ("shop-", "site-")
        for middle in ("a1", "b2", "assets-1a2b3c4d5e6f")
        for end in ("", "-raw")
    ]
)
_ADDRESSES = st.sampled_from(["Assets", "Logs", "Child/Media"])
_STACKS = st.sampled_from([None, "shop", "site"])


@st.composite
def declarations(draw: st.DrawFn) -> Bucket:
    address, stack = draw(_ADDRESSES), draw(_STACKS)
    if draw(st.booleans()):
        return Bucket(draw(_LIVE), State.ABSENT, "cloudformation", address, stack=stack)
    prefix, suffix = draw(_PARTS), draw(_PARTS)
    generated = draw(st.booleans())
    return Bucket(
        Unknown("open", prefix, "" if generated else suffix),
        State.ABSENT,
        draw(st.sampled_from(["cloudformation", "terraform"])),
        address,
        stack=stack,
        generated=generated,
    )


class Live:
    """What is deployed: stacks with their resources, the buckets and their tags."""

    def __init__(self, buckets: list[str], owners: Mapping[str, tuple[str, str]]) -> None:
        self.buckets, self.owners = buckets, owners

    def stack(self, name: str, account: str | None, region: str | None) -> Stack | Refused:
        found = [
            StackResource(logical_id, "AWS::S3::Bucket", bucket, "CREATE_COMPLETE")
            for bucket, (stack, logical_id) in sorted(self.owners.items())
            if stack == name
        ]
        return Stack(tuple(found)) if found else Refused("there is no such stack", missing=True)

    def tags(self, bucket: Wanted) -> Mapping[str, str] | Refused:
        stack, logical_id = self.owners.get(bucket.name, ("", ""))
        return {STACK_NAME_TAG: stack, LOGICAL_ID_TAG: logical_id}

    def sources(self, *, patterns: bool = True) -> list[Source]:
        listing = Listing(lambda: map(Wanted, self.buckets))
        found: list[Source] = [StackSource(self.stack), TagSource(listing, self.tags)]
        return [*found, PatternSource(listing)] if patterns else found


@st.composite
def worlds(draw: st.DrawFn) -> Live:
    buckets = draw(st.lists(_LIVE, unique=True, max_size=8))
    owned = st.tuples(st.sampled_from(["shop", "site"]), st.sampled_from(["Assets", "Logs"]))
    return Live(buckets, {name: draw(owned) for name in buckets if draw(st.booleans())})


many = st.lists(declarations(), max_size=6)


@given(many, worlds(), st.randoms(use_true_random=False))
def test_order_of_the_listing_does_not_matter(buckets: list[Bucket], live: Live, chance: object) -> None:
    snapshot = Snapshot("", tuple(buckets))
    first = identify(snapshot, live.sources())
    shuffled = live.buckets[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert identify(snapshot, Live(shuffled, live.owners).sources()) == first


@given(many, worlds())
def test_each_declaration_stays_what_it_is_but_for_its_name(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources()).buckets
    assert [(each.address, each.stack, each.state) for each in outcome] == [
        (each.address, each.stack, each.state) for each in buckets
    ]
    for before, after in zip(buckets, outcome, strict=True):
        if isinstance(before.name, str):
            assert after == before
        else:
            assert (after.identity is not None) == isinstance(after.name, str)


@given(many, worlds())
def test_pattern_never_takes_a_bucket_that_is_somebody_s(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources()).buckets
    names = Counter(bucket.name for bucket in outcome if isinstance(bucket.name, str))
    for bucket in outcome:
        if bucket.identity is not None and bucket.identity.by is IdentifiedBy.PATTERN:
            assert names[str(bucket.name)] == 1


@given(many, worlds())
def test_two_addresses_share_a_bucket_only_where_the_code_names_it(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources()).buckets
    owners: dict[str, set[object]] = {}
    for bucket in outcome:
        if isinstance(bucket.name, str) and bucket.identity is not None:
            owners.setdefault(bucket.name, set()).add((bucket.source, bucket.stack, bucket.address))
    assert all(len(each) == 1 for each in owners.values())


@given(many, worlds())
def test_bucket_is_found_by_pattern_only_where_that_was_asked_for(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources(patterns=False)).buckets
    assert all(each.identity is None or each.identity.by is not IdentifiedBy.PATTERN for each in outcome)


@given(many, worlds())
def test_one_address_of_two_declarations_is_given_to_neither(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources(patterns=False)).buckets
    keys = Counter((each.source, each.stack, each.address) for each in outcome)
    assert all(each.identity is None or keys[(each.source, each.stack, each.address)] == 1 for each in outcome)


@given(many, worlds())
def test_what_was_found_is_live_and_fits_what_is_known_of_the_name(buckets: list[Bucket], live: Live) -> None:
    outcome = identify(Snapshot("", tuple(buckets)), live.sources()).buckets
    for before, after in zip(buckets, outcome, strict=True):
        if after.identity is not None and isinstance(after.name, str) and isinstance(before.name, Unknown):
            assert after.name in live.buckets
            assert before.generated or before.name.may_be(after.name)


@given(many, worlds())
def test_asking_twice_finds_what_asking_once_found(buckets: list[Bucket], live: Live) -> None:
    once = identify(Snapshot("", tuple(buckets)), live.sources(patterns=False)).buckets
    again = identify(Snapshot("", once), live.sources(patterns=False)).buckets
    assert [each.name for each in again if isinstance(each.name, str)] == [
        each.name for each in once if isinstance(each.name, str)
    ]


@given(many, st.dictionaries(_ADDRESSES, _LIVE), st.lists(st.tuples(_ADDRESSES, _LIVE), max_size=5))
def test_list_of_the_user_wins_over_the_state(
    buckets: list[Bucket], names: dict[str, str], state: list[tuple[str, str]]
) -> None:
    held = Snapshot("plan", tuple(Bucket(name, State.ABSENT, "plan", address) for address, name in state))
    outcome = identify(Snapshot("", tuple(buckets)), [NamesSource(names), StateSource(held, "s")]).buckets
    for bucket in outcome:
        if bucket.identity is not None and bucket.address in names:
            assert bucket.identity.by is IdentifiedBy.MAP
            assert bucket.name == names[bucket.address]


_IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,40}", fullmatch=True)
_STACK_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,60}", fullmatch=True)
_RANDOM = st.from_regex(r"[a-z0-9]{12,13}", fullmatch=True)


@given(_STACK_NAMES, st.lists(st.tuples(_IDS, _RANDOM), max_size=2), _IDS, _RANDOM)
def test_name_that_is_made_as_cloudformation_makes_it_fits(
    stack: str, nested: list[tuple[str, str]], logical_id: str, random: str
) -> None:
    whole = "-".join((stack, *(f"{name}-{each}" for name, each in nested))).lower()
    tail = f"-{logical_id.lower()}-{random}"
    name = f"{whole[: 63 - len(tail)]}{tail}"
    address = "/".join((*(each for each, _ in nested), logical_id))
    bucket = Bucket(Unknown("open"), State.ABSENT, "cloudformation", address, stack=stack, generated=True)
    pattern = pattern_of(bucket)
    assert pattern is not None
    assert pattern.may_be(Wanted(name))
    assert candidates_of(bucket).may_be(Wanted(name))
    live = Listing(lambda: [Wanted(name)])
    assert live.fitting([pattern], 5) == [[Wanted(name)]]


@given(st.lists(_PARTS, min_size=1, max_size=6), st.lists(_LIVE, unique=True), st.integers(0, 4))
def test_listing_finds_what_looking_at_each_bucket_finds(starts: list[str], live: list[str], most: int) -> None:
    patterns = [
        candidates_of(Bucket(Unknown("open", start), State.ABSENT, "terraform", "a", region=None)) for start in starts
    ]
    slowly = [sorted(name for name in live if pattern.may_be(Wanted(name)))[: most + 1] for pattern in patterns]
    found = Listing(lambda: map(Wanted, live)).fitting(patterns, most)
    assert [[bucket.name for bucket in each] for each in found] == slowly


@given(st.text(max_size=80), st.text(max_size=80))
def test_hostile_names_come_out_as_buckets_or_as_printable_reasons(name: str, other: str) -> None:
    bucket = Bucket(Unknown("open"), State.ABSENT, "terraform", "a")
    held = Snapshot("plan", tuple(Bucket(each, State.ABSENT, "plan", "a") for each in (name, other)))
    (outcome,) = identify(Snapshot("", (bucket,)), [StateSource(held, "s")]).buckets
    if isinstance(outcome.name, Unknown):
        assert outcome.name.reason.isprintable()
    else:
        assert outcome.name == name == other
        assert outcome.name.isascii()
