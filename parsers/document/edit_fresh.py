"""Whole values as JSON and YAML, where there is nothing whose style they could follow."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.document.edit_text import Data, json_scalar, yaml_scalar


def in_json(value: Data, indent: str = "") -> str:
    """JSON, indented by two, lists of texts on one line."""
    if isinstance(value, str | int | bool | None):
        return json_scalar(value)
    inner = indent + "  "
    if isinstance(value, Mapping):
        lines = [f"{inner}{json_scalar(key)}: {in_json(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}" if lines else "{}"
    if all(isinstance(each, str | int | bool | None) for each in value):
        return "[" + ", ".join(in_json(each) for each in value) + "]"
    return "[\n" + ",\n".join(f"{inner}{in_json(each, inner)}" for each in value) + f"\n{indent}]"


def in_yaml(value: Data, indent: str = "") -> str:
    """YAML in block style as yamllint likes it; the first line without its indentation."""
    if isinstance(value, str | int | bool | None):
        return yaml_scalar(value, ("", '"'))
    if not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    if not isinstance(value, Mapping):
        return f"\n{indent}".join(f"- {in_yaml(each, indent + '  ')}" for each in value)
    lines: list[str] = []
    for key, each in value.items():
        name = yaml_scalar(key, ("", '"'))
        if isinstance(each, str | int | bool | None) or not each:
            lines.append(f"{name}: {in_yaml(each)}")
        else:
            lines.append(f"{name}:\n{indent}  {in_yaml(each, indent + '  ')}")
    return f"\n{indent}".join(lines)
