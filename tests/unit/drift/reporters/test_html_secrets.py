"""The picture is worked out of redacted reports: origins that it makes up and answers in it give no secret away."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.compare import Rules, compare
from drift.cors.model import CorsRule
from drift.redaction import redacted
from drift.reporters import html
from tests.law_numbers import tries
from tests.laws.test_redaction_laws import declared_rules, hidden_in, live_rules, marked, names
from tests.rules import bucket, snapshot


@settings(max_examples=tries(0.6))
@given(names, declared_rules, live_rules, st.booleans())
def test_the_page_tells_no_sensitive_text(
    name: str, ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...], ordered: bool
) -> None:
    report = compare(snapshot(marked(name, ours, ordered=ordered)), snapshot(bucket(name, *theirs)), Rules())
    stream = io.StringIO()
    html.write_report(redacted(report), stream)
    assert hidden_in(stream.getvalue())
    assert "86399" not in stream.getvalue()
