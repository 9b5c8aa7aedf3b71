"""The Terraform parser on small trees: what it claims, which folders are roots, places, faults and hostile input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs, NamedText, Parser
from drift.location import Severity
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.terraform import PARSER

RULE = '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = ["*"]\n  }\n'


def read(root: Path, files: Mapping[str, str], units: tuple[str, ...] = ("",), **inputs: object) -> Snapshot:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return PARSER.parse(DiskTree(root), units, Inputs(**inputs))  # type: ignore[arg-type]


def bucket(name: str, label: str = "x") -> str:
    return f'resource "aws_s3_bucket" "{label}" {{\n  bucket = {name}\n}}\n'


def cors(name: str, label: str = "x", rule: str = RULE) -> str:
    return f'resource "aws_s3_bucket_cors_configuration" "{label}" {{\n  bucket = {name}\n{rule}}}\n'


def only(snapshot: Snapshot) -> Bucket:
    (found,) = snapshot.buckets
    return found


def reason_of(snapshot: Snapshot) -> str:
    name = only(snapshot).name
    assert isinstance(name, Unknown)
    return name.reason


def test_it_is_a_parser() -> None:
    assert isinstance(PARSER, Parser)
    assert PARSER.name == "terraform"


@pytest.mark.parametrize("name", ["main.tf", "a/b.tofu", "x.tf.json", "x.tofu.json", "override.tf", "a.b.tf"])
def test_files_that_terraform_or_opentofu_load_are_claimed_for_their_folder(name: str, tmp_path: Path) -> None:
    claim = PARSER.claim(DiskTree(tmp_path), name)
    assert claim is not None
    assert claim.unit == (name.rpartition("/")[0])
    assert claim.foreign is None


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.tf",
        "main.tf~",
        "#main.tf#",
        "x.tftest.hcl",
        "x.tftest.json",
        "x.tofutest.hcl",
        "terraform.tfvars",
        "a.json",
        "tf",
        ".tf",
    ],
)
def test_other_files_are_not_claimed(name: str, tmp_path: Path) -> None:
    assert PARSER.claim(DiskTree(tmp_path), name) is None


def test_a_folder_that_another_unit_calls_is_no_root_of_its_own(tmp_path: Path) -> None:
    files = {"main.tf": 'module "m" {\n  source = "./child"\n}\n', "child/main.tf": bucket('"child"')}
    assert only(read(tmp_path, files, ("", "child"))).address == "module.m.aws_s3_bucket.x"


def test_a_folder_that_is_called_is_a_root_where_it_is_given_alone(tmp_path: Path) -> None:
    files = {"main.tf": 'module "m" {\n  source = "./child"\n}\n', "child/main.tf": bucket('"child"')}
    assert only(read(tmp_path, files, ("child",))).address == "aws_s3_bucket.x"


def test_of_folders_that_call_one_another_one_is_still_read(tmp_path: Path) -> None:
    files = {
        "a/main.tf": 'module "b" {\n  source = "../b"\n}\n' + bucket('"a"'),
        "b/main.tf": 'module "a" {\n  source = "../a"\n}\n' + bucket('"b"'),
    }
    snapshot = read(tmp_path, files, ("a", "b"))
    assert {each.name for each in snapshot.buckets} == {"a", "b"}
    assert [each.id for each in snapshot.diagnostics] == ["module-cycle"]


def test_a_configuration_in_one_root_speaks_for_the_bucket_of_another_by_its_name(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"a/main.tf": bucket('"shared"'), "b/main.tf": cors('"shared"')}, ("a", "b"))
    assert only(snapshot).state is State.CONFIGURED


def test_broken_hcl_is_one_error_with_its_line_and_the_other_roots_are_read(tmp_path: Path) -> None:
    files = {"bad/main.tf": 'locals {\n  a = 1\n}\nresource "aws_s3_bucket" {{\n', "good/main.tf": bucket('"good"')}
    snapshot = read(tmp_path, files, ("bad", "good"))
    (fault,) = snapshot.diagnostics
    assert (fault.severity, fault.id) == (Severity.ERROR, "unreadable-terraform")
    assert str(fault.location) == "bad/main.tf:4"
    assert fault.help
    assert only(snapshot).name == "good"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("main.tf", 'a = "', 1),
        ("main.tf", 'resource "x" "y" {\n  a = "\\d"\n}\n', 2),
        ("main.tf", "locals {\n  a = 1\n  a = 2\n}\n", 3),
        ("main.tf", 'locals {\n  a = "two\nlines"\n}\n', 2),
        ("main.tf", "locals {\n  a = <<E\n${\nE\n}\n", 2),
        ("main.tf.json", '{"resource": [\n  1\n]}', 2),
        ("main.tf.json", '{"locals": {"a": "${"}}', 1),
        ("main.tf.json", '{"a": 1,\n}', 2),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_line(name: str, content: str, line: int, tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {name: content}).errors
    assert fault.location is not None
    assert (fault.location.path, fault.location.line) == (name, line)


def test_a_byte_order_mark_and_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"\xef\xbb\xbf" + bucket('"bom"').encode())
    assert only(read(tmp_path, {})).name == "bom"
    (tmp_path / "main.tf").write_bytes(b'# ok\nlocals {\n  a = "\xff"\n}\n')
    (fault,) = read(tmp_path, {}).errors
    assert str(fault.location) == "main.tf:3"


def test_a_heredoc_end_marker_may_have_blanks_behind_it(tmp_path: Path) -> None:
    source = "locals {\n  a = <<E\nname\nE  \n}\n" + bucket("trimspace(local.a)")
    assert only(read(tmp_path, {"main.tf": source})).name == "name"


def test_an_escaped_marker_may_hold_escaped_quotes(tmp_path: Path) -> None:
    source = bucket(r'"%%{if(x, \"a\", \"b\")}-$${\"c\"}"')
    assert only(read(tmp_path, {"main.tf": source})).name == '%{if(x, "a", "b")}-${"c"}'


def test_places_are_those_of_the_block_and_of_each_argument(tmp_path: Path) -> None:
    rule = (
        '  dynamic "cors_rule" {\n    for_each = [1]\n    content {\n      allowed_methods = ["GET"]\n'
        '      allowed_origins = [\n        "*",\n      ]\n    }\n  }\n'
    )
    found = only(read(tmp_path, {"main.tf": "\n" + cors('"places"', rule=rule)}))
    assert found.location is not None
    assert (found.location.line, found.location.end_line, found.location.column) == (2, 13, 1)
    (place,) = found.places
    assert (place.location.line, place.location.end_line) == (6, 11)
    assert (place.of("AllowedMethods").line, place.of("AllowedMethods").column) == (7, 7)
    assert (place.of("AllowedOrigins").line, place.of("AllowedOrigins").end_line) == (8, 10)
    assert place.of("MaxAgeSeconds") == place.location


def test_places_in_json_syntax_are_the_lines_of_the_properties(tmp_path: Path) -> None:
    document = (
        '{"resource": {"aws_s3_bucket_cors_configuration": {"x": {\n"bucket": "json",\n"cors_rule": [{\n'
        '"allowed_methods": ["GET"],\n"allowed_origins": ["*"]}]}}}}'
    )
    (place,) = only(read(tmp_path, {"main.tf.json": document})).places
    assert (place.location.line, place.of("AllowedOrigins").line) == (3, 5)


def test_a_variable_that_no_root_declares_is_an_error(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"main.tf": bucket('"x"')}, variables=(("nmae", "x"),)).diagnostics
    assert (fault.severity, fault.id) == (Severity.ERROR, "undeclared-variable")
    assert '"nmae"' in fault.message


def test_variable_files_are_read_in_their_order_and_the_command_line_wins(tmp_path: Path) -> None:
    source = 'variable "a" {}\nvariable "b" {}\nvariable "c" {}\n' + bucket('"${var.a}-${var.b}-${var.c}"')
    named = (
        NamedText("one.tfvars", 'a = "1"\nb = "1"\nc = "1"\n'),
        NamedText("two.tfvars.json", '{"b": "2", "c": "2"}'),
    )
    snapshot = read(tmp_path, {"main.tf": source}, variables=(*named, ("c", "3")))
    assert only(snapshot).name == "1-2-3"


def test_a_variable_file_holds_only_literals(tmp_path: Path) -> None:
    files = {"main.tf": 'variable "a" {}\n' + bucket("var.a"), "terraform.tfvars": 'a = upper(file("/etc/passwd"))\n'}
    snapshot = read(tmp_path, files)
    assert isinstance(only(snapshot).name, Unknown)
    assert [each.id for each in snapshot.diagnostics] == ["unreadable-variable"]


def test_a_value_on_the_command_line_is_one_expression(tmp_path: Path) -> None:
    source = 'variable "a" {\n  type = list(string)\n}\n' + bucket("var.a[0]")
    snapshot = read(tmp_path, {"main.tf": source}, variables=(("a", '["x"]\n)\nb = (1'),))
    assert [each.id for each in snapshot.diagnostics] == ["unreadable-variable"]
    assert isinstance(only(snapshot).name, Unknown)


def test_a_variable_without_a_value_says_how_to_give_one(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": 'variable "name" {}\n' + bucket('"x-${var.name}"')})
    assert reason_of(snapshot) == 'variable "name" has no value; give --var name=... or --var-file'


def test_the_workspace_is_unknown_until_it_is_given(tmp_path: Path) -> None:
    files = {"main.tf": bucket("terraform.workspace")}
    assert "give --workspace" in reason_of(read(tmp_path, files))
    assert only(read(tmp_path, files, workspace="w")).name == "w"
    assert only(read(tmp_path, files, environment={"TF_WORKSPACE": "e"})).name == "e"


def test_a_bucket_name_that_is_equal_but_unknown_is_known_by_what_it_refers_to(tmp_path: Path) -> None:
    source = (
        bucket('"a-${uuid()}"')
        + cors("module.pass.out")
        + 'module "pass" {\n  source = "./m"\n  in = aws_s3_bucket.x.id\n}\n'
    )
    child = 'variable "in" {\n  type = string\n}\noutput "out" {\n  value = "${var.in}"\n}\n'
    snapshot = read(tmp_path, {"main.tf": source, "m/main.tf": child})
    assert only(snapshot).address == "aws_s3_bucket_cors_configuration.x"


def test_two_names_unknown_for_one_reason_are_not_taken_for_one_name(tmp_path: Path) -> None:
    source = bucket('"a-${uuid()}"') + cors('"a-${uuid()}"')
    states = {each.address: each.state for each in read(tmp_path, {"main.tf": source}).buckets}
    assert states["aws_s3_bucket.x"] is State.UNKNOWN


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.txt", "${path.module}/../../etc/passwd", "link"])
@pytest.mark.parametrize(
    "function", ["file({})", "templatefile({}, {{}})", "filemd5({})", 'fileexists({}) ? "yes" : "no"']
)
def test_no_function_reads_outside_of_the_tree(path: str, function: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside.txt")
    name = only(read(root, {"main.tf": bucket(function.format(f'"{path}"'))})).name
    assert isinstance(name, Unknown) or name == "no"


def test_a_module_outside_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "main.tf").write_text(bucket('"outside"'))
    root = tmp_path / "root"
    root.mkdir()
    (root / "linked").symlink_to(tmp_path / "out")
    source = 'module "a" {\n  source = "../out"\n}\nmodule "b" {\n  source = "./linked"\n}\n'
    snapshot = read(root, {"main.tf": source})
    assert snapshot.buckets == ()
    assert [each.id for each in snapshot.diagnostics] == ["module-not-found", "module-not-found"]


def test_a_module_that_calls_itself_is_reported_and_not_followed(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": 'module "m" {\n  source = "./"\n}\n' + bucket('"x"')})
    assert [each.id for each in snapshot.diagnostics] == ["module-cycle"]
    assert only(snapshot).name == "x"


def doubled(template: str) -> str:
    steps = "".join(f"  l{i} = {template.format(f'local.l{i + 1}')}\n" for i in range(60))
    return f'locals {{\n{steps}  l60 = "x"\n}}\n'


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (bucket('join("", [for i in range(1000) : join("", [for j in range(1000) : "x"])])'), "too long"),
        (doubled('"${{{0}}}${{{0}}}"') + bucket("local.l0"), "nested too deep"),
        (doubled("[{0}, {0}]") + bucket("jsonencode(local.l30)"), "members"),
        (bucket("setproduct(range(1000), range(1000), range(1000))[0][0]"), "combinations"),
        (bucket('regex("^(a|aa)+$", "' + "a" * 60 + 'b")'), "takes too long"),
        (bucket('indent(2000000, "x")'), "indentation"),
        (bucket('replace("' + "a" * 5000 + '", "a", "' + "b" * 5000 + '")'), "characters"),
        (bucket('replace("' + "a" * 5000 + '", "/a/", "' + "b" * 190000 + '")'), "makes the string too long"),
        (bucket('"${local.a}"') + "locals {\n  a = local.b\n  b = local.a\n}\n", "refers to itself"),
        (bucket("aws_s3_bucket.x.bucket"), "refers to itself"),
        (bucket('"${templatefile("main.tf", {})}"'), "cannot call templatefile"),
    ],
)
def test_work_without_end_becomes_an_unknown_with_its_reason(source: str, said: str, tmp_path: Path) -> None:
    assert said in reason_of(read(tmp_path, {"main.tf": source}))


@pytest.mark.parametrize(
    "count", ["count = 1e9", "count = 1e300", "for_each = toset([for i in range(999) : tostring(i)])\n  count = -1"]
)
def test_instances_without_number_are_not_made(count: str, tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": f'resource "aws_s3_bucket" "x" {{\n  {count}\n  bucket = "b"\n}}\n'})
    found = only(snapshot)
    assert found.state is State.UNKNOWN
    assert found.reason is not None
    assert "whether it exists" in found.reason


def test_modules_in_modules_cannot_multiply_without_bound(tmp_path: Path) -> None:
    call = 'module "a" {\n  source = "./a"\n  count = 100\n}\n'
    files = {
        "main.tf": call,
        "a/main.tf": call,
        "a/a/main.tf": f"{bucket('count.index')}".replace("{\n", "{\n  count = 1000\n", 1),
    }
    snapshot = read(tmp_path, files)
    assert len(snapshot.buckets) < 20_000
    assert any(each.state is State.UNKNOWN for each in snapshot.buckets)


@pytest.mark.parametrize(
    "source", ["(" * 4000 + "1" + ")" * 4000, "[" * 4000, '"${' * 2000 + "1" + '}"' * 2000, "-" * 5000 + "1"]
)
def test_source_nested_without_end_is_one_error(source: str, tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"main.tf": f"locals {{\n  a = {source}\n}}\n" + bucket("local.a")}).errors
    assert fault.id == "unreadable-terraform"


def test_long_chains_of_operators_are_no_crash(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": bucket(" + ".join(["1"] * 5000))})
    assert snapshot.errors or isinstance(only(snapshot).name, Unknown) or only(snapshot).name == "5000"


def test_json_documents_of_modules_that_are_no_such_thing_are_ignored(tmp_path: Path) -> None:
    listing = json.dumps({"Modules": [1, {"Key": 3}]})
    source = 'module "m" {\n  source = "a/b/c"\n}\n' + bucket("module.m.name")
    assert "not on disk" in reason_of(read(tmp_path, {"main.tf": source, ".terraform/modules/modules.json": listing}))


def test_a_vendored_module_outside_of_the_tree_is_not_read(tmp_path: Path) -> None:
    listing = json.dumps({"Modules": [{"Key": "m", "Dir": "../../etc"}]})
    source = 'module "m" {\n  source = "a/b/c"\n}\n' + bucket("module.m.name")
    snapshot = read(tmp_path, {"main.tf": source, ".terraform/modules/modules.json": listing})
    assert "leads out of the tree" in reason_of(snapshot)


def test_a_bucket_that_an_unreadable_module_is_given_is_not_called_absent(tmp_path: Path) -> None:
    source = bucket('"given"') + 'module "cors" {\n  source = "a/b/c"\n  buckets = [aws_s3_bucket.x]\n}\n'
    states = {each.address: each.state for each in read(tmp_path, {"main.tf": source}).buckets}
    assert states == {"aws_s3_bucket.x": State.UNKNOWN, "module.cors": State.UNKNOWN}


def test_a_module_that_is_not_on_disk_is_told_of_louder_where_it_looks_like_buckets(tmp_path: Path) -> None:
    source = 'module "s3" {\n  source = "t/s3-bucket/aws"\n}\nmodule "vpc" {\n  source = "t/vpc/aws"\n}\n'
    snapshot = read(tmp_path, {"main.tf": source})
    assert [(each.id, each.severity) for each in snapshot.diagnostics] == [
        ("module-not-on-disk", Severity.WARNING),
        ("module-not-on-disk", Severity.INFO),
    ]


def test_the_package_is_imported_without_an_hcl_parser() -> None:
    code = "import sys, parsers.terraform; sys.exit('hcl2' in sys.modules or 'yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_bucket_beside_a_broken_file_is_not_called_absent(tmp_path: Path) -> None:
    assert only(read(tmp_path, {"main.tf": bucket('"x"'), "cors.tf": "{"})).state is State.UNKNOWN


def test_opentofu_can_switch_a_resource_off(tmp_path: Path) -> None:
    off = "  lifecycle {\n    enabled = var.on\n  }\n"
    source = 'variable "on" {\n  default = false\n}\n' + bucket('"x"') + cors('"x"', rule=RULE + off)
    assert only(read(tmp_path, {"main.tofu": source})).state is State.ABSENT
