"""How long reading CloudFormation takes, side by side with what else reads it: python benchmarks/read_cloudformation.py

Two things are read, written to a temporary folder from a fixed seed:

* ``template``: one YAML template of 200 KB with three buckets that declare CORS, read again and again in one process.
* ``tree``: 2,000 templates, 15 MB, of which 20 declare CORS; most are YAML, a fifth JSON. Each reader is a process of
  its own, started cold three times, the best counted: wall time from start to exit, the time of the processor in it,
  which is the better figure on a busy machine, and the most memory that was resident.

Beside this project stand cfn-lint's decoder (nodes with their places, as here), PyYAML on libyaml (``CSafeLoader``) and
in pure Python (``SafeLoader``), both with constructors for CloudFormation's short tags. They parse every file and do
nothing with it. What is not installed beside this project is left out, and that is said; ``--python`` names another
interpreter that has it.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cold import MEASURE, with_module

TEMPLATE_BYTES = 200_000
TREE_FILES, TREE_BYTES, DECLARATIONS = 2_000, 15_000_000, 20

FUNCTION = """  {name}:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      FunctionName: !Sub "{name}-${{Stage}}"
      Handler: index.handler
      MemorySize: {number}
      Environment:
        Variables:
          TABLE: !Ref {name}Table
          HOST: !FindInMap [Hosts, !Ref Stage, host]
          TOPIC: !If [IsProd, !ImportValue "{name}-topic", !Ref AWS::NoValue]
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: !Join ["", [!GetAtt {name}Table.Arn, "/index/*"]]
"""
TABLE = """  {name}Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {{AttributeName: id, AttributeType: S}}
        - {{AttributeName: n{number}, AttributeType: N}}
      KeySchema:
        - {{AttributeName: id, KeyType: HASH}}
      Tags:
        - {{Key: Owner, Value: web}}
"""
HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [dev, prod]}
  Origins: {Type: CommaDelimitedList, Default: "https://a.example.com, https://b.example.com"}
Mappings:
  Hosts:
    dev: {host: dev.example.com}
    prod: {host: www.example.com}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
"""
CORS = """  {name}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "{lower}-${{Stage}}"
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET, HEAD]
            AllowedOrigins: !Ref Origins
            MaxAge: 3000
          - AllowedMethods: [PUT]
            AllowedOrigins: [!Sub ["https://${{Host}}", {{Host: !FindInMap [Hosts, !Ref Stage, host]}}]]
            AllowedHeaders: !If [IsProd, [Content-Type], ["*"]]
"""
PLAIN = "  {name}:\n    Type: AWS::S3::Bucket\n"

OURS = """
import sys, time
from drift.interfaces import Inputs
from drift.tree import DiskTree
from parsers.cloudformation import PARSER
from pathlib import Path
path = Path(sys.argv[1])
def read():
    tree = DiskTree(path.parent)
    unit = PARSER.claim(tree, path.name).unit
    assert len(PARSER.parse(tree, [unit], Inputs()).buckets) == 3
"""
LOADERS = """
import sys, time, yaml
from pathlib import Path
path = Path(sys.argv[1])
class Loader(yaml.LOADER):
    pass
def build(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    whole = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return whole(node, deep=True)
Loader.add_multi_constructor("!", build)
def one(file):
    yaml.load(file.read_bytes(), Loader)
"""
CFN_LINT = """
import sys, time
from pathlib import Path
from cfnlint.decode import decode
path = Path(sys.argv[1])
def one(file):
    assert decode(str(file))[0] is not None
"""
READ_ONE = "def read():\n    one(path)\n"
READ_ALL = "for file in path.rglob('*.*'):\n    one(file)\n"
REPEATED = """
taken = []
for _ in range(5):
    start = time.perf_counter()
    read()
    taken.append(time.perf_counter() - start)
print(min(taken), taken[0])
"""


def source(chance: random.Random, size: int, head: str = HEAD) -> str:
    """A template of about so many characters whose resources are no buckets."""
    parts, length = [head], len(head)
    while length < size:
        name, number = f"R{chance.randrange(10**9)}", chance.randrange(1, 3000)
        parts += [text.format(name=name, number=number) for text in (FUNCTION, TABLE)]
        length += len(parts[-1]) + len(parts[-2])
    return "".join(parts)


def as_json(chance: random.Random, size: int) -> str:
    """The same in JSON, as the CDK writes it."""
    resources: dict[str, object] = {}
    for _ in range(max(1, size // 450)):
        name = f"R{chance.randrange(10**9)}"
        policy = {"Effect": "Allow", "Action": ["sqs:*"], "Resource": {"Fn::GetAtt": [f"{name}Queue", "Arn"]}}
        resources[name] = {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": {"Fn::Sub": f"{name}-${{Stage}}"}, "PolicyDocument": {"Statement": [policy]}},
            "Metadata": {"aws:cdk:path": f"App/Stack/{name}/Resource"},
        }
    return json.dumps({"Parameters": {"Stage": {"Type": "String"}}, "Resources": resources}, indent=1)


def write_template(path: Path) -> None:
    """Writes the large template."""
    chance = random.Random(7)  # noqa: S311
    buckets = "".join(CORS.format(name=f"Bucket{number}", lower=f"bucket{number}") for number in range(3))
    path.write_text(source(chance, TEMPLATE_BYTES - len(buckets)) + buckets, encoding="utf-8")


def write_tree(root: Path) -> None:
    """Writes the tree: in every twentieth template is a bucket, in every hundredth one that declares CORS."""
    chance = random.Random(7)  # noqa: S311
    for number in range(TREE_FILES):
        folder = root / f"area{number % 7}" / f"team{number % 61}"
        folder.mkdir(parents=True, exist_ok=True)
        size = chance.randrange(1_000, 2 * TREE_BYTES // TREE_FILES - 1_000)
        declares = number % (TREE_FILES // DECLARATIONS) == 0
        if number % 5 == 1:
            (folder / f"t{number}.json").write_text(as_json(chance, size), encoding="utf-8")
            continue
        text = source(chance, size)
        if declares:
            text += CORS.format(name=f"Bucket{number}", lower=f"bucket{number}")
        elif number % 20 == 0:
            text += PLAIN.format(name=f"Bucket{number}")
        (folder / f"t{number}.yaml").write_text(text, encoding="utf-8")


def measured(command: Sequence[str], runs: int = 3) -> tuple[float, float, float] | str:
    """Seconds, seconds of the processor and megabytes of the quickest run, or why there is none."""
    found: list[tuple[float, float, float]] = []
    for _ in range(runs):
        shown = subprocess.run(  # noqa: S603
            [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True
        )
        seconds, processor, memory, code, fault = shown.stdout.strip().split(" ", 4)
        if int(code) not in (0, 3):
            return f"exit {code}: {fault}"
        found.append((float(seconds), float(processor), float(memory)))
        if float(seconds) > 10:
            break
    return min(found)


def repeated(command: Sequence[str]) -> tuple[float, float] | str:
    """The seconds of the quickest and of the first reading in one process, or why there is none."""
    shown = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if shown.returncode:
        return shown.stderr[-300:]
    quickest, first = map(float, shown.stdout.split())
    return quickest, first


def print_template(pythons: dict[str, str | None], codes: dict[str, str], path: Path) -> None:
    """A line for each reader of the large template."""
    print(f"template: {path.stat().st_size:,} bytes, three buckets with CORS")
    ours = None
    for name, python in pythons.items():
        found = repeated([python, "-c", codes[name], str(path)]) if python else "not installed, left out"
        if isinstance(found, str):
            print(f"  {name:24} {found}")
            continue
        ours = found[0] if ours is None else ours
        print(f"  {name:24} {found[0]:7.3f} s, {found[1]:7.3f} s the first time, {found[0] / ours:6.1f} times")


def print_tree(pythons: dict[str, str | None], commands: dict[str, list[str]], root: Path) -> None:
    """A line for each reader of the tree."""
    files = [path for path in root.rglob("*.*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"tree: {len(files)} files, {size:,} bytes, {DECLARATIONS} of them declare CORS")
    ours = None
    for name, python in pythons.items():
        found = measured([python, *commands[name], str(root)]) if python else "not installed, left out"
        if isinstance(found, str):
            print(f"  {name:24} {found}")
            continue
        ours = found[0] if ours is None else ours
        seconds, processor, memory = found
        figures = f"{seconds:7.2f} s, {processor:7.2f} s of processor, {memory:4.0f} MB, {seconds / ours:6.1f} times"
        print(f"  {name:24} {figures}")


def main() -> None:
    """Writes the template and the tree, reads them by all readers, prints a line for each."""
    options = argparse.ArgumentParser(description="Time the reading of CloudFormation templates.")
    options.add_argument("--python", action="append", default=[], help="an interpreter that has cfn-lint; repeatable")
    found = [sys.executable, *options.parse_args().python]
    pythons = {
        "cors-drift": with_module("drift", found),
        "cfn-lint's decoder": with_module("cfnlint.decode", found),
        "PyYAML CSafeLoader": with_module("yaml._yaml", found),
        "PyYAML SafeLoader": with_module("yaml", found),
    }
    others = {
        "cfn-lint's decoder": CFN_LINT,
        "PyYAML CSafeLoader": LOADERS.replace("LOADER", "CSafeLoader"),
        "PyYAML SafeLoader": LOADERS.replace("LOADER", "SafeLoader"),
    }
    ones = {"cors-drift": OURS, **{name: code + READ_ONE for name, code in others.items()}}
    commands = {name: ["-c", code + READ_ALL] for name, code in others.items()}
    with tempfile.TemporaryDirectory() as folder:
        template, tree = Path(folder, "template.yaml"), Path(folder, "tree")
        write_template(template)
        print_template(pythons, {name: code + REPEATED for name, code in ones.items()}, template)
        write_tree(tree)
        print_tree(pythons, {"cors-drift": ["-m", "drift", "declared"], **commands}, tree)


if __name__ == "__main__":
    main()
