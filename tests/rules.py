"""Rules for tests: short ways to write them, and hypothesis strategies that make legal ones."""

from __future__ import annotations

from hypothesis import strategies as st

from drift.cors.model import METHODS, BucketCors, CorsRule, Text, Unknown
from drift.location import Location
from drift.snapshot import Bucket, Snapshot, State


def rule(
    methods: str = "GET", origins: str = "https://a.example", headers: str = "", expose: str = "", **more: object
) -> CorsRule:
    """A rule from words parted by blanks."""
    lists = (tuple(words.split()) for words in (methods, origins, headers, expose))
    return CorsRule(*lists, **more)  # type: ignore[arg-type]


def bucket(name: Text = "b", *rules: CorsRule, **more: object) -> Bucket:
    """A bucket with the rules, or absent if there is none."""
    ordered = bool(more.pop("ordered", True))
    cors = BucketCors(rules, ordered) if rules else None
    state = State.CONFIGURED if rules else State.ABSENT
    return Bucket(**{"name": name, "state": state, "source": "test", "cors": cors} | more)  # type: ignore[arg-type]


def snapshot(*buckets: Bucket) -> Snapshot:
    return Snapshot("test", buckets)


def place(line: int) -> Location:
    return Location("main.tf", line, line + 2)


ORIGINS = [
    "*",
    "https://*",
    "https://*.a.example",
    "https://a.example",
    "https://b.a.example",
    "null",
    "http://c.example",
]
HEADERS = ["*", "x-*", "X-A", "x-a", "Content-Type", "x-b"]
EXPOSED = ["ETag", "etag", "x-a", "Content-Range"]


def _some(values: list[str], least: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=4).map(tuple)


rules_ = st.builds(
    CorsRule,
    allowed_methods=_some(list(METHODS), 1),
    allowed_origins=_some(ORIGINS, 1),
    allowed_headers=_some(HEADERS, 0),
    expose_headers=_some(EXPOSED, 0),
    max_age_seconds=st.sampled_from([None, 0, 5, 3000]),
    id=st.sampled_from([None, "one", "two"]),
)
rule_lists = st.lists(rules_, min_size=1, max_size=4).map(tuple)


def unknown_for(value: str, cut: int) -> Unknown:
    """An unknown that may be the value: some of it is known from both ends."""
    head = cut % (len(value) + 1)
    tail = (len(value) - head) // 2
    return Unknown("test", value[:head], value[len(value) - tail :])
