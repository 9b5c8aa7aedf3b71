"""The two ways in which an expression has no value."""

from __future__ import annotations

from drift.location import Location

IN_ERROR = "error in the configuration: "
"""How the reason of an unknown begins, whatever it hangs on, that Terraform refuses to make a value of at all."""


class EvaluationError(Exception):
    """The expression is an error in Terraform too; ``try`` and ``can`` catch it. Holds no text of a sensitive value.

    ``path`` leads from a value that is converted to the part of it that does not fit, as in ``[0].max_age``.
    """

    def __init__(self, message: str, at: Location | None = None, path: str = "") -> None:
        self.detail = message
        self.message = f"{path}: {message}" if path else message
        super().__init__(self.message)
        self.at = at
        self.path = path

    def __str__(self) -> str:
        return self.message if self.at is None else f"{self.message} ({self.at})"

    def within(self, step: str) -> EvaluationError:
        """The same error, seen from the value around."""
        return EvaluationError(self.detail, self.at, step + self.path)


class RefusalError(Exception):
    """This program will not go on with the expression (a limit); nothing in the language catches it."""
