"""The JSON documents that the program prints and reads: snapshots and reports, version 1.

Keys are added, never renamed or dropped, within a version. ``drift/schemas`` has their JSON Schemas.
"""

from __future__ import annotations

from drift.documents.reading import document_kind, snapshot_from_json
from drift.documents.writing import report_to_json, rules_to_json, snapshot_to_json

__all__ = ["document_kind", "report_to_json", "rules_to_json", "snapshot_from_json", "snapshot_to_json"]
