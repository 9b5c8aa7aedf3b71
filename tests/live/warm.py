"""Runs of the command line in forks of one warm process: real processes, to be killed, without the second of imports.

Started with ``-m``; reads a line of JSON for each run, ``{"arguments": [...], "folder": "...", "into": "..."}``, and
answers two: the id of its process, and how it ended (as ``subprocess`` counts). What it prints goes to the file
``into``.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.session
from botocore.loaders import create_loader

import drift.applying
import drift.applying_glance
import drift.assessment
import drift.checking
import drift.cli
import drift.cli_live
import drift.fetchers.aws
import drift.fetchers.s3
import drift.fetchers.writing
import drift.fix_output
import drift.fixing
import drift.live_start
import drift.output
import drift.pipeline
import drift.reporters.fix_restoring
import drift.undo
from drift.__main__ import main
from tests.fixtures_s3 import QUICK


@cache
def _loader(_search_path: object = None) -> Any:
    return create_loader()


def _run(arguments: list[str], folder: str, into: str) -> None:
    os.chdir(folder)
    target = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(target, stream)
    sys.stdin.close()
    sys.stdin = open(os.devnull)  # noqa: SIM115 - open until the end
    sys.argv = ["cors-drift", *arguments]
    main()


def serve() -> None:
    """Until standard input ends."""
    botocore.session.create_loader = _loader  # the service models are read once, for all runs
    patch("drift.fetchers.s3.Retry", lambda: QUICK).start()
    drift.fetchers.aws.Aws(region="us-east-1", endpoint_url="http://127.0.0.1:9").client("s3")
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                _run(**job)
            except SystemExit as end:
                sys.stdout.flush()
                os._exit(end.code if isinstance(end.code, int) else 1)
            finally:
                os._exit(99)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
