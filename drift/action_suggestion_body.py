"""What is said of edits that have a pull request take over what it would undo: in a section of the comment, and in the
review comments whose suggestion can be applied by a click. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drift.action_comment_body import Key
from drift.action_event import Run
from drift.adoption import ShownEdit
from drift.cors.model import Unknown
from drift.github_patch import Range
from drift.line_changes import lines_of
from drift.reporters.markdown_escape import code, fenced, prose, shortened
from drift.suggesting import Suggested, Suggestions

MAX_SECTION = 15_000
"""Characters of the section."""
MAX_BUCKETS = 20
"""So many buckets are told of one by one."""
_MAX_WORDS = 1_000
_MAX_SAID = 6

_MARKER = re.compile(
    r"<!-- cors-drift:suggestion id=([A-Za-z0-9._-]{1,64}) config-hash=([0-9a-f]{16}) edit=([0-9a-f]{32}) "
    r"workflow=([0-9a-f]{12}) run=([0-9]{1,12})\.([0-9]{1,12}) state=(open|gone) -->"
)

GONE = "What this suggested no longer stands: the pull request, or what is live, has changed since."


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden last line of a review comment: of which step it is, which edit it suggests, and whether it still
    does.
    """

    key: Key
    edit: str
    run: Run
    gone: bool = False

    def __str__(self) -> str:
        return (
            f"<!-- cors-drift:suggestion id={self.key.id} config-hash={self.key.config} edit={self.edit} "
            f"workflow={self.run.workflow} run={self.run.number}.{self.run.attempt} "
            f"state={'gone' if self.gone else 'open'} -->"
        )


def marker_of(body: str) -> Marker | None:
    """The marker in the last line of a body; anywhere else it is something that somebody quoted."""
    found = _MARKER.fullmatch(body.rstrip().rpartition("\n")[2])
    if found is None:
        return None
    id_, config, edit, workflow, number, attempt, state = found.groups()
    return Marker(Key(id_, config), edit, Run(workflow, int(number), int(attempt)), state == "gone")


def digest_of(path: str, edit: ShownEdit, buckets: Sequence[Suggested]) -> str:
    """What an edit is known by: the file, the lines and what they become, and for which buckets. Its place is not a
    part of it, since that moves with every commit above it.
    """
    names = [_plain(each) for each in buckets]
    text = json.dumps([path, edit.before, edit.after, names])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def review_body(where: Range, buckets: Sequence[Suggested], edits: int, marker: Marker) -> str:
    """A review comment. ``edits``: so many belong together, this one included."""
    parts = [*_lead(buckets), ""]
    if edits > 1:
        parts += [f"It is one of {edits} edits that belong together: **add them to one batch** and commit that.", ""]
    longest = max((len(run) for line in where.lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    parts += [f"{fence}suggestion", *where.lines, fence, "", str(marker)]
    return "\n".join(parts)


def section_of(found: Suggestions, placed: Mapping[ShownEdit, str]) -> str:
    """The section of the comment, empty where there is nothing to tell. ``placed`` has the addresses of the review
    comments that suggest an edit; all other edits are shown here.
    """
    if not found.buckets:
        return ""
    shown: set[ShownEdit] = set()
    told: list[str] = []
    size = left = 0
    for number, bucket in enumerate(found.buckets):
        text = "\n".join(_bucket(bucket, placed, shown))
        if number >= MAX_BUCKETS or size + len(text) > MAX_SECTION:
            left += 1
            continue
        shown |= set(bucket.edits)
        told.append(text)
        size += len(text)
    if left:
        word = "bucket is" if left == 1 else "buckets are"
        told.append(f"{left} more {word} not told here: there is no room.")
    return "\n\n".join(["#### To take over what is live", *told])


def _bucket(bucket: Suggested, placed: Mapping[ShownEdit, str], shown: set[ShownEdit]) -> list[str]:
    if not bucket.edits:
        parts = [f"{_name(bucket)}: no edit is suggested: {prose(shortened(bucket.why or '', _MAX_WORDS))}."]
        for each in bucket.adopting.by_hand[:_MAX_SAID]:
            parts.append(f"- {code(str(each.location))}: {prose(shortened(each.why, _MAX_WORDS))}")
        return parts
    parts = [*_lead([bucket]), ""]
    for edit in bucket.edits:
        place = code(f"{edit.path}:{edit.start_line}")
        if edit in placed:
            link = f": [apply it there]({placed[edit]})" if placed[edit] else ""
            parts.append(f"A suggestion stands on {place}{link}")
        elif edit in shown:
            parts.append(f"The edit at {place} is shown above.")
        else:
            parts += _diff(edit)
    return parts


def _diff(edit: ShownEdit) -> list[str]:
    """An edit as a block of a diff: it can be read, and not be applied by a click."""
    before, after = lines_of(edit.before), lines_of(edit.after)
    old, new = (f"{edit.start_line - (not side)},{len(side)}" for side in (before, after))
    rows = [f"@@ -{old} +{new} @@"]
    rows += [f"{sign}{line.rstrip(chr(10))}" for sign, lines in (("-", before), ("+", after)) for line in lines]
    last = edit.end_line if before else edit.start_line
    where = f"line {edit.start_line}" if last == edit.start_line else f"lines {edit.start_line} to {last}"
    return [f"In {code(edit.path)}, {where if before else f'before {where}'}:", "", *fenced(rows, "diff")]


def _lead(buckets: Sequence[Suggested]) -> list[str]:
    """What an edit is for, what it means, and which findings it brings."""
    names = " and ".join(map(_name, buckets))
    parts = [f"{names}: deploying the pull request would undo what was changed live. This takes it over."]
    says = dict.fromkeys(said for each in buckets for said in each.adopting.says)
    parts += [f"- {prose(shortened(said, _MAX_WORDS))}" for said in list(says)[:_MAX_SAID]]
    brought = dict.fromkeys(
        (finding.id, finding.severity.value, finding.message) for each in buckets for finding in each.adopting.findings
    )
    parts += [
        f"- it brings {code(id_)} ({severity}): {prose(shortened(message, _MAX_WORDS))}"
        for id_, severity, message in list(brought)[:_MAX_SAID]
    ]
    more = max(len(says) - _MAX_SAID, 0) + max(len(brought) - _MAX_SAID, 0)
    return [*parts, *([f"- and {more} more"] if more else [])]


def _plain(bucket: Suggested) -> str:
    return "?" if isinstance(bucket.name, Unknown) else bucket.name


def _name(bucket: Suggested) -> str:
    return f"**{code(shortened(_plain(bucket), 100))}**"
