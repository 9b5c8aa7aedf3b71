"""What there is in a small AWS of the tests: keys, buckets, roles, an organization, stacks, and what was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

ONE_RULE = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin></CORSRule>"


@dataclass(frozen=True)
class Key:
    """Credentials that the server knows."""

    account: str
    access: str
    secret: str
    token: str | None = None
    arn: str = ""


@dataclass
class LiveBucket:
    """``rules`` is the inside of a CORSConfiguration, None for none; ``tags`` are what CloudFormation put there.

    A ``shy`` bucket's region stands in no redirect, only in the answer to HeadBucket.
    """

    account: str
    region: str = "us-east-1"
    rules: str | None = ONE_RULE
    tags: Mapping[str, str] = field(default_factory=dict)
    shy: bool = False


@dataclass
class Role:
    """A role that may be assumed by whoever gives its external id; ``lifetime`` of what it gives, in seconds."""

    external_id: str | None = None
    lifetime: int = 3600


@dataclass
class World:
    """All that there is. ``organization`` is account id to state; ``stacks`` (account, name) to logical and physical
    ids; ``config`` the rows of AWS Config; ``trail`` (account, region) to CloudTrail's events. ``page`` is how much any
    answer holds at most.
    """

    keys: dict[str, Key] = field(default_factory=dict)
    buckets: dict[str, LiveBucket] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    organization: dict[str, str] = field(default_factory=dict)
    stacks: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    config: list[Mapping[str, object]] = field(default_factory=list)
    trail: dict[tuple[str, str], list[Mapping[str, object]]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    page: int = 2

    def issue(self, role: str) -> Key:
        """New credentials of a role, recognisable and each time others."""
        account, name = role.split(":")[4], role.rpartition("/")[2]
        number = len(self.keys)
        key = Key(
            account,
            f"ASIA{number:04d}ASSUMED{account[-5:]}",
            f"secret-of-assumed-role-{number}-{account}",
            f"session-token-of-assumed-role-{number}-{account}",
            f"arn:aws:sts::{account}:assumed-role/{name}/session",
        )
        self.keys[key.access] = key
        return key


@dataclass(frozen=True)
class Question:
    """A request, as far as it matters for the answer; ``key`` is None where the signature names none that is known."""

    service: str
    operation: str
    region: str
    key: Key | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    bucket: str = ""

    @property
    def json(self) -> Mapping[str, object]:
        found: Mapping[str, object] = json.loads(self.body or b"{}")
        return found

    @property
    def form(self) -> Mapping[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Answered:
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/xml"
