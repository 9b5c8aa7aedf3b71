"""Every folder under ``terraform/`` is a root module; its ``want.json`` says what it declares.

``want.json``: ``inputs`` are the fields of ``Inputs``; ``buckets`` and ``diagnostics`` are what is found; ``judged`` is
false where Terraform itself refuses the module or asks for more, else the real binary's plan must say the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.cors.model import CorsRule, Unknown
from drift.interfaces import Inputs, NamedText
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.terraform import PARSER
from tests.language.terraform_plan import UNKNOWN, missing, plan

CASES = Path(__file__).parent / "terraform"
NAMES = sorted(path.parent.name for path in CASES.glob("*/want.json"))
JUDGED = [name for name in NAMES if json.loads((CASES / name / "want.json").read_text()).get("judged", True)]


def load(name: str) -> tuple[Snapshot, dict[str, Any]]:
    want = json.loads((CASES / name / "want.json").read_text())
    return PARSER.parse(DiskTree(CASES / name), [""], inputs_of(want.get("inputs", {}))), want


def inputs_of(given: Mapping[str, Any]) -> Inputs:
    values = dict(given)
    named = [NamedText(name, text) for name, text in values.pop("variable_files", ())]
    values["variables"] = (*named, *((name, value) for name, value in values.get("variables", ())))
    return Inputs(**values)


def options_of(given: Mapping[str, Any], folder: Path) -> list[str]:
    """The same values as options of ``terraform plan``; variable files are written to the folder."""
    options = []
    for name, text in given.get("variable_files", ()):
        (folder / name).write_text(text)
        options.append(f"-var-file={folder / name}")
    return [*options, *(f"-var={name}={value}" for name, value in given.get("variables", ()))]


def shown(value: object) -> object:
    if isinstance(value, Unknown):
        return {
            "unknown": value.reason,
            **({"prefix": value.prefix} if value.prefix else {}),
            **({"suffix": value.suffix} if value.suffix else {}),
        }
    return [shown(each) for each in value] if isinstance(value, tuple) else value


def shown_bucket(bucket: Bucket) -> dict[str, object]:
    row: dict[str, object] = {"address": bucket.address, "bucket": shown(bucket.name), "state": str(bucket.state)}
    row["lines"] = [bucket.location.path, bucket.location.line, bucket.location.end_line] if bucket.location else None
    for name in ("reason", "account", "region"):
        if getattr(bucket, name) is not None:
            row[name] = getattr(bucket, name)
    if bucket.says_none:
        row["says_none"] = True
    if bucket.cors is not None:
        row["ordered"] = bucket.cors.ordered
        row["rules"] = [
            {name: shown(value) for name, value in rule.by_api_name() if value not in (None, ())}
            for rule in bucket.cors.rules
        ]
        row["places"] = [
            {"": place.location.line, **{name: at.line for name, at in place.fields}} for place in bucket.places
        ]
    return row


def outcome(snapshot: Snapshot) -> dict[str, object]:
    diagnostics = [f"{each.severity}: {each.id}: {each.message} ({each.location})" for each in snapshot.diagnostics]
    return {"buckets": [shown_bucket(bucket) for bucket in snapshot.buckets], "diagnostics": diagnostics}


@pytest.mark.parametrize("name", NAMES)
def test_a_root_module_declares_what_its_want_file_says(name: str) -> None:
    snapshot, want = load(name)
    found = outcome(snapshot)
    assert found["buckets"] == want["buckets"]
    assert found["diagnostics"] == want.get("diagnostics", [])


@pytest.mark.terraform
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize("name", JUDGED)
def test_terraform_itself_plans_the_same_rules(name: str, tmp_path: Path) -> None:
    snapshot, want = load(name)
    inputs = want.get("inputs", {})
    rows = plan(CASES / name, tmp_path, options_of(inputs, tmp_path), inputs.get("environment"))
    ours = {bucket.address: bucket for bucket in snapshot.buckets}
    planned = {row["address"] for row in rows}
    assert set(ours) <= planned
    for row in rows:
        compare(row, ours.get(row["address"]))


def compare(row: Mapping[str, Any], bucket: Bucket | None) -> None:
    inline = row["type"] == "aws_s3_bucket"
    if bucket is None:
        assert inline, "a CORS configuration of the plan was not found"
        assert row["cors_rule"] in (UNKNOWN, None), "inline rules of the plan were not found"
        return
    assert same_name(row["bucket"], bucket.name)
    rules = row["cors_rule"]
    if rules in (UNKNOWN, None):
        assert bucket.state is not State.CONFIGURED
    elif not rules:
        assert bucket.state is State.ABSENT
        assert bucket.says_none
    else:
        assert bucket.cors is not None, bucket.reason
        assert bucket.cors.ordered == inline
        mine = [own_rule(rule, ordered=inline) for rule in bucket.cors.rules]
        theirs = [planned_rule(rule, ordered=inline) for rule in rules]
        if not inline:  # a set: equal rules are one, in no order
            mine, theirs = ([*dict.fromkeys(sorted(each, key=repr))] for each in (mine, theirs))
        assert mine == theirs


def same_name(planned: str | None, name: object) -> bool:
    return isinstance(name, Unknown) if planned in (UNKNOWN, None) else planned == name


def planned_rule(rule: Mapping[str, Any], *, ordered: bool) -> tuple[object, ...]:
    lists = [
        texts(rule[f"{name}"] or (), ordered)
        for name in ("allowed_methods", "allowed_origins", "allowed_headers", "expose_headers")
    ]
    age = rule["max_age_seconds"]
    return (*lists, age if age == UNKNOWN else int(age or 0), rule.get("id") or "")


def own_rule(rule: CorsRule, *, ordered: bool) -> tuple[object, ...]:
    lists = [
        texts(each, ordered)
        for each in (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    ]
    age = rule.max_age_seconds
    return (
        *lists,
        UNKNOWN if isinstance(age, Unknown) else age or 0,
        UNKNOWN if isinstance(rule.id, Unknown) else rule.id or "",
    )


def texts(values: object, ordered: bool) -> object:
    if values == UNKNOWN or isinstance(values, Unknown):
        return UNKNOWN
    assert isinstance(values, list | tuple)
    listed = [UNKNOWN if isinstance(each, Unknown) else each for each in values]
    return tuple(listed) if ordered else tuple(sorted(set(listed)))
