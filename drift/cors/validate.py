"""What PutBucketCors refuses, with S3's own code and message.

Sources: answers recorded from S3 (LocalStack's validated snapshots), S3 errors quoted in public issues (versitygw 1863
and 1870, NooBaa PR 8954), tests that were also run against S3 (scality/cloudserver, versitygw), and the S3 API
reference. What only the last says, or what implementations disagree about, is told as a doubt: ``certain`` is False.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.cors.model import MAX_RULES, METHODS, CorsRule, Seconds, Text, TextList, Unknown

MAX_DOCUMENT_BYTES = 64 * 1024
"""S3 documents this limit for the XML that is sent."""

MAX_ID_LENGTH = 255
"""In characters; S3 documents this limit."""

MAX_SECONDS = 2**31 - 1
"""The AWS SDKs send MaxAgeSeconds as a 32-bit integer."""

MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
TOO_MANY_RULES = f"The number of CORS rules should not exceed allowed limit of {MAX_RULES} rules."

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_ALPHANUMERIC = re.compile(r"[A-Za-z0-9-]+")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_XML_ELEMENTS = (
    ("AllowedHeader", "allowed_headers"),
    ("AllowedMethod", "allowed_methods"),
    ("AllowedOrigin", "allowed_origins"),
    ("ExposeHeader", "expose_headers"),
)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that S3 refuses, or may refuse.

    ``certain``: seen of S3, or in tests that were run against it; then ``code`` and ``message`` are S3's own (its
    message for a bad ExposeHeader does say AllowedHeader). Otherwise S3 may accept it: ``code`` is None and
    ``message`` is ours. ``rule`` is the index of the rule, None for the document as a whole; ``field`` the API name of
    the field, None for the rule as a whole; ``value`` what is wrong in it. ``why`` is where the fact comes from.
    """

    code: str | None
    message: str
    rule: int | None
    field: str | None
    value: str | None
    certain: bool
    why: str


def validate(rules: Sequence[CorsRule]) -> tuple[Violation, ...]:
    """All that PutBucketCors refuses or may refuse in these rules.

    First what refuses the document as a whole, then rule by rule as S3 checks them, then a doubt about its size.
    Values that are not known are never a violation; what is known beside them is judged.
    """
    found = [*_number_of_rules(rules)]
    for index, rule in enumerate(rules):
        found += _of_rule(index, rule)
    found += (*_repeated_rules(rules), *_repeated_ids(rules))
    found.sort(
        key=lambda each: -1 if each.rule is None else each.rule
    )  # stable: doubts about pairs of rules come after the rest
    return (*found, *_size(rules))


def document_size(rules: Sequence[CorsRule]) -> int:
    """Bytes of the XML document that an AWS SDK sends for the rules; of an unknown value, of what is known of it."""
    around = len('<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></CORSConfiguration>')
    return around + sum(_element_size("CORSRule", _rule_size(rule)) for rule in rules)


def _rule_size(rule: CorsRule) -> int:
    size = 0
    for element, attribute in _XML_ELEMENTS:
        values: TextList = getattr(rule, attribute)
        size += sum(_text_size(element, value) for value in (values if isinstance(values, tuple) else ()))
    if rule.id is not None:
        size += _text_size("ID", rule.id)
    if rule.max_age_seconds is not None:
        age = rule.max_age_seconds
        size += _text_size("MaxAgeSeconds", age if isinstance(age, Unknown) else str(age))
    return size


def _text_size(element: str, value: Text) -> int:
    text = value.prefix + value.suffix if isinstance(value, Unknown) else value
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _element_size(element, len(escaped.encode("utf-8", "surrogatepass")))


def _element_size(element: str, content: int) -> int:
    return len(f"<{element}></{element}>") + content if content else len(f"<{element} />")


def _number_of_rules(rules: Sequence[CorsRule]) -> Iterator[Violation]:
    if not rules:
        yield Violation("MalformedXML", MALFORMED, None, None, None, True, "recorded from S3")
    if len(rules) > MAX_RULES:
        why = "S3 API reference, PutBucketCors; the error is that of scality/cloudserver, which was tested against S3"
        yield Violation("InvalidRequest", TOO_MANY_RULES, None, None, str(len(rules)), True, why)


def _size(rules: Sequence[CorsRule]) -> Iterator[Violation]:
    size = document_size(rules)
    if size > MAX_DOCUMENT_BYTES:
        message = f"the rules are {size:,} bytes as XML, and S3 documents a limit of {MAX_DOCUMENT_BYTES:,}"
        yield Violation(None, message, None, None, str(size), False, "S3 API reference, PutBucketCors")


def _of_rule(index: int, rule: CorsRule) -> Iterator[Violation]:
    yield from _missing_lists(index, rule)
    for method in _texts(rule.allowed_methods):
        if method not in METHODS:
            message = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            why = "recorded from S3; for OPTIONS and the empty text quoted in public issues"
            yield Violation("InvalidRequest", message, index, "AllowedMethods", method, True, why)
    for origin in _texts(rule.allowed_origins):
        yield from _stars(index, "AllowedOrigin", origin, "S3's answer quoted in versitygw issue 1870")
    for header in _texts(rule.allowed_headers):
        yield from _stars(index, "AllowedHeader", header, "scality/cloudserver, which was tested against S3")
        yield from _allowed_header(index, header)
    for header in _texts(rule.expose_headers):
        yield from _exposed_header(index, header)
    yield from _id(index, rule.id)
    yield from _max_age(index, rule.max_age_seconds)
    yield from _unsendable(index, rule)
    yield from _repeated_values(index, rule)


def _missing_lists(index: int, rule: CorsRule) -> Iterator[Violation]:
    for name, values in (("AllowedMethods", rule.allowed_methods), ("AllowedOrigins", rule.allowed_origins)):
        if values == ():
            why = "S3's answer quoted in public issues; versitygw's tests, which were run against S3"
            yield Violation("MalformedXML", MALFORMED, index, name, None, True, why)


def _stars(index: int, element: str, value: str, why: str) -> Iterator[Violation]:
    if value.count("*") > 1:
        message = f'{element} "{value}" can not have more than one wildcard.'
        yield Violation("InvalidRequest", message, index, f"{element}s", value, True, why)


def _allowed_header(index: int, value: str) -> Iterator[Violation]:
    if not value:
        message = "an AllowedHeader is empty; it is not known whether S3 accepts that"
    elif not _TOKEN.fullmatch(value):
        message = "an AllowedHeader has a character that no header name has; it is not known whether S3 checks that"
    else:
        return
    why = "scality/cloudserver and versitygw disagree"
    yield Violation(None, message, index, "AllowedHeaders", value, False, why)


def _exposed_header(index: int, value: str) -> Iterator[Violation]:
    if "*" in value:
        message = f'ExposeHeader "{value}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
        why = "S3's answer quoted in NooBaa PR 8954 and neuroglancer issue 788"
        yield Violation("InvalidRequest", message, index, "ExposeHeaders", value, True, why)
    elif value and not _TOKEN.fullmatch(value):
        message = f'AllowedHeader "{value}" contains invalid character.'  # S3 says AllowedHeader here
        why = "tests of scality/cloudserver and versitygw, which were run against S3"
        yield Violation("InvalidRequest", message, index, "ExposeHeaders", value, True, why)
    elif not value:
        message = "an ExposeHeader is empty; it is not known whether S3 accepts that"
        yield Violation(None, message, index, "ExposeHeaders", value, False, "not documented")
    elif not _ALPHANUMERIC.fullmatch(value):
        message = "an ExposeHeader has other characters than letters, digits and hyphens; S3 may refuse that"
        yield Violation(
            None, message, index, "ExposeHeaders", value, False, "scality/cloudserver and versitygw disagree"
        )


def _id(index: int, value: Text | None) -> Iterator[Violation]:
    if value == "":
        message = "the ID is empty; S3 may take it as none"
        yield Violation(None, message, index, "ID", value, False, "scality/cloudserver takes it as none")
    elif isinstance(value, str) and len(value) > MAX_ID_LENGTH:
        message = f"the ID has {len(value)} characters, and S3 documents a limit of {MAX_ID_LENGTH}"
        yield Violation(None, message, index, "ID", value, False, "S3 API reference, CORSRule")


def _max_age(index: int, value: Seconds) -> Iterator[Violation]:
    if not isinstance(value, int):
        return
    if value < 0:
        message = "MaxAgeSeconds is negative; S3 seems to accept that, CloudFormation refuses it"
        why = "versitygw's tests; minimum 0 in CloudFormation's schema of AWS::S3::Bucket"
    elif value > MAX_SECONDS:
        message = f"MaxAgeSeconds is more than {MAX_SECONDS}, the largest number that AWS SDKs send"
        why = "service models of the AWS SDKs"
    else:
        return
    yield Violation(None, message, index, "MaxAgeSeconds", str(value), False, why)


def _unsendable(index: int, rule: CorsRule) -> Iterator[Violation]:
    """Characters that XML 1.0 does not have, not even escaped."""
    for name, value in rule.by_api_name():
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and _NOT_XML.search(text):
                message = f"{name} has a character that XML cannot carry, so it cannot be sent"
                yield Violation(None, message, index, name, text, False, "XML 1.0, section 2.2")


_REPEATED = "CloudFormation wants unique items; nothing is known of S3"


def _repeated_values(index: int, rule: CorsRule) -> Iterator[Violation]:
    for name, values in rule.by_api_name():
        known = [each for each in values if isinstance(each, str)] if isinstance(values, tuple) else []
        for value, times in Counter(known).items():
            if times > 1:
                message = f"{name} has the same value {times} times; CloudFormation refuses that"
                yield Violation(None, message, index, name, value, False, _REPEATED)


def _repeated_rules(rules: Sequence[CorsRule]) -> Iterator[Violation]:
    first: dict[CorsRule, int] = {}
    for index, rule in enumerate(rules):
        if any(True for _ in rule.unknowns()):
            continue  # equal unknowns may stand for unequal values
        if first.setdefault(rule, index) != index:
            message = f"the rule is the same as rule {first[rule]}; CloudFormation refuses that"
            yield Violation(None, message, index, None, None, False, _REPEATED)


def _repeated_ids(rules: Sequence[CorsRule]) -> Iterator[Violation]:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if isinstance(rule.id, str) and rule.id and first.setdefault(rule.id, index) != index:
            message = f"rule {first[rule.id]} has the same ID; IDs are documented as unique, S3 may not check it"
            yield Violation(None, message, index, "ID", rule.id, False, "S3 API reference, CORSRule")


def _texts(values: TextList) -> Iterator[str]:
    return (each for each in (values if isinstance(values, tuple) else ()) if isinstance(each, str))
