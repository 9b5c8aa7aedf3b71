"""A live run out of settings: what identifies it, and when the account of the credentials is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.documents.runs import Named
from drift.errors import CredentialsError
from drift.fetchers.accounts import Caller
from drift.fetchers.aws import Aws
from drift.live_start import open_run
from drift.settings import AccountAccess, LiveSettings
from drift.shards import Shard
from tests.fixtures_s3 import aws_environment

__all__ = ["aws_environment"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, aws_environment: pytest.MonkeyPatch) -> list[str]:
    """Who asked for the account of the credentials, which is 111111111111."""
    asked: list[str] = []

    def caller(aws: Aws) -> Caller:
        asked.append("caller")
        return Caller("111111111111", "aws", "arn:aws:iam::111111111111:user/someone")

    monkeypatch.setattr(Aws, "caller", caller)
    return asked


def test_the_account_of_the_credentials_is_asked_for_only_by_a_part_of_a_run(asked: list[str], tmp_path: Path) -> None:
    assert open_run((), LiveSettings()).run.accounts == ()
    assert open_run((), LiveSettings(), keep=True).run.accounts == ()
    assert asked == []
    run = open_run((), LiveSettings(), file=tmp_path / "live.json")
    assert run.run.accounts == ("111111111111",)
    run.close()
    assert open_run((), LiveSettings(), shard=Shard(1, 2)).run.accounts == ("111111111111",)
    assert len(asked) == 2


def test_accounts_that_are_given_are_not_asked_for(asked: list[str]) -> None:
    two = (AccountAccess("222222222222"), AccountAccess("111111111111"))
    shard = Shard(1, 2)
    assert open_run((), LiveSettings(account="333333333333"), shard=shard).run.accounts == ("333333333333",)
    assert open_run((), LiveSettings(accounts=two), shard=shard).run.accounts == ("111111111111", "222222222222")
    assert open_run((), LiveSettings(organization_role="r"), shard=shard).run.accounts == ("organization",)
    assert asked == []


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_another_server_is_told_and_not_asked_for_an_account(
    asked: list[str], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run((), LiveSettings(endpoint_url="http://localhost:1/"), shard=Shard(1, 2)).run
    assert (run.read_from, run.accounts) == ("http://localhost:1", ())
    monkeypatch.setenv(variable, "http://localhost:2")
    run = open_run((), LiveSettings(), shard=Shard(1, 2)).run
    assert (run.read_from, run.accounts, asked) == ("http://localhost:2", (), [])
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert open_run((), LiveSettings(), shard=Shard(1, 2)).run.read_from is None


def test_credentials_that_cannot_be_asked_leave_the_account_open(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Aws) -> Caller:
        raise CredentialsError("expired")

    monkeypatch.setattr(Aws, "caller", refused)
    assert open_run((), LiveSettings(), shard=Shard(1, 2)).run.accounts == ()


def test_names_count_in_their_order_and_once(asked: list[str]) -> None:
    run = open_run(("b", "a", "b"), LiveSettings())
    assert run.run.named == Named.of(("b", "a"))
    assert run.run.named != Named.of(("a", "b"))


def test_an_aggregator_is_another_source(asked: list[str]) -> None:
    run = open_run((), LiveSettings(aggregator="all", account="111111111111"))
    assert (run.head.source, run.run.read_from) == ("aws-config", "config:all")
