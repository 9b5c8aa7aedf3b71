"""What two processes tell each other comes out as it went in."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule
from drift.errors import CorsDriftError, CredentialsError, EndpointError, UsageError
from drift.fetchers.accounts import AccountError, Lent
from drift.fetchers.aws import AwsAccess
from drift.fetchers.s3_client import Connection
from drift.fetchers.s3_frames import (
    BrokenFrameError,
    Packer,
    Setup,
    Unpacker,
    pack_closure,
    pack_error,
    pack_wanted,
    read_frame,
    unpack_closure,
    unpack_error,
    unpack_wanted,
    write_frame,
)
from drift.fetchers.s3_inbox import Found
from drift.fetchers.s3_lane import Closure
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_retry import Retry
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.settings import AccountAccess
from drift.snapshot import State


def through(content: object) -> object:
    """What the other side reads."""
    pipe = io.BytesIO()
    write_frame(pipe, content)
    pipe.seek(0)
    return read_frame(pipe)


texts = st.text(max_size=5)
names = st.lists(texts, max_size=2).map(tuple)
rules = st.builds(CorsRule, names, names, names, names, st.none() | st.integers(-1, 2**40), st.none() | texts)
outcomes = st.one_of(
    st.builds(
        lambda each: Outcome(State.CONFIGURED, cors=BucketCors(tuple(each))), st.lists(rules, min_size=1, max_size=2)
    ),
    st.builds(
        Outcome,
        st.sampled_from([State.ABSENT, State.DENIED, State.ERROR]),
        st.none() | texts,
        st.none(),
        st.none() | st.sampled_from(Fault),
    ),
)


@given(st.lists(st.lists(st.tuples(outcomes, st.none() | texts), max_size=4), max_size=4))
def test_results_come_out_as_they_went_in(frames: list[list[tuple[Outcome, str | None]]]) -> None:
    packer, unpacker = Packer(), Unpacker()
    for frame in frames:
        found = [
            Found(number, Wanted("b"), outcome, region, number % 2 == 0)
            for number, (outcome, region) in enumerate(frame)
        ]

        got = unpacker.unpack(through(packer.pack(found)))  # type: ignore[arg-type]

        assert got == [(each.index, each.outcome, each.region, each.asked) for each in found]


def test_equal_rules_go_over_once_and_come_out_as_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    packer, unpacker = Packer(), Unpacker()
    outcome = Outcome(State.CONFIGURED, cors=BucketCors((CorsRule(("GET",), ("https://once.example",)),)))

    first, second = (through(packer.pack([Found(number, Wanted("b"), outcome)])) for number in range(2))

    assert "once" in str(first)
    assert "once" not in str(second)
    ((_, one, _, _),), ((_, other, _, _),) = (unpacker.unpack(each) for each in (first, second))  # type: ignore[arg-type]
    assert one is other


def test_ever_new_rules_do_not_fill_the_memory_of_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.fetchers.s3_frames._KNOWN_RULES", 5)
    packer, unpacker = Packer(), Unpacker()
    for number in range(100):
        outcome = Outcome(State.CONFIGURED, cors=BucketCors((CorsRule(("GET",), (f"https://{number % 17}",)),)))

        got = unpacker.unpack(through(packer.pack([Found(number, Wanted("b"), outcome)])))  # type: ignore[arg-type]

        assert got == [(number, outcome, None, True)]
    assert len(unpacker._rules) < 20
    assert len(unpacker._outcomes) < 20


def test_buckets_and_closures_come_out_as_they_went_in() -> None:
    wanted = [(3, Wanted("b", "123456789012", "eu-west-1")), (4, Wanted("ä"))]
    assert unpack_wanted(through(pack_wanted(wanted))) == wanted  # type: ignore[arg-type]

    said = Diagnostic(Severity.WARNING, "account-denied", "no", help="allow it")
    for closure in (
        Closure("1", None, "r", Outcome(State.ERROR, "why", fault=Fault.UNREACHABLE), said),
        Closure(None, "2", None, Outcome(State.DENIED, "why"), None, early=True),
    ):
        assert unpack_closure(through(pack_closure(closure))) == closure  # type: ignore[arg-type]


def test_large_rules_are_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.fetchers.s3_frames.HELD", 300_000)
    packer = Packer()
    for number in range(100):
        large = BucketCors((CorsRule(("GET",), (f"https://{number}." + "a" * 60_000,)),))
        packer.pack([Found(number, Wanted("b"), Outcome(State.CONFIGURED, cors=large))])

        assert len(packer._numbers) < 7


@pytest.mark.parametrize("kind", [CredentialsError, EndpointError, UsageError])
def test_an_error_that_ends_the_run_keeps_its_kind_and_advice(kind: type[CorsDriftError]) -> None:
    error = unpack_error(through(pack_error(kind("what", advice="do"))))  # type: ignore[arg-type]

    assert (type(error), error.message, error.advice) == (kind, "what", "do")


def test_a_finer_kind_of_error_comes_out_as_the_kind_that_it_is_of() -> None:
    packed = pack_error(AccountError("1", "what", denied=True))

    assert type(unpack_error(packed)) is CredentialsError


def test_of_a_defect_only_the_kind_is_told() -> None:
    assert unpack_error(pack_error(KeyError("secret"))).message == "a process that reads buckets failed (KeyError)"


def test_the_setup_comes_out_as_it_went_in_and_is_not_shown() -> None:
    access = AwsAccess("p", "r", "http://h", (AccountAccess("123456789012", "role", ("a", "b"), "x"),))
    setup = Setup(access, Connection(region="r"), Retry(), "123456789012", Lent("AKIA", "hush", "token"))

    assert Setup.unpacked(through(setup.packed())) == setup  # type: ignore[arg-type]
    assert "hush" not in repr(setup)
    assert Setup.unpacked(through(Setup(access, Connection(), Retry(), None, None).packed())).lent is None  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"\0\0", b"\0\0\0\x05[1", b"\0\0\0"])
def test_a_pipe_that_ends_in_the_middle_is_at_its_end(content: bytes) -> None:
    assert read_frame(io.BytesIO(content)) is None


@pytest.mark.parametrize("content", [b"\xff\xff\xff\xff[]", b"\0\0\0\x02[[", b"\0\0\0\x02\xff\xff"])
def test_what_is_no_frame_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        read_frame(io.BytesIO(content))
