"""Random rules in random layouts are edited to random other rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import API_NAMES, BucketCors, CorsRule
from drift.edits import TextEdit, WantedRules
from drift.interfaces import Inputs
from drift.snapshot import Bucket
from parsers.terraform.render import RENDERER
from parsers.terraform.render.formatting import formatted
from parsers.terraform.render.json_changes import data_of
from parsers.terraform.render.source import Source
from parsers.terraform.render.wording import quoted
from tests.law_numbers import tries
from tests.render.terraform_cases import declared, holds, unformatted
from tests.rendering import Files, rules_, wanted_of

needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform binary")
_COMMENTS = st.sampled_from(["", "", "", "# a", "// b { [", '# "c', "/* d */"])


@st.composite
def _list(draw: st.DrawFn, values: Sequence[str], indent: str) -> str:
    items = [quoted(each) for each in values]
    if draw(st.booleans()):
        return f"[{', '.join(items)}]"
    last = draw(st.booleans())
    lines = []
    for place, item in enumerate(items):
        if draw(st.integers(0, 4)) == 0:
            lines.append(f"{indent}  {draw(_COMMENTS)}".rstrip())
        comma = "," if last or place < len(items) - 1 else ""
        lines.append(f"{indent}  {item}{comma} {draw(_COMMENTS)}".rstrip())
    return "\n".join(["[", *lines, f"{indent}]"])


@st.composite
def _rule(draw: st.DrawFn, rule: CorsRule, *, inline: bool) -> str:
    lines = []
    for name in draw(st.permutations(list(API_NAMES))):
        value = getattr(rule, name)
        if value is None or value == () or (inline and name == "id"):
            continue
        if isinstance(value, tuple):
            text = draw(_list(value, "    "))
        else:
            text = quoted(value) if isinstance(value, str) else str(value)
        comment = draw(_COMMENTS)
        lines.append(f"    {name} = {text} {comment}".rstrip())
        lines += draw(st.sampled_from([[], [], [""], ["    # between"]]))
    above = draw(st.sampled_from(["", "  # above\n", "  # one\n  # two\n"]))
    return f"{above}  cors_rule {{\n" + "\n".join(lines) + "\n  }\n"


@st.composite
def configurations(draw: st.DrawFn) -> tuple[str, bool]:
    """A configuration, and whether its rules are inline."""
    inline = draw(st.booleans())
    rules = draw(st.lists(rules_, min_size=1, max_size=3))
    between = draw(st.sampled_from(["", "\n"]))
    blocks = between.join(draw(_rule(rule, inline=inline)) for rule in rules)
    kind = "aws_s3_bucket" if inline else "aws_s3_bucket_cors_configuration"
    tail = draw(st.sampled_from(["", "\n  lifecycle {\n    prevent_destroy = true\n  }\n"]))
    text = f'resource "{kind}" "site" {{\n  bucket = "site"\n\n{blocks}{tail}}}\n'
    if draw(st.booleans()):
        text += '\n# after\noutput "x" {\n  value = 1\n}\n'
    if draw(st.integers(0, 3)) == 0:
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "", "\ufeff"])) + text, inline


def _plain(cors: BucketCors | None, *, inline: bool) -> BucketCors | None:
    """The rules without what an inline rule cannot have."""
    return (
        None
        if cors is None
        else BucketCors(tuple(replace(each, id=None if inline else each.id) for each in cors.rules))
    )


def _bucket(text: str) -> Bucket:
    return declared(Files({"main.tf": text.encode()}), [""], Inputs()).buckets[0]


@st.composite
def _wanted(draw: st.DrawFn, bucket: Bucket, *, inline: bool) -> WantedRules:
    assert bucket.cors is not None
    wanted = draw(wanted_of(bucket.cors.rules))
    return replace(wanted, cors=_plain(wanted.cors, inline=inline))


def _edited(data: st.DataObject) -> tuple[str, Files]:
    text, inline = data.draw(configurations())
    files = Files({"main.tf": text.encode()})
    before = declared(files, [""], Inputs())
    wanted = data.draw(_wanted(_bucket(text), inline=inline))
    proposal = RENDERER.propose(files, [""], Inputs(), before.buckets[0], wanted)
    for attempt in proposal.attempts:
        after = files.with_edits(attempt)
        if holds(before, declared(after, [""], Inputs()), "site", wanted.cors):
            return text, after
    raise AssertionError((text, wanted, proposal))


@settings(max_examples=tries(1))
@given(st.data())
def test_static_rules_are_edited_to_whatever_is_wanted(data: st.DataObject) -> None:
    text, after = _edited(data)
    new = after.contents["main.tf"].decode()
    assert new.startswith("\ufeff") == text.startswith("\ufeff")
    assert new.count("\n") == new.count("\r\n") or "\r\n" not in text
    if "# after" in text:
        assert new[new.index("# after") :] == text[text.index("# after") :]


@st.composite
def json_configurations(draw: st.DrawFn) -> tuple[str, bool]:
    """The same in JSON syntax, where inline rules are a list of objects with all fields."""
    inline = draw(st.booleans())
    rules = draw(st.lists(rules_, min_size=1, max_size=3))
    bodies: list[object] = [dict(_members(rule, inline=inline)) for rule in rules]
    one = len(bodies) == 1 and not inline and draw(st.booleans())
    body = {"bucket": "site", "cors_rule": bodies[0] if one else bodies}
    kind = "aws_s3_bucket" if inline else "aws_s3_bucket_cors_configuration"
    named: object = [body] if draw(st.integers(0, 4)) == 0 else body
    whole = {"resource": {kind: {"site": named}, "null_resource": {"x": {}}}, "//": "a comment"}
    text = json.dumps(whole, indent=draw(st.sampled_from([None, 2, 4, "\t"])), ensure_ascii=draw(st.booleans()))
    return text + draw(st.sampled_from(["", "\n"])), inline


def _members(rule: CorsRule, *, inline: bool) -> Iterator[tuple[str, object]]:
    for name in API_NAMES:
        value = getattr(rule, name)
        if inline and name == "id":
            continue
        if value not in (None, ()):
            yield name, data_of(value, templates=True)
        elif inline:
            yield name, None


@settings(max_examples=tries(1))
@given(st.data())
def test_rules_in_json_are_edited_to_whatever_is_wanted(data: st.DataObject) -> None:
    text, inline = data.draw(json_configurations())
    files = Files({"main.tf.json": text.encode()})
    before = declared(files, [""], Inputs())
    wanted = data.draw(_wanted(before.buckets[0], inline=inline))
    attempts = RENDERER.propose(files, [""], Inputs(), before.buckets[0], wanted).attempts
    outcomes = [files.with_edits(attempt) for attempt in attempts]
    held = [each for each in outcomes if holds(before, declared(each, [""], Inputs()), "site", wanted.cors)]
    assert held, (text, wanted, outcomes)
    new = held[0].contents["main.tf.json"].decode()
    assert json.loads(new)["//"] == "a comment"
    assert new.endswith("\n") == text.endswith("\n")


@settings(max_examples=tries(1))
@given(configurations(), st.data())
def test_text_put_in_the_place_of_itself_brings_no_edit(found: tuple[str, bool], data: st.DataObject) -> None:
    text = found[0]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(start + 40, len(text))))
    assert formatted(Source(text), [TextEdit("main.tf", start, end, text[start:end])]) == []


@pytest.mark.terraform
@needs_terraform
def test_terraform_fmt_has_nothing_to_do_on_random_edits_of_what_it_wrote_itself(tmp_path: Path) -> None:
    """Many at a time, since starting the binary takes longer than all else."""
    import subprocess

    found: list[tuple[str, WantedRules]] = []

    @settings(max_examples=tries(1), database=None)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        text, inline = data.draw(configurations())
        text = text.replace("\r\n", "\n").removeprefix("\ufeff")
        found.append((text, data.draw(_wanted(_bucket(text), inline=inline))))

    draw()
    for place, (text, _) in enumerate(found):
        (tmp_path / f"{place}.tf").write_text(text)
    subprocess.run(["terraform", "fmt", "-list=false", str(tmp_path)], check=True, capture_output=True)
    after: dict[str, bytes] = {}
    for place, (_, wanted) in enumerate(found):
        text = (tmp_path / f"{place}.tf").read_text()
        files = Files({"main.tf": text.encode()})
        for attempt in RENDERER.propose(files, [""], Inputs(), _bucket(text), wanted).attempts[:1]:
            after[f"{place}.tf"] = files.with_edits(attempt).contents["main.tf"]
    wrong = unformatted(after, tmp_path / "after")
    assert not wrong, (tmp_path / wrong[0]).read_text() + "\n=>\n" + after[wrong[0]].decode()
    assert len(after) > len(found) // 2
