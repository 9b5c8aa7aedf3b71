"""What a parser and a fetcher are: the only part of the engine, besides its values, that plugs see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

from drift.edits import Fresh, Proposal, WantedRules
from drift.location import Diagnostic
from drift.snapshot import Bucket, Snapshot


class Tree(Protocol):
    """The files that may be read: a folder on disk now, a git revision or an archive another time.

    All paths are relative to the tree's root, ``/``-separated, with no leading ``/`` or ``./``; the root itself is
    ``""``. Nothing outside the root can be reached, by ``..``, by an absolute path or by a symbolic link.
    """

    def read(self, path: str) -> bytes:
        """The content. Raises ``InputError`` if there is no such file, or it is unreadable, too large or outside."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether the path is a file inside the tree (a link to one inside included)."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether the path is a folder inside the tree (a link to one inside included)."""
        ...

    def names(self, folder: str) -> Sequence[str]:
        """The names directly in a folder, sorted, ignored ones included; empty if there is no such folder."""
        ...


class Claim(NamedTuple):
    """A parser's word on a file: ``unit`` is what it would parse in one go (the file, or its folder).

    With ``foreign`` the parser knows what the file is and that it is no S3 declaration ("a Google Cloud Storage CORS
    file"); then ``unit`` is not parsed, and a user who named the file is told.

    With ``named_only`` the file says again what its neighbours declare (a state beside its code), and is parsed only
    where the user named it.
    """

    unit: str
    foreign: str | None = None
    named_only: bool = False


@dataclass(frozen=True, slots=True)
class NamedText:
    """The content of a file that the user named on the command line, under the name that was given."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """Values that the declarations leave open.

    Later entries of each tuple win over earlier ones. ``variables`` are Terraform's: name and value, or a whole file of
    them. ``environment`` holds what parsers may see of the process environment (``TF_VAR_...``, ``TF_WORKSPACE``), and
    nothing else of it. ``endpoint_url`` is the S3-compatible server that the user asks in the place of AWS.
    """

    variables: tuple[tuple[str, str] | NamedText, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    parameter_files: tuple[NamedText, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    account: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    stack_name: str | None = None


@runtime_checkable
class Parser(Protocol):
    """Reads declarations of one kind. Found by entry point (group ``cors_drift.parsers``)."""

    @property
    def name(self) -> str:
        """One word, the ``source`` of its snapshots."""
        ...

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """Whether the file is of this kind, by its name and content. Cheap: it is asked for every file."""
        ...

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """What the claimed units declare, with every fault of the input as a diagnostic with its place.

        Locations carry tree-relative paths. Raises nothing for what a file may hold.
        """
        ...


@runtime_checkable
class Renderer(Protocol):
    """Writes declarations of one kind. Found by entry point (group ``cors_drift.renderers``).

    It proposes; whoever asked applies a proposal in memory, parses again and compares, and shows nothing else.
    """

    @property
    def name(self) -> str:
        """That of the parser whose declarations it edits."""
        ...

    @property
    def dialects(self) -> Sequence[str]:
        """The dialects that ``declare`` writes, each a stable kebab-case word; the usual one first."""
        ...

    def propose(
        self, tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules
    ) -> Proposal:
        """The edits that have a bucket declare what is wanted.

        ``bucket`` is one that the parser of the same name found in the units of the tree under these inputs, with its
        tree-relative places. Text outside of what has to change, comments and formatting stay byte for byte. Raises
        nothing for what a file may hold.
        """
        ...

    def declare(self, buckets: Sequence[Fresh], dialect: str) -> str:
        """A whole file that declares the rules of the buckets, ending in a line end.

        Raises ValueError, in words, for what the dialect cannot say.
        """
        ...


class Wanted(NamedTuple):
    """A live bucket to read: by name, with the account that must own it and its region where they are known.

    ``unread`` says why it must not be asked for; its state is then UNKNOWN for that reason.
    """

    name: str
    account: str | None = None
    region: str | None = None
    unread: str | None = None


class Fetcher(Protocol):
    """Reads the live side.

    One that has ``arrivals(wanted)`` beside ``stream`` gives each bucket as soon as it is known, with its place among
    the wanted ones: a run that keeps what it reads then loses nothing that waits behind a slower bucket.
    """

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        """One bucket for each wanted one, in the same order, as they become known; every failure is a state with its
        reason. ``wanted`` is drawn from as needed and few buckets are held at a time, so both may be endless.

        Raises ``CredentialsError`` or ``EndpointError`` where no bucket at all can be read.
        """
        ...

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """The same, as a snapshot."""
        ...

    def list_buckets(self) -> Iterator[Wanted]:
        """The buckets of the caller's account, or of every account that was given, page by page."""
        ...

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of what was read so far as a whole: an account that was given up, and why."""
        ...
