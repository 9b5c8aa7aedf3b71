"""docs/github-action.md: its workflows are the files that users copy, and they, the role and the tables are true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drift.fetchers.operations import Feature, policy
from drift.report import EXIT_CODES, Verdict

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples" / "workflows"
DOCUMENT = (ROOT / "docs" / "github-action.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"<!-- workflow: ([\w.-]+) -->\n```yaml\n(.*?)```\n", DOCUMENT, re.DOTALL))
(STEPS,) = re.findall(r"<!-- steps: \w+ -->\n```yaml\n(.*?)```\n", DOCUMENT, re.DOTALL)
(README_JOB,) = re.findall(
    r"```yaml\n(permissions:\n.*?)```\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
)
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = [path for path in FILES if path.name != "gitlab-ci.yml"]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
ZEROS = "0" * 40
ZIZMOR = os.environ.get("CORS_DRIFT_ZIZMOR") or shutil.which(
    "zizmor", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
)

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])


def read(path: Path) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def all_steps() -> Iterator[dict[str, Any]]:
    for path in WORKFLOWS:
        yield from steps(read(path))
    yield from yaml.safe_load(STEPS)


def test_the_document_shows_each_file_and_nothing_else() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == SHOWN
    assert DOCUMENT.count("```yaml\n") == len(SHOWN) + 1


def test_what_the_readme_shows_are_lines_of_the_workflow_in_their_order() -> None:
    lines = iter(line.strip() for line in (FOLDER / "pull-request.yml").read_text(encoding="utf-8").splitlines())
    shown = [line.strip() for line in README_JOB.splitlines()]
    assert [line for line in shown if line not in lines] == []


def test_the_readme_names_every_output() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### In a pull request\n")[2].partition("\n### ")[0]
    assert [name for name in ACTION["outputs"] if f"`{name}`" not in section] == []


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_fits_its_schema(path: Path) -> None:
    name = "vendor.gitlab-ci" if path.name == "gitlab-ci.yml" else "vendor.github-workflows"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, str(path)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.skipif(ZIZMOR is None, reason="there is no zizmor; CORS_DRIFT_ZIZMOR says where it is")
def test_zizmor_finds_nothing_in_them_nor_in_the_action(tmp_path: Path) -> None:
    head = (
        "name: x\non: pull_request\npermissions: {}\nconcurrency: {group: x, cancel-in-progress: true}\njobs:\n  x:\n"
    )
    head += "    name: x\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n"
    steps = "steps:\n" + "".join(f"  {line}\n" for line in STEPS.splitlines())
    shown = {tmp_path / "steps.yml": steps, tmp_path / "readme.yml": README_JOB}
    for path, text in shown.items():
        path.write_text(head + "".join(f"    {line}\n" for line in text.splitlines()), encoding="utf-8")
    command = [str(ZIZMOR), "--offline", "--no-config", "--persona=auditor", "--no-progress"]
    files = [*map(str, WORKFLOWS), str(ROOT / "action.yml"), *map(str, shown)]
    result = subprocess.run([*command, *files], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_zizmor_needs_no_word_to_look_away() -> None:
    for path in [*FILES, ROOT / "action.yml"]:
        assert "zizmor:" not in path.read_text(encoding="utf-8"), path.name


@each_workflow
def test_nothing_runs_with_the_rights_of_the_target_on_the_code_of_a_fork(path: Path) -> None:
    workflow = read(path)
    triggers = workflow[True]  # YAML 1.1 reads "on" so
    assert set(triggers) <= {"pull_request", "schedule", "workflow_dispatch"}
    assert workflow["permissions"] == {}
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "github.event.pull_request.head.ref" not in text
    assert not any("run" in step for step in steps(workflow)), "an expression in a script is code of whoever writes it"


@each_workflow
def test_each_permission_says_what_for_and_only_jobs_of_the_repository_itself_may_write(path: Path) -> None:
    workflow = read(path)
    for job in workflow["jobs"].values():
        if "!=" in job.get("if", ""):
            assert job["permissions"] == {"contents": "read"}
        for name, right in job["permissions"].items():
            assert f"      {name}: {right} # " in path.read_text(encoding="utf-8")
        used = {"pull-requests": "comment", "issues": "tracking-issue"}
        (ours,) = [step["with"] for step in job["steps"] if "cors-drift@" in step["uses"]]
        assert {name for name, given in used.items() if given in ours} == job["permissions"].keys() & used.keys()
        assert ("id-token" in job["permissions"]) == (ours.get("live") != "none")
        assert ("base" in ours) == any(step.get("with", {}).get("fetch-depth") == 0 for step in job["steps"])


def test_every_action_is_pinned_by_its_commit() -> None:
    texts = [*(path.read_text(encoding="utf-8") for path in WORKFLOWS), STEPS]
    used = [line for text in texts for line in text.splitlines() if "uses:" in line]
    assert len(used) > len(WORKFLOWS)
    for line in used:
        assert re.search(r"uses: ([\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER/cors-drift@0{40})$", line), line
    commits = {tuple(line.split("uses: ")[1].split("@")) for line in used}
    assert len({name for name, _ in commits}) == len(commits), "one commit of each action"


def test_every_input_and_output_that_is_used_is_one_of_the_action() -> None:
    ours = [step for step in all_steps() if step["uses"].startswith("OWNER/cors-drift@")]
    assert len(ours) == len(WORKFLOWS) + 1
    for step in ours:
        assert set(step["with"]) <= set(ACTION["inputs"])
        assert step["uses"].endswith(f"@{ZEROS}")
    assert set(re.findall(r"steps\.cors\.outputs\.([\w-]+)", DOCUMENT)) <= set(ACTION["outputs"])


def test_inputs_and_outputs_that_the_tables_name_are_there() -> None:
    names = {"annotations", "comment", "suggest", "comment-id", "tracking-issue", "tracking-issue-limit",
             "allow-incomplete", "paths", "working-directory", "base", "merge-base", "account", "config"}  # fmt: skip
    assert names <= set(ACTION["inputs"])
    outputs = {"verdict", "exit-code", "sarif-file", "json-file", "html-file", "junit-file"}
    assert outputs <= set(ACTION["outputs"])
    assert all(f"`{name}" in DOCUMENT for name in names | outputs)


def test_the_policy_is_the_one_that_the_list_of_operations_makes() -> None:
    (block,) = re.findall(r"<!-- policy: read -->\n```json\n(.*?)\n```\n", DOCUMENT, re.DOTALL)
    assert block == json.dumps(policy([Feature("read")]), indent=2)


def test_the_trust_policy_trusts_one_repository_and_no_pattern() -> None:
    (block,) = re.findall(r"<!-- trust: github -->\n```json\n(.*?)\n```\n", DOCUMENT, re.DOTALL)
    (statement,) = json.loads(block)["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"]
    issuer = statement["Principal"]["Federated"].partition("oidc-provider/")[2]
    condition = statement["Condition"]["StringEquals"]
    assert condition[f"{issuer}:aud"] == "sts.amazonaws.com"
    assert condition[f"{issuer}:sub"] == [
        "repo:OWNER/REPOSITORY:pull_request",
        "repo:OWNER/REPOSITORY:ref:refs/heads/main",
    ]
    assert "*" not in block


def test_every_verdict_of_a_run_has_its_exit_code_and_what_to_do() -> None:
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert {Verdict(word): int(code) for code, word in rows} == EXIT_CODES


def test_every_verdict_of_a_pull_request_has_what_to_do() -> None:
    table = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", table, re.MULTILINE))
    (section,) = re.findall(r"\| the pull request \| fails \| what to do \|\n(.*?)\n\n", DOCUMENT, re.DOTALL)
    rows = [line.split(" | ") for line in section.splitlines()[1:]]
    ours = {word: "yes" if "yes" in row[1] else "no" for row in rows for word in re.findall(r"`(\w+)`", row[0])}
    assert ours == {word: fails for word, fails in told.items() if word not in ("in_sync", "unchanged")}
