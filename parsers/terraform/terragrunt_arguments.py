"""The ``extra_arguments`` with which a Terragrunt unit has Terraform run: further values for the module's variables.

Source: terragrunt.gruntwork.io/docs/reference/hcl, "terraform" block: ``arguments``, ``required_var_files`` and
``optional_var_files`` go to the command line in this order, before the user's, ``env_vars`` to the environment.
Those of included files come first, unless the unit has some of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import NamedText
from parsers.terraform import files
from parsers.terraform.nodes import Attribute, Block
from parsers.terraform.terragrunt_names import TerragruntFile
from parsers.terraform.values import Value

_VARIABLE = re.compile(r"--?var=([^=]+)=(.*)", re.DOTALL)
_FILE = re.compile(r"--?var-file=(.+)", re.DOTALL)
_FLAG = re.compile(r"--?(var|var-file)")
_THAT_MAKE = frozenset({"plan", "apply"})


@dataclass(slots=True)
class ExtraArguments:
    """What the command line and the environment say. ``unknown`` tells why any variable may have another value."""

    variables: list[tuple[str, str] | NamedText] = field(default_factory=list)
    environment: dict[str, Value] = field(default_factory=dict)
    unknown: str | None = None


def extra_arguments(included: Sequence[TerragruntFile], unit: TerragruntFile) -> ExtraArguments:
    """Those of the unit and of the files that it includes, as far as they are known."""
    blocks: dict[str, tuple[TerragruntFile, Block]] = {}
    for file in (*included, unit):
        for terraform in file.blocks("terraform"):
            for block in terraform.of_type("extra_arguments"):
                blocks[" ".join(block.labels)] = (file, block)
    found = ExtraArguments()
    for file, block in blocks.values():
        if _counts(file, block):
            _read(file, block, found)
    return found


def _counts(file: TerragruntFile, block: Block) -> bool:
    """Whether the arguments are for commands that make anything; commands that are not known may be."""
    attribute = block.attributes.get("commands")
    commands = None if attribute is None else _texts(file, attribute)
    return commands is None or not _THAT_MAKE.isdisjoint(commands)


def _read(file: TerragruntFile, block: Block, found: ExtraArguments) -> None:
    for name in ("arguments", "required_var_files", "optional_var_files"):
        attribute = block.attributes.get(name)
        texts = () if attribute is None else _texts(file, attribute)
        if texts is None:
            found.unknown = f"{name} of extra_arguments {' '.join(block.labels)} is not known ({block.at})"
        elif name == "arguments":
            _take_arguments(file, texts, block, found)
        else:
            for path in texts:
                _take_file(file, path, block, found, optional=name.startswith("optional"))
    attribute = block.attributes.get("env_vars")
    value = None if attribute is None else file.value(attribute)
    if value is not None and isinstance(value.data, Mapping):
        variables = {name.removeprefix("TF_VAR_"): each for name, each in value.entries.items() if _is_variable(name)}
        found.environment.update(variables)
    elif value is not None:
        found.unknown = f"env_vars of extra_arguments {' '.join(block.labels)} is not known ({block.at})"


def _is_variable(name: str) -> bool:
    return name.startswith("TF_VAR_")


def _take_arguments(file: TerragruntFile, texts: Sequence[str], block: Block, found: ExtraArguments) -> None:
    for argument in _joined(texts):
        variable, path = _VARIABLE.fullmatch(argument), _FILE.fullmatch(argument)
        if variable is not None:
            found.variables.append((variable[1], variable[2]))
        elif path is not None:
            _take_file(file, path[1], block, found, optional=False)


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """The arguments with ``-var x=1`` in one: as one text or two, with one dash or with two."""
    flag = ""
    for text in texts:
        first, space, rest = text.partition(" ")
        if flag:
            yield f"{flag}={text}"
            flag = ""
        elif _FLAG.fullmatch(text):
            flag = text
        else:
            yield f"{first}={rest.lstrip()}" if space and _FLAG.fullmatch(first) else text


def _take_file(file: TerragruntFile, path: str, block: Block, found: ExtraArguments, *, optional: bool) -> None:
    """A file in the tree; one that cannot be read there leaves everything open, unless it is optional and missing."""
    place, tree = file.inside(path), file.reading.tree
    if not files.leaves_tree(place) and not tree.is_file(place) and optional:
        return
    try:
        found.variables.append(NamedText(place, tree.read(place).decode("utf-8-sig")))
    except (InputError, UnicodeDecodeError):
        found.unknown = f"a variable file of extra_arguments {' '.join(block.labels)} cannot be read ({block.at})"


def _texts(file: TerragruntFile, attribute: Attribute) -> tuple[str, ...] | None:
    """A list of texts; None where it is not known."""
    value = file.value(attribute)
    if not isinstance(value.data, tuple) or not all(isinstance(each.data, str) for each in value.data):
        return None
    return tuple(each.text for each in value.data)
