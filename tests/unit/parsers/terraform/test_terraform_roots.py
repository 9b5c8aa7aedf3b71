"""Of folders that others call, those that are configurations of their own are root modules too."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import NamedText
from drift.location import Severity
from drift.snapshot import Snapshot
from tests.unit.parsers.terraform.test_terraform_parser import bucket, read

NAMED = 'variable "name" {\n  type = string\n}\n' + bucket("var.name")
EXAMPLE = 'module "x" {\n  source = "../.."\n  name   = "example"\n}\n'
BACKEND = 'terraform {\n  backend "s3" {}\n}\n'
CLOUD = 'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n'
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'


def names(snapshot: Snapshot) -> list[str | None]:
    assert not [each for each in snapshot.diagnostics if each.severity is not Severity.INFO]
    return [each.name if isinstance(each.name, str) else None for each in snapshot.buckets]


def with_example(tmp_path: Path, more: dict[str, str], **inputs: object) -> Snapshot:
    files = {"infra/main.tf": NAMED, "infra/examples/one/main.tf": EXAMPLE, **more}
    return read(tmp_path, files, ("infra", "infra/examples/one"), **inputs)


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("terraform.tfvars", 'name = "mine"\n', "mine"),
        ("prod.auto.tfvars.json", '{"name": "mine"}', "mine"),
        ("backend.tf", BACKEND, None),
        ("backend_override.tf", BACKEND, None),
        ("cloud.tf", CLOUD, None),
        ("backend.tf.json", '{"terraform": {"backend": {"s3": {}}}}', None),
        ("providers.tf", PROVIDER, None),
        ("terraform.tfstate", "{}", None),
        (".terraform/environment", "prod", None),
    ],
)
def test_a_folder_that_says_so_is_a_root_though_its_example_calls_it(
    tmp_path: Path, file: str, text: str, name: str | None
) -> None:
    assert names(with_example(tmp_path, {f"infra/{file}": text})) == [name, "example"]


def test_a_module_with_examples_is_read_as_they_call_it_and_that_is_told(tmp_path: Path) -> None:
    for more in (
        {},
        {"infra/.terraform.lock.hcl": ""},
        {"infra/t.tf": 'terraform {\n  required_version = ">= 1"\n}\n'},
    ):
        snapshot = with_example(tmp_path, more)
        assert names(snapshot) == ["example"]
        (told,) = snapshot.diagnostics
        assert (told.severity, told.id, str(told.location)) == (Severity.INFO, "read-as-module", "infra/main.tf")
        assert "infra/examples/one calls it" in told.message


def test_a_folder_that_has_nothing_to_be_given_is_a_root_though_its_test_calls_it(tmp_path: Path) -> None:
    fixture = 'module "x" {\n  source = "../.."\n  count  = 0\n}\n'
    files = {"main.tf": bucket('"fixed"'), "test/fixture/main.tf": fixture}
    assert names(read(tmp_path, files, ("", "test/fixture"))) == ["fixed"]


@pytest.mark.parametrize("given", [("name", "mine"), NamedText("prod.tfvars", 'name = "mine"\n')])
def test_a_folder_for_which_the_user_gives_values_is_a_root(tmp_path: Path, given: object) -> None:
    assert names(with_example(tmp_path, {}, variables=(given,))) == ["mine", "example"]


def test_a_value_that_a_root_declares_is_meant_for_that_root(tmp_path: Path) -> None:
    more = {"infra/examples/one/v.tf": 'variable "name" {\n  type = string\n}\n'}
    assert names(with_example(tmp_path, more, variables=(("name", "mine"),))) == ["example"]


def test_a_module_that_a_neighbour_calls_is_a_root_only_if_it_says_so(tmp_path: Path) -> None:
    call = 'module "x" {\n  source = "../site"\n  name   = "called"\n}\n'
    files = {"site/main.tf": NAMED + PROVIDER, "live/main.tf": call}
    snapshot = read(tmp_path, files, ("live", "site"))
    assert (names(snapshot), snapshot.diagnostics) == (["called"], ())
    snapshot = read(tmp_path, {**files, "site/backend.tf": BACKEND}, ("live", "site"))
    assert names(snapshot) == ["called", None]
