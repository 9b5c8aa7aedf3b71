"""Hides sensitive values in whatever leaves the program: one pure function, applied before anything is written.

Text is hidden wherever it comes up, in every field that there is or will be: what is no text of ours (paths, ids) is
the exception that has to be named here. In documents a hidden value is the unknown that the shapes promise; read back,
it is an unknown like any other, so that nothing is called drifted or in sync for it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum
from typing import Any, TypeVar

from drift.cors.model import CorsAnswer, CorsRequest, CorsRule, TextList, Unknown
from drift.cors.verdict import Witness
from drift.diff import Change
from drift.errors import CorsDriftError
from drift.finding import Example, Finding
from drift.location import Location
from drift.report import BucketReport, Report
from drift.sensitive import REASON, SHOWN, Sensitive
from drift.simulate import Asked, BucketAnswer, Simulation
from drift.snapshot import Bucket, Snapshot

Result = TypeVar("Result", bound=Report | Snapshot | Simulation)

HIDDEN = Unknown(REASON)
"""Stands for a sensitive value."""

_LISTS = frozenset({"Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Allow-Methods"})
_NO_TEXT = frozenset({"state", "source", "location", "left_alone", "kept", "places"})
"""Fields of a bucket that hold no text of the code's values."""
_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]')


UNMARKED = frozenset({"s3", "aws-config"})
"""Sources that know what is there, and not what of it is sensitive."""


def redacted(result: Result) -> Result:
    """The result without any sensitive value of any of its buckets; the same object where there is none.

    What the user asks a simulation for is shown as it was given.
    """
    values = result.all_sensitive
    if not values:
        return result
    if isinstance(result, Simulation):
        values -= {result.asked.origin, *result.asked.page.headers}
    known = Sensitive(values, (text for bucket, marked in _sides(result) if marked for text in _clear(bucket)))
    return replace(_Walk(known).everything(result), sensitive=frozenset())  # type: ignore[no-any-return]


def hide_in_error(error: CorsDriftError, values: frozenset[str | int]) -> None:
    """Hides the sensitive values of what had been read when the error came up."""
    known = Sensitive(values)
    error.message = known.scrub(error.message)
    error.advice = None if error.advice is None else known.scrub(error.advice)
    error.args = (error.message,)


def _sides(result: Report | Snapshot | Simulation) -> Iterator[tuple[Bucket, bool]]:
    """Every bucket of both sides, and whether its marks are known: S3 has none."""
    if isinstance(result, Report):
        for each in result.buckets:
            base = None if each.pull_request is None else each.pull_request.base
            yield from (
                (side, side.source not in UNMARKED)
                for side in (each.declared, base, *each.also_declared)
                if side is not None
            )
            if each.live is not None:
                yield each.live, bool(each.live.sensitive)
    else:
        for bucket in result.buckets if isinstance(result, Snapshot) else (each.bucket for each in result.buckets):
            yield bucket, bucket.source not in UNMARKED


def _clear(bucket: Bucket) -> Iterator[str]:
    return (text for text in _texts(bucket) if text not in bucket.sensitive)


def _texts(bucket: Bucket) -> Iterator[str]:
    for each in bucket.alternatives:
        if each.bucket is not None:
            yield from _texts(each.bucket)
    for rule in bucket.cors.rules if bucket.cors else ():
        for _, value in rule.by_api_name():
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, str):
                    yield part


def _hidden_once(names: Iterable[str]) -> list[str]:
    """The names, with each way to say that one is hidden only once."""
    kept: list[str] = []
    for name in names:
        if name not in kept or not name.startswith(SHOWN[:-1]):
            kept.append(name)
    return kept


class _Walk:
    """One pass over a result. ``close`` says that the bucket at hand has sensitive values of its own."""

    def __init__(self, known: Sensitive, *, close: bool = False) -> None:
        self.known = known
        self.close = close

    def everything(self, value: Any) -> Any:
        """The value with all text in it scrubbed, to any depth."""
        if isinstance(value, Enum | Location | Asked | bool | int | frozenset) or value is None:
            return value
        if isinstance(value, str):
            return self.known.scrub(value, made_up=self.close)
        if isinstance(value, tuple):
            return tuple(self.everything(each) for each in value)
        if isinstance(value, Finding):
            return self.finding(value)
        if isinstance(value, BucketReport):
            return _report(value, self.known)
        if isinstance(value, BucketAnswer):
            return _answer(value, self.known)
        if isinstance(value, Bucket):
            return self.bucket(value) if self.close else _Walk(self.known.at(value.sensitive)).bucket(value)
        if isinstance(value, CorsRule):
            return self.rule(value, live=True)
        if isinstance(value, Change):
            return replace(
                value,
                added=tuple(self.value(each, live=True) for each in value.added),
                removed=tuple(self.value(each) for each in value.removed),
            )
        if isinstance(value, Unknown):
            return self.unknown(value)
        if isinstance(value, Witness):
            return self.witness(value)
        if isinstance(value, CorsRequest):
            return self.request(value)
        if isinstance(value, CorsAnswer):
            return replace(
                value,
                headers=tuple(self.header(*each) for each in value.headers),
                message=self.everything(value.message),
                considered=self.everything(value.considered),
            )
        return self.fields(value) if dataclasses.is_dataclass(value) else value

    def fields(self, value: Any) -> Any:
        """A dataclass whose text is sentences."""
        names = [each.name for each in dataclasses.fields(value) if each.name != "id"]
        return replace(value, **{name: self.everything(getattr(value, name)) for name in names})

    def bucket(self, bucket: Bucket, *, live: bool = False) -> Bucket:
        """What is declared, or what S3 has. What is not named here is text, or holds some."""
        cors = bucket.cors
        if cors is not None:
            cors = replace(cors, rules=tuple(self.rule(each, live=live) for each in cors.rules))
        owner, region = (
            None if each is not None and self.known.marked(each) else each for each in (bucket.account, bucket.region)
        )
        named = {"name", "cors", "address", "made_by", "account", "region", "sensitive", *_NO_TEXT}
        others = (each.name for each in dataclasses.fields(bucket) if each.name not in named)
        return replace(
            bucket,
            name=self.value(bucket.name),
            cors=cors,
            address=None if bucket.address is None else _KEY.sub(self._key, bucket.address),
            made_by=None if bucket.made_by is None else _KEY.sub(self._key, bucket.made_by),
            account=owner,
            region=region,
            sensitive=frozenset(),
            **{name: self.everything(getattr(bucket, name)) for name in others},
        )

    def _key(self, found: re.Match[str]) -> str:
        return f'["{SHOWN}"]' if self.known.marked(found.group()[2:-2]) else found.group()

    def rule(self, rule: CorsRule, *, live: bool) -> CorsRule:
        def texts(values: TextList) -> TextList:
            if isinstance(values, Unknown):
                return self.unknown(values)
            return tuple(self.value(each, live=live) for each in values)

        return CorsRule(
            allowed_methods=texts(rule.allowed_methods),
            allowed_origins=texts(rule.allowed_origins),
            allowed_headers=texts(rule.allowed_headers),
            expose_headers=texts(rule.expose_headers),
            max_age_seconds=None if rule.max_age_seconds is None else self.value(rule.max_age_seconds),
            id=None if rule.id is None else self.value(rule.id, live=live),
        )

    def value(self, value: Any, *, live: bool = False) -> Any:
        """A value of a rule or a name: itself, or the unknown that stands for it."""
        if isinstance(value, Unknown):
            return self.unknown(value)
        if isinstance(value, int):
            return HIDDEN if value in self.known.numbers else value
        return HIDDEN if self._hides(value, live=live) else value

    def _hides(self, text: str, *, live: bool) -> bool:
        return self.known.betrays(text) if live and self.close else self.known.marked(text)

    def unknown(self, value: Unknown) -> Unknown:
        """Its known ends are values too, and may hold one."""
        ends = (value.prefix, value.suffix, value.prefix + value.suffix)
        hidden = any(self.known.betrays_part(each) if self.close else self.known.marked(each) for each in ends)
        return Unknown(self.everything(value.reason), *(("", "") if hidden else (value.prefix, value.suffix)))

    def witness(self, witness: Witness) -> Witness:
        """The names that a page may read are told apart by side, so that the difference can still be told."""
        sides = (witness.declared, witness.live)
        ours, theirs = (self._hidden_names(side) for side in sides)
        for_declared = dict.fromkeys(ours - theirs, f"{SHOWN[:-1]}, declared)")
        for_live = dict.fromkeys(theirs - ours, f"{SHOWN[:-1]}, live)")
        declared, live = (
            replace(self.everything(side), headers=tuple(self.header(*each, names=names) for each in side.headers))
            for side, names in zip(sides, (for_declared, for_live), strict=True)
        )
        return replace(witness, request=self.request(witness.request), declared=declared, live=live)

    def finding(self, finding: Finding) -> Finding:
        """A finding: what it tells and what it is about; its example is made of values of the rules."""
        example = finding.example
        if example is not None:
            answer = self.everything(example.answer)
            answer = replace(answer, headers=tuple(self.header(*each) for each in example.answer.headers))
            example = Example(self.request(example.request), answer)
        return replace(
            finding,
            bucket=None if finding.bucket is None else self.value(finding.bucket),
            message=self.everything(finding.message),
            subject=self.everything(finding.subject),
            help=self.everything(finding.help),
            example=example,
        )

    def _hidden_names(self, answer: CorsAnswer) -> set[str]:
        listed = dict(answer.headers).get("Access-Control-Expose-Headers", "").split(", ")
        return {name for name in listed if self.made_up(name) != name}

    def request(self, request: CorsRequest) -> CorsRequest:
        origin = None if request.origin is None else self.made_up(request.origin)
        return replace(request, origin=origin, headers=tuple(_hidden_once(map(self.made_up, request.headers))))

    def header(self, name: str, value: str, names: dict[str, str] | None = None) -> tuple[str, str]:
        """A header of an answer, which repeats values of the rules and of the request."""
        if name in _LISTS:
            return name, ", ".join(
                _hidden_once((names or {}).get(each) or self.made_up(each) for each in value.split(", "))
            )
        if value.isdecimal():
            return name, SHOWN if int(value) in self.known.numbers else value
        return name, self.made_up(value) if name == "Access-Control-Allow-Origin" else value

    def made_up(self, text: str) -> str:
        """A value that the program chose, or S3's answer to it."""
        return SHOWN if (self.known.betrays_part if self.close else self.known.marked)(text) else text


def _report(report: BucketReport, known: Sensitive) -> BucketReport:
    """One bucket: what S3 has and the requests are held against all that is sensitive there, and so are the words."""
    base = None if report.pull_request is None else report.pull_request.base
    sides = [side for side in (report.declared, report.live, base, *report.also_declared) if side is not None]
    own = frozenset[str | int]().union(*(side.sensitive for side in sides))
    if not own:
        return _plain(report, _Walk(known.at(())), live_has_marks=True)
    here = known.at(own)
    live = report.live if report.live is not None and not report.live.sensitive else None
    found = [text for text in (_texts(live) if live else ()) if here.betrays(text)]
    requests = [each.request for each in report.witnesses]
    if report.pull_request is not None and report.pull_request.witness is not None:
        requests.append(report.pull_request.witness.request)
    requests += [each.example.request for each in report.findings if each.example is not None]
    asked = [text for each in requests for text in (each.origin or "", *each.headers)]
    found += [text for text in asked if known.at(own, found).betrays_part(text)]
    return _plain(report, _Walk(known.at(own, found), close=True), live_has_marks=live is None)


def _plain(report: BucketReport, walk: _Walk, *, live_has_marks: bool) -> BucketReport:
    live = None if report.live is None else walk.bucket(report.live, live=not live_has_marks)
    return replace(
        report,
        name=walk.value(report.name),
        declared=None if report.declared is None else walk.bucket(report.declared),
        live=live,
        reason=walk.everything(report.reason),
        changes=walk.everything(report.changes),
        folds=walk.everything(report.folds),
        witnesses=walk.everything(report.witnesses),
        notes=report.notes,
        findings=tuple(walk.finding(each) for each in report.findings),
        also_declared=tuple(walk.bucket(each) for each in report.also_declared),
        history=walk.everything(report.history),
        pull_request=walk.everything(report.pull_request),
    )


def _answer(answer: BucketAnswer, known: Sensitive) -> BucketAnswer:
    walk = _Walk(known.at(answer.bucket.sensitive))
    return replace(
        answer,
        bucket=walk.bucket(answer.bucket),
        answer=walk.everything(answer.answer),
        reason=walk.everything(answer.reason),
        notes=walk.everything(answer.notes),
        browser=walk.everything(answer.browser),
    )
