"""Of many folders, those whose bytes speak of no bucket and of no module are not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import Inputs
from drift.snapshot import State
from drift.tree import DiskTree
from parsers.terraform.config import Module
from parsers.terraform.project import Project
from tests.unit.parsers.terraform.test_terraform_parser import bucket, only, read

BROKEN = "resource {{\n"
VPC = 'variable "net" {}\nresource "aws_vpc" "x" {\n  cidr_block = "${path.module}-${module.x.y}"\n}\n'


def faults(tmp_path: Path, other: str, **inputs: object) -> list[str]:
    files = {"a/main.tf": bucket('"a"'), "b/main.tf": other}
    return [each.id for each in read(tmp_path, files, ("a", "b"), **inputs).diagnostics]


def test_a_folder_without_a_sign_of_buckets_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_folders: list[str] = []
    load = Project.load

    def remembered(self: Project, folder: str) -> Module:
        read_folders.append(folder)
        return load(self, folder)

    monkeypatch.setattr(Project, "load", remembered)
    snapshot = read(tmp_path, {"a/main.tf": bucket('"a"'), "b/main.tf": VPC}, ("a", "b"))
    assert only(snapshot).name == "a"
    assert set(read_folders) == {"a"}


@pytest.mark.parametrize("sign", ["# aws_s3_bucket", "# awscc_s3_bucket", 'module "x" {}', r'x "\u0061ws" {}'])
def test_a_broken_folder_with_a_sign_of_buckets_or_modules_is_an_error(sign: str, tmp_path: Path) -> None:
    assert faults(tmp_path, f"{sign}\n{BROKEN}") == ["unreadable-terraform"]


def test_a_broken_folder_is_an_error_where_it_is_the_only_one(tmp_path: Path) -> None:
    assert [each.id for each in read(tmp_path, {"b/main.tf": BROKEN}, ("b",)).errors] == ["unreadable-terraform"]
    assert faults(tmp_path, BROKEN) == []


def test_a_module_without_buckets_is_read_where_it_is_called(tmp_path: Path) -> None:
    files = {
        "a/main.tf": 'module "n" {\n  source = "../names"\n}\n' + bucket("module.n.name"),
        "names/main.tf": 'output "name" {\n  value = "named"\n}\n',
    }
    found = only(read(tmp_path, files, ("a", "names")))
    assert (found.name, found.state) == ("named", State.ABSENT)


def test_a_variable_of_a_folder_that_is_passed_over_is_no_unknown_one(tmp_path: Path) -> None:
    assert faults(tmp_path, VPC, variables=(("net", "x"),)) == []
    assert faults(tmp_path, VPC, variables=(("ney", "x"),)) == ["undeclared-variable"]


def test_a_file_that_cannot_be_opened_is_told_of(tmp_path: Path) -> None:
    class Closed(DiskTree):
        def read(self, path: str) -> bytes:
            return super().read("nowhere" if path == "b/main.tf" else path)

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text(VPC)
    snapshot = Project(Closed(tmp_path), Inputs()).snapshot(["a", "b"])
    assert [each.id for each in snapshot.errors] == ["unreadable-terraform"]
