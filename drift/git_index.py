"""What git keeps track of, read from its index without git: where none is installed, or where it refuses a repository
that belongs to somebody else. The index is one file of a simple form, and reading it runs nothing.

Source: git's Documentation/gitformat-index.txt, versions 2 to 4.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from drift.git_objects import KINDS, Entry, Indexed

MAX_INDEX_BYTES = 256 * 1024 * 1024
"""Some two million files."""

_HEAD = 12
_FIXED = 40
"""Bytes of an entry in front of the object's name: times, device, inode, mode, owner, size."""

_MODE = 24
"""Where its mode stands in it."""

_EXTENDED, _LENGTH = 0x4000, 0x0FFF
_LEFT_OUT = 0x4000
_ELSEWHERE = (b"link", b"sdir")
"""Extensions that say that entries are in another file, or that whole folders stand in one entry."""


def indexed_in(top: Path) -> Sequence[Indexed] | None:
    """The paths that are tracked in the repository whose work tree has ``top`` at its top; None if that cannot be told.

    Conflicts have an entry for each side, as ``git ls-files --stage`` prints them.
    """
    try:
        path = _folder_of_git(top) / "index"
        if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > MAX_INDEX_BYTES:
            return None
        content = path.read_bytes()
        return list(_entries(content, 32 if _ends_with_sha256(content) else 20))
    except (OSError, ValueError, IndexError):
        return None


def _folder_of_git(top: Path) -> Path:
    """Where the index lies: a linked work tree and a submodule have a file that says where."""
    found = top / ".git"
    if found.is_dir():
        return found
    with found.open("rb") as file:
        line = file.read(8192)
    if not line.startswith(b"gitdir: "):
        raise ValueError("this is no file of git's")
    return top / os.fsdecode(line.removeprefix(b"gitdir: ").rstrip(b"\r\n"))


def _ends_with_sha256(content: bytes) -> bool:
    return hashlib.sha256(content[:-32]).digest() == content[-32:]


def _entries(content: bytes, size: int) -> Iterator[Indexed]:
    version, count = (int.from_bytes(content[at : at + 4]) for at in (4, 8))
    if content[:4] != b"DIRC" or version not in (2, 3, 4) or len(content) < _HEAD + size:
        raise ValueError("this is no index")
    at, name = _HEAD, b""
    for _ in range(count):
        start, at = at, at + _FIXED + size
        kind = KINDS.get(int.from_bytes(content[start + _MODE : start + _MODE + 4]) & 0o170000)
        flags = int.from_bytes(content[at : at + 2])
        more = int.from_bytes(content[at + 2 : at + 4]) if flags & _EXTENDED else 0
        at += 4 if flags & _EXTENDED else 2
        kept = 0
        if version == 4:
            kept, at = _number(content, at)
        end = content.index(b"\0", at)
        shared = max(len(name) - kept, 0) if version == 4 else 0
        name = name[:shared] + content[at:end]
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        if kind is None or min(len(name), _LENGTH) != flags & _LENGTH:
            raise ValueError("an entry of a kind that is not known")
        entry = Entry(kind, content[start + _FIXED : start + _FIXED + size].hex())
        yield Indexed(os.fsdecode(name), entry, bool(more & _LEFT_OUT))
    while at < len(content) - size:
        if content[at : at + 4] in _ELSEWHERE:
            raise ValueError("the index is in more than this file")
        at += 8 + int.from_bytes(content[at + 4 : at + 8])
    if at != len(content) - size:
        raise ValueError("the index is cut off")


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of as many bytes as it needs, as packs have offsets, and where it ends."""
    byte = content[at]
    value, at = byte & 0x7F, at + 1
    while byte & 0x80:
        byte = content[at]
        value, at = ((value + 1) << 7) | (byte & 0x7F), at + 1
    return value, at
