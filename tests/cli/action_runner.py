"""As much of a runner of GitHub Actions as the composite action meets: scripts, shell, environment and files."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from drift import action
from tests.live.github_stand_in import HEAD, REPOSITORY, TOKEN
from tests.workflow_commands import Parsed, lines_of, parse

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


@dataclass(frozen=True)
class Ended:
    """A step that is over. ``error`` is what came on stderr, which the runner may read before all of ``out``."""

    code: int
    out: str
    error: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def commands(self) -> list[Parsed]:
        """What the runner takes for commands, in the order in which it may see them at worst: stderr first."""
        return obeyed([*lines_of(self.error), *lines_of(self.out)])

    def notices(self) -> list[str]:
        return [each.data for each in self.commands if each.name == "notice"]


def obeyed(lines: Sequence[str]) -> list[Parsed]:
    """The commands among the lines that are obeyed: none between ``stop-commands`` and its token."""
    found: list[Parsed] = []
    stop = ""
    for line in lines:
        if stop:
            stop = "" if line.lstrip().lower().startswith(f"::{stop.lower()}::") else stop
        elif (command := parse(line)) is not None:
            if command.name == "stop-commands":
                stop = command.data
            else:
                found.append(command)
    return found


def outputs_of(text: str) -> dict[str, str]:
    """A file of outputs, as FileCommandManager of actions/runner reads it."""
    found = dict[str, str]()
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
            continue
        assert heredoc > 0, f"Invalid format {line!r}"
        name, end = line[:heredoc], line[heredoc + 2 :]
        value: list[str] = []
        for each in lines:
            if each == end:
                break
            value.append(each)
        else:
            raise AssertionError(f"Matching delimiter not found {end!r}")
        found[name] = "\n".join(value)
    return found


@dataclass
class Runner:
    """A job. ``environment`` is what the runner and the workflow add to that of each step.

    ``inside`` runs the check in this process and not by its script, which is quicker where there is much to try.
    """

    folder: Path
    inside: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    matrix: Any = None

    def __post_init__(self) -> None:
        self.work, self.temp = self.folder / "work", self.folder / "temp"
        self.work.mkdir()
        self.temp.mkdir()

    def install_this(self) -> None:
        """As if the install step had found everything in this environment."""
        python = self.temp / "cors-drift" / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        quiet = "import sys, runpy; sys.path.insert(0, sys.argv.pop(1)); sys.argv.pop(1); "
        run = f'{quiet}runpy.run_module("drift.action", run_name="__main__", alter_sys=True)'
        # Of this checkout, and isolated as the step asks for.
        python.write_text(
            f'#!/bin/sh\n[ "$*" = "-I -X utf8 -m drift.action" ] || exit 99\n'
            f'exec "{sys.executable}" -I -X utf8 -c \'{run}\' "{ROOT}" -\n'
        )
        python.chmod(0o755)

    def event(
        self,
        url: str,
        *,
        name: str = "pull_request",
        commit: str = HEAD,
        run: int = 10,
        attempt: int = 1,
        head: str | None = REPOSITORY,
        number: int = 7,
        **more: str,
    ) -> None:
        """A run for something that happened to a pull request; ``url`` is that of the API."""
        repository = None if head is None else {"full_name": head}
        payload = {
            "action": "synchronize",
            "pull_request": {"number": number, "head": {"sha": commit, "repo": repository}},
        }
        (self.folder / "event.json").write_text(json.dumps(payload))
        self.environment |= {
            "GITHUB_API_URL": url,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "424242",
            "GITHUB_RUN_NUMBER": str(run),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/cors.yml@refs/pull/{number}/merge",
            **more,
        }

    def step(
        self, name: str, inputs: Mapping[str, str], outputs: Mapping[str, Mapping[str, str]] | None = None
    ) -> Ended:
        """Run one ``run:`` step with the inputs of the action and the outputs of earlier steps."""
        (step,) = [each for each in ACTION["runs"]["steps"] if each["name"] == name]
        assert step["shell"] == "bash"
        assert set(inputs) <= set(ACTION["inputs"])
        assert "${{" not in step["run"], "an expression in a script is code of whoever writes the input"
        given = {key: str(spec.get("default", "")) for key, spec in ACTION["inputs"].items()}
        given = {key: text.replace("${{ github.token }}", TOKEN) for key, text in given.items()} | dict(inputs)

        def look_up(match: re.Match[str]) -> str:
            if match[1] == "toJSON(matrix)":
                return json.dumps(self.matrix, indent=2)
            part = match[1].split(".")
            return given[part[1]] if part[0] == "inputs" else (outputs or {})[part[1]][part[3]]

        def value(text: str) -> str:
            return re.sub(r"\$\{\{ ([A-Za-z.()-]+) \}\}", look_up, text)

        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text("")
        summary.write_text("")
        ours = ("CORS_DRIFT_", "GITHUB_", "RUNNER_", "PYTHON")
        environment = {
            **{key: text for key, text in os.environ.items() if not key.startswith(ours)},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_TEMP": str(self.temp),
            **self.environment,
            **{key: value(text) for key, text in step.get("env", {}).items()},
        }
        folder = self.work / value(step.get("working-directory", "."))
        if self.inside and name == "Check":
            code, out, error = _inside(environment, folder)
        else:
            script = self.temp / "step.sh"
            script.write_text(step["run"])
            ended = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
                cwd=folder,
                env=environment,
                capture_output=True,
                encoding="utf-8",
            )
            code, out, error = ended.returncode, ended.stdout, ended.stderr
        assert "Traceback" not in out + error, out + error
        assert TOKEN not in out + error + summary.read_text()
        return Ended(code, out, error, outputs_of(output.read_text()), summary.read_text())


def _inside(environment: dict[str, str], folder: Path) -> tuple[int, str, str]:
    stream = io.StringIO()
    with chdir(folder), redirect_stdout(stream), redirect_stderr(stream):
        code = action.step(environment)
    return code, stream.getvalue(), ""
