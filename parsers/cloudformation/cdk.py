"""Cloud assemblies: what ``cdk synth`` writes to ``cdk.out``.

Source: aws-cdk-cli, cloud-assembly-schema (``manifest.json``): artifacts of type ``aws:cloudformation:stack`` have an
``environment`` (``aws://ACCOUNT/REGION``, ``unknown-account`` and ``unknown-region`` where the code leaves them open)
and ``properties`` with ``templateFile``, ``stackName`` and ``parameters``; those of type ``cdk:cloud-assembly`` are the
stages, each an assembly in a folder of its own (``directoryName``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.parameters import scalar_text
from parsers.cloudformation.surroundings import Surroundings
from parsers.cloudformation.template import looks_like_template
from parsers.document import MapNode, Node, Scalar, read_document

MANIFEST = "manifest.json"
MAX_ASSEMBLIES = 200

_MARKS = (b'"aws:cloudformation:stack"', b'"cdk:cloud-assembly"')
_ASSET = re.compile(r"(?:^|/)asset\.[0-9a-f]{64}/")
_ENVIRONMENT = re.compile(r"aws://([^/]*)/([^/]*)")
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stack of an assembly: the path of its template, and how it is deployed."""

    template: str
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Assembly:
    """One ``manifest.json``: its stacks, and the manifests of the stages below it."""

    path: str
    stacks: tuple[Artifact, ...]
    stages: tuple[str, ...]


def is_assembly(content: bytes, path: str) -> bool:
    """Whether a file is the manifest of an assembly."""
    return posixpath.basename(path) == MANIFEST and any(mark in content for mark in _MARKS)


def is_in_asset(path: str) -> bool:
    """Whether a file is part of an asset of an assembly: a copy of code, no template of the stack."""
    return _ASSET.search(path) is not None


@dataclass(slots=True)
class Assemblies:
    """The assemblies of one tree, each read once; what is wrong with one is told once."""

    tree: Tree
    faults: dict[Diagnostic, None] = field(default_factory=dict)
    _read: dict[str, Assembly | None] = field(default_factory=dict)

    def around(self, template: str) -> Assembly | None:
        """The assembly in whose folder a template lies."""
        return self.at(posixpath.join(posixpath.dirname(template), MANIFEST))

    def at(self, path: str) -> Assembly | None:
        """The assembly of a manifest; None where the file is none."""
        if path not in self._read:
            self._read[path] = None
            try:
                content = self.tree.read(path) if self.tree.is_file(path) else b""
                if is_assembly(content, path):
                    self._read[path] = _assembly(read_document(content, path), path)
            except InputError as error:
                fault = Diagnostic(Severity.ERROR, "broken-assembly", error.message, error.location, error.advice)
                self.faults[fault] = None
        return self._read[path]

    def templates(self, manifest: str) -> list[str]:
        """The templates of all stacks of an assembly and its stages that declare buckets or may."""
        found: dict[str, None] = {}
        waiting, seen = [manifest], {manifest}
        while waiting:
            assembly = self.at(waiting.pop(0))
            if assembly is None:
                continue
            left = any(self.tree.is_file(stack.template) for stack in assembly.stacks)
            for stack in assembly.stacks:
                if not self.tree.is_file(stack.template):
                    message = f"the template {posixpath.basename(stack.template)} of this assembly is not there"
                    at = Location(assembly.path)
                    # A manifest all alone was left behind; one of several templates that is gone hides something.
                    weight = Severity.ERROR if left else Severity.WARNING
                    fault = Diagnostic(weight, "broken-assembly", message, at, "run cdk synth again")
                    self.faults[fault] = None
                elif looks_like_template(self.tree.read(stack.template), stack.template):
                    found[stack.template] = None
            new = [stage for stage in assembly.stages if stage not in seen]
            seen.update(new)
            waiting.extend(new[: max(0, MAX_ASSEMBLIES - len(seen))])
        return list(found)


def with_assemblies(units: Sequence[str], assemblies: Assemblies) -> tuple[list[str], list[Diagnostic]]:
    """The units with the templates of the assemblies among them in place of their manifests.

    A template in the folder of an assembly that is none of its stacks' was left there by an earlier run: the CDK never
    cleans the folder. It is read only where it is named by itself.
    """
    whole: dict[str, None] = {}
    for unit in units:
        named = assemblies.templates(unit) if posixpath.basename(unit) == MANIFEST else [unit]
        whole.update(dict.fromkeys(named))
    read = {assembly.path for path in whole if (assembly := _assembly_of(path, assemblies)) is not None}
    remarks: list[Diagnostic] = []
    for path in list(whole):
        around = assemblies.around(path)
        left = around is not None and (around.path in read or around.path in units)
        if left and _assembly_of(path, assemblies) is None and ".nested." not in posixpath.basename(path):
            del whole[path]
            message = f"this template belongs to no stack of the assembly beside it ({MANIFEST}), and was left out"
            advice = "name the file itself to read it"
            remarks.append(Diagnostic(Severity.INFO, "not-in-the-assembly", message, Location(path), advice))
    return list(whole), remarks


def _assembly_of(path: str, assemblies: Assemblies) -> Assembly | None:
    assembly = assemblies.around(path)
    stacks = assembly.stacks if assembly is not None else ()
    return assembly if any(stack.template == path for stack in stacks) else None


def deployed_as(path: str, assemblies: Assemblies) -> list[Surroundings]:
    """The stacks that an assembly makes of a template; empty where no assembly knows it."""
    assembly = assemblies.around(path)
    return [stack.surroundings for stack in assembly.stacks if stack.template == path] if assembly is not None else []


def _assembly(root: Node | None, path: str) -> Assembly:
    artifacts = root.get("artifacts") if isinstance(root, MapNode) else None
    folder = posixpath.dirname(path)
    stacks: list[Artifact] = []
    stages: list[str] = []
    for key, artifact in artifacts.entries if isinstance(artifacts, MapNode) else ():
        kind = artifact.get("type") if isinstance(artifact, MapNode) else None
        properties = artifact.get("properties") if isinstance(artifact, MapNode) else None
        if not isinstance(artifact, MapNode) or not isinstance(kind, Scalar) or not isinstance(properties, MapNode):
            continue
        if kind.text == "aws:cloudformation:stack" and (file := _text(properties, "templateFile")):
            template = posixpath.normpath(posixpath.join(folder, file))
            stacks.append(Artifact(template, _surroundings(key, artifact, properties, path)))
        elif kind.text == "cdk:cloud-assembly" and (directory := _text(properties, "directoryName")):
            stages.append(posixpath.normpath(posixpath.join(folder, directory, MANIFEST)))
    return Assembly(path, tuple(stacks), tuple(stages))


def _surroundings(key: Scalar, artifact: MapNode, properties: MapNode, path: str) -> Surroundings:
    match = _ENVIRONMENT.fullmatch(_text(artifact, "environment") or "")
    account, region = match.groups() if match else ("", "")
    values = dict(_parameters(properties))
    return Surroundings(
        stack_name=_text(properties, "stackName") or key.text,
        account=account if _ACCOUNT.fullmatch(account) else None,
        region=region if _REGION.fullmatch(region) else None,
        values={name: text for name, (text, _) in values.items()},
        sources={name: f"{path}:{line}" for name, (_, line) in values.items()},
    )


def _parameters(properties: MapNode) -> Iterator[tuple[str, tuple[str, int]]]:
    parameters = properties.get("parameters")
    for name, node in parameters.entries if isinstance(parameters, MapNode) else ():
        text = scalar_text(node)
        if text is not None:
            yield name.text, (text, name.place.line)


def _text(node: MapNode, name: str) -> str | None:
    value = node.get(name)
    return value.text if isinstance(value, Scalar) and not value.is_null else None
