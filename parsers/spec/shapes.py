"""Which shape a file of CORS rules has, and which files are not S3's at all.

Most files called ``cors.json`` are Google Cloud Storage's, so content decides and the name hardly counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from drift.cors.model import API_NAMES
from drift.errors import InputError
from parsers.document import ListNode, MapNode, Node, Scalar, read_document
from parsers.spec import TEXT_SUFFIXES, XML_SUFFIX
from parsers.spec.misshapen import rules_out_of_place

OWN_NAMES = frozenset({"s3-cors.json", "s3-bucket-cors.json", "s3-cors-configuration.json"})
"""Names that SchemaStore gives to the S3 console's array; a file of such a name is always read."""

_FOREIGN_LIMIT = 256 * 1024
"""Foreign files are told for the sake of a user who named one; a larger file is not worth the look."""

_WORDS = re.compile(rb"Allowed-?_?(?:Origin|Method)|CORS_?Rule|CORS_?Configuration|CORS_?Config\b", re.IGNORECASE)
_FOREIGN_WORDS = re.compile(rb"responseHeader|\borigin\b|\borigins\b|corsRuleName|maxAgeInSeconds|<Cors\w*>")
_OTHER_KINDS = re.compile(
    rb"AWS::|\"format_version\"|\"terraform_version\"|\"cors-drift/|\"resource\"\s*:|^apiVersion:|^kind:", re.MULTILINE
)
_BROKEN_SPEC = re.compile(
    rb"\A\W*[\"']?(?:\$schema|version|buckets|Bucket|CORSRules?|CORSConfiguration"
    rb"|ID|AllowedOrigins?|AllowedMethods?|AllowedHeaders?|ExposeHeaders?|MaxAgeSeconds)\b[\"']?\s*:",
)
_OWN_WORDS = re.compile(rb"CORSRules?|Allowed(?:Origin|Method)")
_VERSION = re.compile(rb"^version:[ \t]*1[ \t]*$", re.MULTILINE)
_BUCKETS = re.compile(rb"^buckets:[ \t]*$", re.MULTILINE)
_FIELDS = frozenset(API_NAMES.values())


class Shape(Enum):
    """What stands at the top of the file."""

    CLI = "the AWS CLI's object with CORSRules"
    CONSOLE = "the S3 console's list of rules"
    CLI_INPUT = "the input of aws s3api put-bucket-cors --cli-input-json"
    MANY = "buckets with their rules"
    RULE = "one rule without a list around it"
    OTHER = "nothing that is known"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is to this parser: its own, or somebody else's by name; neither means that it is no CORS file."""

    ours: bool = False
    foreign: str | None = None


def shape_of(root: Node | None) -> Shape:
    """The shape by the top-level keys; exact about nothing else, so that faults inside can be told."""
    if isinstance(root, ListNode):
        ours = any(isinstance(item, MapNode) and _is_rule(item) for item in root.items)
        return Shape.CONSOLE if ours or not root.items else Shape.OTHER
    if not isinstance(root, MapNode):
        return Shape.OTHER
    folded = {_folded(name) for name in root.names}
    if "corsconfiguration" in folded and "resources" not in folded:
        return Shape.CLI_INPUT
    if "buckets" in root.names:
        return Shape.MANY
    if "CORSRules" in root.names or (folded & {"corsrules", "corsrule"} and folded <= {"corsrules", "corsrule"}):
        return Shape.CLI
    return Shape.RULE if _is_rule(root) and folded <= {_folded(name) for name in _FIELDS} else Shape.OTHER


def look_at(content: bytes, path: str) -> Look:
    """What the file is, by a look at its bytes and then at its parsed form."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    if lower.endswith(XML_SUFFIX):
        return _look_at_xml(content)
    if not lower.endswith(TEXT_SUFFIXES) or lower.endswith((".tf.json", ".tofu.json", ".tfvars.json")):
        return Look()
    letters = _letters(content)
    own_words = _WORDS.search(letters) is not None
    small = len(content) <= _FOREIGN_LIMIT
    own_buckets = b"buckets" in letters and b"version" in letters and small
    own_name = name in OWN_NAMES
    if not (own_words or own_name or own_buckets or (small and _FOREIGN_WORDS.search(letters))):
        return Look()
    try:
        root = read_document(content, path)
    except InputError:
        return Look(ours=own_name or _wants_to_be_ours(letters))
    foreign = _foreign(root)
    if foreign is not None:
        return Look(foreign=foreign)
    return Look(ours=own_name or _is_ours(root) or (small and _is_misshapen(root, letters)))


def _is_ours(root: Node | None) -> bool:
    shape = shape_of(root)
    if shape is Shape.CLI and isinstance(root, MapNode):
        return not isinstance(root.get("kind"), Scalar)
    if shape is Shape.CONSOLE:
        return isinstance(root, ListNode) and bool(root.items)
    if shape is Shape.CLI_INPUT and isinstance(root, MapNode):
        inner = next((node for key, node in root.entries if _folded(key.text) == "corsconfiguration"), None)
        return ("Bucket" in root.names and "CORSConfiguration" in root.names) or (
            inner is not None and _holds_rules(inner)
        )
    if shape is Shape.MANY and isinstance(root, MapNode):
        return _is_many(root)
    return shape is Shape.RULE


def _is_misshapen(root: Node | None, letters: bytes) -> bool:
    if b"AllowedMethods" not in letters or b"AllowedOrigins" not in letters:
        return False
    return rules_out_of_place(root) is not None


def _is_many(root: MapNode) -> bool:
    buckets, version = root.get("buckets"), root.get("version")
    if not isinstance(buckets, MapNode) or isinstance(root.get("kind"), Scalar):
        return False
    if any(_holds_rules(node) for _, node in buckets.entries):
        return True
    is_first = isinstance(version, Scalar) and version.text == "1"
    empty = all(
        (isinstance(node, Scalar) and node.is_null) or (isinstance(node, ListNode) and not node.items)
        for _, node in buckets.entries
    )
    return is_first and empty and set(root.names) <= {"$schema", "version", "buckets"}


def _holds_rules(node: Node) -> bool:
    if isinstance(node, MapNode):
        return any(_folded(name) in ("corsrules", "corsrule") for name in node.names) or _is_rule(node)
    return isinstance(node, ListNode) and any(isinstance(item, MapNode) and _is_rule(item) for item in node.items)


def _is_rule(node: MapNode) -> bool:
    """Whether a mapping has the S3 API's name of a required field, or of both in another spelling."""
    if any(name in ("AllowedOrigins", "AllowedMethods", "AllowedOrigin", "AllowedMethod") for name in node.names):
        return True
    folded = {_folded(name).removesuffix("s") for name in node.names}
    return {"allowedorigin", "allowedmethod"} <= folded and "maxageinsecond" not in folded


def _foreign(root: Node | None) -> str | None:
    """Whose CORS file it is, if it is one of another product."""
    if isinstance(root, MapNode):
        if (rules := _first_of(root.get("rules"))) is not None and isinstance(rules.get("allowed"), MapNode):
            return "a Cloudflare R2 CORS file"
        if (inner := _first_of(root.get("cors"))) is not None and _is_google(inner):
            return "a Google Cloud Storage CORS file"
        azure = _first_of(root.get("corsRules")) or _first_of(root.get("CorsRules"))
        return "an Azure Storage CORS file" if azure is not None and "maxAgeInSeconds" in azure.names else None
    first = _first_of(root)
    if first is None:
        return None
    if _is_google(first):
        return "a Google Cloud Storage CORS file"
    if isinstance(first.get("allowed"), MapNode):
        return "a Cloudflare R2 CORS file"
    if "corsRuleName" in first.names or "allowedOperations" in first.names:
        return "a Backblaze B2 CORS file"
    return "an Azure Storage CORS file" if "maxAgeInSeconds" in first.names else None


def _first_of(node: Node | None) -> MapNode | None:
    first = node.items[0] if isinstance(node, ListNode) and node.items else None
    return first if isinstance(first, MapNode) else None


def _is_google(rule: MapNode) -> bool:
    known = {"origin", "method", "responseHeader", "maxAgeSeconds"}
    return (
        "origin" in rule.names
        and bool({"method", "responseHeader", "maxAgeSeconds"} & set(rule.names))
        and (len(known & set(rule.names)) >= len(rule.names) - 1)
    )


def _wants_to_be_ours(content: bytes) -> bool:
    """Whether text that cannot be parsed starts as a file of ours and holds words of ours."""
    if _OTHER_KINDS.search(content):
        return False
    start = re.sub(rb"(?m:^[ \t]*(?://|#).*$)", b"", content)
    if _BROKEN_SPEC.match(start) is None:
        return False
    return _OWN_WORDS.search(start) is not None or bool(_VERSION.search(start) and _BUCKETS.search(start))


def _look_at_xml(content: bytes) -> Look:
    letters = _letters(content)
    if re.search(rb"<(?:\w+:)?CORSConfiguration[\s>/]", letters):
        return Look(ours=True)
    if b"<CorsConfig>" in letters and b"<Origin>" in letters:
        return Look(foreign="a Google Cloud Storage CORS file")
    if b"<StorageServiceProperties" in letters and b"<CorsRule>" in letters:
        return Look(foreign="an Azure Storage CORS file")
    return Look()


def _letters(content: bytes) -> bytes:
    """The content without a byte order mark; of UTF-16 what its ASCII letters are."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[2:].replace(b"\0", b"")
    return content.removeprefix(b"\xef\xbb\xbf")


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
