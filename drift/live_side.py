"""The live side of a command: whom it asks, and in which order, made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from drift.coverage import all_listed
from drift.interfaces import Fetcher, Wanted
from drift.location import Diagnostic
from drift.settings import LiveSettings
from drift.snapshot import Bucket, Snapshot, State

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
        self.cut_off: BaseException | None = None
        """The interruption that has ended reading; what was read by then counts."""

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
        if not asked and not self._settings.all_buckets:
            return Snapshot("s3", diagnostics=self.diagnostics if "fetcher" in self.__dict__ else ())
        named = {each.name for each in asked}
        others = (each for each in self.fetcher.list_buckets() if each.name not in named)
        found: list[Bucket] = []
        try:
            for bucket in self.fetcher.stream(chain(asked, others) if self._settings.all_buckets else asked):
                found.append(bucket)
        except BaseException as error:
            if isinstance(error, Exception):
                raise
            self.cut_off = error  # Ctrl-C, or SIGTERM as the entry point has it
            found += [_unread(each) for each in asked[len(found) :]]
        return Snapshot(found[0].source if found else "s3", tuple(found), self.diagnostics)

    def read_again(self, wanted: Sequence[Wanted]) -> Snapshot:
        """The same out of S3 itself, whatever was asked first."""
        return self.s3.fetch(wanted)

    def owned(self, wanted: Sequence[Wanted]) -> Sequence[Wanted]:
        """With several accounts a bucket is read with the credentials of the one that has it, which listing tells.

        One that none of them lists is not read: it may be somebody else's who has taken the name.
        """
        if not (self._settings.accounts or self._settings.organization_role) or self._settings.aggregator is not None:
            return wanted
        homeless = {each.name for each in wanted if each.account is None}
        homes = {each.name: each for each in self.fetcher.list_buckets() if each.name in homeless} if homeless else {}
        why = self._homeless() if len(homes) < len(homeless) else None
        return [
            each if each.account is not None else homes.get(each.name) or each._replace(unread=why) for each in wanted
        ]

    def _homeless(self) -> str:
        if not all_listed(self.fetcher.diagnostics):
            return "none of the accounts that could be listed has this bucket, and not all of them could be listed"
        accounts = self.aws.access.accounts
        where = " in the regions that are read" if any(each.regions for each in accounts) else ""
        return f"none of the {len(accounts)} accounts that are read lists this bucket{where}"

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the accounts, and of what was read so far as a whole."""
        return tuple(dict.fromkeys((*self._told, *self.fetcher.diagnostics)))


def _unread(wanted: Wanted) -> Bucket:
    reason = "the run was interrupted before this bucket was read"
    return Bucket(wanted.name, State.ERROR, "s3", reason=reason, account=wanted.account, region=wanted.region)
