"""The tool behind a request, in words, out of its User-Agent. A hint only: anybody can send any user agent."""

from __future__ import annotations

import re

MAX_AGENT = 2000
"""Characters that are looked at."""

_TOOLS = (
    ("Pulumi", r"\bPulumi[A-Za-z]{0,20}/"),
    ("OpenTofu", r"\bOpenTofu/(?!1\.0 )"),
    ("Terraform", r"\bTerraform/"),
    ("CDK", r"\baws-cdk(?:-[a-z]+)*/"),
    ("CloudFormation", r"\bcloudformation\.amazonaws\.com"),
    ("Ansible", r"\bAnsible/"),
    ("Crossplane", r"\b(?:crossplane-provider-aws|upjet-provider-aws|crossplane[a-z-]*)/"),
    ("ACK", r"\baws-controllers-k8s/"),
    ("Serverless Framework", r"\b(?:serverless|aws-serverless)/"),
    ("Amplify", r"\baws-amplify(?:-cli)?/"),
    ("S3 console", r"\bS3Console/"),
    ("AWS Console", r"\b(?:signin|console)\.amazonaws\.com|\baws-console\b"),
    ("AWS CloudShell", r"\bexec-env/CloudShell\b"),
    ("AWS CLI", r"\baws-cli/"),
    ("AWS Tools for PowerShell", r"\bAWSPowerShell[A-Za-z.]*/"),
    ("boto3", r"\bBoto3/"),
    ("rclone", r"\brclone/"),
    ("Cyberduck", r"\bCyberduck/"),
    ("S3 Browser", r"\bS3 ?Browser/"),
    ("MinIO client", r"\bMinIO\b.*?\bmc/"),
    ("AWS SDK for Go", r"\baws-sdk-go(?:-v2)?/"),
    ("AWS SDK for JavaScript", r"\baws-sdk-(?:js|nodejs)(?:-v3)?/"),
    ("AWS SDK for Java", r"\baws-sdk-java/"),
    ("AWS SDK for .NET", r"\baws-sdk-dotnet[a-z0-9_-]*/"),
    ("AWS SDK for Ruby", r"\baws-sdk-ruby[0-9]?/"),
    ("AWS SDK for PHP", r"\baws-sdk-php(?:[0-9])?/"),
    ("AWS SDK for Rust", r"\baws-sdk-rust/"),
    ("AWS SDK for C++", r"\baws-sdk-cpp/"),
    ("AWS SDK for Kotlin", r"\baws-sdk-kotlin/"),
    ("AWS SDK for Swift", r"\baws-sdk-swift/"),
    ("botocore", r"\b[Bb]otocore/"),
    ("a browser, so the console", r"\bMozilla/"),
)
_COMPILED = tuple((words, re.compile(pattern)) for words, pattern in _TOOLS)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+_-]{0,31}")
_PROVIDER = re.compile(r"\bterraform-provider-aws/([0-9][0-9A-Za-z.+_-]{0,31})")
_LAMBDA = re.compile(r"\bexec-env/AWS_Lambda")
_SERVICE = re.compile(r"[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,2}\.amazonaws\.com")
_NO_VERSION = frozenset(
    {"Pulumi", "S3 console", "a browser, so the console", "AWS Console", "CloudFormation", "AWS CloudShell"}
)


def tool_of(agent: str | None) -> str | None:
    """``Terraform 1.9.5 (AWS provider 5.60.0)``, ``AWS CLI 2.13.0``, ``S3 console``; None where it says nothing.

    CloudTrail puts what it got from the client into brackets. Where several tools are named (Terraform uses the Go
    SDK), the outermost is told.
    """
    if not agent:
        return None
    agent = agent[:MAX_AGENT].strip().removeprefix("[").removesuffix("]")
    for words, pattern in _COMPILED:
        found = pattern.search(agent)
        if found is not None:
            return words + _details(words, agent, found.end())
    if _SERVICE.fullmatch(agent):
        return f"the AWS service {agent}"
    return "an AWS service" if agent == "AWS Internal" else None


def _details(words: str, agent: str, end: int) -> str:
    version = None if words in _NO_VERSION else _VERSION.match(agent, end)
    text = f" {version.group()}" if version else ""
    provider = _PROVIDER.search(agent) if words in ("Terraform", "OpenTofu") else None
    if provider:
        text += f" (AWS provider {provider.group(1)})"
    return text + (" in AWS Lambda" if _LAMBDA.search(agent) else "")
