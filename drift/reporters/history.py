"""The history of a bucket's rules in plain lines: who, when, with what, and what it changed. Safe to print."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drift.cors.model import BucketCors, Unknown
from drift.cors.verdict import Effect
from drift.history import Agreement, Call, Change, CorsEvent, Rules, Step, Timeline
from drift.reporters.words import printable, rule_words

MAX_LINE = 240
"""Characters of a line: rules may have 64 KB."""

MAX_STEPS = 12
"""The newest changes that are shown; the rest is counted."""

MAX_RULES = 5
"""Rules of one event that are shown; the rest is counted."""

_EFFECTS = {
    Effect.WIDER: "let browsers do more than before",
    Effect.NARROWER: "let browsers do less than before",
    Effect.DIFFERENT: "let browsers do some things more and some less",
    Effect.CACHE_ONLY: "changed only what browsers keep of a preflight",
    Effect.COSMETIC: "wrote the same meaning in another way",
    Effect.UNDECIDED: "changed the rules",
    Effect.IDENTICAL: "wrote what was there",
}
_LIVE = {
    Agreement.SAME: "The last of them is what is live.",
    Agreement.DIFFERENT: "What is live is not what the last of them wrote: CloudTrail may be some minutes behind, or "
    "the bucket was deleted and made anew.",
    Agreement.UNKNOWN: "Whether the last of them is what is live cannot be told.",
}
_NOT_LOOKED_UP = "CloudTrail could not be asked who changed the rules"


def history_lines(timeline: Timeline) -> Iterator[str]:
    """The lines, newest change first, each printable, none longer than ``MAX_LINE``, indented where it belongs to the
    one before."""
    yield from (_cut(line) for line in _lines(timeline))


def _lines(timeline: Timeline) -> Iterator[str]:
    if timeline.unclear is not None:
        yield f"{_NOT_LOOKED_UP}: {printable(timeline.unclear)}"
    if not timeline.steps:
        if timeline.unclear is None:
            yield f"CloudTrail has no change of these rules{_since(timeline.since)}.{_refused(timeline.failed)}"
        return
    yield f"changes of the rules in CloudTrail{_since(timeline.since)}, the newest first:"
    changes = timeline.changes
    repeats = len(timeline.steps) - len(changes)
    for step in reversed(changes[-MAX_STEPS:]):
        yield f"  {_headline(step)}"
        yield from (f"      {line}" for line in _rules(step.event.wrote))
    hidden = len(changes) - MAX_STEPS
    if hidden > 0:
        yield f"  and {hidden} more before"
    if repeats:
        yield f"  {repeats} write{'s' if repeats > 1 else ''} left the rules as they were."
    yield f"  {_LIVE[timeline.live]}{_refused(timeline.failed)}"


def _headline(step: Step) -> str:
    event = step.event
    when = f"{event.when:%Y-%m-%d %H:%M:%S}Z" if event.when else "time unknown"
    tool = f" with {printable(event.tool)}" if event.tool else ""
    through = f" through {printable(event.invoked_by)}" if event.invoked_by and event.invoked_by != event.who else ""
    origin = f" from {printable(event.source_ip)}" if event.source_ip else ""
    return f"{when}  {who_words(event)}{tool}{through}{origin}: {_did(step)}"


def who_words(event: CorsEvent) -> str:
    """Who it was: ``alice``, ``role deploy (session build-17)``, ``the root user of 111122223333``."""
    who = printable(event.who or "somebody unknown")
    if event.kind == "Root":
        return f"the root user{f' of {event.account}' if event.account else ''}"
    if ":assumed-role/" in who:
        role, _, session = who.partition(":assumed-role/")[2].partition("/")
        return f"role {role} (session {session})" if session else f"role {role}"
    if ":user/" in who:
        return who.partition(":user/")[2].rpartition("/")[2]
    return who


def _did(step: Step) -> str:
    if step.event.call is Call.DELETE and step.change is not Change.NOTHING:
        return "deleted the rules"
    if step.effect is not None:
        return _EFFECTS[step.effect]
    return "wrote rules" + ("; what stood before is not recorded" if step.change is Change.FIRST else "")


def _rules(wrote: Rules) -> Iterator[str]:
    if isinstance(wrote, Unknown):
        yield printable(wrote.reason)
    elif isinstance(wrote, BucketCors):
        yield from (f"{index}. {rule_words(rule)}" for index, rule in enumerate(wrote.rules[:MAX_RULES], 1))
        if len(wrote.rules) > MAX_RULES:
            yield f"and {len(wrote.rules) - MAX_RULES} more rules"


def _since(since: datetime | None) -> str:
    return f" since {since:%Y-%m-%d}" if since else ""


def _refused(failed: int) -> str:
    return f" {failed} attempt{'s were' if failed > 1 else ' was'} refused." if failed else ""


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
