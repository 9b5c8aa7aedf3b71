"""Files of rules edited in place, and written from nothing: JSON, YAML and XML."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from drift.cors.model import CorsRule
from drift.edits import ByHand, Fresh, Proposal, TextEdit, WantedRules
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Location
from drift.snapshot import Bucket
from parsers.spec import XML_SUFFIX

NAMES = {
    "ID": "ID",
    "AllowedOrigins": "AllowedOrigins",
    "AllowedMethods": "AllowedMethods",
    "AllowedHeaders": "AllowedHeaders",
    "ExposeHeaders": "ExposeHeaders",
    "MaxAgeSeconds": "MaxAgeSeconds",
}
_DELETE = "delete what S3 has, and remove the file"


class SpecRenderer:
    """Writes what ``SpecParser`` reads."""

    name = "spec"
    dialects = ("spec", "spec-yaml", "aws-cli", "xml")

    def propose(
        self, tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules
    ) -> Proposal:
        """The edits of the one file in which the bucket stands."""
        from parsers.document.edit import CannotWrite
        from parsers.document.edit_rules import tidy

        if bucket.location is None:
            return Proposal()
        path = bucket.location.path
        attempts: list[tuple[TextEdit, ...]] = []
        reasons: list[str] = []
        for in_anchor in (False,) if path.lower().endswith(XML_SUFFIX) else (True, False):
            try:
                text, edits = _edits(tree, bucket, wanted, in_anchor)
            except CannotWrite as error:
                reasons.append(error.reason)
                continue
            except InputError as error:
                reasons.append(error.message)
                continue
            tidied = tidy(edits, text)
            if tidied is not None and tidied not in attempts:
                attempts.append(tidied)
        why = reasons[0] if reasons else "no edit of it was found that does this and nothing else"
        return Proposal(tuple(attempts), (_by_hand(path, bucket, wanted, why),))

    def declare(self, buckets: Sequence[Fresh], dialect: str) -> str:
        """``spec`` and ``spec-yaml`` hold many buckets, ``aws-cli`` and ``xml`` the rules of one.

        Raises ``ValueError`` for what the dialect cannot say.
        """
        from parsers.spec.render_fresh import declared

        return declared(buckets, dialect)


def _edits(tree: Tree, bucket: Bucket, wanted: WantedRules, in_anchor: bool) -> tuple[str, list[TextEdit]]:
    from parsers.document.edit import CannotWrite, read_source
    from parsers.spec.render_places import rules_in, takes_none

    assert bucket.location is not None  # noqa: S101 - asked above
    path = bucket.location.path
    content = tree.read(path)
    old = bucket.cors.rules if bucket.cors is not None else ()
    if path.lower().endswith(XML_SUFFIX):
        from parsers.spec.render_xml import XmlEdits, read_elements

        if not wanted.rules:
            raise CannotWrite(f"a configuration for S3 cannot say that there are no rules: {_DELETE}")
        text, root = read_elements(content)
        return text, XmlEdits(path, text, root).edits(old, wanted)
    source = read_source(content, path)
    place = rules_in(source, bucket)
    if place is None:
        raise CannotWrite("where its rules stand is not found")
    if not wanted.rules:
        if not takes_none(source, path):
            raise CannotWrite(f"rules for S3 cannot say that there are none: {_DELETE}")
        return source.text, source.replaced(place, [])
    return source.text, _rule_edits(source, place, old, wanted, in_anchor)


def _rule_edits(
    source: object, place: object, old: Sequence[CorsRule], wanted: WantedRules, in_anchor: bool
) -> list[TextEdit]:
    from parsers.document.edit import Kind, Part, Source
    from parsers.document.edit_rules import RuleEdits

    assert isinstance(source, Source) and isinstance(place, Part)  # noqa: S101, PT018
    edits = RuleEdits(source, NAMES, in_anchor)
    written = place if place.kind is not Kind.ALIAS or not in_anchor else place.known
    if written.kind is not Kind.LIST or not written.items:
        return source.replaced(written, [edits.written(rule) for rule in wanted.rules])
    parts = written.items
    return edits.rules(written, parts[: len(old)], old, wanted)


def _by_hand(path: str, bucket: Bucket, wanted: WantedRules, why: str) -> ByHand:
    """The whole of the rules, as the file would have them; the call where it cannot say that there are none."""
    from parsers.spec.render_fresh import written_rules

    location = bucket.location or Location(path)
    if wanted.rules:
        return ByHand(location, why, written_rules(wanted.rules, path))
    name = bucket.name if isinstance(bucket.name, str) else "NAME"
    return ByHand(location, why, f"aws s3api delete-bucket-cors --bucket {shlex.quote(name)}")


RENDERER = SpecRenderer()
