"""Backends of AWS Amplify (Gen 1): ``amplify/backend/CATEGORY/RESOURCE/`` with a template and its parameters.

Amplify deploys the templates as nested stacks of a root stack that it generates, and passes them what stands in
``parameters.json``, over that what ``team-provider-info.json`` has for the environment, and the environment's name as
``env``. Source: Amplify documentation (Gen 1), "Amplify-generated files".
"""

from __future__ import annotations

import posixpath
import re

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.given import from_mapping
from parsers.cloudformation.parameters import Given
from parsers.cloudformation.surroundings import Surroundings
from parsers.document import MapNode, Node, Scalar, read_document

INPUTS = "cli-inputs.json"
GENERATE = "run amplify build, and name the folder of the backend, so that what is ignored by git is read too"

_RESOURCE = re.compile(r"((?:.*/)?amplify)/backend/([^/]+)/([^/]+)/(?:build/)?[^/]+")
_COPY = re.compile(r"(?:^|/)(?:#current-cloud-backend|amplify/backend/awscloudformation)/")
_TEMPLATE = re.compile(r".*(?:template|cloudformation).*\.(?:json|ya?ml)", re.IGNORECASE)


def is_copy(path: str) -> bool:
    """Whether a file is what Amplify keeps of the last deployment, or generates for the next one."""
    return _COPY.search(path) is not None


def is_generated_from(content: bytes, path: str, tree: Tree) -> bool:
    """Whether a file describes a bucket of which Amplify has yet to generate the template."""
    match = _RESOURCE.fullmatch(path)
    if match is None or posixpath.basename(path) != INPUTS or b'"bucketName"' not in content:
        return False
    folder = posixpath.dirname(path)
    return not any(_TEMPLATE.fullmatch(name) for part in (folder, f"{folder}/build") for name in tree.names(part))


def not_generated(path: str) -> tuple[str, str, Location]:
    """The resource, why it is not known, and where it is described."""
    resource = posixpath.basename(posixpath.dirname(path))
    return resource, f"Amplify generates the template of storage {resource}: {GENERATE}", Location(path, 1)


def deployed_by_amplify(tree: Tree, path: str, given: Given) -> Surroundings | None:
    """What Amplify passes to a template of a backend; None for any other template."""
    match = _RESOURCE.fullmatch(path)
    if match is None:
        return None
    top, category, resource = match.groups()
    faults: list[Diagnostic] = []
    values: dict[str, Text] = {}
    sources: dict[str, str] = {}
    folder = posixpath.dirname(path)
    beside = [f"{part}/parameters.json" for part in (folder, posixpath.dirname(folder)) if part.count("/") > 2]
    file = next((each for each in beside if tree.is_file(each)), None)
    if file is not None:
        _take(_document(tree, file, faults), file, values, sources)
    team = f"{top}/team-provider-info.json"
    environments = _document(tree, team, faults) if tree.is_file(team) else None
    environment = _environment(environments, given)
    if isinstance(environment, str):
        values["env"], sources["env"] = environment, team
        own: Node | None = _under(environments, environment, "categories", category, resource)
        _take(own, team, values, sources)
    elif "env" not in values:
        values["env"] = environment
    name = given.of("env") if isinstance(given.of("env"), str) else environment
    region = _under(environments, name, "awscloudformation", "Region") if isinstance(name, str) else None
    return Surroundings(
        region=region.text if isinstance(region, Scalar) else None,
        values=values,
        sources=sources,
        remarks=tuple(faults),
        told_by=team,
    )


def _environment(environments: Node | None, given: Given) -> Text:
    """The environment that the user names, or the only one there is."""
    named = given.of("env")
    if isinstance(named, str):
        return named
    names = environments.names if isinstance(environments, MapNode) else ()
    if len(names) == 1:
        return names[0]
    known = f" (there are {', '.join(names[:10])})" if names else ""
    return Unknown(f"the environment of Amplify is not known{known}: give --parameter env=NAME")


def _take(node: Node | None, path: str, values: dict[str, Text], sources: dict[str, str]) -> None:
    for name, (value, line) in (from_mapping(node) or {}).items() if node is not None else ():
        values[name], sources[name] = value, f"{path}:{line}"


def _under(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, MapNode) else None
    return node


def _document(tree: Tree, path: str, faults: list[Diagnostic]) -> Node | None:
    try:
        return read_document(tree.read(path), path)
    except InputError as error:
        faults.append(Diagnostic(Severity.ERROR, "broken-settings", error.message, error.location, error.advice))
        return None
