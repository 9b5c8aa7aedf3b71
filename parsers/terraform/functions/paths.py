"""Functions of paths that read no file (terraform/internal/lang/funcs/filesystem.go, Go path/filepath)."""

from __future__ import annotations

import posixpath

from parsers.terraform.functions.registry import function
from parsers.terraform.values import STRING, EvaluationError, Value, text, unknown


def cleaned(path: str) -> str:
    """The shortest path that means the same, as Go writes it (``filepath.Clean``)."""
    found = posixpath.normpath(path)
    return found[1:] if found.startswith("//") else found


@function("basename", STRING, gives=STRING)
def basename(path: Value) -> Value:
    if not path.text:
        return text(".")
    return text(posixpath.basename(path.text.rstrip("/")) or "/")


@function("dirname", STRING, gives=STRING)
def dirname(path: Value) -> Value:
    return text(cleaned(path.text[: path.text.rfind("/") + 1]))


@function("abspath", STRING, gives=STRING)
def abspath(path: Value) -> Value:
    found = cleaned(path.text)
    if found.startswith("/"):
        return text(found)
    end = "" if found == "." or found.startswith("..") else "/" + found
    reason = "abspath() of a relative path hangs on where Terraform is run"
    return unknown(reason, STRING, prefix="/", suffix=end, not_null=True)


@function("pathexpand", STRING, gives=STRING)
def pathexpand(path: Value) -> Value:
    given = path.text
    if not given.startswith("~"):
        return text(given)
    if given[1:2] not in ("", "/", "\\"):
        raise EvaluationError("pathexpand does not know the home folders of others")
    end = cleaned("/" + given[1:]) if given[2:] and ".." not in given else ""
    return unknown("pathexpand() hangs on who runs Terraform", STRING, suffix=end, not_null=True)
