"""``simulate`` as a user meets it: any source, one request, an answer or an honest word on why there is none."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result, schema, snapshot_file, write
from tests.fixtures_s3 import MotoS3

A = "https://a.example"
READ: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["ETag"]}
WRITE: dict[str, Any] = {
    "AllowedMethods": ["GET", "PUT"],
    "AllowedOrigins": ["https://*.example"],
    "AllowedHeaders": ["content-type", "x-amz-*"],
    "MaxAgeSeconds": 600,
}
SPEC = json.dumps({"version": 1, "buckets": {"b-one": [READ, WRITE]}}, indent=1)
HOSTILE = "https://\x1b[31mred\x1b[0m\u202e\n::error::x|<script>"
TERRAFORM = """\
variable "x" {}
resource "aws_s3_bucket_cors_configuration" "c" {
  bucket = "b-one"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${var.x}.example"]
  }
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://*"]
    allowed_headers = ["*"]
  }
}
"""


def answers(result: Result) -> list[Any]:
    """What is printed, which must be one JSON value that fits its schema."""
    document = json.loads(result.out)
    schema("answer").validate(document)
    return document if isinstance(document, list) else [document]


def answer(result: Result) -> Any:
    (found,) = answers(result)
    return found


@pytest.fixture
def ask(cli: Cli, tmp_path: Path) -> Any:
    write(tmp_path, cors__json=SPEC)

    def call(*arguments: object, source: object = "cors.json", origin: str = A, method: str = "GET") -> Result:
        return cli("simulate", source, "--origin", origin, "--method", method, *arguments)

    return call


class TestForPeople:
    def test_an_answer(self, ask: Any) -> None:
        result = ask("--header", "X-Amz-Acl", method="PUT")
        assert result.code == 0
        assert (
            result.out
            == """\
Preflight: PUT from https://a.example with header X-Amz-Acl

b-one  allowed by rule 2
  at cors.json:4
  200
  Access-Control-Allow-Origin: https://a.example
  Access-Control-Allow-Methods: GET, PUT
  Access-Control-Allow-Headers: x-amz-acl
  Access-Control-Max-Age: 600
  Access-Control-Allow-Credentials: true
  Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method
  rule 1 (cors.json:5) is passed over: method PUT is not one of GET; header x-amz-acl is not allowed by this rule, \
which has no AllowedHeaders
  rule 2 (cors.json:16) answers: origin https://a.example allowed by https://*.example; method PUT allowed; \
header x-amz-acl allowed

1 bucket: 1 allowed.
"""
        )

    def test_a_refusal_is_an_answer_with_a_reason_for_each_rule(self, ask: Any) -> None:
        result = ask(origin="http://a.example", method="PUT")
        assert result.code == 0
        lines = result.out.splitlines()
        assert lines[2] == "b-one  refused"
        assert lines[4].startswith("  403 AccessForbidden: CORSResponse: This CORS request is not allowed.")
        assert lines[5:7] == [
            "  rule 1 (cors.json:5) is passed over: method PUT is not one of GET",
            "  rule 2 (cors.json:16) is passed over: origin http://a.example matches none of https://*.example",
        ]
        assert lines[-1] == "1 bucket: 1 refused."

    def test_a_browser(self, ask: Any) -> None:
        result = ask("--header", "Content-Type", "--header", "Cookie", "--credentials")
        shown = result.out[result.out.index("  The browser") :]
        assert (
            shown
            == """\
  The browser blocks it, whatever the value of content-type: Access-Control-Allow-Origin in the answer is *, and the \
page sends credentials.
    it drops headers that no page can set: cookie
    with another value of content-type:
      it sends a preflight with Access-Control-Request-Headers: content-type: passes, and is cached for 600 s
      it sends the request itself, and keeps the answer from the page: Access-Control-Allow-Origin in the answer is *, \
and the page sends credentials
    with a safelisted value of content-type:
      it sends no preflight

1 bucket: 1 refused.
"""
        )

    def test_a_browser_that_reads(self, ask: Any) -> None:
        result = ask("--browser", "--actual")
        assert "Request: GET from https://a.example\n" in result.out
        assert "  The browser lets the page read the answer.\n    it sends no preflight\n" in result.out
        assert re.search(r"the page may read these headers: cache-control, .*, etag, ", result.out)

    def test_the_order_of_a_set_and_the_open_questions_are_told(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "tf", main__tf=TERRAFORM)
        out = ask("--var", "x=a", source="tf").out
        assert "  note: the rules are a set, which S3 may hold in any order: rule 2 allows the preflight too" in out
        assert "  not known of S3 (max-age-zero-sent): The rule has MaxAgeSeconds 0: S3 may send" in out

    def test_a_bucket_without_rules(self, ask: Any, tmp_path: Path) -> None:
        result = ask(source=snapshot_file(tmp_path / "live.json", b_two=[]))
        assert result.code == 0
        assert (
            "b-two  refused\n  403 AccessForbidden: CORSResponse: CORS is not enabled for this bucket.\n" in result.out
        )

    @pytest.mark.parametrize("more", [[], ["--browser"], ["--actual"]])
    def test_hostile_text_reaches_no_terminal_as_it_is(self, ask: Any, tmp_path: Path, more: list[str]) -> None:
        rule = {"ID": HOSTILE, "AllowedMethods": ["GET"], "AllowedOrigins": [HOSTILE], "ExposeHeaders": [HOSTILE]}
        write(tmp_path, evil__json=json.dumps({"version": 1, "buckets": {"b-one": [rule]}}))
        for origin in (HOSTILE, A):
            result = ask("--header", HOSTILE.replace(":", ""), *more, source="evil.json", origin=origin)
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.out + result.err)
            assert not any(line.startswith("::") for line in (result.out + result.err).splitlines())


class TestJson:
    def test_one_bucket_is_one_object(self, ask: Any) -> None:
        document = answer(ask("--header", "x-amz-acl", "--format", "json", method="PUT"))
        assert (document["kind"], document["version"], document["bucket"]) == ("cors-drift/answer", 1, "b-one")
        assert document["request"] == {"origin": A, "method": "PUT", "headers": ["x-amz-acl"], "preflight": True}
        assert (document["state"], document["allowed"], document["rule"], document["status"]) == (
            "answered",
            True,
            1,
            200,
        )
        assert list(document["headers"]) == [
            "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
            "Access-Control-Max-Age", "Access-Control-Allow-Credentials", "Vary",
        ]  # fmt: skip
        assert [(each["rule"], each["answers"], each["location"]["line"]) for each in document["considered"]] == [
            (0, False, 5), (1, True, 16),
        ]  # fmt: skip
        assert document["browser"] is None

    def test_several_buckets_are_a_list_and_bucket_chooses(self, ask: Any, tmp_path: Path) -> None:
        live = snapshot_file(tmp_path / "live.json", b_one=[READ], b_two=[WRITE], b_three=[])
        result = ask("--format", "json", source=live, method="PUT")
        assert isinstance(json.loads(result.out), list)
        assert [(each["bucket"], each["allowed"]) for each in answers(result)] == [
            ("b-one", False), ("b-two", True), ("b-three", False),
        ]  # fmt: skip
        assert answer(ask("--format", "json", "--bucket", "b-two", source=live))["bucket"] == "b-two"

    def test_a_browser(self, ask: Any) -> None:
        document = answer(ask("--header", "content-type", "--browser", "--format", "json", origin="https://b.test"))
        browser = document["browser"]
        assert (browser["outcome"], browser["headers_by_value"]) == ("depends", ["content-type"])
        none, every = browser["cases"]
        assert (none["not_safelisted"], none["readable"], none["actual"]) == (["content-type"], False, None)
        assert (none["preflight"]["status"], none["preflight"]["passes"]) == (403, False)
        assert (every["preflight"], every["readable"]) == (None, True)
        assert every["actual"]["headers"]["Access-Control-Allow-Origin"] == "*"
        assert "etag" in every["readable_headers"]

    def test_a_refusal_has_s3s_error(self, ask: Any) -> None:
        document = answer(ask("--format", "json", method="PATCH"))
        assert document["error"] == {"code": "BadRequest", "message": "Invalid Access-Control-Request-Method: PATCH"}
        assert (document["allowed"], document["status"], document["considered"]) == (False, 400, [])

    def test_a_file_and_the_terminal_in_one_run(self, ask: Any, tmp_path: Path) -> None:
        result = ask("--output", "json=answer.json")
        assert result.out.startswith("Preflight: ")
        document = json.loads((tmp_path / "answer.json").read_text())
        schema("answer").validate(document)
        assert document["allowed"] is True

    def test_the_schema_is_printed_and_refuses_half_an_answer(self, cli: Cli, ask: Any) -> None:
        assert json.loads(cli("schema", "answer").out)["$id"] == "cors-drift/answer"
        document = answer(ask("--format", "json"))
        assert schema("answer").is_valid(document)
        for broken in ({"state": "denied"}, {"allowed": None}, {"status": 500}, {"headers": {"a": 1}}):
            assert not schema("answer").is_valid(document | broken)


class TestUnknownValues:
    def test_an_unknown_that_decides_is_named_and_nothing_is_guessed(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "tf", main__tf=TERRAFORM)
        result = ask(source="tf")
        assert result.code == 3
        assert "b-one  unresolved" in result.out
        assert (
            "whether rule 1 answers hangs on its AllowedOrigins, which is not known (https://?.example: " in result.out
        )
        assert "tf/main.tf:6" in result.out
        document = answer(ask("--format", "json", source="tf"))
        assert (document["state"], document["allowed"], document["headers"]) == ("unresolved", None, {})
        assert document["reason_location"]["line"] == 6

    @pytest.mark.parametrize(("origin", "method"), [(A, "PUT"), ("https://a.test", "GET")])
    def test_an_unknown_that_cannot_matter_is_passed_over(
        self, ask: Any, tmp_path: Path, origin: str, method: str
    ) -> None:
        write(tmp_path / "tf", main__tf=TERRAFORM)
        result = ask("--format", "json", source="tf", origin=origin, method=method)
        assert (result.code, answer(result)["rule"]) == (0, 1)
        assert "cannot change that" in answer(result)["considered"][0]["because"]

    def test_a_value_that_is_given_settles_it(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "tf", main__tf=TERRAFORM)
        assert answer(ask("--var", "x=a", "--format", "json", source="tf"))["rule"] == 0
        assert answer(ask("--var", "x=b", "--format", "json", source="tf"))["rule"] == 1


class TestLiveBuckets:
    @pytest.mark.parametrize("source", ["s3://b-one", "b-one", "s3://b-one/", "s3://b-one/some/key"])
    def test_a_bucket_is_read(self, ask: Any, moto_s3: MotoS3, source: str) -> None:
        moto_s3.put("b-one", [READ, WRITE])
        result = ask("--endpoint-url", moto_s3.url, "--format", "json", source=source, method="PUT")
        assert result.code == 0
        document = answer(result)
        assert (document["bucket"], document["allowed"], document["rule"]) == ("b-one", True, 1)

    def test_a_bucket_that_is_missing_has_no_answer(self, ask: Any, moto_s3: MotoS3) -> None:
        result = ask("--endpoint-url", moto_s3.url, "--format", "json", source="s3://b-none")
        assert (result.code, answer(result)["state"]) == (3, "missing")

    def test_a_bucket_without_rules_refuses(self, ask: Any, moto_s3: MotoS3) -> None:
        moto_s3.put("b-one")
        result = ask("--endpoint-url", moto_s3.url, source="s3://b-one")
        assert result.code == 0
        assert "CORS is not enabled for this bucket" in result.out

    def test_a_path_that_is_there_wins_over_a_bucket_of_that_name(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "b-one", cors__json=SPEC)
        document = answer(ask("--format", "json", source="b-one"))
        assert document["location"]["path"] == "b-one/cors.json"


class TestBadUse:
    @pytest.fixture(autouse=True)
    def no_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a mistyped path must not become a request")

        monkeypatch.setattr(socket.socket, "connect", refuse)

    @pytest.mark.parametrize("source", ["main.tf", "Live.JSON", "no/such/folder", "template.yml", "x", "UPPER"])
    def test_a_path_that_is_not_there(self, ask: Any, source: str) -> None:
        result = ask(source=source)
        assert (result.code, result.out) == (2, "")
        assert result.err == f"error: {source}: there is no such file or folder\n  try: a live bucket is s3://NAME\n"

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["simulate", "cors.json", "--method", "GET"], "--origin"),
            (["simulate", "cors.json", "--origin", A], "--method"),
            (["simulate", "--origin", A, "--method", "GET"], "SOURCE"),
            (["simulate", "s3://", "--origin", A, "--method", "GET"], "names no bucket"),
            (["simulate", "cors.json", "--origin", A, "--method", "GET", "--header", "x-a: 1"], "write --header x-a"),
            (["simulate", "cors.json", "--origin", A, "--method", "GET", "--output", "json"], "FORMAT=PATH"),
        ],
    )
    def test_one_error_says_what_is_wrong(self, cli: Cli, ask: Any, arguments: list[str], says: str) -> None:
        result = cli(*arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: ")
        assert says in result.err

    def test_broken_input_is_an_error_and_the_rest_is_still_answered(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "mix", cors__json=SPEC, main__tf='resource "aws_s3_bucket" "b" {\n')
        result = ask("--format", "json", source="mix")
        assert result.code == 2
        assert answer(result)["allowed"] is True
        assert "error: mix/main.tf:1" in result.err

    def test_a_folder_without_buckets_is_nothing(self, ask: Any, tmp_path: Path) -> None:
        write(tmp_path / "empty", notes__txt="hello")
        result = ask("--format", "json", source="empty")
        assert (result.code, json.loads(result.out)) == (4, [])
        assert "No bucket was found to ask." in ask(source="empty").out

    def test_an_answer_is_no_source(self, ask: Any) -> None:
        ask("--output", "json=answer.json")
        result = ask(source="answer.json")
        assert result.code == 2
        assert "this is a cors-drift/answer document" in result.err


class TestSettings:
    def test_the_request_may_stand_in_the_file_and_in_the_environment(
        self, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, cors__json=SPEC)
        write(
            tmp_path, **{"cors-drift__toml": f'origin = "{A}"\nmethod = "GET"\nbrowser = true\nheader = ["x-amz-a"]\n'}
        )
        monkeypatch.setenv("CORS_DRIFT_METHOD", "PUT")
        document = answer(cli("simulate", "cors.json", "--format", "json"))
        assert document["request"] == {"origin": A, "method": "PUT", "headers": ["x-amz-a"], "preflight": True}
        assert document["browser"]["outcome"] == "readable"

    def test_the_preflight_may_be_switched_off(self, cli: Cli, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CORS_DRIFT_PREFLIGHT", "false")
        assert answer(ask("--format", "json"))["request"]["preflight"] is False
        assert answer(ask("--preflight", "--format", "json"))["request"]["preflight"] is True
