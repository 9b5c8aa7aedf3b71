"""What ``validate`` says of rules, also where the code leaves open which ones are declared."""

from __future__ import annotations

from drift.cors.model import BucketCors, CorsRule
from drift.snapshot import Alternative, Bucket, Snapshot, State
from drift.validation import REFUSED, remarks

GOOD, BAD = CorsRule(("GET",), ("https://a.example",)), CorsRule(("PATCH",), ("https://a.example",))


def bucket(*rules: CorsRule) -> Bucket:
    return Bucket("b", State.CONFIGURED, "cloudformation", cors=BucketCors(rules))


def either(yes: Bucket | None, no: Bucket | None) -> Snapshot:
    cases = Alternative("IsProd is true", yes), Alternative("IsProd is false", no)
    return Snapshot("x", (Bucket("b", State.UNKNOWN, "cloudformation", reason="open", alternatives=cases),))


def messages(declared: Snapshot) -> list[str]:
    return [each.message for each in remarks(declared) if each.id == REFUSED]


def test_what_s3_refuses_in_one_case_is_told_with_that_case() -> None:
    [message] = messages(either(bucket(GOOD), bucket(BAD)))
    assert message.startswith("b, rule 1: S3 refuses this")
    assert message.endswith("(if IsProd is false)")


def test_what_s3_refuses_in_every_case_is_told_once_without_a_case() -> None:
    [message] = messages(either(bucket(BAD), bucket(BAD)))
    assert "IsProd" not in message


def test_a_case_in_which_nothing_is_declared_has_no_say() -> None:
    [message] = messages(either(bucket(BAD), None))
    assert "IsProd" not in message
    assert messages(either(bucket(GOOD), None)) == []
