"""The prover against a brute-force search that shares no code with it."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace

from drift.cors.model import BucketCors, CorsRule
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from tests.laws import prove_brute_force as brute

PAIRS = int(os.environ.get("CORS_DRIFT_BRUTE_FORCE_PAIRS", "500"))
"""20,000 and more take minutes; what runs by default is a part of them."""

ORIGINS = [
    "*",
    "https://*",
    "http*",
    "https://*.a",
    "https://a",
    "https://b.a",
    "null",
    "https://a*",
    "*.a",
    "*a",
    "*://a",
    "https://A",
    "https://a:443",
    "https://a:*",
    "https://a*a",
    "h*",
    "https://a/",
    "*//a",
    "https:*",
    "*b.a",
    "n*",
    "nul*l",
    "*1",
    "https://a:8443",
    "",
]
HEADERS = ["*", "x-*", "X-A", "x-a", "x-b", "*-a", "x-*-a", "q", "host", "*b", "x-a*"]
EXPOSED = ["ETag", "etag", "x-a", "Content-Type"]


class Dice:
    """Random rules and near copies, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def some(self, values: list[str], least: int, most: int) -> tuple[str, ...]:
        return tuple(self._random.choice(values) for _ in range(self._random.randint(least, most)))

    def rule(self) -> CorsRule:
        return CorsRule(
            self.some(["GET", "PUT", "POST"], 1, 2),
            self.some(ORIGINS, 1, 3),
            self.some(HEADERS, 0, 3) if self._random.random() < 0.6 else (),
            self.some(EXPOSED, 0, 2) if self._random.random() < 0.3 else (),
            self._random.choice([None, None, None, 5]),
        )

    def rules(self) -> tuple[CorsRule, ...]:
        return tuple(self.rule() for _ in range(self._random.randint(1, 4)))

    def near_copy(self, rules: tuple[CorsRule, ...]) -> tuple[CorsRule, ...]:
        copy = list(rules)
        for _ in range(self._random.randint(0, 2)):
            place = self._random.randrange(len(copy))
            old = copy[place]
            assert isinstance(old.allowed_origins, tuple)
            assert isinstance(old.allowed_headers, tuple)
            match self._random.randrange(8):
                case 0:
                    self._random.shuffle(copy)
                case 1:
                    copy.insert(place, self.rule())
                case 2 if len(copy) > 1:
                    del copy[place]
                case 3:
                    copy[place] = replace(old, allowed_origins=(*old.allowed_origins, *self.some(ORIGINS, 1, 1)))
                case 4:
                    copy[place] = replace(old, allowed_headers=(*old.allowed_headers, *self.some(HEADERS, 1, 1)))
                case 5:
                    copy[place] = replace(old, allowed_origins=old.allowed_origins[1:] or old.allowed_origins)
                case 6:
                    copy[place] = replace(old, expose_headers=self.some(EXPOSED, 1, 1))
                case _:
                    copy.append(old)
        return tuple(copy)

    def pair(self) -> tuple[tuple[CorsRule, ...], tuple[CorsRule, ...]]:
        rules = self.rules()
        return rules, self.near_copy(rules) if self._random.random() < 0.8 else self.rules()


def test_brute_force_finds_the_same_effect_for_random_and_nearly_equal_lists() -> None:
    dice = Dice(20261122)
    seen: Counter[Effect] = Counter()
    for _ in range(PAIRS):
        declared, live = dice.pair()
        verdict = prove(BucketCors(declared), BucketCors(live))
        seen[verdict.effect] += 1
        if verdict.effect is Effect.UNDECIDED:
            continue  # an open question; the readings are told apart below
        found = brute.effect(brute.directions(declared, live))
        harmless = verdict.effect in (Effect.IDENTICAL, Effect.COSMETIC)
        assert found == ("none" if harmless else verdict.effect.value), (declared, live, verdict)
        if harmless and not verdict.witnesses:
            assert not brute.directions(declared, live, browsers=False), (declared, live, verdict)
    print(f"{PAIRS} pairs held against brute force: {dict(seen)}")
    assert min(seen[each] for each in Effect) > 0
    assert seen[Effect.UNDECIDED] < PAIRS / 20
