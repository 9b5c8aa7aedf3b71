"""The texts and numbers of marked values: what no report may show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from parsers.terraform.values import Unresolved, Value


def secret_texts(value: Value, *, marked: bool = False) -> Iterator[str | int]:
    """Every text and whole number in a value that it or something around it is marked for.

    Of a text that is not known as a whole these are its known ends.
    """
    data, marked = value.data, marked or bool(value.marks)
    if isinstance(data, tuple):
        for each in data:
            yield from secret_texts(each, marked=marked)
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from secret_texts(each, marked=marked)
    elif not marked:
        return
    elif isinstance(data, str):
        yield data
    elif isinstance(data, Decimal):
        if data.is_finite() and data == int(data):
            yield int(data)
    elif isinstance(data, Unresolved):
        yield from (end for end in (data.prefix, data.suffix) if end)
