"""``samconfig.toml``: how the SAM CLI deploys the template beside it.

Source: SAM developer guide, "AWS SAM CLI configuration file": tables ``[ENVIRONMENT.COMMAND.parameters]``, of which a
plain ``sam deploy`` takes those of ``default``, the command's over ``global``; ``template_file`` names the template
(``template.yaml`` where it is missing), which ``sam build`` writes again to ``.aws-sam/build``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import NamedText, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.given import overrides_of, plain_data, read_toml
from parsers.cloudformation.surroundings import Surroundings
from parsers.document import read_document, text_of

_NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_TEMPLATES = ("template.yaml", "template.yml", "template.json")
_BUILT = re.compile(r"((?:.*/)?)\.aws-sam/build/(template\.yaml)")
_ENVIRONMENT = "default"


def is_built(path: str) -> bool:
    """Whether a file is what ``sam build`` made of a template that stands beside it."""
    return ".aws-sam" in path.split("/")[:-1]


def configured(tree: Tree, template: str) -> Surroundings | None:
    """What the configuration beside a template says of its stack; None where there is none, or it names another."""
    built = _BUILT.fullmatch(template)
    folder, name = (built.group(1).rstrip("/"), "template.yaml") if built else posixpath.split(template)
    path = next((each for each in (posixpath.join(folder, file) for file in _NAMES) if tree.is_file(each)), None)
    if path is None:
        return None
    try:
        root = _data(tree, path)
    except InputError as error:
        where = Location(path) if error.location is None else error.location
        fault = Diagnostic(Severity.ERROR, "broken-samconfig", error.message, where, error.advice)
        return Surroundings(remarks=(fault,)) if name in _TEMPLATES else None
    environment = root.get(_ENVIRONMENT) if isinstance(root, dict) else None
    if not isinstance(environment, dict):
        return _one_of_several(root, path) if built or name in _TEMPLATES else None
    file = _setting(environment, "template_file") or _setting(environment, "template")
    if (posixpath.normpath(file) != name and not built) if file else name not in _TEMPLATES:
        return None
    source = f"{path} [{_ENVIRONMENT}]"
    values = dict(overrides_of(environment) or ())
    return Surroundings(
        stack_name=_setting(environment, "stack_name"),
        region=_setting(environment, "region"),
        values=values,
        sources=dict.fromkeys(values, source),
        told_by=path,
    )


def _one_of_several(root: object, path: str) -> Surroundings | None:
    """Of several environments, none of which is the default, any may be meant: what they give is not known."""
    tables = root.items() if isinstance(root, dict) else ()
    environments = {str(key): table for key, table in tables if isinstance(table, dict)}
    given = {key: dict(overrides_of(table) or ()) for key, table in environments.items()}
    values: dict[str, Text] = {}
    reason = f"{path} has another value for each of its environments ({', '.join(environments)}): give one"
    for name in dict.fromkeys(name for each in given.values() for name in each):
        values[name] = Unknown(f"parameter {name} is not known: {reason} with --parameter {name}=VALUE")
    if not values:
        return None
    message = f"{path} has no default environment ({', '.join(environments)}): none of them was taken"
    advice = f"give --parameters-file {path} if it has one environment, or --parameter NAME=VALUE"
    remark = Diagnostic(Severity.INFO, "environment-not-known", message, Location(path), advice)
    return Surroundings(values=values, remarks=(remark,), told_by=path)


def _data(tree: Tree, path: str) -> object:
    content = tree.read(path)
    if path.endswith(".toml"):
        return read_toml(NamedText(path, text_of(content, path)))
    root = read_document(content, path)
    return None if root is None else plain_data(root)


def _setting(environment: dict[object, object], name: str) -> str | None:
    """A setting of the deploy command, else of all commands."""
    return next((value for value in _settings(environment, name) if isinstance(value, str) and value), None)


def _settings(environment: dict[object, object], name: str) -> Iterator[object]:
    for command in ("deploy", "global"):
        table = environment.get(command)
        parameters = table.get("parameters") if isinstance(table, dict) else None
        if isinstance(parameters, dict):
            yield parameters.get(name)
