"""What differs between the rules of two sides, as a table: what is declared beside what is live."""

from __future__ import annotations

from collections.abc import Iterator

from drift.cors.model import Text
from drift.diff import Change, ChangeKind
from drift.report import BucketReport
from drift.reporters.html_markup import Markup, tag
from drift.reporters.html_pull_request import side_title
from drift.reporters.html_words import code, listed, place
from drift.reporters.report_words import declared_side, legend_lines
from drift.reporters.words import rule_words, value_words
from drift.snapshot import Bucket

MAX_CHANGES = 40


def rule_diff(report: BucketReport) -> Markup | None:
    """The rule diff: what is declared beside what is live."""
    if not report.changes:
        return None
    rows = [row for change in report.changes[:MAX_CHANGES] for row in _change(report, change)]
    more = len(report.changes) - MAX_CHANGES
    head = tag("tr", [tag("th", each, scope="col") for each in ("Where", side_title(report), "Live")])
    return tag(
        "section",
        tag("h4", "What differs"),
        [tag("p", line, class_="hint") for line in legend_lines(report)],
        tag("table", tag("thead", head), tag("tbody", rows), class_="diff"),
        tag("p", f"{more:,} more differences are not shown.", class_="hint") if more > 0 else None,
        class_="changes",
    )


def _change(report: BucketReport, change: Change) -> Iterator[Markup]:
    ours, theirs = (None if each is None else each + 1 for each in (change.declared, change.live))
    removed: list[Markup] = [_gone(value_words(value)) for value in change.removed]
    added: list[Markup] = [_came(value_words(value)) for value in change.added]
    if change.kind is ChangeKind.ADDED:
        what, added = f"Rule {theirs}, live only", [_came(_rule_of(report.live, change.live))]
    elif change.kind is ChangeKind.REMOVED:
        what, removed = (
            f"Rule {ours}, {declared_side(report)} only",
            [_gone(_rule_of(report.declared, change.declared))],
        )
    elif change.kind is ChangeKind.MOVED:
        what = f"Rule {ours} is in place {theirs} now; the first rule that matches answers"
        removed = [tag("span", _rule_of(report.declared, change.declared), class_="same")]
    else:
        what = f"Rule {ours}, {change.field}"
        alike = [tag("span", code(value_words(value)), class_="same") for value in _in_both(report, change)]
        removed, added = [*alike, *removed], [*alike, *added]
    cosmetic = tag("small", "changes nothing for a browser") if change.cosmetic else None
    yield tag(
        "tr",
        tag("th", what, cosmetic, place(report.place_of(change)), scope="row"),
        tag("td", _values(removed), data_side=side_title(report)),
        tag("td", _values(added), data_side="Live"),
        class_="cosmetic" if change.cosmetic else None,
    )


def _in_both(report: BucketReport, change: Change) -> Iterator[Text | int]:
    """The values of a list that both sides have."""
    sides = [
        dict(side.cors.rules[index].by_api_name()).get(change.field or "")
        for side, index in ((report.declared, change.declared), (report.live, change.live))
        if side is not None and side.cors is not None and index is not None
    ]
    if len(sides) == 2 and isinstance(sides[0], tuple) and isinstance(sides[1], tuple):
        yield from (each for each in sides[0] if each in sides[1] and each not in change.removed)


def _values(values: list[Markup]) -> Markup:
    return listed(values, class_="values") or tag("span", "nothing", class_="none")


def _gone(text: str) -> Markup:
    return tag("del", tag("span", "\N{MINUS SIGN} ", class_="sign"), code(text))


def _came(text: str) -> Markup:
    return tag("ins", tag("span", "+ ", class_="sign"), code(text))


def _rule_of(bucket: Bucket | None, index: int | None) -> str:
    return rule_words(bucket.cors.rules[index]) if bucket and bucket.cors and index is not None else ""
