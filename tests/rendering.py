"""Renderers in tests: a tree in memory, and what an edit must come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from drift.cors.model import METHODS, BucketCors, CorsRule, Unknown
from drift.edits import TextEdit, WantedRules, edited
from drift.errors import InputError
from drift.interfaces import Inputs, Parser, Renderer
from drift.snapshot import Bucket, Snapshot


def _said(value: object) -> object:
    """What is said of a value, wherever it stands: reasons name lines."""
    if isinstance(value, Unknown):
        return replace(value, reason=re.sub(r"line \d+", "line N", value.reason))
    return value


@dataclass(frozen=True)
class Files:
    """A tree of files in memory."""

    contents: Mapping[str, bytes]

    def read(self, path: str) -> bytes:
        if path not in self.contents:
            raise InputError(f"there is no {path}")
        return self.contents[path]

    def is_file(self, path: str) -> bool:
        return path in self.contents

    def is_folder(self, path: str) -> bool:
        return any(each.startswith(f"{path}/") for each in self.contents) or path == ""

    def names(self, folder: str) -> Sequence[str]:
        start = f"{folder}/" if folder else ""
        return sorted({each[len(start) :].split("/")[0] for each in self.contents if each.startswith(start)})

    def with_edits(self, edits: Sequence[TextEdit]) -> Files:
        contents = dict(self.contents)
        for path in {each.path for each in edits}:
            text = contents.get(path, b"").decode()
            contents[path] = edited(text, [each for each in edits if each.path == path]).encode()
        return Files(contents)


def same_rules(one: BucketCors | None, other: BucketCors | None, zero: bool = False) -> bool:
    """Whether the rules are the same, the order within lists aside."""
    return [_plain(each, zero) for each in (one.rules if one else ())] == [
        _plain(each, zero) for each in (other.rules if other else ())
    ]


def _plain(rule: CorsRule, zero: bool) -> list[object]:
    values = [
        sorted(str(_said(each)) for each in value) if isinstance(value, tuple) else _said(value)
        for _, value in rule.by_api_name()
    ]
    return [0 if zero and value is None and at == 5 else value for at, value in enumerate(values)]


def held(
    parser: Parser,
    renderer: Renderer,
    files: Files,
    units: Sequence[str],
    bucket: Bucket,
    wanted: WantedRules,
    inputs: Inputs | None = None,
) -> Files | None:
    """The files after the first attempt that does what is wanted and nothing else; None if none does."""
    given = inputs or Inputs()
    before = parser.parse(files, units, given)
    for attempt in renderer.propose(files, units, given, bucket, wanted).attempts:
        after = files.with_edits(attempt)
        if _does(before, parser.parse(after, units, given), bucket, wanted):
            return after
    return None


def _does(before: Snapshot, after: Snapshot, bucket: Bucket, wanted: WantedRules) -> bool:
    if len(after.errors) > len(before.errors) or len(after.buckets) != len(before.buckets):
        return False
    for old, new in zip(before.buckets, after.buckets, strict=True):
        due = wanted.cors if old.address == bucket.address and _said(old.name) == _said(bucket.name) else old.cors
        if _said(new.name) != _said(old.name) or not same_rules(new.cors, due, old.writes_max_age_zero):
            return False
        if new.cors is None and new.state.value not in (old.state.value, "absent"):
            return False
    return True


GOOD = ["https://a.example", "https://*.b.example", "http://localhost:3000", "x-amz-*", "ETag", "*"]
HOSTILE = [
    "yes",
    "null",
    "1e3",
    "012",
    "2010-09-09",
    "a: b",
    "a #b",
    "!x",
    "&x",
    "- x",
    "'",
    '"',
    "\\",
    "${x}",
    "<a>&amp;",
]
HOSTILE += ["]]>", "\u00e9", "{}", "[x]", "a,b", "=", "~", "x:"]
texts = st.sampled_from(GOOD) | st.sampled_from(GOOD + HOSTILE)


def _some(least: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, min_size=least, max_size=3, unique=True).map(tuple)


rules_ = st.builds(
    CorsRule,
    allowed_methods=st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True).map(tuple),
    allowed_origins=_some(1),
    allowed_headers=_some(0),
    expose_headers=_some(0),
    max_age_seconds=st.sampled_from([None, 0, 5, 3000]),
    id=st.none() | texts,
)


@st.composite
def wanted_of(draw: st.DrawFn, old: Sequence[CorsRule]) -> WantedRules:
    """Some of the rules, some of them changed, and new ones; in another order now and then."""
    kept = [index for index in range(len(old)) if draw(st.integers(1, 4)) > 1]
    if draw(st.integers(1, 4)) == 1:
        kept = list(draw(st.permutations(kept)))
    found: list[tuple[CorsRule, int | None]] = [(draw(_changed(old[index])), index) for index in kept]
    for _ in range(draw(st.integers(0, 2))):
        found.insert(draw(st.integers(0, len(found))), (draw(rules_), None))
    cors = BucketCors(tuple(rule for rule, _ in found)) if found else None
    return WantedRules(cors, tuple(index for _, index in found))


@st.composite
def _changed(draw: st.DrawFn, rule: CorsRule) -> CorsRule:
    other = draw(rules_)
    names = [name for name in ("allowed_origins", "allowed_headers", "max_age_seconds", "id") if draw(st.booleans())]
    changes = {name: getattr(other, name) for name in names}
    if "allowed_origins" in changes and draw(st.booleans()):
        both = dict.fromkeys((*rule.allowed_origins[:2], *other.allowed_origins))  # type: ignore[index, misc]
        changes["allowed_origins"] = tuple(both)
    return replace(rule, **changes)
