"""Everything that the user can set, as one frozen value, and ``cors-drift.toml``, where it can be kept.

A flag wins over its environment variable, that over the file, that over the default.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from drift.errors import UsageError
from drift.location import Location

CONFIG_NAME = "cors-drift.toml"


class Undeclared(StrEnum):
    """What live rules on a bucket are for which the code declares none."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


class Format(StrEnum):
    """How a report is written."""

    TERMINAL = "terminal"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How the live side is read. ``source`` is a file in place of S3. ``account`` is the 12-digit id of the owner."""

    source: Path | None = None
    profile: str | None = None
    region: str | None = None
    account: str | None = None
    endpoint_url: str | None = None
    concurrency: int = 16

    def __post_init__(self) -> None:
        if self.account is not None and not re.fullmatch(r"[0-9]{12}", self.account):
            raise UsageError(f"--account {self.account}: an AWS account id has 12 digits")


@dataclass(frozen=True, slots=True)
class DeclaredSettings:
    """How the declarations are read: values that they leave open, and the folder that no path may lead out of."""

    root: Path | None = None
    variables: tuple[str, ...] = ()
    variable_files: tuple[Path, ...] = ()
    workspace: str | None = None
    parameters: tuple[str, ...] = ()
    parameter_files: tuple[Path, ...] = ()
    stack_name: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. ``buckets`` are the only ones to look at, and the name of a spec that has none; empty means all."""

    declared: DeclaredSettings = DeclaredSettings()
    live: LiveSettings = LiveSettings()
    buckets: tuple[str, ...] = ()
    undeclared: Undeclared = Undeclared.ERROR
    strict: bool = False
    allow_incomplete: bool = False
    exit_zero: bool = False
    detailed_exitcode: bool = False


_TEXT, _TEXTS, _FLAG, _NUMBER = "a string", "a list of strings", "true or false", "a whole number"

CONFIG_KEYS: Mapping[str, str] = {
    "account": _TEXT,
    "allow-incomplete": _FLAG,
    "browser": _FLAG,
    "bucket": _TEXTS,
    "concurrency": _NUMBER,
    "credentials": _FLAG,
    "detailed-exitcode": _FLAG,
    "endpoint-url": _TEXT,
    "exit-zero": _FLAG,
    "format": _TEXT,
    "header": _TEXTS,
    "live": _TEXT,
    "method": _TEXT,
    "origin": _TEXT,
    "output": _TEXTS,
    "parameter": _TEXTS,
    "parameters-file": _TEXTS,
    "preflight": _FLAG,
    "profile": _TEXT,
    "region": _TEXT,
    "root": _TEXT,
    "stack-name": _TEXT,
    "strict": _FLAG,
    "undeclared": _TEXT,
    "var": _TEXTS,
    "var-file": _TEXTS,
    "workspace": _TEXT,
}
"""Key of ``cors-drift.toml``, which is the flag without its dashes, to what it must be."""

_PATHS = frozenset({"live", "parameters-file", "root", "var-file"})
"""Keys whose paths are relative to the file that they stand in."""


def find_config(start: Path) -> Path | None:
    """``cors-drift.toml`` in the folder or above it, up to the top of the git repository; outside one, only here."""
    folders = [start, *start.parents]
    top = next((folder for folder in folders if (folder / ".git").exists()), start)
    for folder in folders:
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
        if folder == top:
            return None
    return None


def read_config(path: Path) -> dict[str, Any]:
    """The file's settings by flag name with underscores. Raises ``UsageError`` that names key and line."""
    try:
        text = path.read_bytes().decode()
        config = tomllib.loads(text)
    except FileNotFoundError as error:
        raise UsageError("there is no such file", location=Location(str(path))) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"this file cannot be read: {error}", location=Location(str(path))) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = Location(str(path), int(line[1]) if line else None)
        raise UsageError(f"this is not valid TOML: {error}", location=place) from error
    return {key.replace("-", "_"): _checked(key, value, text, path) for key, value in config.items()}


def _checked(key: str, value: object, text: str, path: Path) -> object:
    line = next((n for n, each in enumerate(text.splitlines(), 1) if each.lstrip(" \t\"'[").startswith(key)), None)
    place = Location(str(path), line)
    if key not in CONFIG_KEYS:
        near = difflib.get_close_matches(key, CONFIG_KEYS, 1)
        hint = f"did you mean {near[0]}?" if near else "print the known ones with: cors-drift schema config"
        raise UsageError(f"there is no setting {key}", location=place, advice=hint)
    wanted = CONFIG_KEYS[key]
    fits = {
        _TEXT: isinstance(value, str),
        _TEXTS: isinstance(value, list) and all(isinstance(item, str) for item in value),
        _FLAG: isinstance(value, bool),
        _NUMBER: isinstance(value, int) and not isinstance(value, bool),
    }
    if not fits[wanted]:
        raise UsageError(f"{key} must be {wanted}", location=place)
    if key in _PATHS and isinstance(value, str):
        return str(path.parent / value)
    if key in _PATHS and isinstance(value, list):
        return [str(path.parent / each) for each in value]
    return value
