"""``fix --apply`` as a command against a small AWS: with whose credentials, where, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures_aws import Perform, aws_server, perform
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import ONE_RULE
from tests.live.uses import OTHER, WRITTEN, Use

__all__ = ["aws_server", "perform"]

AS_TERRAFORM = ONE_RULE.replace("</CORSRule>", "<MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>")
"""Terraform stores 0 where no age is declared."""

APPLY = "--restore --apply --yes --recheck 0"


def undo_file(folder: Path) -> Path:
    (file,) = folder.glob("cors-drift-undo-*.json")
    return file


def test_a_bucket_of_another_account_is_written_with_the_role_that_reads_it(
    perform: Perform, aws_server: AwsServer, tmp_path: Path
) -> None:
    aws_server.world.buckets["theirs"].rules = WRITTEN

    outcome = perform(Use("apply", f"--config accounts.toml fix theirs {APPLY}"))

    assert outcome.code == 0, outcome.err
    assert aws_server.world.buckets["theirs"].rules == AS_TERRAFORM
    (put,) = aws_server.of("PutBucketCors")
    assert put.account == OTHER
    assert put.headers["x-amz-expected-bucket-owner"] == OTHER
    assert "app/cors-drift" in put.headers["user-agent"]
    assert [each["account"] for each in json.loads(undo_file(tmp_path).read_text())["buckets"]] == [OTHER]

    back = perform(Use("undo", f"--config accounts.toml fix --undo {undo_file(tmp_path)} --apply --yes"))
    assert back.code == 0, back.err
    assert aws_server.world.buckets["theirs"].rules == WRITTEN


def test_a_bucket_in_another_region_is_written_there_and_none_but_the_drifted_ones_is(
    perform: Perform, aws_server: AwsServer
) -> None:
    aws_server.world.buckets["far"].rules = WRITTEN
    aws_server.world.buckets["shy"].rules = WRITTEN

    outcome = perform(Use("apply", f"fix main {APPLY}"))

    assert outcome.code == 0, outcome.err
    assert sorted((call.path, call.region) for call in aws_server.of("PutBucketCors")) == [
        ("/far?cors", "eu-west-1"),
        ("/shy?cors", "eu-west-1"),
        ("/uploads?cors", "us-east-1"),
    ]
    assert {bucket.rules for bucket in aws_server.world.buckets.values()} == {ONE_RULE, AS_TERRAFORM, None}


def test_a_selection_is_all_that_is_written(perform: Perform, aws_server: AwsServer) -> None:
    aws_server.world.buckets["far"].rules = WRITTEN

    outcome = perform(Use("apply", f"fix main {APPLY} --bucket uploads --only AllowedOrigins"))

    assert outcome.code in (0, 1), outcome.err
    assert [call.path for call in aws_server.of("PutBucketCors")] == ["/uploads?cors"]
    assert aws_server.world.buckets["far"].rules == WRITTEN
    assert "PUT" in str(aws_server.world.buckets["uploads"].rules)
    assert "https://a.example" in str(aws_server.world.buckets["uploads"].rules)


def test_of_the_services_only_s3_is_written_to_and_by_the_callers_own_credentials(
    perform: Perform, aws_server: AwsServer
) -> None:
    perform(Use("apply", f"fix main {APPLY}"))

    others = [call for call in aws_server.calls if call.method not in ("GET", "HEAD")]
    assert {(call.service, call.operation, call.account) for call in others} == {
        ("s3", "PutBucketCors", CALLER.account)
    }
