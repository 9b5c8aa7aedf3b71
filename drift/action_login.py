"""Who a token is: what carries our hidden line and was written by somebody else is none of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drift.github_answers import GitHubError
from drift.github_api import GitHub

DEFAULT_LOGIN = "github-actions[bot]"
"""Who writes with the token that every job has."""

_VIEWER = "query { viewer { login } }"


@dataclass(frozen=True, slots=True)
class Login:
    """``sure`` is False where nobody would tell and the usual one is assumed."""

    name: str
    sure: bool = True


def login_of(github: GitHub) -> Login:
    """Who writes with this token, as REST spells it.

    ``GET /user`` is closed to the token of a job and to those of Apps, and GraphQL answers them; REST calls an App
    ``name[bot]``, which nobody can sign up as.
    """
    for ask in (_by_graphql, _by_rest):
        try:
            user = ask(github)
        except GitHubError:
            continue
        if isinstance(user, dict) and isinstance(user.get("login"), str):
            return Login(user["login"])
    return Login(DEFAULT_LOGIN, sure=False)


def _by_graphql(github: GitHub) -> Any:
    return github.graphql(_VIEWER).get("viewer")


def _by_rest(github: GitHub) -> Any:
    return github.get("/user")
