"""The files as they stood at a git revision, as a tree that parsers read. The work tree is not touched.

Folders and files are read from git's objects one by one, when somebody looks at them. What git does not have:

* ``.terraform`` folders, which ``terraform init`` makes and nobody commits. Copies of remote modules and the selected
  workspace are read from the work tree; a parser finds out by itself if a copy is not of what the code asks for.
* variable files that are ignored (``terraform.tfvars`` mostly is): they are of the surroundings, not of the code, and
  the same for both sides.
* contents kept with Git LFS or made by a filter (git-crypt), and objects that a partial clone left out. A file that the
  commit and head have alike is read from the work tree; of any other the content is not known.
* submodules. They cannot be read.

What head has committed is of head: nothing of it is taken from the work tree for another commit.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from drift.errors import InputError, TooLargeError
from drift.git_attributes import Attributes
from drift.git_objects import FILE, FOLDER, LINK, MODULE, Entry, MissingObjectError, Repository
from drift.location import Location
from drift.tree import MAX_DEPTH, MAX_FILE_BYTES, SKIPPED_FOLDERS, DiskTree, Ignored

MAX_LINKS = 40
"""Links on the way to one file; Linux has the same limit."""

MAX_KEPT_BYTES = 16 * 1024 * 1024
"""Contents that are kept in memory, since several parsers look at one file in turn."""

_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_LFS_DIGEST = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_CRYPT = b"\0GITCRYPT\0"


class RevisionTree:
    """The files of a commit below ``folder``, the part of the repository that stands for the root of ``beside``, the
    work tree. Implements ``drift.interfaces.Tree``.

    ``commit`` may name a folder object as well. ``head`` is the commit that is checked out. ``unread`` has by path what
    somebody asked for and could not be read; ``passed_over`` every submodule that a walk met, ``moved`` those of them
    that head has otherwise; and ``borrowed`` what was read from the work tree.
    """

    def __init__(self, repository: Repository, commit: str, folder: str, beside: DiskTree, head: str | None) -> None:
        self.root = beside.root
        self.unread: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.borrowed: dict[str, None] = {}
        self.passed_over: dict[str, str] = {}
        self._repository = repository
        self._beside = beside
        self._folders: dict[str, Mapping[str, Entry]] = {}
        self._kept: dict[str, bytes] = {}
        self._size = 0
        self._root: str = repository.root_of(commit)
        self._folder = folder
        self._attributes = Attributes(self._attributes_in)
        self._top = self._at(folder)
        self._head = RevisionTree(repository, head, folder, beside, None) if head not in (None, commit) else None

    def read(self, path: str) -> bytes:
        found = self._found(path)
        if found is None:
            if self._is_surroundings(path):
                self.borrowed[path] = None
                return self._beside.read(path)
            raise InputError("there is no such file", location=Location(path))
        if isinstance(found, str):
            raise self._cannot(path, found)
        if found.kind == MODULE:
            raise self._cannot(path, _SUBMODULE)
        if found.kind != FILE:
            raise InputError("this is not a regular file", location=Location(path))
        return self._content(path, found.object)

    def is_file(self, path: str) -> bool:
        found = self._found(path)
        if found is None:
            return self._is_surroundings(path) and self._beside.is_file(path)
        return isinstance(found, Entry) and found.kind == FILE

    def is_folder(self, path: str) -> bool:
        found = self._found(path)
        if found is None:
            return self._is_surroundings(path) and self._beside.is_folder(path)
        if isinstance(found, Entry) and found.kind == MODULE:
            self.unread[path] = _SUBMODULE
        return isinstance(found, Entry) and found.kind == FOLDER

    def names(self, folder: str) -> Sequence[str]:
        found = self._found(folder)
        if found is None:
            return self._beside.names(folder) if self._is_surroundings(folder) else ()
        if not isinstance(found, Entry) or found.kind != FOLDER:
            return ()
        own = self._listed(found.object, folder)
        others = [
            name
            for name in self._beside.names(folder)
            if name not in own and self._is_surroundings(posixpath.join(folder, name))
        ]
        return sorted([*own, *others])

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        itself = self._itself(path)
        return itself is not None and itself.kind == LINK

    def link(self, path: str) -> str | None:
        """Where the path leads if it is itself a link, as that is written."""
        itself = self._itself(path)
        return self._target(path, itself.object) if itself is not None and itself.kind == LINK else None

    def itself(self, path: str) -> Entry | None:
        """What the commit has at the path with no link followed, none on the way there either."""
        folder, _, name = posixpath.join(self._folder, path).rpartition("/")
        at = self._at(folder)
        return None if at is None else self._listed(at, folder).get(name)

    def _itself(self, path: str) -> Entry | None:
        """The same with the links on the way followed."""
        folder, _, name = path.rpartition("/")
        real = self._followed(folder)
        return None if real is None else self.itself(posixpath.join(real, name))

    def walk(self, folder: str = "", on_link: Callable[[str], None] | None = None) -> Iterator[str]:
        """See ``DiskTree.walk``. What is committed is there, whatever a ``.gitignore`` file says of it."""
        if not self.is_folder(folder):
            raise InputError("there is no such folder", location=Location(folder))
        waiting: list[tuple[str, bool]] = [(folder, True)]
        while waiting:
            path, is_folder = waiting.pop()
            if not is_folder:
                yield path
                continue
            below = []
            for each, has_more in self._wanted_in(path):
                if has_more or self.is_file(each):
                    below.append((each, has_more))
                elif on_link is not None and not self._shown_below(folder, each):
                    on_link(each)
            waiting.extend(reversed(below))

    def _wanted_in(self, folder: str) -> Iterator[tuple[str, bool]]:
        """What is directly in a folder, each with whether it is a folder."""
        if folder.count("/") >= MAX_DEPTH:
            raise InputError(f"folders are nested more than {MAX_DEPTH} deep here", location=Location(folder))
        found = self._found(folder)
        listed = self._listed(found.object, folder) if isinstance(found, Entry) else {}
        for name, entry in sorted(listed.items()):
            path = f"{folder}/{name}" if folder else name
            if entry.kind == FOLDER:
                if name not in SKIPPED_FOLDERS:
                    yield path, True
            elif entry.kind == MODULE:
                self.passed_over[path] = _SUBMODULE
                if self._in_head(path) != entry:
                    self.moved[path] = f"{_SUBMODULE}; head has another state of it, or none"
            else:
                yield path, False

    def resolved(self, path: str) -> str | None:
        """The path with the links in it followed as the commit has them; None if that leads out of the tree."""
        return self._followed(path)

    def entry(self, path: str) -> Entry | None:
        """What the commit has at the path, links followed; None if that is nothing, or cannot be reached."""
        found = self._found(path)
        return found if isinstance(found, Entry) else None

    def _in_head(self, path: str) -> Entry | None:
        return (self._head or self).entry(path)

    def in_head(self, path: str) -> bool:
        """Whether the commit that is checked out has something at the path, be it a link that leads out."""
        return (self._head or self)._found(path) is not None

    def _shown_below(self, folder: str, link: str) -> bool:
        """Whether a link leads to a folder that a walk meets anyway, or nowhere."""
        target = self._followed(link)
        if target is None or self._found(link) is None:
            return target is not None
        return not folder or target == folder or target.startswith(f"{folder}/")

    def _at(self, folder: str) -> str | None:
        """The object of a folder, from the top of the repository on; None where the commit has no such folder."""
        found = self._root
        for name in folder.split("/") if folder else ():
            entry = self._listed(found, folder).get(name)
            if entry is None or entry.kind != FOLDER:
                return None
            found = entry.object
        return found

    def _attributes_in(self, folder: str) -> bytes | None:
        at = self._at(folder)
        entry = self._listed(at, folder).get(".gitattributes") if at is not None else None
        if entry is None or entry.kind != FILE:
            return None
        try:
            return self._repository.content(entry.object, MAX_FILE_BYTES)
        except (MissingObjectError, TooLargeError):
            return None

    def _listed(self, name: str, path: str) -> Mapping[str, Entry]:
        if name not in self._folders:
            try:
                self._folders[name] = self._repository.folder(name)
            except (MissingObjectError, ValueError):
                self.unread[path] = self._left_out()
                self._folders[name] = {}
        return self._folders[name]

    def _left_out(self) -> str:
        return _LEFT_OUT if self._repository.is_partial else _DAMAGED

    def _found(self, path: str) -> Entry | str | None:
        """What stands at the path, links followed; None if nothing does, words where it cannot be reached."""
        if self._top is None:
            return None
        real = self._followed(path)
        if real is None:
            return "this path leads out of the tree and is not read"
        at = Entry(FOLDER, self._top)
        for name in real.split("/") if real else ():
            if at.kind == MODULE:
                return at
            entry = self._listed(at.object, real).get(name) if at.kind == FOLDER else None
            if entry is None:
                return None
            at = entry
        return at

    def _followed(self, path: str) -> str | None:
        """The path with every link in it replaced by what it leads to; None if that is outside, or a circle."""
        if "\0" in path or path.startswith("/") or self._top is None:
            return None
        parts = [part for part in path.split("/") if part not in ("", ".")][::-1]
        real: list[str] = []
        folders = [self._top]
        links = 0
        while parts:
            part = parts.pop()
            if part == "..":
                if not real:
                    return None
                real.pop()
                folders = folders[: len(real) + 1]
                continue
            entry = self._listed(folders[-1], "/".join(real)).get(part) if len(folders) == len(real) + 1 else None
            if entry is not None and entry.kind == LINK:
                links += 1
                target = self._target(path, entry.object)
                if links > MAX_LINKS or target is None or target.startswith("/"):
                    return None
                parts += [each for each in target.split("/") if each not in ("", ".")][::-1]
                continue
            real.append(part)
            if entry is not None and entry.kind == FOLDER:
                folders.append(entry.object)
        return "/".join(real)

    def _target(self, path: str, name: str) -> str | None:
        try:
            return self._repository.content(name, 4096).decode()
        except MissingObjectError:
            self.unread[path] = self._left_out()
            return None
        except (InputError, UnicodeDecodeError):
            return None

    def _content(self, path: str, name: str) -> bytes:
        content = self._kept.get(name)
        if content is None:
            try:
                content = self._repository.content(name, MAX_FILE_BYTES)
            except MissingObjectError as error:
                if (here := self._alike_here(path, name)) is not None:
                    return here
                raise self._cannot(path, self._left_out()) from error
            except TooLargeError as error:
                error.location = Location(path)
                raise
            if self._size + len(content) <= MAX_KEPT_BYTES:
                self._size += len(content)
                self._kept[name] = content
        if (why := self._made_otherwise(path, content)) is None:
            return content
        if (here := self._alike_here(path, name, content)) is not None:
            return here
        raise self._cannot(path, why)

    def _made_otherwise(self, path: str, content: bytes) -> str | None:
        """Why what git has is not what a work tree would have, if so."""
        if content.startswith(_LFS):
            return "git has only a pointer to this file, whose content is kept with Git LFS"
        if content.startswith(_CRYPT):
            return "git has this file encrypted"
        real = self._followed(path) or path
        name = self._attributes.filter_of(f"{self._folder}/{real}" if self._folder else real)
        if name is None or not name.isprintable() or name == "lfs":
            return None
        if any(self._repository.setting(f"filter.{name}.{kind}") for kind in ("smudge", "process")):
            return f"a filter makes the content of this file ({name}), and none is run"
        return None

    def _alike_here(self, path: str, name: str, pointer: bytes = b"") -> bytes | None:
        """The file of the work tree, if head has the same one committed, or it is what a pointer of LFS is to."""
        if not self._beside.is_file(path):
            return None
        digest = _LFS_DIGEST.search(pointer) if pointer.startswith(_LFS) else None
        head = self._in_head(path)
        if digest is None and (head is None or head.object != name):
            return None
        here = self._beside.read(path)
        if digest is not None and hashlib.sha256(here).hexdigest().encode() != digest[1]:
            alike = here == pointer and head is not None and head.object == name
            return here if alike else None  # not fetched for head either: both sides read the pointer
        if digest is None and not self._repository.is_as_checked_out(f"{self._folder}/{path}".lstrip("/")):
            return None
        self.borrowed[path] = None
        return here

    def _cannot(self, path: str, why: str) -> InputError:
        self.unread[path] = why
        return InputError(why, location=Location(path))

    def _is_surroundings(self, path: str) -> bool:
        """Whether a file that the commit does not have is of the surroundings of the code, and no part of it."""
        if ".terraform" in path.split("/"):
            return not self.in_head(path)
        if not path.endswith((".tfvars", ".tfvars.json")) or not self._beside.is_file(path):
            return False
        if self.in_head(path):
            return False
        return Ignored.has(self._beside, path)


_SUBMODULE = "this is a submodule, whose files are in another repository"
_LEFT_OUT = "this clone does not have the content: it was made with --filter"
_DAMAGED = "git does not have this object, or it is damaged (git fsck says more)"
