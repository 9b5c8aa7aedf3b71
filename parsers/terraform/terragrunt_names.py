"""What references and functions mean in a Terragrunt file, as far as the tree alone tells.

Terragrunt's own functions of paths are followed inside the tree, and so are the files that a file includes or reads.
Whatever asks AWS, the environment, another unit's outputs or a program is unknown with that reason.

Source: terragrunt.gruntwork.io/docs/reference/hcl, "Functions", "Blocks" and "Attributes".
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Location
from parsers.terraform import files, functions
from parsers.terraform.convert import to_text
from parsers.terraform.expressions import Budget, Scope, evaluate_or_unknown
from parsers.terraform.file_functions import FILE_FUNCTIONS, call_file_function
from parsers.terraform.limits import MAX_FILES
from parsers.terraform.nodes import Attribute, Block, File, ObjectNode
from parsers.terraform.syntax import cut_file
from parsers.terraform.terragrunt_paths import CHECKOUT, from_folder, outside, without_checkout
from parsers.terraform.values import STRING, Type, Value, object_of, sequence, text, unknown

_OF_TERRAGRUNT = frozenset(
    {
        "constraint_check",
        "deep_merge",
        "get_default_retryable_errors",
        "get_platform",
        "get_working_dir",
        "mark_as_read",
        "mark_glob_as_read",
        "read_tfvars_file",
        "run_cmd",
        "sops_decrypt_file",
    }
)
_OF_TERRAGRUNT_TOO = ("get_aws_", "get_terraform_", "get_terragrunt_")

_COMMANDS = {
    "vars": ("apply", "console", "destroy", "import", "plan", "push", "refresh"),
    "input": ("apply", "import", "init", "plan", "refresh"),
    "locking": ("apply", "destroy", "import", "plan", "refresh", "taint", "untaint"),
    "parallelism": ("apply", "plan", "destroy"),
}
"""What ``get_terraform_commands_that_need_...`` give (terragrunt pkg/config/config_helpers.go)."""


@dataclass(slots=True)
class Reading:
    """What all files of one unit have in common. ``unit`` is the folder of the unit.

    ``of_stack`` holds once a value was asked for that only a stack gives (``values``).
    """

    tree: Tree
    inputs: Inputs
    unit: str
    budget: Budget = field(default_factory=Budget)
    files: dict[tuple[str, str], TerragruntFile | None] = field(default_factory=dict)
    of_stack: bool = False

    def open(self, path: str, base: str) -> TerragruntFile | None:
        """A file of the tree; None if there is none, or it cannot be read. For ``base`` see ``TerragruntFile``."""
        key = path, base
        if key not in self.files:
            if len(self.files) >= MAX_FILES:
                return None
            self.files[key] = None  # a file that reads itself finds nothing
            if not files.leaves_tree(path) and self.tree.is_file(path):
                try:
                    self.files[key] = TerragruntFile(self, path, base)
                except InputError:
                    self.files[key] = None
        return self.files[key]


class TerragruntFile:
    """One file, evaluated when it is asked for. Implements ``evaluation.Names``. Raises InputError if it is no HCL.

    Terragrunt's own functions count from ``base``: the unit's folder in what it includes, and the file's own folder in
    a file that is read. Terraform's functions of files always count from the file's own folder.

    Source: terragrunt.gruntwork.io/docs/reference/hcl, ``get_terragrunt_dir`` and ``get_original_terragrunt_dir``;
    terragrunt pkg/config/config_helpers.go, createTerragruntEvalContext (``BaseDir: filepath.Dir(configPath)``).
    """

    def __init__(self, reading: Reading, path: str, base: str) -> None:
        self.reading = reading
        self.path = path
        self.base = base
        self.folder = posixpath.dirname(path)
        self.file: File = cut_file(path, reading.tree.read(path), lambda _: None)
        self.scope = Scope(self, reading.budget)
        self.includes: dict[str, TerragruntFile] = {}
        self.locals: dict[str, Attribute] = {
            name: each for block in self.blocks("locals") for name, each in block.attributes.items()
        }
        self._known: dict[str, Value] = {}
        self._open: set[str] = set()
        self._shown: Value | None = None

    def blocks(self, kind: str) -> list[Block]:
        """The top-level blocks of a type."""
        return [block for block in self.file.blocks if block.type == kind]

    def value(self, attribute: Attribute) -> Value:
        """The value of an attribute; whatever is wrong with it is an unknown."""
        return evaluate_or_unknown(attribute.expression, self.scope)

    def inputs(self) -> Mapping[str, Value] | Value:
        """What the file gives to the module: by name, or the unknown that stands for all of it."""
        attribute = self.file.attributes.get("inputs")
        if attribute is None:
            return {}
        expression = attribute.expression
        if isinstance(expression, ObjectNode):
            keys = [evaluate_or_unknown(key, self.scope) for key, _ in expression.items]
            if all(isinstance(key.data, str) for key in keys):
                pairs = zip(keys, (value for _, value in expression.items), strict=True)
                return {key.text: evaluate_or_unknown(value, self.scope) for key, value in pairs}
        value = self.value(attribute)
        if isinstance(value.data, Mapping):
            return value.entries
        return value if value.unresolved is not None else unknown(f"the inputs are no object ({attribute.at})")

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """See ``evaluation.Names``."""
        first, second = words[0], words[1] if len(words) > 1 else ""
        if first == "local" and second:
            return self._local(second, at), 2
        if first == "local":
            return object_of({name: self._local(name, at) for name in self.locals}), 1
        if first == "include":
            label = second if second in self.includes else ""
            included = self.includes.get(label)
            if included is not None:
                return included.shown(), 2 if label else 1
            return unknown(f"what include.{second} holds is not known ({at})"), min(2, len(words))
        if first in ("dependency", "dependencies"):
            return unknown(f"an output of another unit, {'.'.join(words)}, is only known after apply ({at})"), len(
                words
            )
        if first == "values":
            self.reading.of_stack = True
        return unknown(f"{'.'.join(words[:2])} is Terragrunt's own and not known ({at})"), len(words)

    def shown(self) -> Value:
        """The file as another one sees it that reads or includes it."""
        if self._shown is None:
            self._shown = unknown(f"{self.path} is read by a file that it reads itself")
            inputs = self.inputs()
            given = inputs if isinstance(inputs, Value) else object_of(inputs)
            own = {name: self._local(name, Location(self.path)) for name in self.locals}
            self._shown = object_of({"locals": object_of(own), "inputs": given})
        return self._shown

    def _local(self, name: str, at: Location) -> Value:
        if name in self._known:
            return self._known[name]
        if name not in self.locals:
            return unknown(f"there is no local.{name} ({at})")
        if name in self._open:
            return unknown(f"local.{name} refers to itself ({at})")
        self._open.add(name)
        try:
            self._known[name] = self.value(self.locals[name])
        finally:
            self._open.discard(name)
        return self._known[name]

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """See ``evaluation.Names``."""
        own = _PATHS.get(name)
        if own is not None:
            return own(self, [to_text(each) for each in args[:1]] + args[1:], at)
        if name == "get_aws_account_id" and self.reading.inputs.account is not None:
            return text(self.reading.inputs.account)
        if name in _OF_TERRAGRUNT or name.startswith(_OF_TERRAGRUNT_TOO):
            return unknown(f"{name}() is known only when Terragrunt runs ({at})")
        if name in FILE_FUNCTIONS:
            return self._of_file(name, args, at)
        return functions.call(name, args, at)

    def _of_file(self, name: str, args: list[Value], at: Location) -> Value:
        if name not in ("basename", "dirname") and args and isinstance(args[0].data, str):
            path = args[0].data
            if path.startswith(CHECKOUT):
                path = from_folder(self.inside(path), self.folder)
            args = [text(path), *args[1:]]
        return call_file_function(self.reading.tree, self.folder, self, name, args, at)

    def inside(self, path: str) -> str:
        """The path in the tree that a path in this file means; it starts with ``..`` if that leads out."""
        if path.startswith(CHECKOUT):
            return files.join("", path.removeprefix(CHECKOUT).lstrip("/") or ".")
        return files.join(self.base, path)


def _find(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    """``find_in_parent_folders``: upwards from the folder above, as far as the tree goes."""
    if args and not isinstance(args[0].data, str):
        return unknown(f"what find_in_parent_folders() looks for is not known ({at})")
    name = args[0].text if args else "terragrunt.hcl"
    folder, tree = file.base, file.reading.tree
    while folder:
        folder = posixpath.dirname(folder)
        path = files.join(folder, name)
        if not files.leaves_tree(path) and (tree.is_file(path) or tree.is_folder(path)):
            return text(outside(path))
    if len(args) > 1:
        return args[1]
    return unknown(f"{without_checkout(name)} is in none of the folders above, as far as they are read ({at})")


def _read(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    """``read_terragrunt_config``."""
    if not args or not isinstance(args[0].data, str):
        return unknown(
            args[0].unresolved.reason if args and args[0].unresolved else f"which file is read is not known ({at})"
        )
    path = file.inside(args[0].text)
    other = file.reading.open(path, posixpath.dirname(path))
    if other is None:
        return args[1] if len(args) > 1 else unknown(f"read_terragrunt_config(): this file cannot be read ({at})")
    return other.shown()


def _included(file: TerragruntFile, args: list[Value]) -> str:
    """The folder of the file that is included under the label that is given, or of the only one."""
    label = args[0].data if args else None
    included = file.includes.get(label) if isinstance(label, str) else next(iter(file.includes.values()), None)
    return included.folder if included is not None else file.base


def _relative(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    """``path_relative_to_include``: from the folder of the file that is included to the unit."""
    return text(posixpath.relpath("/" + file.base, "/" + _included(file, args)))


def _relative_from(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    """``path_relative_from_include``: from the unit to the folder of the file that is included."""
    return text(posixpath.relpath("/" + _included(file, args), "/" + file.base))


def _parent(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    return text(outside(_included(file, args)))


def _commands(which: str) -> Callable[[TerragruntFile, list[Value], Location], Value]:
    found = sequence(Type("list", STRING), [text(each) for each in _COMMANDS[which]])
    return lambda _, __, ___: found


def _repository(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    if ".git" in file.reading.tree.names(""):
        return text(CHECKOUT)
    return unknown(f"the top of the repository is not known ({at})")


def _from_repository(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    return text(file.base or ".") if ".git" in file.reading.tree.names("") else _repository(file, args, at)


def _to_repository(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    if ".git" in file.reading.tree.names(""):
        return text(posixpath.relpath("/", "/" + file.base))
    return _repository(file, args, at)


def _environment(file: TerragruntFile, args: list[Value], at: Location) -> Value:
    """``get_env``: only Terraform's own variables are seen."""
    known = file.reading.inputs.environment.get(args[0].text) if args and isinstance(args[0].data, str) else None
    return text(known) if known is not None else unknown(f"get_env(): the environment is not read ({at})")


_PATHS: dict[str, Callable[[TerragruntFile, list[Value], Location], Value]] = {
    "find_in_parent_folders": _find,
    "read_terragrunt_config": _read,
    "get_terragrunt_dir": lambda file, _, __: text(outside(file.base)),
    "get_original_terragrunt_dir": lambda file, _, __: text(outside(file.reading.unit)),
    "get_parent_terragrunt_dir": _parent,
    "path_relative_to_include": _relative,
    "path_relative_from_include": _relative_from,
    **{f"get_terraform_commands_that_need_{which}": _commands(which) for which in _COMMANDS},
    "get_repo_root": _repository,
    "get_path_from_repo_root": _from_repository,
    "get_path_to_repo_root": _to_repository,
    "get_env": _environment,
}
