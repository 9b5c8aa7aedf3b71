"""Which configuration may be for a bucket: the look-up agrees with asking each of them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from drift.cors.model import Text, Unknown
from drift.snapshot import Bucket, State
from parsers.terraform.strays import Configuration, Strays, may_be_same

PIECES = st.text("ab", max_size=3)
NAMES: st.SearchStrategy[Text] = st.one_of(PIECES, st.builds(Unknown, st.just("why"), PIECES, PIECES))


def configuration(name: Text) -> Configuration:
    return Configuration(Bucket(name, State.UNKNOWN, "terraform"), None)


@example([(0, ""), (0, Unknown("why"))], "a", None)
@given(st.lists(st.tuples(st.integers(0, 2), NAMES), max_size=8), NAMES, st.sampled_from([None, 0, 1]))
def test_a_stray_is_found_exactly_if_one_of_them_may_be_for_the_bucket(
    found: list[tuple[int, Text]], name: Text, besides: int | None
) -> None:
    strays = Strays((root, configuration(each)) for root, each in found)
    one = strays.first(name, besides=besides)
    assert (one is not None) == any(root != besides and may_be_same(each, name) for root, each in found)
    assert one is None or may_be_same(one.entry.name, name)
