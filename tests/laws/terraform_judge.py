"""The real ``terraform`` as the judge of many modules in one plan.

Modules are planned together, as child modules of one root, since most of a plan's time goes into starting the binary.
One that Terraform refuses is taken out by the file that the error names, and the others are planned again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.language import terraform_plan as stub

Row = Mapping[str, Any]
_CASE = re.compile(r"\bcase_(\d+)\b")


@dataclass(frozen=True)
class Source:
    """A root module: its files by path, what it declares in ``variables`` (name to block), and how values are given.

    ``given`` holds the way (``tfvars``, ``auto``, ``json``, ``environment``, ``flag``), the name and the text.
    """

    files: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    given: tuple[tuple[str, str, str], ...] = ()

    def written(self, folder: Path) -> None:
        """Puts the files, with those that give values, into a folder."""
        for path, content in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, newline="")
        for name, content in _variable_files(self.given, "").items():
            (folder / name).write_text(content)

    def __str__(self) -> str:
        shown = [f"--- {path}\n{content.rstrip()}" for path, content in self.files.items()]
        return "\n".join(shown + [f"--- {way}: {name} = {content}" for way, name, content in self.given])


@dataclass(frozen=True)
class Outcome:
    """What Terraform makes of a root module: the S3 resources of its plan, or an error and the address of its block."""

    rows: tuple[Row, ...] = ()
    error: str | None = None
    address: str = ""


def _variable_files(given: Sequence[tuple[str, str, str]], prefix: str) -> dict[str, str]:
    native: dict[str, str] = {}
    for way, file in (("tfvars", "terraform.tfvars"), ("auto", "a.auto.tfvars")):
        lines = [f"{prefix}{name} = {content}\n" for each, name, content in given if each == way]
        if lines:
            native[file] = "".join(lines)
    values = {prefix + name: json.loads(content) for way, name, content in given if way == "json"}
    if values:
        native["terraform.tfvars.json"] = json.dumps(values)
    return native


class Judge:
    """Plans modules with the stub provider, which is served as long as the judge lives (see ``judging``)."""

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        self._work = work
        self._environment = environment

    def one(self, source: Source) -> Outcome:
        """The plan of a single root module."""
        folder = self._folder()
        source.written(folder)
        options = [f"-var={name}={content}" for way, name, content in source.given if way == "flag"]
        environment = {f"TF_VAR_{name}": content for way, name, content in source.given if way == "environment"}
        planned = self._plan(folder, options, environment)
        shutil.rmtree(folder)
        if isinstance(planned, tuple):
            return Outcome(planned)
        fault = planned[0]
        return Outcome(error=f"{fault['summary']}: {fault.get('detail', '')}", address=_address(fault))

    def many(self, sources: Sequence[Source]) -> list[Outcome]:
        """The plans of several, in their order."""
        outcomes: dict[int, Outcome] = {}
        left = dict(enumerate(sources))
        while left:
            planned = self._together(left)
            if isinstance(planned, tuple):
                for number in left:
                    prefix = f"module.case_{number}."
                    rows = [
                        {**row, "address": row["address"].removeprefix(prefix)}
                        for row in planned
                        if row["address"].startswith(prefix)
                    ]
                    outcomes[number] = Outcome(tuple(rows))
                break
            blamed = {int(match) for fault in planned for match in _CASE.findall(json.dumps(fault))} & set(left)
            for number in blamed or left:
                outcomes[number] = self.one(left.pop(number) if blamed else left[number])
            if not blamed:
                break
        return [outcomes[number] for number in range(len(sources))]

    def _together(self, sources: Mapping[int, Source]) -> tuple[Row, ...] | list[dict[str, Any]]:
        folder = self._folder()
        calls: list[str] = []
        options: list[str] = []
        environment: dict[str, str] = {}
        files: dict[str, str] = {}
        for number, source in sources.items():
            name = f"case_{number}"
            Source(source.files).written(folder / name)
            passed = []
            for variable in dict.fromkeys(variable for _, variable, _ in source.given):
                calls.append(source.variables[variable].replace(f'"{variable}"', f'"{name}_{variable}"', 1))
                passed.append(f"  {variable} = var.{name}_{variable}\n")
            calls.append(f'module "{name}" {{\n  source = "./{name}"\n{"".join(passed)}}}\n')
            for path, content in _variable_files(source.given, f"{name}_").items():
                files[path] = _joined(files.get(path), content)
            options += [f"-var={name}_{each}={content}" for way, each, content in source.given if way == "flag"]
            environment |= {
                f"TF_VAR_{name}_{each}": content for way, each, content in source.given if way == "environment"
            }
        Source({**files, "main.tf": "".join(calls)}).written(folder)
        planned = self._plan(folder, options, environment)
        shutil.rmtree(folder)
        return planned

    def _folder(self) -> Path:
        folder = self._work / "plan"
        folder.mkdir()
        return folder

    def _plan(
        self, folder: Path, options: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[Row, ...] | list[dict[str, Any]]:
        """The rows of the plan, or Terraform's errors."""

        def terraform(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["terraform", *arguments],
                cwd=folder,
                env={**self._environment, **environment},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )

        if (done := terraform("init", "-input=false", "-json")).returncode != 0:
            return _faults(done)
        done = terraform("plan", "-refresh=false", "-input=false", "-json", "-lock=false", "-out=saved", *options)
        if done.returncode != 0:
            return _faults(done)
        done = terraform("show", "-json", "saved")
        assert done.returncode == 0, done.stderr
        return tuple(stub._rows(json.loads(done.stdout)))


def _address(fault: Mapping[str, Any]) -> str:
    """The resource in which an error is, by its address; the folders of the modules have the names of the calls."""
    folders = str((fault.get("range") or {}).get("filename") or "").split("/")[:-1]
    block = re.findall('"([^"]*)"', (fault.get("snippet") or {}).get("context") or "")
    return ".".join([*(f"module.{each}" for each in folders), *block])


def _joined(before: str | None, more: str) -> str:
    if before is None or not before.startswith("{"):
        return (before or "") + more
    return json.dumps({**json.loads(before), **json.loads(more)})


def _faults(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found = []
    for line in done.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        fault = message.get("diagnostic", {})
        if fault.get("severity") == "error":
            found.append(fault)
    return found or [{"summary": "refused", "detail": done.stderr + done.stdout}]


@contextmanager
def judging(*, settled: bool = False) -> Iterator[Judge]:
    """A judge, with the stub provider behind it. With ``settled`` what is known only after apply has values."""
    grpc, rpc = import_module("grpc"), import_module("tf.gen.tfplugin_pb2_grpc")
    with TemporaryDirectory() as name:
        work = Path(name)
        (work / "rc").write_text("")
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        provider = stub._provider(rpc)
        rpc.add_ProviderServicer_to_server(_Settled(provider) if settled else provider, server)
        stub._add_plugin_services(server)
        server.add_insecure_port(f"unix://{work / 's'}")
        server.start()
        address = {"Network": "unix", "String": str(work / "s")}
        attach = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("TF_")},
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(work / "rc"),
            "TF_REATTACH_PROVIDERS": json.dumps(
                {f"registry.terraform.io/hashicorp/{each}": attach for each in ("aws", "random")}
            ),
        }
        try:
            yield Judge(work, environment)
        finally:
            server.stop(0)


class _Settled:
    """The stub provider, that knows at once what the real one would learn by applying."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._made = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
        msgpack, pb = import_module("msgpack"), import_module("tf.gen.tfplugin_pb2")
        planned = self._provider.PlanResourceChange(request, context)
        state = msgpack.unpackb(
            planned.planned_state.msgpack, raw=False, strict_map_key=False, ext_hook=msgpack.ExtType
        )
        if isinstance(state, dict):
            self._made += 1
            for attribute, value in state.items():
                if isinstance(value, msgpack.ExtType) and attribute != "cors_rule":
                    made = str(1000 + self._made) if attribute == "dec" else f"{self._made:x}f"
                    state[attribute] = (state.get("bucket_prefix") or "") + made
            state["id"] = state.get("bucket", state.get("id"))
        return pb.PlanResourceChange.Response(planned_state=pb.DynamicValue(msgpack=msgpack.packb(state)))
