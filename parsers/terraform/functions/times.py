"""Functions of given times (go-cty function/stdlib/datetime.go, Go time.ParseDuration)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from parsers.terraform.functions.registry import function
from parsers.terraform.values import NUMBER, STRING, EvaluationError, RefusalError, Value, number, text

_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_LENIENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
"""What ``timecmp`` takes, which reads times as Go does."""
_DURATION = re.compile(r"([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)", re.ASCII)
_PART = re.compile(r"(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_SECOND = 10**9
_LONGEST = 2**63
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_TOKEN = re.compile(r"''|'(?:[^']|'')*'(?!')|'.*|([A-Za-z])\1*|[^A-Za-z']+", re.S)


@dataclass(frozen=True, slots=True)
class _Time:
    """A moment: its nanoseconds of local time since the year nought, and the minutes that its zone is ahead."""

    local: int
    zone: int

    @property
    def moment(self) -> int:
        return self.local - self.zone * 60 * _SECOND

    @property
    def date(self) -> tuple[int, int, int]:
        return _date(self.local // (86_400 * _SECOND))

    @property
    def clock(self) -> tuple[int, int, int]:
        seconds = self.local // _SECOND % 86_400
        return seconds // 3600, seconds // 60 % 60, seconds % 60

    def offset(self, colon: str) -> str:
        hours, minutes = divmod(abs(self.zone), 60)
        return f"{'-' if self.zone < 0 else '+'}{hours:02d}{colon}{minutes:02d}"


def _days(year: int, month: int, day: int) -> int:
    """The days since the first of March of the year nought (proleptic Gregorian calendar)."""
    year -= month <= 2
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year


def _date(days: int) -> tuple[int, int, int]:
    era, rest = divmod(days, 146_097)
    year = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + (3 if month < 10 else -9)
    return era * 400 + year + (month <= 2), month, day


def _parse(content: str, *, lenient: bool = False) -> _Time:
    """A time in the syntax of RFC 3339, as strictly as Terraform reads it. Raises EvaluationError."""
    found = (_LENIENT if lenient else _TIMESTAMP).fullmatch(content)
    if found is None:
        raise EvaluationError("this is no RFC 3339 timestamp")
    year, month, day, hour, minute, second = (int(found[place]) for place in range(1, 7))
    ahead, behind = int(found[9] or 0), int(found[10] or 0)
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year or 2000, month)[1]:
        raise EvaluationError("this RFC 3339 timestamp has no such date")
    if hour > 23 or minute > 59 or second > 59 or ahead > 23 + lenient or behind > 59 + lenient:
        raise EvaluationError("this RFC 3339 timestamp has no such time")
    nanoseconds = int((found[7] or "0")[:9].ljust(9, "0"))
    zone = (ahead * 60 + behind) * (-1 if found[8] == "-" else 1)
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return _Time(seconds * _SECOND + nanoseconds, zone)


@function("timecmp", STRING, STRING, gives=NUMBER)
def timecmp(one: Value, other: Value) -> Value:
    first, second = (_parse(each.text, lenient=True).moment for each in (one, other))
    return number((first > second) - (first < second))


@function("timeadd", STRING, STRING, gives=STRING)
def timeadd(timestamp: Value, duration: Value) -> Value:
    start = _parse(timestamp.text)
    moved = _Time(start.local + _duration(duration.text), start.zone)
    (year, month, day), (hour, minute, second) = moved.date, moved.clock
    if not 0 <= year <= 9999:
        raise RefusalError("a time before the year 0 or after the year 9999 is not computed")
    zone = moved.offset(":") if moved.zone else "Z"
    return text(f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{zone}")


def _duration(content: str) -> int:
    """The nanoseconds of a duration such as ``1h30m``."""
    if content in ("0", "+0", "-0"):
        return 0
    found = _DURATION.fullmatch(content)
    if found is None or len(content) > 1000:
        raise EvaluationError("this is no duration")
    total = 0
    for whole, fraction, unit in _PART.findall(found[2]):
        total += int(whole or 0) * _UNITS[unit]
        if fraction:
            total += int(int(fraction[:18]) * _UNITS[unit] / 10 ** len(fraction[:18]))
    if total >= _LONGEST + (found[1] == "-"):
        raise EvaluationError("this duration is too long")
    return -total if found[1] == "-" else total


@function("formatdate", STRING, STRING, gives=STRING)
def formatdate(template: Value, timestamp: Value) -> Value:
    moment = _parse(timestamp.text)
    return text("".join(_shown(found[0], moment) for found in _TOKEN.finditer(template.text)))


def _shown(token: str, moment: _Time) -> str:
    if token.startswith("'"):
        if len(token) == 1 or not token.endswith("'"):
            raise EvaluationError("formatdate: a quoted text is not closed")
        return "'" if token == "''" else token[1:-1].replace("''", "'")  # noqa: S105 - a quote, no secret
    letter, count = token[0], len(token)
    if not (letter.isascii() and letter.isalpha()):
        return token
    (year, month, day), (hour, minute, second) = moment.date, moment.clock
    weekday = _DAYS[(moment.local // (86_400 * _SECOND) + 2) % 7]
    zone = moment.offset("")
    forms: dict[str, dict[int, str]] = {
        "Y": {2: f"{year % 100:02d}", 4: f"{year:04d}"},
        "M": {1: str(month), 2: f"{month:02d}", 3: _MONTHS[month - 1][:3], 4: _MONTHS[month - 1]},
        "D": {1: str(day), 2: f"{day:02d}"},
        "E": {3: weekday[:3], 4: weekday},
        "h": {1: str(hour), 2: f"{hour:02d}"},
        "H": {1: str(hour % 12 or 12), 2: f"{hour % 12 or 12:02d}"},
        "A": {2: "PM" if hour >= 12 else "AM"},
        "a": {2: "pm" if hour >= 12 else "am"},
        "m": {1: str(minute), 2: f"{minute:02d}"},
        "s": {1: str(second), 2: f"{second:02d}"},
        "Z": {
            1: moment.offset(":") if moment.zone else "Z",
            3: zone if moment.zone else "UTC",
            4: zone,
            5: moment.offset(":"),
        },
    }
    if count not in forms.get(letter, {}):
        raise EvaluationError("formatdate: there is no such verb")
    return forms[letter][count]
