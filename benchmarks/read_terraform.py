"""How long reading Terraform takes, side by side with what else reads it: python benchmarks/read_terraform.py

Two trees are written to a temporary folder, from a fixed seed:

* ``tree``: 500 files, 5 MB, 20 CORS declarations. Sixty folders, from one file to sixty in a folder; modules that call
  one another, variables with types, locals with ``for``, functions and conditionals; most of it is resources that have
  nothing to do with buckets, with policies in heredocs.
* ``module``: one folder with one file of 45 KB and one CORS declaration.

Each reader is a process of its own, started cold three times, the best counted: wall time from start to exit, the time
of the processor in it, which is the better figure on a busy machine, and the most memory that was resident.
``hcl2.load`` reads every file and does nothing with it; ``tfparse`` is run on each root module. What is not installed
beside this project is left out, and that is said; ``--python`` names another interpreter that has it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cold import MEASURE, with_module

READ_ALL = """
import pathlib, sys, hcl2
for path in pathlib.Path(sys.argv[1]).rglob("*.tf"):
    hcl2.load(path.open())
"""
TFPARSE = "import sys, tfparse\nfor folder in sys.argv[1:]:\n    tfparse.load_from_path(folder)\n"
TREE_FILES, TREE_BYTES, DECLARATIONS, FOLDERS = 500, 5_000_000, 20, 60
MODULE_BYTES = 45_000

POLICY = """resource "aws_iam_policy" "{name}" {{
  name   = "{name}-${{var.stage}}"
  policy = <<-POLICY
    {{
      "Version": "2012-10-17",
      "Statement": [
        {{ "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "${{aws_sqs_queue.{name}.arn}}/*" }},
        {{ "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::{name}/${{var.stage}}/*" }}
      ]
    }}
  POLICY
}}
"""
QUEUE = """resource "aws_sqs_queue" "{name}" {{
  name                       = "{name}-${{var.stage}}-${{local.region}}"
  delay_seconds              = {number}
  message_retention_seconds  = {number} * 60
  visibility_timeout_seconds = var.stage == "prod" ? 300 : 30 # {number}
  redrive_policy = jsonencode({{
    deadLetterTargetArn = aws_sqs_queue.{name}.arn
    maxReceiveCount     = max(3, {number})
  }})
  tags = merge(local.tags, {{ Name = "{name}", Number = "{number}" }})
}}
"""
RULE = """resource "aws_security_group" "{name}" {{
  name = "{name}"
  dynamic "ingress" {{
    for_each = [for port in [80, 443, {number}] : port if port > 0]
    content {{
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.{number}.0.0/16"]
    }}
  }}
  /* the rest of the world { */
  egress {{
    from_port = 0
    to_port   = 0
  }}
}}
""".replace("{ */", "{{ */")
UNRELATED = (POLICY, QUEUE, RULE)
VARIABLES = """variable "stage" {
  type    = string
  default = "prod"
}
variable "rules" {
  type = list(object({ origins = list(string), methods = optional(set(string), ["GET"]), age = optional(number) }))
  default = [{ origins = ["https://www.example.com"] }]
}
locals {
  region  = "eu-west-1"
  tags    = { Stage = var.stage, Owner = "web" }
  origins = [for host in ["www", "app"] : "https://${host}.example.com" if host != ""]
}
"""
CORS = """resource "aws_s3_bucket" "{name}" {{
  bucket = "{name}-${{var.stage}}"
}}
resource "aws_s3_bucket_cors_configuration" "{name}" {{
  bucket = aws_s3_bucket.{name}.id
  cors_rule {{
    allowed_methods = ["GET", "PUT"]
    allowed_origins = var.stage == "prod" ? local.origins : ["*"]
    max_age_seconds = 60 * 60
  }}
  dynamic "cors_rule" {{
    for_each = var.rules
    content {{
      allowed_methods = cors_rule.value.methods
      allowed_origins = concat(cors_rule.value.origins, ["https://{name}.example.com"])
      max_age_seconds = cors_rule.value.age
    }}
  }}
}}
"""
CALL = 'module "{name}" {{\n  source = "{source}"\n  stage  = "test"\n}}\n'


def unrelated(chance: random.Random, size: int) -> str:
    """Resources that have nothing to do with buckets, of about so many characters."""
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        name = f"n{chance.randrange(10**9)}"
        parts.append(chance.choice(UNRELATED).format(name=name, number=chance.randrange(1, 200)))
    return "\n".join(parts)


def write_tree(root: Path) -> list[Path]:
    """Writes the tree; its root modules."""
    chance = random.Random(7)  # noqa: S311
    folders = [root / f"area{index % 7}" / f"team{index}" for index in range(FOLDERS)]
    counts = [1] * FOLDERS
    counts[0] = 60
    while sum(counts) < TREE_FILES:
        counts[chance.randrange(1, FOLDERS)] += 1
    for index, (folder, count) in enumerate(zip(folders, counts, strict=True)):
        folder.mkdir(parents=True)
        for number in range(count):
            source = unrelated(chance, TREE_BYTES // TREE_FILES)
            if number == 0:
                source = VARIABLES + source
                if index < DECLARATIONS:
                    source += CORS.format(name=f"bucket{index}")
                if DECLARATIONS <= index < DECLARATIONS + 5:
                    called = folders[index - DECLARATIONS]
                    source += CALL.format(name="site", source=f"../../{called.parent.name}/{called.name}")
            (folder / ("main.tf" if number == 0 else f"part{number}.tf")).write_text(source, encoding="utf-8")
    return folders[5:]


def write_module(root: Path) -> list[Path]:
    """Writes the single module."""
    root.mkdir()
    source = VARIABLES + CORS.format(name="only")
    source += unrelated(random.Random(7), MODULE_BYTES - len(source))  # noqa: S311
    (root / "main.tf").write_text(source, encoding="utf-8")
    return [root]


def best(command: Sequence[str], runs: int = 3) -> tuple[float, float, float] | str:
    """Seconds, seconds of the processor and megabytes of the quickest run, or why there is none."""
    found: list[tuple[float, float, float]] = []
    for _ in range(runs):
        measured = [sys.executable, "-c", MEASURE, *command]
        shown = subprocess.run(measured, capture_output=True, text=True, check=True)  # noqa: S603
        seconds, processor, memory, code, fault = shown.stdout.strip().split(" ", 4)
        if int(code) not in (0, 3):
            return f"exit {code}: {fault}"
        found.append((float(seconds), float(processor), float(memory)))
        if float(seconds) > 10:
            break
    return min(found)


def main() -> None:
    """Writes the trees, reads them by all readers, prints a line for each."""
    options = argparse.ArgumentParser(description="Time the reading of Terraform configurations.")
    options.add_argument("--python", action="append", default=[], help="an interpreter that has tfparse; repeatable")
    pythons = [sys.executable, *options.parse_args().python]
    readers: dict[str, tuple[str | None, list[str]]] = {
        "cors-drift": (with_module("drift", pythons), ["-m", "drift", "declared"]),
        "hcl2.load of every file": (with_module("hcl2", pythons), ["-c", READ_ALL]),
        "tfparse": (with_module("tfparse", pythons), ["-c", TFPARSE]),
    }
    with tempfile.TemporaryDirectory() as folder:
        trees = {"tree": write_tree(Path(folder, "tree")), "module": write_module(Path(folder, "module"))}
        for tree, roots in trees.items():
            root = Path(folder, tree)
            files = list(root.rglob("*.tf"))
            print(f"{tree}: {len(files)} files, {sum(path.stat().st_size for path in files):,} bytes")
            ours = None
            for name, (python, arguments) in readers.items():
                if python is None:
                    print(f"  {name:24} not installed, left out")
                    continue
                start = time.perf_counter()
                found = best([python, *arguments, *(map(str, roots) if name == "tfparse" else [str(root)])])
                if isinstance(found, str):
                    print(f"  {name:24} failed after {time.perf_counter() - start:.1f} s: {found}")
                    continue
                ours = found[0] if ours is None else ours
                seconds, processor, memory = found
                shown = (
                    f"{seconds:7.2f} s, {processor:7.2f} s of processor, {memory:4.0f} MB, {seconds / ours:6.1f} times"
                )
                print(f"  {name:24} {shown}")


if __name__ == "__main__":
    main()
