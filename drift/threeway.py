"""Base, head and live of one bucket: who moved, and what deploying head will do to live. Pure.

Whether two sides are the same is ``drift.cors.prove``'s word, over all requests of a browser. Where all three differ,
``drift.cors.threefold`` tells what each of the two has changed since base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.cors.budget import MAX_STEPS
from drift.cors.evaluate import evaluate
from drift.cors.model import CorsAnswer, CorsRequest, CorsRule
from drift.cors.replay import without_unknowns
from drift.cors.threefold import Touch, Touches, touches
from drift.deploying import puts_back, writes
from drift.pull_request import Move, PullRequest, ThreeAnswers
from drift.pull_request_words import Standing, sentence
from drift.sides import Pair, Side, has_rules, in_order, may_be_declared_elsewhere, named_pair, pair, zero_is_unset
from drift.snapshot import State

_NO_TOUCHES = Touches()
_BASE, _HEAD, _LIVE = "the target branch's", "the pull request's", "live"


@dataclass(frozen=True, slots=True)
class _Three:
    """The three sides and how each two of them stand to each other."""

    base: Side
    head: Side
    live: Side
    by_head: Pair
    by_live: Pair
    apart: Pair
    """Live against head: what deploying does."""
    restacked: bool = False
    """Head declares it in another template than base, whose own one stays."""


def three_way(
    base: Side, head: Side, live: Side, *, restacked: bool = False, max_steps: int = MAX_STEPS
) -> PullRequest:
    """The verdict on one bucket. None is a side that does not name it; of live, one that has no rules.

    ``restacked``: head declares it in another template than base does, and that one stays.
    """
    if live is not None and live.state is State.MISSING:
        return _without_bucket(base, head, live, max_steps)
    by_head, by_live, apart = (
        named_pair(*sides, max_steps=max_steps)
        for sides in ((_BASE, base, _HEAD, head), (_BASE, base, _LIVE, live), (_LIVE, live, _HEAD, head))
    )
    if base is not None and may_be_declared_elsewhere(base):
        by_live = Pair(None, why=base.reason)
    same = _inferred(by_head.same, by_live.same, apart.same)
    three = _Three(
        base,
        head,
        live,
        replace(by_head, same=same[0]),
        replace(by_live, same=same[1]),
        replace(apart, same=same[2]),
        restacked,
    )
    move, found = _decided(three, max_steps)
    if move is Move.UNDECIDED:
        return _undecided(three)
    return _told(move, three, _request(move, three, found), found=found)


def two_way(base: Side, head: Side, *, max_steps: int = MAX_STEPS) -> PullRequest:
    """The verdict where live is not to be read: what the pull request means by itself."""
    by_head = named_pair(_BASE, base, _HEAD, head, max_steps=max_steps)
    three = _Three(base, head, None, by_head, Pair(None), Pair(None))
    if by_head.same is None:
        return _undecided(three)
    if by_head.same:
        move = Move.UNCHANGED
    elif not has_rules(base):
        move = Move.NEW
    else:
        move = Move.CHANGES if has_rules(head) else Move.REMOVAL
    request = by_head.witnesses[0].request if by_head.witnesses else None
    return _told(move, three, request, read=False)


def _inferred(*same: bool | None) -> tuple[bool | None, bool | None, bool | None]:
    """What is not known of one pair of three follows from the two others, if one of these is the same."""
    known = list(same)
    for place in range(3):
        one, other = (known[index] for index in range(3) if index != place)
        if known[place] is None and one is not None and other is not None and (one or other):
            known[place] = one and other
    return known[0], known[1], known[2]


def _decided(three: _Three, max_steps: int) -> tuple[Move, Touches]:
    """The verdict, and where all three differ who touched what."""
    by_head, by_live, apart = three.by_head.same, three.by_live.same, three.apart.same
    if apart:
        return (Move.ADOPTS if by_live is False else Move.IN_SYNC), _NO_TOUCHES
    if apart is None:
        return Move.UNDECIDED, _NO_TOUCHES
    if by_live:
        return _planned(three), _NO_TOUCHES
    if by_head:
        move = _before(three)
        unclear = three.restacked and move is Move.STAYS and not _is_left_alone(three.head)
        return (Move.UNDECIDED if unclear else move), _NO_TOUCHES
    if by_head is None or by_live is None:
        return Move.UNDECIDED, _NO_TOUCHES
    if _is_left_alone(three.head):
        return Move.STAYS, _NO_TOUCHES  # deploying does not reach the live rules, whatever head says
    return _all_differ(three, max_steps)


def _is_left_alone(head: Side) -> bool:
    return head is not None and head.left_alone is not None


def _planned(three: _Three) -> Move:
    """Live is base, head is not."""
    if not has_rules(three.base):
        return Move.NEW
    return Move.CHANGES if has_rules(three.head) else Move.REMOVAL


def _before(three: _Three) -> Move:
    """Head means what base means, live does not: it counts whether the pull request is what has live written over."""
    if puts_back(three.base) or not writes(three.base, three.head):
        return Move.STAYS
    return Move.REVERTS if has_rules(three.live) else Move.REPAIRS


def _all_differ(three: _Three, max_steps: int) -> tuple[Move, Touches]:
    if any(side is not None and side.alternatives for side in (three.base, three.head)):
        return Move.UNDECIDED, _NO_TOUCHES
    base, head, live = _ordered(three)
    zero = zero_is_unset(three.base, three.head, three.live)
    found = touches(base, head, live, zero_is_unset=zero, max_steps=max_steps)
    if not has_rules(three.live):
        return Move.REPAIRS, found
    if not has_rules(three.head):
        return Move.CONFLICT, found
    seen = set(found.found)
    if not seen & {Touch.UNDONE, Touch.BOTH}:
        return (Move.ADOPTS if found.complete and Touch.TAKEN in seen else Move.UNDECIDED), found
    # What the target branch would have put back anyway is not the pull request's doing; all else is.
    anyway = has_rules(three.base) and puts_back(three.base)
    if found.complete and anyway and not seen & {Touch.OWN, Touch.BOTH}:
        return Move.REPAIRS, found
    alone = not seen & {Touch.TAKEN, Touch.BOTH} or (not anyway and Touch.BOTH not in seen)
    return (Move.REVERTS if alone else Move.CONFLICT), found


def _ordered(three: _Three) -> tuple[tuple[CorsRule, ...], tuple[CorsRule, ...], tuple[CorsRule, ...]]:
    """The rules of the three; those without an order in that nearest to live, or to one another without live."""
    zero = zero_is_unset(three.base, three.head, three.live)
    live = in_order(three.live, three.head, zero=zero)
    head = in_order(three.head, three.live if has_rules(three.live) else three.base, zero=zero)
    base = in_order(three.base, three.live if has_rules(three.live) else three.head, zero=zero)
    return base, head, live


_SHOWN_BY = {
    Move.REVERTS: (Touch.UNDONE,),
    Move.CONFLICT: (Touch.BOTH, Touch.UNDONE),
    Move.REPAIRS: (Touch.UNDONE, Touch.OWN),
    Move.ADOPTS: (Touch.TAKEN,),
}


def _request(move: Move, three: _Three, found: Touches) -> CorsRequest | None:
    """The request that shows what the verdict is about."""
    taken_away = (Touch.BOTH, Touch.OWN) if move is Move.CONFLICT and not has_rules(three.head) else ()
    for touch in (*taken_away, *_SHOWN_BY.get(move, ())):
        if touch in found.found:
            return found.found[touch]
    preferred = {Move.ADOPTS: (three.by_live,), Move.STAYS: (three.by_live, three.apart)}
    for each in (*preferred.get(move, ()), three.apart, three.by_head, three.by_live):
        if each.witnesses and not each.same:
            return each.witnesses[0].request
    return None


def _undecided(three: _Three) -> PullRequest:
    reason = _reason(three)
    says = f"Who moved cannot be told: {reason}"
    effects = (three.by_head.effect, three.by_live.effect, three.apart.effect)
    return PullRequest(Move.UNDECIDED, says, three.base, reason, None, *effects)


def _reason(three: _Three) -> str:
    """What is not known, and of which side."""
    for name, side in (("live", three.live), ("the pull request", three.head), ("the target branch", three.base)):
        if side is not None and not side.comparable:
            return f"{name}: {side.reason or side.state.value}"
    words = (each.why for each in (three.apart, three.by_head, three.by_live) if each.why)
    if three.restacked:
        return "it moves from one template to another, and both stay: which of the two stacks deploys it is not known"
    return next(words, "whether deploying undoes what was changed live takes too long to tell")


def _told(
    move: Move, three: _Three, request: CorsRequest | None, *, read: bool = True, found: Touches = _NO_TOUCHES
) -> PullRequest:
    witness = None if request is None else _asked(request, three, read)
    standing = Standing(
        settled=bool(three.apart.same),
        touched=not three.by_head.same,
        taken=Touch.TAKEN in found.found,
        beside=_beside(three, found) if move is Move.ADOPTS else None,
    )
    return PullRequest(
        move,
        sentence(move, three.base, three.head, three.live, witness, standing),
        three.base,
        witness=witness,
        head_moved=three.by_head.effect,
        live_moved=three.by_live.effect if read else None,
        deploying=three.apart.effect if read else None,
        beside=standing.beside,
    )


def _beside(three: _Three, found: Touches) -> ThreeAnswers | None:
    """A request that deploying has answered otherwise; None where it changes nothing."""
    if three.apart.same:
        return None
    shown = found.found.get(Touch.OWN) or next((each.request for each in three.apart.witnesses), None)
    return None if shown is None else _asked(shown, three, read=True)


def _asked(request: CorsRequest, three: _Three, read: bool) -> ThreeAnswers:
    def answer(rules: Sequence[CorsRule]) -> CorsAnswer:
        return evaluate([without_unknowns(rule) for rule in rules], request, explain=False)

    base, head, live = _ordered(three)
    return ThreeAnswers(request, answer(base), answer(head), answer(live) if read else None)


def _without_bucket(base: Side, head: Side, live: Side, max_steps: int) -> PullRequest:
    """There is no such bucket: right for one that is new or gone, and else something that was to be compared."""
    found = two_way(base, head, max_steps=max_steps)
    if head is None and found.move is not Move.UNDECIDED:
        return replace(found, move=Move.REMOVAL if has_rules(base) else Move.IN_SYNC, says=GONE)
    if base is None and found.move in (Move.NEW, Move.UNCHANGED):
        return replace(found, move=Move.NEW, says=BROUGHT if found.move is Move.UNCHANGED else found.says)
    if found.move is Move.UNDECIDED:
        return found
    return _undecided(_Three(base, head, live, pair(base, head, max_steps), Pair(None), Pair(None)))


GONE = "The pull request no longer declares the bucket, and there is none: nothing is left to deploy"
BROUGHT = "The pull request brings the bucket, and gives it no rules: nothing that a browser sees is deployed"
