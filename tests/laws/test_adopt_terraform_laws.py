"""Random Terraform modules, and random rules live: what adopting writes means what is live, and nothing else changes.

``CORS_DRIFT_ADOPT_MODULES`` says how many modules are tried, ``CORS_DRIFT_TERRAFORM_SEED`` which ones.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.language.terraform_plan import missing
from tests.laws.adopting import Tally, adopt_and_look, declared_settings
from tests.laws.terraform_agreement import disagreements
from tests.laws.terraform_judge import Judge, Source, judging
from tests.laws.terraform_modules import Case
from tests.laws.test_terraform_real_laws import SEED, generated, read

MODULES = int(os.environ.get("CORS_DRIFT_ADOPT_MODULES", "40"))
JUDGED = int(os.environ.get("CORS_DRIFT_ADOPT_JUDGED", "25"))

needs_terraform = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def adopted(case: Case, number: int, tally: Tally) -> Source | None:
    """The module after random live rules were adopted; None where nothing was changed."""
    source = case.source
    with TemporaryDirectory() as name:
        folder = Path(name) / "module"
        folder.mkdir()
        source.written(folder)
        flags = tuple(f"{name}={value}" for way, name, value in source.given if way == "flag")
        environment = {f"TF_VAR_{name}": value for way, name, value in source.given if way == "environment"}
        settings = declared_settings(flags, **environment)
        adoption = adopt_and_look(folder, settings, Random(SEED * 100_003 + number), tally)
        if adoption is None or not adoption.files:
            return None
        given = tuple(each for each in source.given if each[0] in ("flag", "environment"))
        paths = [path for path in folder.rglob("*") if path.is_file()]
        files = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in paths}
        if any(each.path.endswith((".tfvars", ".tfvars.json")) for each in adoption.files):
            return Source(files, {}, given)
        return replace(source, files={path: text for path, text in files.items() if ".tfvars" not in path})


def test_what_is_adopted_means_what_is_live_and_nothing_else_changes() -> None:
    tally = Tally()
    for number, case in enumerate(generated(MODULES)):
        try:
            adopted(case, number, tally)
        except Exception as error:
            raise AssertionError(f"seed {SEED}, module {number}: {case}") from error
    print(dict(tally.outcomes), Counter(tally.reasons).most_common(12))
    assert tally.outcomes["done"] > tally.outcomes["by_hand"] / 4


@pytest.mark.terraform
@needs_terraform
def test_terraform_reads_what_was_written_as_we_do() -> None:
    tally = Tally()
    with judging() as judge:
        for number, case in enumerate(generated(JUDGED)):
            source = adopted(case, number, tally)
            if source is not None and judge.one(case.source).error is None:
                _judged(judge, source)


def _judged(judge: Judge, source: Source) -> None:
    planned = judge.one(source)
    assert planned.error is None, f"{planned.error}\n{source}"
    found = disagreements(planned, read(source))
    assert not found, f"{'; '.join(map(str, found))}\n{source}"
