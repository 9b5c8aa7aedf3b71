"""The values that ``extra_arguments`` of a Terragrunt unit give to the variables of its module."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.location import Severity
from tests.unit.parsers.terraform.test_terraform_terragrunt import only, origins, read

VARS = {"common.tfvars": 'origins = ["https://file.example"]\n'}
UNIT = """
terraform {{
  source = "../modules/site"
  extra_arguments "common" {{
    commands = {commands}
    {given}
  }}
}}
inputs = {{
  name    = "site-prod"
  origins = ["https://input.example"]
}}
"""
ALWAYS = "get_terraform_commands_that_need_vars()"
IN_TREE = '["${get_terragrunt_dir()}/../common.tfvars"]'


def found(tmp_path: Path, given: str, commands: str = ALWAYS, **inputs: object) -> object:
    unit = UNIT.format(commands=commands, given=given)
    snapshot = read(tmp_path, {**VARS, "live/terragrunt.hcl": unit}, "", **inputs)
    assert not [each for each in snapshot.diagnostics if each.severity is not Severity.INFO]
    return origins(only(snapshot))


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (f"required_var_files = {IN_TREE}", "https://file.example"),
        (f"optional_var_files = {IN_TREE}", "https://file.example"),
        ('required_var_files = ["../common.tfvars"]', "https://file.example"),
        ('optional_var_files = ["../gone.tfvars"]', "https://input.example"),
        ("""arguments = ["-var", "origins=[\\"https://var.example\\"]"]""", "https://var.example"),
        ("""arguments = ["-var=origins=[\\"https://var.example\\"]", "-lock=false"]""", "https://var.example"),
        ("""arguments = ["-var 'x=1'", "-no-color"]""", "https://input.example"),
        ('arguments = ["-var-file=../common.tfvars"]', "https://file.example"),
        ('arguments = ["-lock-timeout=20m"]', "https://input.example"),
        ("""env_vars = { TF_VAR_origins = "[\\"https://env.example\\"]" }""", "https://env.example"),
        ('env_vars = { TF_PLUGIN_CACHE_DIR = "/x" }', "https://input.example"),
    ],
)
def test_what_extra_arguments_give_wins_over_the_inputs(tmp_path: Path, given: str, origin: str) -> None:
    assert found(tmp_path, given) == (origin,)


@pytest.mark.parametrize(
    "given",
    [
        'required_var_files = ["../gone.tfvars"]',
        'required_var_files = ["/etc/secret.tfvars"]',
        "required_var_files = [run_cmd()]",
        "arguments = run_cmd()",
        "env_vars = run_cmd()",
        "env_vars = { TF_VAR_origins = run_cmd() }",
    ],
)
def test_what_is_not_known_of_them_leaves_the_variables_open(tmp_path: Path, given: str) -> None:
    assert isinstance(found(tmp_path, given), Unknown)


def test_a_value_that_the_user_gives_is_certain_all_the_same(tmp_path: Path) -> None:
    user = (("origins", '["https://user.example"]'),)
    assert found(tmp_path, "arguments = run_cmd()", variables=user) == ("https://user.example",)
    assert found(tmp_path, f"required_var_files = {IN_TREE}", variables=user) == ("https://user.example",)


@pytest.mark.parametrize(("commands", "counts"), [('["init"]', False), ('["plan"]', True), ('["init", "apply"]', True)])
def test_only_those_for_plan_and_apply_count(tmp_path: Path, commands: str, counts: bool) -> None:
    want = "https://file.example" if counts else "https://input.example"
    assert found(tmp_path, f"required_var_files = {IN_TREE}", commands) == (want,)


def test_those_of_the_unit_take_the_place_of_included_ones_of_the_same_name(tmp_path: Path) -> None:
    root = UNIT.format(commands=ALWAYS, given="arguments = run_cmd()").replace("../modules", "modules")
    unit = 'include "root" {{\n  path = "../root.hcl"\n}}\n' + UNIT
    for name, certain in (("common", True), ("other", False)):
        given = unit.format(commands=ALWAYS, given=f"required_var_files = {IN_TREE}").replace('"common"', f'"{name}"')
        snapshot = read(tmp_path, {**VARS, "root.hcl": root, "live/terragrunt.hcl": given})
        assert isinstance(origins(only(snapshot)), Unknown) is not certain
