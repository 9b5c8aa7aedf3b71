"""Names, values and rules in words. Plain text, safe to print whatever the input holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from drift.cors.model import CorsRule, Text, TextList, Unknown
from drift.sensitive import REASON, SHOWN
from drift.snapshot import Alternative, Bucket

MAX_WORD = 400
"""Characters without a blank between them that are shown: nobody reads an origin of 10 kB. JSON has it whole."""

MAX_TEXT = 4000
"""Characters of a text that are shown, words or not."""

_LONG_WORD = re.compile(rf"[^ ]{{{MAX_WORD + 1},}}")
_COMMAND = re.compile(r"#(?=#[A-Za-z.]*\[)")
"""What runners take for a command anywhere in a line: ``##[error]``, ``##vso[``, ``##teamcity[``."""


def printable(text: str) -> str:
    """The text with everything written out that a terminal or a runner's log would act on: escapes, line ends,
    direction marks, ``##[``. Of a word that is too long to be read the beginning is there, and how long it is.

    What runners obey at the start of a line alone is up to who begins one with it (``line_start``).
    """
    if len(text) > MAX_WORD:
        text = _LONG_WORD.sub(lambda word: _cut(word[0], MAX_WORD), text)
        text = text if len(text) <= MAX_TEXT else _cut(text, MAX_TEXT)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return disarmed(text) if "##" in text else text


def _cut(text: str, most: int) -> str:
    return f"{text[:most]}…({len(text):,} characters)"


def disarmed(line: str) -> str:
    """The line without the start of any command that a runner looks for anywhere in it."""
    return _COMMAND.sub(r"\\x23", line)


def line_start(line: str) -> str:
    """The line without a command that a runner of GitHub Actions obeys: it passes over blanks before the ``::``, and
    takes ``##[`` anywhere (actions/runner, ActionCommand.TryParseV2 and TryParse).
    """
    line = disarmed(line)
    return line.replace("::", "\\x3a:", 1) if line.lstrip().startswith("::") else line


def _escaped(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")


def name_of(name: Text, address: str | None = None) -> str:
    """A bucket's name, or what is known of it, or what it is called where it is declared."""
    if isinstance(name, str):
        text = printable(name)
        return f'"{text}"' if text.startswith(("::", "##[")) else text  # at a line's start a runner would obey it
    if name.reason == REASON:
        return f"{printable(address)} {SHOWN}" if address else SHOWN
    known = name.prefix or name.suffix or not address
    return f"{shape_of(name) if known else printable(address or '')} (name unknown)"


def called(bucket: Bucket | None) -> str | None:
    """What an entry is called where it stands: its address, or of rules by themselves the file."""
    if bucket is None or bucket.address is not None:
        return bucket.address if bucket else None
    return bucket.location.path if bucket.bare and bucket.location else None


def shape_of(unknown: Unknown) -> str:
    """The known ends of an unknown text around a question mark."""
    return printable(f"{unknown.prefix}?{unknown.suffix}")


def value_words(value: Text | int) -> str:
    """One value of a field."""
    if isinstance(value, Unknown) and value.reason == REASON:
        return SHOWN
    if isinstance(value, Unknown):
        return f"{shape_of(value)} (unknown: {printable(value.reason)})"
    if value == "":
        return '""'
    return printable(str(value))


def rule_words(rule: CorsRule) -> str:
    """A rule in one line: methods, origins, headers, what is exposed, how long it is cached, its ID."""
    parts = [f"{_listed(rule.allowed_methods)} from {_listed(rule.allowed_origins)}"]
    if rule.allowed_headers != ():
        parts.append(f"with headers {_listed(rule.allowed_headers)}")
    if rule.expose_headers != ():
        parts.append(f"exposing {_listed(rule.expose_headers)}")
    if rule.max_age_seconds is not None:
        parts.append(f"cached {value_words(rule.max_age_seconds)} s")
    if rule.id:
        parts.append(f"(ID {value_words(rule.id)})")
    return " ".join(parts)


def alternative_lines(alternative: Alternative) -> Iterator[str]:
    """What is declared in one of the cases that the code leaves open: the case, and the rules in it."""
    bucket = alternative.bucket
    if bucket is None:
        what = "not declared at all"
    elif bucket.cors is None:
        what = printable(bucket.reason or bucket.state.value)
    else:
        what = ""
    yield f"if {printable(alternative.when)}: {what}".rstrip()
    for index, rule in enumerate(bucket.cors.rules if bucket and bucket.cors else (), 1):
        yield f"  {index}. {rule_words(rule)}"


def _listed(values: TextList) -> str:
    if isinstance(values, Unknown):
        return value_words(values)
    return ", ".join(value_words(value) for value in values) or "nothing"


def place_words(bucket: Bucket | None) -> str:
    """Where a bucket is declared: file and line, and its address there."""
    if bucket is None:
        return ""
    return "  ".join(printable(str(part)) for part in (bucket.location, bucket.address) if part)
