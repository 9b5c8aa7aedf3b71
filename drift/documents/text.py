"""Documents as the text that leaves the program."""

from __future__ import annotations

import json


def json_text(document: object, indent: int | None = None) -> str:
    """The document as JSON.

    ASCII only: lone surrogates of hostile input survive, and no terminal acts on what it is shown. ``##`` can stand in
    strings alone, and is written otherwise there: runners of GitHub and Azure obey ``##[command]`` anywhere in a line.
    """
    return json.dumps(document, indent=indent).replace("##", "#\\u0023")
