"""What a finding says to do."""

from __future__ import annotations

from drift.compare import compare
from drift.cors.model import BucketCors, CorsRule
from drift.location import Location
from drift.snapshot import Bucket, Snapshot, State

CODE = BucketCors((CorsRule(("GET",), ("https://app.example",)),))
OTHER = BucketCors((CorsRule(("GET",), ("https://other.example",)),))


def told(declared: Bucket) -> str:
    live = Bucket("b", State.CONFIGURED, "s3", cors=OTHER)
    (finding,) = compare(Snapshot("terraform", (declared,)), Snapshot("s3", (live,))).findings
    return finding.help


def test_where_deploying_leaves_live_rules_alone_nobody_is_told_to_deploy() -> None:
    place = Location("main.tf", 7)
    declared = Bucket("b", State.CONFIGURED, "terraform", cors=CODE, left_alone=place)
    assert told(declared).startswith("Deploying leaves these rules as they are (main.tf:7)")
    none = Bucket("b", State.ABSENT, "terraform", says_none=True, left_alone=place)
    assert told(none).startswith("Deploying leaves these rules as they are (main.tf:7)")


def test_elsewhere_deploying_is_what_helps() -> None:
    assert told(Bucket("b", State.CONFIGURED, "terraform", cors=CODE)).startswith("Deploy the declared rules again")
