"""The scheduled job's tracking issues, against a GitHub on loopback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drift.action_issue import Tracked, Wanted, WorkflowRun, track
from drift.action_issue_body import Kind, marker_of
from drift.action_runner import Inputs
from drift.compare import compare
from drift.errors import UsageError
from drift.finding import Finding, Waived
from drift.github_api import Clock, GitHub
from drift.location import Diagnostic, Severity
from drift.pull_request import BaseSource
from drift.report import Report, Verdict
from drift.snapshot import Bucket, Snapshot, State
from tests.live.github_issues import DELETED, NOT_ACCESSIBLE, GitHubIssues, Issue
from tests.live.github_stand_in import REPOSITORY, TOKEN, Reply, refused
from tests.rules import rule
from tests.samples import many
from tests.samples.comparisons import APP, declared, live

NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ASKED = rule("GET", APP)
WIDER = rule("GET PUT", APP)
WIDEST = rule("GET PUT DELETE", APP)
DENIED = State.DENIED
OTHER = "mallory"


def report(**buckets: object) -> Report:
    """A report on buckets that declare ``ASKED``: live rules, or the state in which they could not be read."""
    names = [name.replace("_", "-") for name in buckets]
    ours = tuple(declared(ASKED, name=name) for name in names)
    theirs = tuple(_live(name, said) for name, said in zip(names, buckets.values(), strict=True))
    return compare(Snapshot("terraform", ours), Snapshot("s3", theirs), now=NIGHT)


def _live(name: str, said: object) -> Bucket:
    if isinstance(said, State):
        return live(name=name, state=said, reason=f"S3 answers {said} to GetBucketCors")
    return live(said, name=name)  # type: ignore[arg-type]


CLEAN = report(assets=ASKED)
DRIFT = report(assets=WIDER)


class Nights:
    """The scheduled runs of a workflow, one after another, a night apart."""

    def __init__(self, github: GitHubIssues) -> None:
        self.github = github
        self.number = 0
        self.hours = 0.0
        self.slept: list[float] = []

    def run(
        self, told: Report | None, scope: str = "prod", *, number: int = 0, hours: float = 24.0, attempt: int = 1,
        labels: tuple[str, ...] = (), limit: int = 10, event: str = "schedule", branch: str = "main",
        default_branch: str = "",
    ) -> Tracked:  # fmt: skip
        self.number = number or self.number + 1
        self.hours += hours
        wanted = Wanted(scope, labels, limit)
        url = "https://github.example/run"
        run = WorkflowRun(REPOSITORY, self.number, attempt, "c" * 40, url, event, branch, default_branch)
        clock = Clock(sleep=self.slept.append, jitter=lambda: 0.0)
        client = GitHub(TOKEN, self.github.url, clock=clock)
        now = NIGHT + timedelta(hours=self.hours)
        return track(client, run, told, wanted, now)

    def of(self, kind: Kind, state: str = "open") -> list[Issue]:
        return [
            each
            for each in self.github.issues.values()
            if (marker := marker_of(each.body)) and marker.kind is kind and each.state == state and not each.gone
        ]

    def drift(self) -> Issue:
        """The one issue about drift there is."""
        (issue,) = self.of(Kind.DRIFT) + self.of(Kind.DRIFT, "closed")
        return issue


@pytest.fixture
def github() -> Iterator[GitHubIssues]:
    with GitHubIssues() as server:
        yield server


@pytest.fixture
def nights(github: GitHubIssues) -> Nights:
    return Nights(github)


class TestLifeOfAnIssue:
    def test_a_clean_run_opens_nothing(self, nights: Nights) -> None:
        assert nights.run(CLEAN) == Tracked()
        assert nights.github.issues == {}

    def test_drift_opens_one_issue_that_tells_it(self, nights: Nights) -> None:
        told = nights.run(DRIFT, labels=("cors", "security"))
        issue = nights.drift()
        assert list(nights.github.issues.values()) == [issue]
        assert told == Tracked(f"https://github.example/{REPOSITORY}/issues/{issue.number}")
        assert (issue.title, issue.labels, issue.state) == ("CORS drift: prod", ["cors", "security"], "open")
        assert "### cors-drift: drift" in issue.body
        assert f"Live lets `{APP}` PUT" in issue.body
        assert "commit `cccccccccccc` in [this run](https://github.example/run)" in issue.body
        assert nights.github.said(issue.number) == []

    def test_a_run_that_finds_the_same_changes_nothing_that_anybody_sees(self, nights: Nights) -> None:
        nights.run(DRIFT)
        line, before = nights.drift().body.split("\n", 1)
        nights.github.asked.clear()
        nights.run(DRIFT)
        assert [method for method, _ in nights.github.writes()] == ["PATCH"]
        marker, after = nights.drift().body.split("\n", 1)
        assert (marker.replace('"run":[2,1]', '"run":[1,1]'), after) == (line, before)

    def test_other_drift_is_written_into_the_same_issue_and_said_once(self, nights: Nights) -> None:
        nights.run(DRIFT)
        nights.run(report(assets=WIDER, media=WIDEST))
        issue = nights.drift()
        assert "`media`" in issue.body
        (said,) = nights.github.said(issue.number)
        assert said.startswith("This has changed")
        assert "New: `media`." in said

    def test_a_clean_run_closes_it_with_a_word(self, nights: Nights) -> None:
        opened = nights.run(DRIFT)
        assert nights.run(DRIFT).url == opened.url != ""
        assert nights.run(CLEAN).url == ""
        issue = nights.drift()
        assert (issue.state, issue.reason) == ("closed", "completed")
        assert issue.body.count("**All that had drifted is as it should be, or accepted") == 1
        assert f"Live lets `{APP}` PUT" in issue.body, "what it was about can still be read"
        (said,) = nights.github.said(issue.number)
        assert said.startswith(
            "All that had drifted is as it should be, or accepted, by the check of 2026-11-25 03:00 UTC"
        )

    def test_clean_runs_after_that_change_nothing_that_anybody_sees(self, nights: Nights) -> None:
        nights.run(DRIFT)
        nights.run(CLEAN)
        line, before = nights.drift().body.split("\n", 1)
        nights.github.asked.clear()
        assert nights.run(CLEAN).notices == ()
        assert [method for method, _ in nights.github.writes()] == ["PATCH"]
        marker, after = nights.drift().body.split("\n", 1)
        assert (marker.replace('"run":[3,1]', '"run":[2,1]'), after) == (line, before)
        assert nights.drift().state == "closed"

    def test_drift_that_returns_opens_the_same_issue_again(self, nights: Nights) -> None:
        for _ in range(3):
            nights.run(DRIFT)
            nights.run(CLEAN)
        nights.run(DRIFT)
        issue = nights.drift()
        assert (issue.state, issue.reason) == ("open", "reopened")
        assert "All that had drifted" not in issue.body
        said = nights.github.said(issue.number)
        assert [each.split(" ")[2] for each in said] == ["had", "back"] * 3
        assert "Now: `assets`." in said[-1]

    def test_scopes_have_issues_of_their_own(self, nights: Nights) -> None:
        nights.run(DRIFT, "prod")
        nights.run(DRIFT, "staging")
        nights.run(DRIFT, "")
        nights.run(CLEAN, "staging")
        titles = {issue.title: issue.state for issue in nights.github.issues.values()}
        assert titles == {"CORS drift: prod": "open", "CORS drift: staging": "closed", "CORS drift": "open"}

    def test_a_finding_that_fails_the_run_is_drift_from_what_was_asked_for(self, nights: Nights) -> None:
        broken = replace(CLEAN, verdict=Verdict.POLICY, general=tuple(_failing()))
        nights.run(broken)
        assert nights.drift().state == "open"
        nights.run(CLEAN)
        assert nights.drift().state == "closed"


def _failing() -> Iterator[Finding]:
    for each in many(200).findings:
        if each.judged and each.waived is None and each.severity is Severity.ERROR:
            yield each
            return


class TestDriftAndNotCheckedApart:
    def test_what_could_not_be_checked_has_an_issue_of_its_own(self, nights: Nights) -> None:
        nights.run(report(assets=WIDER, media=DENIED))
        (drift,), (unchecked,) = nights.of(Kind.DRIFT), nights.of(Kind.UNCHECKED)
        assert unchecked.title == "CORS rules that could not be checked: prod"
        assert "`media`" in unchecked.body
        assert "`assets`" not in unchecked.body
        assert "`assets`" in drift.body

    @pytest.mark.parametrize(
        "blind",
        [
            report(assets=DENIED),
            report(assets=State.THROTTLED),
            replace(CLEAN, verdict=Verdict.ERROR, diagnostics=(Diagnostic(Severity.ERROR, "unreadable", "broken"),)),
            replace(CLEAN, verdict=Verdict.NOTHING, buckets=()),
            replace(CLEAN, verdict=Verdict.INCOMPLETE, buckets=()),
            None,
        ],
        ids=["denied", "throttled", "error", "nothing", "not all listed", "no report"],
    )
    def test_a_run_that_did_not_see_never_closes_the_drift_issue(self, nights: Nights, blind: Report | None) -> None:
        nights.run(DRIFT)
        before = nights.drift().body
        nights.run(blind)
        assert (nights.drift().state, nights.drift().body) == ("open", before)
        assert len(nights.of(Kind.UNCHECKED)) == 1
        nights.run(CLEAN)
        assert nights.of(Kind.DRIFT) == nights.of(Kind.UNCHECKED) == []

    def test_a_run_without_a_report_opens_its_issue_again(self, nights: Nights) -> None:
        for told in (None, CLEAN, None):
            nights.run(told)
        (issue,) = nights.github.issues.values()
        assert (issue.state, "The run ended before there was a report" in issue.body) == ("open", True)
        assert "All could be checked" not in issue.body

    def test_a_run_with_a_base_leaves_both_alone(self, nights: Nights) -> None:
        nights.run(report(assets=WIDER, media=DENIED))
        nights.github.asked.clear()
        for verdict in (Verdict.CLEAN, Verdict.DRIFT):
            told = nights.run(replace(CLEAN, verdict=verdict, base=BaseSource("origin/main")))
            assert told.notices == ("no tracking issue is kept by this run: with a base it speaks of a pull request",)
        assert nights.github.asked == []

    def test_what_is_accepted_closes_the_issue_of_drift(self, nights: Nights) -> None:
        nights.run(DRIFT)
        (bucket,) = DRIFT.buckets
        waived = replace(bucket.findings[0], waived=Waived("why", "me", NIGHT.date()))
        accepted = replace(bucket, findings=(waived, *bucket.findings[1:]), drift=False)
        assert nights.run(replace(DRIFT, verdict=Verdict.CLEAN, buckets=(accepted,))).notices == ()
        assert nights.drift().state == "closed"
        assert "is as it should be, or accepted, by the check" in nights.drift().body
        nights.run(DRIFT)
        assert nights.drift().state == "open"

    def test_drift_is_gone_where_it_was_looked_at_though_something_else_is_never_known(self, nights: Nights) -> None:
        nights.run(report(assets=WIDER, scratch=State.UNSUPPORTED))
        nights.run(report(assets=ASKED, scratch=State.UNSUPPORTED))
        assert nights.drift().state == "closed"
        assert len(nights.of(Kind.UNCHECKED)) == 1

    def test_a_bucket_that_had_drifted_is_not_forgotten_while_it_cannot_be_read(self, nights: Nights) -> None:
        nights.run(report(assets=WIDER, media=WIDER))
        nights.run(report(assets=WIDER, media=DENIED))
        assert "1 bucket that had drifted before could not be looked at this time." in nights.drift().body
        nights.run(report(assets=ASKED, media=DENIED))
        assert nights.drift().state == "open"
        nights.run(report(assets=ASKED, media=ASKED))
        assert nights.drift().state == "closed"

    def test_more_buckets_than_are_remembered_are_only_gone_in_a_run_that_saw_all(self, nights: Nights) -> None:
        fleet = {f"b{number}": WIDER for number in range(301)}
        nights.run(report(**fleet))
        repaired = dict.fromkeys(fleet, ASKED)
        nights.run(report(**repaired, more=DENIED))
        assert nights.drift().state == "open"
        nights.run(report(**repaired))
        assert nights.drift().state == "closed"


class TestPeople:
    def test_title_labels_and_what_is_written_below_survive(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.title, issue.labels = "Evil origin on assets", ["triaged"]
        issue.body += "\n\nAsked web-team, @ada looks at it. <!-- cors-drift:end 0 -->\n"
        for told in (report(assets=WIDEST), CLEAN, DRIFT, report(assets=WIDEST)):
            nights.run(told)
        assert (issue.title, issue.labels) == ("Evil origin on assets", ["triaged"])
        assert issue.body.endswith(" -->\n\nAsked web-team, @ada looks at it. <!-- cors-drift:end 0 -->\n")
        assert issue.body.count("ada") == 1

    def test_line_ends_as_the_browser_sends_them_change_nothing(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.body = issue.body.replace("\n", "\r\n") + "\r\nmine"
        nights.run(report(assets=WIDEST))
        assert issue.body.endswith("-->\r\nmine")

    def test_text_that_leaves_no_room_is_not_cut(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.body += "x" * 62_000
        before = issue.body
        (notice,) = nights.run(report(assets=WIDEST)).notices
        assert "leaves no room" in notice
        assert issue.body == before

    def test_an_issue_that_somebody_closed_stays_closed_until_something_else_drifts(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.state, issue.reason = "closed", "not_planned"
        told = nights.run(DRIFT)
        assert "was closed by somebody" in told.notices[0]
        assert (issue.state, told.url) == ("closed", "")
        nights.run(report(assets=WIDEST))
        assert nights.drift().state == "open"

    def test_closed_by_somebody_then_repaired_then_back_is_opened(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.state = "closed"
        nights.run(CLEAN)
        assert (issue.state, nights.github.said(issue.number)) == ("closed", [])
        nights.run(DRIFT)
        assert nights.drift().state == "open"

    def test_an_issue_that_somebody_opened_again_stays_open(self, nights: Nights) -> None:
        nights.run(DRIFT)
        nights.run(CLEAN)
        issue = nights.drift()
        issue.state = "open"
        nights.run(CLEAN)
        assert issue.state == "open"
        nights.run(DRIFT)
        assert "All that had drifted" not in nights.drift().body

    def test_an_issue_of_somebody_else_with_our_line_is_left_alone(self, nights: Nights) -> None:
        nights.run(DRIFT)
        ours = nights.drift()
        theirs = nights.github.issue(ours.body, OTHER)
        del nights.github.issues[ours.number]
        before = replace(theirs)
        nights.run(CLEAN)
        nights.run(DRIFT)
        assert theirs == before
        assert len(nights.of(Kind.DRIFT)) == 2

    def test_a_pull_request_and_an_issue_that_only_quotes_the_line_are_none_of_ours(self, nights: Nights) -> None:
        nights.run(DRIFT)
        ours = nights.drift()
        nights.github.issues.clear()
        quoted = nights.github.issue(f"> quoted\n{ours.body}")
        pull = nights.github.issue(ours.body, title="PR 7")
        nights.run(CLEAN)
        assert quoted.state == pull.state == "open"

    @pytest.mark.parametrize("damage", ["{}", '{"scope":1}', "[" * 900, '{"run":[1]}', '{"buckets":7}'])
    def test_a_line_that_was_damaged_is_none(self, damage: str) -> None:
        assert marker_of(f"<!-- cors-drift:tracking {damage} -->\nx") is None
        assert marker_of("<!-- cors-drift:tracking {" + damage) is None


class TestSurroundings:
    def test_a_locked_issue_is_written_and_not_commented_on(self, nights: Nights) -> None:
        nights.run(DRIFT)
        issue = nights.drift()
        issue.locked = True
        assert nights.run(CLEAN).notices == ()
        assert issue.state == "closed"
        assert not any(path.endswith("/comments") for _, path in nights.github.writes())

    @pytest.mark.parametrize("gone", ["deleted", "transferred"])
    def test_an_issue_that_is_gone_gets_a_successor(self, nights: Nights, gone: str) -> None:
        nights.run(DRIFT)
        nights.drift().gone = gone
        nights.run(DRIFT)
        assert len(nights.of(Kind.DRIFT)) == 1

    @pytest.mark.parametrize("gone", ["deleted", "transferred"])
    def test_an_issue_that_goes_while_we_look_is_looked_for_once_more(self, nights: Nights, gone: str) -> None:
        nights.run(DRIFT)
        old = nights.drift()

        def go(asked: object) -> Reply | None:
            if getattr(asked, "path", "").endswith(f"/issues/{old.number}"):
                old.gone = gone
            return None

        nights.github.refuse = go
        nights.run(report(assets=WIDEST))
        (new,) = nights.of(Kind.DRIFT)
        assert new is not old

    def test_an_issue_in_the_repository_that_it_was_moved_to_is_left_alone(self, nights: Nights) -> None:
        nights.run(DRIFT)
        old = nights.drift()
        moved = {
            "id": 9, "number": old.number, "state": "open", "body": old.body, "user": {"login": old.login},
            "html_url": "https://github.example/octo/other/issues/1",
        }  # fmt: skip

        def follow(asked: object) -> Reply | None:
            if getattr(asked, "path", "").endswith(f"/issues/{old.number}"):
                old.gone = "transferred"
                return Reply(body=moved) if getattr(asked, "method", "") == "GET" else None
            return None

        nights.github.refuse = follow
        nights.run(report(assets=WIDEST))
        assert [method for method, path in nights.github.writes() if path.endswith(f"/{old.number}")] == []
        assert len(nights.of(Kind.DRIFT)) == 1

    def test_an_issue_that_another_run_writes_meanwhile_is_looked_at_again(self, nights: Nights) -> None:
        nights.run(DRIFT, number=5)
        issue = nights.drift()
        old = issue.body
        nights.run(report(assets=WIDEST), number=20)
        newer, issue.body = issue.body, old

        def meanwhile(asked: object) -> Reply | None:
            if getattr(asked, "path", "").endswith(f"/issues/{issue.number}"):
                issue.body = newer
            return None

        nights.github.refuse = meanwhile
        (notice,) = nights.run(CLEAN, number=10).notices
        assert notice.endswith("a newer run has written it")
        assert (issue.state, issue.body) == ("open", newer)

    def test_an_issue_that_is_listed_and_always_gone_ends_in_a_notice(self, nights: Nights) -> None:
        nights.run(DRIFT)
        number = nights.drift().number
        nights.github.refuse = lambda asked: DELETED if asked.path.endswith(f"/issues/{number}") else None
        told = nights.run(report(assets=WIDEST))
        assert told.notices == ("the tracking issue was not kept: it is listed, and cannot be written to",)

    def test_hundreds_of_issues_are_paged_through(self, nights: Nights) -> None:
        nights.run(DRIFT)
        for number in range(320):
            nights.github.issue(f"of another workflow {number}")
        nights.run(CLEAN)
        assert nights.drift().state == "closed"
        for number in range(320):
            nights.github.issue(f"of another workflow {number}", state="closed")
        nights.run(DRIFT)
        assert nights.drift().state == "open"

    def test_a_host_that_finds_nothing_by_author_gets_no_second_issue(self, nights: Nights) -> None:
        nights.github.by_author = False
        nights.run(DRIFT)
        nights.run(report(assets=WIDEST))
        assert "DELETE" in nights.drift().body

    def test_with_a_token_that_nobody_names_no_second_issue_is_opened(self, nights: Nights) -> None:
        nights.github.login = OTHER
        nights.github.viewer = None
        nights.run(DRIFT)
        (notice,) = nights.run(DRIFT).notices
        assert "whether the one that is there is ours cannot be told" in notice
        assert len(nights.github.issues) == 1

    def test_two_runs_at_once_end_with_one_issue(self, nights: Nights) -> None:
        nights.run(DRIFT)
        first = nights.github.issues.popitem()[1]

        def meanwhile() -> None:
            if nights.github.writes():
                nights.github.issues[first.number - 1] = replace(first, number=first.number - 1)

        nights.github.asked.clear()
        nights.github.before_list = meanwhile
        told = nights.run(DRIFT)
        (kept,) = nights.of(Kind.DRIFT)
        assert kept.number == first.number - 1
        assert [each.reason for each in nights.of(Kind.DRIFT, "closed")] == ["not_planned"]
        assert "opened at the same time by another run" in told.notices[0]
        nights.github.before_list = lambda: None
        nights.run(report(assets=WIDEST))
        assert "DELETE" in kept.body


class TestOrder:
    def test_an_older_run_never_writes_over_a_newer_one(self, nights: Nights) -> None:
        nights.run(DRIFT, number=10)
        before = nights.drift().body
        for told in (CLEAN, report(assets=WIDEST)):
            (notice,) = nights.run(told, number=9).notices
            assert notice.endswith("is left as it is: a newer run has written it")
        assert (nights.drift().state, nights.drift().body) == ("open", before)

    def test_an_older_run_does_not_open_what_a_newer_one_has_closed(self, nights: Nights) -> None:
        nights.run(DRIFT, number=8)
        nights.run(CLEAN, number=10)
        nights.run(DRIFT, number=9)
        assert nights.drift().state == "closed"

    def test_a_run_that_found_the_same_is_newer_than_one_in_between(self, nights: Nights) -> None:
        nights.run(DRIFT, number=5)
        nights.run(DRIFT, number=7)
        (notice,) = nights.run(CLEAN, number=6).notices
        assert notice.endswith("is left as it is: a newer run has written it")
        assert nights.drift().state == "open"
        for number in (8, 10):
            nights.run(CLEAN, number=number)
        nights.run(DRIFT, number=9)
        assert nights.drift().state == "closed"

    def test_a_run_that_left_an_issue_closed_is_newer_than_one_in_between(self, nights: Nights) -> None:
        nights.run(DRIFT, number=5)
        issue = nights.drift()
        issue.state, issue.body = "closed", f"{issue.body}\r\nof mine"
        nights.run(DRIFT, number=7)
        nights.run(report(assets=WIDEST), number=6)
        assert (issue.state, issue.body.endswith("\r\nof mine")) == ("closed", True)

    def test_two_jobs_of_one_run_that_write_the_same_issue_are_told_apart_by_a_notice(self, nights: Nights) -> None:
        nights.run(DRIFT, number=10)
        (notice,) = nights.run(report(media=WIDER), number=10).notices
        assert notice.endswith("twice; give each job a tracking-issue of its own")
        nights.run(CLEAN, number=11)
        (notice,) = nights.run(report(media=WIDER), number=11).notices
        assert "give each job a tracking-issue of its own" in notice
        assert "`media`" in nights.drift().body

    def test_a_second_attempt_is_newer_than_the_first(self, nights: Nights) -> None:
        nights.run(DRIFT, number=10)
        nights.run(CLEAN, number=10, attempt=2)
        assert nights.drift().state == "closed"

    def test_a_job_never_closes_what_another_job_of_the_same_run_opened(self, nights: Nights) -> None:
        nights.run(DRIFT, number=10)
        (notice,) = nights.run(CLEAN, number=10).notices
        assert "give each job a tracking-issue of its own" in notice
        assert nights.drift().state == "open"

    @pytest.mark.parametrize(
        ("event", "branch", "why"),
        [
            ("pull_request", "7/merge", "started by pull_request"),
            ("pull_request_target", "main", "started by pull_request_target"),
            ("merge_group", "main", "started by merge_group"),
            ("issue_comment", "main", "started by issue_comment"),
            ("", "main", "started by something unknown"),
            ("workflow_dispatch", "feature", "this run is of another one"),
            ("push", "feature", "this run is of another one"),
        ],
    )
    def test_a_run_that_does_not_speak_of_what_is_deployed_asks_nothing(
        self, nights: Nights, event: str, branch: str, why: str
    ) -> None:
        (notice,) = nights.run(DRIFT, event=event, branch=branch, default_branch="main").notices
        assert why in notice
        assert nights.github.asked == []

    @pytest.mark.parametrize("event", ["workflow_dispatch", "push", "repository_dispatch"])
    def test_a_run_of_the_default_branch_counts_whatever_started_it(self, nights: Nights, event: str) -> None:
        nights.run(DRIFT, event=event, branch="main", default_branch="main")
        assert nights.drift().state == "open"


class TestCaps:
    def test_no_more_issues_are_open_than_the_limit(self, nights: Nights) -> None:
        for scope in "abc":
            nights.run(DRIFT, scope, limit=2)
        assert len(nights.of(Kind.DRIFT)) == 2
        (notice,) = nights.run(DRIFT, "c", limit=2).notices
        assert notice == "no tracking issue is opened: 2 are open, and tracking-issue-limit allows no more"
        nights.run(CLEAN, "a", limit=2)
        nights.run(DRIFT, "c", limit=2)
        (notice,) = nights.run(DRIFT, "a", limit=2).notices
        assert len(nights.of(Kind.DRIFT)) == 2

    def test_bucket_by_bucket_an_issue_is_commented_on_once_a_day(self, nights: Nights) -> None:
        nights.run(DRIFT)
        for number in range(12):
            nights.run(report(assets=WIDER, **{f"b{each}": WIDER for each in range(number + 1)}), hours=1)
            assert f"`b{number}`" in nights.drift().body
        assert len(nights.github.said(nights.drift().number)) == 1

    def test_drift_that_comes_and_goes_within_a_day_is_told_in_the_issue_alone(self, nights: Nights) -> None:
        for _ in range(6):
            nights.run(DRIFT, hours=1)
            nights.run(CLEAN, hours=1)
            assert "All that had drifted" in nights.drift().body
        assert len(nights.github.said(nights.drift().number)) == 1

    def test_a_report_on_thousands_of_findings_fits(self, nights: Nights) -> None:
        nights.run(many(2_500))
        for issue in nights.github.issues.values():
            assert 40_000 < len(issue.body.encode("utf-16-le")) // 2 <= 64_800
            assert marker_of(issue.body) is not None
            assert re.search(r"[\d,]+ more", issue.body)
        nights.drift().body += "\n" + "y" * 20_000
        nights.run(many(2_400))
        assert nights.drift().body.endswith("y" * 20_000)
        assert len(nights.drift().body) <= 65_536

    def test_a_clean_word_on_the_longest_body_fits(self, nights: Nights) -> None:
        nights.run(many(2_500))
        issue = nights.drift()
        nights.run(CLEAN)
        assert issue.state == "closed"
        assert "Before:" in issue.body

    @pytest.mark.parametrize("length", [65_536, 65_000])
    def test_the_clean_word_takes_the_place_of_the_report_where_people_wrote_much(
        self, nights: Nights, length: int
    ) -> None:
        nights.run(many(900))
        issue = nights.drift()
        issue.body += "z" * (length - len(issue.body))
        nights.run(CLEAN)
        assert issue.state == "closed"
        assert "All that had drifted" in issue.body
        assert issue.body.endswith("z" * 1_000)
        assert len(issue.body) <= 65_536


class TestTrouble:
    @pytest.mark.parametrize("readable", [True, False])
    def test_a_missing_permission_is_a_notice(self, nights: Nights, readable: bool) -> None:
        nights.github.readable, nights.github.writable = readable, False
        told = nights.run(DRIFT)
        assert told.url == ""
        assert told.notices[0].endswith("give the job the permission issues: write")
        assert nights.github.issues == {}

    def test_a_permission_that_went_leaves_the_issue(self, nights: Nights) -> None:
        nights.run(DRIFT)
        nights.github.writable = False
        (notice,) = nights.run(CLEAN).notices
        assert "issues: write" in notice
        assert nights.drift().state == "open"

    def test_a_repository_without_issues_is_a_notice(self, nights: Nights) -> None:
        nights.github.disabled = True
        (notice,) = nights.run(DRIFT).notices
        assert notice.endswith("the repository has its issues switched off")

    def test_labels_that_are_refused_are_left_out(self, nights: Nights) -> None:
        nights.github.known_labels = set()
        (notice,) = nights.run(DRIFT, labels=("nobody made it",)).notices
        assert notice.startswith("the tracking issue has no labels")
        assert nights.drift().labels == []

    def test_a_comment_that_is_refused_is_a_notice_and_the_issue_is_kept(self, nights: Nights) -> None:
        nights.run(DRIFT)
        nights.github.refuse = lambda asked: NOT_ACCESSIBLE if asked.path.endswith("/comments") else None
        (notice,) = nights.run(CLEAN).notices
        assert "could not be commented on" in notice
        assert nights.drift().state == "closed"

    @pytest.mark.parametrize("effect", [True, False], ids=["made", "not made"])
    @pytest.mark.parametrize("reply", [Reply(drop=True), refused(502, "Bad gateway")], ids=["cut", "502"])
    def test_an_issue_is_opened_once_though_nobody_says_that_it_was(
        self, nights: Nights, reply: Reply, effect: bool
    ) -> None:
        failed: list[object] = []

        def fail_once(asked: object) -> Reply | None:
            if getattr(asked, "method", "") == "POST" and getattr(asked, "path", "").endswith("/issues") and not failed:
                failed.append(asked)
                nights.github.script.append(replace(reply, after=effect))
            return None

        _before_answering(nights.github, fail_once)
        assert nights.run(DRIFT).notices == ()
        assert len(nights.of(Kind.DRIFT)) == 1
        assert failed

    def test_passing_faults_are_tried_again_and_lasting_ones_end(self, nights: Nights) -> None:
        nights.github.script += [refused(503, "down"), refused(429, "slow down", retry_after="7")]
        assert nights.run(DRIFT).notices == ()
        assert 7 in nights.slept
        nights.github.refuse = lambda asked: refused(500, "down") if asked.path != "/graphql" else None
        nights.github.asked.clear()
        told = nights.run(CLEAN)
        assert told.notices == ("the tracking issue was not kept: GitHub answers 500: down",)
        assert len(nights.github.asked) < 20
        assert nights.drift().state == "open"


def _before_answering(github: GitHubIssues, act: Callable[[object], Reply | None]) -> None:
    answer = github.answer

    def acting(asked: object) -> Reply:
        act(asked)
        return answer(asked)  # type: ignore[arg-type]

    github.answer = acting  # type: ignore[method-assign]


class TestHostileText:
    NAME = "a`|<!-- cors-drift:end 0000000000000000 -->@octo #1 ::error::x"

    def test_names_make_no_markup_mention_or_marker(self, nights: Nights) -> None:
        nights.run(report(**{self.NAME: WIDER, "assets": DENIED}), scope=self.NAME + "\n<!-- x -->")
        nights.run(report(**{self.NAME: WIDEST, "assets": DENIED}), scope=self.NAME + "\n<!-- x -->")
        issue = nights.drift()
        assert len(nights.github.issues) == 2
        assert "\n" not in issue.title
        assert issue.body.count("Kept by cors-drift") == 1
        for text in (issue.body, *nights.github.said(issue.number)):
            unquoted = re.sub(
                r"(`+)(?!`).*?(?<!`)\1(?!`)|<code>.*?</code>|^<!-- cors-drift.*?-->$", "", text, flags=re.M
            )
            assert "@octo" not in unquoted
            assert "<!--" not in unquoted

    def test_a_long_scope_is_cut_in_the_title(self, nights: Nights) -> None:
        nights.run(DRIFT, scope="s" * 5_000)
        assert len(nights.drift().title) < 256
        nights.run(CLEAN, scope="s" * 4_999 + "t")
        assert nights.drift().state == "open"


class TestInputs:
    @pytest.mark.parametrize(("given", "scope"), [("true", ""), ("True", ""), ("prod ", "prod"), ("a b", "a b")])
    def test_the_scope_is_a_name_or_true(self, given: str, scope: str) -> None:
        wanted = Wanted.of(Inputs({"CORS_DRIFT_ACTION_TRACKING_ISSUE": given}))
        assert wanted == Wanted(scope)

    @pytest.mark.parametrize("given", ["", "false", " FALSE "])
    def test_without_it_there_is_none(self, given: str) -> None:
        assert Wanted.of(Inputs({"CORS_DRIFT_ACTION_TRACKING_ISSUE": given})) is None

    def test_labels_come_line_by_line(self) -> None:
        given = {
            "CORS_DRIFT_ACTION_TRACKING_ISSUE": "true",
            "CORS_DRIFT_ACTION_TRACKING_ISSUE_LABELS": "a\n b c \n\na\n",
        }
        assert Wanted.of(Inputs(given)) == Wanted("", ("a", "b c"))

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e1", "9" * 5_000, "٣"])
    def test_a_limit_that_is_none_is_an_error(self, limit: str) -> None:
        given = {"CORS_DRIFT_ACTION_TRACKING_ISSUE": "true", "CORS_DRIFT_ACTION_TRACKING_ISSUE_LIMIT": limit}
        with pytest.raises(UsageError):
            Wanted.of(Inputs(given))

    def test_the_run_is_read_from_the_environment(self) -> None:
        environment = {
            "GITHUB_REPOSITORY": "octo/site", "GITHUB_RUN_ID": "123", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_SHA": "d" * 40,
            "GITHUB_SERVER_URL": "https://github.example", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/a/b",
        }  # fmt: skip
        run = WorkflowRun.of(environment, {"repository": {"default_branch": "main"}})
        url = "https://github.example/octo/site/actions/runs/123"
        assert run == WorkflowRun("octo/site", 123, 2, "d" * 40, url, "push", "a/b", "main")
        assert WorkflowRun.of({}, {"repository": []}).default_branch == ""

    @pytest.mark.parametrize(
        ("before", "counts"),
        [
            ({"event": "push", "head_branch": "main"}, True),
            ({"event": "schedule", "head_branch": "main"}, True),
            ({"event": "push", "head_branch": "feature"}, False),
            ({"event": "pull_request", "head_branch": "main"}, False),
            ({}, False),
        ],
    )
    def test_a_run_after_another_one_is_about_what_that_was_about(self, before: dict[str, str], counts: bool) -> None:
        environment = {"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"}
        event = {"repository": {"default_branch": "main"}, "workflow_run": before}
        assert (WorkflowRun.of(environment, event).refusal is None) == counts

    @pytest.mark.parametrize(
        ("matrix", "scope"),
        [
            ("", ""),
            ("null", ""),
            ("{}", ""),
            ("[", ""),
            (
                '{"stage": "prod", "account": "444455556666", "of": {"b": 1, "a": [2]}}',
                'prod, 444455556666, {"a": [2], "b": 1}',
            ),
        ],
    )
    def test_a_job_of_a_matrix_has_issues_of_its_own(self, matrix: str, scope: str) -> None:
        given = {"CORS_DRIFT_ACTION_TRACKING_ISSUE": "true", "CORS_DRIFT_ACTION_MATRIX": matrix}
        assert Wanted.of(Inputs(given)) == Wanted(scope)
        assert Wanted.of(Inputs(given | {"CORS_DRIFT_ACTION_TRACKING_ISSUE": "all"})) == Wanted("all")
