"""Objects of a git repository, read without touching it: no checkout, no index, no network, nothing of it executed.

Only plumbing that prints objects is run, with arguments that are fixed but for object names, and never through a shell.
Nothing that is configured in a repository (hooks, filters, text conversion, file system monitors, external diff
programs, aliases, pagers) has a say in what this plumbing prints. git's own check of who owns the repository
(safe.directory) stays as the user has set it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from drift.errors import CorsDriftError, InputError, TooLargeError, UsageError
from drift.location import Location

SECONDS = 60
"""How long git may take for one question about history."""

MAX_REVISION = 1000
"""Characters of a revision's name."""

MAX_LISTING_BYTES = 64 * 1024 * 1024
"""The listing of one folder; half a million files."""

_STAT = re.compile(rb"mtime: ([0-9]+):([0-9]+)\n.*?size: ([0-9]+)\t", re.DOTALL)
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OPTIONS = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "safe.bareRepository=explicit",  # a repository inside the tree is somebody's file, and is not found
)

FOLDER, FILE, LINK, MODULE = "folder", "file", "link", "module"
KINDS = {0o040000: FOLDER, 0o100000: FILE, 0o120000: LINK, 0o160000: MODULE}
"""By the upper bits of the mode, as git goes by them: old hosts wrote 040000, 100600 and 100664 too."""

_KEPT_SETTINGS = re.compile(r"GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|(KEY|VALUE)_[0-9]+)")
"""Where the user's own settings are: safe.directory counts from nowhere else."""


class Entry(NamedTuple):
    """What a folder holds under one name: one of the kinds above, and the object's name."""

    kind: str
    object: str


class Indexed(NamedTuple):
    """A path that is tracked; ``left_out`` by a sparse checkout."""

    path: str
    entry: Entry
    left_out: bool


class MissingObjectError(Exception):
    """The repository does not have the object, as in a partial clone."""


class Repository:
    """The repository whose work tree has ``top`` at its top. Close it, or use it with ``with``.

    ``bare`` is for one that we made ourselves, which has no work tree. Raises ``CorsDriftError`` where git is not
    installed or refuses the repository.
    """

    def __init__(self, top: Path, *, bare: bool = False) -> None:
        self.top = top
        self._environment = environment() | ({"GIT_DIR": str(top)} if bare else {})
        self._git = executable(top)
        self._reader: subprocess.Popen[bytes] | None = None
        if bare:
            return
        found = self._ask("rev-parse", "--show-toplevel").removesuffix("\n")
        if os.path.realpath(found) != os.path.realpath(top):
            raise UsageError(f"{top} is not the top of a git repository", advice="give the base as a folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the reader, if there is one."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.kill()
            for stream in (reader.stdin, reader.stdout):
                if stream is not None:
                    with suppress(OSError):  # what it was to be asked still waits to be written, to nobody
                        stream.close()
            reader.wait(SECONDS)

    @property
    def is_partial(self) -> bool:
        """Whether it was cloned with ``--filter``, so that objects may be missing on purpose."""
        return bool(self._run("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$").stdout)

    @property
    def is_shallow(self) -> bool:
        """Whether the history is cut off, as a checkout in CI mostly is."""
        return self._ask("rev-parse", "--is-shallow-repository").strip() == "true"

    def commit(self, revision: str) -> str | None:
        """The commit that a revision names; None if there is no such revision.

        Raises ``UsageError`` for a text that is none, such as one that git would take for an option.
        """
        if revision.startswith(("-", "^")) or not revision.isprintable() or len(revision) > MAX_REVISION:
            raise UsageError("a revision starts with no dash or caret, and has printable characters only")
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        # git before 2.30 prints --end-of-options itself
        lines = [line for line in found.stdout.decode("ascii", "replace").split() if line != "--end-of-options"]
        return lines[0] if found.returncode == 0 and len(lines) == 1 and _OBJECT.fullmatch(lines[0]) else None

    def full_name(self, revision: str) -> str | None:
        """The whole name of the reference that a short one stands for; None for a commit's own name, and the like."""
        found = self._run("rev-parse", "--symbolic-full-name", "--verify", "--quiet", revision)
        name = os.fsdecode(found.stdout).strip()
        return name if found.returncode == 0 and name.startswith("refs/") and "\n" not in name else None

    def meanings(self, revision: str) -> Sequence[str]:
        """The references that a short name stands for, where they are of several commits: git takes a tag before a
        branch, and says so only on a terminal.
        """
        names = [f"refs/{kind}{revision}" for kind in ("tags/", "heads/", "remotes/")]
        form = "%(refname) %(objectname) %(*objectname)"
        if any(character in revision for character in "*?[\\"):  # for-each-ref would take it for a pattern
            return ()
        lines = [line.split(" ") for line in self._ask("for-each-ref", f"--format={form}", *names).splitlines()]
        found = {line[0]: line[2] or line[1] for line in lines if line[0] in names}
        return sorted(found) if len(set(found.values())) > 1 else ()

    def index(self) -> Sequence[Indexed]:
        """What git keeps track of. Raises ``CorsDriftError`` where it refuses."""
        found = self._run("ls-files", "-z", "-t", "-s")
        if found.returncode:
            raise _refused(self.top, found.stderr)
        entries = []
        for line in found.stdout.split(b"\0"):
            words, _, path = line.partition(b"\t")
            if path:
                tag, mode, name, _ = words.split(b" ")
                kind = KINDS.get(int(mode, 8) & 0o170000, FILE)
                entries.append(Indexed(os.fsdecode(path), Entry(kind, name.decode()), tag == b"S"))
        return entries

    def is_as_checked_out(self, path: str) -> bool:
        """Whether nobody has written a file since git did, by what the index remembers of it: git itself would run a
        filter to find out.
        """
        found = _STAT.search(self._run("--literal-pathspecs", "ls-files", "--debug", "--", path).stdout)
        if found is None:
            return False
        try:
            stat = (self.top / path).lstat()
        except OSError:
            return False
        seconds, nanoseconds, size = (int(each) for each in found.groups())
        same_time = stat.st_mtime_ns in (seconds * 10**9 + nanoseconds, seconds * 10**9)
        return (same_time or (not nanoseconds and stat.st_mtime_ns // 10**9 == seconds)) and stat.st_size == size

    def setting(self, name: str) -> str | None:
        """The value of one of the user's settings, such as a filter's program, which is only looked at."""
        found = self._run("config", "--get", name)
        return os.fsdecode(found.stdout).strip() or None if found.returncode == 0 else None

    @property
    def folder_of_objects(self) -> Path:
        """Where the objects lie."""
        return self.top / self._ask("rev-parse", "--git-path", "objects").removesuffix("\n")

    @property
    def cut_off(self) -> bytes:
        """The commits behind which a shallow clone has no history, as git's own file has them; empty where it has all
        of it.
        """
        path = self.top / self._ask("rev-parse", "--git-path", "shallow").removesuffix("\n")
        return path.read_bytes() if path.is_file() else b""

    def merge_bases(self, one: str, other: str) -> Sequence[str]:
        """The best common ancestors of two commits: mostly one; several after criss-cross merges; or none."""
        found = self._run("merge-base", "--all", "--end-of-options", one, other)
        return [each for each in found.stdout.decode("ascii", "replace").split() if _OBJECT.fullmatch(each)]

    def root_of(self, commit: str) -> str:
        """The object of the commit's top folder."""
        return self._ask("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}").strip()

    def folder(self, name: str) -> Mapping[str, Entry]:
        """What a folder object holds. Names that are no text are passed over: no declaration names them."""
        content = self._read(name, MAX_LISTING_BYTES)
        size = len(name) // 2
        found: dict[str, Entry] = {}
        at = 0
        while at < len(content):
            blank, end = content.index(b" ", at), content.index(b"\0", at)
            kind, text = KINDS.get(int(content[at:blank], 8) & 0o170000), os.fsdecode(content[blank + 1 : end])
            at = end + 1 + size
            if kind is None:
                raise ValueError(f"{text} is of no kind that git knows")
            found[text] = Entry(kind, content[end + 1 : at].hex())
        return found

    def content(self, name: str, most: int) -> bytes:
        """What a file object holds. Raises ``TooLargeError``, ``MissingObjectError``."""
        return self._read(name, most)

    def _read(self, name: str, most: int) -> bytes:
        if not _OBJECT.fullmatch(name):
            raise MissingObjectError(name)
        reader = self._reading()
        reader_in, reader_out = _streams(reader)
        try:
            reader_in.write(name.encode() + b"\n")
            reader_in.flush()
            head = reader_out.readline().split()
            if len(head) != 3 or not head[2].isdigit():
                if head[-1:] != [b"missing"]:
                    self.close()  # of an object that a partial clone left out git dies; the next one may be there
                raise MissingObjectError(name)
            size = int(head[2])
            if size > most:
                self.close()  # rather than read all of it only to drop it
                raise TooLargeError(f"this file has {size:,} bytes, more than the {most:,} that are read")
            content = reader_out.read(size + 1)
        except (OSError, ValueError) as error:
            self.close()
            raise MissingObjectError(name) from error
        if len(content) != size + 1:
            self.close()
            raise MissingObjectError(name)
        return content[:-1]

    def _reading(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            self._reader = subprocess.Popen(  # noqa: S603 - no shell; the arguments are fixed
                self._command("cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                cwd=self.top,
            )
        return self._reader

    def _ask(self, *arguments: str) -> str:
        """What git prints. Raises ``CorsDriftError`` with git's own words where it fails."""
        found = self._run(*arguments)
        if found.returncode:
            raise _refused(self.top, found.stderr)
        return os.fsdecode(found.stdout)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            found = subprocess.run(  # noqa: S603 - no shell; what is not fixed was checked
                self._command(*arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._environment,
                cwd=self.top,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CorsDriftError(
                f"git gave no answer within {SECONDS} s", advice="give the base as a folder"
            ) from error
        if found.returncode == 128 and b"dubious ownership" in found.stderr:
            raise _refused(self.top, found.stderr)
        return found

    def _command(self, *arguments: str) -> list[str]:
        return [self._git, *_OPTIONS, *arguments]


def _streams(reader: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if reader.stdin is None or reader.stdout is None:
        raise MissingObjectError("the reader has no pipes")
    return reader.stdin, reader.stdout


@cache
def executable(top: Path) -> str:
    """git itself, from the search path alone: never one that lies in the tree, or in the working folder."""
    folders = [each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(each)]
    found = shutil.which("git", path=os.pathsep.join(folders))
    inside = found is None or not os.path.isabs(found) or Path(os.path.realpath(found)).is_relative_to(top)
    if found is None or inside:
        raise CorsDriftError("git is not installed", advice="install it, or give the base as a folder")
    return found


def environment() -> dict[str, str]:
    """The environment without what git takes from it, and with all that could reach out switched off."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or _KEPT_SETTINGS.fullmatch(name)
    }
    return kept | {
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",  # what is missing in a partial clone is not fetched, by whatever version of git
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _refused(top: Path, said: bytes) -> CorsDriftError:
    text = said.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("warning: ")]
    first = lines[0].removeprefix("fatal: ") if lines else "nothing"
    advice = "give the base as a folder"
    if "dubious ownership" in text:
        where = os.environ.get("GIT_CONFIG_GLOBAL")
        file = f" (it is read from GIT_CONFIG_GLOBAL, {where})" if where else ""
        advice = f"if it is yours: git config --global --add safe.directory {top}{file}"
    return InputError(f"git cannot read this repository: {first}", location=Location(str(top)), advice=advice)
