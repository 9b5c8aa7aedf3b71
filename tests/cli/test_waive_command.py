"""Waivers as a user meets them: written by ``waive``, kept by ``check``, and told when they no longer hold."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result, snapshot_file

DECLARED = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
WIDER = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", "https://b.example"]}
WIDEST = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", "https://b.example", "https://c.example"]}
WHY = ("--reason", "the CDN needs it", "--owner", "web", "--expires", "30d")
FILE = "cors-drift.toml"


def spec(folder: Path, name: str, *rules: dict[str, Any]) -> None:
    document = {"Bucket": name, "CORSConfiguration": {"CORSRules": list(rules)}}
    (folder / f"{name}.cors.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two buckets that are declared, of which one has drifted."""
    for name in ("assets", "media"):
        spec(tmp_path, name, DECLARED)
    live(tmp_path, WIDER)
    return tmp_path


def live(folder: Path, *rules: dict[str, Any]) -> None:
    snapshot_file(folder / "live.json", assets=list(rules), media=[DECLARED])


def waive(
    cli: Cli, *more: object, bucket: str = "assets", kind: str = "live-wider", why: tuple[str, ...] = WHY
) -> Result:
    return cli("waive", "--live", "live.json", "--bucket", bucket, "--finding", kind, *why, *more)


def check(cli: Cli, *more: object) -> Result:
    return cli("check", "--live", "live.json", "--format", "json", *more)


def tables(folder: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads((folder / FILE).read_text(encoding="utf-8"))["waiver"])


def told(result: Result) -> list[tuple[str, str, str]]:
    found = [each for each in result.json["findings"] if each["id"].startswith("waiver")]
    return [(each["id"], each["message"], f"{each['location']['path']}:{each['location']['line']}") for each in found]


def age(folder: Path, old: str, new: str) -> None:
    text = (folder / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new), encoding="utf-8")


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def test_what_is_waived_no_longer_fails_and_says_so(cli: Cli, tree: Path) -> None:
    assert check(cli).code == 1
    result = waive(cli)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        f"Accepted live-wider until {in_days(30)} by web: the CDN needs it",
        "  assets: DRIFTED: live allows more. Live lets https://b.example GET; the code does not",
        f"Written to {FILE}:1. It is void as soon as these rules change.",
    ]
    after = check(cli)
    assert (after.code, told(after)) == (0, [])
    [assets] = [each for each in after.json["buckets"] if each["bucket"] == "assets"]
    assert assets["state"] == "drifted"
    assert after.json["verdict"] == "clean"


def test_a_waiver_that_expired_yesterday_is_told_and_what_it_waived_fails_again(cli: Cli, tree: Path) -> None:
    waive(cli)
    age(tree, str(in_days(30)), str(in_days(-1)))
    result = check(cli)
    assert result.code == 1
    assert told(result) == [
        (
            "waiver-expired",
            f"the waiver of live-wider on assets expired on {in_days(-1)} and no longer waives what is found on assets",
            f"{FILE}:1",
        )
    ]


def test_a_waiver_holds_through_its_last_day(cli: Cli, tree: Path) -> None:
    waive(cli)
    age(tree, str(in_days(30)), str(in_days(0)))
    assert check(cli).code == 0


def test_a_waiver_whose_live_rules_changed_is_void_and_what_it_waived_fails_again(cli: Cli, tree: Path) -> None:
    waive(cli)
    live(tree, WIDEST)
    result = check(cli)
    assert result.code == 1
    assert told(result) == [
        (
            "waiver-void",
            "the waiver of live-wider on assets does not hold for assets: its declared and live rules are not those"
            " that were accepted",
            f"{FILE}:1",
        )
    ]


def test_an_unused_waiver_is_told_and_fails_only_where_warnings_do(cli: Cli, tree: Path) -> None:
    waive(cli)
    live(tree, DECLARED)
    result = check(cli)
    assert result.code == 0
    assert told(result) == [
        ("waiver-unused", "the waiver of live-wider on assets waives nothing: there is no such finding", f"{FILE}:1")
    ]
    assert check(cli, "--fail-on", "warning").code == 1
    assert told(check(cli, "--bucket", "media")) == []


def test_a_waiver_is_renewed_in_place(cli: Cli, tree: Path) -> None:
    waive(cli)
    (tree / FILE).write_text("# ours\nstrict = false # so far\n\n" + (tree / FILE).read_text() + "# end\n")
    before = tables(tree)
    live(tree, WIDEST)
    assert (
        "Renewed live-wider until 2" in waive(cli, why=("--reason", "still", "--owner", "me", "--expires", "60d")).out
    )
    [renewed] = tables(tree)
    assert (renewed["reason"], renewed["owner"], renewed["expires"]) == ("still", "me", in_days(60))
    assert renewed["rules"] != before[0]["rules"]
    text = (tree / FILE).read_text()
    assert text.startswith("# ours\nstrict = false # so far\n\n[[waiver]]\n")
    assert text.endswith("# end\n")
    assert check(cli).code == 0


def test_where_nothing_matches_nothing_is_written_and_what_there_is_is_told(cli: Cli, tree: Path) -> None:
    result = waive(cli, kind="live-narrower", bucket="*")
    assert (result.code, result.out) == (4, "")
    assert "There is no live-narrower on *. Nothing was written." in result.err
    assert "live-wider on assets" in result.err
    assert not (tree / FILE).exists()


def test_a_dry_run_prints_the_table_and_writes_nothing(cli: Cli, tree: Path) -> None:
    result = waive(cli, "--dry-run")
    assert result.code == 0
    [table] = tomllib.loads(result.out)["waiver"]
    assert list(table) == ["bucket", "finding", "reason", "owner", "expires", "rules"]
    assert not (tree / FILE).exists()


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--expires", "yesterday", "this is no day"),
        ("--expires", "2020-01-01", "not in the future"),
        ("--expires", "400d", "a year at most"),
        ("--expires", "2y", "a year at most"),
        ("--expires", "soon", "write 30d, 8w, 6m or 1y, or a day"),
        ("--reason", " ", "--reason says nothing\n  try: reason is why it is accepted, in words"),
        ("--subject", " ", "--subject says nothing"),
        ("--finding", "live-widr", "did you mean live-wider? cors-drift explain live-wider"),
        ("--finding", "nonsense", "cors-drift explain ID"),
        ("--reason", "  ", "reason says nothing"),
        ("--owner", "x" * 201, "more than 200 characters"),
        ("--owner", "\udcff", "not valid UTF-8"),
        ("--finding", "live-wide", "there is no finding"),
        ("--finding", "not-compared", "cannot be waived"),
    ],
)
def test_a_slip_is_told_before_anything_is_read(cli: Cli, tree: Path, flag: str, value: str, words: str) -> None:
    (tree / "live.json").unlink()
    result = waive(cli, flag, value)
    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize("flag", ["--bucket", "--finding", "--reason", "--owner", "--expires"])
def test_who_why_what_and_how_long_must_be_said(cli: Cli, tree: Path, flag: str) -> None:
    given = ["--bucket", "assets", "--finding", "live-wider", *WHY]
    place = given.index(flag)
    result = cli("waive", "--live", "live.json", *given[:place], *given[place + 2 :])
    assert result.code == 2
    assert flag in result.err


def test_a_slip_in_the_settings_file_is_told_with_its_line(cli: Cli, tree: Path) -> None:
    waive(cli)
    age(tree, "reason", "raison")
    for result in (check(cli), waive(cli)):
        assert result.code == 2
        assert f"{FILE}:4: [[waiver]] has no setting 'raison'" in result.err


def test_a_glob_accepts_the_rules_of_all_buckets_that_it_fits(cli: Cli, tree: Path) -> None:
    snapshot_file(tree / "live.json", assets=[WIDER], media=[WIDEST])
    assert check(cli).code == 1
    assert waive(cli, bucket="*").code == 0
    assert len(tables(tree)[0]["rules"]) == 2
    assert check(cli).code == 0


def test_a_glob_accepts_no_drift_of_a_bucket_that_was_in_sync_then(cli: Cli, tree: Path) -> None:
    snapshot_file(tree / "live.json", assets=[], media=[DECLARED])
    assert waive(cli, bucket="*", kind="live-absent").code == 0
    assert check(cli).code == 0
    snapshot_file(tree / "live.json", assets=[], media=[])
    after = check(cli)
    assert after.code == 1
    assert [(kind, "hold for media" in message) for kind, message, _ in told(after)] == [("waiver-void", True)]
    assert waive(cli, bucket="*", kind="live-absent").code == 0
    assert len(tables(tree)[0]["rules"]) == 2
    assert check(cli).code == 0


def test_the_file_says_beside_each_digest_what_it_is_for(cli: Cli, tree: Path) -> None:
    promises(tree, "nobody but https://a.example may GET")
    snapshot_file(tree / "live.json", assets=[WIDER], media=[WIDEST])
    assert waive(cli, bucket="*", kind="promise-broken").code == 0
    beside = [line.partition(", # ")[2] for line in (tree / FILE).read_text().splitlines() if '"accepted' in line]
    assert beside == [
        "assets (live): nobody but https://a.example may GET",
        "media (live): nobody but https://a.example may GET",
    ]


def test_digests_that_no_longer_waive_anything_are_told_and_a_renewal_drops_them(cli: Cli, tree: Path) -> None:
    snapshot_file(tree / "live.json", assets=[WIDER], media=[WIDEST])
    waive(cli, bucket="*")
    live(tree, WIDER)
    result = check(cli)
    assert result.code == 0
    [(kind, message, place)] = told(result)
    assert (kind, place) == ("waiver-unused", f"{FILE}:1")
    assert message.startswith("1 of the 2 digests of the waiver of live-wider on * waives nothing")
    assert told(check(cli, "--bucket", "assets")) == []
    renewed = waive(cli, bucket="*")
    assert "1 digest of before is no longer in it: this run did not find what it accepted." in renewed.out
    assert told(check(cli)) == []


def test_one_of_several_broken_promises_is_waived_by_a_part_of_its_sentence(cli: Cli, tree: Path) -> None:
    promises(tree, "nobody but https://a.example may GET", "https://b.example may not GET")
    waive(cli)
    told_all = cli(
        "waive", "--live", "live.json", "--bucket", "*", "--finding", "promise-broken", *WHY, "--subject", "xyz"
    )
    assert told_all.code == 4
    assert "There is no promise-broken on * with the subject xyz." in told_all.err
    assert "    subject: https://b.example may not GET" in told_all.err
    unclear = waive(cli, "--subject", "may", kind="promise-broken")
    assert unclear.code == 2
    assert (
        "--subject may may be any of 2: nobody but https://a.example may GET; https://b.example may not GET"
        in unclear.err
    )
    assert waive(cli, "--subject", "NOBODY but", kind="promise-broken").code == 0
    [_, table] = tables(tree)
    assert table["subject"] == "nobody but https://a.example may GET"
    assert len(table["rules"]) == 1
    result = check(cli)
    assert (result.code, told(result)) == (1, [])
    again = waive(cli, kind="promise-broken")
    assert f"    already accepted by {FILE}:16 until {in_days(30)}" in again.out
    assert "    subject: https://b.example may not GET" in again.out
    assert "To accept one of them alone: --subject" in again.out
    assert len(tables(tree)[2]["rules"]) == 1
    assert (check(cli).code, told(check(cli))) == (0, [])


def promises(folder: Path, *sentences: str) -> None:
    text = "".join(f"[[promise]]\nsays = {json.dumps(each)}\n" for each in sentences)
    (folder / FILE).write_text(text, encoding="utf-8")


def test_what_a_waiver_accepts_already_is_said_and_no_second_one_is_written(cli: Cli, tree: Path) -> None:
    waive(cli)
    before = (tree / FILE).read_text()
    for more in ((), ("--dry-run",)):
        again = waive(cli, *more, bucket="ass*")
        assert again.code == 0
        assert f"    already accepted by {FILE}:1 until {in_days(30)}" in again.out
        assert "Nothing was written." in again.out
        assert (tree / FILE).read_text() == before
    snapshot_file(tree / "live.json", assets=[WIDER], media=[WIDEST])
    both = waive(cli, bucket="*")
    assert "already accepted" in both.out
    assert [len(each["rules"]) for each in tables(tree)] == [1, 1]
    assert (check(cli).code, told(check(cli))) == (0, [])


def test_an_expired_waiver_accepts_nothing_already(cli: Cli, tree: Path) -> None:
    waive(cli)
    age(tree, str(in_days(30)), str(in_days(-1)))
    assert "already" not in waive(cli, bucket="ass*").out
    assert len(tables(tree)) == 2


@pytest.mark.parametrize(
    "entry", ["https://a.example#\n[[waiver]]", "https://\u202ea\x1b[31m.example", "https://##[x]"]
)
def test_an_entry_with_hostile_text_forges_nothing_beside_a_digest(cli: Cli, tree: Path, entry: str) -> None:
    spec(tree, "assets", {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", entry]})
    given = ("--bucket", "assets", "--finding", "origin-never-sent", *WHY)
    accepted = cli("waive", "--declared", *given)
    assert accepted.code == 0
    text = (tree / FILE).read_text(encoding="utf-8")
    assert all(line.isprintable() for line in text.splitlines())
    assert len(tables(tree)) == 1
    assert text.count("# assets (declared): AllowedOrigins=https://") == 1
    assert "##[x" not in text


def test_what_is_found_of_declarations_alone_is_waived_without_anything_live(cli: Cli, tree: Path) -> None:
    spec(tree, "assets", {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "ExposeHeaders": ["ETag"]})
    strict = ("validate", "--format", "json", "--fail-on", "warning")
    assert cli(*strict).code == 1
    (tree / "live.json").unlink()
    given = ("--bucket", "assets", "--finding", "write-from-any-origin", *WHY)
    assert cli("waive", "--declared", *given).code == 0
    after = cli(*strict)
    assert (after.code, told(after)) == (0, [])


def test_a_waiver_of_a_broken_promise_is_for_that_promise_alone(cli: Cli, tree: Path) -> None:
    (tree / FILE).write_text('[[promise]]\nsays = "nobody but https://a.example may GET"\n', encoding="utf-8")
    assert waive(cli).code == 0
    assert check(cli).code == 1
    assert waive(cli, kind="promise-broken").code == 0
    assert check(cli).code == 0
    with (tree / FILE).open("a", encoding="utf-8") as file:
        file.write('[[promise]]\nsays = "https://b.example may not GET"\n')
    result = check(cli)
    assert result.code == 1
    [(kind, message, _)] = told(result)
    assert kind == "waiver-void"
    assert "or the promise" in message


def test_a_named_file_that_is_not_there_is_an_error(cli: Cli, tree: Path) -> None:
    (tree / "named").mkdir()
    given = ("--live", "live.json", "--bucket", "assets", "--finding", "live-wider", *WHY)
    (tree / "named" / FILE).symlink_to(tree / "nowhere" / "x.toml")
    result = cli("--config", f"named/{FILE}", "waive", *given)
    assert result.code == 2
    assert "there is no such file" in result.err


def test_of_two_waivers_of_the_same_none_is_guessed(cli: Cli, tree: Path) -> None:
    waive(cli)
    text = (tree / FILE).read_text()
    (tree / FILE).write_text(text + text, encoding="utf-8")
    result = waive(cli)
    assert result.code == 2
    assert f"{FILE}:10: there are 2 waivers of live-wider on assets" in result.err
    assert (tree / FILE).read_text() == text + text


def test_a_found_settings_file_that_is_a_link_is_not_followed(cli: Cli, tree: Path) -> None:
    (tree / "real.toml").write_text("strict = false\n", encoding="utf-8")
    (tree / FILE).symlink_to("real.toml")
    result = waive(cli)
    assert result.code == 2
    assert "this settings file is a link" in result.err
    assert (tree / "real.toml").read_text() == "strict = false\n"


@pytest.mark.parametrize("more", [("--live", "live.json"), ("--all",)])
def test_declarations_alone_are_looked_at_or_live_too_and_not_both(cli: Cli, tree: Path, more: tuple[str, ...]) -> None:
    result = cli("waive", "--declared", *more, "--bucket", "assets", "--finding", "null-origin", *WHY)
    assert result.code == 2
    assert f"--declared and {more[0]} exclude one another" in result.err


def test_what_is_switched_off_is_not_waived(cli: Cli, tree: Path) -> None:
    (tree / FILE).write_text('[findings]\nlive-wider = "off"\n', encoding="utf-8")
    result = waive(cli)
    assert result.code == 2
    assert "live-wider is switched off in the settings" in result.err


def test_hostile_texts_survive_and_forge_nothing(cli: Cli, tree: Path) -> None:
    reason = 'a "quote"\n[[waiver]]\n\x1b[31m\x00 \u202e ::error::\\ \'\'\' """'
    result = waive(cli, why=("--reason", reason, "--owner", "o\r\n::error::x", "--expires", "30d"))
    assert result.code == 0
    assert "\x1b" not in result.out
    assert len(result.out.splitlines()) == 3
    [table] = tables(tree)
    assert (table["reason"], table["owner"]) == (reason, "o\r\n::error::x")
    assert check(cli).code == 0


def test_a_name_with_signs_of_a_glob_and_quotes_is_told_and_written_as_it_is(cli: Cli, tree: Path) -> None:
    result = waive(cli, bucket='as[s]ets*"\n')
    assert result.code == 4
    assert waive(cli, bucket="as[s]ets*").code == 0
    assert tables(tree)[0]["bucket"] == "as[s]ets*"
    assert check(cli).code == 0


def test_a_named_settings_file_is_the_one_that_is_written(cli: Cli, tree: Path) -> None:
    (tree / "other.toml").write_text("strict = false\n", encoding="utf-8")
    given = ("--live", "live.json", "--bucket", "assets", "--finding", "live-wider", *WHY)
    assert cli("--config", "other.toml", "waive", *given).code == 0
    assert not (tree / FILE).exists()
    assert cli("--config", "other.toml", "check", "--live", "live.json").code == 0
    assert (tree / "other.toml").read_text().startswith("strict = false\n\n[[waiver]]\n")


def test_no_sensitive_value_gets_into_the_file(cli: Cli, tmp_path: Path) -> None:
    plan = Path(__file__).parents[1] / "language" / "plan" / "sensitive-applied" / "plan.json"
    rules = {"AllowedMethods": ["GET", "POST"], "AllowedOrigins": ["https://new.example"]}
    snapshot_file(tmp_path / "live.json", site=[rules])
    document = cli("check", plan, "--live", "live.json", "--format", "json").json
    [kind] = [
        each["id"] for each in document["findings"] if each["id"].startswith("live-") and each["bucket"] == "site"
    ]
    given = ("--live", "live.json", "--bucket", "sit*", "--finding", kind, "--owner", "me", "--expires", "30d")
    refused = cli("waive", plan, *given, "--reason", "about T0psecret")
    assert refused.code == 2
    assert "--reason has something of a value that the code marks as sensitive" in refused.err
    assert not (tmp_path / FILE).exists()
    accepted = cli("waive", plan, *given, "--reason", "fine")
    assert accepted.code == 0
    assert "t0psecret" not in (accepted.out + accepted.err + (tmp_path / FILE).read_text()).lower()


def test_no_sensitive_entry_gets_into_a_subject_or_a_comment(cli: Cli, tmp_path: Path) -> None:
    plan = Path(__file__).parents[1] / "language" / "plan" / "sensitive-applied" / "plan.json"
    given = ("waive", plan, "--declared", "--bucket", "*", "--finding", "etag-not-exposed", *WHY)
    refused = cli(*given, "--subject", "PUT")
    assert refused.code == 2
    assert "--subject has something of a value that the code marks as sensitive" in refused.err
    assert not (tmp_path / FILE).exists()
    accepted = cli(*given)
    assert accepted.code == 0
    [line] = [each for each in (tmp_path / FILE).read_text().splitlines() if '"accepted' in each]
    assert "(sensitive value)" in line.partition(" # ")[2]
    assert "t0psecret" not in (refused.err + accepted.out + accepted.err + line).lower()


def test_rules_that_the_code_leaves_open_in_cases_are_accepted_in_all_of_them(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {P: {Type: String}}\n"
        "Conditions: {C: !Equals [!Ref P, x]}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n"
        "      BucketName: acme\n      CorsConfiguration:\n        CorsRules:\n          - AllowedMethods: [GET]\n"
        "            AllowedOrigins: [!If [C, 'https://a.example', 'https://*']]\n",
        encoding="utf-8",
    )
    strict = ("validate", "--fail-on", "warning")
    assert cli(*strict).code == 1
    given = ("--bucket", "acme", "--finding", "any-origin-with-credentials", *WHY)
    assert cli("waive", "--declared", *given).code == 0
    assert len(tables(tmp_path)[0]["rules"]) == 2
    assert cli(*strict).code == 0
    template = (tmp_path / "t.yaml").read_text().replace("https://a.example", "https://b.example")
    (tmp_path / "t.yaml").write_text(template, encoding="utf-8")
    assert cli(*strict).code == 1


def test_drift_is_accepted_no_longer_when_the_code_is_made_stricter_and_that_is_not_deployed(
    cli: Cli, tree: Path
) -> None:
    live(tree, WIDEST)
    spec(tree, "assets", WIDER)
    waive(cli)
    assert check(cli).code == 0
    spec(tree, "assets", DECLARED)
    after = check(cli)
    assert (after.code, [kind for kind, _, _ in told(after)]) == (1, ["waiver-void"])


def test_ignores_and_levels_are_kept_too(cli: Cli, tree: Path) -> None:
    (tree / FILE).write_text('[[ignore]]\nbucket = "assets"\nreason = "not ours"\n', encoding="utf-8")
    assert check(cli).code == 0
    (tree / FILE).write_text('[findings]\nlive-wider = "warning"\n', encoding="utf-8")
    assert check(cli).code == 0
    (tree / FILE).write_text('[[ignore]]\nbucket = "tmp-*"\nreason = "throw-away"\n', encoding="utf-8")
    [unused] = [each for each in check(cli).json["findings"] if each["id"] == "ignore-unused"]
    assert (unused["message"], unused["location"]["line"]) == ("no bucket's name fits tmp-*", 1)
