"""Terraform's types through which another service makes buckets: one table for configurations, plans and states.

Sources: the provider documentation of each type.
"""

from __future__ import annotations

import re

CLOUD_CONTROL = "awscc_s3_bucket"
"""The bucket of the Cloud Control provider, whose rules have names of their own."""

DOCUMENTS: dict[str, str | None] = {
    "aws_cloudformation_stack": "template_body",
    "aws_cloudformation_stack_set": "template_body",
    "aws_cloudcontrolapi_resource": "desired_state",
    "aws_serverlessapplicationrepository_cloudformation_stack": None,
    "aws_servicecatalog_provisioned_product": None,
}
"""Types that carry a document for another service, and the argument that holds it; None where it lies elsewhere."""

TYPES = frozenset({CLOUD_CONTROL, *DOCUMENTS})

RULES = "CorsConfiguration"
"""What a document that declares rules certainly has in it."""

SPEAKS_OF_S3 = re.compile(r"s3|bucket|cors", re.IGNORECASE)
