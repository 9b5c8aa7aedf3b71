"""Values of NoEcho parameters: compared like any other, and marked wherever they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER
from parsers.document import Secret, plain, shown

HEAD = (
    "Parameters:\n  Host: {Type: String, NoEcho: true}\n"
    "  Hosts: {Type: CommaDelimitedList, NoEcho: true, Default: 'a, b'}\n"
    "  Age: {Type: Number, NoEcho: 'true', Default: 77}\n  Open: {Type: String}\n"
    "Conditions:\n  U: !Equals [!Ref Open, x]\n"
)


def parse(folder: Path, rule: str, name: str = "my-bucket", head: str = HEAD) -> Snapshot:
    text = (
        f"{head}Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: {name}\n"
        f"      CorsConfiguration:\n        CorsRules:\n          - {rule}\n"
    )
    (folder / "t.yaml").write_text(text)
    return PARSER.parse(DiskTree(folder), ["t.yaml"], Inputs(parameters=(("Host", "hidden.example"),)))


def bucket_with(folder: Path, origins: str, more: str = "", name: str = "my-bucket") -> Bucket:
    (bucket,) = parse(folder, f"{{AllowedMethods: [GET], AllowedOrigins: {origins}{more}}}", name).buckets
    return bucket


@pytest.mark.parametrize(
    ("origins", "sensitive"),
    [
        ("[!Ref Host]", {"hidden.example"}),
        ('[!Sub "https://${Host}", https://clear.example]', {"https://hidden.example"}),
        ('[!Join ["", ["https://", !Ref Host]]]', {"https://hidden.example"}),
        ('!Split [".", !Ref Host]', {"hidden", "example"}),
        ('[!Select [1, !Split [".", !Sub "a.${Host}"]]]', {"hidden"}),
        ("!Ref Hosts", {"a", "b"}),
        ("[!Base64 {Ref: Host}]", {"aGlkZGVuLmV4YW1wbGU="}),
        ("[https://clear.example]", set()),
    ],
)
def test_text_that_comes_of_a_secret_is_marked(tmp_path: Path, origins: str, sensitive: set[str]) -> None:
    bucket = bucket_with(tmp_path, origins)
    assert bucket.state is State.CONFIGURED
    assert bucket.sensitive == sensitive


def test_secret_number_and_id_and_name_are_marked(tmp_path: Path) -> None:
    bucket = bucket_with(tmp_path, '["*"]', ", MaxAge: !Ref Age, Id: !Ref Host", "!Sub 'b-${Host}'")
    assert bucket.name == "b-hidden.example"
    assert bucket.sensitive == {77, "hidden.example", "b-hidden.example"}


def test_secret_is_compared_as_the_text_that_it_is(tmp_path: Path) -> None:
    bucket = bucket_with(tmp_path, "[!Ref Host]")
    assert bucket.cors is not None
    origins = bucket.cors.rules[0].allowed_origins
    assert origins == ("hidden.example",)
    assert isinstance(origins, tuple)
    assert type(origins[0]) is str


def test_secret_is_no_known_end_of_a_text_that_is_not_known(tmp_path: Path) -> None:
    bucket = bucket_with(tmp_path, '[!Sub "https://${Host}.${Open}", !Sub "${Open}.${Host}/x"]')
    assert bucket.cors is not None
    origins = bucket.cors.rules[0].allowed_origins
    assert isinstance(origins, tuple)
    first, second = origins
    assert isinstance(first, Unknown)
    assert isinstance(second, Unknown)
    assert (first.prefix, first.suffix) == ("https://", "")
    assert (second.prefix, second.suffix) == ("", "/x")


def test_secret_is_marked_in_every_alternative_and_in_the_whole(tmp_path: Path) -> None:
    bucket = bucket_with(tmp_path, "[!If [U, !Ref Host, https://clear.example]]")
    assert bucket.sensitive == {"hidden.example"}
    marked = [each.bucket.sensitive for each in bucket.alternatives if each.bucket is not None]
    assert sorted(map(len, marked)) == [0, 1]


@pytest.mark.parametrize(
    "rule",
    [
        "{AllowedMethods: [GET], AllowedOrigins: [!Ref Host, !Ref Host]}",
        "{AllowedMethods: [!Ref Host], AllowedOrigins: [a]}",
        "{AllowedMethods: [GET], AllowedOrigins: [a], MaxAge: !Ref Host}",
        "{AllowedMethods: [GET], AllowedOrigins: [!Ref Host]}",
    ],
)
def test_no_message_gives_a_secret_away(tmp_path: Path, rule: str) -> None:
    head = HEAD.replace("NoEcho: true}", "NoEcho: true, AllowedValues: [other]}", 1)
    for each in (HEAD, head):
        snapshot = parse(tmp_path, rule, head=each)
        assert all("hidden.example" not in f"{found.message} {found.help}" for found in snapshot.diagnostics)
        assert all("hidden.example" not in (bucket.reason or "") for bucket in snapshot.buckets)


EXTENDED = (
    "Transform: AWS::LanguageExtensions\nMappings:\n  M: {a: {b: c}}\nParameters:\n"
    "  Host: {Type: String, NoEcho: true}\n"
    "  Hosts: {Type: CommaDelimitedList, NoEcho: true, Default: 'hidden.example, b'}\n"
    "  Octal: {Type: String, NoEcho: true, Default: '0775533'}\n  Open: {Type: String}\n"
    "Conditions:\n  U: !Equals [!Ref Open, !Ref Host]\n"
)


@pytest.mark.parametrize(
    "rule",
    [
        '{AllowedMethods: [GET], AllowedOrigins: [!If [U, !Ref Open, "https://x"]]}',
        "{AllowedMethods: [GET], AllowedOrigins: [!Select [!Ref Host, [a, b]]]}",
        "{AllowedMethods: [GET], AllowedOrigins: [!FindInMap [M, !Ref Host, b]]}",
        "{AllowedMethods: [GET], AllowedOrigins: [Fn::ImportValue: !Ref Host]}",
        "{AllowedMethods: [GET], AllowedOrigins: [a], MaxAge: !Ref Octal}",
        "{AllowedMethods: [GET], AllowedOrigins: [Fn::GetAtt: [!Ref Host, Arn]]}",
        "{AllowedMethods: [GET], AllowedOrigins: [Fn::GetAtt: [B, !Ref Host]]}",
        "{AllowedMethods: [GET], AllowedOrigins: [Ref: !Ref Host]}",
        "{Fn::ForEach::L: [X, !Ref Hosts, {'${X}': a}]}",
    ],
)
def test_nothing_that_is_said_of_a_bucket_gives_a_secret_away(tmp_path: Path, rule: str) -> None:
    snapshot = parse(tmp_path, rule, head=EXTENDED)
    said = [f"{found.message} {found.help}" for found in snapshot.diagnostics]
    for bucket in snapshot.buckets:
        for each in (bucket, *(case.bucket for case in bucket.alternatives if case.bucket is not None)):
            said += [each.reason or "", each.address or ""]
            for part in each.cors.rules if each.cors is not None else ():
                members = part.allowed_origins if isinstance(part.allowed_origins, tuple) else (part.allowed_origins,)
                for value in (part.max_age_seconds, *members):
                    if isinstance(value, str) and value not in each.sensitive:
                        said.append(value)
                    elif isinstance(value, Unknown):
                        said.append(f"{value.reason} {value.prefix} {value.suffix}")
    assert not [text for text in said if "hidden.example" in text or "0775533" in text]


def test_what_loops_make_of_a_secret_collection_is_not_known(tmp_path: Path) -> None:
    loop = (
        "Resources:\n  Fn::ForEach::L:\n    - X\n    - !Ref Hosts\n    - B${X}:\n        Type: AWS::S3::Bucket\n"
        "        Properties: {BucketName: !Sub 'l-${X}'}\n"
    )
    (tmp_path / "t.yaml").write_text(EXTENDED + loop)
    (bucket,) = PARSER.parse(DiskTree(tmp_path), ["t.yaml"], Inputs()).buckets
    assert bucket.state is State.UNKNOWN
    assert "comes of a NoEcho parameter" in (bucket.reason or "")
    assert "hidden.example" not in repr(bucket)


def test_parameter_that_is_taken_to_be_a_secret_is_compared_with_its_value(tmp_path: Path) -> None:
    bucket = parse(
        tmp_path, "{AllowedMethods: [GET], AllowedOrigins: [!If [U, !Ref Open, 'https://x']]}", head=EXTENDED
    ).buckets[0]
    held = next(case.bucket for case in bucket.alternatives if case.bucket and case.bucket.sensitive)
    assert held.cors is not None
    assert held.cors.rules[0].allowed_origins == ("hidden.example",)
    assert held.sensitive == {"hidden.example"}


def test_secret_in_an_f_string_is_hidden() -> None:
    secret = Secret("hush")
    assert "hush" not in f"{secret} {secret!s} {secret!r} {secret:>9} {shown(secret)} {[secret]}"
    assert plain(secret) == secret == "hush"
    assert type(plain(secret)) is str


@pytest.mark.parametrize("marked", ["true", "yes", "on", "'True'", "1", "'TRUE'"])
def test_every_way_to_say_that_a_parameter_is_not_shown_is_heard(tmp_path: Path, marked: str) -> None:
    head = f"Parameters:\n  Host: {{Type: String, NoEcho: {marked}}}\n"
    bucket = parse(tmp_path, "{AllowedMethods: [GET], AllowedOrigins: [!Ref Host]}", head=head).buckets[0]
    assert bucket.sensitive == {"hidden.example"}


@pytest.mark.parametrize("marked", ["false", "no", "'False'", "0"])
def test_parameter_that_is_shown_is_not_marked(tmp_path: Path, marked: str) -> None:
    head = f"Parameters:\n  Host: {{Type: String, NoEcho: {marked}}}\n"
    bucket = parse(tmp_path, "{AllowedMethods: [GET], AllowedOrigins: [!Ref Host]}", head=head).buckets[0]
    assert bucket.sensitive == set()
