"""Puts a canned answer in the place of botocore's calls, in every Python process with this folder on PYTHONPATH.

So a million buckets stream through all that stands behind the call: pool, order, interning, journal and output. The
listing has as many buckets as CORS_DRIFT_CANNED says; three of five have one of CORS_DRIFT_CANNED_RULE_SETS
rule sets (24), made anew each time as a parser makes them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

COUNT = int(os.environ.get("CORS_DRIFT_CANNED", "1000"))
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
RULE_SETS = int(os.environ.get("CORS_DRIFT_CANNED_RULE_SETS", "24"))


def rules(number: int) -> list[dict[str, Any]]:
    """One to three rules, nothing shared with those made before."""
    return [
        {
            "AllowedMethods": ["GET", "HEAD"],
            "AllowedOrigins": [f"https://app{number}.example.com", f"https://*.preview{place}.example.com"],
            "AllowedHeaders": [f"x-{number}-{place}"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3000,
        }
        for place in range(1 + number % 3)
    ]


def get_bucket_cors(module: ModuleType, name: str) -> dict[str, Any]:
    number = int(name[-7:])
    if number % 5 < 2:
        error = {"Error": {"Code": "NoSuchCORSConfiguration"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
        raise module.ClientError(error, "GetBucketCors")
    return {"CORSRules": rules(number % RULE_SETS), "ResponseMetadata": {"HTTPStatusCode": 200}}


def list_buckets(parameters: dict[str, Any]) -> dict[str, Any]:
    start, size = int(parameters.get("ContinuationToken", 0)), parameters["MaxBuckets"]
    end = min(start + size, COUNT)
    page = [{"Name": f"fleet-{index:07d}", "BucketRegion": REGIONS[index % 3]} for index in range(start, end)]
    return {"Buckets": page, **({"ContinuationToken": str(end)} if end < COUNT else {})}


def patch(module: ModuleType) -> None:
    def call(self: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation == "GetBucketCors":
            return get_bucket_cors(module, parameters["Bucket"])
        if operation == "ListBuckets":
            return list_buckets(parameters)
        if operation == "GetCallerIdentity":
            return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/reader", "UserId": "U"}
        raise RuntimeError(f"{operation} has no canned answer")

    module.BaseClient._make_api_call = call


class AfterImport(MetaPathFinder):
    """Patches ``botocore.client`` when it is imported, and not before: most of what starts needs none of it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def then_patch(module: ModuleType) -> None:
                run(module)
                patch(module)

            spec.loader.exec_module = then_patch  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, AfterImport())
