"""``cors-drift.toml``, where settings can be kept. A flag wins over its environment variable, that over the file.

A file that is merely found in the tree may be a stranger's: a pull request from a fork can bring one. It may make a
check lenient, as anything in the tree may, but not send credentials elsewhere, lift the root, or write files.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drift.errors import UsageError
from drift.location import Location
from drift.settings import Format, Undeclared

CONFIG_NAME = "cors-drift.toml"

_TEXT, _TEXTS, _FLAG, _NUMBER = "a string that is not empty", "a list of strings", "true or false", "a whole number"

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
"""Keys whose paths are relative to the file that they stand in; so is the path in ``output``."""

_NAMED_ONLY = frozenset({"endpoint-url", "output", "profile", "root"})
"""Keys that count only in a file that the user named."""

_CHOICES = {"format": tuple(Format), "undeclared": tuple(Undeclared)}


def find_config(start: Path) -> Path | None:
    """``cors-drift.toml`` in the folder or above it, up to the top of the git repository; outside one, only here."""
    folders = [start, *start.parents]
    top = _top(start)
    for folder in folders:
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
        if folder == top:
            return None
    return None


def _top(start: Path) -> Path:
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)


def read_config(path: Path, *, named: bool) -> dict[str, Any]:
    """The file's settings by flag name with underscores; ``named`` says that the user gave the file.

    Raises ``UsageError`` that names key and line.
    """
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
    return {key.replace("-", "_"): _checked(key, config[key], _place(key, text, path), named) for key in config}


def _place(key: str, text: str, path: Path) -> Location:
    lines = enumerate(text.splitlines(), 1)
    return Location(str(path), next((line for line, each in lines if each.lstrip(" \t\"'[").startswith(key)), None))


def _checked(key: str, value: object, place: Location, named: bool) -> object:
    if key not in CONFIG_KEYS:
        near = difflib.get_close_matches(key, CONFIG_KEYS, 1)
        hint = f"did you mean {near[0]}?" if near else "print the known ones with: cors-drift schema config"
        raise UsageError(f"there is no setting {key}", location=place, advice=hint)
    wanted = CONFIG_KEYS[key]
    fits = {
        _TEXT: isinstance(value, str) and value != "",
        _TEXTS: isinstance(value, list) and all(isinstance(item, str) for item in value),
        _FLAG: isinstance(value, bool),
        _NUMBER: isinstance(value, int) and not isinstance(value, bool),
    }
    if not fits[wanted]:
        raise UsageError(f"{key} must be {wanted}", location=place)
    if key in _CHOICES and value not in _CHOICES[key]:
        raise UsageError(f"{key} must be one of {', '.join(_CHOICES[key])}", location=place)
    if key in _NAMED_ONLY and not named:
        raise UsageError(
            f"{key} does not count in a settings file that is merely found",
            location=place,
            advice=f"give it as a flag, or name the file: cors-drift --config {place.path}",
        )
    folder = Path(place.path).parent
    if key in _PATHS and isinstance(value, str):
        return _resolved(value, folder, place, named)
    if key in _PATHS and isinstance(value, list):
        return [_resolved(each, folder, place, named) for each in value]
    if key == "output" and isinstance(value, list):
        return ["=".join((kind, str(folder / to))) if to else kind for kind, _, to in (o.partition("=") for o in value)]
    return value


def _resolved(text: str, folder: Path, place: Location, named: bool) -> str:
    path = folder / text
    if not named and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(_top(folder))):
        raise UsageError(
            f"{text} leads out of the tree that this settings file was found in",
            location=place,
            advice="give it as a flag",
        )
    return str(path)
