"""Edits are shown only if they hold: with a small language, and renderers that are right, wrong, rash or broken.

The language: a line ``bucket NAME ORIGINS`` declares a bucket, ``shared NAME ORIGINS`` values that an origin ``$NAME``
stands for; ORIGINS are parted by blanks, ``-`` is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from drift import adopting, remedy_world
from drift.adoption import Adopting, Adoption, Outcome
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.edits import ByHand, Fresh, Proposal, TextEdit, WantedRules
from drift.fixing import adopt
from drift.interfaces import Claim, Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.selecting import selection_of
from drift.settings import LiveSettings, Settings
from drift.snapshot import Bucket, RulePlace, Snapshot, State

A, B, C = (f"https://{letter}.example" for letter in "abc")


class Small:
    """The parser of the language."""

    name = "small"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        return Claim(path) if path.endswith(".small") else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        buckets: list[Bucket] = []
        faults: list[Diagnostic] = []
        for unit in units:
            lines = [line.split() for line in tree.read(unit).decode().split("\n")]
            shared = {words[1]: words[2:] for words in lines if words[:1] == ["shared"]}
            for number, words in enumerate(lines, 1):
                if words[:1] == ["bucket"]:
                    buckets.append(self._bucket(unit, number, words[1], words[2:], shared))
                elif words and words[0] not in ("shared", "#"):
                    faults.append(Diagnostic(Severity.ERROR, "no-word", "no word", Location(unit, number)))
        return Snapshot(self.name, tuple(buckets), tuple(faults))

    def _bucket(
        self, unit: str, number: int, name: str, words: Sequence[str], shared: Mapping[str, Sequence[str]]
    ) -> Bucket:
        place = Location(unit, number)
        origins: list[str | Unknown] = []
        for word in words:
            if word == "?":
                origins.append(Unknown(f"nobody knows ({unit}:{number})"))
            else:
                origins += shared[word[1:]] if word.startswith("$") else [word]
        hidden = frozenset(each for each in origins if isinstance(each, str) and "secret" in each)
        if words == ["-"]:
            return Bucket(name, State.ABSENT, self.name, address=name, location=place)
        cors = BucketCors((CorsRule(("GET",), tuple(origins)),))
        places = (RulePlace(place),)
        return Bucket(
            name, State.CONFIGURED, self.name, address=name, cors=cors, location=place, places=places, sensitive=hidden
        )


Attempts = Callable[[str, Bucket, WantedRules, str], Iterator[tuple[TextEdit, ...]]]


class Writes:
    """A renderer that proposes what a test has it propose."""

    name = "small"
    dialects = ("small",)

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self.asked = 0

    def propose(
        self, tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules
    ) -> Proposal:
        self.asked += 1
        assert bucket.location is not None
        path = bucket.location.path
        attempts = tuple(self._attempts(tree.read(path).decode(), bucket, wanted, path))
        return Proposal(attempts, (ByHand(bucket.location, "it is not for us", "this text"),))

    def declare(self, buckets: Sequence[Fresh], dialect: str) -> str:
        return ""


def _line(text: str, number: int) -> tuple[int, int]:
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return start, start + len(lines[number - 1])


def _origins(wanted: WantedRules) -> str:
    origins = wanted.rules[0].allowed_origins if wanted.rules else ("-",)
    return " ".join(str(each) for each in origins) if isinstance(origins, tuple) else "?"


def in_place(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
    """The line of the bucket, written anew."""
    assert bucket.location is not None
    start, end = _line(text, bucket.location.line or 1)
    yield (TextEdit(path, start, end, f"bucket {bucket.name} {_origins(wanted)}"),)


def where_shared(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
    """The shared values, if the bucket has some; else its own line."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words[:1] == ["shared"] and f"${words[1]}" in text.split("\n")[(bucket.location.line or 1) - 1]:  # type: ignore[union-attr]
            yield (TextEdit(path, *_line(text, number), f"shared {words[1]} {_origins(wanted)}"),)
            return
    yield from in_place(text, bucket, wanted, path)


Run = Callable[..., Adoption]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Adopt what is live (bucket to origins) into a file of the language."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("drift.sources.load_parsers", lambda: (Small(),))
    monkeypatch.setattr(remedy_world, "load_parsers", lambda: (Small(),))

    def go(text: str, attempts: Attempts | None, *, write: bool = False, **live: list[str] | None) -> Adoption:
        (tmp_path / "f.small").write_text(text)
        rules = {
            name: [{"AllowedMethods": ["GET"], "AllowedOrigins": each}] if each else [] for name, each in live.items()
        }
        buckets = [
            {"bucket": name, "state": "configured" if each else "absent", "rules": each} for name, each in rules.items()
        ]
        document: dict[str, Any] = {"kind": "cors-drift/snapshot", "version": 1, "source": "s3", "taken_at": None}
        (tmp_path / "live.json").write_text(json.dumps(document | {"buckets": buckets, "diagnostics": []}))
        renderers = {} if attempts is None else {"small": Writes(attempts)}
        monkeypatch.setattr(adopting, "load_renderers", lambda: renderers)
        settings = Settings(live=LiveSettings(source=Path("live.json")))
        return adopt([], settings, selection_of(), write=write, allow_dirty=True)

    return go


def only(adoption: Adoption) -> Adopting:
    (bucket,) = adoption.buckets
    return bucket


def outcomes(adoption: Adoption) -> list[str]:
    return [each.outcome.value for each in adoption.buckets]


def test_an_edit_that_holds_is_shown_with_its_lines(run: Run) -> None:
    adoption = run(f"# top\nbucket a {A}\n", in_place, a=[A, B])
    (edit,) = only(adoption).edits
    assert (edit.path, edit.start_line, edit.end_line) == ("f.small", 2, 2)
    assert (edit.before, edit.after) == (f"bucket a {A}\n", f"bucket a {A} {B}\n")
    assert only(adoption).says == (f"adopting this lets {B} GET",)
    assert (adoption.exit_code, adoption.written) == (1, False)


def test_without_write_no_file_changes(run: Run, tmp_path: Path) -> None:
    run(f"bucket a {A}\n", in_place, a=[A, B])
    assert (tmp_path / "f.small").read_text() == f"bucket a {A}\n"


def test_what_is_written_is_read_again(run: Run, tmp_path: Path) -> None:
    adoption = run(f"bucket a {A}\n", in_place, write=True, a=[A, B])
    assert (tmp_path / "f.small").read_text() == f"bucket a {A} {B}\n"
    assert (outcomes(adoption), adoption.exit_code, adoption.written) == (["done"], 0, True)


def test_an_edit_that_does_not_come_out_as_wanted_is_never_shown(run: Run) -> None:
    def wrong(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        yield (TextEdit(path, 0, len(text), f"bucket a {A} {C}\n"),)

    adoption = run(f"bucket a {A}\n", wrong, a=[A, B])
    assert (outcomes(adoption), adoption.diff, adoption.files) == (["by_hand"], None, ())
    assert only(adoption).by_hand == (ByHand(Location("f.small", 1), "it is not for us", "this text"),)
    assert only(adoption).reason == "no edit that was tried declares this and nothing else"


def test_the_first_attempt_that_holds_is_taken(run: Run) -> None:
    def third(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        yield (TextEdit(path, 0, len(text), "nonsense\n"),)
        yield (TextEdit(path, 0, len(text) + 99, "too far"),)
        yield (TextEdit("../out.small", 0, 0, "outside"),)
        yield ()
        yield from in_place(text, bucket, wanted, path)
        yield (TextEdit(path, 0, len(text), f"# other\nbucket a {A} {B}\n"),)

    assert "# other" not in (run(f"bucket a {A}\n", third, a=[A, B]).diff or "# other")


def test_an_edit_that_changes_another_bucket_is_refused_and_says_which(run: Run) -> None:
    adoption = run(f"shared s {A}\nbucket a $s\nbucket b $s\n", where_shared, a=[A, B], b=[A])
    assert outcomes(adoption) == ["by_hand", "already"]
    assert adoption.buckets[0].reason == "the same text gives the rules of b (f.small:3): it would change too"


def test_two_buckets_that_want_the_same_are_done_by_one_edit(run: Run) -> None:
    adoption = run(f"shared s {A}\nbucket a $s\nbucket b $s\n", where_shared, a=[A, B], b=[A, B])
    assert outcomes(adoption) == ["to_do", "to_do"]
    assert adoption.buckets[0].edits == adoption.buckets[1].edits
    assert (adoption.diff or "").count("\n+") == 2  # the head of the diff, and the one line


def test_two_buckets_that_want_different_things_of_one_text_are_left_by_hand(run: Run) -> None:
    adoption = run(f"shared s {A}\nbucket a $s\nbucket b $s\n", where_shared, a=[A, B], b=[A, C])
    assert outcomes(adoption) == ["by_hand", "by_hand"]
    reasons = [each.reason for each in adoption.buckets]
    assert reasons == [
        "the same text gives the rules of b (f.small:3), which is to become something else: it would change too",
        "the same text gives the rules of a (f.small:2), which is to become something else: it would change too",
    ]


def test_one_bucket_that_cannot_be_edited_does_not_keep_the_others_from_it(run: Run) -> None:
    def but_not_b(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        if bucket.name == "b":
            yield (TextEdit(path, 0, 0, "nonsense\n"),)
        else:
            yield from in_place(text, bucket, wanted, path)

    text = "".join(f"bucket {name} {A}\n" for name in "abcde")
    adoption = run(text, but_not_b, write=True, **{name: [A, B] for name in "abcde"})
    assert outcomes(adoption) == ["done", "by_hand", "done", "done", "done"]
    assert adoption.exit_code == 1


def test_many_buckets_are_read_again_together(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = 0
    real = Small.parse

    def parse(self: Small, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        nonlocal reads
        reads += 1
        return real(self, tree, units, inputs)

    monkeypatch.setattr(Small, "parse", parse)
    names = [f"b{number}" for number in range(200)]
    adoption = run("".join(f"bucket {name} {A}\n" for name in names), in_place, **{name: [A, B] for name in names})
    assert set(outcomes(adoption)) == {"to_do"}
    assert reads <= 4


def test_an_edit_that_is_needless_beside_another_is_left_out(run: Run) -> None:
    text = f"shared s {A}\nbucket a $s\nbucket b $s {C}\n"

    def mixed(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        if bucket.name == "a":
            yield from where_shared(text, bucket, wanted, path)
        else:
            yield from in_place(text, bucket, wanted, path)

    adoption = run(text, mixed, a=[A, B], b=[A, B, C])
    assert outcomes(adoption) == ["to_do", "to_do"]
    assert adoption.files[0].after.decode() == f"shared s {A} {B}\nbucket a $s\nbucket b $s {C}\n"
    assert adoption.buckets[1].reason == "the edit for a does this one too"


def test_a_new_error_in_the_input_refuses_an_edit(run: Run) -> None:
    def breaks(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        (edit,) = next(in_place(text, bucket, wanted, path))
        yield edit, TextEdit(path, len(text), len(text), "nonsense\n")

    assert outcomes(run(f"bucket a {A}\n", breaks, a=[A, B])) == ["by_hand"]


def test_a_bucket_that_comes_up_out_of_nowhere_refuses_an_edit(run: Run) -> None:
    def adds(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        (edit,) = next(in_place(text, bucket, wanted, path))
        yield edit, TextEdit(path, len(text), len(text), f"bucket other {A}\n")

    assert outcomes(run(f"bucket a {A}\n", adds, a=[A, B])) == ["by_hand"]


def test_a_bucket_that_goes_refuses_an_edit(run: Run) -> None:
    def drops(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        yield (TextEdit(path, 0, len(text), f"bucket a {A} {B}\n"),)

    adoption = run(f"bucket a {A}\nbucket b {A}\n", drops, a=[A, B], b=[A])
    assert outcomes(adoption) == ["by_hand", "already"]


def test_a_renderer_with_a_defect_costs_its_bucket_the_edit_and_nothing_else(run: Run) -> None:
    def broken(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        if bucket.name == "b":
            raise KeyError("secret of the input")
        yield from in_place(text, bucket, wanted, path)

    adoption = run(f"bucket a {A}\nbucket b {A}\n", broken, a=[A, B], b=[A, B])
    assert outcomes(adoption) == ["to_do", "by_hand"]
    (fault,) = [each for each in adoption.diagnostics if each.id == "renderer-failed"]
    assert fault.message == "a defect in the renderer small (KeyError): this bucket has no edit"


def test_a_kind_of_declaration_without_renderer_is_named_with_place_and_rules(run: Run) -> None:
    bucket = only(run(f"bucket a {A}\n", None, a=[A, B]))
    assert bucket.reason == "declarations of this kind (small) are not edited"
    (hand,) = bucket.by_hand
    assert (str(hand.location), json.loads(hand.wanted)[0]["AllowedOrigins"]) == ("f.small:1", [A, B])


def test_rules_that_live_does_not_have_go(run: Run) -> None:
    adoption = run(f"bucket a {A}\n", in_place, a=None)
    assert adoption.files[0].after.decode() == "bucket a -\n"
    assert only(adoption).says == (f"adopting this no longer lets {A} GET",)


def test_no_declaration_is_taken_out_that_may_make_the_bucket(run: Run) -> None:
    def takes_out(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        yield (TextEdit(path, 0, len(text), "# nothing\n"),)

    assert outcomes(run(f"bucket a {A}\n", takes_out, a=None)) == ["by_hand"]


def test_trials_are_bounded_and_that_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.remedy.MAX_TRIALS", 3)

    def wrong(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        yield (TextEdit(path, 0, len(text), f"bucket a {C}\n"),)

    names = [f"b{number}" for number in range(20)]
    adoption = run("".join(f"bucket {name} {A}\n" for name in names), wrong, **{name: [A, B] for name in names})
    assert set(outcomes(adoption)) == {"by_hand"}
    assert [each.id for each in adoption.diagnostics] == ["trials-used-up"]


def test_rules_come_where_none_are_declared(run: Run) -> None:
    assert run("bucket a -\n", in_place, a=[A]).files[0].after.decode() == f"bucket a {A}\n"


def test_an_unknown_value_is_the_same_one_after_lines_have_moved(run: Run) -> None:
    def above(text: str, bucket: Bucket, wanted: WantedRules, path: str) -> Iterator[tuple[TextEdit, ...]]:
        (edit,) = next(in_place(text, bucket, wanted, path))
        yield TextEdit(path, 0, 0, "# one more line\n"), edit

    adoption = run(f"bucket a {A}\nbucket b ?\n", above, a=[A, B], b=[C])
    assert outcomes(adoption)[0] == "to_do"


def test_a_value_that_is_sensitive_comes_out_nowhere(run: Run) -> None:
    adoption = run("bucket a https://secret.example\n", in_place, a=["https://secret.example", B])
    assert outcomes(adoption) == ["by_hand"]
    assert "secret.example" not in repr(adoption)
    assert only(adoption).by_hand[0].wanted == "(sensitive value)"


def test_an_edit_beside_a_sensitive_value_is_not_shown(run: Run) -> None:
    text = f"bucket a {A}\nbucket b https://secret.example\n"
    adoption = run(text, in_place, a=[A, B], b=["https://secret.example"])
    assert outcomes(adoption) == ["by_hand", "already"]
    assert adoption.buckets[0].reason == "the change would show a value that the code marks as sensitive"
    assert (adoption.diff, adoption.files) == (None, ())
    assert "secret.example" not in repr(adoption)


def test_nothing_is_written_while_some_input_could_not_be_read(run: Run, tmp_path: Path) -> None:
    text = f"nonsense\nbucket a {A}\n"
    adoption = run(text, in_place, write=True, a=[A, B])
    assert (adoption.exit_code, adoption.written) == (2, False)
    assert (tmp_path / "f.small").read_text() == text


def test_what_does_not_come_out_on_disk_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def writes_else(*_: object, **__: object) -> None:
        (tmp_path / "f.small").write_text(f"bucket a {C}\n")

    monkeypatch.setattr(adopting, "write_files", writes_else)
    adoption = run(f"bucket a {A}\n", in_place, write=True, a=[A, B])
    assert adoption.exit_code == 2
    assert only(adoption).reason == "it was written, and what was read again is not what is wanted"
    assert only(adoption).outcome is Outcome.TO_DO
