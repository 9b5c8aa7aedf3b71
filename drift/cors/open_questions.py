"""What is not known of S3 and could make it answer otherwise than ``evaluate`` says.

AWS documents none of these, and no recorded answer settles them; the models of other people disagree. The ids are
stable: they stand in reports.
"""

from __future__ import annotations

STAR_BESIDE_ORIGIN = "star-beside-origin"
WILDCARD_OVERLAP = "wildcard-overlap"
MAX_AGE_ZERO_SENT = "max-age-zero-sent"
MAX_AGE_NEGATIVE_SENT = "max-age-negative-sent"
REPEATED_VALUES = "repeated-values"
REPEATED_REQUEST_HEADERS = "repeated-request-headers"
PREFLIGHT_WITHOUT_METHOD = "preflight-without-method"
BAD_METHOD_WITHOUT_CORS = "bad-method-without-cors"
EMPTY_ORIGIN = "empty-origin"

OPEN_QUESTIONS = {
    STAR_BESIDE_ORIGIN: (
        "The rule allows the origin both by * and by another entry: "
        "S3 may answer with *, as taken here, or with the origin and credentials."
    ),
    WILDCARD_OVERLAP: (
        "A pattern matches only if the text before its * and the text after it may share characters: "
        "S3 is taken not to match it, and may match it."
    ),
    MAX_AGE_ZERO_SENT: (
        "The rule has MaxAgeSeconds 0: S3 may send Access-Control-Max-Age: 0, as taken here, or leave the header out."
    ),
    MAX_AGE_NEGATIVE_SENT: (
        "The rule has a negative MaxAgeSeconds: S3 may send it as it is, as taken here, or leave the header out."
    ),
    REPEATED_VALUES: (
        "The rule names a method or an exposed header twice: S3 may repeat it in its answer, as taken here, or not."
    ),
    REPEATED_REQUEST_HEADERS: (
        "The request names a header twice: S3 may repeat it in its answer, as taken here, or not."
    ),
    PREFLIGHT_WITHOUT_METHOD: (
        "The preflight has no Access-Control-Request-Method: S3 may refuse it with 400, as taken here, or with 403; "
        "no browser sends such a request."
    ),
    BAD_METHOD_WITHOUT_CORS: (
        "The preflight asks for a method that S3 does not know, of a bucket that has no rules or does not exist: "
        "S3 may refuse it with 400, as taken here, or with 403."
    ),
    EMPTY_ORIGIN: (
        "The Origin header is empty: S3 may take it as an origin, as done here, or as missing; "
        "no browser sends such a request."
    ),
}
"""Id to one sentence for the reader."""
