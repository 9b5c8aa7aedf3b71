"""Parameter values from the command line and from the files that AWS tools write them to.

Shapes: the AWS CLI's list of ParameterKey and ParameterValue, ``--cli-input-json``, ``Key=Value`` overrides (lines, or
a JSON list), ``{"Parameters": {...}}`` of CodePipeline, the deployment file of Git sync, a plain mapping (Amplify),
the manifest of a CDK assembly, ``samconfig.toml`` and ``samconfig.yaml``.

What wins, from the top: ``--parameter`` (the last one of a name), the last ``--parameters-file``, an earlier one, the
template's default. A nested stack has what its parent passes, else its template's default.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, NamedText
from drift.location import Diagnostic, Severity
from parsers.cloudformation.parameters import Given, scalar_text
from parsers.document import ListNode, MapNode, Node, Scalar, read_document

_OVERRIDE = re.compile(r"\s*([A-Za-z0-9]+)=(.*)", re.DOTALL)
_LONG = re.compile(r"\s*ParameterKey=([A-Za-z0-9]+),(?:ParameterValue=(.*)|UsePreviousValue=(?i:true)\s*)", re.DOTALL)
"""The other form that the CLIs take: commas in the value are written with a backslash."""
_SHAPES = (
    "give a list of ParameterKey and ParameterValue, a mapping of names to values, Key=Value lines or samconfig.toml"
)

Found = dict[str, tuple[Text, int | None]]
"""Name to value, and the line on which it stands where that is known."""


def given_values(inputs: Inputs) -> tuple[Given, list[Diagnostic]]:
    """Every value with a later source over an earlier one and the command line over files; and faults of the files."""
    values: dict[str, Text] = {}
    sources: dict[str, str] = {}
    broken: str | None = None
    diagnostics: list[Diagnostic] = []
    for file in inputs.parameter_files:
        try:
            for name, (value, line) in _read(file).items():
                values[name] = value
                sources[name] = file.name if line is None else f"{file.name}:{line}"
        except InputError as error:
            broken = file.name
            values.clear()  # which of them the file overrides is not known
            where = f":{error.location.line}" if error.location and error.location.line else ""
            diagnostics.append(
                Diagnostic(Severity.ERROR, "parameter-file", f"{file.name}{where}: {error.message}", None, error.advice)
            )
    values.update(inputs.parameters)
    sources.update((name, "--parameter") for name, _ in inputs.parameters)
    return Given(values, sources, broken), diagnostics


def _read(file: NamedText) -> Found:
    if file.name.lower().endswith(".toml"):
        return _samconfig(read_toml(file))
    lines = [line.strip() for line in file.text.splitlines()]
    if any(lines) and all(not line or line.startswith("#") or _OVERRIDE.match(line) for line in lines):
        return {
            name: (value, number)
            for number, line in enumerate(lines, 1)
            if line and not line.startswith("#")
            for name, value in _overrides(line) or _none_in(number)
        }
    root = read_document(file.text.encode("utf-8", "replace"), file.name)
    if root is None:
        return {}
    if isinstance(root, MapNode):
        if any(True for _ in _override_tables(root)):
            return _samconfig(plain_data(root))
        if isinstance(artifacts := root.get("artifacts"), MapNode):
            return _from_manifest(artifacts)
        for name in ("Parameters", "parameters"):
            inner = root.get(name)
            if isinstance(inner, MapNode | ListNode):
                root = inner
                break
    found = _from_list(root) if isinstance(root, ListNode) else from_mapping(root)
    if found is None:
        raise InputError("this file holds no parameter values in a shape that is known", advice=_SHAPES)
    return found


def from_mapping(root: Node) -> Found | None:
    if not isinstance(root, MapNode):
        return None
    return {
        key.text: (text, key.place.line) for key, node in root.entries if (text := _value(key.text, node)) is not None
    }


def _from_list(root: ListNode) -> Found | None:
    found: Found = {}
    for item in root.items:
        line = item.place.line
        if isinstance(item, Scalar):
            pairs = _overrides(item.text)
            if not pairs:
                return None
            found.update((name, (value, line)) for name, value in pairs)
            continue
        key = item.get("ParameterKey") if isinstance(item, MapNode) else None
        if not isinstance(item, MapNode) or not isinstance(key, Scalar):
            return None
        node = item.get("ParameterValue")
        value = _value(key.text, node) if node is not None else None
        if value is not None:
            found[key.text] = (value, line)
        elif (previous := item.get("UsePreviousValue")) is not None and scalar_text(previous) == "true":
            found[key.text] = (previous_value(key.text), line)
    return found


def _from_manifest(artifacts: MapNode) -> Found:
    """The parameters of all stacks of a CDK assembly; two stacks that give one name different values are an error."""
    found: Found = {}
    for key, artifact in artifacts.entries:
        properties = artifact.get("properties") if isinstance(artifact, MapNode) else None
        parameters = properties.get("parameters") if isinstance(properties, MapNode) else None
        for name, each in (from_mapping(parameters) or {}).items() if parameters is not None else ():
            if found.setdefault(name, each)[0] != each[0]:
                raise InputError(
                    f"stack {key.text} gives parameter {name} another value than a stack above it",
                    advice="give the values with --parameter KEY=VALUE",
                )
    return found


def _value(name: str, node: Node) -> Text | None:
    """A scalar's text; the members of a list with commas between them, as CloudFormation passes lists."""
    if isinstance(node, Scalar) and node.is_null:
        return None
    if isinstance(node, ListNode) and node.tag is None:
        members = [scalar_text(item) for item in node.items]
        if None not in members:
            return ",".join(member for member in members if member is not None)
    text = scalar_text(node)
    return text if text is not None else Unknown(f"the value given for parameter {name} is not a text")


def _overrides(text: str) -> list[tuple[str, Text]]:
    """``A=1 B="two words"``, or one ``A=anything`` where that is not shell syntax."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = [text]
    pairs = [_pair(word) for word in words]
    if pairs and None not in pairs:
        return [pair for pair in pairs if pair is not None]
    whole = _pair(text.strip())
    return [whole] if whole else []


def _pair(word: str) -> tuple[str, Text] | None:
    long = _LONG.fullmatch(word)
    if long is not None:
        name, value = long.groups()
        return name, previous_value(name) if value is None else value.replace("\\,", ",")
    match = _OVERRIDE.fullmatch(word)
    return (match.group(1), match.group(2)) if match and match.group(1) != "ParameterKey" else None


def _none_in(line: int) -> list[tuple[str, Text]]:
    raise InputError(f"line {line} gives no parameter a value", advice=_SHAPES)


def previous_value(name: str) -> Unknown:
    return Unknown(f"parameter {name} keeps the value that the deployed stack has")


def read_toml(file: NamedText) -> object:
    import tomllib

    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"this is not valid TOML: {error}", advice="check the file") from None


def _override_tables(root: MapNode) -> Iterator[Node]:
    """``parameter_overrides`` of the environments of a ``samconfig.yaml``."""
    for _, environment in root.entries:
        for command in ("deploy", "global"):
            node: Node | None = environment
            for name in (command, "parameters", "parameter_overrides"):
                node = node.get(name) if isinstance(node, MapNode) else None
            if node is not None:
                yield node


def plain_data(node: Node) -> object:
    if isinstance(node, Scalar):
        return scalar_text(node)
    if isinstance(node, ListNode):
        return [plain_data(item) for item in node.items]
    return {key.text: plain_data(value) for key, value in node.entries}


def _samconfig(root: object) -> Found:
    tables = root.items() if isinstance(root, dict) else ()
    environments = {name: overrides for name, table in tables if (overrides := overrides_of(table)) is not None}
    chosen = "default" if "default" in environments else next(iter(environments), None)
    if chosen is None or (chosen != "default" and len(environments) > 1):
        found = ", ".join(environments) or "none"
        raise InputError(
            f"samconfig has no parameter_overrides in [default.deploy.parameters] (environments with them: {found})",
            advice="give the values with --parameter KEY=VALUE",
        )
    return {name: (value, None) for name, value in environments[chosen]}


def overrides_of(table: object) -> list[tuple[str, Text]] | None:
    """``parameter_overrides`` of one environment, of its deploy command or else of all its commands."""
    for command in ("deploy", "global"):
        inner = table.get(command) if isinstance(table, dict) else None
        parameters = inner.get("parameters") if isinstance(inner, dict) else None
        overrides = parameters.get("parameter_overrides") if isinstance(parameters, dict) else None
        if isinstance(overrides, str):
            return _overrides(overrides)
        if isinstance(overrides, list):
            return [pair for each in overrides if isinstance(each, str) for pair in _overrides(each)]
        if isinstance(overrides, dict):
            return [(str(name), str(value)) for name, value in overrides.items()]
    return None
