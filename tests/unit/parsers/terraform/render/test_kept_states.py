"""What is kept of one state of a tree is not taken for another state."""

from __future__ import annotations

from pathlib import Path

from drift.cors.model import BucketCors, CorsRule
from drift.edits import TextEdit, WantedRules
from drift.interfaces import Inputs
from drift.overlay import Overlay
from drift.tree import DiskTree
from parsers.terraform import PARSER
from parsers.terraform.render import RENDERER

CODE = """\
locals {
  origins = ["https://a.example"]
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = "site"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.origins
  }
}
"""
WANTED = WantedRules(BucketCors((CorsRule(("GET",), ("https://a.example", "https://b.example")),)), (0,))


def proposed(tree: Overlay, inputs: Inputs) -> tuple[TextEdit, ...]:
    """The first attempt for the only bucket of the tree."""
    (bucket,) = PARSER.parse(tree, [""], inputs).buckets
    return RENDERER.propose(tree, [""], inputs, bucket, WANTED).attempts[0]


def test_a_tree_with_edits_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    inputs = Inputs()
    first = Overlay(DiskTree(tmp_path))
    (edit,) = proposed(first, inputs)
    assert (edit.start, proposed(first, inputs)) == (CODE.index('"]') + 1, (edit,))
    moved = first.with_edits([TextEdit("main.tf", 0, 0, "# a line more\n")])
    (again,) = proposed(moved, inputs)
    assert again == TextEdit("main.tf", edit.start + 14, edit.end + 14, edit.text)
    assert proposed(first, inputs) == (edit,)
