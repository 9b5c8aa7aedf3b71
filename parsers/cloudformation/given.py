"""Parameter values from the command line and from the files that AWS tools write them to.

Shapes: the AWS CLI's list of ParameterKey and ParameterValue, ``--cli-input-json``, ``Key=Value`` overrides (lines, or
a JSON list), ``{"Parameters": {...}}`` of CodePipeline, the deployment file of Git sync, a plain mapping (Amplify),
and ``samconfig.toml``.
"""

from __future__ import annotations

import re
import shlex

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, NamedText
from drift.location import Diagnostic, Severity
from parsers.cloudformation.parameters import Given, scalar_text
from parsers.document import ListNode, MapNode, Node, Scalar, read_document

_OVERRIDE = re.compile(r"\s*([A-Za-z0-9]+)=(.*)", re.DOTALL)
_SHAPES = (
    "give a list of ParameterKey and ParameterValue, a mapping of names to values, Key=Value lines or samconfig.toml"
)


def given_values(inputs: Inputs) -> tuple[Given, list[Diagnostic]]:
    """Every value with a later source over an earlier one and the command line over files; and faults of the files."""
    values: dict[str, Text] = {}
    diagnostics: list[Diagnostic] = []
    for file in inputs.parameter_files:
        try:
            values.update(_read(file))
        except InputError as error:
            where = f":{error.location.line}" if error.location and error.location.line else ""
            diagnostics.append(
                Diagnostic(Severity.ERROR, "parameter-file", f"{file.name}{where}: {error.message}", None, error.advice)
            )
    values.update(inputs.parameters)
    return Given(values), diagnostics


def _read(file: NamedText) -> dict[str, Text]:
    if file.name.lower().endswith(".toml"):
        return _samconfig(file)
    lines = [line.strip() for line in file.text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and all(_OVERRIDE.match(line) for line in lines):
        return dict(pair for line in lines for pair in _overrides(line))
    root = read_document(file.text.encode("utf-8", "replace"), file.name)
    if root is None:
        return {}
    if isinstance(root, MapNode):
        for name in ("Parameters", "parameters"):
            inner = root.get(name)
            if isinstance(inner, MapNode | ListNode):
                root = inner
                break
    found = _from_list(root) if isinstance(root, ListNode) else _from_mapping(root)
    if found is None:
        raise InputError("this file holds no parameter values in a shape that is known", advice=_SHAPES)
    return found


def _from_mapping(root: Node) -> dict[str, Text] | None:
    if not isinstance(root, MapNode):
        return None
    return {key.text: text for key, node in root.entries if (text := _value(key.text, node)) is not None}


def _from_list(root: ListNode) -> dict[str, Text] | None:
    found: dict[str, Text] = {}
    for item in root.items:
        if isinstance(item, Scalar):
            pairs = _overrides(item.text)
            if not pairs:
                return None
            found.update(pairs)
            continue
        key = item.get("ParameterKey") if isinstance(item, MapNode) else None
        if not isinstance(item, MapNode) or not isinstance(key, Scalar):
            return None
        node = item.get("ParameterValue")
        value = _value(key.text, node) if node is not None else None
        if value is not None:
            found[key.text] = value
        elif (previous := item.get("UsePreviousValue")) is not None and scalar_text(previous) == "true":
            found[key.text] = Unknown(f"parameter {key.text} keeps the value that the deployed stack has")
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
    matches = [_OVERRIDE.fullmatch(word) for word in words]
    if words and all(matches):
        return [(match.group(1), match.group(2)) for match in matches if match]
    whole = _OVERRIDE.fullmatch(text.strip())
    return [(whole.group(1), whole.group(2))] if whole else []


def _samconfig(file: NamedText) -> dict[str, Text]:
    import tomllib

    try:
        root = tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"this is not valid TOML: {error}", advice="check the file") from None
    environments = {name: overrides for name, table in root.items() if (overrides := _overrides_of(table)) is not None}
    chosen = "default" if "default" in environments else next(iter(environments), None)
    if chosen is None or (chosen != "default" and len(environments) > 1):
        found = ", ".join(environments) or "none"
        raise InputError(
            f"samconfig has no parameter_overrides in [default.deploy.parameters] (environments with them: {found})",
            advice="give the values with --parameter KEY=VALUE",
        )
    overrides = environments[chosen]
    texts = [overrides] if isinstance(overrides, str) else overrides
    return dict(pair for text in texts for pair in _overrides(text))


def _overrides_of(table: object) -> str | list[str] | None:
    """``parameter_overrides`` of one environment, of its deploy command or else of all its commands."""
    for command in ("deploy", "global"):
        inner = table.get(command) if isinstance(table, dict) else None
        parameters = inner.get("parameters") if isinstance(inner, dict) else None
        overrides = parameters.get("parameter_overrides") if isinstance(parameters, dict) else None
        if isinstance(overrides, str):
            return overrides
        if isinstance(overrides, list):
            return [each for each in overrides if isinstance(each, str)]
    return None
