"""What a tracking issue says, and the hidden line in it by which the next run knows the issue and what it said.

The body is ours from the first line to the hidden last one; what people write below that is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from drift.action_runner import no_report
from drift.location import Severity
from drift.report import LOOKED_AT, BucketReport, Report, Verdict
from drift.reporters.markdown import COMMENT_CHARACTERS, Unit, write_report
from drift.reporters.markdown_escape import code, prose, shortened
from drift.reporters.report_words import counted, title_of

MAX_BODY = 65_536
"""Characters that GitHub takes."""

BODY_CHARACTERS = 64_800
"""What a body may have that tells a report: there is room left for the word that all is well again."""

LEAST_REPORT = 4_000
"""Less room than this is none: people wrote too much below."""

MAX_BUCKETS = 300
"""So many buckets are remembered in the hidden line, each in 10 digits."""

MAX_NAMED = 10
"""So many buckets are named in a comment."""

_FIRST = re.compile(r"<!-- cors-drift:tracking (\{[^<>\r\n]{0,6000}\}) -->\r?\n")


class Kind(StrEnum):
    """The two issues of a scope. One that says what could not be checked never closes one that says what drifted."""

    DRIFT = "drift"
    UNCHECKED = "unchecked"


TITLES = {Kind.DRIFT: "CORS drift", Kind.UNCHECKED: "CORS rules that could not be checked"}


class Says(StrEnum):
    """What a run says of the thing that an issue is about."""

    THERE = "there"
    GONE = "gone"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one run has to say for one issue.

    ``buckets`` are those that it is about, by their keys with what they are called; ``state`` changes where what is
    wrong with them does. ``seen`` are the keys of buckets that were compared; ``whole`` says that nothing was left out.
    """

    kind: Kind
    buckets: dict[str, str]
    state: str
    seen: frozenset[str]
    whole: bool
    says: Says

    def of(self, before: Marker) -> Says:
        """What is to be said to an issue that was about the buckets of ``before``.

        Drift is gone only where it was looked for: in all there is, or in each bucket that had drifted.
        """
        if self.kind is Kind.DRIFT and self.says is Says.NOTHING and before.buckets and before.buckets <= self.seen:
            return Says.GONE
        return self.says

    def still_open(self, before: Marker) -> frozenset[str]:
        """The buckets that had drifted and that were not looked at this time: the issue stays about them too."""
        if self.kind is Kind.UNCHECKED or self.whole or before.clean:
            return frozenset()
        return (before.buckets or frozenset()) - self.seen - set(self.buckets)


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden first line. ``run`` is the run that wrote it last, with its attempt; ``clean`` says that it told that
    all was well; ``buckets`` is None where there were too many to remember them.
    """

    scope: str
    kind: Kind
    run: tuple[int, int]
    text: str
    state: str
    buckets: frozenset[str] | None
    clean: bool = False
    commented: int = 0
    """When it was commented on last, in seconds since 1970."""

    def line(self) -> str:
        """Hex digits, numbers and words of ours: nothing that could end a comment in HTML."""
        told = {
            "scope": self.scope, "kind": self.kind.value, "run": list(self.run), "text": self.text, "state": self.state,
            "buckets": None if self.buckets is None else sorted(self.buckets), "clean": self.clean,
            "commented": self.commented,
        }  # fmt: skip
        return f"<!-- cors-drift:tracking {json.dumps(told, separators=(',', ':'))} -->\n"

    @property
    def end(self) -> str:
        """The hidden last line. What a bucket is called cannot hold it: it has the digest of the text before it."""
        return f"<!-- cors-drift:end {self.text} -->"


def marker_of(body: object) -> Marker | None:
    """The marker at the very start of a body, or None where that is none of ours, or damaged."""
    match = _FIRST.match(body) if isinstance(body, str) else None
    if match is None:
        return None
    try:
        told: dict[str, Any] = json.loads(match[1])
        number, attempt = told["run"]
        buckets = told["buckets"]
        return Marker(
            str(told["scope"]), Kind(told["kind"]), (int(number), int(attempt)), str(told["text"]), str(told["state"]),
            None if buckets is None else frozenset(map(str, buckets)), bool(told["clean"]), int(told["commented"]),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def scope_key(scope: str) -> str:
    """What stands for a scope in the marker."""
    return _digest(scope, 16)


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def title(kind: Kind, scope: str) -> str:
    """The title of a new issue."""
    from drift.reporters.words import printable

    return f"{TITLES[kind]}: {shortened(printable(scope), 150)}" if scope else TITLES[kind]


def subject_of(kind: Kind, report: Report | None) -> Subject:
    """What the run says of drift, or of what it could not look at."""
    if report is None:
        says = Says.THERE if kind is Kind.UNCHECKED else Says.NOTHING
        return Subject(kind, {}, "no report", frozenset(), False, says)
    failed = report.verdict is Verdict.ERROR
    seen = frozenset(_key(each) for each in report.buckets if each.compared and not failed)
    if kind is Kind.UNCHECKED:
        about = [each for each in report.buckets if each.state not in LOOKED_AT]
        faults = sorted(each.id for each in report.diagnostics if each.severity is Severity.ERROR)
        open_ = sorted(each.says for each in report.promises if each.undecided)
        state = json.dumps([report.verdict, faults, open_, sorted((_key(each), each.state) for each in about)])
        there = report.incomplete
    else:
        about = [each for each in report.buckets if each.drift or any(report.fails(found) for found in each.findings)]
        state = json.dumps([sorted(map(_drift_state, about)), _failing(report)])
        there = any(each.drift for each in report.buckets) or any(report.fails(found) for found in report.findings)
    whole = not report.incomplete
    says = Says.THERE if there else Says.GONE if whole else Says.NOTHING
    return Subject(kind, {_key(each): title_of(each) for each in about}, _digest(state, 16), seen, whole, says)


def _key(bucket: BucketReport) -> str:
    return _digest(title_of(bucket), 10)


def _drift_state(bucket: BucketReport) -> str:
    """Changes where the bucket has drifted otherwise than before; not where a declaration moves to another line."""
    from drift.documents.writing import rules_to_json

    sides = [
        rules_to_json(side.cors.rules) if side is not None and side.cors else None
        for side in (bucket.declared, bucket.live)
    ]
    return json.dumps([title_of(bucket), bucket.state, bucket.drift, sides], sort_keys=True)


def _failing(report: Report) -> list[str]:
    return sorted(found.fingerprint() for found in report.findings if report.fails(found))


@dataclass(frozen=True, slots=True)
class Checked:
    """Which run looked, at what and when: text for people, safe to be put into Markdown."""

    sha: str
    url: str
    when: datetime
    why: str = ""
    """Why there is no report, where there is none."""

    def __str__(self) -> str:
        at = f" at commit {code(self.sha[:12])}" if self.sha else ""
        run = f" in [this run]({self.url})" if self.url else ""
        return f"{self.when:%Y-%m-%d %H:%M} UTC{at}{run}"


def report_text(kind: Kind, report: Report | None, why: str, room: int) -> str:
    """The report as the issue shows it, in at most ``room`` characters."""
    if report is None:
        return no_report(why)
    stream = io.StringIO()
    write_report(_narrowed(kind, report), stream, limit=min(room, COMMENT_CHARACTERS), unit=Unit.CHARACTERS)
    return stream.getvalue()


def _narrowed(kind: Kind, report: Report) -> Report:
    """What could not be checked alone, for the issue that is about that; what drifted is told in the other one."""
    if kind is Kind.DRIFT:
        return report
    verdict = report.verdict if report.verdict in (Verdict.ERROR, Verdict.NOTHING) else Verdict.INCOMPLETE
    buckets = tuple(each for each in report.buckets if each.state not in LOOKED_AT)
    promises = tuple(each for each in report.promises if each.undecided)
    return replace(report, verdict=verdict, buckets=buckets, general=(), promises=promises, ignored=())


_INTRO = {
    Kind.DRIFT: "Live CORS rules are not the declared ones, or break what the settings ask for",
    Kind.UNCHECKED: "What could not be checked is neither in sync nor known to have drifted",
}
_FOOT = (
    "*Kept by cors-drift: the text above is written again when the report changes, and this issue is closed when all "
    "is well. Title, labels and whatever you write below this line stay.*"
)


def body_of(
    marker: Marker, report: Report | None, scope: str, checked: Checked, tail: str = "", still_open: int = 0
) -> tuple[str, Marker] | None:
    """The whole body, and its marker with the digest of the report in it.

    ``still_open`` counts buckets of which nothing is known this time. None where what people wrote below leaves no
    room.
    """
    told = f" ({code(shortened(scope, 150))})" if scope else ""
    start = f"{_INTRO[marker.kind]}{told}. First seen so on {checked}.\n\n"
    if still_open:
        start += f"{counted(still_open, 'bucket')} that had drifted before could not be looked at this time.\n\n"
    marked = replace(marker, text="0" * 16)
    frame = f"{marked.line()}{start}\n---\n{_FOOT}\n{marked.end}{tail}"
    room = BODY_CHARACTERS - Unit.CHARACTERS.of(frame)
    if room < LEAST_REPORT:
        return None
    text = report_text(marker.kind, report, checked.why, room)
    marked = replace(marker, text=_digest(text, 16))
    return f"{marked.line()}{start}{text}\n---\n{_FOOT}\n{marked.end}{tail}", marked


def known_to(run: tuple[int, int], body: str, marker: Marker) -> str:
    """The body, of which nothing changes but the run that wrote it last."""
    return replace(marker, run=run).line() + _FIRST.sub("", body, count=1)


def tail_of(body: str, marker: Marker) -> str:
    """What people wrote below our part."""
    return body.partition(marker.end)[2]


def cleared(body: str, marker: Marker, clean: Marker, checked: Checked) -> str:
    """The body with the word that all is well; what was told last stays below it, for whoever reads the issue later,
    unless people wrote so much that there is no room for both.
    """
    start = f"{clean.line()}**{_GONE[clean.kind]}** {checked}."
    rest = _FIRST.sub("", body, count=1)
    whole = f"{start} Before:\n\n{rest}"
    if Unit.CHARACTERS.of(whole) <= MAX_BODY:
        return whole
    return f"{start}\n\n---\n{_FOOT}\n{clean.end}{tail_of(body, marker)}"


_GONE = {
    Kind.DRIFT: "All that had drifted is as it should be, or accepted, by the check of",
    Kind.UNCHECKED: "All could be checked on",
}


def closing(kind: Kind, checked: Checked) -> str:
    """The comment under an issue that is closed."""
    return f"{_GONE[kind]} {checked}. This issue is opened again if that changes.\n"


def news(kind: Kind, subject: Subject, before: Marker, checked: Checked, *, again: bool) -> str:
    """The comment under an issue that is opened again, or is about something else than before."""
    head = "This is back" if again else "This has changed"
    new = [name for key, name in subject.buckets.items() if again or key not in (before.buckets or ())]
    named = ", ".join(code(shortened(name, 100)) for name in new[:MAX_NAMED])
    more = f" and {len(new) - MAX_NAMED:,} more" if len(new) > MAX_NAMED else ""
    now = f" {'Now' if again else 'New'}: {named}{more}." if new else ""
    about = "drift" if kind is Kind.DRIFT else "could not be checked"
    return f"{head} ({prose(about)}): {checked}.{now} The text at the top tells all of it.\n"
