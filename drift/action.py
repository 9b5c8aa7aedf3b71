"""The GitHub Action's check step: inputs from the environment, the command line's run, outputs and a job summary.

What the declarations say is other people's text. It reaches no shell, and while it is printed the runner is told not
to take anything on the log for a workflow command.
"""

from __future__ import annotations

import html
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drift.__main__ import run
from drift.errors import EXIT_ERROR, UsageError

_PREFIX = "CORS_DRIFT_ACTION_"
_SINGLE = ("LIVE", "REGION", "ACCOUNT", "ENDPOINT_URL", "WORKSPACE", "STACK_NAME", "UNDECLARED")
_REPEATED = {
    "BUCKETS": "bucket",
    "VARIABLES": "var",
    "VAR_FILES": "var-file",
    "PARAMETERS": "parameter",
    "PARAMETERS_FILES": "parameters-file",
}
_SWITCHES = ("STRICT", "ALLOW_INCOMPLETE", "EXIT_ZERO")

_MOST_ROWS = 200
"""A job summary may have 1 MiB; this many buckets stay far below it."""


def main() -> None:
    """Run the step and exit with the exit code of the check."""
    sys.exit(step(os.environ))


def step(environment: Mapping[str, str]) -> int:
    """Run the check and write ``GITHUB_OUTPUT`` and ``GITHUB_STEP_SUMMARY``; its exit code."""
    folder = Path(environment.get("RUNNER_TEMP") or ".") / "cors-drift"
    folder.mkdir(parents=True, exist_ok=True)
    report_path = Path(tempfile.mkdtemp(prefix="check-", dir=folder)) / "report.json"
    try:
        arguments = [*_arguments(environment), f"--output=json={report_path}"]
    except UsageError as error:
        print(f"error: {error.message}", file=sys.stderr)
        code = EXIT_ERROR
    else:
        code = _quietly(environment, [*arguments, "--", *_lines(environment, "PATHS")])
    report = json.loads(report_path.read_text(encoding="utf-8")) if report_path.exists() else None
    _append(environment.get("GITHUB_OUTPUT"), "".join(_outputs(report, report_path, code)))
    _append(environment.get("GITHUB_STEP_SUMMARY"), "".join(_summary(report)))
    return code


def _arguments(environment: Mapping[str, str]) -> Iterator[str]:
    """The command line that the inputs stand for; values are tied to their flags with ``=``, so that none is a flag."""
    if config := environment.get(_PREFIX + "CONFIG"):
        yield f"--config={config}"
    yield "check"
    for name in _SINGLE:
        if value := environment.get(_PREFIX + name):
            yield f"--{_flag(name)}={value}"
    for name, flag in _REPEATED.items():
        for value in _lines(environment, name):
            yield f"--{flag}={value}"
    for name in _SWITCHES:
        value = environment.get(_PREFIX + name, "").strip().lower()
        if value not in ("", "true", "false"):
            raise UsageError(f"the input {_flag(name)} must be true or false")
        if value == "true":
            yield f"--{_flag(name)}"


def _flag(name: str) -> str:
    return name.lower().replace("_", "-")


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in environment.get(_PREFIX + name, "").splitlines() if line.strip()]


def _quietly(environment: Mapping[str, str], arguments: list[str]) -> int:
    """Run the command line with workflow commands switched off."""
    token = secrets.token_hex(16)
    on_runner = environment.get("GITHUB_ACTIONS") == "true"
    if on_runner:
        print(f"::stop-commands::{token}", flush=True)
    try:
        return run(arguments)
    finally:
        if on_runner:
            sys.stderr.flush()
            print(f"::{token}::", flush=True)


def _outputs(report: Mapping[str, Any] | None, path: Path, code: int) -> Iterator[str]:
    """Only words, numbers and a path of ours: nothing that could start another output."""
    yield f"verdict={report['verdict'] if report else 'error'}\n"
    yield f"exit-code={code}\n"
    yield f"drift-count={report['summary']['drifted'] if report else 0}\n"
    yield f"report={path if report else ''}\n"


def _summary(report: Mapping[str, Any] | None) -> Iterator[str]:
    if report is None:
        yield "### cors-drift: error\n\nThe run ended before there was a report; the log says why.\n"
        return
    summary = report["summary"]
    yield f"### cors-drift: {report['verdict'].replace('_', ' ')}\n\n"
    yield f"{summary['buckets']} buckets: {summary['in_sync']} in sync, {summary['drifted']} drifted, "
    yield f"{summary['accepted']} accepted, {summary['not_compared']} not compared.\n\n"
    rows = sorted(report["buckets"], key=lambda bucket: (not bucket["drift"], bucket["state"] == "in_sync"))
    if rows:
        yield "| bucket | state | declared at | changes |\n|---|---|---|---|\n"
    for bucket in rows[:_MOST_ROWS]:
        location = (bucket["declared"] or {}).get("location") or {}
        place = ":".join(str(part) for part in (location.get("path"), location.get("line")) if part)
        name = bucket["bucket"] if isinstance(bucket["bucket"], str) else "name unknown"
        cells = (name, bucket["state"].replace("_", " "), place, str(len(bucket["changes"])))
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |\n"
    if len(rows) > _MOST_ROWS:
        yield f"\n{len(rows) - _MOST_ROWS} more buckets are in the report.\n"
    told = [each for each in report["diagnostics"] if each["severity"] != "info"]
    if told:
        yield "\n| | where | what |\n|---|---|---|\n"
    for each in told[:_MOST_ROWS]:
        location = each["location"] or {}
        place = ":".join(str(part) for part in (location.get("path"), location.get("line")) if part)
        yield f"| {each['severity']} | {_cell(place)} | {_cell(each['message'])} |\n"
    if len(told) > _MOST_ROWS:
        yield f"\n{len(told) - _MOST_ROWS} more are in the report.\n"


def _cell(text: str) -> str:
    """Text as code in a table: no markup, no cell or line of its own making."""
    from drift.reporters.words import printable

    return f"<code>{html.escape(printable(text)).replace('|', '&#124;').replace('`', '&#96;')}</code>" if text else ""


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(text)


if __name__ == "__main__":
    main()
