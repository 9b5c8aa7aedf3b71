"""Plans beside Terragrunt units: ``terragrunt show -json PLAN > plan.json`` in the folder of a unit.

A plan tells with everything evaluated what the unit declares, so it is read in the unit's place. Where configuration
stands beside it, it counts only if it is named, as a plan beside any code.
"""

from __future__ import annotations

import codecs
import json
import posixpath

from drift.interfaces import Tree
from parsers.terraform import files


def is_plan_of_unit(tree: Tree, path: str) -> bool:
    """Whether a file is the plan of the unit beside it. Raises InputError for a file that cannot be read."""
    folder, name = posixpath.split(path)
    if not name.endswith(".json") or not tree.is_file(files.join(folder, files.UNITS[0])):
        return False
    if any(files.stem(each) is not None for each in tree.names(folder)):
        return False
    content = tree.read(path)
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"format_version" not in content and not utf16:
        return False
    try:
        found = json.loads(content.decode("utf-16" if utf16 else "utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(found, dict)
        and "format_version" in found
        and bool(found.keys() & {"resource_changes", "planned_values"})
    )
