"""Records what Terraform makes of a value under a type constraint, into ``values_constraints.json``.

    python -m tests.unit.parsers.terraform.record_values_constraints [FILE, A LINE: TYPE | VALUE]

Each line is a variable with that type and that default in a folder of its own, looked at with ``terraform console``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.unit.parsers.terraform.record_values_console import record

TABLE = Path(__file__).parent / "values_constraints.json"


def main() -> None:
    """Writes the table anew: what is in it and what the file adds."""
    lines = dict.fromkeys(json.loads(TABLE.read_text()) if TABLE.exists() else ())
    if len(sys.argv) > 1:
        lines |= dict.fromkeys(filter(None, Path(sys.argv[1]).read_text().splitlines()))
    table = {}
    for line in lines:
        kind, value = line.split(" | ")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.tf").write_text(f'variable "x" {{\n  type = {kind}\n  default = {value}\n}}\n')
            table[line] = record("var.x", folder)
    TABLE.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
