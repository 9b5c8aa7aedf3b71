"""References of Terragrunt files: what they stand for in the files of a unit."""

from __future__ import annotations

import posixpath

from drift.location import Location
from parsers.terraform.nodes import Call
from parsers.terraform.render.trace_found import Source, Stop
from parsers.terraform.render.trace_frames import Frame
from parsers.terraform.terragrunt_names import TerragruntFile


def of_terragrunt(file: TerragruntFile, first: str, words: list[str], where: Location) -> Source | Stop:
    """``local.x`` and ``include.x.locals.y`` of a Terragrunt file."""
    if first == "include":
        included = file.includes.get(words[0])
        if included is None:
            included = file.includes.get("")
        else:
            words = words[1:]
        if included is None or len(words) < 2:
            return Stop(where, f"it comes from include.{'.'.join(words)}")
        file, first, words = included, words[0], words[1:]
    inner = Frame(file.scope, file=file)
    inputs = file.file.attributes.get("inputs")
    if first in ("local", "locals") and words[0] in file.locals:
        return Source(file.locals[words[0]].expression, inner, tuple(words[1:]))
    if first == "inputs" and inputs is not None:
        return Source(inputs.expression, inner, tuple(words))
    return Stop(where, f"it is {'.'.join([first, *words])}, which Terragrunt gets elsewhere")


def file_read_by(frame: Frame, node: Call) -> TerragruntFile | None:
    """The file that ``read_terragrunt_config`` reads."""
    file = frame.file
    name = (
        frame.value(node.args[0]) if file is not None and node.name == "read_terragrunt_config" and node.args else None
    )
    if file is None or name is None or not isinstance(name.data, str):
        return None
    path = file.inside(name.data)
    return file.reading.open(path, posixpath.dirname(path))
