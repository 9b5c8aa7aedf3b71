"""Which files of the tree a pattern of ``fileset`` means (bmatcuk/doublestar version 1, as Terraform has it)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from drift.interfaces import Tree
from parsers.terraform.limits import MAX_GLOB_DEPTH, MAX_LOOKED_AT
from parsers.terraform.values import EvaluationError, RefusalError

_META = r"[*?\[{\\]"


def matching(tree: Tree, pattern: str, spend: Callable[[int], None]) -> Iterator[str]:
    """The files that a pattern, relative to the tree's root, means. Raises EvaluationError for one that is none.

    ``spend`` is told how many names are looked at.
    """
    parts = [part for part in _parts(pattern) if part]
    tests = [None if part == "**" else _Test(part) for part in parts]
    return _Walk(tree, spend).below("", tests, 0)


def _parts(pattern: str) -> list[str]:
    """The pattern cut at its slashes; one behind a backslash does not cut."""
    return re.findall(r"(?:\\.|[^/])+", pattern, re.S)


class _Test:
    """The pattern of one name."""

    def __init__(self, source: str) -> None:
        self.literal = None if re.search(_META, source) else source
        self.expression = re.compile(_translated(source), re.S) if self.literal is None else None

    def holds(self, name: str) -> bool:
        return name == self.literal if self.expression is None else self.expression.fullmatch(name) is not None


def _translated(source: str) -> str:
    """The pattern of one name as a regular expression."""
    found, at, depth = [], 0, 0
    while at < len(source):
        char = source[at]
        at += 1
        if char == "\\":
            if at >= len(source):
                return "(?!)"
            found.append(re.escape(source[at]))
            at += 1
        elif char == "*":
            found.append(".*+" if source[at:] == "" else ".*?")
        elif char == "?":
            found.append(".")
        elif char == "[":
            piece, at = _class(source, at)
            found.append(piece)
        elif char == "{":
            depth += 1
            if depth > 1:
                raise RefusalError("fileset: braces within braces, which Terraform reads in its own way")
            found.append("(?:")
        elif char in ",}" and depth:
            depth -= char == "}"
            found.append("|" if char == "," else ")")
        else:
            found.append(re.escape(char))
    if depth:
        raise _bad()
    return "".join(found)


def _class(source: str, at: int) -> tuple[str, int]:
    """A class in square brackets, and where it ends."""
    found = re.compile(r"(\^?)((?:\\.|[^\]\\])+)\]", re.S).match(source, at)
    if found is None and at > 1:
        raise RefusalError("fileset: a class that is not closed, which Terraform may pass over")
    if found is None:
        raise _bad()
    members = []
    for low, high in re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", found[2], re.S):
        if high and high[-1] < low[-1]:
            continue
        members.append(re.escape(low[-1]) + (f"-{re.escape(high[-1])}" if high else ""))
    if not members:
        return ("." if found[1] else "(?!)"), found.end()
    return f"[{found[1]}{''.join(members)}]", found.end()


def _bad() -> EvaluationError:
    return EvaluationError("fileset: this is no valid pattern")


def _outside() -> RefusalError:
    return RefusalError("fileset: there is a link that leads out of the tree, and is not followed")


class _Walk:
    """Goes down the tree, and counts the names."""

    def __init__(self, tree: Tree, spend: Callable[[int], None]) -> None:
        self.tree = tree
        self.spend = spend
        self.left = MAX_LOOKED_AT

    def below(self, folder: str, tests: list[_Test | None], depth: int) -> Iterator[str]:
        if not tests:
            return
        first, rest = tests[0], tests[1:]
        if first is None:
            yield from self._anywhere(folder, rest, depth)
            return
        for name in self._names(folder):
            if not first.holds(name):
                continue
            path = f"{folder}/{name}" if folder else name
            if self.tree.is_folder(path):
                yield from self.below(path, rest, depth)
            elif not self.tree.is_file(path):
                raise _outside()
            elif not rest:
                yield path

    def _anywhere(self, folder: str, rest: list[_Test | None], depth: int) -> Iterator[str]:
        """What ``**`` means: the folder itself and all below it."""
        if depth > MAX_GLOB_DEPTH:
            raise RefusalError("fileset: folders are nested too deep")
        yield from self.below(folder, rest, depth)
        for name in self._names(folder):
            path = f"{folder}/{name}" if folder else name
            if self.tree.is_folder(path):
                yield from self._anywhere(path, rest, depth + 1)
            elif not self.tree.is_file(path):
                raise _outside()
            elif not rest:
                yield path

    def _names(self, folder: str) -> list[str]:
        names = list(self.tree.names(folder))
        self.left -= len(names)
        self.spend(1 + len(names))
        if self.left < 0:
            raise RefusalError(f"fileset looks at more than {MAX_LOOKED_AT:,} names")
        return names
