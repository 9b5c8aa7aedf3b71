"""Two rule lists: what the difference between them means, with a request that shows it.

The proof is over all requests: every origin, method and set of requested headers, not a sample. It is polynomial:
origins are cut into regions (``regions``: at most one for each pair of a text before a star and a text after one, and
one for each literal), methods are five, and sets of headers need no search (``duel``: pairs of rules suffice). Where S3
is not known, the lists are compared under each reading, and the verdict stands if all readings agree. What the search
may spend is capped (``budget.MAX_STEPS``), so no input, legal or not, makes it run for long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from drift.cors import open_questions
from drift.cors.answers import DIRECTIONS, FREER, TIGHTER, Relation, Relations, effect_of, shown_of
from drift.cors.budget import MAX_STEPS, Budget, OverBudgetError
from drift.cors.model import BucketCors, CorsRule
from drift.cors.orders import as_permutation, normal_form, ordered_like
from drift.cors.readings import StarReading, entries, star_beside_others
from drift.cors.replay import renumbered, replayed
from drift.cors.search import Outcome, Search
from drift.cors.verdict import DECLARED_ORDER, NO_BROWSER, Effect, Universe, Verdict, Witness
from drift.cors.within import order_matters, order_may_matter

MAX_TEXT = 1 << 20
"""Characters in both lists together; S3 takes 64 KB for one."""

Rules = tuple[CorsRule, ...]


def prove(
    declared: BucketCors | None,
    live: BucketCors | None,
    *,
    zero_is_unset: bool = False,
    max_steps: int = MAX_STEPS,
) -> Verdict:
    """The effect of live against declared; None is a bucket without CORS rules.

    ``zero_is_unset`` makes MaxAgeSeconds 0 and an unset one the same: the declaring tool stores 0 for unset. Where a
    side has no order of rules (``BucketCors.ordered``), a permutation is identical, and otherwise the order nearest to
    the other side is compared. Values that are not known may be any: the
    verdict holds for all of them, or is undecided.
    """
    ours, theirs = (side.rules if side is not None else () for side in (declared, live))
    if ours == theirs and not _unknown_places(ours):
        return Verdict(Effect.IDENTICAL)
    ordered = (declared is None or declared.ordered) and (live is None or live.ordered)
    our_places: Sequence[int] = range(len(ours))
    their_places: Sequence[int] = range(len(theirs))
    if not ordered:
        same = as_permutation(ours, theirs, zero_is_unset=zero_is_unset)
        if same is not None:
            return Verdict(same)
        if declared is not None and not declared.ordered:
            our_places, ours = _placed(ordered_like(ours, theirs, zero_is_unset=zero_is_unset))
        else:
            their_places, theirs = _placed(ordered_like(theirs, ours, zero_is_unset=zero_is_unset))
    if sum(_size(rule) for rule in (*ours, *theirs)) > MAX_TEXT:
        return Verdict(Effect.UNDECIDED, reason=f"the rules have more than {MAX_TEXT:,} characters")
    verdict = _Proof(ours, theirs, zero_is_unset, Budget(max_steps)).verdict()
    if not ordered:
        verdict = _as_written(verdict, our_places, their_places)
    unknown = [*_unknown_places(ours), *_unknown_places(theirs)]
    for side in (declared, live):
        if side is not None and not side.ordered:
            verdict = _in_any_order(verdict, side, unknown, max_steps)
    return verdict


def _placed(found: Sequence[tuple[int, CorsRule]]) -> tuple[Sequence[int], Rules]:
    return [place for place, _ in found], tuple(rule for _, rule in found)


def _as_written(verdict: Verdict, ours: Sequence[int], theirs: Sequence[int]) -> Verdict:
    """The verdict with its rules numbered as each side has them, not as they were compared."""
    witnesses = tuple(
        replace(each, declared=renumbered(each.declared, ours), live=renumbered(each.live, theirs))
        for each in verdict.witnesses
    )
    return replace(verdict, witnesses=witnesses)


def _in_any_order(verdict: Verdict, side: BucketCors, unknown: list[tuple[int, str, str]], max_steps: int) -> Verdict:
    """The verdict on one order of rules that have none: with a note, or taken back, where another order may differ."""
    told = verdict.effect is not Effect.UNDECIDED or verdict.witnesses
    if unknown and told and order_may_matter(side, max_steps=max_steps):
        _, field, why = unknown[0]  # which order is the nearest depends on it
        if verdict.effect is Effect.UNDECIDED:
            return replace(verdict, witnesses=())
        return Verdict(Effect.UNDECIDED, reason=f"the order of the rules decides, and {field} is unknown: {why}")
    if DECLARED_ORDER not in verdict.notes and order_matters(side, max_steps=max_steps) is not None:
        return replace(verdict, notes=(*verdict.notes, DECLARED_ORDER))
    return verdict


class _Proof:
    """One comparison of two ordered lists."""

    def __init__(self, declared: Rules, live: Rules, zero_is_unset: bool, budget: Budget) -> None:
        self._declared = declared
        self._live = live
        self._zero_is_unset = zero_is_unset
        self._budget = budget
        forms = [
            [(normal_form(rule, zero_is_unset=zero_is_unset), rule.id or None) for rule in rules]
            for rules in (declared, live)
        ]
        self._same_form = forms[0] == forms[1]

    def verdict(self) -> Verdict:
        if self._same_form and not any(star_beside_others(rule) for rule in self._declared):
            return Verdict(Effect.IDENTICAL)  # under every reading; unknown values are equal to nothing
        search = self._search(StarReading.STAR_ANYWHERE)
        try:
            outcome = search.run()
            effect = self._effect(outcome)
            everywhere = outcome.certain
            for question, reading, overlapping in self._other_readings(outcome):
                other = self._search(reading, overlapping).run()
                if effect is not self._effect(other):
                    return self._undecided_by_question(question, outcome)
                everywhere &= other.certain
        except OverBudgetError as over:
            return self._over_budget(search.outcome, str(over))
        return self._told(effect, outcome, everywhere)

    def _search(self, reading: StarReading, overlapping: bool = False) -> Search:
        sides = [entries(rules, reading, zero_is_unset=self._zero_is_unset) for rules in (self._declared, self._live)]
        return Search(sides[0], sides[1], self._budget, overlapping=overlapping)

    def _other_readings(self, outcome: Outcome) -> Iterator[tuple[str, StarReading, bool]]:
        """The readings of S3 under which the verdict might be another, each with its question."""
        readings = [StarReading.STAR_ANYWHERE]
        if any(star_beside_others(rule) for rule in (*self._declared, *self._live)):
            readings = list(StarReading)
        for reading in readings[1:]:
            yield open_questions.STAR_BESIDE_ORIGIN, reading, False
        if outcome.overlaps:
            for reading in readings:
                yield open_questions.WILDCARD_OVERLAP, reading, True

    def _effect(self, outcome: Outcome) -> Effect:
        effect = effect_of(outcome.possible, outcome.certain)
        if effect is Effect.COSMETIC and self._same_form:
            return Effect.IDENTICAL
        return effect or Effect.UNDECIDED

    def _told(self, effect: Effect, outcome: Outcome, everywhere: Relations) -> Verdict:
        """``everywhere``: the directions that some request surely shows under each reading."""
        if effect is Effect.UNDECIDED:
            found = {direction: each for direction, each in outcome.found.items() if direction & everywhere}
            return Verdict(effect, self._witnesses(Outcome(found=found)), reason=self._which_unknown(outcome))
        witnesses = self._witnesses(outcome)
        if effect in (Effect.COSMETIC, Effect.IDENTICAL) and outcome.elsewhere:
            others = self._witnesses(Outcome(found=outcome.elsewhere))
            return Verdict(Effect.COSMETIC, others, (NO_BROWSER,), universe=Universe.ANY_TEXT)
        if effect is Effect.CACHE_ONLY:
            return Verdict(effect, witnesses, self._max_age_questions(witnesses))
        return Verdict(effect, witnesses)

    def _undecided_by_question(self, question: str, outcome: Outcome) -> Verdict:
        return Verdict(
            Effect.UNDECIDED, self._witnesses(outcome), (question,), reason=open_questions.OPEN_QUESTIONS[question]
        )

    def _over_budget(self, outcome: Outcome, reason: str) -> Verdict:
        """What was found stands: two directions are enough for a verdict, one is not.

        If there are other readings, it stands under the one taken: the others were not compared to the end.
        """
        witnesses = self._witnesses(outcome)
        questions = tuple(dict.fromkeys(question for question, _, _ in self._other_readings(outcome)))
        if witnesses and questions:
            return Verdict(Effect.UNDECIDED, witnesses, questions, reason)
        if outcome.certain & Relation.UNRANKED or (outcome.certain & FREER and outcome.certain & TIGHTER):
            return Verdict(Effect.DIFFERENT, witnesses)
        return Verdict(Effect.UNDECIDED, witnesses, reason=reason)

    def _witnesses(self, outcome: Outcome) -> tuple[Witness, ...]:
        """At most one for each direction; one that cannot be ranked only if a direction has none."""
        found = [outcome.found[direction] for direction in DIRECTIONS if direction in outcome.found]
        ranked = [each for each in found if each.relation & (FREER | TIGHTER)]
        if len(ranked) == 2:
            found = ranked
        elif any(each.relation != Relation.CACHE for each in found):
            found = [each for each in found if each.relation != Relation.CACHE]
        return tuple(
            replayed(
                shown_of(each.relation),
                each.request,
                self._declared,
                self._live,
                zero_is_unset=self._zero_is_unset,
            )
            for each in found
        )

    def _max_age_questions(self, witnesses: tuple[Witness, ...]) -> tuple[str, ...]:
        asked = {
            question for each in witnesses for side in (each.declared, each.live) for question in side.open_questions
        }
        about_age = (open_questions.MAX_AGE_ZERO_SENT, open_questions.MAX_AGE_NEGATIVE_SENT)
        return tuple(question for question in about_age if question in asked)

    def _which_unknown(self, outcome: Outcome) -> str:
        places = [("declared", *place) for place in _unknown_places(self._declared)]
        places += [("live", *place) for place in _unknown_places(self._live)]
        side, index, field, reason = next(
            (place for place in places if (place[0], place[1]) in outcome.doubtful), places[0]
        )
        more = f" (and {len(places) - 1} more unknown values)" if len(places) > 1 else ""
        return f"{field} of {side} rule {index + 1}: {reason}{more}"


def _unknown_places(rules: Rules) -> list[tuple[int, str, str]]:
    """Rule, field and reason of every unknown value that an answer may depend on: all but IDs."""
    return [
        (index, field, unknown.reason)
        for index, rule in enumerate(rules)
        for field, unknown in rule.unknowns()
        if field != "ID"
    ]


def _size(rule: CorsRule) -> int:
    lists = (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    return sum(
        len(each) + 1 if isinstance(each, str) else len(each.prefix) + len(each.suffix) + 1
        for values in lists
        if isinstance(values, tuple)
        for each in values
    )
