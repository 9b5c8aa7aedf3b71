"""Findings about the difference of the two sides, and about what could not be compared."""

from __future__ import annotations

from drift.catalogue.kind import Family, Kind
from drift.location import Severity

KINDS = (
    Kind(
        "live-differs",
        "The live rules are not the declared ones",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
        Family.DRIFT,
        meaning=(
            "They certainly differ, without a request that may now do more or less: with `strict`, a difference counts "
            "that changes no answer of S3 (other IDs, another spelling, rules in another place); or some values are "
            "not known, and it is only certain that browsers keep preflights otherwise."
        ),
        before=(
            "declared  GET from https://app.example, ID assets\nlive      GET from https://app.example, ID assets-2"
        ),
        after=("declared  GET from https://app.example, ID assets\nlive      GET from https://app.example, ID assets"),
    ),
    Kind(
        "live-wider",
        "Live lets browsers do more than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
        Family.DRIFT,
        meaning=(
            "Some request of a browser is answered more freely by what is live, and none less: somebody may do "
            "more than the code says. The finding shows such a request with both answers."
        ),
        before=("declared  GET from https://app.example\nlive      GET from https://app.example, https://evil.example"),
        after=("declared  GET from https://app.example\nlive      GET from https://app.example"),
        security=7.5,
    ),
    Kind(
        "live-narrower",
        "Live lets browsers do less than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
        Family.DRIFT,
        meaning=(
            "Some request of a browser that the code allows is refused, answered without credentials, or with "
            "fewer headers to read; none is answered more freely. Uploads and downloads of pages that rely on it "
            "fail."
        ),
        before=("declared  GET, PUT from https://app.example\nlive      GET from https://app.example"),
        after=("declared  GET, PUT from https://app.example\nlive      GET, PUT from https://app.example"),
    ),
    Kind(
        "live-different",
        "Live lets browsers do some things more and some less than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
        Family.DRIFT,
        meaning=(
            "Both at once: a request that live answers more freely, and one that it answers less freely; or "
            "answers that no order compares."
        ),
        before=("declared  PUT from https://app.example\nlive      DELETE from https://app.example"),
        after=("declared  PUT from https://app.example\nlive      PUT from https://app.example"),
        security=7.5,
    ),
    Kind(
        "live-cache-only",
        "Live has browsers keep preflights otherwise than the code declares; what they may do is the same",
        Severity.WARNING,
        "Deploy the declared rules again, or take the live ones over into the code.",
        Family.DRIFT,
        meaning=(
            "What browsers may do is the same. Only how long they keep the answer to a preflight differs, or "
            "which methods they keep with it."
        ),
        before=(
            "declared  PUT from https://app.example, cached 3000 s\nlive      PUT from https://app.example, cached 5 s"
        ),
        after=(
            "declared  PUT from https://app.example, cached 3000 s\n"
            "live      PUT from https://app.example, cached 3000 s"
        ),
    ),
    Kind(
        "live-absent",
        "Rules are declared, and the bucket has no CORS configuration",
        Severity.ERROR,
        "Deploy the declared rules again, or remove them from the code.",
        Family.DRIFT,
        meaning=(
            "S3 has no CORS configuration for the bucket at all, so browsers refuse every page what the code lets "
            "it do. Somebody deleted it, another declaration of the same bucket took it away, or it was never "
            "deployed."
        ),
        before=("declared  GET from https://app.example\nlive      no CORS configuration"),
        after=("declared  GET from https://app.example\nlive      GET from https://app.example"),
    ),
    Kind(
        "undeclared-rules",
        "The bucket has CORS rules, and the code declares none",
        Severity.ERROR,
        'Declare the rules, or delete them from the bucket; undeclared = "warning" or "ignore" accepts them.',
        Family.DRIFT,
        meaning=(
            "The code names the bucket and gives it no rules, or does not name it (`--all`); what is live was "
            "made by hand or by something else. Nobody reviews it, and nothing would restore it."
        ),
        before=("declared  no rules\nlive      GET from *"),
        after=("declared  GET from https://app.example\nlive      GET from https://app.example"),
        security=6.5,
    ),
    Kind(
        "not-compared",
        "The bucket could not be compared",
        Severity.WARNING,
        "Do what the reason says, or accept the gap with --allow-incomplete.",
        Family.COVERAGE,
        meaning=(
            "Reading was denied, throttled or failed, there is no such bucket, or what the code declares could "
            "not be resolved. The reason is told with it. The bucket counts neither as drifted nor as in sync."
        ),
        before='bucket = "site-${random_id.this.hex}"',
        after='bucket = "site-${random_id.this.hex}", with --state terraform.tfstate',
    ),
)
