"""Files that are no plain text, lie elsewhere, or are far too large, beside declarations that must still be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from drift.snapshot import State
from tests.unit.parsers.terraform.hostile import GOOD, configuration, good, read, written

BAD_BYTES = {
    "a NUL outside of text": b"locals {\n  a\x00 = 1\n}\n",
    "a lone byte of UTF-8": b'locals {\n  a = "\xff"\n}\n',
    "half a character": b'locals {\n  a = "\xc3"\n}\n',
    "a surrogate": b'locals {\n  a = "\xed\xa0\x80"\n}\n',
    "an overlong slash": b'locals {\n  a = "\xc0\xaf"\n}\n',
    "UTF-16": "locals {}\n".encode("utf-16"),
    "UTF-32": "locals {}\n".encode("utf-32"),
    "random bytes": bytes(range(256)) * 40,
    "an archive": b"PK\x03\x04" + bytes(200),
    "a lone carriage return": b"locals {\r  a = 1\r}\r",
}


@pytest.mark.parametrize("content", BAD_BYTES.values(), ids=BAD_BYTES)
def test_bytes_that_are_no_terraform_are_one_error_at_their_file(tmp_path: Path, content: bytes) -> None:
    snapshot = read(written(tmp_path, {"bad.tf": content, "good.tf": GOOD}))
    good(snapshot)
    assert [fault.location.path for fault in snapshot.errors if fault.location is not None] == ["bad.tf"]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + configuration('["https://é.example"]'),
        configuration('["https://é.example"]').replace("\n", "\r\n"),
        "# é\r\n" + configuration('["https://é.example"]'),
        configuration('["https://é.example"]').rstrip("\n"),
        'locals {\n  été = ["https://é.example"]\n}\n' + configuration("local.été"),
        'locals {\n  日本 = ["https://é.example"]\n}\n' + configuration("local.日本"),
        configuration('["https://\\u00e9.example"]'),
        configuration('["https://\\U000000e9.example"]'),
        configuration('["https://e\u0301.example"]'),
    ],
    ids=[
        "byte order mark",
        "CRLF",
        "mixed ends",
        "no end of line",
        "accents",
        "ideographs",
        "escape",
        "long escape",
        "combining",
    ],
)
def test_text_that_terraform_takes_is_taken(tmp_path: Path, content: str) -> None:
    snapshot = read(written(tmp_path, {"x.tf": content, "good.tf": GOOD}))
    good(snapshot)
    assert not snapshot.diagnostics
    (found,) = (bucket for bucket in snapshot.buckets if bucket.name == "bad")
    assert found.cors is not None
    assert found.cors.rules[0].allowed_origins == ("https://é.example",)


@pytest.mark.parametrize("name", ["bad.tf", "bad.tf.json", "bad_override.tf", "terraform.tfvars", "m/bad.tf"])
@pytest.mark.parametrize("size", [100 * 2**20, 10 * 2**30])
def test_a_huge_file_is_refused_by_its_size(tmp_path: Path, name: str, size: int) -> None:
    root = written(
        tmp_path, {"good.tf": GOOD, "main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/m.tf": "", name: ""}
    )
    os.truncate(root / name, size)
    snapshot = read(root)
    good(snapshot)
    (fault,) = snapshot.errors
    assert fault.location is not None
    assert fault.location.path == name
    assert f"{size:,}" in fault.message


def test_links_that_lead_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", {"x.tf": configuration('["s3cret"]'), "terraform.tfvars": 'v = "s3cret"\n'})
    root = written(tmp_path / "root", {"good.tf": GOOD, "m.tf": 'variable "v" {}\nmodule "m" {\n  source = "./m"\n}\n'})
    (root / "link.tf").symlink_to(outside / "x.tf")
    (root / "terraform.tfvars").symlink_to(outside / "terraform.tfvars")
    (root / "m").symlink_to(outside)
    (root / "loop.tf").symlink_to(root / "loop.tf")
    (root / "gone.tf").symlink_to(root / "nothing.tf")
    snapshot = read(root)
    good(snapshot)
    assert "s3cret" not in repr(snapshot)
    assert any(fault.location is not None and fault.location.path == "m.tf" for fault in snapshot.errors)


def test_links_within_the_tree_are_followed(tmp_path: Path) -> None:
    root = written(tmp_path, {"shared/good.tf": GOOD, "env/main.tf": "locals {}\n"})
    (root / "env" / "good.tf").symlink_to(root / "shared" / "good.tf")
    good(read(root, ("env",)))


SOURCES = [
    "../outside",
    "../../outside",
    "./../outside",
    "/etc",
    "./link",
    "./x/../../outside",
    "..",
    "./m/../../outside",
    "file:///etc",
    "~/x",
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_module_outside_of_the_tree_is_not_read(tmp_path: Path, source: str) -> None:
    outside = written(tmp_path / "outside", {"x.tf": configuration('["s3cret"]')})
    (tmp_path / "up.tf").write_text(configuration('["s3cret"]'))
    root = written(tmp_path / "root", {"good.tf": GOOD, "m.tf": f'module "m" {{\n  source = "{source}"\n}}\n'})
    (root / "link").symlink_to(outside)
    snapshot = read(root)
    good(snapshot)
    assert "s3cret" not in repr(snapshot)
    assert [fault.location.path for fault in snapshot.diagnostics if fault.location is not None] == ["m.tf"]


@pytest.mark.parametrize(
    "folder", ["../outside", "/etc", "link", ".terraform/modules/../../../outside", "\x00", "x" * 5000, 5, None, []]
)
def test_a_manifest_of_modules_that_points_out_of_the_tree_is_not_followed(tmp_path: Path, folder: object) -> None:
    outside = written(tmp_path / "outside", {"x.tf": configuration('["s3cret"]')})
    manifest = json.dumps({"Modules": [{"Key": "m", "Source": "a/b/c", "Dir": folder}]})
    root = written(
        tmp_path / "root",
        {"good.tf": GOOD, "m.tf": 'module "m" {\n  source = "a/b/c"\n}\n', ".terraform/modules/modules.json": manifest},
    )
    (root / "link").symlink_to(outside)
    snapshot = read(root)
    good(snapshot)
    assert "s3cret" not in repr(snapshot)
    assert any(fault.location is not None and fault.location.path == "m.tf" for fault in snapshot.diagnostics)


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", "null", '{"Modules": 5}', '{"Modules": [5]}', "[" * 100_000, "\x00", '{"Modules": [{"Key": {}}]}'],
)
def test_a_broken_manifest_of_modules_is_as_good_as_none(tmp_path: Path, manifest: str) -> None:
    files = {
        "good.tf": GOOD,
        "m.tf": 'module "m" {\n  source = "a/b/c"\n}\n',
        ".terraform/modules/modules.json": manifest,
    }
    snapshot = read(written(tmp_path, files))
    good(snapshot)
    assert any("module.m" in fault.message for fault in snapshot.diagnostics)


BAD_JSON = [
    *("", "{", "[]", "null", "5", '"x"', "\x00", "\ufeff{}", '{"resource": 5}', '{"resource": {"aws_s3_bucket": []}}'),
    *('{"a": ' * 20_000, "[" * 200_000, '{"locals": {"a": "${"}}', '{"locals": {"a": "' + "${" * 5000 + '"}}'),
    *('{"locals": {"a": 1e999999999}}', '{"locals": {"a": NaN}}', '{"module": {"m": {"source": 5}}}'),
    '{"resource": {"aws_s3_bucket_cors_configuration": {"x": [[[[1]]]]}}}',
]


@pytest.mark.parametrize("content", BAD_JSON)
def test_broken_json_spoils_no_other_file(tmp_path: Path, content: str) -> None:
    snapshot = read(written(tmp_path, {"bad.tf.json": content, "good.tf": GOOD}))
    good(snapshot)
    for fault in snapshot.errors:
        assert fault.location is not None
        assert fault.location.path == "bad.tf.json"
    assert all(bucket.state is not State.CONFIGURED or bucket.name == "good" for bucket in snapshot.buckets)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, zeros],
    ids=["pipe", "folder", "device"],
)
@pytest.mark.parametrize("name", ["bad.tf", "bad.tf.json", "terraform.tfvars", "x.auto.tfvars"])
def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path, make: object, name: str) -> None:
    root = written(tmp_path, {"good.tf": GOOD})
    assert callable(make)
    make(root / name)
    good(read(root))
