"""What one side of a bucket answers to a request, as far as that is certain whatever is not known of its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.cors.model import BucketCors, CorsAnswer, CorsRequest, CorsRule
from drift.cors.orders import nearest_order, normal_form
from drift.cors.partial import Undecided, evaluate_known
from drift.snapshot import Bucket, State

Rules = tuple[CorsRule, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """No answer: which rules hold, or in which order, is not known. ``allowed`` is None where that hangs on it too."""

    why: str
    allowed: bool | None


Answered = CorsAnswer | Undecided | Unsettled

ORDER = "the rules are a set, and their order decides which of them answers"
CASE = "it hangs on which of the declared cases holds"


def allows(answer: Answered) -> bool | None:
    """Whether the request is allowed; None where that is not known."""
    if isinstance(answer, Undecided):
        return True if answer.matches else None
    return answer.allowed


@dataclass(frozen=True, slots=True)
class AccessSide:
    """The rules of one side. ``readings`` are all lists of which one holds; usually there is just one.

    ``any_order`` says that the order in which S3 has the rules is not known. ``numbers`` are the places of the rules
    as they are written, for rules that are taken in another order.
    """

    readings: tuple[Rules, ...]
    any_order: bool = False
    numbers: tuple[int, ...] | None = None

    @property
    def rules(self) -> Rules:
        """All rules of all readings."""
        return tuple(rule for rules in self.readings for rule in rules)

    def answer(self, request: CorsRequest, *, explain: bool = False) -> Answered:
        """What S3 answers; rules in it are numbered as they are written."""
        answers = [self._of(rules, request, explain) for rules in self.readings]
        if all(each == answers[0] for each in answers[1:]):
            return self._numbered(answers[0])
        allowed = {allows(each) for each in answers}
        return Unsettled(CASE, allowed.pop() if len(allowed) == 1 else None)

    def _of(self, rules: Rules, request: CorsRequest, explain: bool) -> Answered:
        if self.any_order and len(rules) > 1:
            alone = [evaluate_known((rule,), request, explain=False) for rule in rules]
            able = [each for each in alone if allows(each) is not False]
            if len({_plain(each) for each in able}) > 1:
                return Unsettled(ORDER, True if any(map(allows, able)) else None)
        return evaluate_known(rules, request, explain=explain)

    def _numbered(self, answer: Answered) -> Answered:
        if self.numbers is None or isinstance(answer, Unsettled) or answer.rule is None:
            return answer
        if isinstance(answer, Undecided):
            return replace(answer, rule=self.numbers[answer.rule])
        considered = tuple(replace(each, rule=self.numbers[each.rule]) for each in answer.considered)
        return replace(answer, rule=self.numbers[answer.rule], considered=considered)


def _plain(answer: Answered) -> object:
    """The answer without the number of its rule; one that is not known is like no other."""
    return replace(answer, rule=None) if isinstance(answer, CorsAnswer) else object()


NOTHING = AccessSide(((),))
"""A bucket without rules."""


def access_sides(declared: Bucket | None, live: Bucket | None, *, zero: bool) -> tuple[AccessSide | None, ...]:
    """The two sides as far as they can be asked; None for one that cannot.

    Rules that are declared as a set are taken in the order nearest to the other side, as the prover takes them; where
    something in them is not known, or there is no other side, in no order at all.
    """
    ours, theirs = _side(declared), _side(live)
    sides = [ours, theirs]
    for place, bucket, other in ((0, declared, theirs), (1, live, ours)):
        side = sides[place]
        if side is None or bucket is None or bucket.cors is None or bucket.cors.ordered or len(bucket.cors.rules) < 2:
            continue
        known = other is not None and not other.any_order and _known(side) and _known(other)
        if known and other is not None and len(other.readings) == 1:
            sides[place] = _nearest(bucket.cors, other.readings[0], zero)
    return tuple(sides)


def _side(bucket: Bucket | None) -> AccessSide | None:
    if bucket is None:
        return None
    if bucket.alternatives:
        cases = [_side(each.bucket) for each in bucket.alternatives if each.bucket is not None]
        known = [each for each in cases if each is not None]
        if len(known) < len(bucket.alternatives):
            return None
        readings = tuple(dict.fromkeys(rules for each in known for rules in each.readings))
        return AccessSide(readings, any_order=any(each.any_order for each in known))
    if bucket.cors is not None:
        return AccessSide((bucket.cors.rules,), any_order=not bucket.cors.ordered and len(bucket.cors.rules) > 1)
    return NOTHING if bucket.state is State.ABSENT else None


def _known(side: AccessSide) -> bool:
    return not any(name != "ID" for rule in side.rules for name, _ in rule.unknowns())


def _nearest(cors: BucketCors, other: Rules, zero: bool) -> AccessSide:
    ordered = nearest_order(cors.rules, other, zero_is_unset=zero)
    left = [(index, normal_form(rule, zero_is_unset=False)) for index, rule in enumerate(cors.rules)]
    numbers = []
    for rule in ordered:
        form = normal_form(rule, zero_is_unset=False)
        # an order of origins that was taken over folds nothing that a normal form tells apart
        found = next((each for each in left if each[1] == form), left[0])
        left.remove(found)
        numbers.append(found[0])
    return AccessSide((ordered,), numbers=tuple(numbers))


def questions(answers: Sequence[Answered]) -> tuple[str, ...]:
    """Ids of what is not known of S3 and may make it answer otherwise."""
    asked = (each.open_questions for each in answers if isinstance(each, CorsAnswer))
    return tuple(dict.fromkeys(question for some in asked for question in some))
