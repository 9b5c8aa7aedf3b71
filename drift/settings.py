"""Everything that the user can set, as one frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from drift.errors import UsageError


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
    """How the declarations are read: values that they leave open, and the folder that no path may lead out of.

    ``variables`` are Terraform's, ``NAME=VALUE`` or the path of a file of them; a later one wins over an earlier one.
    """

    root: Path | None = None
    variables: tuple[str | Path, ...] = ()
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
