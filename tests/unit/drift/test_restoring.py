"""For which buckets a call is offered, with which words, and for which not and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drift.compare import compare
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.verdict import Effect
from drift.edits import WantedRules
from drift.judge import Rules
from drift.location import Diagnostic, Location, Severity
from drift.report import BucketReport, Report
from drift.reporters.fix_restoring import question
from drift.restoring import Fate, Reach, Restoration, Restoring, hidden, restoration
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, Snapshot, State

GET = CorsRule(("GET",), ("https://a.example",))
PUT = CorsRule(("PUT",), ("https://evil.example",))
HEAD = CorsRule(("HEAD",), ("https://b.example",))


def bucket(*rules: CorsRule, state: State | None = None, **more: Any) -> Bucket:
    ordered = more.pop("ordered", True)
    cors = BucketCors(rules, ordered) if rules else None
    state = state or (State.CONFIGURED if rules else State.ABSENT)
    more.setdefault("source", "spec")
    return Bucket(more.pop("name", "assets"), state, cors=cors, **more)


def report(declared: Bucket | None, live: Bucket, *also: Bucket, rules: Rules | None = None) -> Report:
    ours = () if declared is None else (declared, *also)
    return compare(Snapshot("spec", ours), Snapshot("s3", (replace(live, source="s3"),)), rules)


def one(found: Restoration) -> Restoring:
    (bucket,) = found.buckets
    return bucket


def restored(declared: Bucket | None, live: Bucket, *also: Bucket, named: tuple[str, ...] = ()) -> Restoring:
    return one(restoration(report(declared, live, *also, rules=Rules(live_only=True)), Reach(), named=named))


def rules_of(found: Restoring) -> Any:
    configuration: Any = found.calls[0].parameters["CORSConfiguration"]
    return configuration["CORSRules"]


def test_a_drifted_bucket_gets_the_call_and_its_effect_in_words() -> None:
    found = restored(bucket(GET), bucket(PUT, account="111111111111", region="eu-west-1"))

    assert (found.fate, found.effect) == (Fate.TO_DO, Effect.DIFFERENT)
    assert found.says == (
        "This lets browsers do more than they can now",
        "It lets https://a.example GET",
        "It no longer lets https://evil.example PUT",
    )
    (call,) = found.calls
    assert call.parameters == {
        "Bucket": "assets",
        "CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]},
        "ExpectedBucketOwner": "111111111111",
    }
    assert call.aws_cli is not None
    assert call.aws_cli.endswith("--region eu-west-1")


def test_what_only_tightens_is_not_said_to_let_more() -> None:
    found = restored(bucket(GET), bucket(GET, PUT))

    assert found.effect is Effect.NARROWER
    assert found.says == ("It no longer lets https://evil.example PUT",)


def test_rules_that_are_declared_away_are_deleted() -> None:
    found = restored(bucket(says_none=True), bucket(PUT))

    assert (found.fate, found.calls[0].operation) == (Fate.TO_DO, "DeleteBucketCors")
    assert found.says == ("The only rule is taken away", "It no longer lets https://evil.example PUT")


def test_what_is_in_sync_needs_no_word() -> None:
    found = restoration(report(bucket(GET), bucket(GET)), Reach())
    assert (found.buckets, found.exit_code, found.verdict) == ((), 0, "done")


def test_nothing_to_look_at_has_its_own_exit_code() -> None:
    empty = compare(Snapshot("spec"), Snapshot("s3"))
    assert restoration(empty, Reach()).exit_code == 4


def test_no_call_is_offered_while_input_could_not_be_read() -> None:
    fault = Diagnostic(Severity.ERROR, "unreadable", "no")
    found = compare(Snapshot("spec", (bucket(GET),), (fault,)), Snapshot("s3", (bucket(PUT),)))
    shown = restoration(found, Reach())
    assert (shown.exit_code, one(shown).fate, one(shown).calls) == (2, Fate.UNRESOLVED, ())
    assert "other rules may be declared for it" in str(one(shown).reason)


def test_a_bucket_that_was_guessed_by_its_pattern_is_written_only_if_it_is_named() -> None:
    guessed = bucket(GET, identity=Identity(IdentifiedBy.PATTERN, "it is the only one whose name fits assets*"))
    found = restored(guessed, bucket(PUT))
    assert (found.fate, found.calls) == (Fate.LEFT, ())
    assert "is a guess" in str(found.reason)
    assert restored(guessed, bucket(PUT), named=("assets",)).fate is Fate.TO_DO


def test_it_is_said_by_what_the_bucket_is_known_where_the_code_does_not_name_it() -> None:
    named = bucket(GET, identity=Identity(IdentifiedBy.MAP, "cors-drift.toml names it for Assets"))
    assert "Known by: cors-drift.toml names it for Assets" in restored(named, bucket(PUT)).says


def test_rules_of_a_bucket_of_which_the_code_is_only_silent_are_deleted_if_it_is_named() -> None:
    assert restored(bucket(), bucket(PUT)).fate is Fate.LEFT
    found = restored(bucket(), bucket(PUT), named=("assets",))
    assert (found.fate, found.calls[0].operation) == (Fate.TO_DO, "DeleteBucketCors")
    assert "without saying so in so many words" in found.says[-1]


def test_a_bucket_that_the_code_does_not_name_is_left() -> None:
    found = restored(None, bucket(PUT))
    assert found.fate is Fate.LEFT
    assert "does not name this bucket" in str(found.reason)


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        (State.DENIED, Fate.UNREADABLE),
        (State.THROTTLED, Fate.UNREADABLE),
        (State.ERROR, Fate.UNREADABLE),
        (State.UNSUPPORTED, Fate.UNREADABLE),
        (State.MISSING, Fate.MISSING),
    ],
)
def test_live_rules_that_are_not_known_are_not_written_over(state: State, fate: Fate) -> None:
    found = restored(bucket(GET), bucket(state=state, reason="because"))
    assert (found.fate, found.calls, found.reason) == (fate, (), "because")


def test_rules_that_are_unknown_in_part_are_not_written() -> None:
    open_rule = CorsRule(("GET",), ("https://a.example", Unknown("var.origin has no value")))
    found = restored(bucket(open_rule), bucket(PUT))
    assert found.calls == ()
    assert "var.origin has no value" in str(found.reason)


def test_neither_are_alternatives() -> None:
    cases = (Alternative("IsProd is true", bucket(GET)), Alternative("IsProd is false", bucket(HEAD)))
    found = restored(bucket(state=State.UNKNOWN, alternatives=cases), bucket(PUT))
    assert (found.fate, found.calls) == (Fate.UNRESOLVED, ())
    assert "IsProd" in str(found.reason)


def test_nor_what_several_declarations_do_not_agree_about() -> None:
    found = restored(bucket(GET), bucket(PUT), bucket(HEAD))
    assert (found.fate, found.calls) == (Fate.UNRESOLVED, ())
    assert "do not agree" in str(found.reason)


def test_what_the_code_leaves_alone_is_left_alone() -> None:
    found = restored(bucket(GET, left_alone=Location("main.tf", 7)), bucket(PUT))
    assert (found.fate, found.calls) == (Fate.LEFT, ())
    assert "main.tf:7" in str(found.reason)


def test_what_s3_would_refuse_is_told_and_not_offered() -> None:
    found = restored(bucket(CorsRule(("OPTIONS",), ("https://a.example",))), bucket(PUT))
    assert (found.fate, found.calls) == (Fate.LEFT, ())
    assert "Unsupported method is OPTIONS" in str(found.reason)


def test_what_s3_may_refuse_is_offered_with_the_doubt() -> None:
    found = restored(bucket(replace(GET, expose_headers=("x_y",))), bucket(PUT))
    assert found.fate is Fate.TO_DO
    assert any(each.startswith("S3 may refuse it") for each in found.says)


def test_an_alias_of_an_access_point_cannot_be_written_to() -> None:
    name = "my-point-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"
    found = restored(bucket(GET, name=name), bucket(PUT, name=name))
    assert (found.fate, found.calls) == (Fate.LEFT, ())


def test_a_hostile_name_gets_no_call() -> None:
    name = "x; touch pwned"
    found = restored(bucket(GET, name=name), bucket(PUT, name=name))
    assert (found.fate, found.calls) == (Fate.LEFT, ())


def test_terraform_is_named_as_the_better_way_and_cloudformation_as_no_way() -> None:
    assert any("terraform apply" in each for each in restored(bucket(GET, source="terraform"), bucket(PUT)).says)
    told = restored(bucket(GET, source="cloudformation"), bucket(PUT)).says
    assert any("CloudFormation does not see by itself" in each for each in told)
    assert not any("apply" in each for each in restored(bucket(GET), bucket(PUT)).says)


def test_rules_without_an_order_are_written_in_the_order_nearest_to_live() -> None:
    found = restored(bucket(GET, HEAD, ordered=False), bucket(HEAD, PUT, GET))
    assert [each["AllowedMethods"] for each in rules_of(found)] == [["HEAD"], ["GET"]]


def test_a_tool_that_stores_zero_for_an_unset_age_gets_zero_written_but_for_rules_that_live_has_without_one() -> None:
    found = restored(bucket(GET, HEAD, writes_max_age_zero=True), bucket(GET, PUT))
    assert [each.get("MaxAgeSeconds") for each in rules_of(found)] == [None, 0]


def test_a_selection_of_rules_is_put_in_the_place_of_all_that_is_declared() -> None:
    def wanted(_: BucketReport) -> WantedRules:
        return WantedRules(BucketCors((PUT, GET)), (None, 0))

    found = one(restoration(report(bucket(GET), bucket(PUT)), Reach(), wanted))
    assert [each["AllowedMethods"] for each in rules_of(found)] == [["PUT"], ["GET"]]
    assert found.effect is Effect.WIDER


def test_a_selection_may_pass_a_bucket_over() -> None:
    assert restoration(report(bucket(GET), bucket(PUT)), Reach(), lambda _: None).buckets == ()


def test_sensitive_values_are_in_no_text_and_still_in_what_is_applied() -> None:
    secret = "https://secret-partner.example"
    rule = CorsRule(("GET",), (secret,))
    marked = bucket(rule, sensitive=frozenset({secret}))
    found = restoration(report(marked, bucket(CorsRule(("PUT",), ("https://secret-partner.example",)))), Reach())
    shown = hidden(found)

    assert one(found).after == BucketCors((rule,))
    assert "secret-partner" not in repr(shown)
    (call,) = one(shown).calls
    assert (call.aws_cli, call.powershell, call.boto3) == (None, None, None)
    assert call.operation == "PutBucketCors"
    assert one(shown).effect is one(found).effect


def test_a_restoration_with_nothing_sensitive_is_shown_as_it_is() -> None:
    found = restoration(report(bucket(GET), bucket(PUT)), Reach())
    assert hidden(found) is found


def test_a_bucket_beside_one_with_secrets_keeps_its_call() -> None:
    secret = "https://secret-partner.example"
    marked = bucket(CorsRule(("GET",), (secret,)), sensitive=frozenset({secret}), name="first")
    both = compare(Snapshot("spec", (marked, bucket(GET))), Snapshot("s3", (bucket(PUT, name="first"), bucket(PUT))))
    first, second = hidden(restoration(both, Reach())).buckets
    assert first.calls[0].aws_cli is None
    assert second.calls[0].aws_cli is not None


def test_a_bucket_that_could_not_be_read_is_told_whatever_is_selected() -> None:
    denied = bucket(state=State.DENIED, reason="access denied")
    found = restoration(report(bucket(GET), denied), Reach(), lambda _: None)
    assert (one(found).fate, found.exit_code) == (Fate.UNREADABLE, 3)


def test_a_part_that_comes_to_rules_that_nobody_has_written_is_told_as_such() -> None:
    mixed = CorsRule(("GET",), ("https://evil.example",))

    def part(*rules: CorsRule) -> Restoring:
        wanted = WantedRules(BucketCors(rules), (0,))
        return one(restoration(report(bucket(GET), bucket(PUT)), Reach(), lambda _: wanted))

    told = [each for each in part(mixed).says if each.startswith("Only a part is put back")]
    assert told == ["Only a part is put back: live then still differs from what is declared, and lets browsers do more"]
    assert not any("Only a part" in each for each in part(GET).says)


def test_an_age_of_zero_that_the_tool_adds_makes_it_no_part() -> None:
    wanted = WantedRules(BucketCors((GET,)), (0,))
    found = restoration(report(bucket(GET, writes_max_age_zero=True), bucket(PUT)), Reach(), lambda _: wanted)
    assert rules_of(one(found))[0]["MaxAgeSeconds"] == 0
    assert not any("Only a part" in each for each in one(found).says)


def test_what_another_declaration_of_the_same_rules_leaves_alone_is_left_alone() -> None:
    found = restored(bucket(GET), bucket(PUT), bucket(GET, left_alone=Location("site.tf", 3)))
    assert (found.fate, found.calls) == (Fate.LEFT, ())
    assert "site.tf:3" in str(found.reason)


def test_what_one_of_several_declarations_marks_as_sensitive_is_sensitive() -> None:
    found = restored(bucket(GET), bucket(PUT), bucket(GET, sensitive=frozenset({"https://a.example"})))
    assert found.sensitive == {"https://a.example"}


def test_what_is_asked_says_of_how_many_buckets_all_rules_are_taken_away() -> None:
    def asked(put: int, gone: int) -> str:
        some = [Restoring(f"p{each}", Fate.TO_DO, after=BucketCors((GET,))) for each in range(put)]
        none = [Restoring(f"g{each}", Fate.TO_DO) for each in range(gone)]
        return question(Restoration("restore", (*some, *none, Restoring("left", Fate.LEFT))))

    assert asked(2, 0) == "Write these rules to 2 buckets?"
    assert asked(0, 1) == "Take ALL rules away from 1 bucket?"
    assert asked(1, 2) == "Write these rules to 1 bucket and take ALL rules away from 2 buckets?"


def test_drift_that_is_accepted_is_put_back_only_if_its_bucket_is_named() -> None:
    found = report(bucket(GET), bucket(PUT))
    accepted = replace(found, buckets=tuple(replace(each, drift=False) for each in found.buckets))
    assert restoration(accepted, Reach()).buckets == ()
    named = one(restoration(accepted, Reach(), named=("assets",)))
    assert named.fate is Fate.TO_DO
    assert "This difference is accepted by a waiver or a setting" in named.says
