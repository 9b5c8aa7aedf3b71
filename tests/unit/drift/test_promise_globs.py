"""Whether a promise is about a bucket, also where only the ends of the bucket's name are known."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import Unknown
from drift.promise_globs import Fit, fit


@pytest.mark.parametrize(
    ("globs", "name", "fits"),
    [
        ((), "b", Fit.YES),
        ((), Unknown("?"), Fit.YES),
        (("a-*",), "a-b", Fit.YES),
        (("a-*",), "b", Fit.NO),
        (("x", "b"), "b", Fit.YES),
        (("a-*",), "A-b", Fit.NO),
        (("a-*",), Unknown("?", "a-"), Fit.YES),
        (("a-*-z",), Unknown("?", "a-", "-z"), Fit.YES),
        (("*",), Unknown("?"), Fit.YES),
        (("a-*",), Unknown("?"), Fit.MAYBE),
        (("a-*",), Unknown("?", "a"), Fit.MAYBE),
        (("a-*",), Unknown("?", "b"), Fit.NO),
        (("*-prod",), Unknown("?", "", "-dev"), Fit.NO),
        (("*-prod",), Unknown("?", "", "d"), Fit.MAYBE),
        (("ab",), Unknown("?", "a"), Fit.MAYBE),
        (("ab",), Unknown("?", "abc"), Fit.NO),
        (("a[0-9]*",), Unknown("?", "a7"), Fit.MAYBE),
        (("a[0-9]*",), Unknown("?", "ax"), Fit.NO),
        (("a[!0-9]*",), Unknown("?", "ax"), Fit.MAYBE),
        (("a[",), Unknown("?", "a["), Fit.MAYBE),
        (("b", "a-*"), Unknown("?", "a-"), Fit.YES),
    ],
)
def test_a_name_fits_for_certain_not_at_all_or_perhaps(globs: tuple[str, ...], name: str | Unknown, fits: Fit) -> None:
    assert fit(globs, name) is fits


@given(st.text("ab*?[]!", max_size=6), st.text("ab", max_size=4), st.text("ab", max_size=2), st.text("ab", max_size=2))
def test_what_is_said_of_the_ends_holds_for_every_name_with_them(glob: str, middle: str, head: str, tail: str) -> None:
    found = fit((glob,), Unknown("test", head, tail))
    fits = fnmatchcase(head + middle + tail, glob)
    assert found is not (Fit.NO if fits else Fit.YES)
