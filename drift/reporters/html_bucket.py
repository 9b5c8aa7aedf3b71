"""One bucket of a report: what it is, what that means, the picture, what differs, what is found, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from drift.access import access_picture
from drift.catalogue import CATALOGUE, FOLDS, Family
from drift.finding import Finding, Waived
from drift.meaning import sentence
from drift.report import BucketReport, BucketState
from drift.reporters.html_access import access_section
from drift.reporters.html_diff import rule_diff
from drift.reporters.html_markup import Markup, tag
from drift.reporters.html_pull_request import leads as pull_request_leads
from drift.reporters.html_pull_request import move_words, side_title
from drift.reporters.html_words import badge, code, listed, place, severity_badge, short, state_key, tone_of
from drift.reporters.report_words import (
    SIDE_WORDS,
    STATE_WORDS,
    counted,
    example_words,
    family_of,
    findings_called,
    findings_worst_first,
    is_judged,
    note_words,
    state_words,
    title_of,
    waived_words,
)
from drift.reporters.words import alternative_lines, rule_words
from drift.snapshot import Bucket, State

MAX_FINDINGS = 40
MAX_RULES = 20

_QUIET = (BucketState.IN_SYNC, BucketState.VALIDATED)


def bucket_section(report: BucketReport, name: str, *, picture: bool = True) -> Markup:
    """The whole section, its id and all ids in it made of ``name``. Buckets without a worry are folded."""
    heading = tag(
        "summary",
        badge(report),
        tag("h3", short(title_of(report), 200)),
        tag("span", _effect(report), class_="effect"),
        _counts(report),
    )
    return tag(
        "details",
        heading,
        tag("div", list(_body(report, name, picture)), class_="body"),
        id=name,
        class_=f"bucket tone-{tone_of(report)}",
        data_state=state_key(report),
        open=is_worrying(report),
    )


def is_worrying(report: BucketReport) -> bool:
    """Whether somebody has to look at it."""
    return report.state not in _QUIET or any(
        each.waived is None and each.severity.value != "info" for each in report.findings
    )


def _effect(report: BucketReport) -> str:
    """What the badge does not say yet."""
    if (move := move_words(report)) is not None:
        return move
    words = state_words(report)
    state = STATE_WORDS[report.state]
    rest = words[len(state) :].removeprefix(" rules") if words.lower().startswith(state.lower()) else words
    if rest.startswith(" (") and rest.endswith(")"):
        return rest[2:-1]
    return rest.lstrip(":, ")


def _counts(report: BucketReport) -> Markup | None:
    judged = [each for each in report.findings if is_judged(each) and each.waived is None]
    if not judged:
        return None
    return tag("span", counted(len(judged), findings_called(report.findings)), class_="count")


def _body(report: BucketReport, name: str, picture: bool) -> Iterator[Markup | None]:
    notes = [note_words(note) for note in report.notes if note_words(note) != report.reason]
    if report.pull_request is None:
        leads = [tag("p", short(sentence(witness, report.live)), ".") for witness in report.witnesses]
    else:
        leads = list(pull_request_leads(report))
    if report.state in _QUIET:
        yield tag("div", [tag("p", note) for note in notes], leads, class_="hint") if notes or leads else None
    else:
        yield from (tag("div", lead, class_="lead") for lead in leads)
    if report.reason:
        yield tag("p", short(report.reason), class_="lead" if not leads else None)
    if report.state not in _QUIET:
        yield from (tag("p", note, class_="hint") for note in notes)
    drawn = access_picture(report) if picture else None
    if drawn is not None:
        yield access_section(report, drawn, f"{name}-a")
    yield rule_diff(report)
    if report.folds:
        folded = "; ".join(dict.fromkeys(FOLDS[fold.id] for fold in report.folds))
        yield tag("p", f"Taken as equal: {folded}.", class_="hint")
    yield from _findings(report)
    yield _what_to_do(report)
    yield _places(report)
    yield _rules(report)
    yield _history(report)


def _findings(report: BucketReport) -> Iterator[Markup]:
    judged = [each for each in findings_worst_first(report.findings) if is_judged(each) or each.waived is not None]
    titles = {
        Family.PULL_REQUEST: "Pull request",
        Family.POLICY: "Policy",
        Family.PROMISE: "Promises",
        Family.WAIVER: "Waivers",
    }
    counting = [each for each in judged if each.waived is None]
    for family in dict.fromkeys(family_of(each) for each in counting):  # that of the worst finding first
        yield from finding_list([each for each in counting if family_of(each) is family], titles[family])
    yield from finding_list([each for each in judged if each.waived is not None], "Waived")


def finding_list(findings: list[Finding], title: str, heading: str = "h4") -> Iterator[Markup]:
    """A section with findings, worst first; nothing where there are none."""
    if not findings:
        return
    more = len(findings) - MAX_FINDINGS
    yield tag(
        "section",
        tag(heading, title),
        tag("ul", [_finding(each) for each in findings[:MAX_FINDINGS]], class_="findings"),
        tag("p", f"{more:,} more are not shown.", class_="hint") if more > 0 else None,
        class_="found",
    )


def _finding(finding: Finding) -> Markup:
    side = tag("span", SIDE_WORDS[finding.side], class_="side-word") if finding.side is not None else None
    proof = example_words(finding)
    waived = finding.waived
    return tag(
        "li",
        tag("p", severity_badge(finding.severity), tag("code", finding.id, class_="id"), side, class_="finding-head"),
        tag("p", short(finding.message)),
        tag("p", "Asked: ", short(proof), class_="hint") if proof else None,
        tag("p", short(finding.help), class_="help") if waived is None else None,
        _waived(waived) if waived else None,
        tag("p", place(finding.location)) if finding.location is not None else None,
        class_="waived" if waived is not None else None,
    )


def _waived(waived: Waived) -> Markup:
    return tag("p", tag("strong", "Waived "), short(waived_words(waived)), " ", place(waived.location))


def _what_to_do(report: BucketReport) -> Markup | None:
    """The advice of the findings that make the bucket's state; those of the policy have theirs beside them."""
    told = [each for each in report.findings if not is_judged(each) and each.waived is None]
    helps = list(dict.fromkeys(each.help for each in told if each.help))
    if not helps:
        return None
    names = dict.fromkeys(each.id for each in told)
    commands = [part for name in names for part in (", ", code(f"cors-drift explain {name}"))][1:]
    return tag(
        "section",
        tag("h4", "What to do"),
        [tag("p", short(text)) for text in helps],
        tag("p", "More of it: ", commands, class_="hint"),
        class_="todo",
    )


def _places(report: BucketReport) -> Markup | None:
    """Where each side stands, and by what it is known."""
    items: list[Markup] = []
    for side in (report.declared, *report.also_declared):
        if side is not None and (side.location or side.address):
            address = code(side.address, 200) if side.address else None
            items.append(_item("Declared", place(side.location), address))
    declared, live = report.declared, report.live
    if declared is not None and declared.identity is not None:
        items.append(_item("Known by", tag("span", short(declared.identity.says))))
    if live is not None:
        where = [code(each) for each in (live.region, live.account) if each]
        seen = f"{live.source}, as of {live.as_of:%Y-%m-%d %H:%M} UTC" if live.as_of is not None else live.source
        items.append(_item("Live", tag("span", short(seen)), *where))
    return tag("dl", items, class_="places") if items else None


def _item(term: str, *parts: Markup | None) -> Markup:
    return tag("div", tag("dt", term), tag("dd", [part for each in parts if each for part in (" ", each)][1:]))


def _rules(report: BucketReport) -> Markup | None:
    """All rules of both sides, folded: the picture and the diff say what matters of them."""
    sides = []
    for title, side in ((side_title(report), report.declared), ("Live", report.live)):
        told = _rules_of(side)
        if told is not None:
            sides.append(tag("section", tag("h5", title), told, class_="side"))
    if not sides:
        return None
    return tag("details", tag("summary", "All rules"), tag("div", sides, class_="sides"), class_="more-of-it")


def _rules_of(side: Bucket | None) -> Markup | None:
    if side is None:
        return None
    if side.alternatives:
        lines = [line for each in side.alternatives for line in alternative_lines(each)]
        return listed([tag("span", short(line)) for line in lines])
    if side.cors is None:
        return tag("p", "No CORS rules.") if side.state is State.ABSENT else None
    rules = [tag("li", code(rule_words(rule), 1_000)) for rule in side.cors.rules[:MAX_RULES]]
    more = len(side.cors.rules) - MAX_RULES
    return tag("div", tag("ol", rules), tag("p", f"and {more:,} more rules") if more > 0 else None)


def _history(report: BucketReport) -> Markup | None:
    if report.history is None:
        return None
    from drift.reporters.history import history_lines

    lines = [
        tag("li", line.strip(), class_="deeper" if line.startswith("     ") else None)
        for line in history_lines(report.history)
    ]
    return tag(
        "details",
        tag("summary", "Who changed the rules"),
        tag("ul", lines, class_="history"),
        class_="more-of-it",
        open=report.drift,
    )


def bucket_row(report: BucketReport, name: str) -> Markup:
    """A bucket in one row of a table, where there is no room for more."""
    told = findings_worst_first(report.findings)
    first = report.reason or (sentence(report.witnesses[0], report.live) if report.witnesses else None)
    first = first or next((CATALOGUE[each.id].title for each in told if each.waived is None), "")
    return tag(
        "tr",
        tag("th", short(title_of(report), 120), scope="row"),
        tag("td", badge(report)),
        tag("td", short(first, 160)),
        tag("td", place(report.declared.location if report.declared else None)),
        id=name,
        data_state=state_key(report),
    )
