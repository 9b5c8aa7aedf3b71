"""An emulated CloudFormation and S3 as a judge: stacks are created, and ``get_bucket_cors`` is asked what came of them.

The emulator is LocalStack's open release, which is not among the dependencies of this project: the environment variable
``CORS_DRIFT_LOCALSTACK_PYTHON`` names a Python that has it (``pip install 'localstack-core[runtime]==4.9.2'``). It is
started once, listens on loopback only, and is ended by its process id.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from drift.cors.model import CorsRule
from tests.laws.cloudformation_templates import Case
from tests.laws.cloudformation_vocabulary import REGION, SSM_VALUES

PYTHON = os.environ.get("CORS_DRIFT_LOCALSTACK_PYTHON")
UNABLE = frozenset({"index", "literal", "default", "json", "empty", "loop"})
"""What a template must not need: the emulator takes no Ref as the index of a Select, looks for the parameter ``!Name``
where a Fn::Sub in another function has ``${!Name}``, fails at a default that holds, evaluates nothing inside
Fn::ToJsonString, takes the default of a parameter for which an empty text is given, and leaves ``${Parameter}`` as it
is in some texts inside a loop.
"""
ACCOUNT = "000000000000"
STARTED_WITHIN, FINISHED_WITHIN = 120, 30  # seconds
_MACROS = ["CAPABILITY_AUTO_EXPAND"]
_END = ("CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS")


def missing() -> str | None:
    """Why there is no emulator, or None."""
    return None if PYTHON else "CORS_DRIFT_LOCALSTACK_PYTHON does not name a Python that has localstack-core"


class Emulator:
    """A running emulator."""

    def __init__(self, url: str) -> None:
        import boto3
        from botocore.config import Config

        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        once = Config(retries={"total_max_attempts": 1})  # what failed has left its stack behind
        self._stacks = session.client("cloudformation", endpoint_url=url, config=once)
        self._s3 = session.client("s3", endpoint_url=url)
        ssm = session.client("ssm", endpoint_url=url)
        for name, value in SSM_VALUES.items():
            kind = "StringList" if "," in value else "String"
            ssm.put_parameter(Name=name, Value=value, Type=kind, Overwrite=True)

    def deployed(self, cases: Mapping[str, Case]) -> dict[str, dict[str, tuple[CorsRule, ...]] | str]:
        """Of each stack the rules of every bucket by logical id, or why it was refused; ``cases`` by name of stack."""
        refusals = {name: self._create(name, case) for name, case in cases.items()}
        return {name: refusal or self._outcome(name) for name, refusal in refusals.items()}

    def _create(self, name: str, case: Case) -> str | None:
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in case.given.items()]
        body = json.dumps(_helped(case.template))
        try:
            self._stacks.create_stack(StackName=name, TemplateBody=body, Parameters=parameters, Capabilities=_MACROS)
        except self._stacks.exceptions.ClientError as error:
            return str(error)
        return None

    def _outcome(self, name: str) -> dict[str, tuple[CorsRule, ...]] | str:
        deadline = time.monotonic() + FINISHED_WITHIN
        while (stack := self._stacks.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"] not in _END:
            if time.monotonic() > deadline:
                return "not finished in time"
            time.sleep(0.1)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = self._stacks.describe_stack_events(StackName=name)["StackEvents"]
            return f"{[each.get('ResourceStatusReason') for each in events if each.get('ResourceStatusReason')]}"
        while None in (made := self._buckets(name)).values():  # it tells the names of buckets a little later
            if time.monotonic() > deadline:
                return "a bucket has no name"
            time.sleep(0.1)
        return {address: self._rules(str(bucket)) for address, bucket in made.items()}

    def _buckets(self, name: str) -> dict[str, str | None]:
        pages = self._stacks.get_paginator("list_stack_resources").paginate(StackName=name)
        buckets = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId") for each in buckets}

    def _rules(self, bucket: str) -> tuple[CorsRule, ...]:
        try:
            stored = self._s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
                raise
            return ()
        return tuple(map(_rule, stored))


def _rule(stored: Mapping[str, Any]) -> CorsRule:
    return CorsRule(
        allowed_methods=tuple(stored.get("AllowedMethods", ())),
        allowed_origins=tuple(stored.get("AllowedOrigins", ())),
        allowed_headers=tuple(stored.get("AllowedHeaders", ())),
        expose_headers=tuple(stored.get("ExposeHeaders", ())),
        max_age_seconds=stored.get("MaxAgeSeconds"),
        id=stored.get("ID"),
    )


def _helped(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with what the emulator does not do as the CloudFormation user guide says, done for it.

    It splits no list but a ``CommaDelimitedList``, and its own domain is its ``AWS::URLSuffix``.
    """
    parameters = {
        name: {**node, "Type": "CommaDelimitedList" if node["Type"].startswith("List<") else node["Type"]}
        for name, node in template["Parameters"].items()
    }
    text = json.dumps({**without_names(template), "Parameters": parameters})
    text = text.replace('{"Ref": "AWS::URLSuffix"}', '"amazonaws.com"').replace("${AWS::URLSuffix}", "amazonaws.com")
    helped: dict[str, Any] = json.loads(text)
    return helped


def without_names(template: Mapping[str, Any]) -> dict[str, Any]:
    """Names of buckets are taken once in the whole emulator: they are judged by others."""
    resources = json.loads(json.dumps(template["Resources"]))
    for resource in resources.values():
        if isinstance(resource, dict):
            resource["Properties"].pop("BucketName", None)
    return {**template, "Resources": resources}


@contextmanager
def emulating() -> Iterator[Emulator]:
    """An emulator from start to end. Raises ``RuntimeError`` where it does not start."""
    with serving() as url:
        yield Emulator(url)


@contextmanager
def serving() -> Iterator[str]:
    """The URL of an emulator with nothing in it. Raises ``RuntimeError`` where it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listens = f"127.0.0.1:{free.getsockname()[1]}"
    asked = {
        "SERVICES": "s3,cloudformation,sts,iam,ssm",
        "GATEWAY_LISTEN": listens,
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "EAGER_SERVICE_LOADING": "0",
        "DNS_ADDRESS": "0",
    }
    command = [str(PYTHON), "-m", "localstack.runtime.main"]
    server = subprocess.Popen(
        command, env={**os.environ, **asked}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with mock.patch.dict("os.environ", {"AWS_EC2_METADATA_DISABLED": "true"}):
            _await(server, f"http://{listens}/_localstack/health")
            yield f"http://{listens}"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await(server: subprocess.Popen[bytes], health: str) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"the emulator did not start: run {PYTHON} -m localstack.runtime.main to see why")
