"""The ``cors-drift/answer`` document: what S3 answers to one request, bucket by bucket."""

from __future__ import annotations

from drift.cors.browser import BrowserView, Case
from drift.cors.model import CorsAnswer
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.documents.parts import Json, location_to_json, request_to_json, value_to_json
from drift.location import Location
from drift.simulate import Asked, BucketAnswer, Simulation
from drift.snapshot import Bucket


def simulation_to_json(simulation: Simulation) -> Json:
    """One document where the source has one bucket, else the list of them."""
    answers = [_answer(simulation.asked, each) for each in simulation.buckets]
    return answers[0] if len(answers) == 1 else answers


def _answer(asked: Asked, found: BucketAnswer) -> dict[str, Json]:
    answer = found.answer
    return {
        "kind": "cors-drift/answer",
        "version": 1,
        "bucket": value_to_json(found.bucket.name),
        "address": found.bucket.address,
        "location": location_to_json(found.bucket.location),
        "state": found.state.value,
        "reason": found.reason,
        "reason_location": location_to_json(found.location) if answer is None else None,
        "request": request_to_json(asked.request),
        "allowed": answer.allowed if answer else None,
        "rule": answer.rule if answer else None,
        "status": answer.status if answer else None,
        "headers": dict(answer.headers) if answer else {},
        "error": {"code": answer.code, "message": answer.message} if answer and answer.code else None,
        "considered": [
            {
                "rule": each.rule,
                "answers": each.answers,
                "because": each.because,
                "location": location_to_json(_place(found.bucket, each.rule)),
            }
            for each in (answer.considered if answer else ())
        ],
        "open_questions": _questions(answer),
        "notes": [{"id": note.id, "message": note.message} for note in found.notes],
        "browser": _browser(found.browser, asked.credentials) if found.browser else None,
    }


def _browser(view: BrowserView, credentials: bool) -> dict[str, Json]:
    return {
        "outcome": view.outcome.value,
        "verdict": view.verdict,
        "credentials": credentials,
        "dropped_headers": list(view.dropped),
        "headers_by_value": list(view.by_value),
        "notes": list(view.notes),
        "cases": [_case(case) for case in view.cases],
    }


def _case(case: Case) -> dict[str, Json]:
    preflight: Json = None
    if case.preflight is not None:
        preflight = {
            "request": request_to_json(case.preflight.request),
            "passes": case.preflight.failure is None,
            "because": case.preflight.failure,
            "cached_seconds": case.preflight.cached_seconds,
            **_of_s3(case.preflight.answer),
        }
    actual: Json = None
    if case.actual is not None and case.answer is not None:
        actual = {"request": request_to_json(case.actual), **_of_s3(case.answer)}
    return {
        "not_safelisted": list(case.not_safelisted),
        "preflight": preflight,
        "actual": actual,
        "readable": case.readable,
        "because": case.blocked,
        "readable_headers": list(case.readable_headers),
    }


def _of_s3(answer: CorsAnswer) -> dict[str, Json]:
    return {
        "allowed": answer.allowed,
        "rule": answer.rule,
        "status": answer.status,
        "headers": dict(answer.headers),
        "open_questions": _questions(answer),
    }


def _questions(answer: CorsAnswer | None) -> list[Json]:
    return [{"id": each, "message": OPEN_QUESTIONS[each]} for each in (answer.open_questions if answer else ())]


def _place(bucket: Bucket, rule: int) -> Location | None:
    return bucket.places[rule].location if bucket.places else None
