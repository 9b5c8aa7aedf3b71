"""Reports in which all text of other people is hostile, and their twins: the same reports with harmless text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from drift.cors.model import CorsAnswer
from drift.diff import Change, Fold
from drift.finding import Finding
from drift.location import Diagnostic
from drift.report import BucketReport

T = TypeVar("T")

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)>' onmouseover='alert(1)",
    "end-of-script": "</script><script>alert(1)</script></style></textarea></title>--><script>alert(2)</script>",
    "comment": "--><script>alert(1)</script><!--",
    "cdata": "]]><oops/><![CDATA[",
    "entity": "&lt;b&gt;&amp;&#x3c;script&#62;&nbsp;&unknown;",
    "template": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}{%raw%}",
    "javascript-link": "javascript:alert(1)",
    "sgr": "\x1b[31mred\x1b[0m\x1b[2J\x1b[1A\x1b[K",
    "osc8": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\\x1b]0;title\x07",
    "c1": "\x9b31mred\x9b0m\x9d0;title\x9c\x85\x84",
    "controls": "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127])),
    "nul": "a\x00b",
    "command": "::error::forged",
    "command-with-place": "::error file=main.tf,line=1,title=forged::forged",
    "old-command": "##[error]forged",
    "old-command-output": "a ##[set-output name=verdict]in_sync",
    "old-command-of-others": "##vso[task.setvariable variable=verdict]in_sync ##teamcity[message text='forged']",
    "stop-commands": "::stop-commands::token",
    "command-behind-line-end": "x\n::error::forged\n::set-output name=a::b\nx",
    "command-behind-cr": "x\r::error::forged\r\n##[error]forged",
    "escaped-command": "%0A::warning::forged%0D%0A%25",
    "property": "x,line=1::forged:",
    "line-ends": "a\nb\r\nc\rd\x0be\x0cf\x85g\u2028h\u2029i\n\n\nj",
    "pipes": "a|b||c\\|d\\\\|e",
    "backticks": "`a``b```c````\n```\n~~~\nd",
    "markdown-link": "[click](https://evil.example) <https://evil.example> https://evil.example www.evil.example",
    "markdown-image": "![x](https://evil.example/x.png) [![y][z]](a)\n\n[z]: https://evil.example",
    "mention": "@octocat @github/team #1 GH-1 octocat/hello#1 user@evil.example",
    "markdown-marks": "**bold** __bold__ *i* _i_ ~~gone~~ # head\n# head\n- item\n1. item\n> quote\n---\n===\n    code",
    "markdown-html": "<details><summary>x</summary></details><!-- marker --> </td></tr></table>",
    "emoji-code": ":smile: :+1:",
    "rich-markup": "[bold red]x[/] [link=https://evil.example]y[/link] [/nothing]",
    "direction": "\u202egnirts\u202c \u2066iso\u2069 \u2067rtl\u2069 \u200f\u200e\u061c \u202a\u202b\u202d",
    "invisible": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\U000e0041\u034f\u115f\u3164",
    "combining": "a" + "\u0301\u0316" * 60,
    "lone-surrogates": "\ud800x\udfff\ude00\ud83d",
    "wide": "日本語" * 20 + "👩‍👩‍👧‍👦" * 5,
    "right-to-left": "שלום مرحبا",
    "noncharacters": "\ufffe\uffff\ufdd0\U0001ffff",
    "format": "%s %d %(x)s {0} {x} {} $1 \\1 \\g<0>",
    "path": "../../etc/passwd;rm -rf /$(id)`id`",
    "uri": "file:///etc/passwd?a=b#c%00%2e%2e C:\\x \\\\host\\x",
    "formula": "=cmd|' /C calc'!A0",
    "blank": " \t\xa0\u3000 ",
    "long": "x" * 10_000,
    "long-with-marks": "https://a.example|`*<b>\n" * 420,
}
"""Name of an attack to its text."""

HARMLESS = "harmless"
"""What stands in the twin where the attack stands in the report."""


def spoiled(report: T, attack: str) -> T:
    """The report with the text at the beginning and at the end of all text that others wrote.

    Left as they are: words of the program's own (ids of findings, of notes, of diagnostics; names of fields and of
    headers), numbers, times. A report and its twin differ in nothing else than the text.
    """
    return _Walk(lambda text: f"{attack}{text}{attack}").everything(report)  # type: ignore[no-any-return]


class _Walk:
    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change

    def everything(self, value: Any) -> Any:
        if value is None or isinstance(value, Enum | bool | int | frozenset | date | datetime):
            return value
        if isinstance(value, str):
            return self.change(value)
        if isinstance(value, tuple):
            return tuple(self.everything(each) for each in value)
        if isinstance(value, CorsAnswer):
            headers = tuple((name, self.change(text)) for name, text in value.headers)
            kept = {"headers", "open_questions"}
            return replace(self.fields(value, kept), headers=headers)
        kept_of = {Finding: {"id"}, Diagnostic: {"id"}, Fold: {"id"}, Change: {"field"}, BucketReport: {"notes"}}
        if type(value).__name__ == "RulePlace":
            fields = tuple((name, self.everything(at)) for name, at in value.fields)
            return replace(value, location=self.everything(value.location), fields=fields)
        return self.fields(value, kept_of.get(type(value), set()))

    def fields(self, value: Any, kept: set[str]) -> Any:
        names = [each.name for each in dataclasses.fields(value) if each.name not in kept]
        return replace(value, **{name: self.everything(getattr(value, name)) for name in names})
