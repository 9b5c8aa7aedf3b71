"""How long a report on 10,000 findings takes in every format, and how much memory, beside the plainest thing that a
user could do instead with the JSON document: a template, a tree of elements, lines.

    python benchmarks/write_reports.py [FINDINGS]

Run from the repository's root. Every format is written in a process of its own, imports included; the plain ones show
a line or row of each finding and nothing else: no requests, no caps, no grouping. The ratios are what to compare.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from drift.documents import report_to_json
from drift.settings import Format
from tests.samples import many

FINDINGS = 10_000
RUNS = 3

_ROW = "{{ each.severity }}{% raw %} {% endraw %}{{ each.id }} {{ each.bucket }}: {{ each.message }} {{ each.help }}"
_LIST = "{% for each in findings %}" + _ROW + "\n{% endfor %}"
_PAGE = "<table>{% for each in findings %}<tr><td>" + _ROW + "</td></tr>\n{% endfor %}</table>"


def _template(text: str, *, escape: bool = False) -> Callable[[Any, TextIO], None]:
    def write(document: Any, stream: TextIO) -> None:
        from jinja2 import Environment

        stream.write(Environment(autoescape=escape).from_string(text).render(document))  # noqa: S701 - text, no page

    return write


def _plain_json(document: Any, stream: TextIO) -> None:
    stream.write(json.dumps(document, indent=2))


def _plain_junit(document: Any, stream: TextIO) -> None:
    suite = ElementTree.Element("testsuite", name="cors-drift")
    for each in document["findings"]:
        case = ElementTree.SubElement(suite, "testcase", name=f"{each['bucket']} {each['id']}")
        ElementTree.SubElement(case, "failure", message=each["message"]).text = each["help"]
    stream.write(ElementTree.tostring(suite, encoding="unicode"))


def _plain_sarif(document: Any, stream: TextIO) -> None:
    results = [{"ruleId": each["id"], "message": {"text": each["message"]}} for each in document["findings"]]
    run = {"tool": {"driver": {"name": "cors-drift", "rules": []}}, "results": results}
    stream.write(json.dumps({"version": "2.1.0", "runs": [run]}, indent=2))


def _plain_github(document: Any, stream: TextIO) -> None:
    for each in document["findings"]:
        stream.write(f"::{each['severity']} title={each['id']}::{each['message']}\n")


PLAIN: dict[Format, tuple[str, Callable[[Any, TextIO], None]]] = {
    Format.TERMINAL: ("a template", _template(_LIST)),
    Format.JSON: ("json.dumps", _plain_json),
    Format.MARKDOWN: ("a template", _template(_LIST)),
    Format.HTML: ("a template", _template(_PAGE, escape=True)),
    Format.SARIF: ("json.dumps", _plain_sarif),
    Format.JUNIT: ("ElementTree", _plain_junit),
    Format.GITHUB: ("f-strings", _plain_github),
}
"""What a user would write who has the JSON document: what it is made with, and how."""


def main() -> None:
    findings = int(sys.argv[1]) if len(sys.argv) > 1 else FINDINGS
    print(f"{findings:,} findings; the best of {RUNS} runs, each in a new process\n")
    heads = ("seconds", "plain", "ratio", "peak MB", "report MB", "size MB")
    print("format".ljust(10), *(head.rjust(9) for head in heads), " plain is")
    for kind in Format:
        ours, plain = (min(_measured(kind, way, findings) for _ in range(RUNS)) for way in ("ours", "plain"))
        seconds, before, peak, size = ours
        numbers = (seconds, plain[0], seconds / plain[0], peak, before, size / 1e6)
        told = (f"{number:9.{places}f}" for number, places in zip(numbers, (2, 2, 1, 0, 0, 2), strict=True))
        print(kind.ljust(10), *told, f" {PLAIN[kind][0]}", flush=True)


def _measured(kind: Format, way: str, findings: int) -> tuple[float, float, float, int]:
    command = [sys.executable, __file__, "--one", kind, way, str(findings)]
    run = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this very file
    seconds, before, peak, size = json.loads(run.stdout)
    return seconds, before, peak, size


def _one(kind: Format, way: str, findings: int) -> None:
    """Write once; print the seconds, the most memory before and after in MB, and the bytes that were written."""
    report = many(findings)
    before = _most()
    began = time.perf_counter()
    with tempfile.TemporaryFile("w", encoding="utf-8") as stream:
        if way == "plain":
            PLAIN[kind][1](report_to_json(report), stream)
        else:
            import_module(f"drift.reporters.{kind}").write_report(report, stream)
        stream.flush()
        seconds = time.perf_counter() - began
        size = stream.seek(0, 2)
    print(json.dumps([seconds, before, _most(), size]))


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Format(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        main()
