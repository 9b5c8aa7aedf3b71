"""A live run out of settings: whom it asks, what identifies it, and where what it reads is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from drift.documents.lines import Head
from drift.documents.runs import Named, Run, shown_url
from drift.errors import CorsDriftError
from drift.interfaces import Wanted
from drift.interruption import Stop
from drift.journal import Journal
from drift.live_run import LiveRun
from drift.live_side import LiveSide
from drift.location import Diagnostic
from drift.settings import LiveSettings
from drift.shards import Shard
from drift.snapshot import Bucket, Snapshot


def open_run(
    names: Sequence[str],
    settings: LiveSettings,
    *,
    shard: Shard | None = None,
    file: Path | None = None,
    resume: bool = False,
    keep: bool = False,
    stop: Stop | None = None,
) -> LiveRun:
    """A run over the named buckets, or over all that the accounts have if none is named.

    ``file`` is the snapshot that will be saved: what is read is kept beside it until then, and ``resume`` goes on from
    there. With ``keep`` alone it is kept in a file without a name, to be saved elsewhere. Nothing of AWS is asked yet,
    but for the account of the credentials where a part of a fleet has to name it.

    Raises ``UsageError`` where nothing can be kept, or where what is there belongs to another run.
    """
    side = _Side(settings, tuple(dict.fromkeys(names)))
    part = file is not None or shard is not None
    run = Run(
        Named.of(side.names) if side.names else None,
        side.accounts(ask=part),
        _read_from(settings),
        shard,
    )
    head = Head("s3" if settings.aggregator is None else "aws-config", datetime.now(UTC).replace(microsecond=0))
    journal = None
    if file is not None and resume:
        journal = Journal.resume(file, run, head)
    elif file is not None or keep:
        journal = Journal.begin(file, run, head)
    return LiveRun(side, side, run, head=head, journal=journal, stop=stop)


class _Side:
    """The live side as a fetcher, and what is wanted of it. Nothing is asked before the first bucket is drawn."""

    def __init__(self, settings: LiveSettings, names: tuple[str, ...]) -> None:
        self.names = names
        self._settings = settings
        self._side = LiveSide(settings)
        self._begun = False

    def __iter__(self) -> Iterator[Wanted]:
        if self.names:
            return iter(self._side.owned([Wanted(name) for name in self.names]))
        return iter(self._side.fetcher.list_buckets())

    def __length_hint__(self) -> int:
        return len(self.names)

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        """See ``drift.interfaces.Fetcher``."""
        self._begun = True
        return self._side.fetcher.stream(wanted)

    def arrivals(self, wanted: Iterable[Wanted]) -> Iterator[tuple[int, Bucket]]:
        """Each bucket as soon as it is known, with its number, if whoever is asked can do so; else in order."""
        self._begun = True
        arrivals = getattr(self._side.fetcher, "arrivals", None)
        return enumerate(self.stream(wanted)) if arrivals is None else arrivals(wanted)

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """See ``drift.interfaces.Fetcher``."""
        return self._side.fetcher.fetch(wanted)

    def list_buckets(self) -> Iterator[Wanted]:
        """See ``drift.interfaces.Fetcher``."""
        return iter(self._side.fetcher.list_buckets())

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """See ``drift.interfaces.Fetcher``."""
        try:
            return self._side.diagnostics if self._begun else ()
        except CorsDriftError:  # it could not even be opened, which was told
            return ()

    def accounts(self, *, ask: bool) -> tuple[str, ...]:
        """The accounts that are read, as far as they are known. ``ask`` for that of the credentials, if need be."""
        settings = self._settings
        if settings.organization_role is not None:
            return ("organization", *sorted(each.id for each in settings.accounts))
        if settings.accounts:
            return tuple(sorted(each.id for each in settings.accounts))
        if settings.account is not None:
            return (settings.account,)
        if not ask or _endpoint(settings) is not None:  # other servers need not have STS
            return ()
        try:
            return (self._side.aws.caller().account,)
        except CorsDriftError:  # told when buckets are read, if it matters there
            return ()


def _read_from(settings: LiveSettings) -> str | None:
    if settings.aggregator is not None:
        return f"config:{settings.aggregator}"
    endpoint = _endpoint(settings)
    return None if endpoint is None else shown_url(endpoint)


def _endpoint(settings: LiveSettings) -> str | None:
    """The server that is asked in the place of AWS, as far as it is known without a session."""
    ignored = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    names = () if ignored else ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    variables = (os.environ.get(name) for name in names)
    return settings.endpoint_url or next(filter(None, variables), None)
