"""Reports as one HTML file that needs nothing else: no network, all content in the page, nothing of it executed.

The one script only filters, opens and jumps; the one style and it are named by their hashes in the page's own policy,
so that a browser would run nothing else even if it got in. Buckets stand worst first. Where there is no room for all of
them in full, the last ones lose the picture, then all but a row of a table, then that; what is not shown is counted.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import TextIO

from drift import __version__
from drift.access import values_in
from drift.report import BucketReport, Report
from drift.reporters.html_bucket import bucket_row, bucket_section
from drift.reporters.html_icons import sprite
from drift.reporters.html_markup import Markup, inline, tag
from drift.reporters.html_summary import about_the_run, filters, top
from drift.reporters.report_words import VERDICT_WORDS, counted, sorted_worst_first

MAX_CHARACTERS = 8_000_000
"""How long the file may become: more, and browsers are slow with it."""

MAX_VALUES = 80_000
"""Values in rules for which pictures are drawn, which bounds the time that they take."""

_FULL, _BRIEF, _ROWS = 0.55, 0.75, 0.95
"""Parts of the limit up to which buckets are told in full, without the picture, and in rows."""


def write_report(report: Report, stream: TextIO, *, limit: int = MAX_CHARACTERS) -> None:
    """Write the whole report, of about ``limit`` characters at most (the page without buckets may take up to 1 MB)."""
    stream.write("<!DOCTYPE html>\n")
    stream.write(tag("html", _head(report), _body(report, limit), lang="en").html)
    stream.write("\n")


def _head(report: Report) -> Markup:
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=f"cors-drift {__version__}"),
        tag("title", f"{VERDICT_WORDS[report.verdict]}: CORS rules, {counted(len(report.buckets), 'bucket')}"),
        inline("style", style),
    )


@cache
def _asset(name: str) -> str:
    return resources.files("drift.reporters").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _body(report: Report, limit: int) -> Markup:
    ordered = sorted_worst_first(report.buckets)
    ids = {id(bucket): f"b{number}" for number, bucket in enumerate(ordered, 1)}
    told = _Told(limit)
    told.take(ordered)
    known = {index: ids[id(bucket)] for index, bucket in enumerate(report.buckets) if id(bucket) in told.standing}
    return tag(
        "body",
        sprite(),
        tag("a", "Skip to the buckets", href="#buckets", class_="skip"),
        top(report, known),
        tag("main", _buckets(report, told), list(about_the_run(report)), id="buckets", tabindex=-1),
        tag("footer", tag("p", f"Written by cors-drift {__version__}. This file loads nothing and sends nothing.")),
        inline("script", _asset("report.js")),
    )


def _buckets(report: Report, told: _Told) -> Iterator[Markup]:
    yield tag("h2", "Buckets")
    if not report.buckets:
        ignored = report.summary.ignored
        left = f"No bucket is left to compare: {ignored:,} ignored." if ignored else "No bucket was found to compare."
        yield tag("p", left, class_="empty")
        return
    yield filters(report)
    yield from told.sections
    if told.rows:
        head = tag("tr", [tag("th", each, scope="col") for each in ("Bucket", "State", "Why", "Declared at")])
        yield tag(
            "table",
            tag("caption", f"{counted(len(told.rows), 'bucket')} in short: there was no room for more of them here"),
            tag("thead", head),
            tag("tbody", told.rows),
            class_="list rows",
        )
    yield from (tag("p", line, class_="dropped") for line in told.dropped())


class _Told:
    """What there is room for of the buckets, worst first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._values = 0
        self.sections: list[Markup] = []
        self.rows: list[Markup] = []
        self.standing: set[int] = set()
        self._brief = self._missing = 0

    def take(self, ordered: Sequence[BucketReport]) -> None:
        """Buckets in full, then without their pictures, then in rows, then only counted."""
        makers = [(_FULL, self._in_full), (_BRIEF, self._in_brief), (_ROWS, self._in_a_row)]
        for number, bucket in enumerate(ordered, 1):
            while makers:
                share, make = makers[0]
                if make(bucket, f"b{number}", int(self._limit * share)):
                    self.standing.add(id(bucket))
                    break
                makers.pop(0)
            else:
                self._missing += 1

    def _in_full(self, bucket: BucketReport, name: str, room: int) -> bool:
        self._values += values_in(bucket)
        return self._values <= MAX_VALUES and self._kept(self.sections, bucket_section(bucket, name), room)

    def _in_brief(self, bucket: BucketReport, name: str, room: int) -> bool:
        kept = self._kept(self.sections, bucket_section(bucket, name, picture=False), room)
        self._brief += kept
        return kept

    def _in_a_row(self, bucket: BucketReport, name: str, room: int) -> bool:
        return self._kept(self.rows, bucket_row(bucket, name), room)

    def _kept(self, where: list[Markup], made: Markup, room: int) -> bool:
        if self._used + len(made.html) > room:
            return False
        self._used += len(made.html)
        where.append(made)
        return True

    def dropped(self) -> Iterator[str]:
        """What is not shown, in words."""
        if self._brief:
            yield f"{counted(self._brief, 'bucket')} above without the picture: there was no room for more."
        if self._missing:
            yield f"{counted(self._missing, 'more bucket')} not shown at all. The JSON report has them."
