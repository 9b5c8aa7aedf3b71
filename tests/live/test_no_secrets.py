"""No key, token, external id or signed header comes out: where all goes well, where it fails, and in debugging.

Every command of ``test_read_only`` is searched too (``tests.fixtures_aws.perform``). Here the server does its worst:
its errors repeat the signed request and the credentials behind it, in the message, beside it and in the headers.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from tests.fixtures_aws import Outcome, Perform, aws_server, perform
from tests.live.aws_server import CALLER, AwsServer
from tests.live.uses import EXTERNAL_ID, WRITER, Use

__all__ = ["aws_server", "perform"]

MANY = Use("many", "check main --all --recheck 0 --format json --output json={work}/out.json")
ONE = Use("one", "check main --bucket assets --recheck 0")
ACCOUNTS = Use("accounts", "--config accounts.toml check theirs --recheck 0")
STACK = Use("stack", "check template.yaml --stack-name site")
CONFIG = Use("config", "check main --live config:all")
NAMED = Use("named", "check caller.yaml")
BLAME = Use("blame", "check main --bucket uploads --recheck 0 --blame --format json")


@pytest.fixture(params=["", "1"], ids=["", "debugging"])
def debugging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CORS_DRIFT_DEBUG", str(request.param))
    return str(request.param)


def test_the_search_finds_what_is_there_in_files_and_in_urls(tmp_path: Path) -> None:
    secret = "a/secret+key=="
    assert Outcome(0, f"x {secret}", "", {}).leaks({secret}) == {secret}
    assert Outcome(0, "", "token=a%2Fsecret%2Bkey%3D%3D", {}).leaks({secret}) == {secret}
    assert Outcome(0, "", "", {tmp_path / "journal": secret}).leaks({secret, "other"}) == {secret}


def test_the_server_repeats_what_it_gets_where_it_is_told_to(perform: Perform, aws_server: AwsServer) -> None:
    """Else these tests would prove nothing."""
    import botocore.session

    aws_server.telltale = True
    client = botocore.session.Session().create_client("s3", region_name="us-east-1")

    with pytest.raises(Exception, match="AWS4-HMAC-SHA256") as caught:
        client.get_bucket_cors(Bucket="gone")

    assert CALLER.secret in str(caught.value)
    assert str(CALLER.token) in str(caught.value)


@pytest.mark.parametrize("use", [MANY, ACCOUNTS, STACK, CONFIG, NAMED, BLAME], ids=lambda use: use.name)
@pytest.mark.parametrize("fault", ["expired", "unknown", "broken"])
def test_failures_tell_nothing_of_what_the_server_repeats(
    use: Use, fault: str, perform: Perform, aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_DRIFT_DEBUG", "1")
    monkeypatch.setattr("drift.fetchers.aws.ATTEMPTS", 1)
    aws_server.telltale = True
    if fault == "expired":
        aws_server.world.expired.add(CALLER.access)
    elif fault == "unknown":
        aws_server.world.keys.clear()
    else:
        aws_server.broken |= {"sts", "cloudformation", "config", "cloudtrail", "organizations"}

    outcome = perform(use)

    assert outcome.leaks({CALLER.access, CALLER.secret, str(CALLER.token), EXTERNAL_ID}) == set()
    assert aws_server.calls
    assert outcome.code in ((2, 3) if fault != "broken" else (0, 1, 2, 3))  # S3 itself still answers


def test_a_wrong_external_id_is_told_without_it(perform: Perform, aws_server: AwsServer, debugging: str) -> None:
    aws_server.telltale = True
    for role in aws_server.world.roles.values():
        role.external_id = "another"

    assert EXTERNAL_ID not in perform(ACCOUNTS).text


@pytest.mark.parametrize(
    "place", ["drift.fetchers.s3_outcome.from_code", "drift.fetchers.aws_faults._from_code", "drift.checking.compare"]
)
def test_a_defect_that_is_told_with_its_traceback_holds_nothing_either(
    place: str, perform: Perform, aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("a defect")

    monkeypatch.setenv("CORS_DRIFT_DEBUG", "1")
    monkeypatch.setattr("drift.fetchers.aws.ATTEMPTS", 1)
    monkeypatch.setattr(place, defect)
    aws_server.telltale = True
    aws_server.broken.add("sts")
    del aws_server.world.buckets["assets"]

    told = perform(ONE).text + perform(NAMED).text

    assert "ZeroDivisionError" in told or "a defect" in told


def test_who_wrote_the_rules_is_told_without_the_access_key(perform: Perform, aws_server: AwsServer) -> None:
    outcome = perform(BLAME)

    assert "mallory" in outcome.out
    assert WRITER not in outcome.text


def test_credentials_out_of_a_profile_stay_there(
    perform: Perform, aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("home") / "credentials"
    keys = f"aws_access_key_id = {CALLER.access}\naws_secret_access_key = {CALLER.secret}"
    file.write_text(f"[work]\n{keys}\naws_session_token = {CALLER.token}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))

    assert perform(Use("good", "check main --bucket assets --profile work")).code == 0
    aws_server.telltale = True
    aws_server.world.keys.clear()
    assert perform(Use("bad", "check main --bucket assets --profile work")).code == 2


def test_a_broken_credentials_file_is_told_without_its_lines(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, debugging: str
) -> None:
    file = tmp_path_factory.mktemp("home") / "credentials"
    file.write_text(f"aws_secret_access_key = {CALLER.secret}\n[work\n{CALLER.token}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))

    assert perform(Use("bad", "check main --bucket assets")).code == 2


PASSWORD = "hunter2-of-the-endpoint"


def test_an_endpoint_with_a_user_in_it_is_refused_without_the_password(
    perform: Perform, aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch, debugging: str
) -> None:
    url = aws_server.url.replace("http://", f"http://minio:{PASSWORD}@")

    as_flag = perform(Use("flag", "check main --endpoint-url " + url))
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    as_variable = perform(Use("variable", "check main"))

    assert (as_flag.code, as_variable.code) == (2, 2)
    assert "holds a user name or password" in as_flag.err
    assert PASSWORD not in as_flag.text + as_variable.text
    assert aws_server.calls == []


def test_a_proxy_with_a_password_that_does_not_answer_is_told_without_it(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, debugging: str
) -> None:
    monkeypatch.setattr("drift.fetchers.s3.Retry", _once)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("HTTPS_PROXY", f"http://proxy:{PASSWORD}@127.0.0.1:9")

    outcome = perform(Use("proxy", "check main --bucket assets"))

    assert outcome.code == 2
    assert PASSWORD not in outcome.text


def _once() -> object:
    from tests.fixtures_s3 import QUICK

    return QUICK
