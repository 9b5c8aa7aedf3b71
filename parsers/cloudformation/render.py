"""Templates edited in place: the rules of a bucket as they should be, and templates from nothing."""

from __future__ import annotations

from collections.abc import Sequence

from drift.edits import Fresh, Proposal, WantedRules
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.snapshot import Bucket


class CloudFormationRenderer:
    """Writes what ``CloudFormationParser`` reads."""

    name = "cloudformation"
    dialects = ("cloudformation", "cloudformation-json")

    def propose(
        self, tree: Tree, units: Sequence[str], inputs: Inputs, bucket: Bucket, wanted: WantedRules
    ) -> Proposal:
        """The edits of the template, or of the file that it includes, in which the bucket stands."""
        from parsers.cloudformation.render_bucket import proposed
        from parsers.cloudformation.render_by_hand import told_as_a_whole

        if bucket.location is None:
            return Proposal()
        try:
            return proposed(tree, bucket, wanted)
        except InputError as error:
            return Proposal((), (told_as_a_whole(bucket.location, error.message, wanted, None),))

    def declare(self, buckets: Sequence[Fresh], dialect: str) -> str:
        """A template that takes existing buckets over as they are.

        Raises ``ValueError`` for what a template cannot say.
        """
        from parsers.cloudformation.render_fresh import declared

        return declared(buckets, dialect)


RENDERER = CloudFormationRenderer()
