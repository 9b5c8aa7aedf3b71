"""The program reads: whatever it is told to do, only listed operations reach a server that remembers every request."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import drift
from drift.fetchers.operations import OPERATIONS, Feature
from tests.fixtures_aws import Perform, aws_server, perform
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import LiveBucket
from tests.live.uses import EXTERNAL_ID, OTHER, USES, Use

__all__ = ["aws_server", "perform"]

LISTED = {(each.service, each.name) for each in OPERATIONS}
ENGINE = Path(drift.__file__).parent


@pytest.mark.parametrize("use", USES, ids=[use.name for use in USES])
def test_whatever_is_done_nothing_but_listed_operations_is_called(
    use: Use, perform: Perform, aws_server: AwsServer
) -> None:
    outcome = perform(use)

    assert set(aws_server.operations) <= LISTED
    assert {name for _, name in aws_server.operations} >= use.calls
    assert bool(aws_server.calls) == bool(use.calls)
    assert outcome.code == use.code, outcome.err + outcome.out


def _flags_of_fix() -> list[str]:
    """Every option of ``fix`` but ``--apply``, with a value where it takes one."""
    import typer.main

    from drift.cli import app

    command = typer.main.get_command(app).commands["fix"]  # type: ignore[attr-defined]
    values = {
        "--undo": "undo.json",
        "--undo-file": "mine.json",
        "--live": "saved.json",
        "--root": ".",
        "--bucket": "assets",
    }
    values |= {
        "--format": "json",
        "--output": "json=out.json",
        "--recheck": "0",
        "--deadline": "9",
        "--concurrency": "2",
    }
    values |= {"--rule": "1", "--only": "AllowedOrigins", "--except": "ID", "--finding": "live-different"}
    values |= {"--processes": "1", "--addressing": "path", "--undeclared": "ignore", "--region": "us-east-1"}
    values |= {"--account": CALLER.account, "--organization-role": "audit", "--state": "state.tfstate"}
    flags = []
    for each in command.params:
        name = next((name for name in each.opts if name.startswith("--")), None)
        if name in (None, "--apply", "--help", "--endpoint-url"):
            continue
        flags.append(name if getattr(each, "is_flag", False) else f"{name} {values.get(str(name), 'x')}")
    return flags


@pytest.mark.parametrize("start", ["main --restore --recheck 0", "--undo undo.json", "main --adopt --recheck 0"])
def test_fix_writes_nothing_with_any_flag_but_apply(start: str, perform: Perform, aws_server: AwsServer) -> None:
    flags = _flags_of_fix()
    before = {name: bucket.rules for name, bucket in aws_server.world.buckets.items()}
    for flag in flags:
        outcome = perform(Use(flag, f"fix {start} {flag}", frozenset()))
        assert outcome.code in (0, 1, 2, 3, 4), outcome.err
    perform(Use("together", f"fix {start} --yes --undo-file mine.json --strict --all --allow-incomplete", frozenset()))

    assert {"--yes", "--undo-file mine.json", "--write", "--restore", "--undo undo.json"} <= set(flags)
    assert set(aws_server.operations) <= LISTED
    assert {call.method for call in aws_server.calls if call.service == "s3"} <= {"GET", "HEAD"}
    assert {name: bucket.rules for name, bucket in aws_server.world.buckets.items()} == before


@pytest.mark.parametrize("names", [("CORS_DRIFT_APPLY", "CORS_DRIFT_YES"), ()], ids=["variables", "file"])
def test_neither_variables_nor_a_settings_file_have_fix_write(
    names: tuple[str, ...],
    perform: Perform,
    aws_server: AwsServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in names:
        monkeypatch.setenv(name, "true")
    if not names:
        (tmp_path / "cors-drift.toml").write_text("apply = true\nyes = true\n")

    perform(Use("fix", "fix main --restore --recheck 0", frozenset()))

    assert set(aws_server.operations) <= LISTED


def test_the_uses_call_every_operation_that_is_listed() -> None:
    """An operation that nothing calls has no place in the list, and would never be seen here."""
    named = {each.name for each in OPERATIONS if each.features != (Feature.SIGN_IN,)}

    assert {name for use in USES for name in use.calls} == named


def test_every_request_is_signed_by_the_program_under_its_name(perform: Perform, aws_server: AwsServer) -> None:
    for use in USES[:3]:
        perform(use)

    assert all("app/cors-drift" in call.headers["user-agent"] for call in aws_server.calls)
    assert {call.account for call in aws_server.calls} == {CALLER.account}


def test_the_processes_that_help_with_many_buckets_are_held_to_it_too_and_get_no_secret_that_others_could_see(
    perform: Perform, aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drift.fetchers import s3_crew

    started: list[list[str]] = []
    start = subprocess.Popen

    def noted(arguments: list[str], **more: Any) -> Any:
        started.append(arguments)
        return start(arguments, **more)

    monkeypatch.setattr(s3_crew, "ALONE", 2)
    monkeypatch.setattr(subprocess, "Popen", noted)
    aws_server.world.page = 1000
    aws_server.world.buckets |= {f"bucket-{number}": LiveBucket(OTHER) for number in range(60)}

    outcome = perform(Use("many", "--config accounts.toml live --processes 2"))

    assert started
    assert not [word for arguments in started for word in arguments for each in aws_server.secrets() if each in word]
    assert EXTERNAL_ID not in str(started)
    read = [call.path for call in aws_server.of("GetBucketCors")]
    assert len({path for path in read if "bucket-" in path}) == 60
    assert len(aws_server.of("AssumeRole")) <= 2 * (1 + len(started))  # one for a process and account
    assert set(aws_server.operations) <= LISTED
    assert outcome.code in (0, 3)


def sources(words: str) -> Iterator[tuple[str, ast.AST]]:
    """The nodes of every module of the program in which one of the words stands, with the module's path."""
    for path in sorted([*ENGINE.rglob("*.py"), *(ENGINE.parent / "parsers").rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        if re.search(words, text):
            for node in ast.walk(ast.parse(text)):
                yield path.relative_to(ENGINE.parent).as_posix(), node


def test_clients_are_made_in_one_place_and_in_the_demo_for_its_own_server() -> None:
    """Whatever makes a client of its own is not guarded."""
    making = {"Session", "client", "resource", "create_client", "get_session"}
    found = {
        path
        for path, node in sources(r"\b(boto3|botocore)\b")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in making
        if ast.unparse(node.func.value).startswith(("boto", "session", "self._session", "self._core"))
    }
    assert found == {"drift/demo.py", "drift/fetchers/aws.py"}


def test_nothing_else_in_the_program_opens_connections() -> None:
    """Not past the SDK, where no guard would be asked. The Action's own client talks to GitHub, and nothing but the
    Action imports it.
    """
    networks = {"urllib.request", "http.client", "socket", "requests", "urllib3", "httpx", "aiohttp", "ssl", "ftplib"}
    imported = {
        (path, name)
        for path, node in sources(r"\b(?:urllib|http|socket|requests|urllib3|httpx|aiohttp|ssl|ftplib)\b")
        for name in _imports(node)
    }
    assert {path for path, name in imported if name in networks} == {"drift/github_api.py"}
    users = {path for path, node in sources(r"github_api") if "drift.github_api" in _imports(node)}
    assert users
    assert all(path.startswith("drift/action") for path in users)


def test_the_two_operations_that_write_are_called_in_one_place_and_in_the_demo_for_its_own_server() -> None:
    """``getattr`` would be another way: no text of the program is such a name but for what is shown."""
    writes = {"put_bucket_cors", "delete_bucket_cors"}
    called = {
        (path, node.attr)
        for path, node in sources("bucket_cors")
        if isinstance(node, ast.Attribute)
        if node.attr in writes
    }
    assert called == {
        ("drift/demo.py", "put_bucket_cors"),
        ("drift/fetchers/writing.py", "put_bucket_cors"),
        ("drift/fetchers/writing.py", "delete_bucket_cors"),
    }
    named = {path for path, node in sources("bucket_cors") if isinstance(node, ast.Constant) if node.value in writes}
    assert named == {"drift/restoring_calls.py"}


def test_only_what_applies_gets_a_session_that_can_write() -> None:
    writers = {
        (path, name)
        for path, node in sources(r"guard_writing|fetchers.writing|drift.applying|import applying")
        for name in _imports(node)
        if name in ("drift.fetchers.operations.guard_writing", "drift.fetchers.writing", "drift.applying")
    }
    assert writers == {
        ("drift/fetchers/writing.py", "drift.fetchers.operations.guard_writing"),
        ("drift/applying.py", "drift.fetchers.writing"),
        ("drift/cli_fix.py", "drift.applying"),
    }


def _imports(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()
