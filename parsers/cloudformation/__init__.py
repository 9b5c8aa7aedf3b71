"""CloudFormation templates (SAM, CDK output and the resources of the Serverless Framework included) as snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError
from drift.interfaces import Claim, Inputs, Tree
from drift.snapshot import Snapshot

_PROGRAMS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
_SUFFIXES = (".yaml", ".yml", ".json", ".template", *_PROGRAMS)
"""What may be ours by its name: nothing more is imported for any other file."""
_OTHER_SUFFIXES = (".cfn", ".cform", ".cloudformation", ".tpl", ".tmpl", ".txt", ".j2", ".jinja", ".tftpl")


class CloudFormationParser:
    """Reads ``AWS::S3::Bucket`` out of templates, evaluating what needs no stack."""

    name = "cloudformation"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A YAML or JSON file with ``Resources`` that mentions ``AWS::S3::Bucket`` or templates elsewhere; the manifest
        of a CDK assembly.
        """
        if not path.lower().endswith(_SUFFIXES):
            return Claim(path, named_only=True) if _is_template_of_another_name(tree, path) else None
        from parsers.cloudformation.amplify import is_copy, is_generated_from
        from parsers.cloudformation.cdk import is_assembly, is_in_asset
        from parsers.cloudformation.sam import is_built
        from parsers.cloudformation.serverless import is_packaged, looks_like_service
        from parsers.cloudformation.template import looks_like_template

        if is_in_asset(path):
            return None
        content = tree.read(path)
        if looks_like_template(content, path):
            return Claim(path, named_only=is_built(path) or is_packaged(path) or is_copy(path))
        known = is_assembly(content, path) or looks_like_service(content, path)
        return Claim(path) if known or is_generated_from(content, path, tree) else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the templates; a broken template is one error with its place."""
        from parsers.cloudformation.deployment import read_stacks

        return read_stacks(tree, units, inputs)


def _is_template_of_another_name(tree: Tree, path: str) -> bool:
    """CloudFormation takes a template whatever its name; here it is read where the user names it."""
    name = path.rpartition("/")[2].lower()
    if "." in name and not name.endswith(_OTHER_SUFFIXES):
        return False
    try:
        content = tree.read(path)
    except InputError:
        return False
    if b"AWS::S3::Bucket" not in content:
        return False
    from parsers.cloudformation.template import looks_like_template

    return looks_like_template(content, path)


PARSER = CloudFormationParser()
