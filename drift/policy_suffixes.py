"""Names under which different owners have names of their own, by the Public Suffix List (publicsuffix.org)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=4096)
def shared_by_owners(name: str) -> str | None:
    """The public suffix that the name is, or one that lies under it; None if all names under it are one owner's.

    Both parts of the list count: ``co.uk``, and what companies give out, ``vercel.app``. Names that end in none of the
    list's (``corp``, ``internal``) are nobody's to give out.
    """
    name = name.lower()
    if _suffixes().is_public(name):
        return name
    return _holders().get(name)


@lru_cache(maxsize=4096)
def is_suffix(name: str) -> bool:
    """Whether names right under this one are registered; a last label that the list does not have counts as one."""
    return "." not in name or _suffixes().is_public(name.lower())


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # half a megabyte of names, for wildcards alone

    return PublicSuffixList(accept_unknown=False)


@cache
def _holders() -> dict[str, str]:
    """Names that are no public suffix and have one under them: ``amazonaws.com`` has ``s3.amazonaws.com``."""
    from publicsuffixlist import PSLFILE

    found: dict[str, str] = {}
    with open(PSLFILE, encoding="utf-8") as lines:
        for line in lines:
            suffix = line.strip().removeprefix("*.")
            if suffix and not suffix.startswith(("//", "!")):
                parent = suffix.partition(".")[2]
                while "." in parent:
                    found[parent] = min(found.get(parent, suffix), suffix, key=lambda name: (len(name), name))
                    parent = parent.partition(".")[2]
    return found
