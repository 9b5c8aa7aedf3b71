"""The main job: what is declared, which live bucket is meant, what is live, what differs, and who did it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from drift import errors
from drift.compare import Rules, compare
from drift.cors.model import Text, Unknown
from drift.coverage import all_listed
from drift.ignoring import Ignores
from drift.interfaces import Wanted
from drift.live_side import LiveSide, Progress
from drift.location import Diagnostic, Severity
from drift.report import BucketState, ExitPolicy, Report, Verdict
from drift.rereading import Reader, awaited, confirmed
from drift.settings import Settings
from drift.snapshot import Bucket, Snapshot
from drift.sources import load_declared, load_live, load_state, selected

if TYPE_CHECKING:
    from drift.identity import Source
    from drift.name_patterns import Listing
    from drift.on_pull_request import Base


class Check:
    """One check. ``rules`` and ``exits`` say what counts; ``keep`` gets what was read if the reading is interrupted.

    What ``ignores`` leave out is not read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        settings: Settings,
        rules: Rules,
        exits: ExitPolicy,
        progress: Progress | None = None,
        keep: Callable[[Report], None] | None = None,
        ignores: Ignores | None = None,
    ) -> None:
        if settings.live.all_buckets and settings.buckets:
            raise errors.UsageError(
                "--all and --bucket exclude one another", advice="leave one out: --all is about buckets nobody names"
            )
        self._paths = paths
        self._settings = settings
        self._rules = replace(rules, live_only=settings.live.all_buckets)
        self._exits = exits
        self._live = LiveSide(settings.live, progress)
        self._keep = keep
        self._ignores = ignores or Ignores(())
        self._notes: list[Diagnostic] = []
        self._saved = None if settings.live.source is None else load_live(settings.live.source, settings)
        self._base: Base | None = None
        self._load: Callable[[Settings], Snapshot] = partial(load_declared, paths)

    def run(self) -> Report:
        """The report, after a second look at what seems to have drifted."""
        if self._settings.base is None:
            declared = self._declared()
        else:
            declared, self._base = self._with_base()
        try:
            if self._settings.live.unread:
                return self._without_live(declared)
            report = self._compared(declared, self._read(declared))
            if self._live.cut_off is not None:
                self._cut_off(report, self._live.cut_off)
            return report if self._saved is not None else self._looked_again(report, declared)
        except errors.CorsDriftError as error:
            if declared.all_sensitive:
                from drift.redaction import hide_in_error

                hide_in_error(error, declared.all_sensitive)
            raise

    def _cut_off(self, report: Report, by: BaseException) -> None:
        """Hand on what was read, and end as the interruption wanted it."""
        read = sum(each.state is not BucketState.ERROR for each in report.buckets)
        told = f"the run was interrupted when {read:,} buckets had been read"
        fault = Diagnostic(Severity.ERROR, "interrupted", told, help="run it again")
        if self._keep is not None:
            part = replace(report, verdict=Verdict.ERROR, exit_code=errors.EXIT_ERROR)
            self._keep(replace(part, diagnostics=(*report.diagnostics, fault)))
        raise by

    def blamed(self, report: Report) -> Report:
        """The report with who changed the buckets that drifted, as far as CloudTrail knows."""
        from drift.fetchers.cloudtrail import Blame

        drifted = [each.live for each in report.buckets if each.drift and each.live is not None]
        if not drifted or self._saved is not None:
            return report
        histories, told = Blame(self._live.aws).histories(drifted)
        buckets = tuple(
            replace(each, history=histories.get(each.name)) if isinstance(each.name, str) else each
            for each in report.buckets
        )
        return replace(report, buckets=buckets, diagnostics=(*report.diagnostics, *told))

    def _with_base(self) -> tuple[Snapshot, Base]:
        """What is declared once the pull request is merged, and what the target branch declares without it."""
        from drift.base_side import BaseSide
        from drift.completing import completed

        with BaseSide(self._paths, self._settings) as side:
            self._load = side.declared
            head = self._declared()
            head, base = completed(head, side.read(), side, self._settings)
        left_out = self._ignores.leaves_out
        kept = tuple(each for each in base.target.buckets if not left_out(each.name))
        base = replace(base, target=replace(base.target, buckets=kept, sensitive=base.target.all_sensitive))
        return head, base

    def _without_live(self, declared: Snapshot) -> Report:
        from drift.compare import validated
        from drift.on_pull_request import without_live

        base = self._base
        if base is None:
            raise errors.UsageError("--live none leaves nothing to compare with", advice="give --base")
        report = replace(validated(declared, self._exits), compared_at=datetime.now(UTC))
        return without_live(report, declared, base, self._rules, self._exits)

    def _declared(self) -> Snapshot:
        found = self._load(self._settings)
        names = self._settings.buckets
        known = {bucket.name for bucket in found.buckets}
        is_open = any(isinstance(name, Unknown) for name in known) or self._settings.identity.names
        if is_open and (not names or any(name not in known for name in names)):
            from drift.identity import identify

            found = identify(found, self._sources())
            found = replace(found, diagnostics=(*found.diagnostics, *self._notes))
        found = found if self._settings.base is not None else selected(found, names)
        kept = tuple(each for each in found.buckets if not self._ignores.leaves_out(each.name))
        return replace(found, buckets=kept, sensitive=found.all_sensitive)

    def _sources(self) -> list[Source]:
        """Whom to ask which bucket is meant, in this order; each makes its calls only if a name is still open."""
        from drift.identity_sources import NamesSource, StateSource
        from drift.name_patterns import Listing, PatternSource

        identity = self._settings.identity
        listing = Listing(self._listing, self._listed_whole)
        sources: list[Source] = []
        if identity.names:
            sources.append(NamesSource(identity.names))
        sources += [StateSource(*load_state(path, self._settings)) for path in identity.states]
        if self._saved is None:
            sources += self._asking_aws(listing)
        if identity.patterns:
            sources.append(PatternSource(listing))
        if identity.late_names:
            sources.append(NamesSource(identity.late_names))
        return sources

    def _asking_aws(self, listing: Listing) -> list[Source]:
        from drift.fetchers.bucket_tags import BucketTags
        from drift.fetchers.stacks import StackResources
        from drift.identity_lookups import StackSource, TagSource
        from drift.identity_sources import CallerSource

        aws = self._live.aws
        return [
            StackSource(StackResources(aws, self._settings.live.region)),
            TagSource(listing, BucketTags(aws)),
            CallerSource(self._completed, says="the account and region of the credentials complete its name"),
        ]

    def _listing(self) -> Iterable[Wanted]:
        if self._saved is None:
            return self._live.fetcher.list_buckets()
        from drift.fetchers.saved import SavedFetcher

        return SavedFetcher(self._saved).list_buckets()

    def _listed_whole(self) -> bool:
        """Whether no bucket is missing from the listing, as far as anybody knows."""
        if self._saved is not None:
            return self._saved.part is None and not self._saved.errors and all_listed(self._saved.diagnostics)
        narrowed = any(each.regions for each in self._settings.live.accounts)
        return not narrowed and all_listed(self._live.diagnostics)

    def _completed(self) -> Snapshot | None:
        """The declarations, read again as the account and region of the credentials would have them."""
        try:
            caller = self._live.aws.caller()
        except errors.EndpointError:  # a server without STS; if it has no S3 either, reading tells
            return None
        except errors.CredentialsError as error:
            told = f"whose credentials these are cannot be told: {error.message}"
            self._notes.append(Diagnostic(Severity.WARNING, "caller-not-known", told, error.location, error.advice))
            return None
        live = self._settings.live
        given = replace(
            live, account=live.account or caller.account, region=live.region or self._live.aws.configured_region
        )
        return self._load(replace(self._settings, live=given))

    def _read(self, declared: Snapshot) -> Snapshot:
        """What is live of the buckets that are declared."""
        wanted = _wanted(declared if self._base is None else _with_others(declared, self._base.target))
        if self._saved is None:
            return replace(self._live.read(wanted), taken_at=datetime.now(UTC))
        if any(bucket.bare for bucket in (*declared.buckets, *self._saved.buckets)):
            return self._saved  # such rules have no name to ask for
        from drift.fetchers.saved import SavedFetcher

        saved = SavedFetcher(self._saved)
        if self._settings.live.all_buckets:
            named = {each.name for each in wanted}
            wanted += [each for each in saved.list_buckets() if each.name not in named]
        found = saved.fetch(wanted)
        if not self._settings.live.all_buckets or self._saved.part is None:
            return found
        told = f"{self._settings.live.source} is {self._saved.part}: there may be other buckets"
        partly = Diagnostic(Severity.WARNING, "listing-incomplete", told)
        return replace(found, diagnostics=(*found.diagnostics, partly))

    def _looked_again(self, report: Report, declared: Snapshot) -> Report:
        live = self._settings.live

        def judge(again: Snapshot) -> Report:
            names = {bucket.name for bucket in again.buckets}
            part = replace(declared, buckets=tuple(each for each in declared.buckets if each.name in names))
            return self._compared(part, again, names)

        reader = Reader(self._live.read_again, judge)
        if live.wait:
            return awaited(report, reader, live.wait, self._rules, self._exits)
        if live.aggregator is not None:
            return confirmed(report, reader, 0.0, self._rules, self._exits) if live.confirm else report
        return confirmed(report, reader, live.recheck, self._rules, self._exits) if live.recheck else report

    def _compared(self, declared: Snapshot, live: Snapshot, only: Collection[Text] | None = None) -> Report:
        report = compare(declared, live, self._rules, self._exits, now=datetime.now(UTC))
        if self._base is None:
            return report
        from drift.on_pull_request import on_pull_request

        return on_pull_request(report, declared, self._base.narrowed(only), live, self._rules, self._exits)


def _with_others(declared: Snapshot, base: Snapshot) -> Snapshot:
    """With the buckets of the target branch, which are live though the pull request may no longer declare them."""
    return replace(declared, buckets=(*declared.buckets, *base.buckets))


def _wanted(declared: Snapshot) -> list[Wanted]:
    """The buckets to read: those with a name and something to compare, each once."""
    wanted: dict[str, Bucket] = {}
    for bucket in declared.buckets:
        if not isinstance(bucket.name, Unknown) and bucket.comparable:
            wanted.setdefault(bucket.name, bucket)
    return [Wanted(name, bucket.account, bucket.region) for name, bucket in wanted.items()]
