"""The command as a user runs it, against a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def check(
    folder: Path, url: str, *options: str, keys: str = "test", **environment: str
) -> tuple[int, Mapping[str, Any]]:
    """Exit code and report of ``cors-drift check`` in the folder; ``keys`` is both halves of the credentials."""
    command = [sys.executable, "-m", "drift", "check", "--endpoint-url", url, "--format", "json", *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CORS_DRIFT_"))}
    aws = {
        "AWS_ACCESS_KEY_ID": keys,
        "AWS_SECRET_ACCESS_KEY": keys,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    run = subprocess.run(
        command,
        cwd=folder,
        env={**clean, **aws, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stdout, run.stderr
    report: Mapping[str, Any] = json.loads(run.stdout)
    return run.returncode, report


def states(report: Mapping[str, Any]) -> dict[str, str]:
    """Address to state."""
    return {each["address"]: each["state"] for each in report["buckets"]}
