"""The entry point: every way in which a run can end has its exit code, and none but our own reads as drift.

An uncaught exception would exit with 1 and a usage error with 2 by Python's and typer's habits; here 1 means drift, so
both are mapped to 2 (or, under --detailed-exitcode, where 2 means drift, to 1).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from drift.errors import EXIT_ERROR, CorsDriftError

_EXIT_ERROR_DETAILED = 1


class _Terminated(BaseException):
    """SIGTERM has come."""


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code of the documented table."""
    from drift.cli import app

    try:
        signal.signal(signal.SIGTERM, _terminate)
        result = app(args=list(arguments), prog_name="cors-drift", standalone_mode=False)
        sys.stdout.flush()
    except _Terminated:
        return 143
    except (KeyboardInterrupt, EOFError):
        return 130
    except (BrokenPipeError, SystemExit):
        # Who read our output has gone: nobody is left to tell, and nothing may be tried again at shutdown. typer
        # exits with 1 for it, whatever it is asked, and for nothing else; here that would read as drift.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _error_code(arguments)
    except CorsDriftError as error:
        _tell(error)
        return error.exit_code if error.exit_code != EXIT_ERROR else _error_code(arguments)
    except Exception as error:
        return _other(error, arguments)
    return result if isinstance(result, int) else 0


def _tell(error: CorsDriftError) -> None:
    from drift.reporters.words import printable

    place = f"{printable(str(error.location))}: " if error.location else ""
    print(f"error: {place}{printable(error.message)}", file=sys.stderr)
    if error.advice:
        print(f"  try: {printable(error.advice)}", file=sys.stderr)


def _other(error: Exception, arguments: Sequence[str]) -> int:
    import typer

    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        return 130
    describe = getattr(error, "format_message", None)
    if callable(describe):  # typer's own usage errors
        from drift.reporters.words import printable

        print(f"error: {printable(str(describe()))}", file=sys.stderr)
        print("  try: cors-drift --help, or cors-drift COMMAND --help", file=sys.stderr)
        return _error_code(arguments)
    if os.environ.get("CORS_DRIFT_DEBUG"):
        raise error
    print(f"error: this is a defect of cors-drift: {type(error).__name__}: {error}", file=sys.stderr)
    print("  try: again with CORS_DRIFT_DEBUG=1, and report what it prints", file=sys.stderr)
    return _error_code(arguments)


def _error_code(arguments: Sequence[str]) -> int:
    """2, unless the user asked for Terraform's exit codes, by flag, variable or file."""
    from drift.settings import find_config, read_config

    variable = os.environ.get("CORS_DRIFT_DETAILED_EXITCODE", "").lower()
    detailed = "--detailed-exitcode" in arguments or variable in ("1", "true", "t", "yes", "y", "on")
    path = find_config(Path.cwd())
    if not detailed and path is not None:
        try:
            detailed = read_config(path).get("detailed_exitcode") is True
        except CorsDriftError:
            detailed = False  # the file's own fault is what is being told
    return _EXIT_ERROR_DETAILED if detailed else EXIT_ERROR


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise _Terminated


if __name__ == "__main__":
    main()
