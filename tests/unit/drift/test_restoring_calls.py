"""Calls as text: whatever the values are, a shell hands on exactly them, and Python reads exactly them."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.restoring_calls import LONGEST_ARGUMENT, call_for, is_bucket_name, known_values
from drift.restoring_values import Call, Reach

HOSTILE = [
    "'; touch /tmp/pwned; echo '",
    '"; rm -rf "$HOME"',
    "$(id) `id` ${IFS} $HOME",
    "\\'\\\"\\\\",
    "!history !! !$",
    "line\nend\r\n\x1b[31m",
    "\u2018quoted\u2019 \u201equoted\u201d",
    "'@\nWrite-Host pwned\n@'",
    "%PATH% ^& | more > x",
    "file:///etc/passwd",
    "##[error]no ##vso[task.complete]",
    "::error::no",
    "\u202egnp.exe \U0001f600 \ud800",
    "CORS_DRIFT_END",
    "\nCORS_DRIFT_END\ntouch /tmp/pwned\n",
    "{{ x }} {% y %} #{z}",
    "-n",
    "",
]

texts = st.text(max_size=40) | st.sampled_from(HOSTILE)
rules = st.lists(
    st.builds(
        CorsRule,
        allowed_methods=st.lists(texts, min_size=1, max_size=2).map(tuple),
        allowed_origins=st.lists(texts, min_size=1, max_size=3).map(tuple),
        allowed_headers=st.lists(texts, max_size=2).map(tuple),
        expose_headers=st.lists(texts, max_size=2).map(tuple),
        max_age_seconds=st.none() | st.integers(0, 2**31 - 1),
        id=st.none() | texts,
    ),
    min_size=1,
    max_size=3,
).map(lambda found: BucketCors(tuple(found)))


def recovered(command: str) -> tuple[list[str], str]:
    """The arguments that a POSIX shell hands to ``aws``, and what it gives it on standard input."""
    script = 'aws() { for each in "$@"; do printf "%s\\0" "$each"; done; printf "\\1"; cat; }\n' + command
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as file:  # a line may be longer than any argument
        file.write(script)
        file.flush()
        run = subprocess.run(["sh", file.name], input=b"", capture_output=True, timeout=20, check=True)
    assert run.stderr == b""
    arguments, _, given = run.stdout.partition(b"\1")
    return arguments.decode().split("\0")[:-1], given.decode()


def options(arguments: list[str]) -> dict[str, str]:
    assert arguments[:1] == ["s3api"]
    flags, values = arguments[2::2], arguments[3::2]
    assert all(flag.startswith("--") for flag in flags)
    return dict(zip(flags, values, strict=True))


@cache
def _model(operation: str) -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("s3", "service-2")).operation_model(operation).input_shape


def assert_fits_the_service(call: Call) -> None:
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(dict(call.parameters), _model(call.operation))
    assert not report.has_errors(), report.generate_report()


@settings(max_examples=60, deadline=None)
@given(rules, st.none() | st.just("111111111111"))
def test_a_shell_hands_on_exactly_the_parameters(found: BucketCors, account: str | None) -> None:
    call = call_for("assets", found, account, Reach("http://127.0.0.1:1/x y'z", "eu-west-1", "it's"))
    assert call.aws_cli is not None
    arguments, given_in = recovered(call.aws_cli)

    said = options(arguments)
    assert given_in == ""
    assert arguments[1] == "put-bucket-cors"
    assert said["--bucket"] == "assets"
    assert json.loads(said["--cors-configuration"]) == call.parameters["CORSConfiguration"]
    assert said.get("--expected-bucket-owner") == account
    assert (said["--endpoint-url"], said["--region"], said["--profile"]) == (
        "http://127.0.0.1:1/x y'z", "eu-west-1", "it's",
    )  # fmt: skip
    assert_fits_the_service(call)


@settings(max_examples=100, deadline=None)
@given(rules)
def test_no_text_holds_anything_that_a_terminal_or_a_runner_acts_on(found: BucketCors) -> None:
    call = call_for("assets", found, None, Reach())
    for text in (call.aws_cli, call.powershell, call.boto3):
        assert text is not None
        assert text.isascii()
        assert text.replace("\n", "").isprintable()
        assert "##[" not in text
        assert "##vso[" not in text
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


def asked_for(code: str) -> tuple[tuple[Any, ...], Mapping[str, Any], str, Mapping[str, Any]]:
    """What the Python code asks of boto3: arguments of the client, the method, its parameters."""
    seen: list[Any] = []

    class Client:
        def __getattr__(self, name: str) -> Any:
            return lambda **given: seen.extend([name, given])

    def client(*arguments: Any, **more: Any) -> Client:
        seen.extend([arguments, more])
        return Client()

    def session(**more: Any) -> Any:
        return SimpleNamespace(client=lambda *a, **m: client(*a, **m, **more))

    boto3 = SimpleNamespace(client=client, Session=session)
    exec(code, {"__builtins__": {"__import__": lambda *_: boto3}})
    arguments, more, method, given = seen
    return arguments, more, method, given


@settings(max_examples=150, deadline=None)
@given(rules)
def test_python_reads_exactly_the_parameters(found: BucketCors) -> None:
    call = call_for("assets", found, "111111111111", Reach(None, "eu-west-1"))
    assert call.boto3 is not None
    arguments, more, method, asked = asked_for(call.boto3)

    assert (arguments, more, method) == (("s3",), {"region_name": "eu-west-1"}, "put_bucket_cors")
    assert asked == call.parameters


@settings(max_examples=100, deadline=None)
@given(rules)
def test_powershell_gets_the_parameters_as_one_literal_line(found: BucketCors) -> None:
    call = call_for("assets", found, None, Reach(region="eu-west-1"))
    assert call.powershell is not None
    first, json_line, end, command = call.powershell.split("\n")

    assert first == "@'"
    assert end == "'@ | Set-Content -Encoding ascii 'cors-drift-assets.json'"
    assert json.loads(json_line) == call.parameters
    assert json_line.startswith("{")  # a line that begins with '@ would end the text
    assert command == (
        "aws s3api put-bucket-cors --cli-input-json 'file://cors-drift-assets.json' --region eu-west-1"
    )  # fmt: skip


def test_quotes_of_every_kind_are_doubled_for_powershell() -> None:
    call = call_for("assets", None, None, Reach(endpoint_url="http://a/'\u2019;$(x)"))
    assert call.powershell is not None
    assert call.powershell.endswith("--endpoint-url 'http://a/''\u2019\u2019;$(x)'")


def test_taking_all_rules_away_is_a_call_of_its_own() -> None:
    call = call_for("assets", None, "111111111111", Reach(region="eu-west-1"))

    assert call.operation == "DeleteBucketCors"
    assert call.parameters == {"Bucket": "assets", "ExpectedBucketOwner": "111111111111"}
    assert call.aws_cli == (
        "aws s3api delete-bucket-cors --bucket assets --expected-bucket-owner 111111111111 --region eu-west-1"
    )
    assert call.boto3 is not None
    assert asked_for(call.boto3)[2:] == ("delete_bucket_cors", call.parameters)
    assert_fits_the_service(call)


def test_a_profile_goes_into_the_session() -> None:
    call = call_for("assets", None, None, Reach(profile="prod"))
    assert call.boto3 is not None
    assert asked_for(call.boto3)[1] == {"profile_name": "prod"}


def test_what_is_too_long_for_an_argument_goes_through_standard_input() -> None:
    long = tuple(f"https://{number:05}.example-of-a-long-name.example" for number in range(3000))
    call = call_for("assets", BucketCors((CorsRule(("GET",), (*long, "it's\nCORS_DRIFT_END\n")),)), None, Reach())
    assert call.aws_cli is not None
    arguments, given_in = recovered(call.aws_cli)

    assert arguments == ["s3api", "put-bucket-cors", "--cli-input-json", "file:///dev/stdin"]
    assert json.loads(given_in) == call.parameters
    assert len(given_in) > LONGEST_ARGUMENT


@pytest.mark.parametrize("name", ["assets", "my.bucket-1", "Old_Bucket", "a" * 63])
def test_names_of_buckets(name: str) -> None:
    assert is_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "ab"[:1], "-n", "a b", "a;b", "file:///etc/passwd", "a\nb", "arn:aws:s3:::x", "a/b", "\u0430ssets", "a'b"],
)
def test_what_is_no_name_of_a_bucket_gets_no_call(name: str) -> None:
    assert not is_bucket_name(name)


def test_the_first_value_that_is_not_known_is_named() -> None:
    rule = CorsRule(("GET",), ("https://a.example", Unknown("var.origin has no value")))
    assert known_values([CorsRule(("GET",), ("*",)), rule]) == (
        "AllowedOrigins of rule 2 is not known: var.origin has no value"
    )
    assert known_values([CorsRule(("GET",), ("*",))]) is None
