"""The code that a Terragrunt unit runs: its module, with the unit's own folder and what ``generate`` writes laid over.

Source: terragrunt.gruntwork.io/docs/reference/hcl, "terraform" ("copy all files from the current working directory
into the temporary folder") and "generate"; terragrunt internal/runner/run/download_source.go and run.go (the module is
copied, then the unit's folder without hidden files, then files are generated, and only then is code looked for);
internal/codegen (``if_exists``, ``disable``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from parsers.terraform import files
from parsers.terraform.nodes import Block
from parsers.terraform.overlay import Overlay
from parsers.terraform.terragrunt_names import TerragruntFile
from parsers.terraform.terragrunt_paths import CHECKOUT
from parsers.terraform.values import Value, unknown

MAY_DECLARE = re.compile(
    r"aws_s3_bucket|awscc_s3_bucket|_cloudformation_stack|aws_cloudcontrolapi_resource|aws_servicecatalog_prov"
    r"|(?<![.\w])module(?![\w.-])|\\[uU]"
)
"""What configuration holds that can have to do with buckets: their types, calls of modules, and escapes."""

_IN_GENERATE = re.compile(r'aws_s3_bucket|^\s*module\s+"', re.MULTILINE)
_NO_FILE = unknown("not given")


@dataclass(slots=True)
class Written:
    """Files by name that a unit writes into the folder of its code; ``unread`` why others that may declare are not
    known, with the place.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    unread: list[tuple[str, Location]] = field(default_factory=list)

    @property
    def may_declare(self) -> bool:
        return any(MAY_DECLARE.search(content.decode(errors="replace")) for content in self.files.values())


def written_by(merged: Sequence[TerragruntFile], exists: Sequence[str]) -> Written:
    """What the ``generate`` blocks of files write, the least important file first; ``exists`` are names that are there.

    A block takes the place of one of the same label in a less important file.
    """
    blocks: dict[tuple[str, ...], tuple[TerragruntFile, Block]] = {}
    found = Written()
    for file in merged:
        blocks.update({block.labels: (file, block) for block in file.blocks("generate")})
        attribute = file.file.attributes.get("generate")
        if attribute is not None and _IN_GENERATE.search(text_at(file.reading.tree, attribute.at)):
            found.unread.append(("what generate writes is not known", attribute.at))
    for file, block in blocks.values():
        _write(file, block, exists, found)
    return found


def _write(file: TerragruntFile, block: Block, exists: Sequence[str], found: Written) -> None:
    path, contents, if_exists, disabled = (
        file.value(block.attributes[name]) if name in block.attributes else _NO_FILE
        for name in ("path", "contents", "if_exists", "disable")
    )
    if disabled.data is True:
        return
    name = path.data.removeprefix("./") if isinstance(path.data, str) else None
    kept = if_exists.data == "skip" and name in exists
    open_ = "disable" in block.attributes and not isinstance(disabled.data, bool)
    plain = isinstance(contents.data, str) and CHECKOUT not in contents.text and not open_
    if name is not None and plain:
        if not kept and files.stem(name) is not None and "/" not in name:
            found.files[name] = contents.text.encode()
    elif not kept and _IN_GENERATE.search(text_at(file.reading.tree, block.at)):
        found.unread.append((f"what generate {' '.join(block.labels)} writes is not known", block.at))


def text_at(tree: Tree, at: Location) -> str:
    """The lines of a place."""
    lines = tree.read(at.path).decode(errors="replace").splitlines()
    return "\n".join(lines[(at.line or 1) - 1 : at.end_line or at.line])


def words_at(tree: Tree, at: Location) -> str:
    """The lines of a place but for comments."""
    return "\n".join(each for each in text_at(tree, at).split("\n") if not each.lstrip().startswith(("#", "//")))


def laid_over(
    tree: Tree, merged: Sequence[TerragruntFile], unit: str, folder: str, written: Mapping[str, bytes]
) -> Overlay | Value | None:
    """The tree as Terraform sees it when the unit in ``unit`` runs the module in ``folder``: None if it is the tree
    as it is, an unknown if it is not known what of the unit's folder is copied.
    """
    left_out = _left_out(merged, tree.names(unit)) if unit != folder else frozenset[str]()
    if isinstance(left_out, Value):
        return left_out
    if unit == folder:
        return Overlay(tree, folder, written) if written else None
    return Overlay(tree, folder, written, unit, left_out | set(files.UNITS))


def _left_out(merged: Sequence[TerragruntFile], names: Sequence[str]) -> frozenset[str] | Value:
    """The names in the unit's folder that ``exclude_from_copy`` keeps from being copied."""
    found: frozenset[str] = frozenset()
    for file in merged:
        for block in file.blocks("terraform"):
            attribute = block.attributes.get("exclude_from_copy")
            if attribute is None:
                continue
            value = file.value(attribute)
            if not isinstance(value.data, tuple) or not all(isinstance(each.data, str) for each in value.data):
                return unknown(f"what exclude_from_copy keeps is not known ({attribute.at})")
            patterns = [each.text for each in value.data]
            found = frozenset(name for name in names if any(fnmatchcase(name, each) for each in patterns))
    return found


def code_may_declare(tree: Tree, folder: str) -> bool:
    """Whether configuration in a folder can have to do with buckets, by its text; what cannot be opened may."""
    for name in tree.names(folder):
        path = files.join(folder, name)
        if files.stem(name) is not None and tree.is_file(path):
            try:
                if MAY_DECLARE.search(tree.read(path).decode(errors="replace")):
                    return True
            except InputError:
                return True
    return False


def has_code(tree: Tree, folder: str) -> bool:
    """Whether there is configuration in a folder."""
    return any(files.stem(name) is not None for name in tree.names(folder))
