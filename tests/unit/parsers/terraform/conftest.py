"""What tests of the Terraform parser share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.laws.terraform_judge import Judge, judging


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """The real ``terraform``."""
    with judging() as found:
        yield found
