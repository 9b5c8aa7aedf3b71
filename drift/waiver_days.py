"""The last day of a waiver, from the words that a user gives for it."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from drift.errors import UsageError

_LONGEST = 12
"""Months from the day of writing to the last day of a waiver."""

_PERIOD = re.compile(r"([1-9][0-9]{0,3})([dwmy])")


def longest(today: date) -> date:
    """The last day that a waiver may have: the same day of the next year."""
    return _months_after(today, _LONGEST)


def last_day(text: str, today: date) -> date:
    """``2027-01-31``, or ``30d``, ``4w``, ``6m`` and ``1y`` from today. Raises ``UsageError`` if that is no day of the
    coming year.
    """
    period = _PERIOD.fullmatch(text)
    end = longest(today)
    try:
        if period is not None:
            day = _after(today, int(period[1]), period[2])
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
        else:
            raise ValueError
    except ValueError as error:
        advice = "write 30d, 8w, 6m or 1y, or a day: 2027-01-31"
        raise UsageError(f"--expires {text}: this is no day", advice=advice) from error
    if day <= today:
        raise UsageError(f"--expires {text}: that day is not in the future", advice="give a later one, or 30d")
    if day > end:
        raise UsageError(
            f"--expires {text}: a waiver lasts a year at most, so that somebody looks at it again",
            advice=f"give a day up to {end.isoformat()}, or 1y, and renew it then",
        )
    return day


def _after(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return today + timedelta(days=count * (7 if unit == "w" else 1))
    return _months_after(today, count * (12 if unit == "y" else 1))


def _months_after(today: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has no such day.

    Raises ``ValueError`` if there is no such year.
    """
    years, month = divmod(today.month - 1 + months, 12)
    year = today.year + years
    if year > date.max.year:
        raise ValueError(year)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
