"""The live side of a command: whom it asks, and in which order, made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from drift.interfaces import Fetcher, Wanted
from drift.location import Diagnostic
from drift.settings import LiveSettings
from drift.snapshot import Snapshot

if TYPE_CHECKING:
    from drift.fetchers.aws import Aws

Progress = Callable[[int, int], None]
"""Told how many of how many buckets have been read."""


class LiveSide:
    """All of AWS that one run asks. Nothing is imported, opened or asked before it is needed."""

    def __init__(self, settings: LiveSettings, progress: Progress | None = None) -> None:
        self._settings = settings
        self._progress = progress
        self._told: list[Diagnostic] = []

    @cached_property
    def aws(self) -> Aws:
        """The session, with every account that the settings name or the organization has."""
        from drift.fetchers.aws import Aws

        settings = self._settings
        aws = Aws(settings.profile, settings.region, settings.endpoint_url, settings.accounts)
        if settings.organization_role is not None:
            from drift.fetchers.accounts import organization_accounts

            found = organization_accounts(
                aws.client("organizations"), aws.caller(), settings.organization_role, settings.accounts
            )
            aws.admit(found.accounts)
            self._told += found.diagnostics
        return aws

    @cached_property
    def s3(self) -> Fetcher:
        """S3 itself."""
        from drift.fetchers.s3 import S3Fetcher

        settings = self._settings
        return S3Fetcher(
            aws=self.aws,
            concurrency=settings.concurrency,
            account=settings.account,
            addressing=settings.addressing.value,
            processes=settings.processes,
            deadline=settings.deadline,
            progress=self._progress,
        )

    @cached_property
    def fetcher(self) -> Fetcher:
        """What tells of the live rules: S3, or AWS Config where the settings say so."""
        if self._settings.aggregator is None:
            return self.s3
        from drift.fetchers.aws_config import ConfigFetcher

        return ConfigFetcher(self.aws, self._settings.aggregator, deadline=self._settings.deadline)

    def read(self, wanted: Sequence[Wanted]) -> Snapshot:
        """One bucket for each wanted one; with ``--all`` also every other bucket of the accounts."""
        asked = self.owned(wanted)
        if not self._settings.all_buckets:
            return self._with_diagnostics(self.fetcher.fetch(asked)) if asked else Snapshot("s3")
        named = {each.name for each in asked}
        others = (each for each in self.fetcher.list_buckets() if each.name not in named)
        return self._with_diagnostics(self.fetcher.fetch(chain(asked, others)))

    def read_again(self, wanted: Sequence[Wanted]) -> Snapshot:
        """The same out of S3 itself, whatever was asked first."""
        return self.s3.fetch(wanted)

    def owned(self, wanted: Sequence[Wanted]) -> Sequence[Wanted]:
        """With several accounts a bucket is read with the credentials of the one that has it, which listing tells."""
        if not (self._settings.accounts or self._settings.organization_role) or self._settings.aggregator is not None:
            return wanted
        homeless = {each.name for each in wanted if each.account is None}
        homes = {each.name: each for each in self.fetcher.list_buckets() if each.name in homeless} if homeless else {}
        return [homes.get(each.name, each) for each in wanted]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the accounts, and of what was read so far as a whole."""
        return tuple(dict.fromkeys((*self._told, *self.fetcher.diagnostics)))

    def _with_diagnostics(self, found: Snapshot) -> Snapshot:
        return replace(found, diagnostics=tuple(dict.fromkeys((*self._told, *found.diagnostics))))
