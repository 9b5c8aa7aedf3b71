"""Calls of modules that are not on disk: which of them may hide buckets, and what is said of those."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.location import Location, Severity
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_parser import bucket, cors, only, read


def call(label: str, source: str, arguments: str = "") -> str:
    return f'module "{label}" {{\n  source = "{source}"\n{arguments}}}\n'


@pytest.mark.parametrize(
    "source",
    [
        call("s3_site", "t/thing/aws"),
        call("assets", "terraform-aws-modules/s3-objects/aws"),
        call("assets", "git::https://example.com/Buckets.git"),
        call("assets", "t/thing/aws", "  cors_rule = []\n"),
        call("assets", "s3::https://s3-eu-west-1.amazonaws.com/modules/s3-site.zip"),
        bucket('"given"') + cors('"given"') + call("cdn", "t/cdn/aws", "  origin = aws_s3_bucket.x.arn\n"),
        'locals {\n  at = "given"\n}\n'
        + bucket('"given"')
        + cors('"given"')
        + call("cdn", "t/cdn/aws", "  origin = local.at\n"),
    ],
)
def test_an_unread_module_with_a_sign_of_s3_is_an_unresolved_entry(source: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": source})
    (entry,) = (each for each in snapshot.buckets if each.address and each.address.startswith("module."))
    assert entry.state is State.UNKNOWN
    assert isinstance(entry.name, Unknown)
    assert entry.reason is not None
    assert "may declare buckets; run `terraform init`, or give a plan" in entry.reason
    assert entry.location is not None
    assert entry.location.line == source[: source.index("module ")].count("\n") + 1


@pytest.mark.parametrize(
    "source",
    [
        call("vpc", "terraform-aws-modules/vpc/aws", '  name = "x"\n'),
        call("vpc", "s3::https://s3-eu-west-1.amazonaws.com/my-bucket/vpc.zip"),
        call("vpc", "s3::https://modules.s3.eu-west-1.amazonaws.com/vpc.zip"),
        call("vpc", "t/vpc/aws", "  depends_on = [aws_s3_bucket.y]\n"),
        call("s3", "t/s3/aws", "  count = 0\n"),
    ],
)
def test_an_unread_module_without_a_sign_of_s3_is_only_remarked_upon(source: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": source})
    assert snapshot.buckets == ()
    assert [each.id for each in snapshot.diagnostics] == ["module-not-on-disk"]


def test_an_unread_module_that_only_waits_for_a_bucket_is_not_given_it(tmp_path: Path) -> None:
    source = bucket('"waited-for"') + call("vpc", "t/vpc/aws", "  depends_on = [aws_s3_bucket.x]\n")
    assert only(read(tmp_path, {"main.tf": source})).state is State.ABSENT


def test_the_argument_bucket_names_the_entry_of_an_unread_module(tmp_path: Path) -> None:
    source = call("a", "t/s3/aws", '  for_each = toset(["x", "y"])\n  bucket = "b-${each.key}"\n')
    source += 'variable "v" {}\n' + call("b", "t/s3/aws", '  bucket = "b-${var.v}"\n')
    x, y, open_name = read(tmp_path, {"main.tf": source}).buckets
    assert (x.address, x.name, y.address, y.name) == ('module.a["x"]', "b-x", 'module.a["y"]', "b-y")
    assert isinstance(open_name.name, Unknown)
    assert open_name.name.prefix == "b-"


def test_a_silent_bucket_that_an_unread_module_is_about_is_told_once(tmp_path: Path) -> None:
    source = bucket('"given"') + call("cors", "t/cors/aws", "  bucket = aws_s3_bucket.x.id\n")
    found = only(read(tmp_path, {"main.tf": source}))
    assert (found.address, found.state) == ("aws_s3_bucket.x", State.UNKNOWN)


def test_an_unread_module_about_a_bucket_with_rules_speaks_only_if_it_is_about_cors(tmp_path: Path) -> None:
    declared = bucket('"given"') + cors("aws_s3_bucket.x.id")
    argument = "  bucket = aws_s3_bucket.x.id\n"
    quiet = read(tmp_path, {"main.tf": declared + call("events", "t/s3-events/aws", argument)})
    assert [each.state for each in quiet.buckets] == [State.CONFIGURED]
    loud = read(tmp_path, {"main.tf": declared + call("cors", "t/s3/aws", argument)})
    assert [(each.name, each.state) for each in loud.buckets] == [
        ("given", State.CONFIGURED),
        ("given", State.UNKNOWN),
    ]


def test_a_silent_bucket_of_another_root_does_not_hide_an_unread_module(tmp_path: Path) -> None:
    files = {"a/main.tf": bucket('"shared"'), "b/main.tf": call("s3", "t/s3/aws", '  bucket = "shared"\n')}
    states = {each.address: each.state for each in read(tmp_path, files, ("a", "b")).buckets}
    assert states == {"aws_s3_bucket.x": State.ABSENT, "module.s3": State.UNKNOWN}


@pytest.mark.parametrize(
    ("path", "said", "advice"),
    [("./s3", "is no folder", "check the path"), ("../s3", "leads out of the tree", "--root")],
)
def test_a_local_module_that_is_not_there_is_an_error(path: str, said: str, advice: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": call("site", path)})
    (fault,) = snapshot.errors
    assert (fault.id, fault.severity) == ("module-not-found", Severity.ERROR)
    assert fault.location == Location("main.tf", 1, 3, 1)
    assert said in fault.message
    assert advice in (fault.help or "")
    entry = only(snapshot)
    assert (entry.address, entry.state) == ("module.site", State.UNKNOWN)


def test_a_local_module_that_is_a_link_out_of_the_tree_gets_the_advice_to_widen_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out").mkdir()
    (root / "linked").symlink_to(tmp_path / "out")
    (fault,) = read(root, {"main.tf": call("vpc", "./linked")}).errors
    assert "--root" in (fault.help or "")


@pytest.mark.parametrize("source", ['"./${var.x}"', "var.x"])
def test_a_module_whose_source_is_computed_is_no_silent_miss(source: str, tmp_path: Path) -> None:
    text = call("s3", "X").replace('"X"', source)
    snapshot = read(tmp_path, {"main.tf": 'variable "x" {}\n' + text})
    assert only(snapshot).state is State.UNKNOWN
    assert [each.id for each in snapshot.diagnostics] == ["module-not-on-disk"]


def test_an_empty_folder_is_a_module_that_is_not_on_disk(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()
    snapshot = read(tmp_path, {"main.tf": call("site", "./s3")})
    assert only(snapshot).state is State.UNKNOWN
    assert [each.id for each in snapshot.diagnostics] == ["module-not-on-disk"]


def test_many_instances_of_an_unread_module_and_of_a_bucket_are_not_asked_pair_by_pair(tmp_path: Path) -> None:
    many = "  count = 4000\n"
    source = 'resource "aws_s3_bucket" "x" {\n' + many + '  bucket = "b-${count.index}"\n}\n'
    source += call("cors", "t/cors/aws", many + '  names = ["b-${count.index + 3000}"]\n')
    states = [each.state for each in read(tmp_path, {"main.tf": source}).buckets if "aws_s3" in str(each.address)]
    assert states == [State.ABSENT] * 3000 + [State.UNKNOWN] * 1000
