"""What S3 refuses of a list of rules, what in it has no effect, and where the order of the rules decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors
from drift.cors.replay import without_unknowns
from drift.cors.validate import Violation, validate
from drift.cors.within import BESIDE_STAR, COVERED, DEAD_ORIGIN, ORDER_MATTERS, Note, within
from drift.finding import Example
from drift.location import Severity
from drift.phrases import joined
from drift.policy_risk import Risk, entry_subject, rule_subject
from drift.policy_rules import ORIGINS, REMEMBERED

REFUSED = "refused-by-s3"
MAY_BE_REFUSED = "may-be-refused-by-s3"
RULES_OVERLAP = "rules-overlap"

SHOWN = 3
"""Entries of one list that are named in a sentence."""


@lru_cache(maxsize=REMEMBERED)
def refusals(cors: BucketCors) -> tuple[Risk, ...]:
    """What PutBucketCors refuses, or may refuse."""
    return tuple(_refusal(cors, violation) for violation in validate(cors.rules))


def _refusal(cors: BucketCors, violation: Violation) -> Risk:
    kind, verb = (REFUSED, "refuses") if violation.certain else (MAY_BE_REFUSED, "may refuse")
    where = "the rules" if violation.rule is None else f"rule {violation.rule + 1}"
    answer = f" with {violation.code}" if violation.code else ""
    if violation.field is not None:
        subject = entry_subject(violation.field, violation.value or "")
    else:
        subject = "rules" if violation.rule is None else rule_subject(cors.rules[violation.rule])
    return Risk(kind, f"S3 {verb} {where}{answer}: {violation.message}", subject, violation.rule, violation.field)


@lru_cache(maxsize=REMEMBERED)
def notes(cors: BucketCors) -> tuple[Risk, ...]:
    """What has no effect in the rules, and where their order decides."""
    found = within(cors)
    unsent = {(note.rule, note.value) for note in found if note.id == DEAD_ORIGIN}
    lists: dict[tuple[int, str, str], list[Note]] = {}
    risks: dict[Risk, None] = {}
    for note in found:
        if note.id == ORDER_MATTERS:
            risks.update(dict.fromkeys(_order(cors, note)))
        elif note.id in (COVERED, BESIDE_STAR):
            if (note.rule, note.value) in unsent and note.field == ORIGINS:
                continue  # told already: it has no effect whatever stands beside it
            lists.setdefault((note.rule, note.id, note.field or ""), []).append(note)
        elif note.id == DEAD_ORIGIN:
            message = f"rule {note.rule + 1}, {note.field} {note.value}: {note.why}"
            risks[Risk(note.id, message, entry_subject(note.field or "", note.value or ""), note.rule, note.field)] = (
                None
            )
        elif note.others:  # else its origins are never sent, or S3 refuses it: both are told
            message = f"rule {note.rule + 1}: {note.why}"
            risks[Risk(note.id, message, rule_subject(cors.rules[note.rule]), note.rule)] = None
    risks.update(dict.fromkeys(_of_list(kind, field, own) for (_, kind, field), own in lists.items()))
    return tuple(risks)


def _of_list(kind: str, field: str, own: Sequence[Note]) -> Risk:
    """The entries of one list that say nothing beside others of it, as one finding."""
    values = [note.value or "" for note in own]
    shown = joined(values if len(values) <= SHOWN else [*values[:SHOWN], f"{len(values) - SHOWN} more"])
    verb, them = ("stands", "it") if len(values) == 1 else ("stand", "them")
    if kind == BESIDE_STAR:
        why = f"{shown} {verb} beside *: S3 may answer {them} with *, or with the origin and credentials"
    else:
        why = f"{shown} {verb} beside a wider entry, which covers {them}"
    rule = own[0].rule
    return Risk(kind, f"rule {rule + 1}, {field}: {why}", entry_subject(field, ",".join(sorted(values))), rule, field)


def _order(cors: BucketCors, note: Note) -> Iterator[Risk]:
    """Rules that answer one request differently: a fault where nobody controls which of them stands first."""
    if note.witness is None or (cors.ordered and note.cache_only):
        return
    pair = sorted({note.rule, *note.others})
    subject = " / ".join(sorted(rule_subject(cors.rules[index]) for index in pair))
    request = note.witness.request
    example = Example(request, evaluate([without_unknowns(rule) for rule in cors.rules], request))
    if not cors.ordered:
        severity = Severity.INFO if note.cache_only else None
        yield Risk(ORDER_MATTERS, f"{note.why}, in no set order", subject, pair[0], None, example, severity)
    elif example.answer.rule == pair[0]:  # and no rule before both of them
        message = f"{note.why}: rule {pair[0] + 1} answers, since it stands first"
        yield Risk(RULES_OVERLAP, message, subject, pair[-1], None, example)
