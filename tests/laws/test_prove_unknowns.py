"""A verdict on rules with unknown values holds whatever the values are."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace

from drift.cors.model import METHODS, BucketCors, CorsRule, Text, TextList, Unknown
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.cors.within import order_may_matter
from tests.laws.test_prove_brute_force import EXPOSED, HEADERS, ORIGINS, Dice

PAIRS = int(os.environ.get("CORS_DRIFT_UNKNOWN_PAIRS", "300"))
COMPLETIONS = 6

VALUES = {
    "allowed_origins": [*ORIGINS, "https://new.example", "https://n*w"],
    "allowed_methods": list(METHODS),
    "allowed_headers": [*HEADERS, "new"],
    "expose_headers": [*EXPOSED, "New"],
}


class Veil(random.Random):
    """Hides values of rules, and puts others in their place."""

    def hidden(self, value: str, field: str) -> Unknown:
        head = self.randint(0, len(value)) if self.random() < 0.5 else 0
        tail = self.randint(head, len(value)) if self.random() < 0.5 else len(value)
        return Unknown(field, value[:head], value[tail:])

    def hide_one(self, rule: CorsRule) -> CorsRule:
        if self.random() < 0.1:
            return replace(rule, max_age_seconds=Unknown("max_age_seconds"))
        field = self.choice(["allowed_origins"] * 4 + ["allowed_headers"] * 2 + ["allowed_methods", "expose_headers"])
        values = getattr(rule, field)
        if isinstance(values, Unknown):
            return rule
        if self.random() < 0.2 or not values:
            return replace(rule, **{field: Unknown(field)})
        place = self.randrange(len(values))
        hidden = values[place] if isinstance(values[place], Unknown) else self.hidden(values[place], field)
        return replace(rule, **{field: (*values[:place], hidden, *values[place + 1 :])})  # type: ignore[arg-type]

    def hide(self, rules: tuple[CorsRule, ...], times: int) -> tuple[CorsRule, ...]:
        hidden = list(rules)
        for _ in range(times):
            place = self.randrange(len(hidden))
            hidden[place] = self.hide_one(hidden[place])
        return tuple(hidden)

    def guess(self, unknown: Unknown, field: str) -> str:
        fitting = [value for value in VALUES[field] if unknown.may_be(value)]
        fitting += [unknown.prefix + middle + unknown.suffix for middle in ("", "z")]
        if "*" not in unknown.prefix + unknown.suffix:
            fitting.append(unknown.prefix + "*" + unknown.suffix)
        return self.choice(fitting)

    def list_of(self, values: TextList, field: str) -> tuple[Text, ...]:
        if isinstance(values, Unknown):
            return tuple(self.choice(VALUES[field]) for _ in range(self.randint(0, 2)))
        return tuple(self.guess(each, field) if isinstance(each, Unknown) else each for each in values)

    def complete(self, rule: CorsRule) -> CorsRule:
        age = rule.max_age_seconds
        lists = {field: self.list_of(getattr(rule, field), field) for field in VALUES}
        return replace(
            rule,
            **lists,  # type: ignore[arg-type]
            max_age_seconds=self.choice([None, 0, 5]) if isinstance(age, Unknown) else age,
        )


HARMLESS = {Effect.IDENTICAL, Effect.COSMETIC}


def test_what_is_said_of_unknown_values_holds_for_every_value_that_is_put_in_their_place() -> None:
    dice, veil = Dice(7), Veil(7)
    seen: Counter[Effect] = Counter()
    for _ in range(PAIRS):
        declared, live = dice.pair()
        veiled, seen_live = (
            veil.hide(declared, veil.choice([1, 1, 1, 2, 3])),
            veil.hide(live, veil.choice([0, 0, 0, 1])),
        )
        ordered = veil.random() < 0.8
        verdict = prove(BucketCors(veiled, ordered), BucketCors(seen_live))
        seen[verdict.effect] += 1
        if verdict.effect is Effect.UNDECIDED:
            assert verdict.reason
            continue
        for _ in range(COMPLETIONS):
            ours, theirs = (tuple(map(veil.complete, rules)) for rules in (veiled, seen_live))
            effect = prove(BucketCors(ours, ordered), BucketCors(theirs)).effect
            agrees = effect is verdict.effect or {effect, verdict.effect} <= HARMLESS
            assert agrees, f"{veiled}\n{seen_live}\n{verdict}\n{ours}\n{theirs}\n{effect}"
    print(f"{PAIRS} pairs with unknown values, {COMPLETIONS} completions of each: {dict(seen)}")
    assert min(seen[each] for each in (Effect.COSMETIC, Effect.DIFFERENT, Effect.WIDER, Effect.NARROWER)) > 0


def test_an_undecided_verdict_names_the_unknown_that_it_hangs_on() -> None:
    known = CorsRule(("PUT",), ("https://b.example",))
    veiled = CorsRule(("GET",), (Unknown("var.origin has no value"),))
    live = CorsRule(("GET",), ("https://a.example",))
    verdict = prove(BucketCors((known, veiled)), BucketCors((known, live)))
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.reason == "AllowedOrigins of declared rule 2: var.origin has no value"


def test_a_request_that_no_value_of_the_unknown_explains_is_shown() -> None:
    veiled = CorsRule(("GET",), (Unknown("var.origin has no value", "https://"),))
    live = CorsRule(("GET", "PUT"), ("https://a.example", "https://*"))
    verdict = prove(BucketCors((veiled,)), BucketCors((live,)))
    assert verdict.effect is Effect.WIDER
    (witness,) = verdict.witnesses
    assert witness.request.method == "PUT"
    assert not witness.declared.allowed
    assert witness.live.allowed


def test_an_unknown_in_a_rule_that_never_answers_does_not_matter() -> None:
    first = CorsRule(("GET",), ("https://*",), ("*",))
    veiled = CorsRule(("GET",), (Unknown("var.host has no value", "https://", ".example"),))
    assert prove(BucketCors((first, veiled)), BucketCors((first,))).effect is Effect.COSMETIC


def test_an_unknown_id_is_no_reason_for_doubt() -> None:
    rule = CorsRule(("GET",), ("https://*",))
    verdict = prove(BucketCors((replace(rule, id=Unknown("var.id has no value")),)), BucketCors((rule,)))
    assert verdict.effect is Effect.COSMETIC


def test_where_the_order_is_open_too_and_decides_nothing_is_said() -> None:
    veiled = CorsRule(("GET",), (Unknown("var.origin has no value", "https://"),), (), ("ETag",))
    star, put = CorsRule(("GET",), ("*",)), CorsRule(("PUT",), ("https://b.example",))
    unordered = BucketCors((veiled, star), ordered=False)
    verdict = prove(unordered, BucketCors((star, put)))
    assert verdict.effect is Effect.UNDECIDED
    assert "var.origin has no value" in (verdict.reason or "")


SPECIFIC, STAR = CorsRule(("GET",), ("https://a.example",)), CorsRule(("GET",), ("*",))
MERGED = CorsRule(("GET",), ("*", "https://a.example"))
VEILED, PUT = CorsRule(("PUT",), (Unknown("var.origin has no value"),)), CorsRule(("PUT",), ("https://p.example",))
DELETE = CorsRule(("DELETE",), ("https://p.example",))


def test_of_a_verdict_that_an_unknown_leaves_open_no_witness_is_kept_that_only_one_reading_shows() -> None:
    verdict = prove(BucketCors((SPECIFIC, STAR, VEILED)), BucketCors((MERGED, PUT)))
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.witnesses == ()


def test_of_a_verdict_that_an_unknown_leaves_open_a_witness_is_kept_that_every_reading_shows() -> None:
    verdict = prove(BucketCors((SPECIFIC, STAR, VEILED, DELETE)), BucketCors((MERGED, PUT)))
    assert verdict.effect is Effect.UNDECIDED
    (witness,) = verdict.witnesses
    assert witness.request.method == "DELETE"


def test_of_a_set_with_unknown_values_no_witness_is_kept_that_another_order_explains() -> None:
    names = ("h1", "h2", "h3", "h4")
    many = CorsRule(("GET",), ("*",), ("x-a", *(Unknown(f"var.{name} has no value") for name in names)))
    one = CorsRule(("GET",), ("https://a.example",), (Unknown("var.name has no value"),))
    live = BucketCors((replace(one, allowed_headers=("x-a",)), replace(many, allowed_headers=("x-a", *names))))
    filled = BucketCors(live.rules[::-1], ordered=False)
    assert prove(filled, live).effect is Effect.IDENTICAL
    verdict = prove(BucketCors((many, one), ordered=False), live)
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.witnesses == ()
    assert "has no value" in (verdict.reason or "")


def test_of_a_set_whose_order_decides_under_another_reading_alone_nothing_is_said_either() -> None:
    beside, star = CorsRule(("GET",), ("*", "https://a.example")), CorsRule(("GET",), ("*",))
    veiled = CorsRule(("PUT",), (Unknown("var.origin has no value", "https://"),))
    assert order_may_matter(BucketCors((beside, star, veiled), ordered=False))
    assert not order_may_matter(BucketCors((star, star, veiled), ordered=False))


def test_rules_may_stand_in_any_order_unless_ends_that_overlap_make_them_meet() -> None:
    wide, narrow = CorsRule(("GET",), ("https://ab*b",), (), ("ETag",)), CorsRule(("GET",), ("https://ab",))
    assert order_may_matter(BucketCors((wide, narrow), ordered=False))
    assert not order_may_matter(BucketCors((replace(wide, allowed_origins=("https://ab*c",)), narrow), ordered=False))
