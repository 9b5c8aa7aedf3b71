"""What would put the declared rules back: for each bucket the exact call, its effect in words, or why there is none.

Pure. Nothing here can call anything: the calls are values, and text for people (``restoring_calls``). Who makes them is
``drift.applying``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.orders import nearest_order, normal_form
from drift.cors.validate import Violation, validate
from drift.edits import WantedRules
from drift.report import BucketReport, BucketState, Report, Verdict
from drift.restoring_calls import call_for, is_bucket_name, known_values
from drift.restoring_hiding import hidden
from drift.restoring_values import WRITTEN, Call, Direction, Fate, Reach, Restoration, Restoring
from drift.restoring_words import better_way, effect_of, in_part, sentences
from drift.snapshot import Bucket, IdentifiedBy, State

__all__ = [
    "WRITTEN",
    "Call",
    "Direction",
    "Fate",
    "Reach",
    "Restoration",
    "Restoring",
    "hidden",
    "put",
    "restoration",
]

Chooser = Callable[[BucketReport], WantedRules | None]

_NOT_LIVE = {
    BucketState.MISSING: Fate.MISSING,
    BucketState.DENIED: Fate.UNREADABLE,
    BucketState.THROTTLED: Fate.UNREADABLE,
    BucketState.UNSUPPORTED: Fate.UNREADABLE,
    BucketState.ERROR: Fate.UNREADABLE,
    BucketState.UNRESOLVED: Fate.UNRESOLVED,
}
_ALIAS = "-s3alias"


def restoration(
    report: Report, reach: Reach, wanted: Chooser | None = None, named: Collection[str] = ()
) -> Restoration:
    """The calls that put back what is declared, for the buckets of a report that are not in sync.

    ``wanted`` gives the rules that live should have, None for a bucket that is to be passed over; without it each
    bucket that counts as drift gets what is declared for it. The rules of a bucket of which the code is only silent are
    taken away, and a bucket that was found by a pattern is written, if it is one of the ``named``. ``reach`` is where
    and as whom the calls are to be made.

    While some input could not be read no call is offered: an override or a file of values that is not known may have
    it that other rules are declared.
    """
    found = [restored for each in report.buckets for restored in _restored(each, reach, wanted, frozenset(named))]
    if report.verdict is Verdict.ERROR:
        found = [_in_doubt(each) if each.fate is Fate.TO_DO else each for each in found]
    return Restoration(
        "restore",
        tuple(found),
        diagnostics=report.diagnostics,
        sensitive=report.all_sensitive,
        failed=report.verdict is Verdict.ERROR,
        looked_at=len(report.buckets),
    )


def _in_doubt(bucket: Restoring) -> Restoring:
    told = (
        "not all of the input could be read, so other rules may be declared for it: mend what the errors name, or give "
        "the folder that declares this bucket alone"
    )
    return replace(bucket, fate=Fate.UNRESOLVED, reason=told, effect=None, witnesses=(), says=(), calls=())


def _restored(report: BucketReport, reach: Reach, wanted: Chooser | None, named: frozenset[str]) -> Iterator[Restoring]:
    if report.state in (BucketState.IN_SYNC, BucketState.VALIDATED) and wanted is None:
        return
    if wanted is None and report.compared and not report.drift and report.name not in named:
        return  # it is accepted, or a pull request changes it on purpose
    chosen = None if wanted is None else wanted(report)
    if wanted is not None and chosen is None and report.state not in _NOT_LIVE:
        return  # what was not seen may have what is selected
    start = _start(report)
    fate, why = _not_offered(report, start.name in named)
    if why is not None:
        yield replace(start, fate=fate, reason=why)
        return
    declared, live = report.declared, report.live
    if declared is None or live is None:  # _not_offered has said so
        return
    rules = declared.cors if chosen is None else chosen.cors
    after = None if rules is None else _as_the_tool(rules, declared, live.cors)
    if after == live.cors:
        return
    part = None if chosen is None else in_part(declared.cors, after, zero_is_unset=declared.writes_max_age_zero)
    accepted = None if report.drift else "This difference is accepted by a waiver or a setting"
    remarks = (part, accepted, _found_by(declared), better_way(declared), _silent(declared))
    told = [text for text in remarks if text is not None]
    yield put(start, after, reach, told)


def put(start: Restoring, after: BucketCors | None, reach: Reach, told: Collection[str] = ()) -> Restoring:
    """The bucket with the call that gives it the rules ``after`` in the place of ``start.before``, or with the reason
    for which none is offered. ``told`` is said after what browsers notice.
    """
    start = replace(start, after=after)
    unknown = known_values(after.rules) if after is not None else None
    refused, doubts = _violations(after)
    if unknown is not None or refused is not None:
        return replace(start, fate=Fate.LEFT, reason=unknown or refused)
    if not is_bucket_name(start.name):
        return replace(start, fate=Fate.LEFT, reason="this is not the name of a bucket")
    if start.name.endswith(_ALIAS):
        return replace(start, fate=Fate.LEFT, reason="S3 takes no CORS rules through the alias of an access point")
    verdict = effect_of(start.before, after)
    says = (*sentences(verdict, start.before, after), *told, *doubts)
    call = call_for(start.name, after, start.account, replace(reach, region=start.region or reach.region))
    return replace(start, fate=Fate.TO_DO, effect=verdict.effect, witnesses=verdict.witnesses, says=says, calls=(call,))


def _start(report: BucketReport) -> Restoring:
    declared, live = report.declared, report.live
    sides = [each for each in (live, declared, *report.also_declared) if each is not None]
    name = report.name if isinstance(report.name, str) else f"{report.name.prefix}?{report.name.suffix}"
    return Restoring(
        name,
        Fate.LEFT,
        before=live.cors if live else None,
        account=next((each.account for each in sides if each.account), None),
        region=next((each.region for each in sides if each.region), None),
        address=declared.address if declared else None,
        location=declared.location if declared else None,
        sensitive=frozenset[str | int]().union(*(each.sensitive for each in sides)),
    )


def _not_offered(report: BucketReport, named: bool) -> tuple[Fate, str | None]:
    """Why no call is offered, and as what the bucket then counts."""
    declared = report.declared
    if report.state in _NOT_LIVE:
        return _NOT_LIVE[report.state], report.reason or report.state.value
    if declared is None or isinstance(report.name, Unknown):
        return Fate.LEFT, "the code does not name this bucket, so there is nothing to put back"
    if report.live is None or report.live.state not in (State.CONFIGURED, State.ABSENT):
        return Fate.UNREADABLE, "its live rules are not known"
    if declared.alternatives:
        cases = "; ".join(each.when for each in declared.alternatives)
        return Fate.UNRESOLVED, f"the code leaves open which rules are meant ({cases})"
    left_alone = next((each.left_alone for each in (declared, *report.also_declared) if each.left_alone), None)
    if left_alone is not None:
        return Fate.LEFT, f"the code says to leave live rules as they are ({left_alone})"
    if declared.state not in (State.CONFIGURED, State.ABSENT):
        return Fate.UNRESOLVED, declared.reason or "what is declared could not be resolved"
    if _silent(declared) is not None and not named:
        why = "the code says nothing of rules for this bucket; name it with --bucket to have them taken away"
        return Fate.LEFT, why
    if declared.identity is not None and declared.identity.by is IdentifiedBy.PATTERN and not named:
        why = "that this bucket is meant is a guess by what its name looks like; name it with --bucket if it is so"
        return Fate.LEFT, why
    return Fate.TO_DO, None


def _found_by(declared: Bucket) -> str | None:
    """Where the code does not name the bucket itself, whoever is asked is to know what does."""
    return None if declared.identity is None else f"Known by: {declared.identity.says}"


def _silent(declared: Bucket) -> str | None:
    if declared.state is State.ABSENT and not declared.says_none:
        return "The code declares no rules for it, without saying so in so many words"
    return None


def _as_the_tool(rules: BucketCors, declared: Bucket, live: BucketCors | None) -> BucketCors:
    """The rules as the declaring tool would store them: in an order, where that is open the one nearest to live, and
    with the MaxAgeSeconds that it gives a rule without one. A rule that live has as well stays as it is there.
    """
    theirs = live.rules if live is not None else ()
    zero = declared.writes_max_age_zero
    ours = rules.rules if rules.ordered else nearest_order(rules.rules, theirs, zero_is_unset=zero)
    if zero:
        known = {normal_form(rule, zero_is_unset=True): rule.max_age_seconds for rule in theirs}
        ours = tuple(_aged(rule, known.get(normal_form(rule, zero_is_unset=True), 0)) for rule in ours)
    return BucketCors(ours)


def _aged(rule: CorsRule, age: object) -> CorsRule:
    if rule.max_age_seconds is not None or not isinstance(age, int):
        return rule
    return replace(rule, max_age_seconds=age)


def _violations(after: BucketCors | None) -> tuple[str | None, tuple[str, ...]]:
    """Why S3 would certainly refuse the rules, and for what it may."""
    found = () if after is None else validate(after.rules)
    unsendable = [each for each in found if each.certain or "cannot be sent" in each.message]
    doubts = tuple(dict.fromkeys(f"S3 may refuse it: {_violation(each)}" for each in found if not each.certain))
    if unsendable:
        return f"S3 would refuse these rules: {_violation(unsendable[0])}", doubts
    return None, doubts


def _violation(each: Violation) -> str:
    where = "" if each.rule is None else f" (rule {each.rule + 1})"
    code = "" if each.code is None else f"{each.code}: "
    return f"{code}{each.message}{where}"
