"""Records what ``terraform console`` makes of expressions, into ``values_console.json``.

    python tests/unit/parsers/terraform/record_values_console.py [FILE WITH EXPRESSIONS, ONE A LINE]

The expressions of the file are added to those that are there already; without a file all of these are run again. It is
done in a folder that holds ``values_console.tf`` and nothing else. Each expression is recorded with what is shown and
its type, or with the error.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE / "values_console.json"


def console(source: str, folder: str) -> tuple[bool, str]:
    """Whether an expression is evaluated, and what is shown of it or of the error."""
    command = ["terraform", "console"]
    run = subprocess.run(command, input=f"{source}\n", capture_output=True, text=True, cwd=folder, check=False)
    told = re.sub(r"\x1b\[[0-9;]*m", "", run.stderr if run.returncode else run.stdout)
    if not run.returncode:
        return True, told.rstrip("\n")
    lines = (line.strip("│╷╵ ") for line in told.split("Error: ", 1)[-1].splitlines())
    return False, " ".join(line for line in lines if line and not line.startswith(("on <", "(source code")))


def record(source: str, folder: str) -> dict[str, str]:
    """The entry of one expression."""
    works, told = console(source, folder)
    if not works:
        return {"error": told}
    kind = re.sub(r'[\s"]|,(?=\s*[)\]}])', "", console(f"type({source})", folder)[1])
    return {"shows": told, "type": kind}


def main() -> None:
    """Writes the table with what is added, or anew."""
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    sources = list(filter(None, Path(sys.argv[1]).read_text().splitlines())) if len(sys.argv) > 1 else list(table)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "values_console.tf", Path(folder) / "main.tf")
        table |= {source: record(source, folder) for source in sources}
    TABLE.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
