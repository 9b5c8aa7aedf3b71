"""What adopting means, in sentences: what browsers can do then, what hangs on it, and what is wanted at a place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from drift.cors.model import BucketCors, CorsRequest, Unknown
from drift.cors.prove import prove
from drift.cors.verdict import Effect, Shows, Witness
from drift.phrases import exposed, listed
from drift.settings import DeclaredSettings
from drift.snapshot import Bucket

_AGE = "Access-Control-Max-Age"


def effect_of(bucket: Bucket, wanted: BucketCors | None) -> tuple[Effect, tuple[str, ...]]:
    """What the wanted rules mean against those of the bucket, and that in sentences without full stops."""
    verdict = prove(bucket.cors, wanted, zero_is_unset=bucket.writes_max_age_zero)
    return verdict.effect, tuple(_sentence(each, wanted) for each in verdict.witnesses)


def _sentence(witness: Witness, wanted: BucketCors | None) -> str:
    request = witness.request
    who = f"{request.origin} {request.method}{_headers(witness, wanted)}"
    match witness.shows:
        case Shows.LIVE_ALLOWS:
            return f"adopting this lets {who}"
        case Shows.LIVE_REFUSES:
            return f"adopting this no longer lets {who}"
        case Shows.LIVE_REFLECTS_CREDENTIALS:
            return f"adopting this lets {who} with credentials"
        case Shows.LIVE_NO_LONGER_REFLECTS:
            return f"adopting this lets {who} only without credentials"
    shown, known = exposed(witness.live.headers), exposed(witness.declared.headers)
    answer = f"of the answer to {request.method}"
    if witness.shows is Shows.LIVE_EXPOSES_MORE:
        return f"adopting this lets {request.origin} read {listed(shown - known)} {answer}"
    if witness.shows is Shows.LIVE_EXPOSES_LESS:
        return f"adopting this no longer lets {request.origin} read {listed(known - shown)} {answer}"
    ours, theirs = (dict(side.headers).get(_AGE) for side in (witness.declared, witness.live))
    return _otherwise(request, ours, theirs)


def _otherwise(request: CorsRequest, ours: str | None, theirs: str | None) -> str:
    who = f"{request.method} from {request.origin}"
    if ours != theirs:
        times = (f"{seconds} s" if seconds is not None else "no set time" for seconds in (theirs, ours))
        return f"adopting this has browsers keep the preflight of {who} for {' instead of '.join(times)}"
    return f"adopting this has {who} answered otherwise"


def _headers(witness: Witness, wanted: BucketCors | None) -> str:
    names = witness.request.headers
    rule = witness.live.rule
    if wanted is not None and rule is not None and witness.shows is Shows.LIVE_ALLOWS:
        allowed = wanted.rules[rule].allowed_headers
        if isinstance(allowed, tuple) and "*" in allowed:
            return " with any header"
    return f" with {listed(set(names))}" if names else ""


def notes_on(bucket: Bucket) -> Iterator[str]:
    """What else a reader has to know of a declaration before adopting into it."""
    if bucket.identity is not None:
        yield f"which bucket it declares is known by this: {bucket.identity.says}"
    if bucket.left_alone is not None:
        yield f"deploying leaves live rules as they are ({bucket.left_alone}), before and after"


def shared_with_others(paths: Iterable[str], settings: DeclaredSettings) -> Iterator[str]:
    """That files are also read with other values than those of this run, which only their own files are for."""
    given = (*settings.variables, *settings.parameter_files)
    own = {os.path.realpath(each) for each in given if isinstance(each, Path)}
    shared = sorted({path for path in paths if os.path.realpath(path) not in own})
    if shared and (settings.workspace is not None or own):
        yield f"whatever is deployed from {listed(set(shared))} with other values gets this too: look at it first"


def rules_as_text(cors: BucketCors | None) -> str:
    """The wanted rules as the S3 API has them in JSON, for somebody to write down; an unknown value as it is known."""
    if cors is None:
        return "no rules"
    rules = [
        {name: _plain(value) for name, value in rule.by_api_name() if value is not None and value != ()}
        for rule in cors.rules
    ]
    return json.dumps(rules, indent=2, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return f"{value.prefix}(unknown: {value.reason}){value.suffix}" if isinstance(value, Unknown) else value
