"""``[findings]``, ``[[waiver]]``, ``[[promise]]`` and ``[[ignore]]`` of the settings file.

What stands there may make a check lenient, so that a slip must not: a key that is not known, a finding that there is
not, a waiver without reason, owner, end or digest is an error that names the line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from drift.errors import UsageError
from drift.ignoring import Ignore
from drift.location import Location, Severity
from drift.settings import AssessmentSettings, Promise, Waiver
from drift.toml_places import TomlPlaces

OFF = "off"

TABLE_KEYS: Mapping[str, Mapping[str, str]] = {
    "waiver": {
        "bucket": "a bucket's name or a glob",
        "finding": "the id of a finding",
        "subject": "which of several such findings on a bucket: what tells it apart, as cors-drift waive writes it",
        "reason": "why it is accepted, in words",
        "owner": "who answers for it",
        "expires": "the last day on which it holds, such as 2027-01-31",
        "rules": "the digests that cors-drift waive writes, one for each bucket",
    },
    "promise": {
        "says": "what must hold, in words that docs/promises.md lists",
        "bucket": "a bucket's name or a glob, or a list of them",
    },
    "ignore": {
        "bucket": "a bucket's name or a glob",
        "reason": "why it is out of scope, in words",
    },
}
"""The keys of each kind of table, and what each must be."""

_OPTIONAL = frozenset({("promise", "bucket"), ("waiver", "subject")})

ASSESSMENT_TABLES = ("findings", *TABLE_KEYS)
"""The keys of the settings file that this module reads."""

MAX_TABLES: Mapping[str, int] = {"waiver": 10_000, "promise": 1_000, "ignore": 10_000}
"""How many of each kind in one file. Every promise is held against every bucket; waivers and ignores are looked up."""

MAX_GLOBS = 1_000
"""Different globs among them, each of which is held against every bucket; names without * ? [ count for nothing."""

MAX_STARS = 10
"""In one glob."""

MAX_LIST = 10_000
"""Values in one list: digests of a waiver, globs of a promise."""

_MAX_TEXT = {"bucket": 255, "finding": 100, "subject": 4000, "owner": 200, "reason": 2000, "says": 4000}

_DIGEST = re.compile(r"accepted[0-9]{1,3}:[0-9a-f]{40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_WAIVED = {
    "coverage": "what could not be read is no risk that can be accepted; --allow-incomplete lets such a run pass",
    "waiver": "mend the waiver or the ignore that it speaks of",
}
"""Family of findings that no waiver is for, to what to do instead."""

_ABOUT_NO_BUCKET = frozenset({"promise-about-no-bucket"})


@dataclass(frozen=True, slots=True)
class _Source:
    """The file that is read."""

    path: str
    places: TomlPlaces

    def at(self, table: str, number: int = 0, key: str | None = None) -> Location:
        """The line of a table, or of a key in it."""
        line = self.places.table(table, number) if key is None else self.places.key(table, key, number)
        return Location(self.path, line)


def assessment_from(config: Mapping[str, Any], text: str, path: Path) -> AssessmentSettings:
    """What the file says of findings: the parts of ``config`` (its TOML, parsed) that ``ASSESSMENT_TABLES`` names.

    ``text`` is what ``config`` was parsed from. Other keys are passed over. Raises ``UsageError`` with the line.
    """
    if not any(table in config for table in ASSESSMENT_TABLES):
        return AssessmentSettings()
    source = _Source(shown_path(path), TomlPlaces(text))
    waivers = tuple(_waiver(each, source, n) for n, each in _tables("waiver", config, source))
    promises = tuple(_promise(each, source, n) for n, each in _tables("promise", config, source))
    ignores = tuple(_ignore(each, source, n) for n, each in _tables("ignore", config, source))
    return AssessmentSettings(
        levels=_levels(config.get("findings", {}), source), waivers=waivers, promises=promises, ignores=ignores
    )


def shown_path(path: Path) -> str:
    """The path as the places of findings have it: from the working folder, where the file is in it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def is_glob(bucket: str) -> bool:
    """Whether the text stands for other names than itself."""
    return any(letter in bucket for letter in "*?[")


def check_waivable(finding: str) -> None:
    """Raises ``UsageError`` if there is no such finding, or none that can be accepted."""
    from drift.catalogue import CATALOGUE, near

    if finding not in CATALOGUE:
        raise UsageError(f"there is no finding {_short(finding)}", advice=near.advice_for(finding))
    if finding in _ABOUT_NO_BUCKET:
        raise UsageError(f"{finding} cannot be waived", advice=f'write {finding} = "{OFF}" under [findings]')
    family = CATALOGUE[finding].family.value
    if family in _NOT_WAIVED:
        raise UsageError(f"{finding} cannot be waived", advice=_NOT_WAIVED[family])


def check_text(table: str, key: str, text: str) -> None:
    """Raises ``UsageError`` for a text of a waiver, promise or ignore that says nothing, or too much."""
    if not text.strip():
        raise UsageError(f"{key} says nothing", advice=f"{key} is {TABLE_KEYS[table][key]}")
    if len(text) > _MAX_TEXT[key]:
        raise UsageError(f"{key} has more than {_MAX_TEXT[key]:,} characters", advice="say it in fewer words")
    if key == "bucket" and text.count("*") > MAX_STARS:
        raise UsageError(f"bucket has more than {MAX_STARS} stars", advice="write a glob that says more")
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise UsageError(f"{key} is not valid UTF-8", advice="write it in UTF-8")


def _levels(value: object, source: _Source) -> dict[str, Severity | None]:
    from drift.catalogue import CATALOGUE, near

    if not isinstance(value, dict):
        raise UsageError("findings must be a table", location=source.at("findings"), advice="write [findings]")
    levels: dict[str, Severity | None] = {}
    for kind, level in value.items():
        place = source.at("findings", key=kind)
        if kind not in CATALOGUE:
            raise UsageError(f"there is no finding {_short(kind)}", location=place, advice=near.advice_for(kind))
        if level not in (*Severity, OFF):
            raise UsageError(
                f"{kind} must be {', '.join(Severity)} or {OFF}, not {_short(level)}",
                location=place,
                advice=f'write {kind} = "warning"',
            )
        levels[kind] = None if level == OFF else Severity(level)
    return levels


def _tables(name: str, config: Mapping[str, Any], source: _Source) -> list[tuple[int, dict[str, Any]]]:
    """The tables of one kind with their numbers from 0, none with a key that is not known or without one it needs."""
    value = config.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise UsageError(f"{name} must be tables", location=source.at(name), advice=f"write each as [[{name}]]")
    most = MAX_TABLES[name]
    if len(value) > most:
        raise UsageError(
            f"{len(value):,} of [[{name}]] are more than the {most:,} that can be given", location=source.at(name)
        )
    for number, table in enumerate(value):
        _check_keys(name, table, source, number)
    _check_globs(name, value, source)
    return list(enumerate(value))


def _check_keys(name: str, table: dict[str, Any], source: _Source, number: int) -> None:
    keys = TABLE_KEYS[name]
    for key in table:
        if key not in keys:
            raise UsageError(
                f"[[{name}]] has no setting {_short(key)}",
                location=source.at(name, number, key),
                advice=_near(key, keys),
            )
    missing = [key for key in keys if key not in table and (name, key) not in _OPTIONAL]
    if missing:
        wanted = "; ".join(f"{key}: {keys[key]}" for key in missing)
        also = "; cors-drift waive writes the whole table" if name == "waiver" else ""
        raise UsageError(
            f"this [[{name}]] lacks {', '.join(missing)}", location=source.at(name, number), advice=f"{wanted}{also}"
        )


def _check_globs(name: str, tables: list[dict[str, Any]], source: _Source) -> None:
    seen: set[str] = set()
    for number, table in enumerate(tables):
        given = table.get("bucket", ())
        seen.update(each for each in _listed(given) if isinstance(each, str) and is_glob(each))
        if len(seen) > MAX_GLOBS:
            raise UsageError(
                f"there are more than {MAX_GLOBS:,} different globs in the [[{name}]] tables",
                location=source.at(name, number, "bucket"),
                advice="write names in full, which may be as many as you like, or one glob for several",
            )


def _waiver(table: dict[str, Any], source: _Source, number: int) -> Waiver:
    def text(key: str) -> str:
        return _text("waiver", table, key, source, number)

    finding = text("finding")
    try:
        check_waivable(finding)
    except UsageError as error:
        error.location = source.at("waiver", number, "finding")
        raise
    return Waiver(
        bucket=text("bucket"),
        finding=finding,
        reason=text("reason"),
        owner=text("owner"),
        expires=_day(table["expires"], source.at("waiver", number, "expires")),
        rules=_digests(table["rules"], source.at("waiver", number, "rules")),
        location=source.at("waiver", number),
        subject=text("subject") if "subject" in table else "",
    )


def _promise(table: dict[str, Any], source: _Source, number: int) -> Promise:
    from drift.promise_text import parse

    says = _text("promise", table, "says", source, number)
    place = source.at("promise", number, "bucket")
    globs = _listed(table.get("bucket", ()))
    if len(globs) > MAX_LIST or ("bucket" in table and not globs):
        raise UsageError(f"bucket must be {TABLE_KEYS['promise']['bucket']}", location=place)
    buckets = tuple(_text("promise", {"bucket": each}, "bucket", source, number) for each in globs)
    statement = parse(says, location=source.at("promise", number, "says"))
    if statement.buckets and buckets:
        raise UsageError(
            "this promise names buckets twice", location=place, advice="keep those of the sentence, or bucket"
        )
    return Promise(says, buckets, source.at("promise", number))


def _ignore(table: dict[str, Any], source: _Source, number: int) -> Ignore:
    bucket, reason = (_text("ignore", table, key, source, number) for key in ("bucket", "reason"))
    return Ignore(bucket, reason, source.at("ignore", number))


def _text(name: str, table: Mapping[str, Any], key: str, source: _Source, number: int) -> str:
    value = table[key]
    place = source.at(name, number, key)
    if not isinstance(value, str):
        raise UsageError(f"{key} of this [[{name}]] must be {TABLE_KEYS[name][key]}", location=place)
    try:
        check_text(name, key, value)
    except UsageError as error:
        error.location = place
        raise
    return value


def _day(value: object, place: Location) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UsageError(f"expires must be a day, not {_short(value)}", location=place, advice="write expires = 2027-01-31")


def _digests(value: object, place: Location) -> tuple[str, ...]:
    listed = _listed(value)
    if not listed or len(listed) > MAX_LIST:
        raise UsageError(f"rules must be {TABLE_KEYS['waiver']['rules']}", location=place)
    for each in listed:
        if not isinstance(each, str) or not _DIGEST.fullmatch(each):
            raise UsageError(
                f"rules must hold digests, not {_short(each)}",
                location=place,
                advice="take the waiver out, and have it written: cors-drift waive binds it to the rules as they are",
            )
    return tuple(dict.fromkeys(listed))


def _listed(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _near(word: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(word[:100], known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
