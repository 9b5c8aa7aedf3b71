"""Writing waivers: which findings one is for, what it accepts, and its table in the settings file.

The file is edited as text: a new table is put at its end and a renewed one changed where it stands, so that comments
and all that the user wrote stay as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from drift.accepted import accepted
from drift.assessment_settings import MAX_LIST, assessment_from, shown_path
from drift.errors import UsageError
from drift.finding import Finding, Side, Waived
from drift.location import Location
from drift.replacing import replacing
from drift.report import BucketReport, Report
from drift.settings import Waiver
from drift.toml_places import TomlPlaces
from drift.waivers import apply_waivers

_KEYS = ("bucket", "finding", "subject", "reason", "owner", "expires", "rules")
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Match:
    """A finding that a waiver would be for: its bucket and itself, by their places in the report, and the digests that
    accept it, each with the side that it is about; None where the rules are not all known, so that nobody can.
    """

    bucket: int
    finding: int
    rules: Mapping[str, Side] | None


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a settings file with a waiver in it, and the line where that begins. ``dropped`` is how many digests
    of the one that was ``renewed`` are no longer in it.
    """

    text: str
    line: int
    renewed: bool
    dropped: int = 0


def matches(report: Report, bucket: str, finding: str) -> Iterator[Match]:
    """The findings of that id on buckets whose name fits the glob. One without a known name fits none."""
    for place, each in enumerate(report.buckets):
        if isinstance(each.name, str) and fnmatchcase(each.name, bucket):
            for number, found in enumerate(each.findings):
                if found.id == finding:
                    yield Match(place, number, accepted(each, found))


def at(report: Report, match: Match) -> tuple[BucketReport, Finding]:
    """The bucket and the finding of a match; the report may be one in which values are hidden."""
    bucket = report.buckets[match.bucket]
    return bucket, bucket.findings[match.finding]


def subjects_like(report: Report, found: Sequence[Match], text: str) -> list[str]:
    """The subjects of these findings that the text means: the one that it is, else all that it is a part of."""
    subjects = dict.fromkeys(at(report, match)[1].subject for match in found)
    return [text] if text in subjects else [each for each in subjects if text.casefold() in each.casefold()]


def held_already(
    report: Report, found: Sequence[Match], waivers: Sequence[Waiver], today: date
) -> list[tuple[Match, Waived | None]]:
    """Each of these findings, and the waiver in force that accepts it, if any."""
    buckets, _ = apply_waivers(report.buckets, (), waivers, today)
    return [(match, buckets[match.bucket].findings[match.finding].waived) for match in found]


def digests_of(found: Sequence[Match]) -> tuple[str, ...]:
    """The digests that accept all these findings, in their order. Raises ``UsageError`` if there are too many."""
    told = dict.fromkeys(digest for each in found for digest in each.rules or ())
    if len(told) > MAX_LIST:
        raise UsageError(
            f"these findings have {len(told):,} digests, more than the {MAX_LIST:,} that a waiver may hold",
            advice="give a --bucket that fits fewer buckets",
        )
    return tuple(told)


def notes_on(report: Report, found: Sequence[Match]) -> dict[str, str]:
    """What each digest is for, in words for a comment: bucket, subject and side. One line, in which nothing is hidden.

    ``report`` is the one in which values are hidden that must not be printed.
    """
    from drift.reporters.report_words import SIDE_WORDS, title_of
    from drift.reporters.words import printable

    told = {}
    for match in found:
        bucket, each = at(report, match)
        for digest, side in (match.rules or {}).items():
            words = f"{title_of(bucket)} ({SIDE_WORDS[side]}){f': {printable(each.subject)}' if each.subject else ''}"
            told[digest] = words if len(words) <= _LONGEST_NOTE else f"{words[:_LONGEST_NOTE]}…"
    return told


def with_waiver(text: str, waiver: Waiver, path: Path, notes: Mapping[str, str] | None = None) -> Edited:
    """The text of the settings file with the waiver: in the place of one for the same bucket, finding and subject, or
    behind all else. ``notes`` are comments on its digests. Raises ``UsageError`` where there are several such, or the
    text is not to be edited.
    """
    import tomllib

    parsed = tomllib.loads(text)
    tables = parsed.get("waiver", [])
    same = [n for n, each in enumerate(tables) if _key(each) == key_of(waiver)]
    places = TomlPlaces(text)
    if len(same) > 1:
        raise UsageError(
            f"there are {len(same)} waivers of {waiver.finding} on {waiver.bucket}",
            location=Location(shown_path(path), places.header("waiver", same[1])),
            advice="keep one of them, and run this again",
        )
    if "waiver" in parsed and (not tables or places.header("waiver", len(tables) - 1) is None):
        raise UsageError(
            "waivers that are not written as [[waiver]] are not edited",
            location=Location(shown_path(path), places.table("waiver")),
            advice="write each as a table of its own, under [[waiver]]",
        )
    header = places.header("waiver", same[0]) if same else None
    if header is None:
        edited = _appended(text, waiver, notes or {})
    else:
        edited = _renewed(text, waiver, header, places, notes or {})
    _check(text, edited.text, waiver, path)
    return edited


def key_of(waiver: Waiver) -> tuple[str, str, str]:
    """What a waiver is of: of two with one key, one is the renewal of the other."""
    return waiver.bucket, waiver.finding, waiver.subject


def _key(table: Mapping[str, Any]) -> tuple[str, str, str]:
    return table["bucket"], table["finding"], table.get("subject", "")


def write_settings(path: Path, text: str) -> None:
    """Put the text in the place of the file, as a whole or not at all. Raises ``UsageError``."""
    try:
        with replacing(path, durable=True) as stream:
            stream.write(text)
    except UsageError as error:
        error.advice = "print the waiver with --dry-run, and put it in by hand"
        raise


def table_of(waiver: Waiver, notes: Mapping[str, str] | None = None) -> str:
    """The waiver as a TOML table, with comments on its digests."""
    lines = (f"{key} = {_value(waiver, key, notes or {})}\n" for key in _KEYS if getattr(waiver, key))
    return "".join(["[[waiver]]\n", *lines])


def _value(waiver: Waiver, key: str, notes: Mapping[str, str]) -> str:
    if key == "expires":
        return waiver.expires.isoformat()
    if key != "rules":
        return _quoted(getattr(waiver, key))
    return "[\n" + "".join(f"    {_quoted(each)},{_comment(notes.get(each))}\n" for each in waiver.rules) + "]"


def _comment(note: str | None) -> str:
    return f" # {note}" if note else ""


def _quoted(text: str) -> str:
    """A TOML string on one line, in which nothing is hidden from who reads the file: no control, no direction mark."""
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(each) or (each if each.isprintable() else _escaped(each)) for each in text) + '"'


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


def _appended(text: str, waiver: Waiver, notes: Mapping[str, str]) -> Edited:
    end = _line_end(text)
    if text and not text.endswith("\n"):
        text += end
    if text.strip():
        text += end
    return Edited(text + table_of(waiver, notes).replace("\n", end), text.count("\n") + 1, renewed=False)


def _renewed(text: str, waiver: Waiver, header: int, places: TomlPlaces, notes: Mapping[str, str]) -> Edited:
    """Only this one table is parsed and written: all around it stays as it is, whatever it is."""
    import tomlkit

    lines = re.split(r"(?<=\n)", text)
    end = (places.after(header) or len(lines) + 1) - 1
    document: Any = tomlkit.parse("".join(lines[header - 1 : end]))
    table = document["waiver"][0]
    before = table["rules"]
    dropped = {str(each) for each in (before if isinstance(before, list) else [before])} - set(waiver.rules)
    for key in _KEYS:
        if getattr(waiver, key):
            written = f"value = {_value(waiver, key, notes)}\n".replace("\n", _line_end(text))
            table[key] = tomlkit.parse(written)["value"]
    between = tomlkit.dumps(document)
    return Edited("".join([*lines[: header - 1], between, *lines[end:]]), header, renewed=True, dropped=len(dropped))


def _line_end(text: str) -> str:
    return "\r\n" if text.count("\r\n") == text.count("\n") > 0 else "\n"


def _check(before: str, after: str, waiver: Waiver, path: Path) -> None:
    """Hold what is to be written against what is meant: nothing else may have changed."""
    import tomllib

    was, now = tomllib.loads(before), tomllib.loads(after)
    rest = [{key: value for key, value in each.items() if key != "waiver"} for each in (was, now)]
    others = [[t for t in each.get("waiver", []) if _key(t) != key_of(waiver)] for each in (was, now)]
    [read] = [each for each in assessment_from(now, after, path).waivers if key_of(each) == key_of(waiver)]
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
