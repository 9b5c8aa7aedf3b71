"""Writes ``grammar.json``, the parse tables of the installed python-hcl2.

python -m parsers.terraform.compile_grammar
"""

from __future__ import annotations

import json

from parsers.terraform.grammar import SHIPPED, compiled


def text() -> str:
    """The file's content: one line for each row, rule and symbol, so that a change can be looked at."""
    parts = (f"{json.dumps(name)}:{_lines(value)}" for name, value in compiled().items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list | tuple | str):
        return "[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in value) + "\n]"
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    SHIPPED.write_text(text(), encoding="utf-8")
