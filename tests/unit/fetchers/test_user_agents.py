"""User agents in words. The first ones are out of real records of CloudTrail."""

from __future__ import annotations

import pytest

from drift.fetchers.user_agents import tool_of

TERRAFORM = (
    "[APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.157 (go1.19.3; linux; amd64) "
    "HashiCorp-terraform-exec/0.17.3]"
)
CONSOLE = "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10 java/1.8.0_372 cfg/retry-mode/standard]"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (TERRAFORM, "Terraform 1.1.2 (AWS provider 3.76.1)"),
        (CONSOLE, "S3 console"),
        ("[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]", "boto3 1.26.165"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:102.0) Gecko/20100101", "a browser, so the console"),
        ("AWS Internal", "an AWS service"),
        ("signin.amazonaws.com", "AWS Console"),
        ("secretsmanager.amazonaws.com", "the AWS service secretsmanager.amazonaws.com"),
        ("aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0 exe/x86_64.ubuntu.22", "AWS CLI 2.13.0"),
        ("[aws-cli/2.13.0 exec-env/CloudShell exe/x86_64]", "AWS CloudShell"),
        ("cloudformation.amazonaws.com", "CloudFormation"),
        ("APN/1.0 Pulumi/1.0 PulumiAwsNative/1.12 aws-sdk-go-v2/1.2", "Pulumi"),
        ("aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.4", "AWS SDK for Go 1.30.3"),
        (
            "[aws-sdk-js/3.600.0 ua/2.0 os/linux lang/js md/nodejs#20 exec-env/AWS_Lambda_nodejs20.x]",
            "AWS SDK for JavaScript 3.600.0 in AWS Lambda",
        ),
        ("[aws-sdk-java/2.20.160 Linux/5.10]", "AWS SDK for Java 2.20.160"),
        ("aws-cdk-cli/2.150.0 aws-sdk-js/3.1", "CDK 2.150.0"),
        ("APN/1.0 HashiCorp/1.0 OpenTofu/1.8.1 terraform-provider-aws/5.1.0", "OpenTofu 1.8.1 (AWS provider 5.1.0)"),
    ],
)
def test_known_tools_are_named_with_their_version(agent: str, words: str) -> None:
    assert tool_of(agent) == words


@pytest.mark.parametrize(
    "agent", [None, "", "[]", "[stratus-red-team_1807d824]", "\x1b[31m", "evil.amazonaws.com.example"]
)
def test_what_says_nothing_is_none(agent: str | None) -> None:
    assert tool_of(agent) is None


def test_a_version_is_only_what_a_version_may_hold() -> None:
    assert tool_of("Terraform/1.0\x1b[31m") == "Terraform 1.0"
    assert tool_of("Terraform/" + "9" * 500) == "Terraform " + "9" * 32
    assert tool_of("Terraform/::error::") == "Terraform"
