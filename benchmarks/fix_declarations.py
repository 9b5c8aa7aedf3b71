"""How long adopting what is live takes, beside a check of the same input.

    python benchmarks/fix_declarations.py [CASE...]

Each case writes declarations to a temporary folder, and rules that stand for what is live, where some buckets have an
origin more, an origin less or another age:

* ``calls-20``, ``calls``: one Terraform file with 200 calls of a module, 20 and 200 buckets drifted.
* ``many-calls-20``, ``many-calls``: the same with 1,000 calls, 20 and 200 drifted.
* ``resources``: 1,000 buckets and their CORS configurations, written out in 50 Terraform files, 200 drifted.
* ``template``: a CloudFormation template in YAML of 5 MB with 1,000 buckets, 200 drifted.
* ``spec``: a JSON file of rules for 10,000 buckets, 500 drifted.

``fix --adopt`` and ``check`` are processes of their own, the best of three by time of the processor (one if it is
slow). The plain way reads the edited files and writes them again with the library that one would take: python-hcl2,
ruamel.yaml where it is installed or else PyYAML, json. None of them keeps comments and layout but ruamel.yaml; none
compares anything. The ratios are what to compare.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cold import Cold, cold_runs, program, with_module

MODULE = """variable "name" {
  type = string
}
variable "origins" {
  type    = list(string)
  default = ["https://www.example.com"]
}
variable "age" {
  type    = number
  default = 3000
}
resource "aws_s3_bucket" "this" {
  bucket = var.name
}
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
    max_age_seconds = var.age
  }
}
"""
CALL = """# What the team of {name} publishes.
module "{label}" {{
  source  = "./bucket"
  name    = "{name}"
  origins = ["https://{name}.example.com", "https://www.example.com"]
  age     = 3000 # seconds
}}

"""
RESOURCE = """resource "aws_s3_bucket" "{label}" {{
  bucket = "{name}"
  tags = {{
    Name  = "{name}"
    Owner = "web" # {number}
  }}
}}

resource "aws_s3_bucket_cors_configuration" "{label}" {{
  bucket = aws_s3_bucket.{label}.id

  cors_rule {{
    allowed_methods = ["GET"]
    allowed_origins = ["https://{name}.example.com", "https://www.example.com"]
    max_age_seconds = 3000
  }}
}}

"""
YAML = """  {label}:
    Type: AWS::S3::Bucket
    # What the team of {name} publishes.
    Properties:
      BucketName: {name}
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET]
            AllowedOrigins:
              - https://{name}.example.com
              - https://www.example.com
            MaxAge: 3000
  {label}Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref {label}
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
{statements}"""
STATEMENT = """          - Sid: Reader{number}
            Effect: Allow
            Action: [s3:GetObject, "s3:ListBucket"]
            Principal:
              AWS: !Sub arn:aws:iam::111122223333:role/{name}-${{AWS::Region}}-reader-{number}
            Resource: !Sub "arn:aws:s3:::{name}/area{number}/*"
"""
READ_HCL = "import sys, hcl2\nfor path in sys.argv[1:]:\n    tree = hcl2.load(open(path))\n    hcl2.dumps(tree)\n"
READ_RUAMEL = (
    "import io, sys\nfrom ruamel.yaml import YAML\nfor path in sys.argv[1:]:\n"
    "    yaml = YAML()\n    yaml.dump(yaml.load(open(path)), io.StringIO())\n"
)
READ_YAML = (
    "import sys, yaml\nfor path in sys.argv[1:]:\n"
    "    yaml.serialize(yaml.compose(open(path), yaml.CSafeLoader), Dumper=yaml.CSafeDumper)\n"
)
READ_JSON = "import json, sys\nfor path in sys.argv[1:]:\n    json.dumps(json.load(open(path)), indent=2)\n"


def rule(name: str, number: int = 0) -> dict[str, object]:
    """The rule of a bucket; another one for each number but 0, as people change them."""
    origins = [f"https://{name}.example.com", "https://www.example.com"]
    changed = {1: [*origins, "https://new.example.com"], 2: origins[:1]}.get(number, origins)
    age = 600 if number == 3 else 3000
    return {"AllowedMethods": ["GET"], "AllowedOrigins": changed, "MaxAgeSeconds": age}


class Case(NamedTuple):
    """How many buckets there are and how many of them have drifted; ``write`` declares those of the names in a folder.

    ``module`` is the library of the plain way, and ``plain`` the program.
    """

    buckets: int
    drifted: int
    write: Callable[[Path, Sequence[str]], None]
    plain: Mapping[str, str]


def write_calls(root: Path, names: Sequence[str]) -> None:
    """One file with a call of a module for each bucket."""
    (root / "bucket").mkdir()
    (root / "bucket" / "main.tf").write_text(MODULE, encoding="utf-8")
    calls = (CALL.format(name=name, label=name.replace("-", "_")) for name in names)
    (root / "main.tf").write_text("".join(calls), encoding="utf-8")


def write_resources(root: Path, names: Sequence[str]) -> None:
    """Fifty files of one module."""
    for number in range(50):
        blocks = (RESOURCE.format(name=name, label=name.replace("-", "_"), number=number) for name in names[number::50])
        (root / f"part{number}.tf").write_text("".join(blocks), encoding="utf-8")


def write_template(root: Path, names: Sequence[str]) -> None:
    """One template of about 5 KB for a bucket."""
    parts = ["Resources:\n"]
    for name in names:
        statements = "".join(STATEMENT.format(name=name, number=number) for number in range(17))
        label = name.replace("-", "").capitalize()
        parts.append(YAML.format(name=name, label=label, statements=statements))
    (root / "template.yaml").write_text("".join(parts), encoding="utf-8")


def write_spec(root: Path, names: Sequence[str]) -> None:
    """One file of rules."""
    document = {"version": 1, "buckets": {name: [rule(name)] for name in names}}
    (root / "cors.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


HCL, YAMLS, JSON = {"hcl2": READ_HCL}, {"ruamel.yaml": READ_RUAMEL, "yaml": READ_YAML}, {"json": READ_JSON}
CASES = {
    "calls-20": Case(200, 20, write_calls, HCL),
    "calls": Case(200, 200, write_calls, HCL),
    "many-calls-20": Case(1000, 20, write_calls, HCL),
    "many-calls": Case(1000, 200, write_calls, HCL),
    "resources": Case(1000, 200, write_resources, HCL),
    "template": Case(1000, 200, write_template, YAMLS),
    "spec": Case(10_000, 500, write_spec, JSON),
}


def written(case: Case, root: Path) -> tuple[Path, Path]:
    """The folder of the declarations, and the file that stands for what is live."""
    names = [f"team-{number:05}-assets" for number in range(case.buckets)]
    every = case.buckets // case.drifted
    live = {
        name: [rule(name, number // every % 3 + 1 if number % every == 0 else 0)] for number, name in enumerate(names)
    }
    code = root / "code"
    code.mkdir()
    case.write(code, names)
    (root / "live.json").write_text(json.dumps({"version": 1, "buckets": live}), encoding="utf-8")
    return code, root / "live.json"


def plain_way(case: Case, code: Path, pythons: Sequence[str]) -> tuple[str, Cold | str]:
    """What the edited files take with the first library that there is, and its name."""
    files = [str(path) for path in sorted(code.iterdir()) if path.is_file()]
    for name, text in case.plain.items():
        python = with_module(name, pythons)
        if python is not None:
            return name, best([python, "-c", text, *files])
    return next(iter(case.plain)), "not installed, left out"


def best(command: Sequence[str]) -> Cold | str:
    """The run with the least time of the processor; 1 is what a check exits with that finds drift."""
    found = cold_runs(["sh", "-c", '"$@"; code=$?; [ "$code" -eq 1 ] && exit 0; exit "$code"', "sh", *command], 3)
    return found if isinstance(found, str) else min(found, key=lambda each: each.processor)


def line(name: str, found: Cold | str, against: Cold | None) -> str:
    if isinstance(found, str):
        return f"  {name:12} {found}"
    ratio = "" if against is None else f", {found.processor / against.processor:6.2f} times the check"
    return f"  {name:12} {found.processor:7.2f} s of processor, {found.memory:4.0f} MB{ratio}"


def print_case(name: str, case: Case, pythons: Sequence[str]) -> None:
    """One case, in a repository of its own as code is."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        code, live = written(case, root)
        subprocess.run(["git", "init", "-q", str(code)], check=True)  # noqa: S603, S607
        size = sum(path.stat().st_size for path in code.rglob("*") if path.is_file() and ".git" not in path.parts)
        print(f"{name}: {case.buckets:,} buckets, {case.drifted} drifted, {size:,} bytes")
        drift = program(sys.executable, "cors-drift", "drift")
        check = best([*drift, "check", str(code), "--live", str(live)])
        print(line("check", check, None), flush=True)
        against = check if isinstance(check, Cold) else None
        print(
            line("fix --adopt", best([*drift, "fix", "--adopt", str(code), "--live", str(live)]), against), flush=True
        )
        library, plain = plain_way(case, code, pythons)
        print(line(library, plain, against), flush=True)


def main() -> None:
    """The cases that are named, or all."""
    options = argparse.ArgumentParser(description="Time edits of declarations that have drifted.")
    options.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    options.add_argument("--python", action="append", default=[], help="an interpreter that has a library; repeatable")
    given = options.parse_args()
    unknown = [each for each in given.cases if each not in CASES]
    if unknown:
        options.error(f"no case is called {unknown[0]}; there are {', '.join(CASES)}")
    for name in given.cases or CASES:
        print_case(name, CASES[name], [sys.executable, *given.python])


if __name__ == "__main__":
    main()
