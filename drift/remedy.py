"""From a report to edits: each is asked of the renderer, made in memory, read again and compared before it is shown.

A renderer proposes; nothing that it says is taken for granted. Edits hold if the same parser then finds the wanted
rules, and every other declaration says what it said before, or what is wanted of it too. Several buckets are tried
together first, since that is one reading for all of them; where that does not hold, by halves.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drift.discovery import shown
from drift.edits import ByHand, Proposal, TextEdit
from drift.errors import InputError
from drift.interfaces import Renderer
from drift.line_changes import ChangedFile
from drift.location import Diagnostic, Location, Severity
from drift.remedy_meaning import Goal, Key, Parsed, Refused, reached, refused
from drift.remedy_world import Files, Reading, World, content_before
from drift.snapshot import Bucket
from drift.wanted import Chosen

MAX_ATTEMPTS = 16
"""Attempts of one proposal that are tried; each has all declarations read again."""


MAX_TRIALS = 1000
"""Trials of one run; each has declarations read again, so that more would take hours."""

MAX_SPARED = 12
"""So many buckets are tried once more without each, for an edit that those of the others make needless."""

Attempt = tuple[Key, tuple[TextEdit, ...]]
"""Edits, and for which bucket they are meant."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A bucket that no edit was found for: what its renderer names instead, and which other bucket is in the way."""

    by_hand: tuple[ByHand, ...] = ()
    other: Key | None = None
    tried: bool = False


@dataclass(slots=True)
class Remedies:
    """The state of the work: what was reached, what was not, and what the files hold by now.

    ``along`` has the buckets that were reached with the edits of others, and whose edits these are.
    """

    world: World
    renderers: Mapping[str, Renderer]
    chosen: Mapping[Key, Chosen]
    goals: dict[Key, Goal] = field(init=False)
    files: Files = field(default_factory=dict)
    changed: dict[str, ChangedFile[Key]] = field(default_factory=dict)
    done: set[Key] = field(default_factory=set)
    failed: dict[Key, Failed] = field(default_factory=dict)
    along: dict[Key, set[Key]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    trials: int = 0
    _before: Parsed = field(init=False)
    _now: Parsed = field(init=False)
    _new: tuple[Bucket, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._before = self._now = self.world.parsed({})
        self._new = ()
        self.goals = {
            key: Goal(
                self._before.buckets[key].name,
                each.wanted.cors,
                self._before.buckets[key].writes_max_age_zero,
            )
            for key, each in self.chosen.items()
        }

    @property
    def before(self) -> Parsed:
        """What was declared before any edit."""
        return self._before

    def run(self) -> None:
        """Find edits for all."""
        self._solve(list(self.goals))
        if self.trials >= MAX_TRIALS:
            told = f"edits were tried {MAX_TRIALS:,} times, and then no more: buckets may be left that have one"
            advice = "run it for fewer buckets: --bucket"
            self.diagnostics.append(Diagnostic(Severity.WARNING, "trials-used-up", told, None, advice))
        for key in [each for each in self.failed if self._reached(each)]:
            del self.failed[key]  # the edit of another bucket has done it as well
            self.done.add(key)

    def holds(self, world: World) -> Sequence[Key]:
        """Which of the goals that were reached are not, in another world (what has been written)."""
        found = world.parsed({})
        if found.faults - self._now.faults:
            return sorted(self.done)
        new = [bucket for key, bucket in found.buckets.items() if key not in self._before.buckets]
        return [
            key
            for key in sorted(self.done)
            if not reached(self.goals[key], self._before.buckets[key], found.buckets.get(key), new)
        ]

    def _reached(self, key: Key) -> bool:
        return reached(self.goals[key], self._before.buckets[key], self._now.buckets.get(key), self._new)

    def _solve(self, keys: Sequence[Key]) -> None:
        """Edits for these buckets, tried together, else by halves."""
        left = []
        for key in keys:
            if self._reached(key):
                self.done.add(key)
            else:
                left.append((key, self._proposal(key)))
        open_ones = []
        for key, proposal in left:
            if proposal.attempts:
                open_ones.append((key, proposal))
            else:
                self.failed[key] = Failed(proposal.by_hand)
        if len(open_ones) == 1:
            self._solve_one(*open_ones[0])
        elif open_ones and self._try([(key, proposal.attempts[0]) for key, proposal in open_ones]) is not None:
            half = len(open_ones) // 2
            self._solve([key for key, _ in open_ones[:half]])
            self._solve([key for key, _ in open_ones[half:]])

    def _solve_one(self, key: Key, proposal: Proposal) -> None:
        why: Refused | None = None
        for attempt in proposal.attempts[:MAX_ATTEMPTS]:
            found = self._try([(key, attempt)])
            if found is None:
                return
            why = why if why is not None and why.other is not None else found
        self.failed[key] = Failed(proposal.by_hand, why.other if why else None, tried=True)

    def _proposal(self, key: Key) -> Proposal:
        bucket = self._now.buckets.get(key)
        renderer = self.renderers.get(key.source)
        if renderer is None or bucket is None:
            return Proposal()
        reading = self._reading(key)
        tree = self.world.tree(reading, self.files)
        inputs = self.world.inputs(reading, self.files)
        try:
            return renderer.propose(tree, reading.units, inputs, bucket, self.chosen[key].wanted)
        except Exception as error:  # one bucket without an edit is better than none with one
            if os.environ.get("CORS_DRIFT_DEBUG"):
                raise
            told = f"a defect in the renderer {renderer.name} ({type(error).__name__}): this bucket has no edit"
            place = bucket.location
            at = None if place is None else Location(self.shown(key, place.path), place.line)
            advice = "report it, with what CORS_DRIFT_DEBUG=1 prints"
            self.diagnostics.append(Diagnostic(Severity.WARNING, "renderer-failed", told, at, advice))
            return Proposal()

    def _try(self, attempts: Sequence[Attempt]) -> Refused | None:
        """Make the edits if they hold; else why they do not."""
        keys = {key for key, _ in attempts}
        found = self._outcome(attempts, keys)
        if isinstance(found, Refused):
            return found
        if 1 < len(attempts) <= MAX_SPARED:
            attempts, found = self._spared(attempts, keys, found)
        self._track(attempts)
        self.files, self._now = found
        self._new = tuple(each for key, each in self._now.buckets.items() if key not in self._before.buckets)
        self.done |= keys
        edited = {key for key, _ in attempts}
        for key in self.goals:
            new = key in keys or key not in self.done
            if new and key not in edited and key not in self.along and self._reached(key):
                self.along[key] = {each for each, _ in attempts}
        return None

    def _spared(
        self, attempts: Sequence[Attempt], keys: Collection[Key], found: tuple[Files, Parsed]
    ) -> tuple[Sequence[Attempt], tuple[Files, Parsed]]:
        """The edits without those of buckets that the edits of the others do as well."""
        for key in sorted(keys):
            fewer = [each for each in attempts if each[0] != key]
            outcome = self._outcome(fewer, keys) if fewer else Refused()
            if not isinstance(outcome, Refused):
                attempts, found = fewer, outcome
        return attempts, found

    def _outcome(self, attempts: Sequence[Attempt], keys: Collection[Key]) -> tuple[Files, Parsed] | Refused:
        """The files after edits that bring all of ``keys`` to their goals, and what these declare; else why not."""
        files = self.files
        try:
            for root in dict.fromkeys(self._reading(key).root for key, _ in attempts):
                own = [(key, each) for key, each in attempts if self._reading(key).root == root]
                edits = dict.fromkeys(edit for _, each in own for edit in each)
                files = self.world.edited(self._reading(own[0][0]), files, list(edits))
        except (ValueError, InputError):
            return Refused()
        if files == self.files or self.trials >= MAX_TRIALS:
            return Refused()
        self.trials += 1
        after = self.world.parsed(files)
        several = keys if len(keys) > 1 else ()
        why = refused(self._before, after, self.goals, {*keys, *self.done}, self._now, several)
        if why is None and self.world.leads_beyond(files):
            why = self._refused_beyond(files)
        return (files, after) if why is None else why

    def _refused_beyond(self, files: Files) -> Refused | None:
        """Why edits of files that other code may read too do not hold: that code would declare something else."""
        before = self.world.parsed_beyond({})
        if not before.buckets:
            return None
        last = self.world.parsed_beyond(self.files) if self.files else before
        return refused(before, self.world.parsed_beyond(files), self.goals, (), last)

    def entry(self, key: Key) -> Bucket:
        """An entry as it was before any edit, be it of code that nobody asked about."""
        found = self._before.buckets.get(key)
        return self.world.parsed_beyond({}).buckets[key] if found is None else found

    def _reading(self, key: Key) -> Reading:
        return self.world.reading(key.reading)

    def _track(self, attempts: Sequence[Attempt]) -> None:
        """Note which lines were changed for whom."""
        by_path: dict[str, list[tuple[TextEdit, frozenset[Key]]]] = {}
        for key, edits in attempts:
            tree = self.world.tree(self._reading(key), self.files)
            for edit in edits:
                path = str(self._reading(key).root / tree.path_of(edit.path))
                by_path.setdefault(path, []).append((edit, frozenset({key})))
        for path, each in by_path.items():
            if path not in self.changed:
                content = self.content_before(path)
                self.changed[path] = ChangedFile("" if content is None else content.decode("utf-8"))
            self.changed[path].apply(each)

    def root_of(self, path: str) -> str:
        """The root of the tree that a file, by its absolute path, was edited in."""
        return str(next(each.root for each in self.world.readings if Path(path).is_relative_to(each.root)))

    def content_before(self, path: str) -> bytes | None:
        """What a file, by its absolute path, held before; None of one that is new."""
        reading = next(each for each in self.world.readings if Path(path).is_relative_to(each.root))
        return content_before(reading, path)

    def shown(self, key: Key, path: str) -> str:
        """A path of the tree of an entry as the user would write it."""
        return shown(self._reading(key).source.tree, path)
