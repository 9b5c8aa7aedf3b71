"""Reports as SARIF 2.1.0 for GitHub code scanning.

Sources: OASIS "Static Analysis Results Interchange Format Version 2.1.0"; GitHub's "SARIF support for code scanning",
which reads a part of it and refuses a whole file for one result that it cannot place.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from drift import __version__
from drift.documents.parts import Json
from drift.documents.writing import time_to_json
from drift.location import Diagnostic, Severity
from drift.report import LOOKED_AT, Report, Verdict
from drift.reporters.placed import Checkout, Placed, bounded, line_of, placed_findings, region_of
from drift.reporters.report_words import VERDICT_WORDS, WEIGHT, counted, summary_words
from drift.reporters.sarif_results import BASE, MAX_MESSAGE, MAX_NAME, location, plain, result_of
from drift.reporters.sarif_rules import LEVELS, rules
from drift.reporters.words import name_of, printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MAX_RESULTS = 5_000
"""GitHub shows no more, and takes 25,000."""

MAX_BYTES = 8_000_000
"""Of all results, compressed: GitHub takes 10 MB in all."""

MAX_NOTIFICATIONS = 1_000
MAX_NAMED = 10

_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


def write_report(
    report: Report,
    stream: TextIO,
    *,
    prefix: str = "",
    root: str = "",
    category: str = "",
    waived: bool = False,
    limit: int = MAX_RESULTS,
) -> None:
    """Write the log: a result for each finding that has a place in the repository, the worst ``limit`` of them.

    ``prefix`` leads from the repository's root to the working folder, ``root`` is its absolute path: code scanning
    wants paths from there. ``category`` tells several logs of one commit apart (an account, an environment); without
    one the log has none, so that whoever uploads it can give one: GitHub's action does not overrule a log.

    With ``waived``, findings that are waived are results with a suppression. Code scanning passes suppressions over and
    would open alerts for them, so they are left out otherwise and counted: an alert closes with the waiver and comes
    back, as the same one, when it ends.
    """
    checkout = Checkout(prefix, root)
    found = placed_findings(report, checkout)
    numbers = _fingerprints(found)
    shown = sorted(
        (index for index, each in enumerate(found) if each.region and (waived or not each.finding.waived)),
        key=lambda index: found[index].weight,
    )
    results = _fitting(
        _json(result_of(found[index], numbers[index], checkout, suppressions=waived)) for index in shown[:limit]
    )
    told = _Told(found, waived=waived, dropped=len(shown) - len(results))
    notes = map(_json, _notifications(report, checkout, told))
    driver = _listed(_driver(), "rules", map(_json, rules()))
    run = {
        "tool": f'{{"driver": {driver}}}',
        "invocations": f"[{_listed(_invocation(report), 'toolExecutionNotifications', notes)}]",
        "originalUriBaseIds": _json({BASE: {"description": {"text": "The root of the repository."}}}),
        "columnKind": _json("unicodeCodePoints"),
        "properties": _json({"verdict": report.verdict.value, **told.counts}),
    }
    if name := printable(category).strip(" /"):
        run["automationDetails"] = _json({"id": f"cors-drift/{name}/"})
    whole = _listed_raw(",\n".join(f"{_json(key)}: {value}" for key, value in run.items()), "results", results)
    stream.write(f'{{\n"$schema": {_json(SCHEMA)},\n"version": "2.1.0",\n"runs": [{whole}]\n}}\n')


def _listed(head: dict[str, Json], key: str, items: Iterable[str]) -> str:
    """An object that has a list as its last member, each item of it on a line."""
    return _listed_raw(_json(head)[1:-1], key, items)


def _listed_raw(head: str, key: str, items: Iterable[str]) -> str:
    lines = "".join(f"{',' if number else ''}\n{each}" for number, each in enumerate(items))
    return f"{{{head},\n{_json(key)}: [{lines}\n]}}"


def _json(value: Json) -> str:
    """ASCII, without ``##``, which can only stand inside strings: runners of workflows look for ``##[`` anywhere."""
    return json.dumps(value).replace("##", "#\\u0023")


def _fitting(results: Iterable[str]) -> list[str]:
    """The results that GitHub takes in one upload."""
    kept: list[str] = []
    squeezed = zlib.compressobj()
    whole = size = 0
    for result in results:
        whole += len(result)
        if whole > MAX_BYTES:  # until then it fits as it is
            text = result if size else "".join([*kept, result])
            size += len(squeezed.compress(text.encode())) + len(squeezed.flush(zlib.Z_SYNC_FLUSH))
            if size > MAX_BYTES:
                break
        kept.append(result)
    return kept


def _driver() -> dict[str, Json]:
    semantic = {"semanticVersion": __version__} if _SEMANTIC_VERSION.fullmatch(__version__) else {}
    return {"name": "cors-drift", "version": __version__, **semantic}


def _fingerprints(found: Sequence[Placed]) -> list[str]:
    """The line hash of every finding, in GitHub's form: a hash, and which one of those in the file that share it.

    It is of what was found and not of the line: several buckets declared by one block are told apart, and an alert
    stays the same one where lines move.
    """
    seen: Counter[tuple[str, str]] = Counter()
    hashes = []
    for each in found:
        value = each.finding.fingerprint(each.address)
        key = (each.region.path if each.region else "", value)
        seen[key] += 1
        hashes.append(f"{value}:{seen[key]}")
    return hashes


def _invocation(report: Report) -> dict[str, Json]:
    ended = {} if report.compared_at is None else {"endTimeUtc": time_to_json(report.compared_at)}
    return {
        "executionSuccessful": report.verdict is not Verdict.ERROR,
        "exitCode": report.exit_code,
        "exitCodeDescription": f"{VERDICT_WORDS[report.verdict]}. {summary_words(report)}",
        **ended,
    }


class _Told:
    """What of the findings is among the results, and what is not."""

    def __init__(self, found: Sequence[Placed], *, waived: bool, dropped: int) -> None:
        kept = [each for each in found if waived or each.finding.waived is None]
        self.waived = len(found) - len(kept)
        self.placeless = [each for each in kept if each.region is None]
        self.dropped = dropped

    @property
    def counts(self) -> dict[str, Json]:
        """How many findings are not among the results, and why."""
        return {"dropped": self.dropped, "waived": self.waived, "withoutPlace": len(self.placeless)}


def _notifications(report: Report, checkout: Checkout, told: _Told) -> Iterator[Json]:
    """What the run has to say beside its results: what it could not see, what is not among them, its diagnostics."""
    unseen = sum(bucket.state not in LOOKED_AT for bucket in report.buckets)
    if unseen:
        yield _note(Severity.WARNING, "not-compared", f"{counted(unseen, 'bucket')} could not be compared.")
    if told.dropped:
        text = f"{counted(told.dropped, 'finding')} more, none of them worse, did not fit into this log."
        yield _note(Severity.WARNING, "results-dropped", text)
    if told.waived:
        text = f"{counted(told.waived, 'finding')} waived: not among the results."
        yield _note(Severity.INFO, "results-waived", text)
    if told.placeless:
        yield _note(Severity.WARNING, "results-without-place", _told_of(told.placeless))
    faults = sorted(report.diagnostics, key=lambda each: WEIGHT[each.severity])
    for fault in faults[:MAX_NOTIFICATIONS]:
        yield _note_of(fault, checkout)
    if len(faults) > MAX_NOTIFICATIONS:
        text = f"{counted(len(faults) - MAX_NOTIFICATIONS, 'diagnostic')} more, none of them worse."
        yield _note(Severity.WARNING, "diagnostics-dropped", text)


def _told_of(placeless: Sequence[Placed]) -> str:
    """How many findings have no place, and which the first of them are."""
    first = sorted(placeless, key=lambda each: each.weight)[:MAX_NAMED]
    names = [f"{each.finding.id} of {name_of(each.finding.bucket or '', each.address) or 'the run'}" for each in first]
    more = f" and {len(placeless) - len(first):,} more" if len(placeless) > len(first) else ""
    count = counted(len(placeless), "finding")
    return f"{count} without a place in the repository: not among the results: {', '.join(names)}{more}."


def _note(severity: Severity, identifier: str, text: str) -> dict[str, Json]:
    return {
        "level": LEVELS[severity],
        "descriptor": {"id": identifier},
        "message": {"text": bounded(plain(text), MAX_MESSAGE)},
    }


def _note_of(fault: Diagnostic, checkout: Checkout) -> dict[str, Json]:
    identifier = line_of(fault.id) or "diagnostic"
    text = line_of(fault.message) or identifier
    if fault.help:
        text = f"{text}\ntry: {line_of(fault.help)}"
    region = region_of(fault.location, checkout)
    where = {} if region is None else {"locations": [location(region)]}
    return {**_note(fault.severity, bounded(identifier, MAX_NAME), text), **where}
