"""What can stop a run. Every class has its exit code and carries a line of advice.

Only these leave the engine on purpose; whatever else escapes is a defect of this program and is reported as one.
"""

from __future__ import annotations

from typing import ClassVar

from drift.location import Location

EXIT_OK = 0
EXIT_DRIFT = 1
EXIT_ERROR = 2
EXIT_INCOMPLETE = 3
EXIT_NOTHING = 4


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


class NothingToCompareError(CorsDriftError):
    """The input was read and declares nothing that this program compares."""

    exit_code = EXIT_NOTHING
