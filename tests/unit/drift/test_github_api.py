"""The client of GitHub's API: what it tries again and for how long, what it reads, and where its token goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drift import github_api
from drift.errors import UsageError
from drift.github_answers import Answer, GitHubError
from drift.github_api import Clock, GitHub
from tests.live.github_stand_in import TOKEN, GitHubStandIn, Reply, refused


@pytest.fixture
def stand_in() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        yield server


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = Clock(lambda: sum(self.slept), lambda: 1_000_000 + sum(self.slept), self.slept.append, lambda: 0.0)

    def client(self, server: GitHubStandIn) -> GitHub:
        return GitHub(TOKEN, server.url, self.clock)


@pytest.fixture
def time() -> Time:
    return Time()


PULL = "/repos/octo/site/pulls/7"
COMMENTS = "/repos/octo/site/issues/7/comments"


def test_it_waits_twice_as_long_each_time_and_gives_up(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.refuse = lambda _: refused(503, "down")
    with pytest.raises(GitHubError, match="503: down") as caught:
        time.client(stand_in).get(PULL)
    assert time.slept == [0.5, 1, 2, 4, 8]
    assert len(stand_in.asked) == github_api.MAX_ATTEMPTS
    assert not caught.value.denied


def test_it_waits_as_long_as_github_says(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.script = [
        refused(429, "slow down", retry_after="7"),
        refused(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="1000020"),
    ]
    assert time.client(stand_in).get(PULL)["number"] == 7
    assert time.slept == [7, 14]


def test_after_a_secondary_limit_it_waits_a_minute_and_then_no_more(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.refuse = lambda _: refused(403, "You have exceeded a secondary rate limit. Please wait.")
    with pytest.raises(GitHubError, match="too late") as caught:
        time.client(stand_in).get(PULL)
    assert time.slept == [60]
    assert not caught.value.denied


def test_all_requests_together_have_a_time_limit(stand_in: GitHubStandIn, time: Time) -> None:
    client = time.client(stand_in)
    client.get(PULL)
    time.slept.append(github_api.MAX_SECONDS)
    with pytest.raises(GitHubError, match="longer than 120 seconds"):
        client.get(PULL)
    assert len(stand_in.asked) == 1


def test_a_missing_permission_is_not_tried_again(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.writable = False
    with pytest.raises(GitHubError) as caught:
        time.client(stand_in).send("POST", COMMENTS, {"body": "x"})
    assert (caught.value.denied, caught.value.status, time.slept) == (True, 403, [])


@pytest.mark.parametrize("reply", [refused(502, "no"), Reply(drop=True)], ids=["502", "dropped"])
def test_a_post_that_may_have_been_heeded_is_not_made_again(stand_in: GitHubStandIn, time: Time, reply: Reply) -> None:
    stand_in.script = [reply]
    with pytest.raises(GitHubError) as caught:
        time.client(stand_in).send("POST", COMMENTS, {"body": "x"})
    assert (caught.value.uncertain, len(stand_in.asked)) == (True, 1)


def test_a_post_that_a_limit_refused_is_made_again(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.script = [refused(429, "slow down", retry_after="1")]
    time.client(stand_in).send("POST", COMMENTS, {"body": "x"})
    assert [each.body for each in stand_in.on()] == ["x"]


def test_dropped_connections_are_made_again(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.script = [Reply(drop=True), Reply(drop=True)]
    assert time.client(stand_in).get(PULL)["number"] == 7
    assert time.slept == [0.5, 1]


def test_lists_are_read_page_by_page_up_to_a_limit(stand_in: GitHubStandIn, time: Time) -> None:
    for number in range(250):
        stand_in.comment(str(number))
    client = time.client(stand_in)
    assert [each["body"] for each in client.pages(COMMENTS)] == [str(number) for number in range(250)]
    assert len(stand_in.asked) == 3
    with pytest.raises(GitHubError, match="more than 2 pages"):
        list(client.pages(COMMENTS, most=2))


@pytest.mark.parametrize("relation", ['rel="next"', "rel=next"])
def test_a_page_of_another_host_is_not_asked_for(stand_in: GitHubStandIn, time: Time, relation: str) -> None:
    with GitHubStandIn() as elsewhere:
        stand_in.script = [Reply(body=[], headers={"Link": f"<{elsewhere.url}/next>; {relation}"})]
        with pytest.raises(GitHubError, match="another host"):
            list(time.client(stand_in).pages(COMMENTS))
        assert elsewhere.asked == []


def test_redirects_are_followed_within_the_host_and_not_for_ever(stand_in: GitHubStandIn, time: Time) -> None:
    client = time.client(stand_in)
    stand_in.script = [Reply(301, headers={"Location": PULL})]
    assert client.get("/repos/octo/old/pulls/7")["number"] == 7
    stand_in.refuse = lambda _: Reply(302, headers={"Location": PULL})
    with pytest.raises(GitHubError, match="302"):
        client.get(PULL)
    assert len(stand_in.asked) == 2 + 1 + github_api.MAX_REDIRECTS


def test_a_redirect_after_many_faults_is_followed_as_the_first_is(stand_in: GitHubStandIn, time: Time) -> None:
    faults = [Reply(502)] * (github_api.MAX_ATTEMPTS - 1)
    stand_in.script = [*faults, Reply(302, headers={"Location": PULL})]
    assert time.client(stand_in).get("/repos/octo/old/pulls/7")["number"] == 7
    stand_in.script = [*faults, Reply(302, headers={"Location": PULL}), Reply(502)]
    with pytest.raises(GitHubError, match="502"):
        time.client(stand_in).get("/repos/octo/old/pulls/7")


def test_a_write_is_not_redirected(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.script = [Reply(307, headers={"Location": COMMENTS})]
    with pytest.raises(GitHubError, match="307"):
        time.client(stand_in).send("POST", COMMENTS, {"body": "x"})
    assert stand_in.on() == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.github.com", "http://10.0.0.1", "ftp://127.0.0.1", "file:///etc/passwd", "api.github.com", ""),
        *("https://a:b@api.github.com", "https://api.github.com?x=1", "https://api.github.com:0", "https://[::1"),
        *("https://api.github.com\n.evil.example", "http://127.0.0.1.evil.example", "https://"),
    ],
)
def test_the_token_goes_to_https_or_loopback_alone(url: str) -> None:
    with pytest.raises(UsageError):
        GitHub(TOKEN, url)


@pytest.mark.parametrize("token", ["", "a b", "a\nHost: evil.example", "é"])
def test_a_token_that_no_header_can_have_is_refused(token: str) -> None:
    with pytest.raises(UsageError):
        GitHub(token)


def test_the_token_is_in_no_repr_and_no_error(stand_in: GitHubStandIn, time: Time) -> None:
    client = time.client(stand_in)
    assert TOKEN not in repr(client)
    stand_in.script = [refused(400, "bad")]
    with pytest.raises(GitHubError) as caught:
        client.get(PULL)
    assert TOKEN not in f"{caught.value!r}{caught.value}{caught.value.message}"


def test_a_proxy_does_not_get_the_token_of_loopback(
    stand_in: GitHubStandIn, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GitHubStandIn() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert time.client(stand_in).get(PULL)["number"] == 7
        assert proxy.asked == []


@pytest.mark.parametrize("body", [None, [], "text", {"data": None}, {"data": {}, "errors": [{"type": "FORBIDDEN"}]}])
def test_a_query_that_was_not_answered_is_an_error(stand_in: GitHubStandIn, time: Time, body: object) -> None:
    stand_in.script = [Reply(body=body)]
    with pytest.raises(GitHubError):
        time.client(stand_in).graphql("query { viewer { login } }")


def test_queries_go_where_each_kind_of_github_has_them() -> None:
    asked: list[str] = []

    class Asking(GitHub):
        def _ask(self, method: str, address: str, *_: object, **__: object) -> Answer:
            asked.append(address)
            raise GitHubError("not asked")

    for url in ("https://api.github.com", "https://ghe.example/api/v3/", "https://api.octo.ghe.com"):
        with pytest.raises(GitHubError):
            Asking(TOKEN, url).graphql("query { viewer { login } }")
    assert asked == [
        "https://api.github.com/graphql",
        "https://ghe.example/api/graphql",
        "https://api.octo.ghe.com/graphql",
    ]


def test_an_answer_without_an_end_is_given_up(
    stand_in: GitHubStandIn, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_api, "MAX_BYTES", 1_000)
    stand_in.script = [Reply(body="x" * 2_000)]
    with pytest.raises(GitHubError, match="too long"):
        time.client(stand_in).get(PULL)


def test_what_github_says_is_shown_in_one_line_and_not_at_length(stand_in: GitHubStandIn, time: Time) -> None:
    stand_in.script = [refused(400, "no\n::error::" + "x" * 10_000)]
    with pytest.raises(GitHubError) as caught:
        time.client(stand_in).get(PULL)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500
