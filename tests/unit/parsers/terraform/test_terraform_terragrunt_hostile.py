"""Terragrunt files that somebody has broken or written to do harm: read, unknown or refused, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.interfaces import Inputs
from drift.tree import DiskTree
from parsers.terraform import PARSER
from tests.cli.conftest import write

UNIT = """\
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}
locals {
  env = read_terragrunt_config("../env.hcl", { locals = { name = "x" } }).locals.name
}
dependency "vpc" {
  config_path = "../vpc"
}
terraform {
  source = "../../modules/site//"
}
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<EOF
provider "aws" { region = "${local.env}" }
EOF
}
inputs = merge(include.root.inputs, {
  name    = "b-${local.env}-${path_relative_to_include()}"
  origins = [for h in ["a", "b"] : "https://${h}.example"]
  vpc     = dependency.vpc.outputs.id
})
"""
PIECES = (
    *(
        "{",
        "}",
        '"',
        "${",
        "%{",
        "(",
        ")",
        "[",
        "]",
        "=",
        "\n",
        "<<EOF\n",
        "..",
        "/",
        "\x00",
        "é",
        "include",
        "local.env",
    ),
    *("find_in_parent_folders()", "read_terragrunt_config(", "null", "get_env()", "terraform", "source", "inputs"),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    write(
        folder,
        **{
            "live/root__hcl": 'locals { team = "t" }\ninputs = { team = "x" }\n',
            "live/env__hcl": 'locals {\n  name = "prod"\n}\n',
            "modules/site/main__tf": 'variable "name" {}\nresource "aws_s3_bucket" "b" {\n  bucket = var.name\n}\n',
            "live/prod/terragrunt__hcl": UNIT,
        },
    )
    return folder


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, len(UNIT)), st.integers(0, 30), st.sampled_from(("", *PIECES))), min_size=1, max_size=4
    )
)
def test_any_part_may_be_cut_out_or_put_in(tree: Path, edits: list[tuple[int, int, str]]) -> None:
    text = UNIT
    for at, cut, piece in edits:
        text = text[:at] + piece + text[at + cut :]
    path = tree / "live/prod/terragrunt.hcl"
    path.write_bytes(text.encode())

    snapshot = PARSER.parse(DiskTree(tree), ["live/prod/terragrunt.hcl"], Inputs())

    assert all("\ue000" not in repr(each) for each in snapshot.buckets)


@pytest.mark.parametrize(
    "source",
    ['"/etc"', '"../../../../../../etc"', '"${get_repo_root()}/../.."', '"file:///etc"', '"."', '""', "null", "[]"],
)
def test_no_source_leads_out_of_the_tree(tmp_path: Path, source: str) -> None:
    write(tmp_path, **{"live/s3/terragrunt__hcl": f"terraform {{\n  source = {source}\n}}\n", ".git/HEAD": ""})

    snapshot = PARSER.parse(DiskTree(tmp_path), ["live/s3/terragrunt.hcl"], Inputs())

    assert all(each.location is None or not each.location.path.startswith((".", "/")) for each in snapshot.diagnostics)
