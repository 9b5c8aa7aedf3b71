"""CORS rules, requests and answers as S3 has them.

Source: the S3 API reference, PutBucketCors (CORSRule) and "How does Amazon S3 evaluate the CORS configuration on a
bucket?". Field names in JSON are those of the API; the order of rules is meaning, since the first match answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
"""What AllowedMethods may hold, in the order of the API reference."""

MAX_RULES = 100
"""S3 keeps at most this many rules for a bucket."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be resolved, with what is known of it.

    ``reason`` says why in words for the reader ("variable \"origin\" has no value"). Where the value is text,
    ``prefix`` and ``suffix`` are the text that it certainly starts and ends with; the two never overlap.
    """

    reason: str
    prefix: str = ""
    suffix: str = ""

    def may_be(self, text: str) -> bool:
        """Whether the text is one of the values that this unknown can still take."""
        return (
            len(text) >= len(self.prefix) + len(self.suffix)
            and text.startswith(self.prefix)
            and text.endswith(self.suffix)
        )


Text = str | Unknown
"""One string, or the unknown that stands for it."""

TextList = tuple[Text, ...] | Unknown
"""A list of strings whose members may be unknown, or a list that is unknown as a whole."""

Seconds = int | Unknown | None
"""A number of seconds; None where it is unset."""


@dataclass(frozen=True, slots=True)
class CorsRule:
    """One rule as declared or as stored: nothing is folded, lists keep their order and letter case.

    An absent list and an empty one are the same thing to S3 and are both ``()``.
    """

    allowed_methods: TextList
    allowed_origins: TextList
    allowed_headers: TextList = ()
    expose_headers: TextList = ()
    max_age_seconds: Seconds = None
    id: Text | None = None

    def unknowns(self) -> Iterator[tuple[str, Unknown]]:
        """Every unresolved value with the API name of its field."""
        for name, value in self.by_api_name():
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Unknown):
                    yield name, part

    def by_api_name(self) -> Iterator[tuple[str, TextList | Seconds | Text]]:
        """The fields under the names of the S3 API, in the order in which S3 documents them."""
        for attribute, name in API_NAMES.items():
            yield name, getattr(self, attribute)


API_NAMES = {
    "id": "ID",
    "allowed_headers": "AllowedHeaders",
    "allowed_methods": "AllowedMethods",
    "allowed_origins": "AllowedOrigins",
    "expose_headers": "ExposeHeaders",
    "max_age_seconds": "MaxAgeSeconds",
}
"""Attribute of CorsRule to field of the S3 API."""

LIST_FIELDS = ("AllowedHeaders", "AllowedMethods", "AllowedOrigins", "ExposeHeaders")
"""The fields that hold lists, by their API names."""

assert {field.name for field in fields(CorsRule)} == set(API_NAMES)  # noqa: S101 - a new field needs its API name


@dataclass(frozen=True, slots=True)
class BucketCors:
    """The CORS configuration of one bucket: at least one rule.

    ``ordered`` is False where the source cannot control the order in which S3 stores the rules and the values in
    them (Terraform's ``cors_rule`` of ``aws_s3_bucket_cors_configuration`` is a set): then any order is meant.
    """

    rules: tuple[CorsRule, ...]
    ordered: bool = True

    def unknowns(self) -> Iterator[tuple[int, str, Unknown]]:
        """Every unresolved value with the index of its rule and the API name of its field."""
        for index, rule in enumerate(self.rules):
            for name, unknown in rule.unknowns():
                yield index, name, unknown


@dataclass(frozen=True, slots=True)
class CorsRequest:
    """A request as S3 sees it.

    ``method`` is Access-Control-Request-Method of a preflight, else the HTTP method. ``headers`` are the names in
    Access-Control-Request-Headers, as sent; of an actual request they are empty, since S3 never compares the real
    request headers. ``origin`` is None where no Origin header was sent.
    """

    origin: str | None
    method: str | None
    headers: tuple[str, ...] = ()
    preflight: bool = True
    target: str = "object"


@dataclass(frozen=True, slots=True)
class Considered:
    """What became of one rule in the search: whether it answers, and why or why not."""

    rule: int
    answers: bool
    because: str


@dataclass(frozen=True, slots=True)
class CorsAnswer:
    """What S3 sends back as far as CORS goes.

    ``rule`` is the index of the rule that answered, or None. ``headers`` are all CORS headers and ``Vary``, in S3's
    spelling and order; empty where S3 sends none. ``status`` is S3's for a preflight, and None for an actual request,
    whose status CORS never changes. ``code`` and ``message`` are those of S3's error document. ``open_questions``
    are ids of ``drift.cors.open_questions``: what is not known of S3 and could make it answer otherwise.
    """

    allowed: bool
    rule: int | None
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    code: str | None = None
    message: str | None = None
    considered: tuple[Considered, ...] = ()
    open_questions: tuple[str, ...] = ()
