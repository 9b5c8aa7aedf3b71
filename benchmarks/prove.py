"""How fast a verdict is: typical pairs, the hardest legal lists, and what a user would do instead.

    python benchmarks/prove.py

Run from the repository's root. Times are of this machine; the ratios are what to compare.
"""

from __future__ import annotations

import json
import platform
import random
import resource
import statistics
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from deepdiff import DeepDiff

from drift.cors.model import BucketCors, CorsRule
from drift.cors.prove import prove
from drift.cors.validate import document_size
from tests.unit.cors.test_prove_steps import SHAPES, hardest

PAIRS = 10_000
HOSTS = [
    f"https://{name}.example.com"
    for name in ["www", "app", "admin", "shop", "cdn", "img", "api", "dev", "beta", "stage", "m"]
]


def typical(dice: random.Random) -> tuple[CorsRule, ...]:
    """3 rules with 10 origins: readers, writers, and a developer or everybody."""
    last = "http://localhost:3000" if dice.random() < 0.7 else "*"
    return (
        CorsRule(("GET", "HEAD"), (*dice.sample(HOSTS, 4), "https://*.preview.example.com"), ("*",), ("ETag",), 3000),
        CorsRule(("PUT", "POST"), tuple(dice.sample(HOSTS, 4)), ("content-type", "x-amz-*"), ("ETag",), 600),
        CorsRule(("GET",), (last,)),
    )


def changed(rules: tuple[CorsRule, ...], dice: random.Random) -> tuple[CorsRule, ...]:
    """One of the changes that people make."""
    one, two, three = rules
    return dice.choice(
        [
            (three, two, one),
            (replace(one, allowed_origins=(*one.allowed_origins, "https://new.example.com")), two, three),  # type: ignore[misc]
            (one, replace(two, allowed_headers=("*",)), three),
            (one, two, replace(three, max_age_seconds=5)),
            (replace(one, allowed_origins=one.allowed_origins[::-1]), two, three),  # type: ignore[index]
            (one, replace(two, allowed_origins=("*",)), three),
        ]
    )


def as_json(rules: tuple[CorsRule, ...]) -> str:
    return json.dumps([{name: value for name, value in rule.by_api_name() if value} for rule in rules])


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def typical_pairs() -> None:
    dice = random.Random(1)  # noqa: S311 - the same pairs every time
    pairs = [(rules, changed(rules, dice)) for rules in (typical(dice) for _ in range(PAIRS))]
    texts = [(as_json(one), as_json(other)) for one, other in pairs[: PAIRS // 20]]
    configured = [(BucketCors(one), BucketCors(other)) for one, other in pairs]
    for one, other in configured[:100]:
        prove(one, other)
    start = time.process_time()
    for one, other in configured:
        prove(one, other)
    whole = time.process_time() - start
    each = [timed(lambda pair=pair: prove(*pair)) for pair in configured[:2000]]  # type: ignore[misc]
    seen = Counter(prove(*pair).effect.value for pair in configured[:1000])
    compared = [
        timed(lambda pair=pair: DeepDiff(*map(json.loads, pair), ignore_order=True))  # type: ignore[misc]
        for pair in texts
    ]
    ours, theirs = statistics.median(each), statistics.median(compared)
    print(f"typical pair: median {ours * 1e3:.2f} ms, 99 of 100 within {sorted(each)[-len(each) // 100] * 1e3:.2f} ms")
    print(f"{PAIRS:,} typical pairs: {whole:.1f} s of one core; effects of 1,000: {dict(seen)}")
    print(
        f"deepdiff of the same JSON, order ignored: median {theirs * 1e3:.2f} ms; ours takes {ours / theirs:.2f} of it"
    )


def hardest_pairs() -> None:
    for shape in SHAPES:
        for what, alike, turn in (("reversed", False, True), ("reversed, alike", True, True), ("gone", False, False)):
            rules = hardest(shape, alike=alike)
            one, other = BucketCors(rules), BucketCors(rules[::-1]) if turn else None
            took = timed(lambda one=one, other=other: prove(one, other))  # type: ignore[misc]
            tracemalloc.start()
            effect = prove(one, other).effect
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            size = document_size(rules)
            print(f"100 rules, {size:,} bytes, {shape}, {what}: {effect} in {took:.3f} s, {peak / 1e6:.1f} MB")
    pair = [as_json(rules) for rules in (hardest("shared"), hardest("shared")[::-1])]
    took = timed(lambda: prove(BucketCors(hardest("shared")), BucketCors(hardest("shared")[::-1])))
    other_way = timed(lambda: DeepDiff(*map(json.loads, pair)))
    print(f"deepdiff of the shared lists as ordered JSON: {other_way:.3f} s; ours takes {took / other_way:.2f} of it")


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    typical_pairs()
    hardest_pairs()
    print(f"peak of the whole process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
