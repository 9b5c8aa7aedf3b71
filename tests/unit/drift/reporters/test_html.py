"""The HTML report: a document without errors, all of its content in it, what there is no room for counted."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shlex
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import html5lib
import pytest

from drift.access import access_picture
from drift.access_grid import METHODS, Access
from drift.compare import compare
from drift.cors.model import BucketCors, CorsRequest, CorsRule, Unknown
from drift.location import Severity
from drift.report import BucketReport, BucketState, Report
from drift.reporters import html
from drift.reporters.html_access import curl_line
from drift.reporters.html_words import short
from drift.reporters.report_words import STATE_WORDS, VERDICT_WORDS
from drift.sensitive import REASON, SHOWN
from drift.snapshot import Bucket, State
from tests.rules import bucket, rule, snapshot
from tests.samples import hostile, many, reports

SAMPLES = sorted(reports())
SVG = "{http://www.w3.org/2000/svg}"


def written(report: Report, **options: Any) -> str:
    stream = io.StringIO()
    html.write_report(report, stream, **options)
    return stream.getvalue()


@cache
def page(name: str) -> Any:
    return parsed(written(reports()[name]))


def parsed(text: str) -> Any:
    """The tree of a document; any error of the standard's parser is one here."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def accepted(report: BucketReport) -> bool:
    return report.state in (BucketState.DRIFTED, BucketState.UNDECLARED) and not report.drift


def of_class(element: Any, name: str) -> list[Any]:
    return [each for each in element.iter() if name in each.attrib.get("class", "").split()]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_report_is_a_document_without_errors(name: str) -> None:
    root = page(name)
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    for each in root.iter():
        for attribute in ("popovertarget", "aria-labelledby", "for"):
            assert each.attrib.get(attribute, ids[0]) in ids
        assert each.attrib.get("href", f"#{ids[0]}").removeprefix("#") in ids


@pytest.mark.parametrize("attack", sorted(hostile()))
def test_hostile_reports_are_documents_without_errors_too(attack: str) -> None:
    root = parsed(written(hostile()[attack], limit=300_000))
    assert len(list(root.iter("script"))) == len(list(root.iter("style"))) == 1
    for each in root.iter():
        assert not [name for name in each.attrib if name.startswith("on") or name in ("style", "src", "srcdoc")]
        assert each.attrib.get("href", "#").startswith("#")


@pytest.mark.parametrize("name", SAMPLES)
def test_verdict_and_counts_of_states_stand_on_top(name: str) -> None:
    report, root = reports()[name], page(name)
    assert words(root.find(".//h1")) == VERDICT_WORDS[report.verdict]
    states = [words(each) for top in of_class(root, "states") for each in top]
    ended = Counter("accepted" if accepted(each) else STATE_WORDS[each.state].lower() for each in report.buckets)
    assert sorted(states) == sorted(f"{count} {word}" for word, count in ended.items())
    parts = list(root.iter(f"{SVG}rect"))
    assert len(parts) == len(states)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_bucket_has_its_section_and_every_finding_its_word(name: str) -> None:
    report, root = reports()[name], page(name)
    sections = of_class(root, "bucket")
    assert len(sections) == len(report.buckets)
    states = sorted("accepted" if accepted(each) else each.state.value for each in report.buckets)
    assert sorted(each.attrib["data-state"] for each in sections) == states
    told = words(root)
    for finding in report.findings:
        assert finding.id in told
    for promise in report.promises:
        assert " ".join(promise.says.split()) in told
    for each in report.diagnostics:
        assert each.id in told


def test_values_that_both_sides_have_stand_on_both_sides() -> None:
    rows = {words(each[0]): each for each in of_class(page("wider"), "diff")[0].iter("tr")}
    declared, live = next(row for head, row in rows.items() if head.startswith("Rule 1, AllowedMethods"))[1:]
    assert [words(each) for each in declared.iter("li")] == ["GET", "PUT"]
    assert [words(each) for each in live.iter("li")] == ["GET", "PUT", "+ DELETE"]


def test_the_worst_of_what_is_found_of_a_bucket_comes_first() -> None:
    report = reports()["promise-broken"]
    (bucket,) = report.buckets
    risky = replace(reports()["policy-both-sides"].buckets[0].findings[0], severity=Severity.WARNING)
    both = replace(report, buckets=(replace(bucket, findings=(risky, *bucket.findings)),))
    titles = [words(each[0]) for each in of_class(parsed(written(both)), "found")]
    assert titles == ["Promises", "Policy"]


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("validated", "Only the declarations were looked at, and something found in them or in the settings"),
        ("verdict-policy", "No drift, but something found"),
    ],
)
def test_a_run_that_compared_nothing_does_not_say_that_nothing_drifted(name: str, meaning: str) -> None:
    assert words(of_class(page(name), "meaning")[0]).startswith(meaning)


def test_a_text_is_cut_after_a_word() -> None:
    assert short("one two three four", 15) == "one two three… (5 more characters)"
    assert short("x" * 20, 15) == f"{'x' * 15}… (5 more characters)"


def test_drift_that_is_accepted_is_not_called_in_sync_with_the_code() -> None:
    for name in ("drift-waived", "undeclared-accepted"):
        meaning = words(of_class(page(name), "meaning")[0])
        assert meaning == "What differs is accepted, by a waiver or by the settings."


def test_where_all_buckets_are_ignored_that_is_why_nothing_is_compared() -> None:
    told = words(page("all-ignored"))
    assert "Nothing is left to compare" in told
    assert "No bucket is left to compare: 4 ignored." in told


@pytest.mark.parametrize("name", ["empty", "error-only"])
def test_a_report_without_buckets_says_so(name: str) -> None:
    assert "No bucket was found to compare." in words(page(name))


@pytest.mark.parametrize("name", SAMPLES)
def test_drift_is_named_as_what_fails_the_run(name: str) -> None:
    report, root = reports()[name], page(name)
    failing = of_class(root, "failing")
    links = [each for part in failing for each in part.iter("a")]
    drifted = sum(each.drift for each in report.buckets)
    assert len(links) >= min(drifted, 1)
    assert bool(failing) >= bool(drifted)


def test_the_picture_has_a_cell_for_every_cell_and_behind_it_both_answers() -> None:
    report = reports()["wider"]
    picture = access_picture(report.buckets[0])
    assert picture is not None
    root = page("wider")
    buttons = [each for each in root.iter("button") if "cell" in each.attrib.get("class", "")]
    cells = [each for grid in picture.grids for row in grid.rows for each in row.cells]
    assert [each.attrib["class"] for each in buttons] == [f"cell is-{each.access}" for each in cells]
    assert any(each.access is Access.WIDER for each in cells)
    answers = {each.attrib["id"]: each for each in root.iter() if "popover" in each.attrib}
    for button, cell in zip(buttons, cells, strict=True):
        assert (cell.request.method or "") + " from " in button.attrib["aria-label"]
        told = words(answers[button.attrib["popovertarget"]])
        assert f"{cell.request.method} from {cell.request.origin}" in told
        assert told.count("Refused") + told.count("Allowed") >= 2
    heads = [each for table in of_class(root, "grid") for each in table.iter("th")]
    assert {each.attrib["scope"] for each in heads} == {"col", "row"}
    assert len(heads) == sum(1 + len(METHODS) + len(grid.rows) for grid in picture.grids)


def test_wider_and_narrower_differ_by_sign_and_words_and_not_by_colour_alone() -> None:
    root = page("different")
    cells = {}
    for each in root.iter("button"):
        if "cell" in each.attrib.get("class", ""):
            use = next(each.iter(f"{SVG}use"), None)
            assert use is not None
            cells[each.attrib["class"]] = (use.attrib["href"], each.attrib["title"].split(":")[0].split(";")[0])
    assert cells["cell is-wider"] == ("#g-wider", "wider")
    assert cells["cell is-narrower"] == ("#g-narrower", "narrower")


def test_one_side_alone_is_called_so() -> None:
    root = page("validated")
    assert "by the declared rules alone" in words(root)
    assert not [each for each in root.iter() if "is-wider" in each.attrib.get("class", "")]


def test_what_is_not_known_is_called_unknown() -> None:
    unknown = Unknown("var.origin has no value", "https://", ".example")
    report = compare(
        snapshot(Bucket("b", State.CONFIGURED, "test", cors=_with(unknown))),
        snapshot(bucket("b", rule("GET", "https://a.example"))),
    )
    root = parsed(written(report))
    assert [each for each in root.iter("button") if each.attrib.get("class") == "cell is-unknown"]
    assert "var.origin has no value" in words(root)


def _with(unknown: Unknown) -> BucketCors:
    return BucketCors((CorsRule(("GET",), (unknown,)),))


def test_the_policy_of_the_page_names_its_only_style_and_script_by_their_hashes() -> None:
    root = page("wider")
    policy = next(each.attrib["content"] for each in root.iter("meta") if "http-equiv" in each.attrib)
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        (element,) = root.iter(kind)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_page_names_no_other_address_than_those_of_the_report() -> None:
    text = written(reports()["identical"])
    addresses = set(re.findall(r"https?://[^\s'\"<&]+", text))
    own = re.compile(
        r"https://(app|elsewhere|other|www)\.example|https://elsewhere.example|https://\w[\w.-]*amazonaws\.com/|"
    )
    assert [each for each in addresses if not own.match(each)] == []


def test_where_there_is_no_room_buckets_lose_detail_from_the_least_severe_on_and_all_are_counted() -> None:
    report = many(600)
    root = parsed(written(report, limit=400_000))
    sections, rows = of_class(root, "bucket"), [each for each in root.iter("tr") if "data-state" in each.attrib]
    dropped = " ".join(words(each) for each in of_class(root, "dropped"))
    missing = re.search(r"([\d,]+) more buckets? not shown", dropped)
    count = int(missing[1].replace(",", "")) if missing else 0
    assert sections
    assert rows
    assert len(sections) + len(rows) + count == len(report.buckets)
    order = [each for each in root.iter() if "data-state" in each.attrib]
    in_sync = [place for place, each in enumerate(order) if each.attrib["data-state"] == BucketState.IN_SYNC]
    drifted = [place for place, each in enumerate(order) if each.attrib["data-state"] == BucketState.DRIFTED]
    assert not in_sync or not drifted or max(drifted[:5]) < min(in_sync)


@pytest.mark.parametrize("limit", [50_000, 200_000, 1_000_000])
def test_the_file_does_not_become_longer_than_it_may(limit: int) -> None:
    base = len(written(reports()["empty"]))
    assert len(written(many(1_500), limit=limit)) <= limit + base + 20_000


def test_a_bucket_with_endless_values_takes_its_share_and_no_more() -> None:
    endless = " ".join(f"https://{'x' * 200}{number}.example" for number in range(300))
    report = compare(snapshot(bucket("b", rule("GET", endless))), snapshot(bucket("b", rule("PUT", endless))))
    assert len(written(report)) < 1_500_000


SHELL = ["https://a.example", "https://'; rm -rf /; '", "https://$(id)`id`\\", "https://a.example -o /tmp/x", "-K file"]


@pytest.mark.parametrize("origin", SHELL)
def test_the_command_to_try_a_request_is_one_command_whatever_the_origin(origin: str) -> None:
    report = BucketReport("b-name", BucketState.VALIDATED, bucket("b-name", rule(), region="eu-west-1"), None)
    line = curl_line(report, CorsRequest(origin, "PUT", ("x-a", "content-type")))
    assert line is not None
    assert shlex.split(line) == [
        *("curl", "-sS", "-g", "-i", "-X", "OPTIONS", "-H", f"Origin: {origin}"),
        *("-H", "Access-Control-Request-Method: PUT", "-H", "Access-Control-Request-Headers: x-a,content-type"),
        "https://b-name.s3.eu-west-1.amazonaws.com/",
    ]


@pytest.mark.parametrize(
    ("method", "options"),
    [("GET", ["-D", "-", "-o", "/dev/null"]), ("HEAD", ["-I"]), ("POST", ["-i", "-X", "OPTIONS"])],
)
def test_only_what_reads_is_tried_as_it_is_and_what_writes_as_a_preflight(method: str, options: list[str]) -> None:
    report = BucketReport("b", BucketState.VALIDATED, bucket("b", rule()), None)
    line = curl_line(report, CorsRequest("https://a.example", method, preflight=False))
    assert line is not None
    assert shlex.split(line)[3 : 3 + len(options)] == options
    assert "PUT" not in line


@pytest.mark.parametrize("name", ["x/../y?a#b", "a b", "evil.example/", "a@evil.example", "x:1"])
def test_a_hostile_name_stays_in_the_path_of_the_address(name: str) -> None:
    report = BucketReport(name, BucketState.VALIDATED, bucket(name, rule()), None)
    line = curl_line(report, CorsRequest("https://a.example", "GET"))
    assert line is not None
    address = shlex.split(line)[-1]
    assert address.startswith("https://s3.amazonaws.com/")
    assert address.count("/") == 4


@pytest.mark.parametrize("name", ["b" * 401, "x" * 200 + "ü" * 40])
def test_no_command_is_shown_that_the_page_would_cut(name: str) -> None:
    report = BucketReport(name, BucketState.VALIDATED, bucket(name, rule()), None)
    assert curl_line(report, CorsRequest("https://a.example", "GET")) is None


@pytest.mark.parametrize("origin", ["https://a\r\nX: y", "https://a\x1b[2J", f"https://{SHOWN}"[8:], "\u202e"])
def test_no_command_is_shown_for_what_no_line_should_carry(origin: str) -> None:
    report = BucketReport("b", BucketState.VALIDATED, bucket("b", rule()), None)
    assert curl_line(report, CorsRequest(origin, "GET")) is None


def test_a_hidden_origin_is_called_hidden() -> None:
    hidden = bucket("b", CorsRule(("GET",), (Unknown(REASON), "https://a.example")))
    root = parsed(written(compare(snapshot(hidden), snapshot(bucket("b", rule())))))
    assert SHOWN in words(root)


def test_beside_the_request_that_shows_a_verdict_stands_what_the_target_branch_answers() -> None:
    told = [words(each) for each in of_class(page("pull-request-reverts"), "answer")]
    (shown,) = [each for each in told if "GET from https://hotfix.example.com" in each]
    assert "With the pull requestRefused" in shown
    assert "LiveAllowed by rule 2" in shown
    assert "Target branch: refused" in shown
    assert [each for each in told if "Target branch" in each] == [shown]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("pull-request-stays", "Two sides are shown: what the code declares with the pull request, and what is live."),
        ("pull-request-offline", "What the code declares with the pull request is shown; live was not read."),
    ],
)
def test_a_page_on_a_pull_request_names_its_base_and_what_it_shows(name: str, columns: str) -> None:
    (verdict,) = of_class(page(name), "verdict")
    assert "Pull request against origin/main at 1f0e3dad9990." in words(verdict)
    assert columns in words(verdict)


def test_a_page_without_a_base_does_not_speak_of_pull_requests() -> None:
    assert "pull request" not in words(page("different")).lower()
