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
        meaning=(
            "A sentence in the settings says what must hold, and it does not: of all requests that a browser can "
            "send, the finding shows one that breaks it, on the declared rules, the live ones, or both."
        ),
        before=(
            "[[promise]]\n"
            'says = "nobody but https://app.example.com may PUT"\n'
            "\n"
            "declared  PUT from https://*.example.com"
        ),
        after=(
            "[[promise]]\n"
            'says = "nobody but https://app.example.com may PUT"\n'
            "\n"
            "declared  PUT from https://app.example.com"
        ),
        security=7.0,
    ),
    Kind(
        "promise-undecided",
        "Whether a promise holds cannot be told",
        Severity.WARNING,
        "Do what the reason says.",
        Family.PROMISE,
        meaning=(
            "The rules that a promise is about could not be read or resolved, or the answer hangs on something "
            "that nobody knows of S3. The promise is neither kept nor broken, and the run is incomplete."
        ),
        before=('[[promise]]\nsays = "nobody may DELETE"\n\nlive      denied'),
        after=('[[promise]]\nsays = "nobody may DELETE"\n\nlive      GET from https://app.example.com'),
    ),
    Kind(
        "promise-about-no-bucket",
        "A promise is about no bucket of this run",
        Severity.WARNING,
        "Mend the bucket's name in it, or take it out.",
        Family.PROMISE,
        meaning=(
            "No bucket of the run has a name that fits the promise, so it holds of nothing: mostly a slip in the name."
        ),
        before=('[[promise]]\nsays = "nobody may DELETE"\nbucket = "acme-prd-*"'),
        after=('[[promise]]\nsays = "nobody may DELETE"\nbucket = "acme-prod-*"'),
    ),
    Kind(
        "waiver-expired",
        "A waiver has expired, and waives nothing any more",
        Severity.WARNING,
        "Mend what it waived, or renew it with cors-drift waive.",
        Family.WAIVER,
        meaning="The last day of the waiver is over. What it waived counts again, from the day after on.",
        before=('[[waiver]]\nbucket = "acme-prod-assets"\nfinding = "live-wider"\nexpires = 2026-01-31'),
        after=('[[waiver]]\nbucket = "acme-prod-assets"\nfinding = "live-wider"\nexpires = 2026-12-31'),
    ),
    Kind(
        "waiver-too-long",
        "A waiver lasts for more than a year",
        Severity.WARNING,
        "Give it a last day within a year, and look at it again then.",
        Family.WAIVER,
        meaning=(
            "A waiver has an end so that somebody looks again at what it accepts. cors-drift waive writes a year at "
            "most; this one was given more by hand. It holds all the same."
        ),
        before=('[[waiver]]\nbucket = "acme-prod-assets"\nfinding = "live-wider"\nexpires = 2099-12-31'),
        after=('[[waiver]]\nbucket = "acme-prod-assets"\nfinding = "live-wider"\nexpires = 2026-12-31'),
    ),
    Kind(
        "waiver-void",
        "A waiver does not hold: this is not what was accepted",
        Severity.WARNING,
        "Look at what changed; cors-drift waive binds the waiver to the new rules.",
        Family.WAIVER,
        meaning=(
            "A waiver accepts a finding on each bucket that was looked at when it was written, under the rules that "
            "the bucket had then, by a digest of what they mean. They mean something else now, or the bucket is not "
            "one of these, so the finding counts."
        ),
        before=('rules = "accepted1:4f0c..."\n\nlive      GET, PUT from https://app.example.com'),
        after=('rules = "accepted1:4f0c..."\n\nlive      GET from https://app.example.com'),
    ),
    Kind(
        "waiver-unused",
        "A waiver, or a part of it, waives nothing",
        Severity.WARNING,
        "Take out what waives nothing.",
        Family.WAIVER,
        meaning=(
            "What it waived, or a part of that, is no longer found, or no bucket has such a name. Left in place, it "
            "would accept the same thing unseen when it comes back."
        ),
        before=('[[waiver]]\nbucket = "acme-prod-assets"\nfinding = "live-wider"\n\nin sync'),
        after="nothing waived, in sync",
    ),
    Kind(
        "ignore-unused",
        "An ignore leaves out no bucket",
        Severity.INFO,
        "Take it out, or mend the bucket's name in it.",
        Family.WAIVER,
        meaning="No bucket of the run has a name that fits, so it leaves out nothing.",
        before=('[[ignore]]\nbucket = "acme-tmp-*"\nreason = "made by tests"'),
        after="nothing ignored",
    ),
)
