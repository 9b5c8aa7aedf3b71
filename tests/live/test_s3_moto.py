"""The live fetcher against a working S3, over HTTP."""

from __future__ import annotations

from drift.cors.model import BucketCors, CorsRule
from drift.fetchers.s3 import S3Fetcher
from drift.interfaces import Wanted
from drift.snapshot import State
from tests.fixtures_s3 import QUICK, MotoS3


def fetcher(server: MotoS3, concurrency: int = 4) -> S3Fetcher:
    return S3Fetcher(endpoint_url=server.url, region="us-east-1", retry=QUICK, concurrency=concurrency)


def test_rules_come_back_as_they_were_stored(moto_s3: MotoS3) -> None:
    moto_s3.put(
        "assets",
        [
            {
                "ID": "app",
                "AllowedHeaders": ["x-B", "X-a"],
                "AllowedMethods": ["PUT", "GET"],
                "AllowedOrigins": ["https://b.example", "https://a.example:80"],
                "ExposeHeaders": ["ETag"],
                "MaxAgeSeconds": 600,
            },
            {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]},
        ],
    )

    (bucket,) = fetcher(moto_s3).fetch([Wanted("assets")]).buckets

    assert bucket.state is State.CONFIGURED
    assert bucket.cors == BucketCors(
        (
            CorsRule(
                ("PUT", "GET"), ("https://b.example", "https://a.example:80"), ("x-B", "X-a"), ("ETag",), 600, "app"
            ),
            CorsRule(("HEAD",), ("*",)),
        )
    )


def test_a_bucket_without_cors_is_absent_and_one_that_does_not_exist_is_missing(moto_s3: MotoS3) -> None:
    moto_s3.put("plain")

    plain, gone = fetcher(moto_s3).fetch([Wanted("plain"), Wanted("gone")]).buckets

    assert (plain.state, plain.reason) == (State.ABSENT, None)
    assert (gone.state, gone.reason) == (State.MISSING, "there is no such bucket")


def test_answers_stand_in_the_order_of_the_questions_whatever_the_concurrency(moto_s3: MotoS3) -> None:
    names = [f"bucket-{number}" for number in range(24)]
    for name in names[::3]:
        moto_s3.put(name, [{"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]}])

    snapshot = fetcher(moto_s3, concurrency=8).fetch(Wanted(name) for name in names)

    assert [bucket.name for bucket in snapshot.buckets] == names
    for index, bucket in enumerate(snapshot.buckets):
        if index % 3:
            assert bucket.state is State.MISSING
        else:
            assert bucket.cors is not None
            assert bucket.cors.rules[0].allowed_origins == (f"https://{bucket.name}.example",)


def test_the_snapshot_says_when_and_from_where(moto_s3: MotoS3) -> None:
    moto_s3.put("plain")

    snapshot = fetcher(moto_s3).fetch([Wanted("plain", account="123456789012")])

    assert snapshot.source == "s3"
    assert snapshot.taken_at is not None
    assert snapshot.taken_at.utcoffset() is not None
    (bucket,) = snapshot.buckets
    assert (bucket.source, bucket.account, bucket.region, bucket.address) == ("s3", "123456789012", "us-east-1", None)


def test_buckets_are_listed(moto_s3: MotoS3) -> None:
    for name in ("one", "two", "three"):
        moto_s3.put(name)

    assert sorted(each.name for each in fetcher(moto_s3).list_buckets()) == ["one", "three", "two"]
