"""The entry point: every way in which a run can end has its exit code, and none but our own reads as drift.

An uncaught exception would exit with 1 and a usage error with 2 by Python's and typer's habits; here 1 means drift, so
both are mapped to 2 (or, under --detailed-exitcode, where 2 means drift, to 1).
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from drift.errors import EXIT_ERROR, EXIT_ERROR_DETAILED, CorsDriftError, Run

_NEW_BEFORE_COLLECTING = 100_000
"""Importing makes some 60,000 objects that all stay: looking for cycles among them at Python's pace, every 700, is a
twentieth of a short run and frees nothing. A run still collects: this many objects are some ten megabytes."""


_HELP = "cors-drift --help, or cors-drift COMMAND --help"


_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that end a run: what it keeps in temporary folders goes first. Windows has no SIGHUP."""


class _Terminated(BaseException):
    """A signal has come that ends the run."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number


def main() -> None:
    """Run the command line and exit. Whatever happens, the exit code is one of the documented table."""
    gc.set_threshold(_NEW_BEFORE_COLLECTING)
    code = fallback = EXIT_ERROR_DETAILED if Run(sys.argv[1:]).asks_for_detailed_exitcode() else EXIT_ERROR
    try:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:  # closed by whoever started us
                setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
            elif hasattr(stream, "reconfigure"):
                # What declarations say can be any text; a terminal or pipe that cannot show it gets it written out.
                stream.reconfigure(errors="backslashreplace")
        code = run(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        # The streams themselves are broken, so nobody can be told. Python would exit with 1 or 120.
        os._exit(code or fallback)
    gc.freeze()  # what is left goes with the process: Python would look it all through for cycles, more than once
    sys.exit(code)


def run(arguments: Sequence[str], state: Run | None = None) -> int:
    """Run the command line; the exit code of the documented table. ``state`` knows afterwards what it came to."""
    state = Run() if state is None else state
    state.arguments = tuple(arguments)
    try:
        from drift.cli import app_for

        for each in _ENDING:
            if signal.getsignal(each) is not signal.SIG_IGN or each == signal.SIGTERM:  # nohup has it ignored
                signal.signal(each, _terminate)
        result = app_for(arguments)(args=list(arguments), prog_name="cors-drift", standalone_mode=False, obj=state)
        sys.stdout.flush()
    except _Terminated as end:
        return end.exit_code
    except (KeyboardInterrupt, EOFError):
        return 130
    except (BrokenPipeError, SystemExit):
        # Who read our output has gone: nobody is left to tell, and nothing may be tried again at shutdown. typer
        # exits with 1 for it, whatever it is asked, and for nothing else; here that would read as drift.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return state.error_code
    except CorsDriftError as error:
        _tell(error, state)
        return error.exit_code if error.exit_code != EXIT_ERROR else state.error_code
    except Exception as error:
        return _other(error, state)
    return result if isinstance(result, int) else 0


def _tell(error: CorsDriftError, state: Run) -> None:
    from drift.reporters.words import printable

    state.error = error
    place = f"{printable(str(error.location))}: " if error.location else ""
    print(f"error: {place}{printable(error.message)}", file=sys.stderr)
    if error.advice:
        print(f"  try: {printable(error.advice)}", file=sys.stderr)


def _other(error: Exception, state: Run) -> int:
    import typer

    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        return 130
    describe = getattr(error, "format_message", None)
    if callable(describe):  # typer's own usage errors
        misplaced = getattr(error, "option_name", None) == "--config"
        advice = "cors-drift --config FILE COMMAND: it stands before the command" if misplaced else _HELP
        _tell(CorsDriftError(str(describe()), advice=advice), state)
        return state.error_code
    if os.environ.get("CORS_DRIFT_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, OSError):
        name = f": {error.filename}" if error.filename else ""
        _tell(CorsDriftError(f"the system says: {error.strerror or error}{name}"), state)
        return state.error_code
    told = f"this is a defect of cors-drift: {type(error).__name__}: {error}"
    _tell(CorsDriftError(told, advice="again with CORS_DRIFT_DEBUG=1, and report what it prints"), state)
    return state.error_code


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise _Terminated(number)


if __name__ == "__main__":
    main()
