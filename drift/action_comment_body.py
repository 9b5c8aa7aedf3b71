"""What the comment on a pull request says, and the hidden line by which the next run knows it again. Pure."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drift.action_event import PullRequestEvent, Run
from drift.action_runner import no_report
from drift.catalogue import CATALOGUE
from drift.report import Report, Verdict
from drift.reporters.markdown import COMMENT_CHARACTERS, Unit, write_report
from drift.reporters.markdown_escape import code, shortened
from drift.reporters.report_words import VERDICT_WORDS, summary_words

_MARKER = re.compile(
    r"<!-- cors-drift:comment id=([A-Za-z0-9._-]{1,64}) config-hash=([0-9a-f]{16}) commit=([0-9a-f]{40,64}) "
    r"workflow=([0-9a-f]{12}) run=([0-9]{1,12})\.([0-9]{1,12}) state=(open|clear|folded) -->"
)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Said(StrEnum):
    """What a comment is: ``OPEN`` has something to say, ``CLEAR`` says that all is well, ``FOLDED`` the same, and it
    is hidden as resolved.
    """

    OPEN = "open"
    CLEAR = "clear"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Key:
    """Which comment: two steps that look at different things have different keys, and so a comment each."""

    id: str
    config: str


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden last line of a comment: which one it is, of which commit it speaks and which run wrote it."""

    key: Key
    commit: str
    run: Run
    said: Said

    def __str__(self) -> str:
        return (
            f"<!-- cors-drift:comment id={self.key.id} config-hash={self.key.config} commit={self.commit} "
            f"workflow={self.run.workflow} run={self.run.number}.{self.run.attempt} state={self.said.value} -->"
        )


def key_of(id_: str, scope: Mapping[str, str | Sequence[str]]) -> Key:
    """The key of a comment: with an id of the user's that alone, otherwise the ``scope`` of the step.

    The key is public: what may be a secret must not be in the scope, where it could be guessed from the digits.
    """
    if id_:
        name = id_ if _ID.fullmatch(id_) else hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return Key(name, "0" * 16)
    text = json.dumps(scope, sort_keys=True)
    return Key("default", hashlib.sha256(text.encode()).hexdigest()[:16])


def marker_of(body: str) -> Marker | None:
    """The marker in the last line of a comment's body; anywhere else it is something that somebody quoted."""
    last = body.rstrip().rpartition("\n")[2]
    found = _MARKER.fullmatch(last)
    if found is None:
        return None
    id_, config, commit, workflow, number, attempt, said = found.groups()
    return Marker(Key(id_, config), commit, Run(workflow, int(number), int(attempt)), Said(said))


def is_clear(report: Report | None) -> bool:
    """Whether a reviewer need not look: all is in sync, or nothing that the pull request does shows live.

    Drift that was there before and that the pull request does not touch is no reason for a comment either.
    """
    if report is None or report.verdict not in (Verdict.IN_SYNC, Verdict.CLEAN):
        return False
    return not any(
        CATALOGUE[each.id].family.value == "pull_request" and each.id != "drift-untouched" and each.waived is None
        for each in report.findings
    )


def body_of(
    report: Report | None, event: PullRequestEvent, marker: Marker, *, why: str = "", name: str = "", more: str = ""
) -> str:
    """The comment in full. ``report`` has nothing sensitive left in it; None where the run ended without one, and
    ``why`` says why. ``name`` tells it from other comments of the kind; ``more`` is Markdown that comes after the
    report.
    """
    if report is None:
        told = no_report(why)
    elif marker.said is Said.OPEN:
        stream = io.StringIO()
        write_report(report, stream, limit=COMMENT_CHARACTERS - len(more), unit=Unit.CHARACTERS)
        told = stream.getvalue()
        told = f"{told.rstrip()}\n\n{more}" if more else told
    else:
        told = f"### cors-drift: {VERDICT_WORDS[report.verdict].lower()}\n\n**All clear.** {summary_words(report)}\n"
    # A commit of 40 digits becomes a link by itself.
    link = f"[The run that says so]({marker.run.url})" if marker.run.url else "The job summary has more."
    if name:
        told = told.replace("### cors-drift: ", f"### cors-drift ({code(shortened(name, 100))}): ", 1)
    return f"{told.rstrip()}\n\nThis speaks of commit {event.commit}.\n{link}\n{marker}"


def says_the_same(body: str, other: str) -> bool:
    """Whether two comments differ in nothing but the run that wrote them."""
    return _without_run(body) == _without_run(other)


def _without_run(body: str) -> list[str]:
    lines = body.replace("\r\n", "\n").rstrip().split("\n")
    marker = marker_of(body)
    return [*lines[:-2], marker.said.value if marker else ""]
