"""A call of the S3 API as values, and as text that somebody else can run. Pure.

Values come from declarations and from live rules, and may be hostile. In a POSIX shell a text in single quotes is
literal, and JSON that is written in ASCII has no line ends, no control characters and nothing that a terminal acts on.
PowerShell and cmd hand quotes on to programs in ways that differ from release to release: there the JSON goes through
a file. Python gets literals as ``ascii`` writes them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from drift.cors.model import BucketCors, CorsRule
from drift.documents.parts import Json
from drift.documents.text import json_text
from drift.documents.writing import rules_to_json
from drift.restoring_values import Call, Reach

LONGEST_ARGUMENT = 100_000
"""Linux takes 131,072 bytes in one argument (MAX_ARG_STRLEN); what is longer goes through standard input."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_END = "CORS_DRIFT_END"


def is_bucket_name(text: str) -> bool:
    """Whether S3 may have a bucket of this name; in us-east-1 there are old ones with capitals and underscores."""
    return _NAME.fullmatch(text) is not None


def call_for(name: str, after: BucketCors | None, account: str | None, reach: Reach) -> Call:
    """The call that gives a bucket the rules, or with None takes them away. All values of the rules must be known."""
    operation: Literal["PutBucketCors", "DeleteBucketCors"] = "DeleteBucketCors" if after is None else "PutBucketCors"
    parameters: dict[str, Json] = {"Bucket": name}
    if after is not None:
        parameters["CORSConfiguration"] = {"CORSRules": rules_to_json(after.rules)}
    if account is not None:
        parameters["ExpectedBucketOwner"] = account
    return Call(
        operation,
        parameters,
        aws_cli=aws_cli(operation, parameters, reach),
        powershell=powershell(operation, parameters, reach),
        boto3=boto3_code(operation, parameters, reach),
    )


def aws_cli(operation: str, parameters: Mapping[str, Json], reach: Reach) -> str:
    """The call for the AWS CLI in a POSIX shell, in one command."""
    words = ["aws", "s3api", _command(operation), "--bucket", str(parameters["Bucket"])]
    stdin = None
    if "CORSConfiguration" in parameters:
        rules = json_text(parameters["CORSConfiguration"])
        if len(rules) > LONGEST_ARGUMENT:
            words, stdin = [*words[:3], "--cli-input-json", "file:///dev/stdin"], json_text(parameters)
        else:
            words += ["--cors-configuration", rules]
    if stdin is None and "ExpectedBucketOwner" in parameters:
        words += ["--expected-bucket-owner", str(parameters["ExpectedBucketOwner"])]
    command = " ".join(shlex.quote(word) for word in [*words, *_where(reach)])
    return command if stdin is None else f"{command} <<'{_END}'\n{stdin}\n{_END}"


def powershell(operation: str, parameters: Mapping[str, Json], reach: Reach) -> str:
    """The call for the AWS CLI in PowerShell: the parameters go into a file, out of a literal string."""
    file = f"cors-drift-{parameters['Bucket']}.json"
    where = " ".join(_powershell_word(word) for word in _where(reach))
    return (
        f"@'\n{json_text(parameters)}\n'@ | Set-Content -Encoding ascii '{file}'\n"
        f"aws s3api {_command(operation)} --cli-input-json 'file://{file}'{' ' if where else ''}{where}"
    )


def boto3_code(operation: str, parameters: Mapping[str, Json], reach: Reach) -> str:
    """The call as Python."""
    session = "boto3" if reach.profile is None else f"boto3.Session(profile_name={_literal(reach.profile)})"
    client = ['"s3"']
    if reach.region is not None:
        client.append(f"region_name={_literal(reach.region)}")
    if reach.endpoint_url is not None:
        client.append(f"endpoint_url={_literal(reach.endpoint_url)}")
    method = "put_bucket_cors" if operation == "PutBucketCors" else "delete_bucket_cors"
    lines = ["import boto3", "", f"{session}.client({', '.join(client)}).{method}("]
    for key, value in parameters.items():
        if key == "CORSConfiguration":
            lines += ["    CORSConfiguration={", '        "CORSRules": [', *_rule_lines(value), "        ]", "    },"]
        else:
            lines.append(f"    {key}={_literal(value)},")
    return "\n".join([*lines, ")"])


def _rule_lines(configuration: Any) -> list[str]:
    return [f"            {_literal(rule)}," for rule in configuration["CORSRules"]]


def _literal(value: Any) -> str:
    """A literal of Python; ``##`` is obeyed by runners of GitHub and Azure where ``[`` follows, in any line."""
    return ascii(value).replace("##", "#\\x23")


def _command(operation: str) -> str:
    return "put-bucket-cors" if operation == "PutBucketCors" else "delete-bucket-cors"


def _where(reach: Reach) -> list[str]:
    given = (("--region", reach.region), ("--endpoint-url", reach.endpoint_url), ("--profile", reach.profile))
    return [word for flag, value in given if value is not None for word in (flag, value)]


def _powershell_word(word: str) -> str:
    if re.fullmatch(r"-{0,2}[A-Za-z0-9][A-Za-z0-9._/:-]*", word):
        return word
    # PowerShell takes typographic quotes for quotes too (about_Quoting_Rules), and doubles what stands for itself.
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", word) + "'"


def known_values(rules: Sequence[CorsRule]) -> str | None:
    """Why the rules cannot be written yet: the first value that is not known; None if all are."""
    for index, rule in enumerate(rules):
        for field, unknown in rule.unknowns():
            return f"{field} of rule {index + 1} is not known: {unknown.reason}"
    return None
