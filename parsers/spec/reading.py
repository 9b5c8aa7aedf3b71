"""From a parsed file of any shape to buckets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drift.cors.model import BucketCors, Text, Unknown
from drift.location import Location
from drift.snapshot import Bucket, State
from parsers.document import ListNode, MapNode, Node, Place, Scalar, shown
from parsers.spec.faults import Faults
from parsers.spec.misshapen import WANTED, rules_out_of_place
from parsers.spec.rules import in_quotes, is_text, near, read_rules
from parsers.spec.shapes import Shape, shape_of

SOURCE = "spec"
NO_NAME = "this file names no bucket: give --bucket NAME"

BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", re.ASCII)
"""Names of today and the longer, mixed-case ones that buckets of before 2018 in us-east-1 may still have."""

_FIRST_LINE = Place(1, 1, 1)
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_CLI_INPUT = ("Bucket", "CORSConfiguration", "ExpectedBucketOwner", "ChecksumAlgorithm", "ContentMD5")
_SHAPES = (
    'give {"CORSRules": [...]}, a list of rules, the input of aws s3api put-bucket-cors, '
    "<CORSConfiguration>, or version: 1 with buckets:"
)


@dataclass(slots=True)
class SpecReader:
    """Reads one file; what is wrong goes to ``faults``, and a faulty entry gives no bucket."""

    faults: Faults

    def read(self, root: Node | None) -> list[Bucket]:
        """The buckets of a file."""
        shape = shape_of(root)
        if root is None:
            self._no_shape(None)
            return []
        if shape is Shape.CONSOLE:
            return self._bucket(Unknown(NO_NAME), root, root)
        if isinstance(root, MapNode) and root.tag is None:
            if shape is Shape.CLI:
                return self._cli(root, Unknown(NO_NAME), root)
            if shape is Shape.CLI_INPUT:
                return self._cli_input(root)
            if shape is Shape.MANY:
                return self._many(root)
            if shape is Shape.RULE:
                message = "this is one rule, and a list of rules is due"
                self.faults.add("wrong-type", root, message, "put it into a list: [ {...} ]")
                return []
        self._no_shape(root)
        return []

    def _no_shape(self, root: Node | None) -> None:
        stray = rules_out_of_place(root)
        if stray is not None:
            under = f" under {shown(stray.text)}" if isinstance(stray, Scalar) else ""
            message = f"the rules{under} stand in a shape that is not read"
            self.faults.add("unknown-shape", stray, message, WANTED)
            return
        place = root if root is not None else Scalar("", _FIRST_LINE)
        self.faults.add("unknown-shape", place, "this file has no shape of CORS rules that is known", _SHAPES)

    def _cli(self, node: MapNode, name: Text, whole: Node, account: str | None = None) -> list[Bucket]:
        self._only(node, ("CORSRules",), "the configuration", ("$schema", "ResponseMetadata"))  # as boto3 returns it
        rules = node.get("CORSRules")
        if rules is None:
            return []
        return self._bucket(name, rules, whole, account)

    def _cli_input(self, root: MapNode) -> list[Bucket]:
        self._only(root, _CLI_INPUT, "the file", ("$schema",))
        configuration, bucket = root.get("CORSConfiguration"), root.get("Bucket")
        account = self._pattern(root.get("ExpectedBucketOwner"), _ACCOUNT, "ExpectedBucketOwner", "12 digits")
        name: Text = Unknown(NO_NAME)
        if bucket is not None:
            found = self._pattern(bucket, BUCKET_NAME, "Bucket", "the name of a bucket")
            if found is None:
                return []
            name = found
        if configuration is None:
            return []  # the wrong spelling has been told
        if not isinstance(configuration, MapNode) or configuration.tag is not None:
            self.faults.wrong_type(configuration, "CORSConfiguration", "a mapping with CORSRules")
            return []
        if configuration.get("CORSRules") is None and "CORSRule" not in configuration.names:
            self.faults.add("missing-key", configuration, "CORSConfiguration has no CORSRules", "add the list of rules")
        return self._cli(configuration, name, root, account)

    def _many(self, root: MapNode) -> list[Bucket]:
        self._only(root, ("version", "buckets"), "the file", ("$schema",))
        version, buckets = root.get("version"), root.get("buckets")
        if version is not None and not (isinstance(version, Scalar) and version.plain and version.integer() == 1):
            self.faults.add("unknown-version", version, "the version of this file is not 1", "write version: 1")
            return []
        if not isinstance(buckets, MapNode) or buckets.tag is not None:
            at = buckets if buckets is not None else root
            self.faults.wrong_type(at, "buckets", "a mapping of bucket names to rules", WANTED)
            return []
        if not buckets.entries:
            self.faults.add("missing-key", buckets, "buckets names no bucket", "add NAME: [rules]")
        found: list[Bucket] = []
        for key, node in buckets.entries:
            if BUCKET_NAME.fullmatch(key.text) is None:
                advice = "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens"
                self.faults.add("bad-bucket-name", key, f"{shown(key.text)} is not the name of a bucket", advice)
                continue
            found.extend(self._entry(key, node))
        return found

    def _entry(self, key: Scalar, node: Node) -> list[Bucket]:
        """One bucket: a list, null, or a mapping with CORSRules and where the bucket is."""
        before = self.faults.count
        if not isinstance(node, MapNode) or node.tag is not None:
            return self._bucket(key.text, node, key, end=node)
        known = ("CORSRules", "region", "account")
        self._only(node, known, f"bucket {key.text}")
        region = self._pattern(node.get("region"), _REGION, "region", "the name of a region, such as eu-west-1")
        account = self._pattern(node.get("account"), _ACCOUNT, "account", "12 digits")
        rules = node.get("CORSRules")
        if rules is None:
            if self.faults.count == before:
                advice = "add CORSRules: [] if it must have no rules"
                self.faults.add("missing-key", key, f"bucket {key.text} has no CORSRules", advice)
            return []
        found = self._bucket(key.text, rules, key, account, region, end=node)
        return found if self.faults.count == before else []

    def _bucket(
        self,
        name: Text,
        rules: Node,
        start: Node,
        account: str | None = None,
        region: str | None = None,
        end: Node | None = None,
    ) -> list[Bucket]:
        last = max(start.place.end_line, end.place.end_line if end is not None else 0)
        location = Location(self.faults.path, start.place.line, last, start.place.column)
        empty = isinstance(rules, Scalar) and rules.is_null and rules.tag is None
        if empty or (isinstance(rules, ListNode) and not rules.items and rules.tag is None):
            return [
                Bucket(
                    name=name,
                    state=State.ABSENT,
                    source=SOURCE,
                    location=location,
                    account=account,
                    region=region,
                    says_none=True,
                    bare=isinstance(name, Unknown),
                )
            ]
        read = read_rules(rules, self.faults)
        if read is None:
            return []
        return [
            Bucket(
                name=name,
                state=State.CONFIGURED,
                source=SOURCE,
                cors=BucketCors(read.rules),
                location=location,
                places=read.places,
                account=account,
                region=region,
                bare=isinstance(name, Unknown),
            )
        ]

    def _only(self, node: MapNode, known: tuple[str, ...], where: str, silent: tuple[str, ...] = ()) -> None:
        for key, _ in node.entries:
            if key.text not in known and key.text not in silent:
                advice = near(key.text, known)
                if key.text.lower() in ("corsrule", "corsrules") and "CORSRules" in known:
                    advice = "did you mean CORSRules?"
                self.faults.add("unknown-key", key, f"{where} has the unknown key {shown(key.text)}", advice)

    def _pattern(self, node: Node | None, pattern: re.Pattern[str], what: str, due: str) -> str | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and node.tag is None and pattern.fullmatch(node.text):
            if is_text(node) or pattern is _ACCOUNT:  # digits are an account id with quotes or without
                return node.text
            self.faults.wrong_type(node, what, "text", in_quotes(node))
            return None
        self.faults.wrong_type(node, what, due)
        return None
