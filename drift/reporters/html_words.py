"""Small parts that every place of the page uses: cut text, code, places, badges, icons."""

from __future__ import annotations

from collections.abc import Sequence

from drift.location import Location, Severity
from drift.report import BucketReport, BucketState, Verdict
from drift.reporters.html_markup import Markup, tag
from drift.reporters.report_words import STATE_WORDS

MAX_TEXT = 400
"""Characters of one text; rules may have 64 KB."""

MAX_LISTED = 30
"""Items of one list; the rest is counted."""

ACCEPTED = "accepted"
"""What the page calls a difference that a waiver or the settings let pass, and its tone."""

TONES = {
    BucketState.DRIFTED: "bad",
    BucketState.UNDECLARED: "bad",
    BucketState.ERROR: "open",
    BucketState.DENIED: "open",
    BucketState.THROTTLED: "open",
    BucketState.UNRESOLVED: "open",
    BucketState.MISSING: "open",
    BucketState.UNSUPPORTED: "open",
    BucketState.PENDING: "good",
    BucketState.VALIDATED: "good",
    BucketState.IN_SYNC: "good",
}
"""How a state is coloured; the word always stands beside it."""

VERDICT_TONES = {
    Verdict.DRIFT: "bad",
    Verdict.POLICY: "bad",
    Verdict.ERROR: "bad",
    Verdict.INCOMPLETE: "open",
    Verdict.NOTHING: "open",
    Verdict.IN_SYNC: "good",
    Verdict.CLEAN: ACCEPTED,
}

_TONE_ICONS = {"bad": "i-bad", "open": "i-open", "good": "i-good", "accepted": "i-accepted"}
_SEVERITY_TONES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "info"}


def short(text: str, most: int = MAX_TEXT) -> str:
    """The text, cut where it is very long, after a word if one ends near there."""
    if len(text) <= most:
        return text
    kept = text[:most]
    end = kept.rfind(" ")
    kept = kept[:end] if end > most * 3 // 4 else kept
    return f"{kept}… ({len(text) - len(kept):,} more characters)"


def code(text: str, most: int = MAX_TEXT) -> Markup:
    """A value as it is written, set apart from our words."""
    return tag("code", short(text, most))


def icon(name: str, class_: str = "icon") -> Markup:
    """A drawing of ``html_icons``; the words beside it say the same."""
    use = tag("use", href=f"#{name}")
    return tag("svg", use, class_=class_, aria_hidden="true", focusable="false")


def tone_of(report: BucketReport) -> str:
    """How the bucket is coloured: a difference that is accepted is no longer bad."""
    if report.state in (BucketState.DRIFTED, BucketState.UNDECLARED) and not report.drift:
        return ACCEPTED
    return TONES[report.state]


def state_key(report: BucketReport) -> str:
    """By what the page counts and filters the bucket: its state, or that its drift is accepted."""
    return ACCEPTED if tone_of(report) == ACCEPTED else report.state.value


def badge(report: BucketReport) -> Markup:
    """The state of a bucket in a word."""
    tone = tone_of(report)
    return tag("span", icon(_TONE_ICONS[tone]), STATE_WORDS[report.state].lower(), class_=f"badge tone-{tone}")


def tone_icon(tone: str) -> Markup:
    return icon(_TONE_ICONS[tone])


def severity_badge(severity: Severity) -> Markup:
    return tag("span", severity.value, class_=f"severity tone-{_SEVERITY_TONES[severity]}")


def place(location: Location | None) -> Markup | None:
    """Where something stands in a file."""
    return None if location is None else tag("span", code(str(location)), class_="place")


def listed(items: Sequence[Markup], most: int = MAX_LISTED, *, class_: str | None = None) -> Markup | None:
    """A list, its rest counted; None for none."""
    if not items:
        return None
    more = len(items) - most
    shown = [tag("li", item) for item in items[:most]]
    if more > 0:
        shown.append(tag("li", f"and {more:,} more", class_="more"))
    return tag("ul", shown, class_=class_)
