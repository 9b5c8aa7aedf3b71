"""How long reading Terraform takes, side by side with what else reads it: python benchmarks/read_terraform.py

Two trees are written to a temporary folder, from a fixed seed:

* ``tree``: 500 files, 5 MB, 20 CORS declarations. Sixty folders, from one file to sixty in a folder; modules that call
  one another, variables with types, locals with ``for``, functions and conditionals; most of it is resources that have
  nothing to do with buckets, with policies in heredocs.
* ``module``: one folder with one file of 45 KB and one CORS declaration.

Each reader is a process of its own, started cold three times, the best counted: wall time from start to exit, the time
of the processor in it, which is the better figure on a busy machine, and the most memory that was resident. What a
small module takes is mostly starting, of which a busy machine makes anything: it is started 21 times, and the median is
shown beside the best.
``hcl2.load`` reads every file and does nothing with it; ``tfparse`` is run on each root module. What is not installed
beside this project is left out, and that is said; ``--python`` names another interpreter that has it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from cold import Cold, cold_runs, middle, program, with_module

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


def commands(pythons: list[str]) -> dict[str, list[str] | None]:
    """How each reader is started, but for what it is to read; None for one that is not installed."""
    drift, hcl2, tfparse = (with_module(name, pythons) for name in ("drift", "hcl2", "tfparse"))
    return {
        "cors-drift": None if drift is None else [*program(drift, "cors-drift", "drift"), "declared"],
        "hcl2.load of every file": None if hcl2 is None else [hcl2, "-c", READ_ALL],
        "tfparse": None if tfparse is None else [tfparse, "-c", TFPARSE],
    }


def print_tree(name: str, root: Path, roots: list[Path], readers: dict[str, list[str] | None], runs: int) -> None:
    """Reads a tree by all readers, and prints a line for each; ours is the first."""
    files = list(root.rglob("*.tf"))
    print(f"{name}: {len(files)} files, {sum(path.stat().st_size for path in files):,} bytes")
    ours: Cold | None = None
    for reader, command in readers.items():
        if command is None:
            print(f"  {reader:24} not installed, left out")
            continue
        start = time.perf_counter()
        found = cold_runs([*command, *(map(str, roots) if reader == "tfparse" else [str(root)])], runs)
        if isinstance(found, str):
            print(f"  {reader:24} failed after {time.perf_counter() - start:.1f} s: {found}")
            continue
        best = min(found)
        ours = ours or best
        print(f"  {reader:24} {_figures(best)}, {best.seconds / ours.seconds:6.1f} times")
        if len(found) > 3:
            print(f"  {f'  median of {len(found)}':24} {_figures(middle(found))}")


def _figures(run: Cold) -> str:
    return f"{run.seconds:7.3f} s, {run.processor:7.3f} s of processor, {run.memory:4.0f} MB"


def main() -> None:
    """Writes the trees, reads them by all readers."""
    options = argparse.ArgumentParser(description="Time the reading of Terraform configurations.")
    options.add_argument("--python", action="append", default=[], help="an interpreter that has tfparse; repeatable")
    readers = commands([sys.executable, *options.parse_args().python])
    with tempfile.TemporaryDirectory() as folder:
        tree, module = Path(folder, "tree"), Path(folder, "module")
        print_tree("tree", tree, write_tree(tree), readers, 3)
        print_tree("module", module, write_module(module), readers, 21)


if __name__ == "__main__":
    main()
