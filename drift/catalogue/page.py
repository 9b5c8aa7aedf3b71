"""The document of all findings, made from the catalogue: what docs/findings.md holds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from drift.catalogue import CATALOGUE, Family, Kind

_FAMILIES = {
    Family.DRIFT: (
        "Drift",
        "Declared and live rules differ. These fail the run (exit 1), unless they are waived, or lowered in\n"
        "`[findings]` below `--fail-on`.",
    ),
    Family.COVERAGE: ("Coverage", "What could not be looked at. It makes the run incomplete (exit 3)."),
    Family.PULL_REQUEST: (
        "Pull requests",
        "What a [pull request](pull-requests.md) does to live rules (`--base`), in place of those under Drift. One\n"
        "fails the run (exit 1) where it is an error, by itself or by `[findings]`, whatever `--fail-on` says.",
    ),
    Family.POLICY: (
        "Policy",
        "Rules that are risky, or without effect, whatever was declared; judged on the declared and on the live side.\n"
        "They fail the run (exit 1) from `--fail-on` upwards, by default from `error`.",
    ),
    Family.PROMISE: (
        "Promises",
        "[Promises](promises.md) of the settings. A broken one fails the run from `--fail-on` upwards; one that\n"
        "cannot be decided makes it incomplete (exit 3).",
    ),
    Family.WAIVER: ("Waivers and ignores", "What [waivers](waivers.md) and ignores no longer do."),
}

_HEAD = """# Findings

Every finding that cors-drift makes has one word, which is the same in reports, in `[findings]` and `[[waiver]]` of
`cors-drift.toml`, as rule in code scanning, and here. The severity is what it has by default:

```toml
[findings]
insecure-origin = "error"   # error, warning, info or off
etag-not-exposed = "off"
```
"""


def page() -> str:
    """The document, in Markdown."""
    return "\n".join(_lines())


def entry(kind: Kind, width: int) -> str:
    """What the document says of one finding, for a terminal."""
    lines = [f"{kind.id}  {_weight(kind)}", "", *textwrap.wrap(f"{kind.title}.", width), ""]
    lines += [*textwrap.wrap(kind.meaning, width), "", "With it:", ""]
    lines += [*textwrap.indent(kind.before, "    ").splitlines(), "", "Without:", ""]
    lines += [*textwrap.indent(kind.after, "    ").splitlines(), ""]
    lines += textwrap.wrap(f"What to do: {kind.help}", width)
    return "\n".join(lines) + "\n"


def _weight(kind: Kind) -> str:
    return f"({kind.severity.value}{'' if kind.security is None else f', security {kind.security}'})"


def _lines() -> Iterator[str]:
    yield _HEAD
    for family, (title, text) in _FAMILIES.items():
        yield f"## {title}\n"
        yield f"{text}\n"
        for kind in CATALOGUE.values():
            if kind.family is family:
                yield from _kind(kind)


def _kind(kind: Kind) -> Iterator[str]:
    yield f"### {kind.id}\n"
    yield f"**{kind.title}** {_weight(kind)}\n"
    yield textwrap.fill(kind.meaning, 118, break_long_words=False, break_on_hyphens=False) + "\n"
    yield f"With it:\n\n```\n{kind.before}\n```\n"
    yield f"Without:\n\n```\n{kind.after}\n```\n"
    yield f"What to do: {kind.help}\n"
