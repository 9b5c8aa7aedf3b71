"""Who may do what with a bucket: origins by methods, declared against live. Each cell is a request with both answers.

Nothing here is inferred from how rules look: every cell is asked of ``drift.cors.evaluate``, by way of
``drift.cors.partial`` where something is not known. The origins are those that the rules tell apart
(``drift.access_origins``), so that one origin shows what every other of its row gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drift.access_answers import NOTHING, AccessSide, Answered, access_sides, allows, questions
from drift.access_grid import METHODS, Access, AccessPicture, Cell, Grid, Mark, Row
from drift.access_origins import OriginClass, origin_classes
from drift.cors.grammar import is_browser_header
from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.open_questions import STAR_BESIDE_ORIGIN, WILDCARD_OVERLAP
from drift.cors.replay import shown_by
from drift.cors.verdict import DECLARED_ORDER, Shows, Witness
from drift.report import BucketReport, BucketState
from drift.sensitive import SHOWN

ASKS_FIRST = frozenset({"PUT", "DELETE"})
"""For these a browser sends a preflight also where no header calls for one (Fetch, "CORS-safelisted method")."""

MAX_ROWS = 12
MAX_ASKED = 40
"""Rows that are shown, and rows that are asked to find those worth showing."""

MAX_WORK = 20_000
"""Rows that are asked times values in the rules."""

MAX_HEADER_SETS = 3
"""Sets of requested headers, beside none, that have rows of their own."""

MAX_PROBES = 8
"""Names of headers that are tried."""

ANY_HEADER = "x-any-header"
"""Stands for a header that no rule names."""

_FREER = frozenset({Shows.LIVE_ALLOWS, Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_EXPOSES_MORE})
_TIGHTER = frozenset({Shows.LIVE_REFUSES, Shows.LIVE_NO_LONGER_REFLECTS, Shows.LIVE_EXPOSES_LESS})
_CREDENTIALS = "Access-Control-Allow-Credentials"


def values_in(report: BucketReport) -> int:
    """How much there is in the rules, for whoever has to bound the work of many pictures."""
    count = 1
    for side in (report.declared, report.live):
        for rule in side.cors.rules if side is not None and side.cors is not None else ():
            for _, value in rule.by_api_name():
                count += len(value) if isinstance(value, tuple) else 1
    return count


def access_picture(report: BucketReport) -> AccessPicture | None:
    """The picture of a bucket; None where no rules of either side are known, or neither side has any."""
    zero = any(side is not None and side.writes_max_age_zero for side in (report.declared, report.live))
    declared, live = access_sides(report.declared, report.live, zero=zero)
    if report.state is BucketState.UNDECLARED:
        declared = NOTHING
    if not any(side is not None and side.rules for side in (declared, live)):
        return None
    return _Picture(report, declared, live, zero).drawn()


class _Picture:
    def __init__(self, report: BucketReport, declared: AccessSide | None, live: AccessSide | None, zero: bool) -> None:
        self._sides = declared, live
        self._zero = zero
        self._notes = report.notes
        self._on_pull_request = report.pull_request is not None
        both = declared is not None and live is not None
        self._witnesses = [each for each in report.witnesses if both and _whole(each.request)]
        self._most = max(4, min(MAX_ASKED, MAX_WORK // values_in(report)))

    def drawn(self) -> AccessPicture:
        asked = [each.request.origin or "" for each in self._witnesses]
        classes, complete = origin_classes([side.rules for side in self._sides if side is not None], asked)
        chosen = self._chosen(classes, asked)
        rows = [self._row(each, ()) for each in chosen]
        kept = _kept(rows, asked)
        grids = [Grid((), tuple(kept))]
        for headers in self._header_sets(kept):
            others = [self._row(each, headers) for each in chosen]
            grids.append(Grid(headers, tuple(row for row in _kept(others, asked) if row.differs or self._asks(row))))
        return AccessPicture(
            declared=self._sides[0] is not None,
            live=self._sides[1] is not None,
            grids=tuple(grids),
            left_out=len(classes) - len(kept),
            differing_left_out=sum(row.differs for row in rows) - sum(row.differs for row in kept),
            complete=complete and len(chosen) == len(classes),
            nearest_order=DECLARED_ORDER in self._notes,
            on_pull_request=self._on_pull_request,
        )

    def _chosen(self, classes: Sequence[OriginClass], asked: Sequence[str]) -> list[OriginClass]:
        """As many as may be asked: what a witness is of and any other site always, then in order."""
        if len(classes) <= self._most:
            return list(classes)
        first = [each for each in classes[:-1] if each.origin in asked]
        rest = [each for each in classes[:-1] if each.origin not in asked][: self._most - 1 - len(first)]
        return [each for each in classes if each in first or each in rest or each is classes[-1]]

    def _header_sets(self, rows: Sequence[Row]) -> list[tuple[str, ...]]:
        """Those of the witnesses, then single headers that show what a request without any does not show."""
        sets = dict.fromkeys(each.request.headers for each in self._witnesses if each.request.headers)
        if all(side is not None for side in self._sides):
            alike = [
                cell.request
                for row in rows
                if row.who.unsent is None
                for cell in row.cells
                if cell.access is Access.ALLOWED
            ]
            for name in self._probes():
                told = [each for each in alike if self._tells(replace(each, headers=(name,), preflight=True))]
                if told:
                    sets[(name,)] = None
                    alike = [each for each in alike if each not in told]
        return list(sets)[:MAX_HEADER_SETS]

    def _probes(self) -> list[str]:
        """A header that no rule names, and one for every entry of AllowedHeaders."""
        names = {ANY_HEADER: None}
        for side in self._sides:
            for rule in side.rules if side is not None else ():
                listed = rule.allowed_headers if isinstance(rule.allowed_headers, tuple) else ()
                for entry in listed:
                    if isinstance(entry, str):
                        names[entry.lower().replace("*", "any", 1)] = None
        return [name for name in names if is_browser_header(name)][:MAX_PROBES]

    def _tells(self, request: CorsRequest) -> bool:
        """Whether one side certainly allows the request and the other certainly does not."""
        allowed = {allows(side.answer(request)) for side in self._sides if side is not None}
        return allowed == {True, False}

    def _asks(self, row: Row) -> bool:
        return any(self._witness(cell.request) is not None for cell in row.cells)

    def _row(self, who: OriginClass, headers: tuple[str, ...]) -> Row:
        return Row(who, tuple(self._cell(who.origin, method, headers) for method in METHODS))

    def _witness(self, request: CorsRequest) -> Witness | None:
        asked = (request.origin, request.method, request.headers)
        found = (
            each
            for each in self._witnesses
            if asked == (each.request.origin, each.request.method, each.request.headers)
        )
        return next(found, None)

    def _cell(self, origin: str, method: str, headers: tuple[str, ...]) -> Cell:
        request = CorsRequest(origin, method, headers, preflight=bool(headers) or method in ASKS_FIRST)
        witness = self._witness(request)
        if witness is not None:
            request = witness.request
        answers = [None if side is None else side.answer(request) for side in self._sides]
        given = [each for each in answers if each is not None]
        asked = questions(given)
        hangs = any(not isinstance(each, CorsAnswer) for each in given) or any(
            question in (STAR_BESIDE_ORIGIN, WILDCARD_OVERLAP) for question in asked
        )
        access, marks = self._told(answers[0], answers[1], request, witness)
        if access is not Access.UNKNOWN and hangs:
            marks.append(Mark.OPEN)
        cell = Cell(request, answers[0], answers[1], access, tuple(marks), asked)
        if not cell.differs:
            return cell
        why = [None if side is None else side.answer(request, explain=True) for side in self._sides]
        return replace(cell, declared=why[0], live=why[1])

    def _told(
        self, declared: Answered | None, live: Answered | None, request: CorsRequest, witness: Witness | None
    ) -> tuple[Access, list[Mark]]:
        if declared is None or live is None:
            alone = allows(declared if declared is not None else live)  # type: ignore[arg-type]  # one side is there
            return (Access.UNKNOWN if alone is None else Access.ALLOWED if alone else Access.REFUSED), []
        shown, marks = self._shown(declared, live, request)
        if witness is not None:
            shown.add(witness.shows)
        ours, theirs = allows(declared), allows(live)
        freer, tighter = bool(shown & _FREER), bool(shown & _TIGHTER)
        if freer or tighter:
            return (Access.MIXED if freer and tighter else Access.WIDER if freer else Access.NARROWER), marks
        if ours is None or theirs is None:
            return Access.UNKNOWN, marks
        if not ours:
            return Access.REFUSED, marks
        return (Access.MIXED if Shows.DIFFERS in shown and Mark.CACHE not in marks else Access.ALLOWED), marks

    def _shown(self, declared: Answered, live: Answered, request: CorsRequest) -> tuple[set[Shows], list[Mark]]:
        """What a browser sees of the difference; of a request without headers also in what follows its preflight."""
        ours, theirs = allows(declared), allows(live)
        if ours is None or theirs is None:
            return set(), []
        if ours != theirs:
            return {Shows.LIVE_ALLOWS if theirs else Shows.LIVE_REFUSES}, []
        if not ours or not (isinstance(declared, CorsAnswer) and isinstance(live, CorsAnswer)):
            return set(), []
        shown: set[Shows] = set()
        marks = []
        if (_CREDENTIALS in dict(declared.headers)) != (_CREDENTIALS in dict(live.headers)):
            marks.append(Mark.CREDENTIALS)
        first = request.preflight or request.method in ASKS_FIRST
        preflights = [True] if request.headers else [False, True] if first else [False]
        for preflight in preflights:
            asked = replace(request, preflight=preflight)
            found = shown_by(declared, live, asked, zero_is_unset=self._zero)
            if preflight and found is Shows.DIFFERS:
                marks.append(Mark.CACHE)
            elif found is not None:
                shown.add(found)
                credentials = (Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_NO_LONGER_REFLECTS)
                if not preflight and (found not in credentials) and Mark.EXPOSURE not in marks:
                    marks.append(Mark.EXPOSURE)
        return shown, marks


def _whole(request: CorsRequest) -> bool:
    """Whether nothing in it is hidden."""
    return request.origin is not None and not any(
        text.startswith(SHOWN[:-1]) for text in (request.origin, *request.headers)
    )


def _kept(rows: Sequence[Row], asked: Sequence[str]) -> list[Row]:
    """The rows that are shown, in their order: those that differ first, then the last, then as they come."""
    if len(rows) <= MAX_ROWS:
        return list(rows)
    rank = {
        id(row): (row.who.origin not in asked, not row.differs, row is not rows[-1], place)
        for place, row in enumerate(rows)
    }
    best = sorted(rows, key=lambda row: rank[id(row)])[:MAX_ROWS]
    return [row for row in rows if row in best]
