"""Findings about rules that let in more than is likely to be meant, whatever was declared. The examples are JSON.

They are told of both sides by ``drift.policy``.
"""

from __future__ import annotations

from drift.catalogue.kind import Family, Kind
from drift.location import Severity

KINDS = (
    Kind(
        "write-from-any-origin",
        "Any page may write",
        Severity.WARNING,
        "Name the origins that write, or let a server of yours do it.",
        Family.POLICY,
        meaning=(
            "A page on any site may send PUT, POST or DELETE from its visitor's browser: with a signed link that it "
            "got hold of, or with whatever else lets the visitor in. Judged is what gets to the rule: methods that "
            "an earlier rule answers for all of these pages do not count."
        ),
        before='[{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "ExposeHeaders": ["ETag"]}]',
        after=(
            '[{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": '
            '["ETag"]}]'
        ),
        security=7.5,
    ),
    Kind(
        "any-origin-with-credentials",
        "Any page gets its own origin back, with credentials",
        Severity.WARNING,
        "Name the origins, or write * alone: S3 then answers without credentials.",
        Family.POLICY,
        meaning=(
            "Where an entry with text beside its wildcard matches (https://*), S3 sends back the page's own origin "
            "and Access-Control-Allow-Credentials: true. Where * stands alone, it sends * and no credentials. So "
            "https://* looks narrower than * and is worse: any page may read answers to requests that carry its "
            "visitor's cookies."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]',
        security=8.1,
    ),
    Kind(
        "wildcard-over-public-suffix",
        "The wildcard covers names of many owners",
        Severity.WARNING,
        "Name the origins, or put the wildcard under a domain of yours.",
        Family.POLICY,
        meaning=(
            "The wildcard stands right over a public suffix: a name under which different people have names of their"
            " own, such as co.uk, vercel.app or cloudfront.net. Who takes one is let in, with credentials. The list "
            "is the one at publicsuffix.org, both of its parts."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.vercel.app"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.shop.vercel.app"]}]',
        security=7.5,
    ),
    Kind(
        "wildcard-without-dot",
        "The wildcard covers other domains that end alike: no dot stands behind it",
        Severity.WARNING,
        "Write https://*.example.com, and https://example.com beside it if that is meant.",
        Family.POLICY,
        meaning=(
            "https://*example.com matches https://evilexample.com as it does https://app.example.com: * stands for "
            "any text, dots or none. Whoever registers such a name is let in, with credentials."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*example.com"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.com", "https://example.com"]}]',
        security=7.5,
    ),
    Kind(
        "wildcard-open-ended",
        "The wildcard stands behind the host, so it covers other domains too",
        Severity.WARNING,
        "Write the origin out to its end; https://example.com:* for any port.",
        Family.POLICY,
        meaning=(
            "https://example.com* matches https://example.com.evil.org: the text says how the host starts, and a "
            "host belongs to whom its end belongs to. A wildcard behind a colon can only be the port, and is not "
            "meant here."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com*"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com:*"]}]',
        security=7.5,
    ),
    Kind(
        "insecure-origin",
        "Pages loaded over plain HTTP are allowed",
        Severity.WARNING,
        "Write https://, and serve the page so.",
        Family.POLICY,
        meaning=(
            "What comes over plain HTTP can be rewritten by whoever is on the way, a public Wi-Fi for one, and then "
            "speaks as that origin. A wildcard that stands for the scheme as well (*.example.com, http*) allows it "
            "too. The website endpoints of S3 have no HTTPS: put CloudFront before them."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://app.example.com"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
        security=4.5,
    ),
    Kind(
        "null-origin",
        "The origin null is allowed, which any page can send",
        Severity.WARNING,
        "Take null out: sandboxed frames and local files send it, of anybody's.",
        Family.POLICY,
        meaning=(
            "null is the Origin of every sandboxed frame and of data: and file: pages, so any page can have it, and "
            "S3 answers it with credentials. It is worse than *."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["null"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
        security=6.5,
    ),
    Kind(
        "localhost-origin",
        "A developer's machine is allowed on what looks like production",
        Severity.WARNING,
        "Keep localhost to buckets for development.",
        Family.POLICY,
        meaning=(
            "Whatever runs on a developer's or a visitor's own machine may speak to the bucket as that origin. It is"
            " told only where the bucket's name, or else its stack, its address or the path of its declaration, has "
            "a word such as prod; the examples are of a bucket named shop-prod."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://localhost:3000"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
        security=4.0,
    ),
)
