"""Code takes over what is live: from a report to edits of declarations, what they mean, and what is left by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drift.adopting_words import effect_of, notes_on, rules_as_text
from drift.adoption import Adopting, Adoption, FileChange, Outcome, ShownEdit
from drift.assessment import assess
from drift.choosing import choices_of
from drift.discovery import Source
from drift.edits import ByHand
from drift.finding import Finding
from drift.interfaces import Renderer
from drift.line_changes import Hunk, unified
from drift.location import Severity
from drift.plugins import load_renderers
from drift.remedy import Failed, Remedies
from drift.remedy_meaning import Key
from drift.remedy_world import World
from drift.report import BucketReport, BucketState, ExitPolicy, Report, Verdict
from drift.selecting import Selection
from drift.sensitive import SHOWN, Sensitive
from drift.settings import Settings
from drift.snapshot import Bucket, State
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
        sides = [side for each in report.buckets for side in (each.declared, *each.also_declared) if side is not None]
        clear = (text for side in sides for text in _texts(side) if text not in side.sensitive)
        self._known = Sensitive(report.all_sensitive, clear)
        self._betrayed: set[Key] = set()
        self._targets = [self._target(each) for each in report.buckets]

    def adoption(self) -> Adoption:
        """The edits, checked; nothing is written."""
        self._remedies = self._found()
        while betrayed := self._betraying(self._remedies):
            self._betrayed |= betrayed
            self._remedies = self._found()
        root, diff = self._diff(self._remedies)
        return Adoption(
            buckets=tuple(self._hidden(each) for each in self._adoptings(self._remedies)),
            diff=diff,
            diff_root=root,
            diagnostics=(*self._report.diagnostics, *self._remedies.diagnostics),
            failed=any(each.severity is Severity.ERROR for each in self._report.diagnostics),
            incomplete=self._report.verdict is Verdict.INCOMPLETE
            and all(each.compared for each in self._report.buckets),
            allows_unknown=self._settings.allow_incomplete,
            files=tuple(self._files(self._remedies)),
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
        for path, changed in remedies.changed.items():
            hunks = list(changed.hunks())
            diff = unified("", self._text_before(remedies, path), hunks)
            if any(self._known.scrub(line) != line for line in diff.split("\n")):
                found |= {owner for hunk in hunks for owner in hunk.owners}
        return found - self._betrayed

    def _adoptings(self, remedies: Remedies) -> Iterable[Adopting]:
        targets = [each for each in self._targets if each is not None]
        findings = self._new_findings(targets)
        by_report = {id(each.report): each for each in targets}
        for report in self._report.buckets:
            target = by_report.get(id(report))
            if target is None:
                yield self._without_target(report)
            else:
                yield self._adopting(target, remedies, findings[id(report)])

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
            return replace(made, outcome=Outcome.BY_HAND, reason=_OPEN, by_hand=_open_places(report.declared))
        if any(report.declared.cors.unknowns()) if report.declared.cors else False:
            return replace(made, outcome=Outcome.BY_HAND, reason=_HANGS)
        return replace(made, outcome=Outcome.LEFT, reason=_NOT_SELECTED)

    def _adopting(self, target: Target, remedies: Remedies, findings: tuple[Finding, ...]) -> Adopting:
        declared = target.report.declared
        if declared is None:
            return _made(target.report)
        effect, says = effect_of(declared, target.chosen.wanted.cors)
        made = replace(_made(target.report), effect=effect, says=(*says, *notes_on(declared)), findings=findings)
        if target.key in remedies.done:
            edits = self._edits(remedies, target.key)
            return replace(made, outcome=Outcome.TO_DO, edits=edits, reason=self._shared_with(target.key, remedies))
        wanted = rules_as_text(target.chosen.wanted.cors)
        reason = target.why
        failed = remedies.failed.get(target.key, Failed()) if target.key is not None else Failed()
        if target.key in self._betrayed:
            reason = _SENSITIVE
        elif reason is None:
            reason = self._why(target.key, failed, remedies)
        told = tuple(_relocated(each, remedies, target.key) for each in failed.by_hand) if target.key else ()
        if not told and declared.location is not None:
            why = "this is where it is declared"
            told = (ByHand(declared.location, why, wanted),)
            told += tuple(ByHand(each.location, why, wanted) for each in target.report.also_declared if each.location)
        return replace(made, outcome=Outcome.BY_HAND, by_hand=told, reason=reason)

    def _why(self, key: Key | None, failed: Failed, remedies: Remedies) -> str | None:
        """Why no edit was found, where that is not said by the places."""
        if key is None:
            return None
        if key.source not in self._renderers:
            return f"declarations of this kind ({key.source}) are not edited"
        if failed.other is not None:
            other = remedies.before.buckets[failed.other]
            name = other.name if isinstance(other.name, str) else other.address
            place = other.location
            at = f" ({remedies.shown(failed.other, place.path)}:{place.line})" if place is not None else ""
            wants = ", which is to become something else" if failed.other in remedies.goals else ""
            return f"the same text gives the rules of {name}{at}{wants}: it would change too"
        if failed.tried:
            return "no edit that was tried declares this and nothing else"
        return None if failed.by_hand else "no edit is known for the way in which it is written"

    def _shared_with(self, key: Key | None, remedies: Remedies) -> str | None:
        return None if key not in remedies.along else "the edit of another bucket does this one too"

    def _edits(self, remedies: Remedies, key: Key | None) -> tuple[ShownEdit, ...]:
        if key is None:
            return ()
        own = {key} | remedies.along.get(key, set())
        found = []
        for path, changed in sorted(remedies.changed.items()):
            found += [_shown_edit(_shown(path), hunk) for hunk in changed.hunks() if hunk.owners & own]
        return tuple(found)

    def _text_before(self, remedies: Remedies, path: str) -> str:
        return (remedies.content_before(path) or b"").decode("utf-8")

    def _diff(self, remedies: Remedies) -> tuple[str | None, str | None]:
        paths = [path for path, changed in sorted(remedies.changed.items()) if any(True for _ in changed.hunks())]
        if not paths:
            return None, None
        here = os.path.realpath(Path.cwd())
        inside = all(Path(path).is_relative_to(here) for path in paths)
        root = here if inside else os.path.commonpath([remedies.root_of(path) for path in paths])
        parts = [
            unified(
                Path(path).relative_to(root).as_posix(),
                self._text_before(remedies, path),
                remedies.changed[path].hunks(),
                is_new=remedies.content_before(path) is None,
            )
            for path in paths
        ]
        return None if inside else root, "".join(parts)

    def _files(self, remedies: Remedies) -> Iterable[FileChange]:
        for path, content in sorted(remedies.files.items()):
            before = remedies.content_before(path)
            if before != content:
                yield FileChange(path, _shown(path), remedies.root_of(path), before, content)

    def _new_findings(self, targets: Sequence[Target]) -> Mapping[int, tuple[Finding, ...]]:
        """What policy and promises say of the wanted rules that they did not say of the declared ones."""
        before = self._findings([each.report.declared for each in targets])
        after = self._findings([_with(each) for each in targets])
        found = {}
        for target, old, new in zip(targets, before, after, strict=True):
            known = {(each.id, each.subject) for each in old}
            found[id(target.report)] = tuple(each for each in new if (each.id, each.subject) not in known)
        return found

    def _findings(self, buckets: Sequence[Bucket | None]) -> Sequence[tuple[Finding, ...]]:
        alone = tuple(
            BucketReport(bucket.name if bucket else "", BucketState.VALIDATED, bucket, None) for bucket in buckets
        )
        report = Report(Verdict.CLEAN, 0, alone, (), "", "")
        settings = replace(self._settings.assessment, ignores=())
        judged = assess(report, settings, ExitPolicy(), narrowed=True)
        return [tuple(each for each in one.findings if each.judged and each.waived is None) for one in judged.buckets]

    def _hidden(self, made: Adopting) -> Adopting:
        """The same with no sensitive value in any sentence."""
        if not self._known:
            return made

        def text(words: str) -> str:
            return self._known.scrub(words, made_up=True)

        return replace(
            made,
            name=SHOWN if isinstance(made.name, str) and self._known.marked(made.name) else made.name,
            address=None if made.address is None else text(made.address),
            says=tuple(map(text, made.says)),
            reason=None if made.reason is None else text(made.reason),
            findings=tuple(
                replace(
                    each, message=text(each.message), subject=text(each.subject), help=text(each.help), example=None
                )
                for each in made.findings
            ),
            by_hand=tuple(replace(each, why=text(each.why), wanted=text(each.wanted)) for each in made.by_hand),
        )


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


def _open_places(declared: Bucket) -> tuple[ByHand, ...]:
    places = [(each.when, each.bucket.location) for each in declared.alternatives if each.bucket is not None]
    return tuple(ByHand(place, f"declared here if {when}", "") for when, place in places if place is not None)


def _with(target: Target) -> Bucket | None:
    """The declaration as it would be; rules stand where those stand that they replace."""
    declared, wanted = target.report.declared, target.chosen.wanted
    if declared is None:
        return None
    state = State.ABSENT if wanted.cors is None else State.CONFIGURED
    places = tuple(declared.places[at] for at in wanted.replaces if at is not None) if declared.places else ()
    places = places if len(places) == len(wanted.rules) and wanted.cors is not None else ()
    return replace(declared, state=state, cors=wanted.cors, places=places, reason=None)


def _relocated(each: ByHand, remedies: Remedies, key: Key) -> ByHand:
    place = each.location
    return replace(each, location=replace(place, path=remedies.shown(key, place.path)))


def _shown(path: str) -> str:
    """An absolute path as the user would write it."""
    here = os.path.realpath(Path.cwd())
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path


def _shown_edit(path: str, hunk: Hunk[Key]) -> ShownEdit:
    return ShownEdit(path, hunk.start + 1, hunk.end, "".join(hunk.before), "".join(hunk.after))


def _texts(bucket: Bucket) -> Iterable[str]:
    for rule in bucket.cors.rules if bucket.cors else ():
        for _, value in rule.by_api_name():
            yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str))
