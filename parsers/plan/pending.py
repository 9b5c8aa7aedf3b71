"""What a plan says beside its rules: which are not deployed yet, what Terraform found in S3, what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drift.cors.model import CorsRule, Text, TextList, Unknown
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.plan.buckets import Owners, known_name
from parsers.plan.configuration import Configuration
from parsers.plan.hidden import sensitive_in
from parsers.plan.marks import MarkedJson
from parsers.plan.resources import BUCKET, CORS, Resource, deferred, planned, shown_state
from parsers.plan.rules import rules_of

_MOST_RULES = 3
_MOST_TEXT = 100
NOT_APPLIED = "plan-not-applied"
_APPLY = "apply the plan before it is compared with S3: until then a difference may be only this change"
_REFRESH = "plan again to see what S3 holds now"


def pending(resources: Sequence[Resource], owners: Owners) -> Iterator[Diagnostic]:
    """Rules that the plan would change: they are declared, and S3 has the old ones until it is applied."""
    created = [each for each in resources if each.was is None and _speaks(each, owners)]
    if created:
        also = f" and {len(created) - 1} more" if len(created) > 1 else ""
        what = f"{created[0].address}{also}: this plan creates these rules; they are not deployed yet"
        yield Diagnostic(Severity.INFO, NOT_APPLIED, what, created[0].location, _APPLY)
    for each in resources:
        told = None if each.was is None or not _speaks(each, owners) else _change(each)
        if told is not None:
            yield Diagnostic(Severity.INFO, NOT_APPLIED, f"{each.address}: {told}", each.location, _APPLY)


def _speaks(resource: Resource, owners: Owners) -> bool:
    """Whether the plan touches rules here: not of a bucket whose rules are only computed, or that goes with them."""
    if resource.type == CORS:
        return not (resource.deleted and known_name(resource.values) in owners.destroyed)
    if resource.unknown.get("cors_rule") is True or owners.has_separate(resource):
        return False
    return bool(resource.values.get("cors_rule") or (resource.was or {}).get("cors_rule"))


def _change(resource: Resource) -> str | None:
    if resource.actions in ((), ("no-op",)):
        return None
    old = _rules(resource, resource.was)
    deployed = _in_words(resource, old)
    if resource.actions == ("forget",):
        return f"this plan forgets these rules, and S3 keeps them: {deployed}" if old else None
    if resource.deleted:
        return f"this plan deletes these rules; deployed are {deployed}" if old else None
    then = known_name(resource.was or {})
    if resource.type == CORS and resource.before is None and known_name(resource.values) != then:
        return f"this plan moves the rules to another bucket; deployed are, for {_named(resource, then)}, {deployed}"
    if resource.unknown.get("cors_rule") is not True and _rules(resource, resource.values) == old:
        return None
    return f"this plan changes these rules; deployed are {deployed}"


def found_by_refresh(document: MarkedJson, owners: Owners) -> Iterator[Diagnostic]:
    """Rules that somebody had changed in S3 since the last apply, as Terraform saw it when it planned."""
    taken = document.value.get("timestamp")
    when = f"on {taken[:20]} " if isinstance(taken, str) and taken.isascii() and taken.isprintable() else ""
    before = document.value.get("prior_state")
    known = () if before is None else shown_state(document, before)
    separate = {known_name(each.values) for each in known if each.type == CORS}
    for each in planned(document, "resource_drift"):
        if each.type == BUCKET and (owners.has_separate(each) or known_name(each.values) in separate):
            continue  # it only shows what the separate resource has put there
        old = _rules(each, each.was)
        new = () if each.deleted else _rules(each, each.values)
        if old == new or (each.type == BUCKET and each.deleted):
            continue
        held = _in_words(each, new) if new else "none"
        message = f"{each.address}: when this plan was made {when}S3 held other rules than Terraform had left: {held}"
        yield Diagnostic(Severity.INFO, "plan-saw-drift", message, each.location, _REFRESH)


def left_out(
    document: MarkedJson, resources: Sequence[Resource], configuration: Configuration
) -> tuple[list[Bucket], list[Diagnostic]]:
    """What an unfinished plan does not tell: an unknown for each S3 resource of its code that it leaves out."""
    put_off = [_unknown(each, f"the plan puts it off to a later one ({reason})") for each, reason in deferred(document)]
    found = _why_unfinished(document.value)
    if found is None:
        return put_off, []
    what, advice = found
    place = Location(document.path)
    told = Diagnostic(Severity.WARNING, "incomplete-plan", what, place, advice)
    seen = {(each.module, each.type, each.name) for each in resources}
    seen |= {(each.module, each.type, each.name) for each, _ in deferred(document)}
    if not configuration.known:
        return [*put_off, _missing(None, what, place)], [told]
    return [*put_off, *(_missing(each, what, place) for each in _unseen(seen, configuration))], [told]


def _why_unfinished(plan: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why the plan does not tell all that the code declares, and what to do about it."""
    if plan.get("errored") is True:
        return "planning ended with an error, so that resources may be missing here", "mend the error and plan again"
    if plan.get("complete") is False:
        what = "the plan was made for a part of the code or puts a part off, so that resources are missing here"
        return what, "plan again, without -target"
    if plan.get("resource_changes") is None and _has_resources(plan.get("prior_state")):
        what = "this plan only refreshes the state, so that it does not tell what the code declares"
        return what, "plan again, without -refresh-only"
    return None


def _has_resources(state: object) -> bool:
    """Whether there is anything in a state: then a plan of all of the code would speak of it."""
    values = state.get("values") if isinstance(state, dict) else None
    root = values.get("root_module") if isinstance(values, dict) else None
    return isinstance(root, dict) and bool(root.get("resources") or root.get("child_modules"))


def _unseen(seen: set[tuple[tuple[str, ...], str, str]], configuration: Configuration) -> Iterator[str]:
    """Addresses in the code; a bucket that a separate resource beside it configures is told by that."""
    found = [each for each in configuration.resources() if each[1] in (BUCKET, CORS)]
    configured = {
        (path, word.split(".")[1])
        for path, kind, _, arguments in found
        if kind == CORS
        for word in _references(arguments.get("bucket"))
        if word.startswith(f"{BUCKET}.")
    }
    for path, kind, name, _ in found:
        if (path, kind, name) not in seen and not (kind == BUCKET and (path, name) in configured):
            yield ".".join((*(f"module.{each}" for each in path), kind, name))


def _references(expression: object) -> list[str]:
    found = expression.get("references") if isinstance(expression, dict) else None
    return [each for each in found if isinstance(each, str) and "." in each] if isinstance(found, list) else []


def _missing(address: str | None, reason: str, place: Location) -> Bucket:
    name = Unknown("the plan does not tell it")
    return Bucket(name, State.UNKNOWN, "plan", address, reason=reason, location=place)


def _unknown(resource: Resource, reason: str) -> Bucket:
    known = None if resource.unknown.get("bucket") is True else known_name(resource.values)
    name: Text = known if known is not None else Unknown(reason)
    hidden = sensitive_in(resource.values, resource.marks)
    return Bucket(
        name, State.UNKNOWN, "plan", resource.address, reason=reason, location=resource.location, sensitive=hidden
    )


def _rules(resource: Resource, values: Mapping[str, Any] | None) -> object:
    """The rules in a form that is equal where they mean the same: the provider's empty values, a set's order."""
    given = (values or {}).get("cors_rule")
    unknown = resource.unknown.get("cors_rule") if values is resource.values else None
    rules = rules_of(given, unknown, f"{resource.address}.cors_rule") if given is not None else ()
    if resource.type == BUCKET:
        return tuple(_plain(each) for each in rules)
    return frozenset(_plain(each) for each in rules)


def _plain(rule: CorsRule) -> CorsRule:
    def sorted_(values: TextList) -> TextList:
        return values if isinstance(values, Unknown) else tuple(sorted(set(values), key=str))

    return CorsRule(
        sorted_(rule.allowed_methods),
        sorted_(rule.allowed_origins),
        sorted_(rule.allowed_headers),
        sorted_(rule.expose_headers),
        rule.max_age_seconds or None,
        rule.id,
    )


def _in_words(resource: Resource, rules: object) -> str:
    """What S3 has, shortly; nothing of it where the plan calls any of the rules sensitive."""
    if not isinstance(rules, tuple | frozenset) or not rules:
        return "none"
    marks = (resource.marks, resource.was_marks)
    sides = (resource.values, resource.was or {})
    if any(sensitive_in({"cors_rule": side.get("cors_rule")}, mark) for side in sides for mark in marks):
        return "(sensitive value)"
    listed = sorted(f"{_listed(each.allowed_methods)} from {_listed(each.allowed_origins)}" for each in rules)
    more = f" and {len(listed) - _MOST_RULES} more" if len(listed) > _MOST_RULES else ""
    return "; ".join(listed[:_MOST_RULES]) + more


def _named(resource: Resource, name: str | None) -> str:
    hidden = sensitive_in(resource.was or {}, resource.was_marks) | sensitive_in(resource.values, resource.marks)
    return "(sensitive value)" if name in hidden else name or "a bucket of unknown name"


def _listed(values: TextList) -> str:
    if isinstance(values, Unknown):
        return "?"
    words = ", ".join(each if isinstance(each, str) else "?" for each in values)
    return words if len(words) <= _MOST_TEXT else words[:_MOST_TEXT] + "..."
