"""Findings about what a pull request does to live rules."""

from __future__ import annotations

from drift.catalogue.kind import Family, Kind
from drift.location import Severity

_TAKING_OVER = (
    "Plain `cors-drift fix --adopt` has the code declare all that is live, and so takes back the pull request's own "
    "change as well. On its branch, name what was changed live: `--only AllowedOrigins=https://hotfix.example` for a "
    "value, `--rule live:2` for a rule."
)

KINDS = (
    Kind(
        "live-change-undone",
        "Deploying the pull request would undo a live change that it knows nothing of",
        Severity.ERROR,
        "Take the live change over into the pull request (on its branch: cors-drift fix --adopt --only FIELD=VALUE, "
        "of what was changed live), or have it undone on purpose: put live back first.",
        Family.PULL_REQUEST,
        meaning=(
            "Somebody changed the live rules, and deploying the pull request replaces all of them: what was changed "
            "live goes without a word. It changes the same bucket elsewhere, or it is what has the rules deployed: "
            "without it nothing would have touched them (`ignore_changes`, a CloudFormation template that stays as it "
            "is). The finding shows a request that live answers otherwise than the target branch and the pull request. "
            + _TAKING_OVER
        ),
        before=(
            "base  GET from https://app.example\n"
            "head  GET from https://app.example, https://new.example\n"
            "live  GET from https://app.example, https://hotfix.example"
        ),
        after=(
            "base  GET from https://app.example\n"
            "head  GET from https://app.example, https://new.example, https://hotfix.example\n"
            "live  GET from https://app.example, https://hotfix.example"
        ),
        security=5.0,
    ),
    Kind(
        "change-in-conflict",
        "The pull request and live have changed the same, and do not agree",
        Severity.ERROR,
        "Decide which of the two is meant, and have the pull request say it (on its branch, "
        "cors-drift fix --adopt --only FIELD=VALUE takes over what is named of live).",
        Family.PULL_REQUEST,
        meaning=(
            "Both moved away from what the target branch declares, in the same place, to different ends. Deploying "
            "replaces what is live by what the pull request says, or takes it away where that says that there are "
            "none. " + _TAKING_OVER
        ),
        before=(
            "base  GET from https://app.example\nhead  GET from https://new.example\nlive  GET from https://other.example"
        ),
        after=(
            "base  GET from https://app.example\nhead  GET from https://new.example\nlive  GET from https://app.example"
        ),
        security=5.0,
    ),
    Kind(
        "drift-untouched",
        "Live differed before the pull request, which does not touch it",
        Severity.WARNING,
        "Nothing for this pull request: see to it where the target branch is checked.",
        Family.PULL_REQUEST,
        meaning=(
            "Live is not what the target branch declares, and the pull request declares the same as the target "
            "branch. It is not blamed for that. Where deploying puts all rules back, it undoes what is live all the "
            "same, as the next deployment of anything else would."
        ),
        before=(
            "base  GET from https://app.example\nhead  GET from https://app.example\nlive  GET from https://other.example"
        ),
        after="base  GET from https://app.example\nhead  GET from https://app.example\nlive  GET from https://app.example",
        security=5.0,
    ),
    Kind(
        "drift-repaired",
        "The pull request repairs drift, or a part of it",
        Severity.WARNING,
        "Look at what deploying puts back.",
        Family.PULL_REQUEST,
        meaning=(
            "Live is not what the target branch declares, and the pull request brings the two closer: it takes over "
            "some of what is live and changes nothing else, while deploying the target branch would have put back the "
            "rest as well, or it has rules deployed of which none are live."
        ),
        before=(
            "base  GET from https://app.example\n"
            "head  GET from https://app.example, https://new.example\n"
            "live  no CORS configuration"
        ),
        after=(
            "base  GET from https://app.example\n"
            "head  GET from https://app.example, https://new.example\n"
            "live  GET from https://app.example"
        ),
    ),
    Kind(
        "live-adopted",
        "The pull request takes over what was changed live",
        Severity.INFO,
        "Nothing for what it takes over: once it is merged, code and live agree on that.",
        Family.PULL_REQUEST,
        meaning=(
            "Live is not what the target branch declares, and the pull request has all that was changed live. What it "
            "changes beside that is a finding of its own, `change-to-deploy`."
        ),
        before=(
            "base  GET from https://app.example\nhead  GET from https://other.example\nlive  GET from https://other.example"
        ),
        after=(
            "base  GET from https://other.example\nhead  GET from https://other.example\nlive  GET from https://other.example"
        ),
    ),
    Kind(
        "change-to-deploy",
        "The pull request changes what browsers may do",
        Severity.INFO,
        "Look at the request, and whether that is meant.",
        Family.PULL_REQUEST,
        meaning=(
            "What the pull request declares differs from what the target branch declares, which is what is live, or "
            "live was not read; or it has all that was changed live, and changes more beside that. That is what a pull "
            "request is for, and no drift."
        ),
        before=(
            "base  GET from https://app.example\nhead  GET, PUT from https://app.example\nlive  GET from https://app.example"
        ),
        after="base  GET from https://app.example\nhead  GET from https://app.example\nlive  GET from https://app.example",
    ),
    Kind(
        "change-without-effect",
        "The pull request changes rules that deploying leaves as they are",
        Severity.WARNING,
        "Have the code no longer ignore changes of the rules, or change the live rules by hand.",
        Family.PULL_REQUEST,
        meaning=(
            "The code says that deploying passes over the rules of a bucket that is there (`ignore_changes`), or that "
            "it stays as it is once it is no longer declared (`DeletionPolicy: Retain`, `removed` without `destroy`), "
            "so that what the pull request changes reaches no browser."
        ),
        before=(
            "lifecycle { ignore_changes = [cors_rule] }\n\n"
            "base  GET from https://app.example\nhead  GET, PUT from https://app.example"
        ),
        after="base  GET from https://app.example\nhead  GET, PUT from https://app.example",
    ),
    Kind(
        "rules-to-be-removed",
        "The pull request takes away rules that are live",
        Severity.WARNING,
        "Look at the request that will be refused, and whether that is meant.",
        Family.PULL_REQUEST,
        meaning=(
            "The pull request declares no rules for a bucket that has some, or no longer declares the bucket. Once "
            "deployed, browsers refuse every page what the rules let it do."
        ),
        before="base  GET from https://app.example\nhead  no rules\nlive  GET from https://app.example",
        after="base  GET from https://app.example\nhead  no rules\nlive  no CORS configuration",
    ),
    Kind(
        "settings-changed",
        "The pull request changes the settings, which do not count before it is merged",
        Severity.WARNING,
        "Look at what it changes. If its author may decide, name the file: cors-drift --config cors-drift.toml check.",
        Family.PULL_REQUEST,
        meaning=(
            "A settings file that is merely found comes with the pull request, and could have the check look away: "
            "another live side, ignored buckets, waivers, lower levels. With a base, the settings are therefore read "
            "as the target branch has them. A file that is named with `--config`, or that nobody committed, is the "
            "user's and counts."
        ),
        before="base  exit-zero is not set\nhead  exit-zero = true",
        after="base  exit-zero is not set\nhead  exit-zero is not set",
    ),
)
