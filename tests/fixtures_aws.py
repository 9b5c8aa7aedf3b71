"""The fixture of the small AWS, with the caller's credentials in the environment. Import it in a conftest or a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.aws_server import CALLER, AwsServer


@pytest.fixture
def aws_server(aws_environment: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    """An AWS in which the caller's account has nothing yet."""
    aws_environment.setenv("AWS_ACCESS_KEY_ID", CALLER.access)
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", CALLER.secret)
    with AwsServer() as server:
        yield server
