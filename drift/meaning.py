"""What a witness means, in a sentence that a tired person understands. Plain words; the text in them is as it came."""

from __future__ import annotations

from drift.cors.model import CorsRequest
from drift.cors.verdict import Shows, Witness
from drift.phrases import exposed, listed
from drift.snapshot import Bucket


def sentence(witness: Witness, live: Bucket | None = None) -> str:
    """The difference that the request shows, live against declared, without a full stop."""
    who = f"{witness.request.origin} {witness.request.method}{_headers(witness, live)}"
    if witness.shows is Shows.LIVE_ALLOWS:
        return f"Live lets {who}; the code does not"
    if witness.shows is Shows.LIVE_REFUSES:
        return f"Live does not let {who}; the code does"
    if witness.shows is Shows.LIVE_REFLECTS_CREDENTIALS:
        return f"Live lets {who} with credentials; the code only without"
    if witness.shows is Shows.LIVE_NO_LONGER_REFLECTS:
        return f"Live lets {who} only without credentials; the code with them"
    origin = witness.request.origin
    ours, theirs = (exposed(side.headers) for side in (witness.declared, witness.live))
    answer = f"of the answer to {witness.request.method}"
    if witness.shows is Shows.LIVE_EXPOSES_MORE:
        return f"Live lets {origin} read {listed(theirs - ours)} {answer}; the code does not"
    if witness.shows is Shows.LIVE_EXPOSES_LESS:
        return f"Live does not let {origin} read {listed(ours - theirs)} {answer}; the code does"
    return _otherwise(witness)


def _otherwise(witness: Witness) -> str:
    """Answers that cannot be ranked, or that only feed the preflight cache."""
    request = witness.request
    ours, theirs = (dict(side.headers).get("Access-Control-Max-Age") for side in (witness.declared, witness.live))
    if ours != theirs:
        times = (f"{seconds} s" if seconds is not None else "no set time" for seconds in (theirs, ours))
        return f"Live has browsers keep the preflight of {_who(request)} for {'; the code for '.join(times)}"
    return f"Live answers {_who(request)} otherwise than the code"


def _who(request: CorsRequest) -> str:
    return f"{request.method} from {request.origin}"


def _headers(witness: Witness, live: Bucket | None) -> str:
    names = witness.request.headers
    rule = witness.live.rule
    if live is not None and live.cors is not None and rule is not None and witness.shows is Shows.LIVE_ALLOWS:
        allowed = live.cors.rules[rule].allowed_headers
        if isinstance(allowed, tuple) and "*" in allowed:
            return " with any header"
    return f" with {listed(names)}" if names else ""
