"""Files of rules from nothing."""

from __future__ import annotations

from collections.abc import Sequence

from drift.cors.model import CorsRule
from drift.edits import Fresh
from parsers.document.edit import CannotWrite, Data
from parsers.document.edit_fresh import in_json, in_yaml
from parsers.spec import XML_SUFFIX
from parsers.spec.render import NAMES
from parsers.spec.render_xml import written_configuration


def declared(buckets: Sequence[Fresh], dialect: str) -> str:
    """A whole file. Raises ``CannotWrite``, which is a ``ValueError``."""
    if dialect in ("spec", "spec-yaml"):
        names: dict[str, Data] = {each.name: _bucket(each) for each in buckets}
        whole: dict[str, Data] = {"version": 1, "buckets": names}
        return f"{in_yaml(whole)}\n" if dialect == "spec-yaml" else f"{in_json(whole)}\n"
    if dialect not in ("aws-cli", "xml"):
        raise ValueError(f"no dialect of files of rules is called {dialect}")
    if len(buckets) != 1:
        raise CannotWrite("it holds the rules of one bucket")
    rules = buckets[0].cors.rules if buckets[0].cors is not None else ()
    if not rules:
        raise CannotWrite("a configuration for S3 cannot say that there are no rules")
    if dialect == "xml":
        return written_configuration(rules)
    return f"{in_json({'CORSRules': [rule_data(rule) for rule in rules]})}\n"


def _bucket(fresh: Fresh) -> Data:
    rules: list[Data] = [rule_data(rule) for rule in (fresh.cors.rules if fresh.cors is not None else ())]
    if fresh.region is None and fresh.account is None:
        return rules
    beside = {name: value for name, value in (("region", fresh.region), ("account", fresh.account)) if value}
    return {**beside, "CORSRules": rules}


def rule_data(rule: CorsRule) -> dict[str, Data]:
    """A rule as JSON has it, in the usual order of its fields. Raises ``CannotWrite``."""
    values = dict(rule.by_api_name())
    found: dict[str, Data] = {}
    for api, name in NAMES.items():
        value = values[api]
        if value in ((), None):
            continue
        members = value if isinstance(value, tuple) else (value,)
        if not all(isinstance(each, str | int) for each in members):
            raise CannotWrite("a value is not known")
        known = [each for each in members if isinstance(each, str | int)]
        found[name] = known if isinstance(value, tuple) else known[0]
    return found


def written_rules(rules: Sequence[CorsRule], path: str) -> str:
    """The rules as text in the language of a file, for somebody to put there."""
    try:
        if path.lower().endswith(XML_SUFFIX):
            return written_configuration(rules)
    except CannotWrite:
        pass  # why is told; what is wanted can be said in JSON at least
    try:
        data: list[Data] = [rule_data(rule) for rule in rules]
        return in_yaml(data) if path.lower().endswith((".yml", ".yaml")) else in_json(data)
    except CannotWrite as error:
        return error.reason
