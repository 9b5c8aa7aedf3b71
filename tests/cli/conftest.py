"""The command line as a user meets it, in this process; every JSON that it prints is held to its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from drift.__main__ import run
from tests.fixtures_s3 import aws_environment, moto_s3, moto_server

__all__ = ["aws_environment", "moto_s3", "moto_server"]


def schema(name: str) -> Draft202012Validator:
    text = resources.files("drift").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER)


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout, which must fit its published schema."""
        document = json.loads(self.out)
        schema(document["kind"].removeprefix("cors-drift/")).validate(document)
        return document


Cli = Callable[..., Result]


@pytest.fixture
def cli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws_environment: object
) -> Cli:
    """Run a command in an empty working folder; no traceback may ever show."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert "defect of cors-drift" not in captured.err
        return Result(code, captured.out, captured.err)

    return call


def write(folder: Path, **files: str) -> Path:
    """Files by name; ``__`` in a name stands for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def snapshot_file(path: Path, **buckets: list[dict[str, Any]] | None) -> Path:
    """A saved snapshot: bucket to rules; ``_`` in a name stands for a dash, an empty list for no CORS."""
    document = {
        "kind": "cors-drift/snapshot",
        "version": 1,
        "source": "s3",
        "taken_at": None,
        "buckets": [
            {"bucket": name.replace("_", "-"), "state": "configured" if rules else "absent", "rules": rules or []}
            for name, rules in buckets.items()
        ],
        "diagnostics": [],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
