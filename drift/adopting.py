"""Code takes over what is live: from a report to edits of declarations, what they mean, and what is left by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drift.adopting_findings import brought_findings
from drift.adopting_hiding import Hiding
from drift.adopting_shown import diff_of, diffs_by_owners, files_of, shown_edits
from drift.adopting_words import effect_of, notes_on, rules_as_text, shared_with_others
from drift.adoption import Adopting, Adoption, Outcome
from drift.choosing import choices_of
from drift.discovery import Source
from drift.edits import ByHand
from drift.finding import Finding
from drift.interfaces import Renderer
from drift.location import Severity
from drift.plugins import load_renderers
from drift.redaction import redacted
from drift.remedy import Failed, Remedies
from drift.remedy_meaning import Key
from drift.remedy_world import World
from drift.report import BucketReport, BucketState, Report, Verdict
from drift.selecting import Selection
from drift.settings import Settings
from drift.snapshot import Bucket
from drift.wanted import Chosen, adopted
from drift.writing_files import write_files


@dataclass(frozen=True, slots=True)
class Target:
    """A bucket of the report that is to be adopted, and the entry of it that is edited; None with why there is none."""

    report: BucketReport
    chosen: Chosen
    key: Key | None
    why: str | None = None


class Adopter:
    """One run. ``opened`` has sources be read otherwise than from disk; nothing can be written then."""

    def __init__(
        self,
        report: Report,
        paths: Sequence[Path],
        settings: Settings,
        selection: Selection,
        opened: Callable[[Source], Source] | None = None,
        renderers: Mapping[str, Renderer] | None = None,
    ) -> None:
        self._report = report
        self._paths = paths
        self._settings = settings
        self._opened = opened
        self._renderers = load_renderers() if renderers is None else renderers
        self._choices = choices_of(report, selection, settings.buckets, adopted)
        self._world = World(paths, settings, opened)
        self._hiding = Hiding(report)
        self._betrayed: set[Key] = set()
        self._targets = [self._target(each) for each in report.buckets]

    def adoption(self) -> Adoption:
        """The edits, checked; nothing is written."""
        self._remedies = self._found()
        while betrayed := self._betraying(self._remedies):
            self._betrayed |= betrayed
            self._remedies = self._found()
        diff, root = diff_of(self._remedies)
        return Adoption(
            buckets=tuple(self._adoptings(self._remedies)),
            diff=diff,
            diff_root=root,
            diagnostics=(*redacted(self._report).diagnostics, *self._remedies.diagnostics),
            failed=any(each.severity is Severity.ERROR for each in self._report.diagnostics),
            incomplete=self._report.verdict is Verdict.INCOMPLETE
            and all(each.compared for each in self._report.buckets),
            allows_unknown=self._settings.allow_incomplete,
            files=tuple(files_of(self._remedies)),
        )

    def written(self, adoption: Adoption, *, allow_dirty: bool) -> Adoption:
        """The same with all its files written, and what they declare read again from disk."""
        if not adoption.files or adoption.failed:
            return adoption
        write_files(adoption.files, allow_dirty=allow_dirty)
        missed = set(self._remedies.holds(World(self._paths, self._settings)))
        keys = [None if each is None else each.key for each in self._targets]
        buckets = []
        for each, key in zip(adoption.buckets, keys, strict=True):
            if key in missed:
                buckets.append(replace(each, reason=_NOT_SO))
            else:
                done = each.outcome is Outcome.TO_DO
                buckets.append(replace(each, outcome=Outcome.DONE) if done else each)
        return replace(adoption, buckets=tuple(buckets), written=True, failed=bool(missed))

    def _target(self, report: BucketReport) -> Target | None:
        choice = self._choices.get(id(report))
        declared = report.declared
        if choice is None or declared is None or not choice.changes:
            return None
        why = _not_by_edits(report, declared)
        if why is not None:
            return Target(report, choice, None, why)
        keys = self._world.matching(declared)
        if not keys:
            return Target(report, choice, None, "it was read from a saved snapshot, and not from code")
        if len(keys) > 1 and len({key._replace(reading=0) for key in keys}) > 1:
            return Target(report, choice, None, "several declarations are called so")
        return Target(report, choice, keys[0])

    def _found(self) -> Remedies:
        chosen = {
            each.key: each.chosen
            for each in self._targets
            if each is not None and each.key is not None and each.key not in self._betrayed
        }
        found = Remedies(self._world, self._renderers, chosen)
        found.run()
        return found

    def _betraying(self, remedies: Remedies) -> set[Key]:
        """The buckets whose part of the diff would show a sensitive value."""
        found: set[Key] = set()
        for diff, owners in diffs_by_owners(remedies):
            if self._hiding.shows(diff):
                found |= owners
        return found - self._betrayed

    def _adoptings(self, remedies: Remedies) -> Iterator[Adopting]:
        there = [(each, each.report.declared) for each in self._targets if each is not None]
        pairs = [(declared, each.chosen.wanted) for each, declared in there if declared is not None]
        brought = iter(brought_findings(pairs, self._settings.assessment))
        for report, target in zip(self._report.buckets, self._targets, strict=True):
            if target is None or report.declared is None:
                made, close = self._without_target(report), False
            else:
                made = self._adopting(target, report.declared, remedies, next(brought))
                close = bool(report.declared.sensitive) or target.key in self._betrayed
            yield self._hiding.hidden(made, close=close)

    def _without_target(self, report: BucketReport) -> Adopting:
        made = _made(report)
        if report.state is BucketState.IN_SYNC:
            return replace(made, outcome=Outcome.ALREADY)
        if not report.compared:
            return replace(made, outcome=Outcome.UNKNOWN, reason=report.reason)
        choice = self._choices.get(id(report))
        if choice is None:
            accepted = not report.drift
            return replace(made, outcome=Outcome.LEFT, reason=_ACCEPTED if accepted else _NOT_SELECTED)
        if report.declared is None:
            advice = ("to have a declaration written: cors-drift generate",)
            return replace(made, outcome=Outcome.BY_HAND, reason="no code declares this bucket", says=advice)
        if report.declared.alternatives:
            return replace(
                made, outcome=Outcome.BY_HAND, reason=_OPEN, by_hand=_open_places(report.declared, report.live)
            )
        if any(report.declared.cors.unknowns()) if report.declared.cors else False:
            return replace(made, outcome=Outcome.BY_HAND, reason=_HANGS)
        return replace(made, outcome=Outcome.LEFT, reason=_NOT_SELECTED)

    def _adopting(
        self, target: Target, declared: Bucket, remedies: Remedies, findings: tuple[Finding, ...]
    ) -> Adopting:
        effect, says = effect_of(declared, target.chosen.wanted.cors)
        made = _made(target.report)
        made = replace(made, effect=effect, says=(*says, *notes_on(declared)), findings=findings)
        if target.key is None:
            return replace(made, outcome=Outcome.BY_HAND, by_hand=_declared_here(target), reason=target.why)
        if target.key in remedies.done:
            edits, along = shown_edits(remedies, target.key), self._along(target.key, remedies)
            says = (*made.says, *shared_with_others((each.path for each in edits), self._settings.declared))
            return replace(made, outcome=Outcome.TO_DO, edits=edits, reason=along, says=says)
        failed = remedies.failed.get(target.key, Failed())
        reason = _SENSITIVE if target.key in self._betrayed else self._why(target.key, failed, remedies)
        told = tuple(_relocated(each, remedies, target.key) for each in failed.by_hand) or _declared_here(target)
        return replace(made, outcome=Outcome.BY_HAND, by_hand=told, reason=reason)

    def _why(self, key: Key, failed: Failed, remedies: Remedies) -> str | None:
        """Why no edit was found, where that is not said by the places."""
        if key.source not in self._renderers:
            return f"declarations of this kind ({key.source}) are not edited"
        if failed.other is not None:
            other = remedies.entry(failed.other)
            name = other.name if isinstance(other.name, str) else other.address
            place = other.location
            at = f" ({remedies.shown(failed.other, place.path)}:{place.line})" if place is not None else ""
            wants = ", which is to become something else" if failed.other in remedies.goals else ""
            return f"the same text gives the rules of {name}{at}{wants}: it would change too"
        if failed.tried:
            return "no edit that was tried declares this and nothing else"
        return None if failed.by_hand else "no edit is known for the way in which it is written"

    def _along(self, key: Key, remedies: Remedies) -> str | None:
        """With whose edits it is done."""
        others = [remedies.before.buckets[each] for each in sorted(remedies.along.get(key, ()))]
        names = [each.name if isinstance(each.name, str) else each.address or "" for each in others]
        return f"the edit for {', '.join(names)} does this one too" if names else None


_ACCEPTED = "its drift is accepted, by the settings or a waiver; name it with --bucket to adopt it all the same"
_NOT_SELECTED = "nothing of it is selected"
_NOT_SO = "it was written, and what was read again is not what is wanted"
_SENSITIVE = "the change would show a value that the code marks as sensitive"
_OPEN = "the code leaves open which of several declarations holds"
_HANGS = "what differs hangs on values that are not known"


def _not_by_edits(report: BucketReport, declared: Bucket) -> str | None:
    """Why a bucket is not edited whatever its renderer can do."""
    if declared.sensitive:
        return "its rules hold values that the code marks as sensitive, which a diff would show"
    if report.also_declared:
        return "several declarations give its rules, and all of them would have to change alike"
    if declared.alternatives:
        return _OPEN
    return None


def _made(report: BucketReport) -> Adopting:
    declared = report.declared
    return Adopting(
        report.name,
        Outcome.LEFT,
        None if declared is None else declared.address,
        None if declared is None else declared.location,
    )


def _declared_here(target: Target) -> tuple[ByHand, ...]:
    """The places of all declarations of the bucket, with the rules that are wanted there."""
    wanted = rules_as_text(target.chosen.wanted.cors)
    sides = (target.report.declared, *target.report.also_declared)
    places = [side.location for side in sides if side is not None and side.location is not None]
    return tuple(ByHand(place, "this is where it is declared", wanted) for place in places)


def _open_places(declared: Bucket, live: Bucket | None) -> tuple[ByHand, ...]:
    places = [(each.when, each.bucket.location) for each in declared.alternatives if each.bucket is not None]
    wanted = rules_as_text(None if live is None else live.cors)
    return tuple(ByHand(place, f"declared here if {when}", wanted) for when, place in places if place is not None)


def _relocated(each: ByHand, remedies: Remedies, key: Key) -> ByHand:
    place = each.location
    return replace(each, location=replace(place, path=remedies.shown(key, place.path)))
