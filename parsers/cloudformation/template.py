"""A template's sections, and how to tell a template from other files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drift.errors import InputError
from drift.location import Diagnostic, Severity
from parsers.document import (
    MAX_CHARACTERS,
    ListNode,
    MapNode,
    Node,
    Repeated,
    Scalar,
    read_document,
    read_yaml,
    text_of,
)

SUFFIXES = (".yaml", ".yml", ".json", ".template")
_BUCKET = b"AWS::S3::Bucket"
_SLIP = re.compile(rb"\btype[\"']?[ \t]*:[ \t]*[\"']?aws[:.]+s3[:.]+bucket", re.IGNORECASE)
"""A bucket's type as it may be misspelled."""
_CHILDREN = (b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application", b"::MODULE", b"AWS::Include")
"""What brings in resources from templates that stand elsewhere."""
_RESOURCES_KEY = re.compile(rb"^[\"']?Resources[\"']?[ \t]*:", re.MULTILINE)
_RESOURCES_IN_BRACES = re.compile(rb"(?:^|[{,])[ \t]*[\"']?Resources[\"']?[ \t]*:", re.MULTILINE)
_RESOURCES_BLOCK = re.compile(
    rb"^Resources[ \t]*+:[ \t]*+(?:#[^\n]*+)?\r?\n"
    rb"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+"  # lines that say nothing; never tried again in another way
    rb"[ \t]++[^ \t\r\n#]",
    re.MULTILINE,
)
"""The section as nearly every template in YAML has it: what follows need not be read to know what the file is."""
_TRANSFORM = re.compile(
    rb"\bTransform[\"']?[ \t]*:(?![ \t]*[\"']?AWS::[\w-]+[\"']?[ \t]*,?[ \t]*(?:#[^\n]*)?\r?$)", re.MULTILINE
)
"""A template's transforms, other than one of AWS by itself."""
_TERRAFORM = (b'"format_version"', b'"terraform_version"')
_HARMLESS_TRANSFORMS = frozenset(
    {
        "AWS::Serverless-2016-10-31",
        "AWS::LanguageExtensions",
        "AWS::CodeDeployBlueGreen",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::ServiceCatalog",
        "AWS::Include",
    }
)
"""Transforms of AWS, none of which rewrites the properties of a bucket that the template spells out."""


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: its resources and what they may refer to."""

    path: str
    resources: tuple[tuple[Scalar, Node], ...]
    parameters: MapNode | None
    mappings: MapNode | None
    conditions: MapNode | None
    macros: tuple[str, ...]
    """Transforms that are the author's own: they may rewrite everything."""
    by_name: Mapping[str, Node]
    extended: bool = False
    """Whether ``AWS::LanguageExtensions`` is among its transforms."""
    outputs: MapNode | None = None
    includes: tuple[Node, ...] = ()
    """Where ``AWS::Include`` at the top adds sections that are not seen here."""
    repeated: tuple[Diagnostic, ...] = ()
    """What is to be said of keys that are there twice."""

    def resource(self, name: str) -> MapNode | None:
        """The resource of a logical id."""
        node = self.by_name.get(name)
        return node if isinstance(node, MapNode) else None


def looks_like_template(content: bytes, path: str) -> bool:
    """Whether the file is a template, judged by what it holds; a broken one counts if its parts show what it is."""
    if path.lower().endswith(".tf.json"):
        return False
    letters = _letters(content)
    if b"Resources" not in letters:
        return False
    named = _BUCKET in letters
    mentioned = named or _has_slip(letters) or _has_children(letters)
    if not named and (len(letters) > MAX_CHARACTERS or not (mentioned or _TRANSFORM.search(letters))):
        return False
    is_other = not named or any(mark in letters for mark in (*_TERRAFORM, b'"cors-drift/'))
    if not is_other and letters[:1] not in b"{[" and _RESOURCES_BLOCK.search(letters):
        return True
    try:
        root = _document(content, path, [])
    except InputError:
        key = _RESOURCES_IN_BRACES if letters.lstrip()[:1] == b"{" else _RESOURCES_KEY
        return not is_other and key.search(letters) is not None
    if not isinstance(root, MapNode) or _resources_of(root) is None:
        return False
    return mentioned or bool(_macros(root))  # a macro may add what the file does not mention


def mentions_buckets(content: bytes) -> bool:
    """Whether a bucket's type is named anywhere in the file."""
    letters = _letters(content)
    return _BUCKET in letters or _has_slip(letters)


def mentions_children(content: bytes) -> bool:
    """Whether the file names a kind of resource whose template stands elsewhere."""
    return _has_children(_letters(content))


def _has_slip(letters: bytes) -> bool:
    lower = letters.lower()  # a pattern that ignores case takes fifty times as long: it has the last word only
    if b"corsrules" in lower:
        return True
    return (b":bucket" in lower or b".bucket" in lower) and _SLIP.search(letters) is not None


def _has_children(letters: bytes) -> bool:
    return any(name in letters for name in _CHILDREN)


def _letters(content: bytes) -> bytes:
    """The bytes to look at. UTF-16 is the one other encoding that is read; its ASCII letters stand between zeros."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[2:].replace(b"\0", b"")
    return content.removeprefix(b"\xef\xbb\xbf")


def read_template(content: bytes, path: str) -> Template | None:
    """The template in a file, or None if it declares no resources. Raises ``InputError`` with the place of a fault."""
    repeated: Repeated = []
    template = template_of(_document(content, path, repeated), path)
    return replace(template, repeated=tuple(map(_last_holds, repeated))) if template and repeated else template


def _last_holds(repeated: InputError) -> Diagnostic:
    advice = "keep one of the two: CloudFormation takes the last without a word"
    return Diagnostic(Severity.WARNING, "duplicate-key", repeated.message, repeated.location, advice)


def _document(content: bytes, path: str, repeated: Repeated) -> Node | None:
    """The nodes of a file. CloudFormation goes by the content: ``cdk synth > stack.json`` writes YAML.

    Of a key that is there twice, in YAML or JSON, it takes the last (seen in what GetTemplateSummary tells of such
    templates: go-to-k/cdk-real-drift, issue 1074).
    """
    letters = _letters(content)
    if path.lower().endswith(".json") and letters.lstrip()[:1] not in b"{[" and _RESOURCES_BLOCK.search(letters):
        return read_yaml(text_of(content, path), path, repeated)
    return read_document(content, path, repeated)


def template_of(root: Node | None, path: str) -> Template | None:
    """The template that a parsed file is, or None if it declares no resources."""
    resources = _resources_of(root) if isinstance(root, MapNode) else None
    if not isinstance(root, MapNode) or resources is None:
        return None
    transforms = _all_transforms(root)
    return Template(
        path=path,
        resources=resources,
        by_name={key.text: node for key, node in resources},
        parameters=_section(root, "Parameters"),
        mappings=_section(root, "Mappings"),
        conditions=_section(root, "Conditions"),
        outputs=_section(root, "Outputs"),
        macros=_macros(root),
        extended=any(name == "AWS::LanguageExtensions" for name, _ in transforms),
        includes=tuple(node for name, node in transforms if name == "AWS::Include"),
    )


def _section(root: MapNode, name: str) -> MapNode | None:
    section = root.get(name)
    if section is None and isinstance(serverless := root.get("resources"), MapNode):
        section = serverless.get(name)
    return section if isinstance(section, MapNode) else None


def _resources_of(root: MapNode) -> tuple[tuple[Scalar, Node], ...] | None:
    """``Resources`` of a template, or of the template inside a Serverless Framework file (``resources``)."""
    own = root.get("Resources")
    if isinstance(own, MapNode):
        return own.entries
    outer = root.get("resources")
    parts = outer.items if isinstance(outer, ListNode) else (outer,)
    found = [part.get("Resources") for part in parts if isinstance(part, MapNode)]
    sections = [section for section in found if isinstance(section, MapNode)]
    return tuple(entry for section in sections for entry in section.entries) if sections else None


def _macros(root: MapNode) -> tuple[str, ...]:
    return tuple(name for name, _ in _all_transforms(root) if name not in _HARMLESS_TRANSFORMS)


def _all_transforms(root: MapNode) -> list[tuple[str, Node]]:
    return [*_transforms(root.get("Transform")), *_transforms(root.get("Fn::Transform"))]


def _transforms(node: Node | None) -> list[tuple[str, Node]]:
    found: list[tuple[str, Node]] = []
    for item in node.items if isinstance(node, ListNode) else (node,):
        name = item.get("Name") if isinstance(item, MapNode) else item
        if item is not None and isinstance(name, Scalar):
            found.append((name.text, item))
    return found
