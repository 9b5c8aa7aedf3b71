"""What settings make of a comparison: policy, promises, waivers, ignores, verdicts; and runs with little to tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from drift.cors.evaluate import evaluate
from drift.cors.model import CorsRequest, CorsRule
from drift.finding import Example, Finding, PromiseOutcome, Side, Waived
from drift.findings import finding
from drift.ignoring import Ignored
from drift.location import Diagnostic, Location, Severity
from drift.report import BucketReport, BucketState, Report, Verdict
from drift.settings import FailOn
from tests.rules import rule
from tests.samples.comparisons import NOW, UPLOADS, declared, live, of

SETTINGS = "cors-drift.toml"
ANY = rule("GET PUT DELETE", "https://* http://localhost:3000", "*", max_age_seconds=3000)
EMPTY = Report(Verdict.NOTHING, 4, (), (), "terraform", "s3", NOW)


def assessments() -> Iterator[tuple[str, Report]]:
    """All of them by name."""
    yield from _policy()
    yield from _promises()
    yield from _waivers()
    yield from _runs()


def example(found: CorsRule, origin: str, method: str) -> Example:
    request = CorsRequest(origin, method)
    return Example(request, evaluate((found,), request))


def policy(
    kind: str, side: Side, message: str, proof: Example | None, line: int = 18, subject: str = "https://*"
) -> Finding:
    """A finding about rules: those that are declared have a place."""
    place = None if side is Side.LIVE else Location("infra/main.tf", line, line, 5)
    return finding(kind, "assets-prod", message, place, side=side, subject=subject, example=proof)


def with_findings(report: Report, *found: Finding) -> Report:
    """The report with the findings on its first bucket."""
    first, *rest = report.buckets
    return replace(report, buckets=(replace(first, findings=(*first.findings, *found)), *rest))


def _policy() -> Iterator[tuple[str, Report]]:
    writes = "https://* lets any page PUT and DELETE, with credentials"
    any_page = example(ANY, "https://any.example", "DELETE")
    local = example(ANY, "http://localhost:3000", "PUT")
    found = (
        policy("write-from-any-origin", Side.BOTH, writes, any_page),
        policy("any-origin-with-credentials", Side.BOTH, "https://* gets its own origin back", any_page),
        policy(
            "localhost-origin",
            Side.LIVE,
            "http://localhost:3000 may GET, PUT and DELETE",
            local,
            19,
            "http://localhost:3000",
        ),
        policy("etag-not-exposed", Side.DECLARED, "PUT is allowed and ETag is not exposed", None, 20, "rule 1"),
    )
    clean = of(declared(ANY), live(ANY))
    yield "policy-both-sides", with_findings(clean, *found)
    failed = replace(with_findings(clean, *found), verdict=Verdict.POLICY, exit_code=1, fail_on=FailOn.WARNING)
    yield "verdict-policy", failed
    drifted = of(declared(UPLOADS), live(ANY))
    sided = (replace(each, side=Side.LIVE, location=None) for each in found[:2])
    declared_only = policy(
        "max-age-not-cached", Side.DECLARED, "MaxAgeSeconds 0: no preflight is kept", None, 21, "rule 1"
    )
    yield "policy-and-drift", with_findings(drifted, *sided, declared_only)
    yield "validated", _validated(Verdict.POLICY, 1, replace(found[0], side=Side.DECLARED, severity=Severity.ERROR))
    yield "clean", _validated(Verdict.CLEAN, 0)
    refused = finding(
        "refused-by-s3",
        "assets-prod",
        "rule 1: S3 refuses this with InvalidRequest: Found unsupported HTTP method in CORS config. PATCH",
        Location("infra/main.tf", 18, 18, 5),
        side=Side.DECLARED,
    )
    yield "validated-refused", _validated(Verdict.POLICY, 1, refused)


def _validated(verdict: Verdict, code: int, *found: Finding) -> Report:
    bucket = BucketReport("assets-prod", BucketState.VALIDATED, declared(ANY), None, findings=found)
    return Report(verdict, code, (bucket,), (), "terraform", "", NOW)


def _promises() -> Iterator[tuple[str, Report]]:
    at = [Location(SETTINGS, line) for line in (20, 24, 28, 32)]
    said = ("https://app.example.com may PUT with content-type", "nobody but https://*.corp.example may DELETE")
    kept = PromiseOutcome(said[0], 2, 0, 0, at[0])
    broken = PromiseOutcome(said[1], 1, 1, 0, at[1], subject=said[1])
    open_ = "no origin gets credentials"
    hanging = PromiseOutcome(open_, 0, 0, 2, at[2], ("assets-*",), subject=open_)
    get = "https://app.example.com may GET"
    nothing = PromiseOutcome(get, 0, 0, 0, at[3], ("old-*",), subject=get)
    breaks = finding(
        "promise-broken",
        "assets-prod",
        f'"{said[1]}": live lets https://any.example DELETE',
        at[1],
        side=Side.LIVE,
        subject=said[1],
        example=example(ANY, "https://any.example", "DELETE"),
    )
    leaves = finding(
        "promise-undecided",
        "assets-prod",
        '"no origin gets credentials": AllowedOrigins of rule 1: variable "host" has no value',
        at[2],
        side=Side.DECLARED,
        subject="no origin gets credentials",
    )
    nowhere = finding("promise-about-no-bucket", None, f'"{get}" is about "old-*"', at[3], subject=get)
    synced = of(declared(UPLOADS), live(UPLOADS))
    yield "promise-kept", replace(synced, promises=(kept,))
    drifted = with_findings(of(declared(UPLOADS), live(ANY)), breaks)
    yield "promise-broken", replace(drifted, promises=(kept, broken))
    until = Waived("the CDN needs it until the move", "web-team", date(2027, 1, 31), Location(SETTINGS, 40))
    accepted = with_findings(of(declared(ANY), live(ANY)), replace(breaks, waived=until))
    yield "promise-waived", replace(accepted, promises=(kept, broken))
    unclear = with_findings(synced, leaves)
    yield "promise-undecided", replace(unclear, verdict=Verdict.INCOMPLETE, exit_code=3, promises=(hanging,))
    yield "promise-about-no-bucket", replace(synced, promises=(nothing,), general=(nowhere,))


def _waivers() -> Iterator[tuple[str, Report]]:
    waived = Waived("the CDN needs it until the move", "web-team", date(2027, 1, 31), Location(SETTINGS, 40))
    report = of(declared(UPLOADS), live(ANY))
    (only,) = report.buckets
    accepted = replace(only, drift=False, findings=tuple(replace(each, waived=waived) for each in only.findings))
    yield "drift-waived", replace(report, verdict=Verdict.CLEAN, exit_code=0, buckets=(accepted,))
    risky = policy("write-from-any-origin", Side.BOTH, "https://* lets any page PUT and DELETE", None)
    clean = of(declared(ANY), live(ANY))
    yield "policy-waived", with_findings(clean, replace(risky, waived=waived))
    told = (
        ("waiver-expired", "live-wider on assets-*", "owned by web-team: it held until 2026-11-21"),
        ("waiver-void", "live-different on assets-*", "owned by web-team: live is not what was accepted"),
        ("waiver-unused", "live-wider on old-*", "owned by web-team"),
        ("ignore-unused", "tmp-*", "throw-away buckets"),
    )
    general = tuple(
        finding(kind, None, f"{what}: {message}", Location(SETTINGS, 40 + 8 * number), subject=what)
        for number, (kind, what, message) in enumerate(told)
    )
    yield "waivers-that-do-nothing", replace(report, general=general)
    ignored = (
        Ignored("tmp-*", "throw-away buckets", 3, Location(SETTINGS, 60)),
        Ignored("logs-*", "another team's", 1, Location(SETTINGS, 64)),
        Ignored("old-*", "gone since spring", 0, Location(SETTINGS, 68)),
    )
    yield "ignored", replace(of(declared(UPLOADS), live(UPLOADS)), ignored=ignored)
    yield "all-ignored", replace(EMPTY, ignored=ignored[:2])


def _runs() -> Iterator[tuple[str, Report]]:
    fault = Diagnostic(
        Severity.ERROR,
        "syntax",
        "a block is not closed",
        Location("infra/broken.tf", 7, 7, 3),
        "Close it with a brace.",
    )
    remark = Diagnostic(Severity.WARNING, "unknown-variable-file", "prod.tfvars sets a variable that nothing declares")
    info = Diagnostic(Severity.INFO, "module-not-here", "module.vpc is not in this tree", Location("infra/net.tf", 3))
    yield "empty", EMPTY
    yield "error-only", replace(EMPTY, verdict=Verdict.ERROR, exit_code=2, diagnostics=(fault,))
    report = of(declared(UPLOADS), live(UPLOADS))
    yield "diagnostics", replace(report, diagnostics=(remark, info))
    yield "verdict-error", replace(report, verdict=Verdict.ERROR, exit_code=2, diagnostics=(fault, remark))
    listing = Diagnostic(
        Severity.WARNING, "listing-incomplete", "the buckets of 111122223333 could not be listed: AccessDenied"
    )
    yield "verdict-incomplete", replace(report, verdict=Verdict.INCOMPLETE, exit_code=3, diagnostics=(listing,))
    yield (
        "incomplete-allowed",
        replace(of(declared(UPLOADS), live(UPLOADS)), verdict=Verdict.INCOMPLETE, exit_code=0, diagnostics=(listing,)),
    )
