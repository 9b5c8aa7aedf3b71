"""The GitHub Action's check step: inputs from the environment, the command line's run, and what the workflow gets of
it: outputs, files, a job summary, annotations, a comment, tracking issues.

What the declarations say is other people's text. It reaches no shell, and while it is printed the runner is told not
to take anything on the log for a workflow command.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from drift.__main__ import run
from drift.action_runner import Inputs, no_commands, one_stream, tell, write_output, write_summary
from drift.errors import EXIT_ERROR, CorsDriftError, CredentialsError, Run, UsageError

if TYPE_CHECKING:
    from drift.action_comment import Outcome, WhenClear
    from drift.report import Report
    from drift.suggesting import Suggestions

TOKEN = "CORS_DRIFT_ACTION_TOKEN"  # noqa: S105 - the name of a variable

_SINGLE = (
    *("live", "base", "region", "account", "endpoint-url", "workspace", "stack-name", "undeclared", "fail-on"),
    "sarif-category",
)
_REPEATED = {
    "buckets": "bucket",
    "variables": "var",
    "var-files": "var-file",
    "parameters": "parameter",
    "parameters-files": "parameters-file",
}
_SWITCHES = ("strict", "allow-incomplete", "exit-zero")
_FILES = {
    "json": "report.json",
    "markdown": "report.md",
    "html": "report.html",
    "sarif": "report.sarif",
    "junit": "report.xml",
    "github": "annotations.txt",
}
_SCOPE = (
    "working-directory",
    "live",
    "region",
    "account",
    "endpoint-url",
    "workspace",
    "stack-name",
    "config",
    "matrix",
)
_SCOPE_LISTS = ("paths", "buckets", "var-files", "parameters-files")
_GIVE_BASE = (
    "this is a pull request, and without the input base what it changes on purpose counts as drift: give it "
    "base: origin/${{ github.base_ref }}, and fetch-depth: 0 to actions/checkout"
)
_SIGN_IN = (
    "give the job id-token: write and have aws-actions/configure-aws-credentials run before this step; a pull request "
    "from a fork gets neither: give it live: none"
)
"""What to do in a job where AWS credentials are missing: what there is to do on a desk is of no use there."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check came to. ``report`` has nothing sensitive left in it; None where the run ended without one, and
    ``why`` says why. ``run`` has it in the clear, with what it was made with.
    """

    code: int
    report: Report | None
    folder: Path
    why: str = ""
    run: Run = field(default_factory=Run, repr=False)

    def file(self, kind: str) -> str:
        """The path of a file of the run; empty where it was not written."""
        path = self.folder / _FILES[kind]
        return str(path) if path.exists() else ""


def main() -> None:
    """Run the step and exit with the exit code of the check."""
    gc.set_threshold(100_000)  # as drift.__main__ does, for its reasons
    environment = dict(os.environ)
    os.environ.pop(TOKEN, None)  # nothing that the check starts gets to see it
    # The runner goes to the working folder without telling by which links; what they lead to may be another at base.
    named = os.path.join(environment.get("GITHUB_WORKSPACE", ""), Inputs(environment).text("working-directory") or ".")
    if os.path.isabs(named):
        os.environ["PWD"] = named
    one_stream()
    try:
        sys.exit(step(environment))
    except Exception as error:
        from drift.reporters.words import printable

        # Python would exit with 1, which reads as drift.
        tell(environment, f"this is a defect of cors-drift: {type(error).__name__}: {printable(str(error))}", "error")
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit:
        raise
    except BaseException:  # SIGTERM, while the workflow was told; the runner sends it where a job is cancelled
        sys.exit(143)


def step(environment: Mapping[str, str]) -> int:
    """Run the check, and tell the workflow; the exit code of the check, whatever becomes of the telling."""
    from drift.action_issue import kept
    from drift.action_runner import no_report
    from drift.action_suggestion_body import section_of
    from drift.action_suggestions import suggested_for

    inputs = Inputs(environment)
    checked = _checked(inputs)
    for name, value in _outputs(checked):
        write_output(environment, name, value)
    # Before GitHub is asked for anything: a job may be cancelled, or out of time, while that does not answer.
    path = checked.file("markdown")
    write_summary(environment, Path(path).read_text(encoding="utf-8") if path else no_report(checked.why))
    suggested = suggested_for(checked.run)
    if suggested.found is not None and suggested.found.buckets:
        write_summary(environment, f"\n{section_of(suggested.found, {})}\n")
    outcome, on_lines = _comment(inputs, checked, suggested.found)
    tracked = kept(inputs, checked.report, checked.why)
    write_output(environment, "comment-url", outcome.url)
    write_output(environment, "issue-url", tracked.url)
    for notice in filter(None, (suggested.notice, on_lines, outcome.notice, *tracked.notices)):
        tell(environment, notice)
    if _lacks_base(inputs, checked.report):
        tell(environment, _GIVE_BASE, "warning")
    _annotate(inputs, checked)
    return checked.code


def _checked(inputs: Inputs) -> Checked:
    parent = Path(inputs.environment.get("RUNNER_TEMP") or tempfile.gettempdir()) / "cors-drift"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="check-", dir=parent))
    state = Run()
    with no_commands(inputs.environment):
        try:
            outputs = [f"--output={kind}={folder / name}" for kind, name in _FILES.items()]
            arguments = [*_arguments(inputs), *outputs, "--", *inputs.lines("paths")]
        except UsageError as error:
            print(f"error: {error.message}", file=sys.stderr)
            return Checked(EXIT_ERROR, None, folder, error.message)
        code = run(arguments, state)
    return Checked(code, _without_secrets(state.report), folder, _why(state.error), state)


def _why(error: CorsDriftError | None) -> str:
    """What ended a run, in a sentence."""
    if error is None:
        return ""
    place = f"{error.location}: " if error.location else ""
    advice = _SIGN_IN if isinstance(error, CredentialsError) else error.advice
    return f"{place}{error.message}" + (f". To try: {advice}" if advice else "")


def _arguments(inputs: Inputs) -> Iterator[str]:
    """The command line that the inputs stand for; values are tied to their flags with ``=``, so that none is a flag."""
    if config := inputs.text("config"):
        yield f"--config={config}"
    yield "check"
    for name in _SINGLE:
        if value := inputs.text(name):
            yield f"--{name}={value}"
    for name, flag in _REPEATED.items():
        for value in inputs.lines(name):
            yield f"--{flag}={value}"
    for name in _SWITCHES:
        if inputs.flag(name):
            yield f"--{name}"
    if inputs.text("merge-base").strip() and not inputs.flag("merge-base"):
        yield "--no-merge-base"


def _without_secrets(report: object) -> Report | None:
    from drift.redaction import redacted
    from drift.report import Report

    if not isinstance(report, Report):
        return None
    return redacted(report) if report.all_sensitive else report


def _outputs(checked: Checked) -> Iterator[tuple[str, str]]:
    from drift.report import LOOKED_AT

    report = checked.report
    buckets = report.buckets if report else ()
    yield "verdict", report.verdict.value if report else "error"
    yield "exit-code", str(checked.code)
    yield "drift-count", str(report.summary.drifted if report else 0)
    yield "coverage", f"{sum(bucket.state in LOOKED_AT for bucket in buckets)}/{len(buckets)}"
    for kind in ("json", "html", "sarif", "junit"):
        yield f"{kind}-file", checked.file(kind)
    yield "report", checked.file("json")


def _lacks_base(inputs: Inputs, report: Report | None) -> bool:
    """Whether what a pull request changes on purpose may be among what is called drift."""
    from drift.report import Verdict

    drifted = report is not None and report.base is None and report.verdict is Verdict.DRIFT
    return drifted and inputs.environment.get("GITHUB_EVENT_NAME") == "pull_request"


def _comment(inputs: Inputs, checked: Checked, found: Suggestions | None) -> tuple[Outcome, str]:
    """Write the comment and the suggestions, as they are asked for; what became of the comment, and a notice on the
    suggestions. Whatever fails of it is a notice.
    """
    from drift.action_comment import Outcome, WhenClear

    try:
        if not inputs.flag("comment") and not inputs.flag("suggest"):
            return Outcome(), ""
        choice = inputs.choice("comment-when-clean", tuple(WhenClear))
        return _published(inputs, checked, WhenClear(choice), found)
    except CorsDriftError as error:
        return Outcome(notice=f"no comment: {error.message}"), ""
    except Exception as error:  # the verdict stands, whatever is wrong here
        return Outcome(notice=f"no comment: this is a defect of cors-drift: {type(error).__name__}"), ""


def _published(
    inputs: Inputs, checked: Checked, when_clear: WhenClear, found: Suggestions | None
) -> tuple[Outcome, str]:
    from drift.action_comment import Outcome, Told, publish
    from drift.action_comment_body import key_of
    from drift.action_event import pull_request_of, run_of
    from drift.action_suggestion_body import section_of
    from drift.action_suggestions import Posted, publish_suggestions
    from drift.github_api import GitHub

    event = pull_request_of(inputs.environment)
    if event is None:
        if inputs.environment.get("GITHUB_EVENT_NAME") == "push":
            return Outcome(), ""
        return Outcome(notice="no comment: there is one on pull_request events alone"), ""
    token = inputs.text("token")
    if not token:
        return Outcome(notice="no comment: the input token is empty"), ""
    # Values of variables may be secret, and what the key is made of could be guessed: their names are all it has.
    names = {name: [line.partition("=")[0] for line in inputs.lines(name)] for name in ("variables", "parameters")}
    scope = {name: inputs.text(name) for name in _SCOPE} | {name: inputs.lines(name) for name in _SCOPE_LISTS} | names
    key = key_of(inputs.text("comment-id").strip(), scope)
    github = GitHub.of_environment(token, inputs.environment)
    run = run_of(inputs.environment)
    posted = Posted()
    if inputs.flag("suggest") and found is not None:
        posted = publish_suggestions(github, event, run, key, found)
    if not inputs.flag("comment"):
        return Outcome(), posted.notice
    more = "" if found is None else section_of(found, posted.placed)
    told = Told(checked.report, checked.why, inputs.text("comment-id").strip() or inputs.of_matrix(), more)
    return publish(github, event, run, key, told, when_clear), posted.notice


def _annotate(inputs: Inputs, checked: Checked) -> None:
    """Print the annotations, which are commands: in them whatever is not ours is escaped."""
    try:
        wanted = inputs.environment.get("CORS_DRIFT_ACTION_ANNOTATIONS") is None or inputs.flag("annotations")
    except UsageError as error:
        tell(inputs.environment, error.message, "warning")
        wanted = True
    path = checked.file("github")
    if wanted and path:
        sys.stdout.write(Path(path).read_text(encoding="utf-8"))
        sys.stdout.flush()
    elif wanted:
        tell(inputs.environment, checked.why or "the run ended before there was a report; the log says why", "error")


if __name__ == "__main__":
    main()
