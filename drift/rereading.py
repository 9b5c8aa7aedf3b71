"""Reading buckets again before a word is said of them.

S3 keeps the configuration of a bucket eventually consistent: for a moment after a change, reads may show what was there
before, or one and then the other (S3 user guide, "Amazon S3 data consistency model"). And a bucket has been seen to be
unknown to S3 under load. So whatever seems to have drifted, or to be missing, is read once more; after a deployment one
may wait until two reads in a row agree with the code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.compare import Rules, revised
from drift.cors.model import Text
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.report import BucketReport, BucketState, ExitPolicy, Report
from drift.snapshot import Bucket, Snapshot, State

POLL = 2.0
"""Seconds between two reads while waiting for agreement."""

_KNOWN = (State.CONFIGURED, State.ABSENT)
_ANSWERED = (*_KNOWN, State.MISSING)


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read again: ``read`` asks S3, ``judge`` holds the answers against what is declared of those buckets."""

    read: Callable[[Sequence[Wanted]], Snapshot]
    judge: Callable[[Snapshot], Report]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def confirmed(report: Report, reader: Reader, after: float, rules: Rules, exits: ExitPolicy) -> Report:
    """The report after a second look, ``after`` seconds later, at what seems to have drifted or to be missing.

    The later answer counts where S3 gave one; where it gave none, the first one was an answer all the same. What
    another source than S3 said is only a reason to look: without an answer it proves nothing.
    """
    suspects = [each for each in report.buckets if _is_suspect(each)]
    if not suspects:
        return report
    reader.sleep(after)
    first = {each.name: each.live for each in suspects}
    again = reader.read([_wanted(each) for each in suspects])
    answers = tuple(_unconfirmed(bucket, first[bucket.name]) for bucket in again.buckets if _counts(bucket, first))
    changed = [bucket for bucket in answers if _said_otherwise(bucket, first[bucket.name])]
    newer = reader.judge(replace(again, buckets=answers, diagnostics=(*again.diagnostics, *_told(changed))))
    return revised(report, newer, {bucket.name for bucket in answers}, rules, exits)


def awaited(report: Report, reader: Reader, seconds: float, rules: Rules, exits: ExitPolicy) -> Report:
    """The report once two reads in a row agree with what is declared, or when the time is up.

    Buckets that could be compared, or that S3 did not know yet, are waited for; each is read until it agreed twice. A
    read that fails tells nothing, and takes nothing back.
    """
    start = reader.clock()
    waiting = {each.name: each for each in report.buckets if each.live is not None and _may_agree(each)}
    if not waiting:
        return report
    agreed = {name: int(each.state is BucketState.IN_SYNC) for name, each in waiting.items()}
    while waiting and (left := seconds - (reader.clock() - start)) > 0:
        reader.sleep(min(POLL, left))
        again = reader.read([_wanted(each) for each in waiting.values()])
        answers = tuple(bucket for bucket in again.buckets if bucket.state in _ANSWERED)
        newer = reader.judge(replace(again, buckets=answers))
        report = revised(report, newer, {bucket.name for bucket in answers}, rules, exits)
        for bucket in answers:
            waiting.pop(bucket.name, None)
        for each in newer.buckets:
            agreed[each.name] = agreed.get(each.name, 0) + 1 if each.state is BucketState.IN_SYNC else 0
            if agreed[each.name] < 2:
                waiting[each.name] = each
    open_ones = sum(each.state is not BucketState.IN_SYNC for each in waiting.values())
    return replace(report, diagnostics=(*report.diagnostics, _waited(reader.clock() - start, open_ones, len(waiting))))


def _is_suspect(report: BucketReport) -> bool:
    return report.live is not None and (report.drift or report.state is BucketState.MISSING)


def _may_agree(report: BucketReport) -> bool:
    return report.compared or report.state is BucketState.MISSING


def _wanted(report: BucketReport) -> Wanted:
    """Where S3 answered the first time is where to ask again."""
    sides = [side for side in (report.live, report.declared) if side is not None]
    account = next((side.account for side in sides if side.account), None)
    return Wanted(str(report.name), account, next((side.region for side in sides if side.region), None))


def _counts(bucket: Bucket, first: Mapping[Text, Bucket | None]) -> bool:
    """Whether the second answer replaces the first."""
    before = first[bucket.name]
    return _hearsay(bucket, before) or bucket.state in _ANSWERED


def _hearsay(bucket: Bucket, before: Bucket | None) -> bool:
    return before is not None and before.source != bucket.source


def _unconfirmed(bucket: Bucket, before: Bucket | None) -> Bucket:
    if bucket.state in _KNOWN or before is None or not _hearsay(bucket, before):
        return bucket
    when = "" if before.as_of is None else f" as of {before.as_of:%Y-%m-%d %H:%M} UTC"
    said = f"{before.source} showed other rules{when}, and S3 did not confirm it"
    return replace(bucket, reason=f"{said}: {bucket.reason or bucket.state.value}")


def _said_otherwise(bucket: Bucket, before: Bucket | None) -> bool:
    same = before is not None and (bucket.state, bucket.cors) == (before.state, before.cors)
    return not same and not _hearsay(bucket, before)


def _told(changed: Sequence[Bucket]) -> tuple[Diagnostic, ...]:
    if not changed:
        return ()
    names = ", ".join(str(bucket.name) for bucket in changed[:5]) + (" and others" if len(changed) > 5 else "")
    message = f"S3 answered otherwise when it was asked a second time; the later answer counts: {names}"
    return (Diagnostic(Severity.INFO, "answers-differ", message),)


def _waited(seconds: float, open_ones: int, unsure: int) -> Diagnostic:
    if not unsure:
        return Diagnostic(Severity.INFO, "waited", f"two reads in a row agree with the code after {seconds:.0f} s")
    what = f"{open_ones} still do not agree" if open_ones else "all agree, though not yet by two reads in a row"
    return Diagnostic(Severity.WARNING, "waited", f"the time to wait is up after {seconds:.0f} s: {what}")
