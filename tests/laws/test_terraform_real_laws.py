"""Random root modules: the reader and the real ``terraform`` come to the same buckets and rules.

``CORS_DRIFT_TERRAFORM_MODULES`` says how many modules are tried, ``CORS_DRIFT_TERRAFORM_SEED`` which ones. A failure
shrinks to a module that is easy to read.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from drift.tree import DiskTree
from parsers.terraform import PARSER
from tests.language.terraform_plan import missing
from tests.laws.terraform_agreement import contradictions, disagreements
from tests.laws.terraform_judge import Judge, Outcome, Source, judging
from tests.laws.terraform_modules import Case, cases

MODULES = int(os.environ.get("CORS_DRIFT_TERRAFORM_MODULES", "40"))
TOGETHER = 25
"""How many modules are in one plan."""
SEED = int(os.environ.get("CORS_DRIFT_TERRAFORM_SEED", "1"))

needs_terraform = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def read(source: Source) -> Snapshot:
    """What the reader makes of a root module."""
    with TemporaryDirectory() as folder:
        source.written(Path(folder))
        environment = {f"TF_VAR_{name}": value for way, name, value in source.given if way == "environment"}
        flags = tuple((name, value) for way, name, value in source.given if way == "flag")
        return PARSER.parse(
            DiskTree(Path(folder)), [""], Inputs(variables=flags, environment=environment, workspace="default")
        )


def seeded(law: Callable[[Case], None], modules: int, phases: Sequence[Phase] = (Phase.generate,)) -> None:
    """Tries a law on that many modules, ten of each seed: hypothesis varies its first ten examples only slightly."""
    for start in range(0, modules, 10):
        number = min(10, modules - start)
        limits = settings(max_examples=number, phases=phases, database=None, suppress_health_check=list(HealthCheck))
        seed(SEED + start)(limits(given(cases())(law)))()


def generated(number: int) -> list[Case]:
    """The modules that a law is tried on."""
    found: list[Case] = []

    def collect(case: Case) -> None:
        found.append(case)

    seeded(collect, number)
    return found


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging() as found:
        yield found


@pytest.fixture(scope="module")
def known_judge() -> Iterator[Judge]:
    with judging(settled=True) as found:
        yield found


def planned_together(judge: Judge) -> dict[str, Outcome]:
    """What Terraform makes of the modules that are tried, many of them in one plan."""
    sources = {str(case.source): case.source for case in generated(MODULES)}
    shown = list(sources)
    found: dict[str, Outcome] = {}
    for start in range(0, len(shown), TOGETHER):
        part = shown[start : start + TOGETHER]
        found |= zip(part, judge.many([sources[each] for each in part]), strict=True)
    return found


@pytest.mark.terraform
@needs_terraform
def test_the_reader_and_terraform_agree_on_random_modules(judge: Judge) -> None:
    outcomes = planned_together(judge)
    refused = [outcome.error for outcome in outcomes.values() if outcome.error is not None]
    assert len(refused) < 0.4 * len(outcomes)

    def law(case: Case) -> None:
        planned = outcomes.get(str(case.source)) or judge.one(case.source)
        found = disagreements(planned, read(case.source))
        assert not found, f"seed {SEED}: {'; '.join(map(str, found))}"

    seeded(law, MODULES, (Phase.generate, Phase.shrink))


@pytest.mark.terraform
@needs_terraform
def test_what_is_left_open_can_be_what_terraform_comes_to_in_the_end(known_judge: Judge) -> None:
    outcomes = planned_together(known_judge)

    def law(case: Case) -> None:
        settled = outcomes.get(str(case.source)) or known_judge.one(case.source)
        found = [*contradictions(settled, read(case.source))]
        assert not found, f"seed {SEED}: {'; '.join(found)}"

    seeded(law, MODULES, (Phase.generate, Phase.shrink))


COMMON = (
    "separate", "inline", "attribute", "dynamic", "iterator", "local", "variable", "reference", "conditional",
    "null_arm", "try", "template", "template_if", "template_for", "heredoc", "string_function", "number_function",
    "bool_function", "arithmetic", "logic", "tuple", "lists_of_any", "for_list", "splat", "grouped", "sets", "map",
    "for_map", "group_map", "map_function", "object", "indexed", "keyed", "element", "through_json", "unhidden",
    "unknown", "unknown_list", "override", "tag", "whole_resource", "output", "module", "bucket_prefix",
    "validation", "sensitive", "optional", "static block", "resource count", "resource for_each", "module count",
    "module for_each", "given by tfvars", "given by auto", "given by json", "given by environment",
    "given by flag",
)  # fmt: skip


def test_the_random_modules_have_every_construct_often_enough() -> None:
    found = generated(200)
    modules = Counter(feature for case in found for feature in case.features)
    assert len({str(case.source) for case in found}) > 140
    assert not {name: modules[name] for name in COMMON if modules[name] < 2}
    assert modules["unknown"] > 50
    assert modules["spoilt"] < 30
    assert sum(case.features.total() for case in found) > 15 * len(found)
