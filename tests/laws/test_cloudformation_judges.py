"""Random templates: the reader and engines that it knows nothing of come to the same buckets and rules.

``CORS_DRIFT_CLOUDFORMATION_TEMPLATES`` says how many are tried, ``CORS_DRIFT_CLOUDFORMATION_SEED`` which ones: without
it new ones each time, and the same ones in every CI run.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from parsers.cloudformation import PARSER
from tests.laws import cloudformation_emulator as emulator
from tests.laws import cloudformation_moto as moto
from tests.laws.cloudformation_agreement import contradictions, declared, disagreements, from_rules
from tests.laws.cloudformation_templates import Case, cases
from tests.laws.cloudformation_vocabulary import ACCOUNT, REGION
from tests.laws.test_cloudformation_laws import MemoryTree

TEMPLATES = int(os.environ.get("CORS_DRIFT_CLOUDFORMATION_TEMPLATES", "30"))
SEED = int(os.environ.get("CORS_DRIFT_CLOUDFORMATION_SEED") or (1 if os.environ.get("CI") else random.randrange(10**9)))
TOGETHER = 20
"""How many stacks the emulator creates at a time."""

needs_emulator = pytest.mark.skipif(emulator.missing() is not None, reason=str(emulator.missing()))


def read(case: Case, account: str = ACCOUNT, stack: str = moto.STACK) -> Snapshot:
    inputs = Inputs(parameters=tuple(case.given.items()), account=account, region=REGION, stack_name=stack)
    return PARSER.parse(MemoryTree({"t.json": json.dumps(case.template).encode()}), ["t.json"], inputs)


def seeded(law: Callable[[Case], None], number: int, extended: bool = False) -> None:
    """Tries a law on that many templates, ten of each seed: hypothesis varies its first ten examples only slightly."""
    for start in range(0, number, 10):
        limits = settings(
            max_examples=min(10, number - start),
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        seed(SEED + start)(limits(given(cases(extended=extended))(law)))()


def shown(case: Case, found: Sequence[str]) -> str:
    return "\n".join([f"seed {SEED}", *found, json.dumps(case.template), f"given {case.given}"])


@pytest.fixture(scope="module")
def moto_judge() -> Iterator[moto.MotoJudge]:
    with moto.judging() as judge:
        yield judge


def test_reader_comes_to_what_moto_comes_to(moto_judge: moto.MotoJudge) -> None:
    judged_buckets = 0

    def law(case: Case) -> None:
        nonlocal judged_buckets
        if case.needs & moto.UNABLE:
            return
        judged = {address: declared(each) for address, each in moto_judge.resolved(case).items()}
        judged_buckets += len(judged)
        differ = contradictions if "ssm" in case.needs else disagreements  # what SSM holds is not known offline
        found = differ(judged, read(case))
        assert not found, shown(case, found)

    seeded(law, TEMPLATES)
    assert judged_buckets > TEMPLATES // 3


def test_what_is_so_is_among_the_cases_where_parameters_are_not_known(moto_judge: moto.MotoJudge) -> None:
    forked = 0

    def law(case: Case) -> None:
        nonlocal forked
        if case.needs & moto.UNABLE:
            return
        judged = {address: declared(each) for address, each in moto_judge.resolved(case).items()}
        names = list(case.values)
        for withheld in (names[:1], names[1::2], names):
            partly = case.without_values(withheld)
            snapshot = read(partly)
            forked += sum(bool(bucket.alternatives) for bucket in snapshot.buckets)
            found = contradictions(judged, snapshot)
            assert not found, shown(partly, [*found, f"in truth {case.values}"])

    seeded(law, TEMPLATES)
    assert forked > TEMPLATES // 3


@needs_emulator
@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
def test_reader_comes_to_what_an_emulated_cloudformation_deploys(extended: bool) -> None:
    made: list[Case] = []

    def collect(case: Case) -> None:
        made.append(case)

    seeded(collect, TEMPLATES, extended)
    able = {f"judged-{number}": case for number, case in enumerate(made) if not case.needs & emulator.UNABLE}
    refused: list[str] = []
    with emulator.emulating() as judge:
        for start in range(0, len(able), TOGETHER):
            outcomes = judge.deployed(dict(list(able.items())[start : start + TOGETHER]))
            for name, outcome in outcomes.items():
                case = able[name]
                plain = Case(emulator.without_names(case.template), case.given, case.values, case.needs)
                if isinstance(outcome, str):
                    refused.append(shown(plain, [outcome]))
                    continue
                judged = {address: from_rules(rules) for address, rules in outcome.items()}
                differ = contradictions if "ssm" in case.needs else disagreements
                found = differ(judged, read(plain, emulator.ACCOUNT, name))
                assert not found, shown(plain, found)
    assert len(refused) <= len(able) // 10, "\n".join(refused)
