"""The top of the page: the verdict at a glance, how many buckets ended where, and what makes the run fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from drift.documents.writing import time_to_json
from drift.location import Severity
from drift.report import EXIT_CODES, BucketReport, BucketState, Report, Verdict
from drift.reporters.html_bucket import finding_list
from drift.reporters.html_markup import Markup, tag
from drift.reporters.html_pull_request import base_line
from drift.reporters.html_pull_request import meaning as pull_request_meaning
from drift.reporters.html_words import (
    ACCEPTED,
    VERDICT_TONES,
    code,
    listed,
    place,
    severity_badge,
    short,
    state_key,
    tone_icon,
)
from drift.reporters.report_words import (
    STATE_WORDS,
    VERDICT_WORDS,
    WEIGHT,
    WORST_FIRST,
    counted,
    drift_not_blamed,
    findings_worst_first,
    ignored_words,
    promise_counts,
    promise_says,
    promise_words,
    sorted_worst_first,
    state_words,
    summary_words,
    title_of,
)

MAX_FAILING = 12
MAX_PROMISES = 200
MAX_DIAGNOSTICS = 100

_VERDICT_MEANING = {
    Verdict.IN_SYNC: "What is live answers every browser as the code declares.",
    Verdict.CLEAN: "Only the declarations were looked at.",
    Verdict.DRIFT: "What is live does not answer browsers as the code declares.",
    Verdict.POLICY: "No drift, but something found in the rules or the settings fails the run.",
    Verdict.INCOMPLETE: "No drift was seen, but not everything could be looked at.",
    Verdict.NOTHING: "There was nothing to compare.",
    Verdict.ERROR: "Some input could not be used, so this is not the whole picture.",
}
_BAR = 1_000
"""Units of the bar's length."""


def top(report: Report, ids: dict[int, str]) -> Markup:
    """Verdict, bar, and what fails the run. ``ids`` are those of the buckets, by their place in the report."""
    tone = VERDICT_TONES[report.verdict]
    expected = EXIT_CODES[report.verdict]
    code_words = f"Exit code {report.exit_code}" + ("" if report.exit_code == expected else ", as the options have it")
    return tag(
        "header",
        tag("p", "cors-drift", tag("span", " report on S3 CORS rules"), class_="product"),
        tag(
            "div",
            tag("h1", tone_icon(tone), VERDICT_WORDS[report.verdict]),
            tag("p", _meaning(report), class_="meaning"),
            base_line(report),
            class_=f"verdict tone-{tone}",
        ),
        _bar(report),
        _states(report),
        tag("p", _rest(report), class_="summary"),
        _failing(report, ids),
        tag("p", _about(report, code_words), class_="about"),
        class_="top",
    )


def _meaning(report: Report) -> str:
    """What the verdict says, where it is by the settings or by what was left out, too."""
    if (told := pull_request_meaning(report)) is not None:
        return told
    summary = report.summary
    accepted = summary.accepted - drift_not_blamed(report)
    if report.verdict is Verdict.NOTHING and summary.ignored:
        return "Nothing is left to compare: the settings ignore what there is."
    if accepted and report.verdict in (Verdict.IN_SYNC, Verdict.CLEAN):
        return "What differs is accepted, by a waiver or by the settings."
    validated = bool(report.buckets) and all(each.state is BucketState.VALIDATED for each in report.buckets)
    if report.verdict is Verdict.POLICY and validated:
        return "Only the declarations were looked at, and something found in them or in the settings fails the run."
    if report.verdict is Verdict.POLICY and report.incomplete:
        return "No drift was seen, but not everything could be looked at, and something that was found fails the run."
    if accepted and report.verdict is Verdict.POLICY:
        return "What differs is accepted, but something found in the rules or the settings fails the run."
    if accepted and report.verdict is Verdict.INCOMPLETE:
        return "No drift that counts was seen, but not everything could be looked at."
    return _VERDICT_MEANING[report.verdict]


def _rest(report: Report) -> str:
    """The line of coverage without the counts that stand above it."""
    words = summary_words(report)
    return words.partition(". ")[2] if report.buckets else words


def _about(report: Report, code_words: str) -> list[str | Markup]:
    parts: list[str | Markup] = [code_words, "."]
    if report.declared_source or report.live_source:
        parts += [" Declared by ", code(report.declared_source or "nothing")]
        if report.live_source:
            parts += [", live by ", code(report.live_source)]
        parts.append(".")
    when = time_to_json(report.compared_at)
    if when is not None:
        parts += [" Compared at ", tag("time", when.replace("T", " ").replace("Z", " UTC"), datetime=when), "."]
    return parts


def states_of(report: Report) -> list[tuple[str, str, int]]:
    """How buckets ended, worst first: for the page's own use, in a word, and how often."""
    counts = Counter(state_key(bucket) for bucket in report.buckets)
    words = {state.value: STATE_WORDS[state].lower() for state in WORST_FIRST}
    order = [*words, ACCEPTED]
    order.insert(order.index(BucketState.VALIDATED.value), order.pop())
    return [(key, words.get(key, ACCEPTED), counts[key]) for key in order if counts[key]]


def _bar(report: Report) -> Markup | None:
    """One line, cut by how many buckets ended where."""
    states = states_of(report)
    total = sum(count for _, _, count in states)
    if not total:
        return None
    parts, start = [], 0.0
    gap = 4 if len(states) > 1 else 0
    least = 12
    widths = [max(least, count / total * _BAR) for _, _, count in states]
    scale = (_BAR - gap * (len(states) - 1)) / sum(widths)
    for (key, _, _), width in zip(states, widths, strict=True):
        own = width * scale
        class_ = f"part state-{key}"
        parts.append(tag("rect", x=f"{start:.1f}", y=0, width=f"{own:.1f}", height=14, class_=class_))
        start += own + gap
    words = ", ".join(f"{count:,} {word}" for _, word, count in states)
    return tag(
        "svg",
        parts,
        class_="bar",
        viewBox=f"0 0 {_BAR} 14",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{counted(total, 'bucket')}: {words}",
    )


def _states(report: Report) -> Markup | None:
    items = [
        tag("li", tag("span", class_=f"swatch state-{key}"), tag("strong", f"{count:,}"), " ", word)
        for key, word, count in states_of(report)
    ]
    return tag("ul", items, class_="states") if items else None


def filters(report: Report) -> Markup:
    """What narrows the list of buckets; shown only where a script runs."""
    states = states_of(report)
    buttons = [_filter("all", "all", len(report.buckets), pressed=True)]
    buttons += [_filter(key, word, count) for key, word, count in states]
    field = tag(
        "input", type="search", id="filter-name", placeholder="part of a name", autocomplete="off", spellcheck="false"
    )
    return tag(
        "div",
        tag("label", "Find a bucket", for_="filter-name"),
        field,
        tag("div", buttons, role="group", aria_label="Show buckets by state", class_="buttons"),
        tag("p", role="status", class_="shown", id="shown"),
        class_="filters",
        id="filters",
        hidden=True,
    )


def _filter(value: str, word: str, count: int, *, pressed: bool = False) -> Markup:
    swatch = None if value == "all" else tag("span", class_=f"swatch state-{value}")
    return tag(
        "button",
        swatch,
        word,
        " ",
        tag("span", f"{count:,}", class_="count"),
        type="button",
        data_filter=value,
        aria_pressed="true" if pressed else "false",
    )


def _failing(report: Report, ids: dict[int, str]) -> Markup | None:
    items = list(_failures(report, ids))
    if not items:
        return None
    told = listed([item for _, item in sorted(items, key=lambda each: each[0])], MAX_FAILING, class_="failures")
    return tag("section", tag("h2", "What fails the run"), told, class_="failing")


def _failures(report: Report, ids: dict[int, str]) -> Iterator[tuple[tuple[int, int], Markup]]:
    """Each with numbers that are lower for what comes first."""
    for diagnostic in report.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            yield (0, 0), tag("span", "Input: ", short(diagnostic.message, 200), " ", place(diagnostic.location))
    places = {id(bucket): place_of for place_of, bucket in enumerate(sorted_worst_first(report.buckets))}
    for index, bucket in enumerate(report.buckets):
        place_of = places[id(bucket)]
        if bucket.drift:
            yield (1, place_of), tag("span", _link(bucket, ids.get(index)), " ", _state(bucket))
        for finding in bucket.findings:
            if report.fails(finding):
                told = (" ", code(finding.id), " ", short(finding.message, 320))
                yield (2, place_of), tag("span", _link(bucket, ids.get(index)), told)
    for finding in report.general:
        if report.fails(finding):
            yield (2, len(ids)), tag("span", code(finding.id), " ", short(finding.message, 320))


def _state(bucket: BucketReport) -> str:
    """The state with its meaning, as it reads inside a sentence."""
    word, told = STATE_WORDS[bucket.state], state_words(bucket)
    return word.lower() + told.removeprefix(word) if told.startswith(word) else told


def _link(bucket: BucketReport, name: str | None) -> Markup:
    title = short(title_of(bucket), 120)
    return tag("strong", title) if name is None else tag("a", title, href=f"#{name}")


def about_the_run(report: Report) -> Iterator[Markup]:
    """What is about no bucket: promises, findings on the settings, ignores, and what was to be said of the input."""
    if report.promises:
        yield _promises(report)
    yield from finding_list(findings_worst_first(report.general), "About the settings", "h2")
    if report.ignored:
        ignored = [tag("span", short(ignored_words(each)), " ", place(each.location)) for each in report.ignored]
        yield tag("section", tag("h2", "Ignored"), listed(ignored), class_="ignored")
    if report.diagnostics:
        yield _diagnostics(report)


def _promises(report: Report) -> Markup:
    tones = {"BROKEN": "bad", "undecided": "open", "about no bucket": "open", "kept": "good"}
    rows = []
    for each, word in promise_words(report)[:MAX_PROMISES]:
        tone = tones.get(word, "accepted")
        told = tag("span", tone_icon(tone), word.lower(), class_=f"badge tone-{tone}")
        rows.append(
            tag(
                "tr",
                tag("th", short(promise_says(each)), place(each.location), scope="row"),
                tag("td", told),
                tag("td", promise_counts(each)),
            )
        )
    more = len(report.promises) - MAX_PROMISES
    head = tag("tr", [tag("th", each, scope="col") for each in ("Promise", "Outcome", "Sides of buckets")])
    return tag(
        "section",
        tag("h2", "Promises"),
        tag("table", tag("thead", head), tag("tbody", rows), class_="list"),
        tag("p", f"{more:,} more are not shown.", class_="hint") if more > 0 else None,
        class_="promises",
    )


def _diagnostics(report: Report) -> Markup:
    told = sorted(report.diagnostics, key=lambda each: WEIGHT[each.severity])
    items = [
        tag(
            "li",
            tag("p", severity_badge(each.severity), tag("code", each.id, class_="id"), class_="finding-head"),
            tag("p", short(each.message)),
            tag("p", short(each.help), class_="help") if each.help else None,
            tag("p", place(each.location)) if each.location else None,
        )
        for each in told[:MAX_DIAGNOSTICS]
    ]
    more = len(told) - MAX_DIAGNOSTICS
    return tag(
        "section",
        tag("h2", "About the input"),
        tag("ul", items, class_="findings"),
        tag("p", f"{more:,} more are not shown.", class_="hint") if more > 0 else None,
        class_="diagnostics",
    )
