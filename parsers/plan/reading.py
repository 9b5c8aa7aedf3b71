"""One file to a snapshot."""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, Snapshot
from parsers.carried_documents import TYPES
from parsers.plan import other_types
from parsers.plan.buckets import Owners, from_plan, from_state
from parsers.plan.configuration import Configuration
from parsers.plan.kinds import Kind, kind_of
from parsers.plan.marks import MarkedJson, text_of
from parsers.plan.pending import found_by_refresh, left_out, pending
from parsers.plan.resources import Malformed, Resource, planned, shown_state, state_file

MAJOR_VERSIONS = ("0", "1")
"""Of ``format_version``: a new minor version only adds, 0.x is what Terraform before 1.1 wrote in the same shape."""

_SHOW_PLAN = "make it with `terraform show -json PLAN > plan.json`"
_SHOW_STATE = "make it with `terraform show -json > state.json`"


def read(tree: Tree, path: str, endpoint_url: str | None = None) -> Snapshot:
    """What the file declares; a file that cannot be used is an error among the diagnostics."""
    try:
        text = text_of(tree.read(path), path)
        if path.endswith(".tfstate") and not text.strip():
            return Snapshot("plan")  # Terraform, too, takes an empty file for an empty state
        document = MarkedJson(text, path)
        buckets, remarks = _read(document, endpoint_url)
        return Snapshot("plan", tuple(buckets), tuple(remarks))
    except InputError as error:
        fault = Diagnostic(Severity.ERROR, "unreadable-plan", error.message, error.location, error.advice)
    except Malformed as error:
        message = f"this is not what Terraform writes: {error.what}"
        fault = Diagnostic(Severity.ERROR, "malformed-plan", message, error.location or Location(path), _SHOW_PLAN)
    return Snapshot("plan", diagnostics=(fault,))


def _read(document: MarkedJson, endpoint_url: str | None) -> tuple[Sequence[Bucket], Sequence[Diagnostic]]:
    value = document.value
    place = Location(document.path)
    kind = kind_of(value) if isinstance(value, dict) else None
    if kind is None:
        raise InputError("this is neither a plan nor a state of Terraform", location=place, advice=_SHOW_PLAN)
    if kind is Kind.ENCRYPTED_STATE:
        raise InputError(
            "this state is encrypted", location=place, advice="decrypt it with `tofu show -json > state.json`"
        )
    if kind is Kind.STATE_FILE:
        if value["version"] != 4:
            raise InputError(
                f"this state file has version {str(value['version'])[:20]!r}, and only 4 is read",
                location=place,
                advice=f"let Terraform 0.12 or later write it, or {_SHOW_STATE}",
            )
        others = state_file(document, TYPES)
        return _state(tuple(state_file(document)), other_types.unread(others), place)
    _check_format(value["format_version"], place)
    if kind is Kind.SHOWN_STATE:
        others = shown_state(document, types=TYPES)
        return _state(tuple(shown_state(document)), other_types.unread(others), place)
    return _plan(document, endpoint_url)


def _plan(document: MarkedJson, endpoint_url: str | None) -> tuple[Sequence[Bucket], Sequence[Diagnostic]]:
    resources, configuration = tuple(planned(document)), Configuration(document.value)
    owners = Owners(resources, configuration)
    missing, remarks = left_out(document, resources, configuration)
    remarks += pending(resources, owners)
    remarks += found_by_refresh(document, owners)
    others = planned(document, types=TYPES)
    unread, told = other_types.unread(others, configuration)
    return (*from_plan(resources, configuration, endpoint_url), *missing, *unread), [*remarks, *told]


def _check_format(version: object, place: Location) -> None:
    major = version.partition(".")[0] if isinstance(version, str) else None
    if major not in MAJOR_VERSIONS:
        raise InputError(
            f"format_version {str(version)[:20]!r} is not known; 0 and 1 are",
            location=place,
            advice="update cors-drift, or make the file with an older Terraform",
        )


def _state(
    resources: Sequence[Resource], others: tuple[Sequence[Bucket], Sequence[Diagnostic]], place: Location
) -> tuple[Sequence[Bucket], Sequence[Diagnostic]]:
    buckets = (*from_state(resources), *others[0])
    if not buckets:
        return (), others[1]
    remark = Diagnostic(
        Severity.INFO,
        "state-is-not-code",
        "a state tells what was applied or refreshed last, not what the code says now",
        place,
        "give the .tf files or a plan to compare what is declared",
    )
    tainted = (
        Diagnostic(
            Severity.INFO,
            "tainted",
            f"{each.address} is tainted: the next apply replaces it",
            each.location,
            "apply, or run `terraform untaint` on it if it is as it should be",
        )
        for each in resources
        if each.tainted
    )
    return buckets, (remark, *tainted, *others[1])
