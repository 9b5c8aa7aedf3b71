"""Values that a configuration reads from a file of the tree: ``jsondecode(file("cors.json"))``."""

from __future__ import annotations

from typing import NamedTuple

from drift.errors import InputError
from drift.location import Location
from parsers.terraform import files
from parsers.terraform.json_syntax import parse_json_value
from parsers.terraform.nodes import Call, Expression
from parsers.terraform.render.trace_found import Holder, Stop
from parsers.terraform.render.trace_frames import Frame, literals

_READ = frozenset({"file", "templatefile"})


class Content(NamedTuple):
    """A file of JSON as an expression, every string in it plain text."""

    expression: Expression
    frame: Frame
    holder: Holder | None = None


def file_content(node: Call, frame: Frame) -> Content | Stop | None:
    """What is in the file that a ``jsondecode`` reads; why not, for another file; None where it reads no file."""
    inner = node.args[0] if node.args else None
    if not isinstance(inner, Call) or inner.name not in _READ or frame.module is None:
        return None
    name = frame.value(inner.args[0]) if inner.args else None
    run = frame.module.run
    if name is None or not isinstance(name.data, str):
        return Stop(inner.at, f"it is read by {inner.name}(...), of which the file is not known")
    path = files.join(run.root, name.data)
    if files.leaves_tree(path) or not run.tree.is_file(path):
        return Stop(inner.at, f"it is read from {name.data}")
    if node.name == "jsondecode" and inner.name == "file" and path.endswith(".json"):
        try:
            inside = literals()
            expression = parse_json_value(path, run.tree.read(path))
            return Content(expression, Frame(inside.scope, templates=False))
        except InputError:
            pass
    return Stop(
        Location(path, 1), f"it is written in this file, which {node.name}({inner.name}(...)) reads ({node.at})"
    )
