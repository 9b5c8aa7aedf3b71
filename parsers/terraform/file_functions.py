"""Functions that read files of the tree, and of paths. Nothing outside of the tree is ever read."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections.abc import Mapping

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from parsers.terraform import files
from parsers.terraform.convert import to_text
from parsers.terraform.expressions import Budget, Names, Scope, evaluate
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.syntax import parse_text_template
from parsers.terraform.values import EvaluationError, Value, first_unknown, text, truth, unknown

FILE_FUNCTIONS = frozenset(
    {"file", "fileexists", "templatefile", "filebase64", "filemd5", "filesha256", "basename", "dirname"}
)


def call_file_function(tree: Tree, root: str, names: Names, name: str, args: list[Value], at: Location) -> Value:
    """The result of one of ``FILE_FUNCTIONS``; paths are relative to the root module's folder."""
    if not args or len(args) > 2 or (len(args) == 2) != (name == "templatefile"):
        raise EvaluationError(f"{name} does not take {len(args)} arguments", at)
    if args[0].unresolved is not None:
        return unknown(args[0].unresolved.reason)
    given = to_text(args[0]).text
    if name in ("basename", "dirname"):
        return text(posixpath.basename(given.rstrip("/")) if name == "basename" else posixpath.dirname(given) or ".")
    path = files.join(root, given)
    if files.leaves_tree(path) or not tree.is_file(path):
        if name == "fileexists" and not files.leaves_tree(path):
            return truth(False)
        why = (
            "leads out of the tree and is not read"
            if files.leaves_tree(path)
            else "is not there or leads out of the tree"
        )
        return unknown(f"{name}(): the path {why} ({at})")
    if name == "fileexists":
        return truth(True)
    try:
        content = tree.read(path)
    except InputError as error:
        return unknown(f"{name}(): {error.message} ({at})")
    return _of_content(name, content, args, path, names, at)


def _of_content(name: str, content: bytes, args: list[Value], path: str, names: Names, at: Location) -> Value:
    if name == "filebase64":
        return text(base64.b64encode(content).decode())
    if name == "filemd5":
        return text(hashlib.md5(content, usedforsecurity=False).hexdigest())
    if name == "filesha256":
        return text(hashlib.sha256(content).hexdigest())
    if len(content) > MAX_TEXT:
        return unknown(f"{name}(): the file is too large ({at})")
    try:
        shown = content.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{name}(): the file is not UTF-8", at) from error
    return text(shown) if name == "file" else _rendered(shown, args[1], path, names)


class _TemplateNames:
    """In a template file only its variables and the functions mean something."""

    def __init__(self, outer: Names) -> None:
        self._outer = outer

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        raise EvaluationError(f'the template is not given "{words[0]}"', at)

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        if name == "templatefile":
            raise EvaluationError("a template file cannot call templatefile", at)
        return self._outer.call(name, args, at)


def _rendered(source: str, variables: Value, path: str, names: Names) -> Value:
    opened = first_unknown(variables) if not isinstance(variables.data, Mapping) else None
    if opened is not None:
        return unknown(opened.reason)
    scope = Scope(_TemplateNames(names), Budget(200_000), dict(variables.entries))
    try:
        template = parse_text_template(path, source, Location(path, 1, source.count("\n") + 2))
    except InputError as error:
        raise EvaluationError(f"the template {path} cannot be read: {error.message}") from error
    return evaluate(template, scope)
