"""The picture of who may do what: a table of origins by methods, and behind each cell the request with both answers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from urllib.parse import quote

from drift.access_answers import Answered, Unsettled
from drift.access_grid import METHODS, Access, AccessPicture, Cell, Grid, Mark, Row
from drift.access_origins import Entry, OriginClass
from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.partial import Undecided
from drift.report import BucketReport
from drift.reporters.html_markup import Markup, tag
from drift.reporters.html_pull_request import base_answer, side_title
from drift.reporters.html_words import code, icon, short
from drift.reporters.words import printable, shape_of, value_words
from drift.sensitive import REASON, SHOWN

MAX_NAMED = 3
"""Origins of one row that are named before the others are folded away."""

_HARMLESS = {"GET": ("-D", "-", "-o", "/dev/null"), "HEAD": ("-I",)}
"""Methods that a command may really use, and curl's options to see the headers of the answer alone."""

MAX_FOLDED = 100
MAX_REASONS = 4
"""Rules of which it is told why they do not answer."""

_ICONS = {each: f"g-{each}" for each in Access}
_MARK_ICONS = {
    Mark.CREDENTIALS: "i-key",
    Mark.EXPOSURE: "i-eye",
    Mark.CACHE: "i-clock",
    Mark.OPEN: "i-open-mark",
}
_TWO_SIDED = {
    Access.ALLOWED: "allowed by both",
    Access.REFUSED: "refused by both",
    Access.WIDER: "wider: live allows more than the code",
    Access.NARROWER: "narrower: live allows less than the code",
    Access.MIXED: "different: neither more nor less",
    Access.UNKNOWN: "unknown",
}
_ON_PULL_REQUEST = _TWO_SIDED | {
    Access.WIDER: "live allows more than the pull request",
    Access.NARROWER: "live allows less than the pull request",
}
_ONE_SIDED = {Access.ALLOWED: "allowed", Access.REFUSED: "refused", Access.UNKNOWN: "unknown"}
_MARK_WORDS = {
    Mark.CREDENTIALS: "credentials differ",
    Mark.EXPOSURE: "headers that the page may read differ",
    Mark.CACHE: "caching of the preflight differs",
    Mark.OPEN: "something in it is not known",
}


def access_section(report: BucketReport, picture: AccessPicture, name: str) -> Markup:
    """The picture with its legend, and all that its cells open. ``name`` makes the ids of the section its own."""
    cells = [cell for grid in picture.grids for row in grid.rows for cell in row.cells]
    caption = tag(
        "figcaption",
        tag("h4", "Who may do what"),
        tag("p", f"{_sides_words(picture)} Each cell opens the request and what S3 answers.", class_="hint"),
    )
    figure = tag(
        "figure",
        caption,
        tag(
            "div",
            [_table(grid, picture, f"{name}-g{index}") for index, grid in enumerate(picture.grids) if grid.rows],
            class_="grids",
        ),
        _legend(picture, cells),
        [tag("p", text, class_="hint") for text in _remarks(picture)],
    )
    return tag("section", figure, _popovers(report, picture, name), class_="access")


def _sides_words(picture: AccessPicture) -> str:
    if picture.compared:
        return (
            f"Origins by methods, the code{' with the pull request' if picture.on_pull_request else ''} against live."
        )
    known = "declared" if picture.declared else "live"
    return f"Origins by methods, by the {known} rules alone: there is nothing to hold against them."


def _table(grid: Grid, picture: AccessPicture, name: str) -> Markup:
    left = tag("small", "; rows that do not differ are left out") if grid.headers else None
    plural = "s" if len(grid.headers) > 1 else ""
    asked = f"asking for the header{plural} {', '.join(grid.headers)}" if grid.headers else "without headers of its own"
    head = tag(
        "tr",
        tag("th", "origin", scope="col", class_="origin"),
        [tag("th", method, scope="col") for method in METHODS],
    )
    rows = [_row(row, picture, f"{name}-r{index}") for index, row in enumerate(grid.rows)]
    caption = tag("caption", f"A request {short(asked)}", left, class_=None if grid.headers else "quiet")
    return tag("table", caption, tag("thead", head), tag("tbody", rows), class_="grid")


def _row(row: Row, picture: AccessPicture, name: str) -> Markup:
    cells = [tag("td", _button(cell, picture, f"{name}-c{index}")) for index, cell in enumerate(row.cells)]
    class_ = "unsent" if row.who.unsent else "differs" if row.differs else None
    return tag("tr", tag("th", _who(row.who), scope="row", class_="origin"), cells, class_=class_)


def _button(cell: Cell, picture: AccessPicture, target: str) -> Markup:
    marks = [icon(_MARK_ICONS[mark], "mark") for mark in cell.marks]
    words = "; ".join([_words_of(picture)[cell.access], *(_MARK_WORDS[mark] for mark in cell.marks)])
    label = f"{cell.request.method} from {short(cell.request.origin or '', 120)}: {words}"
    return tag(
        "button",
        icon(_ICONS[cell.access], "glyph"),
        tag("span", marks, class_="marks") if marks else None,
        type="button",
        class_=f"cell is-{cell.access}",
        popovertarget=target,
        aria_haspopup="dialog",
        aria_label=label,
        title=words,
    )


def _words_of(picture: AccessPicture) -> dict[Access, str]:
    if not picture.compared:
        return _ONE_SIDED
    return _ON_PULL_REQUEST if picture.on_pull_request else _TWO_SIDED


def _who(who: OriginClass) -> list[Markup]:
    """The head of a row: never more than its request shows."""
    if who.unsent is not None:
        return [*_named(who), tag("small", f"no browser sends it: {who.unsent}")]
    if not who.entries:
        return [tag("span", "any other site", class_="any"), tag("small", "such as ", code(who.origin))]
    if all(entry.exact for entry in who.entries):
        note = [tag("small", "sandboxed frames, local files")] if who.origin == "null" else []
        return [*_named(who), *note]
    patterns = [part for entry in who.entries for part in (" and ", _pattern(entry))][1:]
    of = "others of " if who.rest else "both " if len(who.entries) > 1 else ""
    return [tag("span", of, patterns), tag("small", "such as ", code(who.origin))]


def _named(who: OriginClass) -> list[Markup]:
    names = [each.pattern for each in who.entries] or [who.origin]
    names.sort(key=lambda each: each != who.origin)
    shown = [tag("span", code(name), class_="name") for name in names[:MAX_NAMED]]
    folded = names[MAX_NAMED:]
    if not folded:
        return shown
    inside = [tag("span", code(name), class_="name") for name in folded[:MAX_FOLDED]]
    if len(folded) > MAX_FOLDED:
        inside.append(tag("small", f"and {len(folded) - MAX_FOLDED:,} more"))
    return [*shown, tag("details", tag("summary", f"and {len(folded):,} more"), inside)]


def _pattern(entry: Entry) -> Markup:
    if entry.shape is None:
        return code(entry.pattern)
    if entry.shape.reason == REASON:
        return tag("span", SHOWN)
    return tag("span", code(shape_of(entry.shape)), " (unknown)")


def _legend(picture: AccessPicture, cells: list[Cell]) -> Markup:
    """What the signs mean, as far as they come up."""
    words = _words_of(picture)
    seen = [each for each in Access if each in words and any(cell.access is each for cell in cells)]
    marks = [each for each in Mark if any(each in cell.marks for cell in cells)]
    items = [
        tag("li", tag("span", icon(_ICONS[each], "glyph"), class_=f"cell is-{each}"), tag("span", words[each]))
        for each in seen
    ]
    items += [tag("li", icon(_MARK_ICONS[each], "mark"), tag("span", _MARK_WORDS[each])) for each in marks]
    return tag("ul", items, class_="legend")


def _remarks(picture: AccessPicture) -> Iterator[str]:
    if picture.left_out:
        differing = f", {picture.differing_left_out:,} of them with a difference" if picture.differing_left_out else ""
        yield f"{picture.left_out:,} more origins are not shown{differing}."
    if not picture.complete:
        yield "The rules have too many origins to look at all of them here; the verdict above is about all."
    if picture.nearest_order:
        yield "The declared rules are a set; they are taken in the order nearest to live."


def _popovers(report: BucketReport, picture: AccessPicture, name: str) -> Iterator[Markup]:
    for number, grid in enumerate(picture.grids):
        for line, row in enumerate(grid.rows):
            for column, cell in enumerate(row.cells):
                yield _popover(report, picture, cell, f"{name}-g{number}-r{line}-c{column}")


def _popover(report: BucketReport, picture: AccessPicture, cell: Cell, name: str) -> Markup:
    request = cell.request
    sides = [(side_title(report), cell.declared), ("Live", cell.live)]
    asked = [code(each, 100) for each in request.headers]
    kind = "Preflight" if request.preflight else "Request"
    command = curl_line(report, request)
    return tag(
        "div",
        tag(
            "header",
            tag("h5", tag("strong", request.method or ""), " from ", code(request.origin or "", 200), id=f"{name}-t"),
            tag(
                "button",
                "Close",
                type="button",
                class_="close",
                popovertarget=name,
                popovertargetaction="hide",
                autofocus=True,
            ),
        ),
        tag("p", icon(_ICONS[cell.access], "glyph"), _sentence(cell, picture), class_=f"told is-{cell.access}"),
        tag("p", kind, [" for the headers ", _comma(asked)] if asked else " without headers of its own", class_="hint"),
        tag("div", [_side(title, answer) for title, answer in sides if answer is not None], class_="sides"),
        base_answer(report, request),
        [tag("p", OPEN_QUESTIONS[each], class_="hint") for each in cell.open_questions],
        [tag("p", _to_try(request), class_="hint"), tag("pre", tag("code", command))] if command else None,
        id=name,
        class_="answer",
        popover="auto",
        role="dialog",
        aria_labelledby=f"{name}-t",
    )


def _to_try(request: CorsRequest) -> str:
    if request.preflight or request.method in _HARMLESS:
        return "Ask S3 yourself; it changes nothing:"
    return "Ask S3 yourself, by a preflight, which the same rules answer; it changes nothing:"


def _comma(parts: list[Markup]) -> list[Markup | str]:
    return [part for each in parts for part in (", ", each)][1:]


def _sentence(cell: Cell, picture: AccessPicture) -> str:
    words = _words_of(picture)[cell.access]
    more = "".join(f"; {_MARK_WORDS[mark]}" for mark in cell.marks)
    return f"{words[0].upper()}{words[1:]}{more}."


def _side(title: str, answer: Answered) -> Markup:
    return tag("section", tag("h6", title), _answer(answer), class_="side")


def _answer(answer: Answered) -> list[Markup]:
    if isinstance(answer, Unsettled):
        known = {True: "Allowed, but how is not known", False: "Refused", None: "Not known"}[answer.allowed]
        return [tag("p", tag("strong", known)), tag("p", answer.why, class_="hint")]
    if isinstance(answer, Undecided):
        known = "Allowed, but how is not known" if answer.matches else "Not known"
        why = f"{answer.field} of rule {answer.rule + 1}: {value_words(answer.unknown)}"
        return [tag("p", tag("strong", known)), tag("p", short(why), class_="hint")]
    return list(_known(answer))


def _known(answer: CorsAnswer) -> Iterator[Markup]:
    if answer.allowed:
        rule = "" if answer.rule is None else f" by rule {answer.rule + 1}"
        yield tag("p", tag("strong", "Allowed"), rule)
        lines = [(name, value) for name, value in answer.headers if name != "Vary"]
        yield tag("dl", [[tag("dt", name), tag("dd", code(value))] for name, value in lines], class_="headers")
    else:
        status = "" if answer.status is None else f" with {answer.status}"
        yield tag("p", tag("strong", "Refused"), status if answer.status else ": no CORS headers")
    reasons = [each for each in answer.considered if not each.answers or not answer.allowed]
    if answer.considered and not answer.allowed:
        told = [tag("li", f"Rule {each.rule + 1}: {short(each.because)}") for each in reasons[:MAX_REASONS]]
        if len(reasons) > MAX_REASONS:
            told.append(tag("li", f"and {len(reasons) - MAX_REASONS:,} more rules"))
        yield tag("ul", told, class_="reasons")


def curl_line(report: BucketReport, request: CorsRequest) -> str | None:
    """The request for a shell; None where no line can say it safely and in full. What would write is asked as a
    preflight.
    """
    texts = (request.origin or "", request.method or "", *request.headers)
    if any(not text.isprintable() or text.startswith(SHOWN[:-1]) for text in texts):
        return None
    words = ["curl", "-sS", "-g"]
    if not request.preflight and request.method in _HARMLESS:
        words += [*_HARMLESS[request.method], "-H", f"Origin: {request.origin}"]
    else:
        words += ["-i", "-X", "OPTIONS", "-H", f"Origin: {request.origin}"]
        words += ["-H", f"Access-Control-Request-Method: {request.method}"]
    if request.headers:
        words += ["-H", f"Access-Control-Request-Headers: {','.join(request.headers)}"]
    line = " ".join(shlex.quote(word) for word in (*words, _address(report)))
    return line if len(line) <= 1_000 and printable(line) == line else None


def _address(report: BucketReport) -> str:
    """Where the bucket answers; ``BUCKET`` for a name that is not known."""
    name = quote(report.name, safe="", errors="replace") if isinstance(report.name, str) else "BUCKET"
    side = report.live or report.declared
    region = side.region if side is not None else None
    host = f"s3.{quote(region, safe='', errors='replace')}.amazonaws.com" if region else "s3.amazonaws.com"
    return f"https://{host}/{name}/" if "." in name or "%" in name else f"https://{name}.{host}/"
