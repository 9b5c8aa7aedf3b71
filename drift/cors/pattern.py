"""Patterns with at most one ``*``, as S3 has them in AllowedOrigins and AllowedHeaders, taken as sets of strings.

``*`` stands for any run of characters, none included, and spans dots, colons and slashes; both ends are anchored.
Sources: S3 user guide, "Elements of a CORS configuration"; ceph/s3-tests ``test_cors_origin_wildcard``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the text; letter case counts (callers fold header names first)."""
    prefix, star, suffix = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(prefix) + len(suffix) and text.startswith(prefix) and text.endswith(suffix)


def matches_overlapping(pattern: str, text: str) -> bool:
    """The same where the text before ``*`` and the text after it may share characters: ``a*a`` matches ``a``.

    Whether S3 reads patterns so is not known; scality/cloudserver and Ceph do, versitygw and LocalStack do not.
    """
    prefix, star, suffix = pattern.partition("*")
    if not star:
        return pattern == text
    return text.startswith(prefix) and text.endswith(suffix)


def covers(wide: str, narrow: str) -> bool:
    """Whether every text that ``narrow`` matches is matched by ``wide`` too.

    Exact for patterns with at most one star: the texts of ``a*b`` have nothing in common but that they start with
    ``a`` and end with ``b``, so ``wide`` must ask for no more than that.
    """
    if "*" not in narrow:
        return matches(wide, narrow)
    wide_prefix, star, wide_suffix = wide.partition("*")
    if not star:
        return False
    prefix, _, suffix = narrow.partition("*")
    return prefix.startswith(wide_prefix) and suffix.endswith(wide_suffix)


def intersects(one: str, other: str) -> bool:
    """Whether some text is matched by both.

    Two patterns with a star have a common text exactly if, of their texts before the star, one continues the other,
    and likewise after the star: then the longer of each with anything between them is matched by both.
    """
    if "*" not in one:
        return matches(other, one)
    if "*" not in other:
        return matches(one, other)
    prefix, _, suffix = one.partition("*")
    other_prefix, _, other_suffix = other.partition("*")
    heads = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
    return heads and (suffix.endswith(other_suffix) or other_suffix.endswith(suffix))


def shortest(pattern: str) -> str:
    """The shortest text that the pattern matches: its star left empty."""
    return pattern.replace("*", "", 1)


def overlapped(pattern: str) -> Iterator[str]:
    """The texts that only the overlapping reading matches, longest first: ``ab*ba`` has ``aba``.

    They start with what is before the star and end with what is after it, and are too short to hold both.
    """
    prefix, star, suffix = pattern.partition("*")
    if star:
        for shared in range(1, min(len(prefix), len(suffix)) + 1):
            if prefix.endswith(suffix[:shared]):
                yield prefix + suffix[shared:]


class Covering:
    """Many patterns, to be asked which of them cover another; faster than asking each."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._stars: dict[str, set[str]] = {}
        for pattern in patterns:
            prefix, star, suffix = pattern.partition("*")
            if star:
                self._stars.setdefault(prefix, set()).add(suffix)
        self._heads = sorted({len(prefix) for prefix in self._stars})
        self._tails = sorted({len(suffix) for own in self._stars.values() for suffix in own})

    def others(self, pattern: str) -> Iterator[str]:
        """The patterns with a star, but for this one itself, that cover it; those that ask for less come first."""
        prefix, star, suffix = pattern.partition("*")
        head, tail = (prefix, suffix) if star else (pattern, pattern)
        for start in self._heads:
            own = self._stars.get(head[:start]) if start <= len(head) else None
            for end in self._tails if own else ():
                if end <= len(tail) and (star or start + end <= len(pattern)):
                    found = tail[len(tail) - end :]
                    if own and found in own and f"{head[:start]}*{found}" != pattern:
                        yield f"{head[:start]}*{found}"
