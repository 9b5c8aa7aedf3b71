"""Writing waivers: which findings one is for, the rules that it accepts, and its table in the settings file.

The file is edited as text: a new table is put at its end and a renewed one changed where it stands, so that comments
and all that the user wrote stay as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from drift.assessment_settings import MAX_LIST, assessment_from, shown_path
from drift.errors import UsageError
from drift.finding import Finding
from drift.location import Location
from drift.replacing import replacing
from drift.report import BucketReport, Report
from drift.settings import Waiver
from drift.toml_places import TomlPlaces
from drift.waivers import rules_accepted

LONGEST = timedelta(days=366)
"""From the day of writing to the last day of a waiver."""

_PERIOD = re.compile(r"([1-9][0-9]{0,3})([dw])")
_KEYS = ("bucket", "finding", "reason", "owner", "expires", "rules")


@dataclass(frozen=True, slots=True)
class Match:
    """A finding that a waiver would be for: its bucket and itself, by their places in the report, and the digests of
    the rules that it is about; None where these are not all known, so that nobody can accept them.
    """

    bucket: int
    finding: int
    rules: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a settings file with a waiver in it, and the line where that begins."""

    text: str
    line: int
    renewed: bool


def matches(report: Report, bucket: str, finding: str) -> Iterator[Match]:
    """The findings of that id on buckets whose name fits the glob. One without a known name fits none."""
    for place, each in enumerate(report.buckets):
        if isinstance(each.name, str) and fnmatchcase(each.name, bucket):
            for number, found in enumerate(each.findings):
                if found.id == finding:
                    yield Match(place, number, rules_accepted(each, found))


def at(report: Report, match: Match) -> tuple[BucketReport, Finding]:
    """The bucket and the finding of a match; the report may be one in which values are hidden."""
    bucket = report.buckets[match.bucket]
    return bucket, bucket.findings[match.finding]


def last_day(text: str, today: date) -> date:
    """``2027-01-31``, or ``30d`` and ``4w`` from today. Raises ``UsageError`` if that is no day of the coming year."""
    period = _PERIOD.fullmatch(text)
    try:
        if period is not None:
            day = today + timedelta(days=int(period[1]) * (7 if period[2] == "w" else 1))
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
        else:
            raise ValueError
    except ValueError as error:
        raise UsageError(f"--expires {text}: this is no day", advice="write 2027-01-31, or 30d, or 8w") from error
    if day <= today:
        raise UsageError(f"--expires {text}: that day is not in the future", advice="give a later one, or 30d")
    if day > today + LONGEST:
        raise UsageError(
            f"--expires {text}: a waiver lasts a year at most, so that somebody looks at it again",
            advice=f"give a day up to {(today + LONGEST).isoformat()}, and renew it then",
        )
    return day


def digests_of(found: Sequence[Match]) -> tuple[str, ...]:
    """The digests of the rules that all these findings are about. Raises ``UsageError`` if there are too many."""
    told = sorted(frozenset[str]().union(*(each.rules for each in found if each.rules is not None)))
    if len(told) > MAX_LIST:
        raise UsageError(
            f"these findings are about {len(told):,} different lists of rules, more than the {MAX_LIST:,} that a waiver"
            " may accept",
            advice="give a --bucket that fits fewer buckets",
        )
    return tuple(told)


def with_waiver(text: str, waiver: Waiver, path: Path) -> Edited:
    """The text of the settings file with the waiver: in the place of one for the same bucket and finding, or behind
    all else. Raises ``UsageError`` where there are several such, or the text is not to be edited.
    """
    import tomllib

    tables = tomllib.loads(text).get("waiver", [])
    same = [n for n, each in enumerate(tables) if (each["bucket"], each["finding"]) == (waiver.bucket, waiver.finding)]
    places = TomlPlaces(text)
    if len(same) > 1:
        raise UsageError(
            f"there are {len(same)} waivers of {waiver.finding} on {waiver.bucket}",
            location=Location(shown_path(path), places.header("waiver", same[1])),
            advice="keep one of them, and run this again",
        )
    if tables and places.header("waiver", len(tables) - 1) is None:
        raise UsageError(
            "waivers that are not written as [[waiver]] are not edited",
            location=Location(shown_path(path), places.table("waiver")),
            advice="write each as a table of its own, under [[waiver]]",
        )
    header = places.header("waiver", same[0]) if same else None
    edited = _renewed(text, waiver, header, places) if header is not None else _appended(text, waiver)
    _check(text, edited.text, waiver, path)
    return edited


def write_settings(path: Path, text: str) -> None:
    """Put the text in the place of the file, as a whole or not at all. Raises ``UsageError``."""
    try:
        with replacing(path, durable=True) as stream:
            stream.write(text)
    except UsageError as error:
        error.advice = "print the waiver with --dry-run, and put it in by hand"
        raise


def table_of(waiver: Waiver) -> str:
    """The waiver as a TOML table."""
    return "".join(["[[waiver]]\n", *(f"{key} = {_value(waiver, key)}\n" for key in _KEYS)])


def _value(waiver: Waiver, key: str) -> str:
    if key == "expires":
        return waiver.expires.isoformat()
    if key != "rules":
        return _quoted(getattr(waiver, key))
    if len(waiver.rules) == 1:
        return _quoted(waiver.rules[0])
    return "[\n" + "".join(f"    {_quoted(each)},\n" for each in waiver.rules) + "]"


def _quoted(text: str) -> str:
    """A TOML string on one line, in which nothing is hidden from who reads the file: no control, no direction mark."""
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(each) or (each if each.isprintable() else _escaped(each)) for each in text) + '"'


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


def _appended(text: str, waiver: Waiver) -> Edited:
    end = _line_end(text)
    if text and not text.endswith("\n"):
        text += end
    if text.strip():
        text += end
    return Edited(text + table_of(waiver).replace("\n", end), text.count("\n") + 1, renewed=False)


def _renewed(text: str, waiver: Waiver, header: int, places: TomlPlaces) -> Edited:
    """Only this one table is parsed and written: all around it stays as it is, whatever it is."""
    import tomlkit

    lines = re.split(r"(?<=\n)", text)
    end = (places.after(header) or len(lines) + 1) - 1
    document: Any = tomlkit.parse("".join(lines[header - 1 : end]))
    table = document["waiver"][0]
    for key in _KEYS:
        written = f"value = {_value(waiver, key)}\n".replace("\n", _line_end(text))
        table[key] = tomlkit.parse(written)["value"]
    between = tomlkit.dumps(document)
    return Edited("".join([*lines[: header - 1], between, *lines[end:]]), header, renewed=True)


def _line_end(text: str) -> str:
    return "\r\n" if text.count("\r\n") == text.count("\n") > 0 else "\n"


def _check(before: str, after: str, waiver: Waiver, path: Path) -> None:
    """Hold what is to be written against what is meant: nothing else may have changed."""
    import tomllib

    was, now = tomllib.loads(before), tomllib.loads(after)
    rest = [{key: value for key, value in each.items() if key != "waiver"} for each in (was, now)]
    key = waiver.bucket, waiver.finding
    others = [[t for t in each.get("waiver", []) if (t["bucket"], t["finding"]) != key] for each in (was, now)]
    [read] = [each for each in assessment_from(now, after, path).waivers if (each.bucket, each.finding) == key]
    same = all(getattr(read, name) == getattr(waiver, name) for name in _KEYS)
    if not same or rest[0] != rest[1] or others[0] != others[1]:
        raise UsageError(
            "the waiver cannot be written into this file without changing more of it",
            location=Location(shown_path(path)),
            advice="print it with --dry-run, and put it in by hand",
        )


def found_file(named: Path | None, found: Path | None, folder: Path) -> Path:
    """The file to write: the one that the user named, the one that was found, or a new one in the folder.

    Raises ``UsageError`` for one that was found and is a link: it may lead anywhere.
    """
    if named is not None:
        return named
    if found is None:
        return folder / "cors-drift.toml"
    if os.path.islink(found):
        raise UsageError(
            "this settings file is a link, and may lead out of the tree that it was found in",
            location=Location(shown_path(found)),
            advice=f"name it: cors-drift --config {shown_path(found)} waive",
        )
    return found
