"""Functions that read files of the tree, and nothing outside (terraform/internal/lang/funcs/filesystem.go)."""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Mapping

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from parsers.terraform import files
from parsers.terraform.convert import to_text
from parsers.terraform.expressions import Budget, Names, Scope, evaluate
from parsers.terraform.globs import matching
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.syntax import parse_text_template
from parsers.terraform.values import (
    ANY,
    BOOL,
    STRING,
    EvaluationError,
    Type,
    Value,
    deep_marks,
    marked,
    sequence,
    text,
    truth,
    unknown,
    unmarked,
)

_SET = Type("set", STRING)
_RESULTS: dict[str, Type] = {
    "file": STRING,
    "filebase64": STRING,
    "filebase64sha256": STRING,
    "filebase64sha512": STRING,
    "filemd5": STRING,
    "filesha1": STRING,
    "filesha256": STRING,
    "filesha512": STRING,
    "fileexists": BOOL,
    "fileset": _SET,
    "templatefile": ANY,
    "templatestring": STRING,
}
_TEMPLATES = frozenset({"templatefile", "templatestring"})
_TWO = _TEMPLATES | {"fileset"}
FILE_FUNCTIONS = frozenset({*_RESULTS, *(f"core::{name}" for name in _RESULTS)})
"""The functions that need the tree."""
_BYTES_PER_STEP = 1_000
"""How many bytes of a file are one step of work."""
_STEPS = 20_000
"""How many steps one template may take by itself, where the work in all is not counted."""
_IDENTIFIER = r"[^\W\d][\w-]*"


def call_file_function(
    tree: Tree,
    root: str,
    names: Names,
    name: str,
    args: list[Value],
    at: Location,
    budget: Budget | None = None,
) -> Value:
    """The result of one of ``FILE_FUNCTIONS``; paths are relative to the root module's folder.

    ``budget`` is what the work of templates is taken from.
    """
    plain = name.removeprefix("core::")
    if len(args) != (2 if plain in _TWO else 1):
        raise EvaluationError(f"{name} does not take {len(args)} arguments", at)
    if any(arg.is_null for arg in args):
        raise EvaluationError(f"{name} cannot take null", at)
    marks = frozenset[str]().union(*map(deep_marks, args))
    bare = [unmarked(arg) for arg in args]
    bare[0] = to_text(bare[0])
    if plain == "fileset":
        bare[1] = to_text(bare[1])
    call = _Call(tree, root, names, plain, at, budget or Budget(_STEPS))
    return marked(call.result(bare), marks)


class _Call:
    def __init__(self, tree: Tree, root: str, names: Names, name: str, at: Location, budget: Budget) -> None:
        self.tree = tree
        self.root = root
        self.names = names
        self.name = name
        self.at = at
        self.budget = budget

    def result(self, args: list[Value]) -> Value:
        for arg in args:
            if arg.unresolved is not None:
                return unknown(arg.unresolved.reason, _RESULTS[self.name], not_null=self.name not in _TEMPLATES)
        if self.name == "fileset":
            return self._fileset(args[0].text, args[1].text)
        if self.name == "templatestring":
            return to_text(self._rendered(args[0].text, args[1], self.at.path))
        path = self._path(args[0].text)
        if path is None:
            return self._outside()
        if self.name == "fileexists":
            return self._exists(path)
        if not self.tree.is_file(path):
            if self._may_be_there(path):
                return self._outside()
            raise EvaluationError(f"{self.name}(): there is no such file", self.at)
        try:
            content = self.tree.read(path)
        except InputError as error:
            return self._open(error.message)
        self.budget.spend(len(content) // _BYTES_PER_STEP)
        return self._of_content(content, args, path)

    def _open(self, why: str) -> Value:
        kind = _RESULTS[self.name]
        return unknown(f"{self.name}(): {why} ({self.at})", kind, not_null=kind != ANY)

    def _outside(self) -> Value:
        return self._open("the path leads out of the tree and is not read")

    def _path(self, given: str) -> str | None:
        """The path in the tree that is meant; None if it leads out of it."""
        if given.startswith("~") or "\0" in given:
            return None
        path = files.join(self.root, given)
        return None if files.leaves_tree(path) else path

    def _may_be_there(self, path: str) -> bool:
        """Whether something that is no file of the tree has this path: a link that leads out of it, a device."""
        if not path or self.tree.is_folder(path):
            return False
        parent, name = posixpath.split(path)
        if parent and not self.tree.is_folder(parent):
            return not self.tree.is_file(parent) and self._may_be_there(parent)
        return name in self.tree.names(parent)

    def _exists(self, path: str) -> Value:
        if self.tree.is_file(path):
            return truth(True)
        if not path or self.tree.is_folder(path):
            raise EvaluationError("fileexists(): this is a folder", self.at)
        if self._may_be_there(path):
            return self._outside()
        while path:
            path = posixpath.dirname(path)
            if self.tree.is_file(path):
                raise EvaluationError("fileexists(): a part of the path is no folder", self.at)
        return truth(False)

    def _fileset(self, folder: str, pattern: str) -> Value:
        wanted = files.join(self.root, posixpath.join(folder, pattern.lstrip("/")))
        base = files.join(self.root, folder)
        if "\0" in wanted or files.leaves_tree(wanted) or files.leaves_tree(base):
            return self._outside()
        found = {posixpath.relpath("/" + path, "/" + base) for path in matching(self.tree, wanted, self.budget.spend)}
        return sequence(_SET, [text(path) for path in found])

    def _of_content(self, content: bytes, args: list[Value], path: str) -> Value:
        if self.name == "filebase64":
            return text(base64.b64encode(content).decode())
        if self.name not in ("file", "templatefile"):
            algorithm = self.name.removeprefix("file").removeprefix("base64")
            import hashlib

            digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
            return text(base64.b64encode(digest).decode() if "base64" in self.name else digest.hex())
        if len(content) > 4 * MAX_TEXT:
            return self._open("the file is too large")
        try:
            shown = content.decode()
        except UnicodeDecodeError as error:
            raise EvaluationError(f"{self.name}(): the file is not UTF-8", self.at) from error
        return text(shown) if self.name == "file" else self._rendered(shown, args[1], path)

    def _rendered(self, source: str, variables: Value, path: str) -> Value:
        """A template with its variables. Raises EvaluationError, at the call where the template itself is at fault."""
        if not isinstance(variables.data, Mapping):
            raise EvaluationError(f"{self.name} needs a map of variables", self.at)
        if not all(re.fullmatch(_IDENTIFIER, key) for key in variables.entries):
            raise EvaluationError(f"{self.name}: a variable has a name that is not valid", self.at)
        inner = _TemplateNames(self.names, self.at)
        scope = Scope(inner, self.budget, dict(variables.entries))
        try:
            template = parse_text_template(path, source, Location(path, 1, source.count("\n") + 2))
        except InputError as error:
            raise EvaluationError(f"{self.name}(): the template cannot be read: {error.message}", self.at) from error
        depth = self.budget.depth
        try:
            found = evaluate(template, scope)
        finally:
            self.budget.depth = depth
        if inner.missing is not None:
            raise inner.missing
        return found


class _TemplateNames:
    """In a template only its variables and the functions mean something."""

    def __init__(self, outer: Names, at: Location) -> None:
        self._outer = outer
        self._at = at
        self.missing: EvaluationError | None = None
        """What is referred to and not given, which Terraform finds even where ``try`` hides it."""

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        self.missing = EvaluationError(f'the template is not given "{words[0]}"', at)
        raise self.missing

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        if name.removeprefix("core::") in _TEMPLATES:
            raise EvaluationError(f"a template file cannot call {name}", at)
        return self._outer.call(name, args, at)
