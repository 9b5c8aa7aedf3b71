"""The S3 for fleets is what it says: it counts, pages, throttles, redirects and forgets tokens as planned."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drift.snapshot import State
from tests.live.scale_answers import Manner
from tests.live.scale_fleet import HOME, MOVED, Fleet, Trouble
from tests.live.scale_server import ScaleServer, in_own_process, make_certificate

FAULTS = {Trouble.INTERNAL: 10.0, Trouble.MOVED: 20.0, Trouble.MOVED_BARE: 5.0}


def client(server: ScaleServer, region: str = HOME, **config: Any) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        region_name=region,
        endpoint_url=server.url,
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )


def code_of(work: Any) -> str:
    from botocore.exceptions import ClientError

    try:
        work()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_exactly_as_many_buckets_have_a_trouble_as_was_asked_for_and_every_seed_draws_others() -> None:
    fleets = [Fleet(2000, seed, FAULTS, {Trouble.DENIED: 0.1}) for seed in (1, 2)]

    for fleet in fleets:
        assert Counter(each.trouble for each in fleet.natures()) == {
            None: 1929,
            Trouble.INTERNAL: 20,
            Trouble.MOVED: 40,
            Trouble.MOVED_BARE: 10,
            Trouble.DENIED: 1,
        }
    places = [[index for index in range(2000) if fleet.nature(index).trouble] for fleet in fleets]
    assert places[0] != places[1]


def test_a_name_of_no_bucket_has_no_place() -> None:
    fleet = Fleet(10)

    assert [fleet.index(fleet.name(place)) for place in (0, 9, 10)] == [0, 9, None]
    assert [fleet.index(name) for name in ("", "fleet-2-0000001", "fleet-1-1", "fleet-1-000000x")] == [None] * 4


def test_pages_hold_every_bucket_once_and_an_unpaged_listing_is_refused(aws_environment: pytest.MonkeyPatch) -> None:
    fleet = Fleet(2500, passing=FAULTS)
    with ScaleServer(fleet) as server:
        s3 = client(server)
        pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1000}))
        abroad = s3.list_buckets(MaxBuckets=10, BucketRegion="eu-west-1", Prefix=fleet.name(0)[:-3])["Buckets"]
        refused = code_of(s3.list_buckets)

    listed = [bucket for page in pages for bucket in page["Buckets"]]
    assert [bucket["Name"] for bucket in listed] == [fleet.name(index) for index in range(2500)]
    assert sum("BucketRegion" not in bucket for bucket in listed) == 62
    assert {bucket.get("BucketRegion") for bucket in abroad} <= {"eu-west-1", None}
    assert refused == "InvalidRequest"
    assert server.answers.counts.operations == {"ListBuckets": 5}


@pytest.mark.parametrize("trouble", FAULTS)
def test_a_trouble_passes_after_its_times_and_a_redirect_is_followed_once(
    aws_environment: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    fleet = Fleet(400, passing=FAULTS)
    nature = next(each for each in fleet.natures() if each.trouble is trouble)
    with ScaleServer(fleet) as server:
        s3 = client(server, HOME if trouble in MOVED else nature.region)
        codes = [code_of(lambda: s3.get_bucket_cors(Bucket=nature.name)) for _ in range(4)]

    times = nature.times or 0
    good = "" if nature.state is State.CONFIGURED else "NoSuchCORSConfiguration"
    assert codes == ["InternalError"] * times + [good] * (4 - times)
    # Four reads: the first good one took what is needed, and the ones behind it one request each. botocore follows the
    # redirect of its HEAD too, although that tells the region already.
    head_again = trouble is Trouble.MOVED_BARE
    assert server.answers.counts.buckets[nature.name] == nature.needed + 3 - times + head_again


def test_more_than_the_rate_is_asked_to_slow_down(aws_environment: pytest.MonkeyPatch) -> None:
    fleet = Fleet(50, regions=(HOME,))
    with ScaleServer(fleet, Manner(rate=0.001, burst=7)) as server:
        s3 = client(server)
        codes = [code_of(lambda: s3.get_bucket_cors(Bucket=fleet.name(0))) for _ in range(10)]

    assert codes[7:] == ["SlowDown"] * 3
    assert "SlowDown" not in codes[:7]


def test_a_token_is_good_for_so_many_reads_and_the_next_one_for_as_many(aws_environment: pytest.MonkeyPatch) -> None:
    import boto3

    fleet = Fleet(50, regions=(HOME,))
    with ScaleServer(fleet, Manner(token_calls=2)) as server:
        codes = []
        sts = boto3.session.Session().client("sts", region_name=HOME, endpoint_url=server.url)
        for _ in range(2):
            role = f"arn:aws:iam::{fleet.accounts[0]}:role/reader"
            given = sts.assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
            aws_environment.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
            aws_environment.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
            aws_environment.setenv("AWS_SESSION_TOKEN", given["SessionToken"])
            s3 = client(server)
            codes.append([code_of(lambda: s3.get_bucket_cors(Bucket="none")) for _ in range(3)])  # noqa: B023 - called at once

    assert codes == [["NoSuchBucket", "NoSuchBucket", "ExpiredToken"]] * 2


def test_it_speaks_tls_in_its_own_process_and_tells_its_counts(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import ssl

    certificate, key = make_certificate(tmp_path)
    argument = in_own_process(Fleet(5), Manner(), certificate, key)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.scale_server", argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(
            f"{url}/-/counts", context=ssl.create_default_context(cafile=str(certificate))
        ) as got:
            counts = json.load(got)
    finally:
        process.communicate(timeout=10)

    assert url.startswith("https://")
    assert counts["connections"] == 1
    assert process.returncode == 0
