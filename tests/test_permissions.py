"""docs/permissions.md and SECURITY.md say what the list of operations says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from drift.account_settings import accounts_from
from drift.fetchers.operations import OPERATIONS, WRITING, Feature, policy

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
POLICIES = re.findall(r"<!-- policy: ([^>]*?) -->\n```json\n(.*?)\n```\n", DOCUMENT, re.DOTALL)


def asked(words: str) -> dict[str, Any]:
    """The policy that a comment above a block asks for: features, then what is given with ``name=value``."""
    more = dict(word.split("=") for word in words.split() if "=" in word)
    return policy([Feature(word) for word in words.split() if "=" not in word], **more)


@pytest.mark.parametrize(("words", "block"), POLICIES, ids=[words for words, _ in POLICIES])
def test_each_policy_in_the_document_is_the_one_that_the_list_makes(words: str, block: str) -> None:
    assert block == json.dumps(asked(words), indent=2)


def test_every_feature_that_needs_a_permission_has_its_policy() -> None:
    shown = {word for words, _ in POLICIES for word in words.split()}
    assert shown >= {feature for each in (*OPERATIONS, *WRITING) if each.action for feature in each.features} - {
        Feature.SIGN_IN
    }


def test_every_block_of_json_is_a_policy_of_the_list_or_the_trust_policy() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", DOCUMENT, re.DOTALL)]
    (trust,) = [each for each in blocks if each not in [asked(words) for words, _ in POLICIES]]
    (statement,) = trust["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert set(statement) == {"Effect", "Principal", "Action", "Condition"}


def test_the_table_has_every_operation_and_no_other() -> None:
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if re.match(r"\| [a-z0-9-]+ \| `", line)]
    assert rows == [
        [each.service, f"`{each.name}`", f"`{each.action}`" if each.action else "none needed", each.purpose,
         ", ".join(each.features)]
        for each in (*OPERATIONS, *WRITING)
    ]  # fmt: skip


def test_what_writes_stands_under_a_heading_of_its_own() -> None:
    reading, writing = DOCUMENT.split("\n## Writing\n")
    for each in WRITING:
        assert f"`{each.name}`" not in reading
        assert f"`{each.name}`" in writing
        assert f'"{each.action}"' not in reading


def test_the_accounts_in_the_document_are_good_settings() -> None:
    (settings,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    (account,) = accounts_from(tomllib.loads(settings)["account"])
    assert account.role == "cors-drift"
    assert account.external_id == "chosen-by-you"


def test_security_md_leads_to_the_list_and_names_no_other_operation() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "docs/permissions.md" in text
    named = set(re.findall(r"`((?:Get|List|Put|Delete|Describe|Lookup|Assume|Select)[A-Z]\w+)`", text))
    assert named <= {each.name for each in (*OPERATIONS, *WRITING)}
