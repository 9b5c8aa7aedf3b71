"""What a call does to browsers, in sentences: what they can do again, and what they no longer can. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from drift.cors.model import BucketCors, CorsRequest
from drift.cors.prove import prove
from drift.cors.verdict import Effect, Shows, Verdict, Witness
from drift.deploying import CHANGED_ONLY, puts_back
from drift.phrases import exposed, listed
from drift.snapshot import Bucket

_NOTHING = {
    Effect.IDENTICAL: "No browser notices: the rules say the same as before",
    Effect.COSMETIC: "No browser notices: every request is answered as before",
    Effect.UNDECIDED: "What browsers notice of it could not be decided",
}


def effect_of(before: BucketCors | None, after: BucketCors | None) -> Verdict:
    """What the rules ``after`` mean against those ``before``: wider says that the call lets browsers do more."""
    return prove(before, after)


def sentences(verdict: Verdict, before: BucketCors | None, after: BucketCors | None) -> Iterator[str]:
    """What browsers notice of the call, the worst first, without full stops."""
    if after is None:
        taken = len(before.rules) if before else 0
        yield f"All {taken} rules are taken away" if taken != 1 else "The only rule is taken away"
    if verdict.effect in (Effect.WIDER, Effect.DIFFERENT):
        yield "This lets browsers do more than they can now"
    if verdict.effect in _NOTHING and not (verdict.effect is Effect.UNDECIDED and verdict.witnesses):
        yield _NOTHING[verdict.effect]
        return
    for witness in verdict.witnesses:
        yield _sentence(witness)


def _sentence(witness: Witness) -> str:
    request = witness.request
    who = f"{request.origin} {request.method}{_headers(request)}"
    match witness.shows:
        case Shows.LIVE_ALLOWS:
            return f"It lets {who}"
        case Shows.LIVE_REFUSES:
            return f"It no longer lets {who}"
        case Shows.LIVE_REFLECTS_CREDENTIALS:
            return f"It lets {who} with credentials, now only without"
        case Shows.LIVE_NO_LONGER_REFLECTS:
            return f"It lets {who} only without credentials, now with them"
        case Shows.LIVE_EXPOSES_MORE:
            return f"It lets {request.origin} read {_more(witness)} of the answer to {request.method}"
        case Shows.LIVE_EXPOSES_LESS:
            return f"It no longer lets {request.origin} read {_less(witness)} of the answer to {request.method}"
    return _otherwise(witness)


def _otherwise(witness: Witness) -> str:
    before, after = (dict(side.headers).get("Access-Control-Max-Age") for side in (witness.declared, witness.live))
    who = f"{witness.request.method} from {witness.request.origin}"
    if before != after:
        times = [f"{seconds} s" if seconds is not None else "no set time" for seconds in (after, before)]
        return f"It has browsers keep the preflight of {who} for {times[0]}, now for {times[1]}"
    return f"It has {who} be answered otherwise than now"


def _headers(request: CorsRequest) -> str:
    return f" with {listed(request.headers)}" if request.headers else ""


def _more(witness: Witness) -> str:
    return listed(exposed(witness.live.headers) - exposed(witness.declared.headers))


def _less(witness: Witness) -> str:
    return listed(exposed(witness.declared.headers) - exposed(witness.live.headers))


def in_part(declared: BucketCors | None, after: BucketCors | None, *, zero_is_unset: bool) -> str | None:
    """What is to be said where only some of the differences are put right; None where the code is then obeyed.

    A part may come to rules that nobody has ever written: a declared method beside an origin that is live only.
    """
    effect = prove(declared, after, zero_is_unset=zero_is_unset).effect
    if effect in (Effect.IDENTICAL, Effect.COSMETIC):
        return None
    told = "Only a part is put back: live then still differs from what is declared"
    if effect is Effect.NARROWER:
        return f"{told}, and lets browsers do less"
    return f"{told}, and lets browsers do more" if effect in (Effect.WIDER, Effect.DIFFERENT) else told


def better_way(declared: Bucket) -> str | None:
    """What the declaring tool does about it: where that can put the rules right, it is the better way."""
    tool = CHANGED_ONLY.get(declared.source)
    if tool is not None:
        return (
            f"{tool} does not see by itself that live rules were changed: deploying what is already deployed leaves "
            "them, so this call is the short way back"
        )
    if puts_back(declared) and declared.source in _APPLIES:
        return f"`{_APPLIES[declared.source]}` puts the same right, and is the better way where it can be run"
    return None


_APPLIES = {"terraform": "terraform apply", "plan": "terraform apply"}
