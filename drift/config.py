"""``cors-drift.toml``, where settings can be kept. A flag wins over its environment variable, that over the file.

A file that is merely found in the tree may be a stranger's: a pull request from a fork can bring one. It may make a
check lenient, as anything in the tree may, but not send credentials elsewhere, lift the root, or write files. Where the
check is of a pull request, the file is read as the target branch has it (``drift.base_settings``).
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.errors import UsageError
from drift.location import Location
from drift.settings import (
    MAX_SECONDS,
    NO_LIVE,
    AccountAccess,
    Addressing,
    AssessmentSettings,
    FailOn,
    Format,
    Undeclared,
)

CONFIG_NAME = "cors-drift.toml"

MAX_BYTES = 16 * 1024 * 1024
"""The size of a settings file."""

_TEXT, _TEXTS, _FLAG, _NUMBER = "a string that is not empty", "a list of strings", "true or false", "a whole number"
_SECONDS = "a number of seconds, a day at most"
_NAMES = "a table of strings, each address in quotes"
_TABLE = "a table of levels, one for each finding"
_TABLES = "tables ([[...]])"
_ACCOUNTS = "an account id, or tables with an id each ([[account]])"

CONFIG_KEYS: Mapping[str, str] = {
    "account": _ACCOUNTS,
    "addressing": _TEXT,
    "all": _FLAG,
    "allow-incomplete": _FLAG,
    "base": _TEXT,
    "blame": _FLAG,
    "browser": _FLAG,
    "bucket": _TEXTS,
    "by-pattern": _FLAG,
    "concurrency": _NUMBER,
    "confirm": _FLAG,
    "credentials": _FLAG,
    "deadline": _SECONDS,
    "detailed-exitcode": _FLAG,
    "endpoint-url": _TEXT,
    "exit-zero": _FLAG,
    "fail-on": _TEXT,
    "findings": _TABLE,
    "format": _TEXT,
    "header": _TEXTS,
    "ignore": _TABLES,
    "live": _TEXT,
    "merge-base": _FLAG,
    "method": _TEXT,
    "names": _NAMES,
    "organization-role": _TEXT,
    "origin": _TEXT,
    "output": _TEXTS,
    "parameter": _TEXTS,
    "parameters-file": _TEXTS,
    "preflight": _FLAG,
    "processes": _NUMBER,
    "profile": _TEXT,
    "promise": _TABLES,
    "recheck": _SECONDS,
    "region": _TEXT,
    "resume": _TEXT,
    "root": _TEXT,
    "sarif-category": _TEXT,
    "sarif-incomplete": _FLAG,
    "shard": _TEXT,
    "stack-name": _TEXT,
    "state": _TEXTS,
    "strict": _FLAG,
    "undeclared": _TEXT,
    "var": _TEXTS,
    "var-file": _TEXTS,
    "wait": _SECONDS,
    "waiver": _TABLES,
    "workspace": _TEXT,
}
"""Key of ``cors-drift.toml``, which is the flag without its dashes, to what it must be."""

_PATHS = frozenset({"live", "parameters-file", "resume", "root", "state", "var-file"})
"""Keys whose paths are relative to the file that they stand in; so is the path in ``output``."""

_NAMED_ONLY = frozenset({"base", "endpoint-url", "live", "merge-base", "organization-role"}) | frozenset(
    {"output", "profile", "resume", "root", "shard"}
)
"""Keys that count only in a file that the user named: they send credentials elsewhere, write files, or have something
else read than S3. So do tables of accounts, since they name roles to assume.
"""

_CHOICES = {
    "addressing": tuple(Addressing),
    "fail-on": tuple(FailOn),
    "format": tuple(Format),
    "undeclared": tuple(Undeclared),
}


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says: values of options by flag name with underscores, names of buckets by address, accounts, and
    what is made of findings.
    """

    options: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    accounts: tuple[AccountAccess, ...] = ()
    assessment: AssessmentSettings = field(default_factory=AssessmentSettings)


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


def read_config(path: Path, *, named: bool) -> Config:
    """The file's settings; ``named`` says that the user gave it. Raises ``UsageError`` that names key and line."""
    if not named and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(_top(path.parent))):
        raise UsageError(
            "this settings file is a link that leads out of the tree it was found in",
            location=Location(str(path)),
            advice=f"name it, if it is yours: cors-drift --config {path}",
        )
    return config_from(read_content(path), path, named=named)


def read_content(path: Path) -> str:
    """The text of a settings file. Raises ``UsageError``."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageError(f"this file has more than {MAX_BYTES:,} bytes", location=Location(str(path)))
        return content.decode()
    except FileNotFoundError as error:
        raise UsageError("there is no such file", location=Location(str(path))) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"this file cannot be read: {error}", location=Location(str(path))) from error


def config_from(text: str, path: Path, *, named: bool) -> Config:
    """The settings in the text of a file. Raises ``UsageError`` that names key and line."""
    import tomllib  # it compiles expressions: a hundredth of a second that runs without a file need not pay

    try:
        config = tomllib.loads(text)
    except RecursionError as error:
        raise UsageError("this file is nested too deeply", location=Location(str(path))) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = Location(str(path), int(line[1]) if line else None)
        raise UsageError(f"this is not valid TOML: {error}", location=place) from error
    checked = {key: _checked(key, config[key], _place(key, text, path), named) for key in config}
    names = checked.pop("names", {})
    accounts = _accounts(checked.pop("account"), _place("account", text, path)) if _has_accounts(checked) else ()
    assessment = _assessment(checked, config, text, path)
    options = {_PARAMETERS.get(key, key.replace("-", "_")): value for key, value in checked.items()}
    return Config(options, names, accounts, assessment)


_PARAMETERS = {"all": "all_", "format": "format_"}
"""Names of options that are not their flag's, since Python has a use for that word."""


def _has_accounts(config: Mapping[str, Any]) -> bool:
    return isinstance(config.get("account"), list)


def _assessment(checked: dict[str, Any], config: Mapping[str, Any], text: str, path: Path) -> AssessmentSettings:
    """What is made of findings; the tables that say so are taken out of ``checked``."""
    from drift.assessment_settings import ASSESSMENT_TABLES, assessment_from

    for key in ASSESSMENT_TABLES:
        checked.pop(key, None)
    return assessment_from(config, text, path)


def _accounts(tables: list[Any], place: Location) -> tuple[AccountAccess, ...]:
    from drift.account_settings import accounts_from

    try:
        return accounts_from(tables)
    except UsageError as error:
        error.location = place
        raise


def _place(key: str, text: str, path: Path) -> Location:
    lines = enumerate(text.splitlines(), 1)
    return Location(str(path), next((line for line, each in lines if each.lstrip(" \t\"'[").startswith(key)), None))


def _checked(key: str, value: Any, place: Location, named: bool) -> Any:
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
        _SECONDS: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_SECONDS,
        _NAMES: isinstance(value, dict) and all(isinstance(item, str) and item for item in value.values()),
        _ACCOUNTS: isinstance(value, str | list) and bool(value),
        _TABLE: isinstance(value, dict),
        _TABLES: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    }
    if not fits[wanted]:
        raise UsageError(f"{key} must be {wanted}", location=place)
    if key in _CHOICES and value not in _CHOICES[key]:
        raise UsageError(f"{key} must be one of {', '.join(_CHOICES[key])}", location=place)
    if not named and (key in _NAMED_ONLY or (key == "account" and isinstance(value, list))):
        raise UsageError(
            f"{key} does not count in a settings file that is merely found",
            location=place,
            advice=f"give it as a flag, or name the file: cors-drift --config {place.path}",
        )
    folder = Path(place.path).parent
    if key == "live" and (value == NO_LIVE or value.startswith("config:")):  # no path
        return value
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
