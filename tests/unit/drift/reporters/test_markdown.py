"""Markdown for summaries and comments: others' text is text, limits hold, and what is left out is counted."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from drift.report import Report
from drift.reporters.markdown import COMMENT_CHARACTERS, Unit, write_report
from drift.reporters.markdown_escape import cell, code, fenced, inline_html, prose
from drift.reporters.markdown_fit import Section, fitted
from drift.reporters.words import printable
from tests.samples import many, reports
from tests.samples.fleet import renamed
from tests.samples.hostility import PAYLOADS

RENDERER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
TEXTS = sorted(PAYLOADS)


def rendered(markdown: str) -> str:
    return str(RENDERER.render(markdown))


def text_of(html: str) -> str:
    plain = re.sub(r"<[^>]*>", "", html)
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(name, char)
    return plain


def told(report: Report, **options: object) -> str:
    stream = io.StringIO()
    write_report(report, stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_code_is_shown_as_it_is(text: str) -> None:
    html = rendered(f"x {code(text)} y")
    assert re.fullmatch(r"<p>x <code>[^<]*</code> y</p>\n", html)
    assert text_of(html) == f"x {printable(text)} y\n"


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_in_prose_all_but_plain_words_is_code(text: str) -> None:
    html = rendered(f"- {prose(text)}")
    assert set(re.findall(r"<[^>]*>", html)) <= {"<ul>", "<li>", "</li>", "</ul>", "<code>", "</code>"}
    assert text_of(html).split() == printable(text).split()
    outside = re.sub(r"<code>.*?</code>", "", html)
    assert not re.search(r"[@#/\\*_`~\[]|www|\.\w|[0-9a-f]{7}", re.sub(r"</?\w+>", "", outside))


def test_quotes_and_brackets_around_a_value_are_no_part_of_it() -> None:
    text = 'The promise "https://a.example may PUT on bucket logs-*" (cors-drift.toml:3) holds'
    assert prose(text) == 'The promise "`https://a.example` may PUT on bucket `logs-*`" (`cors-drift.toml:3`) holds'


@pytest.mark.parametrize("name", TEXTS)
def test_a_cell_stays_one_cell(name: str) -> None:
    html = rendered(f"| a | b |\n|---|---|\n| {cell(code(PAYLOADS[name][:300]))} | last |\n")
    assert (html.count("<td>"), html.count("<tr>")) == (2, 2)
    assert "<td>last</td>" in html


@pytest.mark.parametrize("name", TEXTS)
def test_a_block_of_code_ends_at_its_own_fence(name: str) -> None:
    lines = [f"+ {PAYLOADS[name]}", "- ```", "````` x"]
    html = rendered("\n".join(fenced(lines, "diff")) + "\n\nafter")
    assert html.count("<pre>") == 1
    assert html.endswith("</code></pre>\n<p>after</p>\n")


@pytest.mark.parametrize("name", TEXTS)
def test_a_summary_line_holds_no_markup_of_others(name: str) -> None:
    assert re.fullmatch(r"<code>[^<>\n]*</code>", inline_html(PAYLOADS[name]))


@pytest.mark.parametrize(
    "text", ["@octocat", "#1", "GH-1", "a1b2c3d", "deadbeef", "x@a.example", "www.a.example", "http://a.example"]
)
def test_what_github_would_make_a_link_or_mention_of_is_code(text: str) -> None:
    assert prose(f"see {text}, then") == f"see `{text}`, then"


def test_a_bucket_that_drifted_is_told_with_all_that_is_known() -> None:
    assert told(reports()["wider"]) == (
        """\
### cors-drift: drift

1 bucket: 1 drifted.

| bucket | state | other findings | declared at |
|---|---|---|---|
| `assets-prod` | **DRIFTED: live allows more** |  | `infra/main.tf:12` |

<details><summary><code>assets-prod</code>: DRIFTED: live allows more</summary>

- declared at `infra/main.tf:12`, `aws_s3_bucket_cors_configuration.assets`
- **Live lets `https://evil.example` GET; the code does not.**
  - asked: a request for GET from `https://evil.example`
  - declared: refused
  - live: allowed by rule 1, with credentials
- What to do: Deploy the declared rules again, or take the live ones over into the code. (`live-wider`)

```diff
@@ rule 1, AllowedMethods  infra/main.tf:18 @@
+ DELETE
@@ rule 1, AllowedOrigins  infra/main.tf:19 @@
+ https://evil.example
```


</details>
"""
    )


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("limit", [3000, 60_000, 900_000])
def test_a_report_on_thousands_keeps_to_its_limit_and_counts_what_is_left_out(limit: int, unit: Unit) -> None:
    text = told(many(2000), limit=limit, unit=unit)
    assert limit / 4 < unit.of(text) <= limit
    rows = len(re.findall(r"^\| (?!bucket )", text, re.MULTILINE))
    more = re.search(r"^and ([\d,]+) more buckets: see the JSON report", text, re.MULTILINE)
    assert rows + (int(more[1].replace(",", "")) if more else 0) == len(many(2000).buckets)
    assert "Left out, since this would be too long: " in text


def test_a_comment_is_counted_in_characters_and_a_summary_in_bytes() -> None:
    (bucket,) = reports()["wider"].buckets
    wide = replace(
        reports()["wider"], buckets=tuple(renamed(bucket, f"{'日本😀' * 20}-{number}") for number in range(500))
    )
    comment = told(wide, limit=COMMENT_CHARACTERS, unit=Unit.CHARACTERS)
    summary = told(wide, limit=COMMENT_CHARACTERS)
    assert len(comment.encode("utf-16-le")) // 2 <= COMMENT_CHARACTERS < len(comment.encode())
    assert len(summary.encode()) <= COMMENT_CHARACTERS


def test_the_worst_is_kept_longest() -> None:
    names = ("identical", "wider", "policy-both-sides", "denied")
    buckets = tuple(renamed(reports()[name].buckets[0], f"{name}-{n}") for n in range(50) for name in names)
    text = told(replace(reports()["wider"], buckets=buckets), limit=40_000)
    assert text.count("<details><summary><code>wider-") > 20
    assert "<details><summary><code>policy" not in text
    assert "identical-" not in text


def test_parts_are_kept_by_rank_and_shown_in_their_order() -> None:
    section = Section("head\n", "foot\n")
    for rank, text in ((2, "c" * 50), (0, "a" * 50), (1, "b" * 50)):
        section.add((rank,), "part", f"{text}\n")
    assert "".join(fitted("start\n", [section], 550, Unit.BYTES)) == (
        f"start\n\nhead\n{'a' * 50}\nand 2 more parts: see the JSON report\nfoot\n"
    )
    assert "".join(fitted("start\n", [section], 450, Unit.BYTES)) == (
        "start\n\nLeft out, since this would be too long: 3 parts. See the JSON report.\n"
    )


@pytest.mark.parametrize("name", ["empty", "error-only", "all-ignored", "verdict-incomplete", "clean"])
def test_a_run_with_little_to_tell_says_so(name: str) -> None:
    lines = told(reports()[name]).splitlines()
    assert lines[0].startswith("### cors-drift: ")
    assert lines[2].endswith(".")
