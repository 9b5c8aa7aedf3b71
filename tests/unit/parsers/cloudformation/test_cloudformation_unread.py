"""What is said of templates that another template deploys and that are not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Claim, Inputs
from drift.location import Location, Severity
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER

BUCKET = "Resources:\n  B: {Type: AWS::S3::Bucket}\n"
QUEUE = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n"


def parse(folder: Path, files: dict[str, str], named: list[str] | None = None) -> Snapshot:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    tree = DiskTree(folder)
    units = named or [name for name in sorted(files) if PARSER.claim(tree, name)]
    return PARSER.parse(tree, units, Inputs(account="111122223333"))


def resource(properties: str, kind: str = "AWS::CloudFormation::Stack", name: str = "Network") -> str:
    return f"Resources:\n  {name}:\n    Type: {kind}\n    Properties: {properties}\n"


@pytest.mark.parametrize(
    "template",
    [
        resource("{TemplateURL: https://s3.amazonaws.com/templates/x.yaml}", name="AssetStack"),
        resource("{TemplateURL: https://s3.amazonaws.com/templates/storage.yaml}"),
        resource("{TemplateURL: !Sub 'https://${Host}/x/${Env}-Uploads.template?versionId=1'}"),
        resource("{TemplateURL: !Join ['', ['https://', !Ref Host, '/v1/media.json']]}"),
        resource("{TemplateURL: ../outside/website.yaml}"),
        resource("{TemplateURL: x.yaml, Parameters: {CorsOrigins: a}}"),
        resource("{TemplateURL: x.yaml, Parameters: [{ParameterKey: LogBucket}]}", "AWS::CloudFormation::StackSet"),
        resource("{TemplateBody: 'Resources: {B: {Type: AWS::S3::Bucket}}'}", "AWS::CloudFormation::StackSet"),
        resource("{TemplateBody: !Rain::Embed static-site.yaml}", "AWS::CloudFormation::StackSet"),
        resource("{TemplateBody: {'Rain::Embed': static-site.yaml}}", "AWS::CloudFormation::StackSet"),
        resource("{Location: ./static.yaml}", "AWS::Serverless::Application"),
        resource(
            "{Location: {ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:applications/s3-uploader'}}",
            "AWS::Serverless::Application",
        ),
        resource("{Name: x}", "My::S3::Private::MODULE"),
        resource("{BucketName: x}", "My::Org::Site::MODULE"),
    ],
)
def test_template_elsewhere_that_is_named_like_one_with_buckets_is_a_bucket_not_known(
    tmp_path: Path, template: str
) -> None:
    snapshot = parse(tmp_path, {"a.yaml": template})
    (bucket,) = snapshot.buckets
    assert bucket.state is State.UNKNOWN
    assert isinstance(bucket.name, Unknown)
    assert bucket.address in ("Network", "AssetStack")
    assert bucket.reason is not None
    assert f"{bucket.address}: its template " in bucket.reason
    assert bucket.reason.endswith("; it may declare buckets")
    assert bucket.location == Location("a.yaml", 2, 4, 3)
    assert bucket.account == "111122223333"
    assert snapshot.diagnostics == ()


@pytest.mark.parametrize(
    "template",
    [
        resource("{TemplateURL: https://s3.amazonaws.com/my-bucket/assets/vpc.yaml, Parameters: {Cidr: a}}"),
        resource("{TemplateURL: !Join ['/', ['https://s3.amazonaws.com', !Ref TemplateBucket, 'vpc.yaml']]}"),
        resource("{TemplateURL: !Sub 'https://x/${Bucket}.yaml'}"),
        resource("{TemplateURL: vpc.yaml}"),
        resource("!Ref x"),
        resource("{TemplateBody: !Rain::Embed queues.yaml}", "AWS::CloudFormation::StackSet"),
        resource("{Location: {ApplicationId: !Ref App}}", "AWS::Serverless::Application"),
        resource("{Size: x}", "My::Org::Cluster::MODULE"),
    ],
)
def test_template_elsewhere_that_nothing_speaks_for_is_only_told(tmp_path: Path, template: str) -> None:
    snapshot = parse(tmp_path, {"a.yaml": template})
    assert snapshot.buckets == ()
    (remark,) = snapshot.diagnostics
    assert (remark.severity, remark.id) == (Severity.INFO, "nested-stack-not-read")
    assert remark.location == Location("a.yaml", 2, 2, 3)
    assert remark.help


@pytest.mark.parametrize("link", ["{TemplateURL: ./sub/bucket.yaml}", "{TemplateURL: sub/bucket.yaml}"])
def test_nested_template_that_is_read_itself_has_no_entry(tmp_path: Path, link: str) -> None:
    snapshot = parse(tmp_path, {"a.yaml": resource(link), "sub/bucket.yaml": BUCKET})
    assert [bucket.address for bucket in snapshot.buckets] == ["Network/B"]
    assert snapshot.diagnostics == ()


def test_nested_template_of_the_tree_that_is_read_for_its_own_fault_has_no_entry(tmp_path: Path) -> None:
    files = {"a.yaml": resource("{TemplateURL: b.yaml}"), "b.yaml": BUCKET + "  X: [\n"}
    snapshot = parse(tmp_path, files)
    assert snapshot.buckets == ()
    assert [each.id for each in snapshot.diagnostics] == ["broken-template"]


def test_nested_template_of_the_tree_without_buckets_hides_nothing_whatever_it_is_called(tmp_path: Path) -> None:
    snapshot = parse(tmp_path, {"a.yaml": resource("{TemplateURL: s3.yaml}"), "s3.yaml": QUEUE})
    assert (snapshot.buckets, snapshot.diagnostics) == ((), ())


def test_nested_template_of_the_tree_is_read_with_its_parent_though_it_was_not_named(tmp_path: Path) -> None:
    files = {"a.yaml": resource("{TemplateURL: x.yaml}"), "x.yaml": BUCKET}
    (bucket,) = parse(tmp_path, files, named=["a.yaml"]).buckets
    assert (bucket.address, bucket.state) == ("Network/B", State.ABSENT)


def test_nested_stack_of_a_nested_stack_that_cannot_be_read_is_judged_by_its_names(tmp_path: Path) -> None:
    files = {"a.yaml": resource("{TemplateURL: x.yaml}"), "x.yaml": resource("{TemplateURL: y.yaml}")}
    snapshot = parse(tmp_path, files, named=["a.yaml"])
    assert [each.id for each in snapshot.diagnostics] == ["nested-stack-not-read"]
    likely = parse(tmp_path, {"x.yaml": files["x.yaml"].replace("Network", "Uploads")}, named=["a.yaml"])
    assert [bucket.address for bucket in likely.buckets] == ["Network/Uploads"]


def test_template_body_without_buckets_hides_nothing(tmp_path: Path) -> None:
    body = "{TemplateBody: 'Resources: {Q: {Type: AWS::SQS::Queue}}'}"
    snapshot = parse(tmp_path, {"a.yaml": resource(body, "AWS::CloudFormation::StackSet", "S3")})
    assert (snapshot.buckets, snapshot.diagnostics) == ((), ())


def test_nested_stack_under_a_condition_not_known_may_be_deployed(tmp_path: Path) -> None:
    text = "Parameters: {P: {Type: String}}\nConditions: {U: !Equals [!Ref P, b]}\n"
    (bucket,) = parse(tmp_path, {"a.yaml": text + resource("{TemplateURL: s3.yaml}") + "    Condition: U\n"}).buckets
    assert bucket.state is State.UNKNOWN


def test_nested_stack_under_a_false_condition_is_not_deployed(tmp_path: Path) -> None:
    text = "Conditions: {No: !Equals [a, b]}\n" + resource("{TemplateURL: s3.yaml}") + "    Condition: No\n"
    snapshot = parse(tmp_path, {"a.yaml": text})
    assert (snapshot.buckets, snapshot.diagnostics) == ((), ())


def test_include_among_the_resources_is_told_and_counts_where_its_file_is_named_like_one_with_buckets(
    tmp_path: Path,
) -> None:
    text = "Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://bucket/NAME.yaml'}}\n"
    likely = parse(tmp_path, {"a.yaml": text.replace("NAME", "buckets")})
    told = parse(tmp_path, {"a.yaml": text.replace("NAME", "queues")})
    assert [bucket.address for bucket in likely.buckets] == ["Fn::Transform"]
    assert told.buckets == ()
    assert [each.id for each in (*likely.diagnostics, *told.diagnostics)] == ["not-evaluated", "not-evaluated"]


def test_template_with_nothing_but_nested_stacks_is_claimed_unless_it_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(resource("{TemplateURL: x}"))
    (tmp_path / "b.yaml").write_text(resource("{TemplateURL: x") + "}}\n")
    assert PARSER.claim(DiskTree(tmp_path), "a.yaml") == Claim("a.yaml")
    assert PARSER.claim(DiskTree(tmp_path), "b.yaml") is None


def test_long_template_url_is_looked_through_once(tmp_path: Path) -> None:
    snapshot = parse(tmp_path, {"a.yaml": resource("{TemplateURL: '" + "${a.yaml" * 200_000 + "'}")})
    assert [each.id for each in snapshot.diagnostics] == ["nested-stack-not-read"]
