"""All that a run reads of declarations, to be read again with edits in memory: by the same parsers, with the same
inputs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from drift.discovery import Source, open_source, shown, units_in
from drift.documents import document_kind
from drift.documents.lines import snapshot_by_lines
from drift.edits import TextEdit
from drift.errors import InputError
from drift.interfaces import Inputs, NamedText, Parser
from drift.overlay import Overlay
from drift.plugins import load_parsers
from drift.remedy_meaning import Key, Parsed, errors_in, keyed
from drift.settings import Settings
from drift.snapshot import Bucket
from drift.sources import inputs_of, text_in

Files = Mapping[str, bytes]
"""What files hold after edits, by absolute path."""

_NO_VALUES = Inputs()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one parser reads at one source."""

    source: Source
    parser: Parser
    units: Sequence[str]

    @property
    def root(self) -> Path:
        return self.source.tree.root


class World:
    """The declarations at the paths of a run. Nothing in it changes: states are told apart by their ``Files``.

    ``opened`` has a source be read otherwise than from disk, as a pull request's.
    """

    def __init__(
        self, paths: Sequence[Path], settings: Settings, opened: Callable[[Source], Source] | None = None
    ) -> None:
        self._settings = settings
        self._left_out = (
            *(() if settings.live.source is None else (settings.live.source,)),
            *settings.identity.states,
        )
        self.readings: tuple[Reading, ...] = tuple(self._found(paths or (Path(),), opened))
        self._trees: dict[tuple[Path, int], tuple[Files, Overlay, dict[int, Inputs]]] = {}
        self._unedited: dict[int, tuple[dict[Key, Bucket], Counter[tuple[str, str]]]] = {}

    @cached_property
    def beyond(self) -> tuple[Reading, ...]:
        """The trees as a whole: with code that nobody asked about, and that may share what is edited, as one
        environment shares a module with another.
        """
        found = []
        parsers = load_parsers()
        for root, source in {each.root: each.source for each in self.readings}.items():
            units, _ = units_in(Source(source.tree, "", source.given), parsers, self._left_out)
            for parser in parsers:
                if set(units[parser.name]) - self._asked(root, parser):
                    found.append(Reading(source, parser, units[parser.name]))
        return tuple(found)

    def _asked(self, root: Path, parser: Parser) -> set[str]:
        """The units of a tree that the run is about."""
        own = [each for each in self.readings if each.root == root and each.parser.name == parser.name]
        return {unit for each in own for unit in each.units}

    @cached_property
    def _asked_beyond(self) -> frozenset[Key]:
        """The entries of the whole trees that are those which the run is about, told again."""
        found: set[Key] = set()
        for index, reading in enumerate(self.beyond, len(self.readings)):
            asked = sorted(self._asked(reading.root, reading.parser))
            own = set(reading.parser.parse(reading.source.tree, asked, _NO_VALUES).buckets) if asked else set()
            found |= {key for key, bucket in self._read(index, reading, {})[0].items() if bucket in own}
        return frozenset(found)

    def reading(self, index: int) -> Reading:
        """The reading of a key: one that was asked for, or one of what lies beyond."""
        count = len(self.readings)
        return self.readings[index] if index < count else self.beyond[index - count]

    def leads_beyond(self, files: Files) -> bool:
        """Whether one of the files lies outside of what was asked for, so that other code may read it too."""
        asked = {each.root / path for each in self.readings for path in (each.source.path, *each.units)}
        return any(not any(Path(path).is_relative_to(each) for each in asked) for path in files)

    def parsed_beyond(self, files: Files) -> Parsed:
        """What the code beyond declares with these files. Values that the user gave are not for it."""
        found = self._parsed(files, len(self.readings), self.beyond)
        return replace(
            found, buckets={key: each for key, each in found.buckets.items() if key not in self._asked_beyond}
        )

    def parsed(self, files: Files) -> Parsed:
        """What is declared with these files."""
        return self._parsed(files, 0, self.readings)

    def _parsed(self, files: Files, first: int, readings: Sequence[Reading]) -> Parsed:
        buckets: dict[Key, Bucket] = {}
        faults: Counter[tuple[str, str]] = Counter()
        for index, reading in enumerate(readings, first):
            found, told = self._read(index, reading, files)
            buckets |= found
            faults += told
        return Parsed(buckets, faults)

    def _read(self, index: int, reading: Reading, files: Files) -> tuple[dict[Key, Bucket], Counter[tuple[str, str]]]:
        touched = any(Path(path).is_relative_to(reading.root) for path in files)
        if not touched and index in self._unedited:
            return self._unedited[index]
        tree = self.tree(reading, files)
        inputs = self.inputs(reading, files) if index < len(self.readings) else _NO_VALUES
        snapshot = reading.parser.parse(tree, reading.units, inputs)
        found = keyed(index, snapshot.buckets), errors_in(snapshot.diagnostics)
        if not touched:
            self._unedited[index] = found
        return found

    def tree(self, reading: Reading, files: Files) -> Overlay:
        """The tree of a reading with these files; the same object each time, for whoever keeps what was read there."""
        root = reading.root
        known = self._trees.get((root, id(files)))
        if known is not None and known[0] is files:
            return known[1]
        inside = {path: content for path, content in files.items() if Path(path).is_relative_to(root)}
        tree = Overlay(
            reading.source.tree, {Path(path).relative_to(root).as_posix(): text for path, text in inside.items()}
        )
        self._trees = {key: each for key, each in self._trees.items() if key[1] == id(files) and each[0] is files}
        self._trees[root, id(files)] = files, tree, {}
        return tree

    def inputs(self, reading: Reading, files: Files) -> Inputs:
        """The values that the settings give; files of them that lie in the tree are read with their edits."""
        tree = self.tree(reading, files)
        made = self._trees[reading.root, id(files)][2]
        at = self.readings.index(reading)
        if at not in made:
            settings = self._settings
            made[at] = inputs_of(settings.declared, settings.live, partial(_text, reading, tree))
        return made[at]

    def edited(self, reading: Reading, files: Files, edits: Sequence[TextEdit]) -> Files:
        """The files after edits, whose paths are relative to the tree of the reading.

        Raises ``ValueError`` where two overlap, ``InputError`` for a file that cannot be edited.
        """
        tree = self.tree(reading, files)
        after = tree.with_edits(edits)
        return {**files, **{str(reading.root / path): after.files[path] for path in after.files}}

    def matching(self, declared: Bucket) -> Sequence[Key]:
        """The keys of the entries that an entry of a report can be: it was found there, and may have got its name.

        One module under several roots has an entry for each, told apart by the name and the rules.
        """
        keys = self._by_identity.get(_identity(declared, lambda path: path), ())
        if len(keys) < 2:
            return keys
        found = self.parsed({}).buckets
        named = [key for key in keys if found[key].name == declared.name]
        return [key for key in named if found[key].cors == declared.cors] or named or keys

    @cached_property
    def _by_identity(self) -> Mapping[tuple[object, ...], Sequence[Key]]:
        found: dict[tuple[object, ...], list[Key]] = {}
        for key, bucket in self.parsed({}).buckets.items():
            tree = self.readings[key.reading].source.tree
            found.setdefault(_identity(bucket, partial(shown, tree)), []).append(key)
        return found

    def _found(self, paths: Iterable[Path], opened: Callable[[Source], Source] | None) -> Iterable[Reading]:
        parsers = load_parsers()
        for path in paths:
            source = open_source(path, self._settings.declared.root)
            source = source if opened is None else opened(source)
            if _is_saved(source):
                continue
            units, _ = units_in(source, parsers, self._left_out)
            for parser in parsers:
                if units[parser.name]:
                    yield Reading(source, parser, units[parser.name])


def _is_saved(source: Source) -> bool:
    """Whether the source is a saved snapshot, which nothing is written in."""
    if source.is_folder:
        return False
    if snapshot_by_lines(source.tree.root / source.path, str(source.given)) is not None:
        return True
    return document_kind(source.tree.read(source.path)) is not None


def _identity(bucket: Bucket, show: Callable[[str], str]) -> tuple[object, ...]:
    place = bucket.location
    return bucket.source, bucket.address, None if place is None else replace(place, path=show(place.path))


def _text(reading: Reading, tree: Overlay, path: Path) -> NamedText:
    real = Path(os.path.realpath(path))
    if real.is_relative_to(tree.root):
        inside = real.relative_to(tree.root).as_posix()
        if inside in tree.files:
            return NamedText(str(path), tree.files[inside].decode("utf-8-sig", "replace"))
    return text_in(reading.source.tree, path)


def content_before(reading: Reading, path: str) -> bytes | None:
    """What a file of the tree holds, by absolute path; None of one that there is not."""
    inside = Path(path).relative_to(reading.root).as_posix()
    try:
        return reading.source.tree.read(inside)
    except InputError:
        if reading.source.tree.is_file(inside):
            raise
        return None
