"""Declarations from nothing, in native and JSON syntax."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.edits import Fresh
from drift.interfaces import Inputs, Renderer
from parsers.terraform.render import RENDERER
from tests.law_numbers import tries
from tests.render.terraform_cases import declared, is_same, unformatted
from tests.rendering import Files, rules_

needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform binary")
RULE = CorsRule(("GET", "HEAD"), ("https://www.example.com",), ("*",), ("ETag",), 3000, "web")
SITE = Fresh("site-1", "site_1", BucketCors((RULE, CorsRule(("PUT",), ("*",)))), "123456789012", "eu-west-1")


def test_the_renderer_says_what_it_writes() -> None:
    assert isinstance(RENDERER, Renderer)
    assert (RENDERER.name, tuple(RENDERER.dialects)) == ("terraform", ("terraform", "terraform-json"))


def test_a_bucket_is_declared_with_the_import_that_adopts_it() -> None:
    assert RENDERER.declare([SITE], "terraform") == (
        "# site-1: account 123456789012, region eu-west-1\n"
        "import {\n"
        "  to = aws_s3_bucket_cors_configuration.site_1\n"
        '  id = "site-1"\n'
        "}\n"
        "\n"
        'resource "aws_s3_bucket_cors_configuration" "site_1" {\n'
        '  bucket = "site-1"\n'
        "\n"
        "  cors_rule {\n"
        '    id              = "web"\n'
        '    allowed_headers = ["*"]\n'
        '    allowed_methods = ["GET", "HEAD"]\n'
        '    allowed_origins = ["https://www.example.com"]\n'
        '    expose_headers  = ["ETag"]\n'
        "    max_age_seconds = 3000\n"
        "  }\n"
        "\n"
        "  cors_rule {\n"
        '    allowed_methods = ["PUT"]\n'
        '    allowed_origins = ["*"]\n'
        "  }\n"
        "}\n"
    )


def test_json_declares_the_same() -> None:
    found = json.loads(RENDERER.declare([SITE], "terraform-json"))
    assert found["import"] == [{"to": "aws_s3_bucket_cors_configuration.site_1", "id": "site-1"}]
    body = found["resource"]["aws_s3_bucket_cors_configuration"]["site_1"]
    assert body["bucket"] == "site-1"
    assert body["cors_rule"][1] == {"allowed_methods": ["PUT"], "allowed_origins": ["*"]}
    assert body["//"] == "site-1: account 123456789012, region eu-west-1"


def test_an_account_or_name_cannot_break_out_of_its_comment() -> None:
    text = RENDERER.declare([Fresh("a", "a", BucketCors((RULE,)), "1\nresource", "r")], "terraform")
    assert text.splitlines()[0] == r"# a: account 1\nresource, region r"


def test_a_rule_that_is_not_known_is_not_written() -> None:
    with pytest.raises(ValueError, match="unknown"):
        RENDERER.declare([Fresh("a", "a", BucketCors((CorsRule(("GET",), Unknown("?")),)))], "terraform")


def test_a_bucket_without_rules_is_told_of_and_not_declared() -> None:
    text = RENDERER.declare([Fresh("a", "a", None)], "terraform")
    assert text == "# a has no CORS rules, which this resource cannot declare.\n"
    assert RENDERER.declare([Fresh("a", "a", None)], "terraform-json") == "{}\n"


_fleets = st.lists(st.lists(rules_, min_size=1, max_size=3), min_size=1, max_size=4)


def _fresh(fleet: Sequence[Sequence[CorsRule]]) -> list[Fresh]:
    return [Fresh(f"b-{place}", f"b_{place}", BucketCors(tuple(rules))) for place, rules in enumerate(fleet)]


@settings(max_examples=tries(1))
@given(_fleets, st.sampled_from([("terraform", "cors.tf"), ("terraform-json", "cors.tf.json")]))
def test_what_is_written_is_read_again_as_what_was_given(
    fleet: Sequence[Sequence[CorsRule]], dialect: tuple[str, str]
) -> None:
    given_ = _fresh(fleet)
    text = RENDERER.declare(given_, dialect[0])
    found = declared(Files({dialect[1]: text.encode()}), [""], Inputs())
    assert not found.errors
    assert [each.name for each in found.buckets] == [each.name for each in given_]
    assert all(is_same(bucket, each.cors) for bucket, each in zip(found.buckets, given_, strict=True))


@pytest.mark.terraform
@needs_terraform
def test_terraform_fmt_has_nothing_to_do_on_what_is_written(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}

    @settings(max_examples=tries(0.6), database=None)
    @given(_fleets)
    def write(fleet: Sequence[Sequence[CorsRule]]) -> None:
        files[f"{len(files)}.tf"] = RENDERER.declare(_fresh(fleet), "terraform").encode()

    write()
    assert not unformatted(files, tmp_path)
