"""Everything that the program can do that asks AWS, each as a command line, and an AWS and a folder in which all of it
has something to do. A new command or feature joins with one line in ``USES``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import LiveBucket, Role

ROOT = Path(__file__).parents[2]

OTHER, GONE = "222222222222", "333333333333"
ROLE = "audit"
WRITER = "ASIAWRITEROFTHERULES"
"""The access key in CloudTrail's event."""

EXTERNAL_ID = "external-id-that-nobody-else-may-know"

WRITTEN = "<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://evil.example</AllowedOrigin></CORSRule>"

_FROM_CONFIG = frozenset({"SelectAggregateResourceConfig", "DescribeConfigurationAggregatorSourcesStatus"})


_ORGANIZATION = frozenset({"ListAccounts", "GetCallerIdentity", "AssumeRole", "ListBuckets", "GetBucketCors"})


@dataclass(frozen=True)
class Use:
    """A command line, and the operations that it is certain to call. ``{work}`` is the folder of ``furnish``."""

    name: str
    arguments: str
    calls: frozenset[str] = frozenset({"GetBucketCors"})
    code: int = 0

    def argv(self, server: AwsServer, work: Path) -> list[str]:
        return [part.format(work=work, url=server.url) for part in self.arguments.split()]


USES = (
    Use("check", "check main --recheck 0", code=1),
    Use("check reads what drifted once more", "check main --bucket uploads --recheck 0.01", code=1),
    Use("check in another region", "check main --bucket far", frozenset({"GetBucketCors"})),
    Use("check where no redirect tells the region", "check main --bucket shy", frozenset({"HeadBucket"})),
    Use("check --all", "check main --all --recheck 0", frozenset({"ListBuckets", "GetBucketCors"}), 1),
    Use("check --account", "check main --bucket assets --account 111111111111"),
    Use("check --wait", "check main --bucket assets --wait 0.01"),
    Use("check --blame", "check main --bucket uploads --recheck 0 --blame", frozenset({"LookupEvents"}), 1),
    Use("check --stack-name", "check template.yaml --stack-name site", frozenset({"ListStackResources"})),
    Use("check by tags", "check template.yaml --stack-name tagged", frozenset({"GetBucketTagging"})),
    Use("check --by-pattern", "check pattern --by-pattern", frozenset({"ListBuckets"})),
    Use("check --state", "check generated --state state.tfstate"),
    Use("check a name of the caller", "check caller.yaml --region us-east-1", frozenset({"GetCallerIdentity"})),
    Use("check --live config:", "check main --bucket uploads --live config:all", _FROM_CONFIG | {"GetBucketCors"}, 1),
    Use(
        "check --live config: --no-confirm",
        "check main --bucket uploads --live config:all --no-confirm",
        _FROM_CONFIG,
        1,
    ),
    Use("check --live config: --all", "check main --live config:all --all", _FROM_CONFIG, 1),
    Use("check accounts", "--config accounts.toml check theirs", frozenset({"AssumeRole", "GetBucketCors"})),
    Use("check --organization-role", "check theirs --organization-role audit", _ORGANIZATION),
    Use("live accounts", "--config accounts.toml live", frozenset({"AssumeRole", "ListBuckets"}), 3),
    Use("live --organization-role", "live --organization-role audit", _ORGANIZATION),
    Use("live --processes", "live --processes 2 assets uploads far plain", frozenset({"GetBucketCors"})),
    Use("live --shard", "live --shard 1/2 --output json={work}/shard.json", frozenset({"ListBuckets"})),
    Use(
        "live --resume",
        "live --resume {work}/cut-off.json --output json={work}/cut-off.json",
        frozenset({"ListBuckets"}),
    ),
    Use("live cut off", "live --deadline 0.000001 --output json={work}/part.json", frozenset(), 3),
    Use("live --live config:", "live --live config:all", _FROM_CONFIG),
    Use("merge", "merge saved.json saved.json", frozenset()),
    Use("live NAME", "live assets far"),
    Use("live", "live", frozenset({"ListBuckets", "GetBucketCors"})),
    Use("live --format json", "live --format json --output json={work}/live.json", frozenset({"ListBuckets"})),
    Use("simulate s3://", "simulate s3://assets --origin https://a.example --method GET"),
    Use("check --live FILE", "check main --live saved.json", frozenset(), 3),
    Use(
        "check in every format",
        "check main --bucket uploads --recheck 0 --format github --sarif-incomplete"
        + "".join(f" --output {kind}={{work}}/r.{kind}" for kind in ("html", "markdown", "sarif", "junit", "json")),
        code=1,
    ),
    Use(
        "waive",
        "waive main --bucket uploads --finding live-different --reason why --owner web --expires 30d --recheck 0",
    ),
    Use("validate in every format", "validate main --format html --output sarif={work}/v.sarif", frozenset()),
    Use("fix --restore", "fix main --restore --recheck 0", code=1),
    Use("fix --restore one bucket", "fix main --restore --bucket uploads --recheck 0 --format json", code=1),
    Use("fix --restore in part", "fix main --restore --bucket uploads --recheck 0 --only AllowedOrigins", code=1),
    Use("fix --restore accounts", "--config accounts.toml fix theirs --restore --recheck 0"),
    Use("fix --restore --live config:", "fix main --restore --bucket uploads --live config:all", _FROM_CONFIG, 1),
    Use("fix --restore --apply without a word", "fix main --restore --apply --recheck 0", frozenset(), 2),
    Use("fix --undo", "fix --undo undo.json", code=1),
    Use("fix --adopt", "fix main --adopt --bucket uploads --recheck 0", code=1),
    Use("declared", "declared main", frozenset()),
    Use("validate", "validate main", frozenset()),
    Use("compare", "compare main main", frozenset()),
)
"""Every use, with exit code."""


def world(server: AwsServer) -> None:
    """Fill the server."""
    rules = {"allowedMethods": ["PUT"], "allowedOrigins": ["https://evil.example"]}
    server.world.buckets |= {
        "assets": LiveBucket(CALLER.account),
        "uploads": LiveBucket(CALLER.account, rules=WRITTEN),
        "plain": LiveBucket(CALLER.account, rules=None),
        "far": LiveBucket(CALLER.account, "eu-west-1"),
        "shy": LiveBucket(CALLER.account, "eu-west-1", shy=True),
        "theirs": LiveBucket(OTHER),
        f"logs-{CALLER.account}": LiveBucket(CALLER.account),
        "site-assets-1a2b3c4d5e6f": LiveBucket(CALLER.account),
        "tagged-assets-6f5e4d3c2b1a": LiveBucket(
            CALLER.account,
            tags={"aws:cloudformation:stack-name": "tagged", "aws:cloudformation:logical-id": "Assets"},
        ),
    }
    server.world.roles[f"arn:aws:iam::{OTHER}:role/{ROLE}"] = Role()
    server.world.roles[f"arn:aws:iam::{OTHER}:role/external"] = Role(external_id=EXTERNAL_ID)
    server.world.organization = {CALLER.account: "ACTIVE", OTHER: "ACTIVE", "444444444444": "SUSPENDED"}
    server.world.stacks[(CALLER.account, "site")] = {"Assets": "site-assets-1a2b3c4d5e6f"}
    event = {
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/mallory", "accessKeyId": WRITER},
        "eventTime": "2026-11-20T10:00:00Z",
        "eventName": "PutBucketCors",
        "eventSource": "s3.amazonaws.com",
        "userAgent": "[aws-cli/2.0]",
        "requestParameters": {"bucketName": "uploads", "cors": ""},
    }
    server.world.trail[(CALLER.account, "us-east-1")] = [
        {"EventName": "PutBucketCors", "EventTime": 1795168800, "CloudTrailEvent": json.dumps(event)}
    ]
    server.world.config = [
        {
            "resourceId": name,
            "resourceName": name,
            "accountId": CALLER.account,
            "awsRegion": "us-east-1",
            "configurationItemStatus": "OK",
            "configurationItemCaptureTime": "2026-01-01T00:00:00.000Z",
            "supplementaryConfiguration": {"BucketCrossOriginConfiguration": {"rules": [rules]}},
        }
        for name in ("uploads", "unheard-of")
    ]


RULE = """  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
"""


def furnish(work: Path, url: str = "") -> None:
    """Write the files that the commands name into a folder; ``url`` is the server that they are about."""
    for name, text in _files(url).items():
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")


def _files(url: str) -> Mapping[str, str]:
    names = ("assets", "uploads", "far", "shy")

    def declared(label: str, bucket: str) -> str:
        return f'resource "aws_s3_bucket_cors_configuration" "{label}" {{\n  bucket = {bucket}\n{RULE}}}\n'

    template = (
        "Resources:\n  Assets:\n    Type: AWS::S3::Bucket\n    Properties:\n{name}      CorsConfiguration:\n"
        "        CorsRules:\n          - AllowedMethods: [GET]\n            AllowedOrigins: ['https://a.example']\n"
    )
    suffix = 'resource "random_id" "suffix" {\n  byte_length = 6\n}\n'
    return {
        "main/main.tf": "".join(declared(name, f'"{name}"') for name in names),
        "theirs/main.tf": declared("theirs", '"theirs"'),
        "pattern/main.tf": suffix + declared("site", '"site-assets-${random_id.suffix.hex}"'),
        "generated/main.tf": 'resource "aws_s3_bucket" "assets" {\n  bucket_prefix = "assets"\n}\n'
        + declared("assets", "aws_s3_bucket.assets.id"),
        "state.tfstate": STATE,
        "saved.json": (ROOT / "examples/terraform/live.json").read_text(encoding="utf-8"),
        "undo.json": UNDO.replace("ENDPOINT", url),
        "template.yaml": template.format(name=""),
        "caller.yaml": template.format(name="      BucketName: !Sub 'logs-${AWS::AccountId}'\n"),
        "accounts.toml": f'[[account]]\nid = "{CALLER.account}"\n[[account]]\nid = "{OTHER}"\nrole = "external"\n'
        f'external-id = "{EXTERNAL_ID}"\n[[account]]\nid = "{GONE}"\nrole = "gone"\n',
    }


UNDO = """{
  "kind": "cors-drift/snapshot", "version": 1, "source": "s3", "taken_at": null, "diagnostics": [],
  "buckets": [{
    "bucket": "uploads", "address": null, "state": "absent", "rules": [], "ordered": true, "account": null,
    "region": null, "location": null, "reason": null,
    "intended": {"state": "configured", "rules": [
      {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://evil.example"]}
    ]}
  }],
  "undo": {"tool": {"name": "cors-drift", "version": "0.1.0"}, "direction": "restore", "endpoint": "ENDPOINT"}
}
"""
"""What undoes an earlier run, in which the rules of ``uploads`` were written."""

STATE = """{
  "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "outputs": {},
  "resources": [{
    "mode": "managed", "type": "aws_s3_bucket", "name": "assets",
    "provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"]",
    "instances": [{"schema_version": 0, "attributes": {"id": "assets", "bucket": "assets"}}]
  }]
}
"""
