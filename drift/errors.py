"""What can stop a run. Every class has its exit code and carries a line of advice.

Only these leave the engine on purpose; whatever else escapes is a defect of this program and is reported as one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from drift.location import Location

EXIT_OK = 0
EXIT_DRIFT = 1
EXIT_ERROR = 2
EXIT_INCOMPLETE = 3
EXIT_NOTHING = 4


EXIT_ERROR_DETAILED = 1
"""An error under --detailed-exitcode, where 2 means drift."""


@dataclass(slots=True)
class Run:
    """What must be known of a run to tell its failure, whenever it fails. ``detailed``: Terraform's exit codes.

    ``report`` is what ``check`` came to (``drift.report.Report``), for whoever runs the command line from within; its
    sensitive values are in the clear. None where the run ended before there was one. ``paths`` and ``settings``
    (``drift.settings.Settings``) are what it was made with. ``error`` is what ended it, if anything did.
    """

    arguments: Sequence[str] = ()
    detailed: bool = False
    report: object = None
    paths: Sequence[Path] = ()
    settings: object = None
    error: CorsDriftError | None = None

    def asks_for_detailed_exitcode(self) -> bool:
        """Whether the flag or its variable is there; the settings file may ask for it too."""
        variable = os.environ.get("CORS_DRIFT_DETAILED_EXITCODE", "").lower()
        return "--detailed-exitcode" in self.arguments or variable in ("1", "true", "t", "yes", "y", "on")

    @property
    def error_code(self) -> int:
        """The exit code of any error."""
        return EXIT_ERROR_DETAILED if self.detailed else EXIT_ERROR


class CorsDriftError(Exception):
    """The run cannot go on: ``message`` says what is wrong, ``location`` where, ``advice`` what to try."""

    exit_code: ClassVar[int] = EXIT_ERROR

    def __init__(self, message: str, *, location: Location | None = None, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.advice = advice


class UsageError(CorsDriftError):
    """A flag, an argument or a setting has no meaning."""


class InputError(CorsDriftError):
    """A file cannot be read or does not have the shape that it should have."""


class TooLargeError(InputError):
    """A file is larger than what is read."""


class CredentialsError(CorsDriftError):
    """AWS credentials are missing, expired or refused."""


class EndpointError(CorsDriftError):
    """No S3 endpoint answers."""


class MissingExtraError(CorsDriftError):
    """An optional dependency is not installed."""
