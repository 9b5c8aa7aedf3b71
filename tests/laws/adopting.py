"""Random live rules for a folder of declarations, and the laws of adopting them: what every dialect must hold to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from drift.adoption import Adoption, Outcome, ShownEdit
from drift.cors.model import METHODS, BucketCors, CorsRule
from drift.documents import snapshot_to_json
from drift.fixing import adopt
from drift.pipeline import check, read_declared
from drift.report import BucketState, Report
from drift.settings import DeclaredSettings, IdentitySettings, LiveSettings, Settings
from drift.snapshot import Bucket, Snapshot, State

ORIGINS = (
    "https://new.example",
    "https://*.corp.example",
    "*",
    "http://localhost:3000",
    'https://${x}.q"uote',
    "%{if}",
)
HEADERS = ("*", "x-amz-*", "Content-Type", "x-%{y}", "X-${z}")
IDS = (None, "new id", "${x}", 'quoted "id"', "ünï: #1", "yes", "007")


def changed_rule(rule: CorsRule, random: Random) -> CorsRule:
    """The rule with one field otherwise."""
    match random.randrange(8):
        case 0:
            return replace(rule, allowed_origins=_with(rule.allowed_origins, random.choice(ORIGINS), random))
        case 1:
            return replace(rule, allowed_origins=_without(rule.allowed_origins, random) or ("https://only.example",))
        case 2:
            return replace(rule, allowed_methods=tuple(random.sample(METHODS, random.randint(1, 3))))
        case 3:
            return replace(rule, allowed_headers=_with(rule.allowed_headers, random.choice(HEADERS), random))
        case 4:
            return replace(rule, allowed_headers=_without(rule.allowed_headers, random))
        case 5:
            return replace(rule, expose_headers=random.choice([(), ("ETag",), ("x-a", "x-b")]))
        case 6:
            return replace(rule, max_age_seconds=random.choice([None, 1, 600, 86400]))
        case _:
            return replace(rule, id=random.choice(IDS))


def new_rule(random: Random) -> CorsRule:
    """A rule that nobody declared."""
    rule = CorsRule(("GET",), ("https://added.example",))
    for _ in range(random.randrange(4)):
        rule = changed_rule(rule, random)
    return rule


def changed_rules(rules: tuple[CorsRule, ...], random: Random) -> tuple[CorsRule, ...]:
    """The rules after somebody has been at them."""
    found = list(rules)
    for _ in range(random.randint(1, 3)):
        turn = random.randrange(6)
        if turn == 0 or not found:
            found.insert(random.randint(0, len(found)), new_rule(random))
        elif turn == 1:
            found.pop(random.randrange(len(found)))
        else:
            place = random.randrange(len(found))
            found[place] = changed_rule(found[place], random)
    kept: dict[CorsRule, None] = {}
    for rule in found:
        kept.setdefault(replace(rule, id=rule.id if rule.id not in {each.id for each in kept} else None))
    return tuple(kept)


def named(declared: Snapshot) -> dict[str, str]:
    """Names for the buckets that have none in the code, by their addresses."""
    unnamed = [each for each in declared.buckets if not isinstance(each.name, str) and each.state is State.CONFIGURED]
    counts = Counter(each.address for each in declared.buckets)
    return {
        each.address: f"found-{number}"
        for number, each in enumerate(unnamed)
        if each.address is not None and counts[each.address] == 1
    }


def drifted(declared: Snapshot, names: Mapping[str, str], random: Random) -> Snapshot:
    """What is live: the declared buckets whose rules are known, most of them changed by somebody."""
    live: dict[str, Bucket] = {}
    for bucket in declared.buckets:
        name = bucket.name if isinstance(bucket.name, str) else names.get(bucket.address or "")
        if not isinstance(name, str) or name in live or bucket.state not in (State.CONFIGURED, State.ABSENT):
            continue
        rules = () if bucket.cors is None else bucket.cors.rules
        if bucket.cors is not None and next(bucket.cors.unknowns(), None) is not None:
            continue
        if random.random() < 0.8:
            rules = changed_rules(rules, random)
        cors = BucketCors(rules) if rules else None
        live[name] = Bucket(name, State.ABSENT if cors is None else State.CONFIGURED, "s3", cors=cors)
    return Snapshot("s3", tuple(live.values()))


@dataclass
class Tally:
    """How often each outcome came up, over all cases."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def adopt_and_look(
    folder: Path, settings: Settings, random: Random, tally: Tally, tree: Path | None = None
) -> Adoption | None:
    """Adopt random live rules of what a folder declares, on disk, and hold the outcome to the laws:

    what is told done is in sync afterwards; every other bucket says what it said before; and no line of any file
    differs but those that were shown. None where nothing of what is declared is known. The files are those of the
    ``tree``, if the folder is a part of one.
    """
    tree = tree or folder
    declared = read_declared([folder], settings)
    names = named(declared)
    live = drifted(declared, names, random)
    if not live.buckets or declared.errors:
        return None
    saved = tree.parent / f"{tree.name}.live.json"
    saved.write_text(json.dumps(snapshot_to_json(live)))
    settings = replace(settings, live=LiveSettings(source=saved), identity=IdentitySettings(names=names))
    before = check([folder], settings)
    texts = _texts(tree)
    adoption = adopt([folder], settings, write=True)
    after = check([folder], settings)
    _states(before, after, adoption)
    changed = {Path(each.path).relative_to(tree.resolve()).as_posix() for each in adoption.files}
    for path, text in _texts(tree).items():
        if path not in changed:
            assert texts.get(path) == text, f"{path} was changed, and nobody said so"
        else:
            edits = [edit for each in adoption.buckets for edit in each.edits if _is(edit, tree, path)]
            assert made(texts.get(path, ""), edits) == text, f"{path} has changes that were not shown"
    for each in adoption.buckets:
        tally.outcomes[each.outcome] += 1
        for hand in each.by_hand:
            tally.reasons[hand.why] += 1
    return adoption


def made(text: str, edits: list[ShownEdit]) -> str:
    """The text after the edits that were shown."""
    lines = _lines(text)
    for edit in sorted(set(edits), key=lambda each: -each.start_line):
        assert "".join(lines[edit.start_line - 1 : edit.end_line]) == edit.before
        lines[edit.start_line - 1 : edit.end_line] = [edit.after]
    return "".join(lines)


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{each}\n" for each in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _states(before: Report, after: Report, adoption: Adoption) -> None:
    states = {each.name: each for each in after.buckets if isinstance(each.name, str)}
    outcomes = {each.name: each.outcome for each in adoption.buckets}
    for each in before.buckets:
        if not isinstance(each.name, str):
            continue
        now = states.get(each.name)
        if outcomes.get(each.name) is Outcome.DONE:
            gone = now is None and (each.live is None or each.live.state is State.ABSENT)
            assert gone or (now is not None and not now.drift and now.state is BucketState.IN_SYNC), each.name
        else:
            assert now is not None, each.name
            assert now.state is each.state, f"{each.name} was {each.state}"
            assert _rules(now.declared) == _rules(each.declared), each.name
    faults = {each.message for each in before.diagnostics}
    assert not [each for each in after.diagnostics if each.severity == "error" and each.message not in faults]


def _rules(bucket: Bucket | None) -> object:
    if bucket is None or bucket.cors is None:
        return None
    rules = [re.sub(r":[0-9]+", "", repr(each)) for each in bucket.cors.rules]  # reasons name lines, which move
    return rules if bucket.cors.ordered else frozenset(rules)


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in folder.rglob("*")
        if path.is_file()
    }


def _is(edit: ShownEdit, folder: Path, path: str) -> bool:
    return (Path.cwd() / edit.path).resolve() == (folder / path).resolve()


def _with(values: object, value: str, random: Random) -> tuple[str, ...]:
    found = [str(each) for each in values] if isinstance(values, tuple) else []
    found.insert(random.randint(0, len(found)), value)
    return tuple(dict.fromkeys(found))


def _without(values: object, random: Random) -> tuple[str, ...]:
    found = [str(each) for each in values] if isinstance(values, tuple) else []
    if found:
        found.pop(random.randrange(len(found)))
    return tuple(found)


def declared_settings(variables: Iterator[str] | tuple[str, ...] = (), **environment: str) -> Settings:
    """The settings of a run over a folder of Terraform with values from flags and the environment."""
    return Settings(declared=DeclaredSettings(variables=tuple(variables), environment=environment))
