"""Rule files as snapshots: what the AWS CLI and the S3 console take, S3's XML, and the file of many buckets."""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError
from drift.interfaces import Claim, Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot

TEXT_SUFFIXES = (".json", ".yaml", ".yml")
XML_SUFFIX = ".xml"


class SpecParser:
    """Reads JSON, YAML and XML files that hold nothing but CORS rules."""

    name = "spec"

    def claim(self, tree: Tree, path: str) -> Claim | None:
        """A file with the shape of CORS rules, whatever it is called; the CORS files of other products by name."""
        if not path.lower().endswith((*TEXT_SUFFIXES, XML_SUFFIX)):
            return None
        from parsers.spec.shapes import look_at

        look = look_at(tree.read(path), path)
        if look.foreign is not None:
            return Claim(path, foreign=look.foreign)
        return Claim(path) if look.ours else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        """Every bucket of the files; each fault is an error with its place, and a faulty entry gives no bucket."""
        from parsers.document import read_document
        from parsers.spec.faults import Faults
        from parsers.spec.reading import SpecReader
        from parsers.spec.xml_text import read_xml

        buckets: list[Bucket] = []
        diagnostics: list[Diagnostic] = []
        for path in units:
            faults = Faults(path)
            try:
                content = tree.read(path)
                if path.lower().endswith(".xml"):
                    root = read_xml(content, path, faults)
                    found = SpecReader(faults).read(root) if root is not None else []
                    buckets.extend(found if not faults.count else ())
                else:
                    buckets.extend(SpecReader(faults).read(read_document(content, path)))
            except InputError as error:
                diagnostics.append(
                    Diagnostic(Severity.ERROR, "broken-spec", error.message, error.location, error.advice)
                )
            diagnostics.extend(faults.in_order())
        return Snapshot(self.name, tuple(buckets), tuple(diagnostics))


PARSER = SpecParser()
