"""What a pull request does to a bucket, as the report document has it."""

from __future__ import annotations

from drift.documents.parts import Json, request_to_json
from drift.documents.writing import answer_to_json, side_to_json
from drift.pull_request import PullRequest, ThreeAnswers


def pull_request_to_json(found: PullRequest) -> dict[str, Json]:
    """The verdict, the sentence, and the request with the answers of all sides."""
    effects = {"head": found.head_moved, "live": found.live_moved, "deploying": found.deploying}
    return {
        "verdict": found.move.value,
        "says": found.says,
        "reason": found.reason,
        "base": side_to_json(found.base),
        "effects": {name: None if effect is None else effect.value for name, effect in effects.items()},
        "witness": _three_answers(found.witness),
    }


def _three_answers(witness: ThreeAnswers | None) -> Json:
    if witness is None:
        return None
    return {
        "request": request_to_json(witness.request),
        "base": answer_to_json(witness.base),
        "head": answer_to_json(witness.head),
        "live": None if witness.live is None else answer_to_json(witness.live),
    }
