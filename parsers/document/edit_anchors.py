"""An anchored value that changes while the aliases of it keep what it said."""

from __future__ import annotations

from collections.abc import Sequence

from drift.edits import TextEdit
from parsers.document.edit import Data, Kind, Part, Source


def with_others_as_before(source: Source, edits: Sequence[TextEdit]) -> list[TextEdit] | None:
    """The edits, and the aliases of what they change written out as it is now; None where there are no such aliases,
    or they cannot be written out.
    """
    if source.root is None:
        return None
    found: list[TextEdit] = []
    for part in source.root.everything():
        if not part.aliases or not any(part.start <= each.start and each.end <= part.end for each in edits):
            continue
        for alias in part.aliases:
            written = _data_of(part)
            if written is None or _is_merge(alias):
                return None
            found += source.replaced(alias, written[0])
    return [*edits, *found] if found else None


def _is_merge(alias: Part) -> bool:
    around = alias.parent
    if around is not None and around.kind is Kind.LIST and around.parent is not None:
        alias, around = around, around.parent
    return around is not None and any(value is alias and key.plain_text == "<<" for key, value in around.entries)


def _data_of(part: Part) -> tuple[Data] | None:
    """What a part says, in a tuple; None for what is more than data."""
    known = part.known
    if known.tag is not None:
        return None
    if known.kind is Kind.SCALAR:
        if known.quote:
            return (known.text,)
        is_number = known.text.isdecimal() and not (known.text.startswith("0") and len(known.text) > 1)
        return (None,) if known.is_null else (int(known.text),) if is_number else (known.text,)
    values = [_data_of(each) for each in known.values]
    written = [each[0] for each in values if each is not None]
    if len(written) < len(values):
        return None
    if known.kind is Kind.LIST:
        return (written,)
    names = [key.plain_text for key, _ in known.entries]
    if None in names or "<<" in names:
        return None
    return ({name: value for name, value in zip(names, written, strict=True) if name is not None},)
