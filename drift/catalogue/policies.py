"""Findings about rules by themselves: risky whatever was declared, or without effect.

The examples are lists of rules as JSON, but for the findings about several declarations.
"""

from __future__ import annotations

from drift.catalogue import openings
from drift.catalogue.kind import Family, Kind
from drift.location import Severity

KINDS = (
    *openings.KINDS,
    Kind(
        "origin-never-sent",
        "No browser sends such an origin",
        Severity.WARNING,
        "Write the origin as a browser does: lower case, no path, no final slash, no default port.",
        Family.POLICY,
        meaning=(
            "S3 compares origins as text. Browsers send scheme://host, with the port where it is not the scheme's "
            "own, in lower case and without a slash, so an entry of another form never matches and its page is "
            "refused."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com/"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
    ),
    Kind(
        "rule-never-answers",
        "The rule never answers a request",
        Severity.WARNING,
        "Take it out, or put it before the rules that answer in its place.",
        Family.POLICY,
        meaning=(
            "The first rule that allows a request answers it. Earlier rules answer all that this one allows, or no "
            "browser sends any of it: its own headers and ages never take effect."
        ),
        before=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}, {"AllowedMethods": '
            '["GET"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]}]'
        ),
        after=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]},'
            ' {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}]'
        ),
    ),
    Kind(
        "rules-overlap",
        "Two rules answer one request differently, and the first takes it",
        Severity.INFO,
        "Look whether that is meant; rules that no request has in common can stand in any order.",
        Family.POLICY,
        meaning=(
            "Some request is allowed by both rules, and they say different things about it: with or without "
            "credentials, other headers to read. The one that stands first answers. That is often meant, and easily "
            "lost when rules are moved."
        ),
        before=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]},'
            ' {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]'
        ),
        after=(
            '[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]},'
            ' {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]'
        ),
    ),
    Kind(
        "covered-entry",
        "Another entry of the same list covers this one",
        Severity.INFO,
        "Take it out, or the wider one if that is not meant.",
        Family.POLICY,
        meaning=(
            "Another entry of the same list matches all that this one does, so it changes nothing. The narrower one "
            "was perhaps meant to be all."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.com", "https://app.example.com"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.com"]}]',
    ),
    Kind(
        "origin-beside-star",
        "An origin stands beside *, and nobody knows which of the two S3 takes",
        Severity.WARNING,
        "Keep one of them, or put them into rules of their own.",
        Family.POLICY,
        meaning=(
            "S3 answers * without credentials, and an origin with them. Which of the two it does where both stand in"
            " one list is documented nowhere, and other stores differ."
        ),
        before='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["*", "https://app.example.com"]}]',
        after=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}, {"AllowedMethods": '
            '["GET"], "AllowedOrigins": ["*"]}]'
        ),
    ),
    Kind(
        "declared-inline-and-separately",
        "The bucket declares rules inline, and a separate resource does so too",
        Severity.WARNING,
        "Keep the separate resource: the two overwrite one another at every apply.",
        Family.POLICY,
        meaning=(
            "Rules in aws_s3_bucket and in aws_s3_bucket_cors_configuration are written to the same place, and each "
            "replaces all of the other's. After every apply the other one differs."
        ),
        before='resource "aws_s3_bucket" with cors_rule, and aws_s3_bucket_cors_configuration for the same bucket',
        after="aws_s3_bucket_cors_configuration alone",
    ),
    Kind(
        "etag-not-exposed",
        "Uploads are allowed, and the page cannot read the ETag that a multipart upload needs",
        Severity.INFO,
        "Add ETag to ExposeHeaders, if pages upload in parts.",
        Family.POLICY,
        meaning=(
            "To finish an upload in parts a page, or a server in its name, sends the ETag of each part back, and a "
            "page can read none unless ExposeHeaders has ETag. A page that puts each file as a whole does not need it;"
            " which of the two it does is not in the rules."
        ),
        before='[{"AllowedMethods": ["PUT", "POST"], "AllowedOrigins": ["https://app.example.com"]}]',
        after=(
            '[{"AllowedMethods": ["PUT", "POST"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": '
            '["ETag"]}]'
        ),
    ),
    Kind(
        "max-age-over-browsers",
        "Browsers keep a preflight for less time than this",
        Severity.INFO,
        "Firefox keeps it for a day at most, Chromium for two hours.",
        Family.POLICY,
        meaning=(
            "A longer time has no effect. What is allowed today stays allowed in a browser for as long as it keeps "
            "the answer."
        ),
        before=(
            '[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"], '
            '"MaxAgeSeconds": 31536000}]'
        ),
        after=(
            '[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"], '
            '"MaxAgeSeconds": 3600}]'
        ),
    ),
    Kind(
        "max-age-not-cached",
        "Browsers ask a preflight before every request",
        Severity.INFO,
        "Set MaxAgeSeconds to what you can live with after a change, an hour for one.",
        Family.POLICY,
        meaning=(
            "With 0 or less every request that needs a preflight costs a second one. Unset is not meant: browsers "
            "then keep it for five seconds. Terraform and CloudFormation store 0 for unset, so live 0 counts only "
            "where the declaration has 0 too."
        ),
        before=(
            '[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"], '
            '"MaxAgeSeconds": 0}]'
        ),
        after='[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]}]',
    ),
    Kind(
        "refused-by-s3",
        "S3 refuses these rules",
        Severity.ERROR,
        "Change what the message names; deploying fails until then.",
        Family.POLICY,
        meaning=(
            "PutBucketCors answers these rules with an error, seen of S3 or of tests that were run against it. It is"
            " not told where live has just these rules."
        ),
        before='[{"AllowedMethods": ["GET", "OPTIONS"], "AllowedOrigins": ["https://app.example.com"]}]',
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
    ),
    Kind(
        "may-be-refused-by-s3",
        "S3 may refuse these rules: nobody has seen it take or refuse them",
        Severity.WARNING,
        "Change what the message names, or try it on a bucket of your own.",
        Family.POLICY,
        meaning=(
            "The documentation has a limit that nobody has seen S3 keep, other stores refuse it, or CloudFormation "
            "does."
        ),
        before=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com", "https://app.example.com"]}]'
        ),
        after='[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"]}]',
    ),
    Kind(
        "declared-more-than-once",
        "Several declarations claim the CORS rules of one bucket",
        Severity.WARNING,
        "Keep one of them: whichever is applied last replaces all rules of the others.",
        Family.POLICY,
        meaning=(
            "A bucket has one list of rules, and whatever is deployed last writes all of it. It weighs info where the "
            "declarations look like alternatives of which only one is deployed: each makes the bucket itself, they are "
            "one piece of code under several callers, or they stand in different folders of examples or tests."
        ),
        before="two aws_s3_bucket_cors_configuration for one bucket",
        after="one of them, with the rules of both",
    ),
    Kind(
        "order-matters",
        "The declared rules are a set, and two orders of them answer differently",
        Severity.WARNING,
        "Make the rules apart, so that no request matches two of them: Terraform does not control their order.",
        Family.POLICY,
        meaning=(
            "The first rule that allows a request answers it, and the blocks of aws_s3_bucket_cors_configuration are"
            " a set: which of them S3 gets first is not in the code. The examples are of such a set. Where only what"
            " a browser keeps of a preflight differs, it weighs info."
        ),
        before=(
            '[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]},'
            ' {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]'
        ),
        after=(
            '[{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://app.example.com"], "ExposeHeaders": ["ETag"]},'
            ' {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]'
        ),
    ),
)
