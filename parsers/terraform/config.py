"""One module as it is written: the blocks of its files, overrides merged in.

Source: terraform internal/configs/module_merge.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.lifecycle import left_behind
from parsers.terraform.nodes import Attribute, Block, Body, File, UnreadableArguments
from parsers.terraform.syntax import Tell, cut_file

_UNITS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
"""Block types that declare something, and how many labels name it."""


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """The declarations of one folder by kind and name, in the order of the files.

    ``broken`` holds for a folder of which a file could not be read: what it would have declared is not known.
    ``keeps_state`` holds for a module with a backend, which only root modules have. ``diagnostics`` are what was found
    while the folder was read, ``faults`` what is found in blocks as they are asked for, so that there are more of them
    later.
    """

    folder: str
    resources: Mapping[tuple[str, str], Block]
    data: Mapping[tuple[str, str], Block]
    calls: Mapping[str, Block]
    variables: Mapping[str, Block]
    outputs: Mapping[str, Block]
    providers: Mapping[str, Block]
    locals: Mapping[str, Attribute]
    diagnostics: tuple[Diagnostic, ...] = ()
    broken: bool = False
    keeps_state: bool = False
    faults: list[Diagnostic] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Draft:
    """A module while its files are put together."""

    units: dict[str, dict[tuple[str, ...], Block]] = field(default_factory=lambda: {kind: {} for kind in _UNITS})
    locals: dict[str, Attribute] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    broken: bool = False
    keeps_state: bool = False

    def add(self, file: File) -> None:
        for block in file.blocks:
            if block.type == "terraform":
                self.keeps_state |= _has_backend(block)
            if block.type == "locals":
                for name, attribute in self._locals(block).items():
                    self._once(name in self.locals, f'the local value "{name}"', attribute)
                    self.locals.setdefault(name, attribute)
                continue
            if block.type == "removed" and (told := left_behind(block)) is not None:
                self.diagnostics.append(told)
            key = _key(block)
            if key is None:
                continue
            known = self.units[block.type]
            self._once(key in known, f"{block.type} {' '.join(key)}", block)
            known.setdefault(key, block)

    def override(self, file: File) -> None:
        for block in file.blocks:
            if block.type == "terraform":
                self.keeps_state |= _has_backend(block)
            if block.type == "locals":
                self.locals.update(self._locals(block))
                continue
            key = _key(block)
            if key is None:
                continue
            base = self.units[block.type].get(key)
            if base is None:
                self._error("override-without-base", f"{block.type} {' '.join(key)} overrides nothing", block.at)
                continue
            self.units[block.type][key] = merged(base, block)

    def tell(self, error: InputError) -> None:
        """Remembers a fault that is found in a block when it is read."""
        self.faults.append(unreadable(error, ""))

    def _locals(self, block: Block) -> Mapping[str, Attribute]:
        """The values of a ``locals`` block; of one that cannot be read not even the names are known."""
        if isinstance(block.attributes, UnreadableArguments):
            self.broken = True
        return block.attributes

    def _once(self, again: bool, what: str, where: Attribute | Block) -> None:
        if again:
            self._error("declared-twice", f"{what} is declared twice", where.at)

    def _error(self, word: str, message: str, at: Location) -> None:
        self.diagnostics.append(
            Diagnostic(Severity.ERROR, word, message, at, "Terraform refuses this; keep one of them")
        )


def _has_backend(block: Block) -> bool:
    """Whether a ``terraform`` block says where the state is kept; in JSON that is a property."""
    return any(name in block.attributes or block.of_type(name) for name in ("backend", "cloud"))


def _key(block: Block) -> tuple[str, ...] | None:
    """The name under which a block declares something, or None if it declares nothing that is of use here."""
    count = _UNITS.get(block.type)
    if count is None or len(block.labels) != count:
        return None
    if block.type == "provider":
        alias = block.attributes.get("alias")
        return (*block.labels, str(getattr(alias.expression, "parts", ("",))[0])) if alias else block.labels
    return block.labels


def merged(base: Block, override: Block) -> Block:
    """The block with the override's attributes, and its nested blocks in the place of all those of their types."""
    attributes = {**base.attributes, **override.attributes}
    replaced = {_nested_type(block) for block in override.blocks}
    lifecycle = [block for block in base.blocks if block.type == "lifecycle"]
    kept = [block for block in base.blocks if _nested_type(block) not in replaced]
    new = [
        merged(lifecycle[0], block) if block.type == "lifecycle" and lifecycle else block for block in override.blocks
    ]
    for name in replaced:
        attributes.pop(name, None)
    for name in override.attributes:
        kept = [block for block in kept if _nested_type(block) != name]
    return Block(base.type, base.labels, Body(attributes, (*kept, *new)), base.at)


def _nested_type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def load_module(tree: Tree, folder: str) -> Module:
    """The module in a folder; files that cannot be read are diagnostics."""
    primary, overrides = files.configuration_files(list(tree.names(folder)))
    draft = _Draft()
    for name in primary:
        _read_into(draft.add, draft, tree, files.join(folder, name))
    for name in overrides:
        _read_into(draft.override, draft, tree, files.join(folder, name))
    units = draft.units
    return Module(
        folder=folder,
        resources={(key[0], key[1]): block for key, block in units["resource"].items()},
        data={(key[0], key[1]): block for key, block in units["data"].items()},
        calls={key[0]: block for key, block in units["module"].items()},
        variables={key[0]: block for key, block in units["variable"].items()},
        outputs={key[0]: block for key, block in units["output"].items()},
        providers={".".join(key): block for key, block in units["provider"].items()},
        locals=draft.locals,
        diagnostics=tuple(draft.diagnostics),
        broken=draft.broken,
        keeps_state=draft.keeps_state,
        faults=draft.faults,
    )


def _read_into(add: object, draft: _Draft, tree: Tree, path: str) -> None:
    assert callable(add)  # noqa: S101
    if not tree.is_file(path):
        return
    try:
        add(_file(tree, path, draft.tell))
    except InputError as error:
        draft.broken = True
        draft.diagnostics.append(unreadable(error, path))


def _file(tree: Tree, path: str, tell: Tell) -> File:
    """A configuration file in the syntax that its name says. Raises InputError."""
    content = tree.read(path)
    if not path.endswith(".json"):
        return cut_file(path, content, tell)
    from parsers.terraform.json_syntax import parse_json_file

    return parse_json_file(path, content)


def unreadable(error: InputError, path: str) -> Diagnostic:
    """What cannot be read, as a diagnostic."""
    return Diagnostic(
        Severity.ERROR, "unreadable-terraform", error.message, error.location or Location(path), error.advice
    )


def local_source(block: Block) -> str | None:
    """The ``source`` of a module call if it is written as plain text."""
    parts: Sequence[object] = getattr(block.expression("source"), "parts", ())
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None
