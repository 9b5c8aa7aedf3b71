"""The history of a bucket's rules as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from drift.cors.model import BucketCors, Unknown
from drift.documents.parts import Json, value_to_json
from drift.documents.writing import rules_to_json
from drift.history import CorsEvent, Rules, Step, Timeline


def timeline_to_json(timeline: Timeline) -> dict[str, Json]:
    """The ``history`` of a bucket: its successful writes, oldest first, and how the last one stands to what is live.

    ``wrote`` is a list of rules, empty for none, or an unknown with its reason. ``change`` is ``changed``, ``nothing``,
    ``first`` (what stood before is not known) or ``unknown``; ``effect`` is there where two states were compared.
    ``live`` is ``same``, ``different``, ``unknown`` or ``no_event``.
    """
    author = timeline.author
    return {
        "source": "cloudtrail",
        "since": _time(timeline.since),
        "live": timeline.live.value,
        "author": None if author is None else author.event_id,
        "failed_attempts": timeline.failed,
        "unclear": timeline.unclear,
        "events": [_step(step) for step in timeline.steps],
    }


def _step(step: Step) -> dict[str, Json]:
    return {
        **_event(step.event),
        "change": step.change.value,
        "effect": step.effect.value if step.effect else None,
    }


def _event(event: CorsEvent) -> dict[str, Json]:
    return {
        "event_id": event.event_id,
        "time": _time(event.when),
        "call": event.call.value,
        "who": event.who,
        "identity": event.kind,
        "role": event.role,
        "invoked_by": event.invoked_by,
        "tool": event.tool,
        "user_agent": event.user_agent,
        "source_ip": event.source_ip,
        "account": event.account,
        "region": event.region,
        "wrote": _rules(event.wrote),
    }


def _rules(wrote: Rules) -> Json:
    if isinstance(wrote, Unknown):
        return value_to_json(wrote)
    return rules_to_json(wrote.rules) if isinstance(wrote, BucketCors) else []


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
