"""Findings about the settings: promises that do not hold, waivers and ignores that no longer do what they were for."""

from __future__ import annotations

from drift.catalogue.kind import Family, Kind
from drift.location import Severity

KINDS = (
    Kind(
        "promise-broken",
        "A promise does not hold",
        Severity.ERROR,
        "Change the rules as the request shows, or the promise.",
        Family.PROMISE,
        meaning="",
        before="",
        after="",
        security=7.0,
    ),
    Kind(
        "promise-undecided",
        "Whether a promise holds cannot be told",
        Severity.WARNING,
        "Do what the reason says.",
        Family.PROMISE,
        meaning="",
        before="",
        after="",
    ),
    Kind(
        "promise-about-no-bucket",
        "A promise is about no bucket of this run",
        Severity.WARNING,
        "Mend the bucket's name in it, or take it out.",
        Family.PROMISE,
        meaning="",
        before="",
        after="",
    ),
    Kind(
        "waiver-expired",
        "A waiver has expired, and waives nothing any more",
        Severity.WARNING,
        "Mend what it waived, or renew it with cors-drift waive.",
        Family.WAIVER,
        meaning="",
        before="",
        after="",
    ),
    Kind(
        "waiver-void",
        "The rules have changed since they were waived",
        Severity.WARNING,
        "Look at what changed; cors-drift waive binds the waiver to the new rules.",
        Family.WAIVER,
        meaning="",
        before="",
        after="",
    ),
    Kind(
        "waiver-unused",
        "A waiver waives nothing",
        Severity.WARNING,
        "Take it out.",
        Family.WAIVER,
        meaning="",
        before="",
        after="",
    ),
    Kind(
        "ignore-unused",
        "An ignore leaves out no bucket",
        Severity.INFO,
        "Take it out, or mend the bucket's name in it.",
        Family.WAIVER,
        meaning="",
        before="",
        after="",
    ),
)
