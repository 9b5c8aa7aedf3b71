"""Records what the real Terraform makes of the expressions in ``functions/*.txt``, into ``functions/*.json``.

Run ``python tests/unit/parsers/terraform/record_functions.py [GROUP...]`` with Terraform 1.11 on the PATH; nothing is
downloaded. A text file has one expression a line; ``#`` at the start of a line makes it a comment. A record is

- ``"error"`` where Terraform refuses the expression, ``"infinite"`` where it cannot write the result into a plan,
- ``{"type": ..., "value": ...}`` with the type and the value in Terraform's JSON, numbers as ``{"number": digits}``,
- with ``"unknown"`` beside: ``true``, or the shape of the value with ``true`` where it is only known after apply.

The expressions may use ``local.s``, ``local.n`` and so on of ``LOCALS``, which are unknown or sensitive.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "functions"
FILES = FOLDER / "files"
"""What the file functions may read: the working folder of the recording."""

LOCALS = """
resource "terraform_data" "u" {}
variable "ephemeral" {
  ephemeral = true
  default   = "gone"
}
locals {
  a      = jsondecode(terraform_data.u.id)          # nothing is known of it
  s      = tostring(local.a)
  n      = tonumber(local.a)
  b      = tobool(local.a)
  l      = split(",", local.s)
  m      = zipmap(local.l, local.l)
  p      = "pre-${local.s}-post"
  secret = sensitive("hush")
  inner  = { open = "o", secret = local.secret }
  template = "Hello, $${name}!"
  wrong    = "Hello, $${nam"
}
"""


def expressions(group: str) -> list[str]:
    """The expressions of a group, in the order in which they are written."""
    lines = (FOLDER / f"{group}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def groups() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def _terraform(folder: Path, *args: str, given: str = "") -> str:
    surrounding = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "HOME": "/home/someone"}
    run = subprocess.run(
        ["terraform", *args], cwd=folder, env=surrounding, input=given, capture_output=True, text=True, check=False
    )
    return run.stdout


def _refused(folder: Path) -> dict[int, str]:
    """The numbers of the expressions of which the plan complains, and what their records are."""
    found = {}
    for line in _terraform(folder, "plan", "-json", "-input=false", "-lock=false", "-out=plan").splitlines():
        diagnostic = json.loads(line).get("diagnostic", {})
        name = diagnostic.get("range", {}).get("filename", "")
        if diagnostic.get("severity") == "error":
            matched = re.fullmatch(r"case_(\d+)\.tf", name)
            infinite = re.search(r'output value "c(\d+)": cannot serialize infinity', diagnostic["detail"])
            if matched is not None:
                found[int(matched[1])] = "error"
            elif infinite is not None:
                found[int(infinite[1])] = "infinite"
            else:
                raise SystemExit(f"the recording itself is at fault: {diagnostic}")
    return found


def _exact(text: str) -> Any:
    def number(digits: str) -> dict[str, str]:
        return {"number": digits}

    return json.loads(text, parse_float=number, parse_int=number)


def record(cases: list[str]) -> dict[str, Any]:
    """What Terraform makes of each expression."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in FILES.rglob("*"):
            target = folder / path.relative_to(FILES)
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        (folder / "main.tf").write_text(LOCALS)
        for position, case in enumerate(cases):
            text = f'output "c{position}" {{\n  sensitive = true\n  value = {case}\n}}\n'
            (folder / f"case_{position}.tf").write_text(text)
        failed: dict[int, str] = {}
        while refused := _refused(folder):
            failed |= refused
            for position in refused:
                (folder / f"case_{position}.tf").unlink()
        plan = _exact(_terraform(folder, "show", "-json", "plan"))
        planned = plan["planned_values"]["outputs"]
        opened = [case for at, case in enumerate(cases) if at not in failed and "type" not in planned[f"c{at}"]]
        types = _types(folder, opened)
        return {
            case: failed[at] if at in failed else _result(plan, f"c{at}", types.get(case, ""))
            for at, case in enumerate(cases)
        }


def _types(folder: Path, cases: list[str]) -> dict[str, str]:
    """The types of expressions that are not wholly known, from the console's ``type`` of them all as one tuple."""
    if not cases:
        return {}
    shown = _terraform(folder, "console", given=f"type([{', '.join(cases)}])\n")
    text = re.sub(r'[\s"]|,(?=\s*[\])}])', "", shown).removeprefix("tuple([").removesuffix("])")
    found, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            found.append("")
        else:
            found[-1] += char
    return dict(zip(cases, found, strict=True))


def _result(plan: dict[str, Any], name: str, shown: str) -> dict[str, Any]:
    change, planned = plan["output_changes"][name], plan["planned_values"]["outputs"][name]
    if "type" in planned:
        return {"type": _shown(planned["type"]), "value": planned["value"]}
    return {"type": shown, "value": change.get("after"), "unknown": change["after_unknown"]}


def _shown(kind: Any) -> str:
    """A type as the console's ``type`` shows it, on one line and without quotes."""
    if isinstance(kind, str):
        return kind
    if kind[0] == "tuple":
        return f"tuple([{','.join(_shown(each) for each in kind[1])}])"
    if kind[0] == "object":
        return f"object({{{','.join(f'{name}:{_shown(kind[1][name])}' for name in sorted(kind[1]))}}})"
    return f"{kind[0]}({_shown(kind[1])})"


def main() -> None:
    """Records the groups that are named, or all."""
    for group in sys.argv[1:] or groups():
        found = record(expressions(group))
        lines = (f"{json.dumps(case)}: {json.dumps(found[case], ensure_ascii=True)}" for case in found)
        (FOLDER / f"{group}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(group, len(found), "errors:", sum(each == "error" for each in found.values()))


if __name__ == "__main__":
    main()
