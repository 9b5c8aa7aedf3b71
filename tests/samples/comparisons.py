"""Comparisons as the engine makes them: one small report for every state, effect and shape that a bucket can have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from drift.compare import Rules, compare
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.history import Call, CorsEvent, timeline
from drift.location import Location, Severity
from drift.report import Report, Verdict
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, RulePlace, Snapshot, State
from tests.rules import rule

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

APP = "https://app.example.com"
UPLOADS = rule("GET PUT", APP, "Content-Type x-amz-*", "ETag", max_age_seconds=3000, id="uploads")
READS = rule("GET HEAD", "https://www.example.com", expose="ETag", id="reads")


def declared(*rules: CorsRule, line: int = 12, **more: object) -> Bucket:
    """The bucket as a Terraform resource declares it: each rule and each of its fields has its lines."""
    given = {
        "name": "assets-prod",
        "state": State.CONFIGURED if rules else State.ABSENT,
        "source": "terraform",
        "address": "aws_s3_bucket_cors_configuration.assets",
        "cors": BucketCors(rules, bool(more.pop("ordered", True))) if rules else None,
        "location": Location("infra/main.tf", line, line + 2 + 8 * len(rules), 1),
        "places": tuple(_place(line + 3 + 8 * index) for index in range(len(rules))),
    }
    return Bucket(**given | more)  # type: ignore[arg-type]


def _place(line: int) -> RulePlace:
    fields = ("ID", "AllowedHeaders", "AllowedMethods", "AllowedOrigins", "ExposeHeaders", "MaxAgeSeconds")
    lines = ((name, Location("infra/main.tf", line + 1 + step, line + 1 + step, 5)) for step, name in enumerate(fields))
    return RulePlace(Location("infra/main.tf", line, line + 7, 3), tuple(lines))


def live(*rules: CorsRule, **more: object) -> Bucket:
    """The bucket as S3 tells it."""
    given = {
        "name": "assets-prod",
        "state": State.CONFIGURED if rules else State.ABSENT,
        "source": "s3",
        "cors": BucketCors(rules) if rules else None,
        "account": "111122223333",
        "region": "eu-central-1",
    }
    return Bucket(**given | more)  # type: ignore[arg-type]


def of(ours: Bucket | tuple[Bucket, ...], theirs: Bucket | None, rules: Rules | None = None) -> Report:
    """The report on what is declared and what is live."""
    ours = ours if isinstance(ours, tuple) else (ours,)
    return compare(Snapshot("terraform", ours), Snapshot("s3", (theirs,) if theirs else ()), rules, now=NOW)


def comparisons() -> Iterator[tuple[str, Report]]:
    """All of them by name."""
    yield from _in_sync()
    yield from _drifted()
    yield from _undecided()
    yield from _one_side()
    yield from _not_read()
    yield from _several()
    yield from _surroundings()


def _in_sync() -> Iterator[tuple[str, Report]]:
    yield "identical", of(declared(UPLOADS, READS), live(UPLOADS, READS))
    yield "cosmetic", of(declared(UPLOADS), live(replace(UPLOADS, id="uploads-2")))
    written = rule("PUT GET", APP, "x-amz-* content-type", "etag ETag", max_age_seconds=0, id="reads")
    ours = declared(
        replace(written, max_age_seconds=None, allowed_methods=("GET", "PUT"), expose_headers=("ETag",)),
        READS,
        ordered=False,
        writes_max_age_zero=True,
    )
    yield "folds", of(ours, live(READS, written, READS))
    yield "strict", of(declared(UPLOADS), live(replace(UPLOADS, id="uploads-2")), Rules(strict=True))


def _drifted() -> Iterator[tuple[str, Report]]:
    yield "cache-only", of(declared(UPLOADS), live(replace(UPLOADS, max_age_seconds=5)))
    more = replace(UPLOADS, allowed_origins=(APP, "https://evil.example"), allowed_methods=("GET", "PUT", "DELETE"))
    yield "wider", of(declared(UPLOADS), live(more))
    yield "wider-added-rule", of(declared(READS), live(READS, rule("DELETE", "*", "*")))
    exposed = replace(UPLOADS, expose_headers=("ETag", "x-amz-request-id"))
    yield "wider-exposed", of(declared(UPLOADS), live(exposed))
    yield "narrower", of(declared(UPLOADS, READS), live(replace(UPLOADS, allowed_methods=("GET",))))
    yield "different", of(declared(UPLOADS), live(replace(UPLOADS, allowed_methods=("GET", "DELETE"))))
    yield "different-credentials", of(declared(rule(origins="*")), live(rule(origins="https://*")))
    yield "moved", of(declared(rule("GET", "*"), rule("GET", APP)), live(rule("GET", APP), rule("GET", "*")))
    yield "live-absent", of(declared(UPLOADS), live())
    held = Location("infra/main.tf", 40, 42)
    yield "left-alone", of(declared(UPLOADS, left_alone=held), live(replace(UPLOADS, allowed_methods=("GET",))))


def _undecided() -> Iterator[tuple[str, Report]]:
    open_origin = Unknown('variable "host" has no value', "https://", ".example.com")
    ours = replace(UPLOADS, allowed_origins=(open_origin,))
    yield "undecided", of(declared(ours), live(UPLOADS))
    yield "undecided-drift", of(declared(ours), live(replace(UPLOADS, allowed_methods=("GET", "PUT", "DELETE"))))
    all_open = Unknown("data.aws_ssm_parameter.origins is read when Terraform runs")
    many = replace(UPLOADS, allowed_origins=all_open, max_age_seconds=all_open, id=Unknown("each.key is not known"))
    yield "undecided-lists", of(declared(many, READS), live(UPLOADS, READS))
    beside = rule("GET PUT", f"* {APP}")
    yield "open-question", of(declared(beside), live(rule("GET PUT", APP)))
    yield "no-browser-request", of(declared(rule("GET", f"{APP}/ {APP}")), live(rule("GET", APP)))
    either = (rule("GET", "*"), rule("GET PUT", APP))
    yield "order-matters", of(declared(*either, ordered=False), live(*either[::-1]))
    freer = replace(either[1], allowed_methods=("GET", "PUT", "DELETE"))
    yield "declared-order", of(declared(*either, ordered=False), live(freer, either[0]))


def _one_side() -> Iterator[tuple[str, Report]]:
    yield "undeclared", of(declared(says_none=True), live(UPLOADS))
    accepted = of(declared(says_none=True), live(UPLOADS), Rules(undeclared=Severity.WARNING))
    yield "undeclared-accepted", replace(accepted, verdict=Verdict.CLEAN)
    ignored = of(declared(says_none=True), live(UPLOADS), Rules(undeclared=None))
    yield "undeclared-ignored", replace(ignored, verdict=Verdict.CLEAN)
    yield "live-only", of((), live(UPLOADS, name="forgotten"), Rules(live_only=True))
    generated = declared(UPLOADS, name=Unknown("random_id.this.hex is made up when it is deployed", "site-"))
    yield "live-only-may-be-declared", of(generated, live(UPLOADS, name="site-4f2a"), Rules(live_only=True))
    yield "neither-has-rules", of(declared(says_none=True), live())


def _not_read() -> Iterator[tuple[str, Report]]:
    said = {
        State.MISSING: "S3 answers NoSuchBucket: the bucket does not exist",
        State.DENIED: "S3 answers AccessDenied to GetBucketCors",
        State.THROTTLED: "S3 answers SlowDown, after 8 attempts",
        State.UNSUPPORTED: "a directory bucket has no CORS configuration",
        State.ERROR: "S3 answers InternalError",
    }
    for state, reason in said.items():
        yield str(state), of(declared(UPLOADS), live(state=state, reason=reason))
    yield "unresolved", of(declared(state=State.UNKNOWN, reason="var.rules has no value"), live(UPLOADS))
    yield "name-unknown", of(declared(UPLOADS, name=Unknown("var.bucket has no value")), live(UPLOADS))
    yield "not-mentioned", of(declared(UPLOADS), None)


def _several() -> Iterator[tuple[str, Report]]:
    ours = declared(UPLOADS)
    other = declared(UPLOADS, line=80, address="module.cdn.aws_s3_bucket_cors_configuration.this[0]")
    yield "several-that-agree", of((ours, other), live(UPLOADS))
    against = replace(other, cors=BucketCors((READS,)))
    yield "several-that-disagree", of((ours, against), live(UPLOADS))
    yield "alternatives-in-sync", of(_alternatives(UPLOADS, UPLOADS), live(UPLOADS))
    yield "alternatives-drift", of(_alternatives(UPLOADS, replace(UPLOADS, allowed_methods=("GET",))), live(READS))
    yield "alternatives-open", of(_alternatives(UPLOADS, READS), live(READS))


def _alternatives(first: CorsRule, second: CorsRule) -> Bucket:
    cases = tuple(
        Alternative(when, replace(declared(each), source="cloudformation"), "--parameter Stage=... settles it")
        for when, each in (("IsProd is true", first), ("IsProd is false", second))
    )
    return declared(state=State.UNKNOWN, alternatives=cases, reason="IsProd is not known", source="cloudformation")


def _surroundings() -> Iterator[tuple[str, Report]]:
    found = Identity(IdentifiedBy.STACK, "stack shop-prod has it as Assets")
    known = declared(UPLOADS, identity=found, stack="shop-prod", source="cloudformation", address="Assets")
    yield "identified", of(known, live(UPLOADS, source="aws-config", as_of=datetime(2026, 11, 22, 8, 30, tzinfo=UTC)))
    report = of(declared(UPLOADS), live(rule("GET PUT", "*", "*")))
    (only,) = report.buckets
    yield "history", replace(report, buckets=(replace(only, history=timeline("assets-prod", _events(), _LIVE)),))
    unclear = timeline("assets-prod", (), _LIVE, unclear="AccessDenied to cloudtrail:LookupEvents")
    yield "history-unclear", replace(report, buckets=(replace(only, history=unclear),))


_LIVE = BucketCors((rule("GET PUT", "*", "*"),))


def _events() -> Iterator[CorsEvent]:
    common = {"bucket": "assets-prod", "account": "111122223333", "region": "eu-central-1"}
    yield CorsEvent(
        call=Call.PUT,
        when=datetime(2026, 10, 1, 9, 0, tzinfo=UTC),
        event_id="e-1",
        wrote=BucketCors((UPLOADS,)),
        who="arn:aws:sts::111122223333:assumed-role/deploy/build-17",
        kind="AssumedRole",
        tool="Terraform 1.11.4",
        **common,
    )
    yield CorsEvent(
        call=Call.PUT,
        when=datetime(2026, 11, 20, 22, 14, 3, tzinfo=UTC),
        event_id="e-2",
        wrote=_LIVE,
        who="arn:aws:iam::111122223333:user/alice",
        kind="IAMUser",
        tool="the console",
        source_ip="203.0.113.7",
        **common,
    )
