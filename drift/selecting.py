"""Which of the differences are to be mended: the user's words for them, read once and held against each difference."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from drift.catalogue import CATALOGUE
from drift.cors.model import API_NAMES
from drift.errors import UsageError
from drift.normal import fold_text

Side = Literal["declared", "live"]

SINGLE_FIELDS = frozenset({"ID", "MaxAgeSeconds"})
"""The fields that hold one value, which changes as a whole."""

_FIELDS = {name.lower(): name for name in API_NAMES.values()}
_RULE = re.compile(r"(?:(declared|live):)?([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RulePick:
    """A rule, numbered from 1. Without ``side`` the number is that of the report: declared, or live if live only."""

    number: int
    side: Side | None = None

    def __str__(self) -> str:
        return f"--rule {self.side}:{self.number}" if self.side else f"--rule {self.number}"


@dataclass(frozen=True, slots=True)
class FieldPick:
    """A field by its API name, or one value of it. ``flag`` is the option that it was given with."""

    flag: Literal["only", "except"]
    field: str
    value: str | None = None

    def __str__(self) -> str:
        return f"--{self.flag} {self.field}" + ("" if self.value is None else f"={self.value}")

    def means(self, field: str, value: object) -> bool:
        """Whether the value of a field is one that it names. What is not known has no name."""
        if field != self.field:
            return False
        if self.value is None:
            return True
        if isinstance(value, int):
            return str(value) == self.value.strip()
        if not isinstance(value, str):
            return False
        if field == "AllowedMethods":
            return value == self.value.upper()
        return fold_text(field, value) == fold_text(field, self.value)


Pick = RulePick | FieldPick


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the differences is to be mended; everything where nothing is said.

    ``findings`` choose buckets that have one of them; ``rules`` rules that differ; ``only`` and ``excepted`` fields and
    values. A rule that comes or goes as a whole is chosen by ``rules``, or by the absence of ``rules`` and ``only``.
    """

    findings: tuple[str, ...] = ()
    rules: tuple[RulePick, ...] = ()
    only: tuple[FieldPick, ...] = ()
    excepted: tuple[FieldPick, ...] = ()

    @property
    def picks(self) -> tuple[Pick, ...]:
        """All that must match something."""
        return (*self.rules, *self.only, *self.excepted)


def selection_of(
    findings: Iterable[str] = (), rules: Iterable[str] = (), only: Iterable[str] = (), excepted: Iterable[str] = ()
) -> Selection:
    """The selection out of the values of the options. Raises ``UsageError`` for what names nothing that can be."""
    return Selection(
        tuple(dict.fromkeys(_finding(each) for each in findings)),
        tuple(dict.fromkeys(_rule(each) for each in rules)),
        tuple(dict.fromkeys(_field("only", each) for each in only)),
        tuple(dict.fromkeys(_field("except", each) for each in excepted)),
    )


def _finding(text: str) -> str:
    if text not in CATALOGUE:
        near = difflib.get_close_matches(text, CATALOGUE, 1)
        raise UsageError(
            f"--finding {text}: there is no such finding", advice=f"did you mean {near[0]}?" if near else None
        )
    return text


def _rule(text: str) -> RulePick:
    found = _RULE.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--rule {text}: a number is wanted, as the report counts the rules",
            advice="write --rule 2, --rule declared:2 or --rule live:2",
        )
    side: Side | None = {"declared": "declared", "live": "live"}.get(found[1] or "")  # type: ignore[assignment]
    return RulePick(int(found[2]), side)


def _field(flag: Literal["only", "except"], text: str) -> FieldPick:
    name, equals, value = text.partition("=")
    known = _FIELDS.get(re.sub(r"[\s_-]", "", name).lower())
    if known is None:
        near = difflib.get_close_matches(name.strip(), API_NAMES.values(), 1, 0.5)
        raise UsageError(
            f"--{flag} {text}: a rule has no field {name.strip()!r}",
            advice=f"did you mean {near[0]}?" if near else f"the fields are {', '.join(API_NAMES.values())}",
        )
    if equals and not value:
        raise UsageError(f"--{flag} {text}: there is no value", advice=f"write --{flag} {known}, or a value behind it")
    return FieldPick(flag, known, value if equals else None)


def refuse_unmatched(selection: Selection, matched: Iterable[Pick], there: Sequence[str], more: str | None) -> None:
    """Raises ``UsageError`` for the first pick that matched nothing: a slip must not have the rest be mended.

    ``there`` says what there is to pick; ``more`` is a better hint, where there is one.
    """
    known = set(matched)
    for pick in selection.picks:
        if pick not in known:
            listed = ", ".join(there[:_LISTED]) + (f" and {len(there) - _LISTED} more" if len(there) > _LISTED else "")
            hint = more or (f"what differs: {listed}" if there else "nothing differs in what was selected")
            raise UsageError(f"{pick}: no difference is meant by this", advice=hint)


_LISTED = 8
"""Differences that a hint names."""
