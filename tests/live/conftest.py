from __future__ import annotations

from tests.fixtures_s3 import aws_environment, fault_server, fetcher, moto_s3, moto_server

__all__ = ["aws_environment", "fault_server", "fetcher", "moto_s3", "moto_server"]
