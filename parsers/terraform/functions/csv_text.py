"""``csvdecode`` (go-cty function/stdlib/csv.go over Go's encoding/csv, whose reading is followed line by line)."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_WEIGHT
from parsers.terraform.values import STRING, EvaluationError, RefusalError, Type, Value, list_of, object_of, text


@function("csvdecode", STRING)
def csvdecode(value: Value) -> Value:
    if value.text.count(",") + value.text.count("\n") > MAX_WEIGHT:
        raise RefusalError(f"csvdecode: a value with more than {MAX_WEIGHT:,} members")
    rows = _rows(value.text)
    header = next(rows, None)
    if header is None:
        raise EvaluationError("csvdecode: there is no line with the names")
    names = [text(name).text for name in header]
    if len(set(names)) < len(names):
        raise EvaluationError("csvdecode: two columns have the same name")
    kind = Type("object", fields=tuple((name, STRING) for name in sorted(names)))
    found = []
    for row in rows:
        if len(row) != len(names):
            raise EvaluationError("csvdecode: a line has another number of fields than the first")
        found.append(object_of({name: text(field) for name, field in zip(names, row, strict=True)}))
    return list_of(kind, found)


def _lines(content: str) -> Iterator[str]:
    """The lines with one line feed at the end of each but the last."""
    lines = content.split("\n")
    for line in lines[:-1]:
        yield line.removesuffix("\r") + "\n"
    if lines[-1]:
        yield lines[-1].removesuffix("\r")


def _rows(content: str) -> Iterator[list[str]]:
    lines = _lines(content)
    for line in lines:
        if line not in ("\n", ""):
            yield _fields(line, lines)


def _fields(line: str, following: Iterator[str]) -> list[str]:
    """The fields of a record that begins with a line; quoted ones may go on into the following lines."""
    fields: list[str] = []
    rest = line
    while True:
        if rest.startswith('"'):
            field, rest = _quoted(rest[1:], following)
        else:
            field = rest.partition(",")[0].removesuffix("\n")
            if '"' in field:
                raise EvaluationError("csvdecode: a quote in a field that is not quoted")
            rest = rest[len(field) :]
        fields.append(field)
        if not rest.startswith(","):
            return fields
        rest = rest[1:]


def _quoted(rest: str, following: Iterator[str]) -> tuple[str, str]:
    """The rest of a quoted field, and what comes behind it."""
    pieces: list[str] = []
    while True:
        head, quote, tail = rest.partition('"')
        pieces.append(head)
        if not quote:
            more = next(following, None)
            if more is None:
                raise EvaluationError("csvdecode: a quoted field is not closed")
            rest = more
        elif tail.startswith('"'):
            pieces.append('"')
            rest = tail[1:]
        elif tail.startswith(",") or tail in ("", "\n"):
            return "".join(pieces), tail
        else:
            raise EvaluationError("csvdecode: a quote inside of a quoted field")
