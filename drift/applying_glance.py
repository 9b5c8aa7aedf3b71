"""One quick look at one bucket, in the caller's own thread: as little time as can be lies between it and a call."""

from __future__ import annotations

from drift.errors import CorsDriftError
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_client import Clients
from drift.fetchers.s3_outcome import from_answer, from_error, is_account
from drift.interfaces import Fetcher, Wanted
from drift.live_side import LiveSide
from drift.snapshot import Bucket


class Glance:
    """Looks with the session of a live side, which reads and does no more."""

    def __init__(self, side: LiveSide) -> None:
        fetcher: Fetcher = side.s3
        self._clients = Clients(fetcher.connection, side.aws) if isinstance(fetcher, S3Fetcher) else None

    def at(self, wanted: Wanted) -> Bucket | None:
        """What the bucket has, by one request; None where that does not tell, and it takes patience to find out."""
        if self._clients is None:
            return None
        credentials = wanted.account if self._clients.aws.has(wanted.account) else None
        owner = wanted.account if is_account(wanted.account) else None
        try:
            port = self._clients.port(credentials, self._clients.region(wanted.region))
            answer = port.read(wanted.name, owner)
            outcome = from_answer(answer, port.root())
        except CorsDriftError:
            return None
        except Exception as error:
            outcome = from_error(error, owner_sent=owner is not None)
        if not outcome.told:
            return None
        region = port.client.meta.region_name
        return Bucket(wanted.name, outcome.state, "s3", cors=outcome.cors, account=owner, region=region)
