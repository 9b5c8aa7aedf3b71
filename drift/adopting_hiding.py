"""Keeps sensitive values out of what adopting shows: out of its sentences, and out of diffs by leaving edits out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drift.adoption import Adopting
from drift.report import Report
from drift.sensitive import SHOWN, Sensitive
from drift.snapshot import Bucket


class Hiding:
    """The sensitive values of a report."""

    def __init__(self, report: Report) -> None:
        sides = [side for each in report.buckets for side in (each.declared, *each.also_declared) if side is not None]
        clear = (text for side in sides for text in _texts(side) if text not in side.sensitive)
        self._known = Sensitive(report.all_sensitive, clear)

    def shows(self, diff: str) -> bool:
        """Whether a diff would show one."""
        return bool(self._known) and any(self._known.scrub(line) != line for line in diff.split("\n"))

    def hidden(self, made: Adopting, *, close: bool) -> Adopting:
        """The same without any. ``close``: the bucket has some of its own, so that nothing of its rules is told."""
        if not self._known:
            return made

        def text(words: str) -> str:
            return self._known.scrub(words, made_up=True)

        name = made.name
        return replace(
            made,
            name=SHOWN if isinstance(name, str) and self._known.marked(name) else name,
            address=None if made.address is None else text(made.address),
            says=() if close else tuple(map(text, made.says)),
            reason=None if made.reason is None else text(made.reason),
            findings=tuple(
                replace(
                    each, message=text(each.message), subject=text(each.subject), help=text(each.help), example=None
                )
                for each in made.findings
            )
            if not close
            else (),
            by_hand=tuple(
                replace(each, why=text(each.why), wanted=SHOWN if close else text(each.wanted)) for each in made.by_hand
            ),
        )


def _texts(bucket: Bucket) -> Iterator[str]:
    for rule in bucket.cors.rules if bucket.cors else ():
        for _, value in rule.by_api_name():
            yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str))
