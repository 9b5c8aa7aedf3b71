"""Which files of a commit pass through a program on their way to the work tree, as ``.gitattributes`` says.

Only the attribute ``filter`` is looked at, and the patterns are those of ``.gitignore`` (gitattributes(5)). Nothing is
run: whoever asks wants to know that what git has is not what a work tree holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drift.gitignore import IgnoreFile

MAX_LINES = 10_000
"""Of a longer file the rest is left out."""

_MACRO = "[attr]"


class Attributes:
    """The ``.gitattributes`` files of a tree; ``read`` gives the one of a folder, or None."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._files: dict[str, list[tuple[IgnoreFile, str | None]]] = {}
        self._macros: dict[str, str | None] = {}

    def filter_of(self, path: str) -> str | None:
        """The name of the filter of a file, None if it has none. The last line that fits decides, the deepest file."""
        found: str | None = None
        parts = path.split("/")
        for depth in range(len(parts)):
            for pattern, name in self._file("/".join(parts[:depth])):
                if pattern.verdict("/".join(parts[depth:]), is_folder=False):
                    found = name
        return found

    def _file(self, folder: str) -> list[tuple[IgnoreFile, str | None]]:
        if folder not in self._files:
            content = self._read(folder) or b""
            lines = content.decode("utf-8", "surrogateescape").splitlines()[:MAX_LINES]
            self._files[folder] = [each for line in lines if (each := self._line(line, folder)) is not None]
        return self._files[folder]

    def _line(self, line: str, folder: str) -> tuple[IgnoreFile, str | None] | None:
        pattern, *words = line.strip().split() or [""]
        if not pattern or pattern.startswith(("#", "!")):
            return None
        told = _filter_in(words, self._macros)
        if pattern.startswith(_MACRO):
            if told and not folder:  # macros count in the top folder alone
                self._macros[pattern.removeprefix(_MACRO)] = told[0]
            return None
        text = pattern.strip('"').encode("utf-8", "surrogateescape")
        return (IgnoreFile(text), told[0]) if told else None


def _filter_in(words: list[str], macros: Mapping[str, str | None]) -> list[str | None]:
    """What a line says of the filter: one entry, or none."""
    told: list[str | None] = []
    for word in words:
        if word.startswith("filter="):
            told = [word.removeprefix("filter=") or None]
        elif word in ("-filter", "!filter"):
            told = [None]
        elif word in macros:
            told = [macros[word]]
    return told
