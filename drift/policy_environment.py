"""Whether what is declared, or what is live, looks like production: by the words of its name and of where it stands."""

from __future__ import annotations

import re

from drift.snapshot import Bucket

PRODUCTION = frozenset({"prod", "production", "prd"})
OTHERS = frozenset(
    {"nonprod", "preprod", "nonproduction", "preproduction", "dev", "develop", "development", "stage", "staging", "stg"}
    | {
        "test",
        "testing",
        "qa",
        "uat",
        "sandbox",
        "local",
        "preview",
        "demo",
        "ci",
        "integration",
        "example",
        "examples",
    }
)
_BEFORE = frozenset({"non", "pre", "not"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def production(bucket: Bucket) -> str | None:
    """What says that it is production, in words; None if nothing does, or something nearer to it says otherwise.

    The bucket's own name comes first, then its stack and address, then the folders and files from the innermost on.
    """
    name = bucket.name if isinstance(bucket.name, str) else f"{bucket.name.prefix} {bucket.name.suffix}"
    places = [("the name", name), ("the stack", bucket.stack or ""), ("the address", bucket.address or "")]
    if bucket.location is not None:
        places += [("the path", part) for part in reversed(bucket.location.path.split("/"))]
    for what, text in places:
        says = _says(text)
        if says is not None:
            return f"{what} {text.strip()}" if says else None
    return None


def _says(text: str) -> bool | None:
    """Whether the words say production, or one of the others; None if they say neither."""
    words = [each.lower() for each in _WORDS.findall(text)]
    if any(word in OTHERS for word in words):
        return False
    for place, word in enumerate(words):
        if word in PRODUCTION:
            return place == 0 or words[place - 1] not in _BEFORE
    return None
