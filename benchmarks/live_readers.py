"""Readers of live CORS rules, one for each process, for read_live.py: python benchmarks/live_readers.py READER URL N

Prints one JSON object: the seconds from the first request to the last answer, and how many buckets had rules.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

REGION = "us-east-1"


def boto3_client(url: str, threads: int) -> Any:
    """As somebody who knows boto3 makes one: a connection for each thread, all else as it comes."""
    import boto3
    from botocore.config import Config

    config = Config(max_pool_connections=max(10, threads))
    return boto3.session.Session().client("s3", region_name=REGION, endpoint_url=url, config=config)


def boto3_read(client: Any, name: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        return bool(client.get_bucket_cors(Bucket=name)["CORSRules"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
            raise
        return False


def loop(url: str, names: Sequence[str]) -> Callable[[], int]:
    """What comes to mind first."""
    client = boto3_client(url, 1)
    return lambda: sum(boto3_read(client, name) for name in names)


def pool(url: str, names: Sequence[str], threads: int) -> Callable[[], int]:
    """What comes to mind next."""
    client = boto3_client(url, threads)

    def read() -> int:
        with ThreadPoolExecutor(threads) as executor:
            return sum(executor.map(lambda name: boto3_read(client, name), names))

    return read


def bare(url: str, names: Sequence[str], threads: int) -> Callable[[], int]:
    """A request by hand, signed by botocore's signer: no endpoint rules, no hooks, no models. The limit."""
    import urllib3
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import Session
    from defusedxml import ElementTree

    credentials = Session().get_credentials()
    http = urllib3.PoolManager(maxsize=threads, retries=False)

    def read_one(name: str) -> bool:
        request = AWSRequest(method="GET", url=f"{url}/{name}", params={"cors": ""})
        S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
        answer = http.request("GET", f"{url}/{name}?cors", headers=dict(request.headers.items()))
        return ElementTree.fromstring(answer.data).tag.endswith("CORSConfiguration")

    def read() -> int:
        with ThreadPoolExecutor(threads) as executor:
            return sum(executor.map(read_one, names))

    return read


def ours(url: str, names: Sequence[str], processes: int | None) -> Callable[[], int]:
    """This project, as a stream."""
    from drift.fetchers.s3 import S3Fetcher
    from drift.interfaces import Wanted
    from drift.snapshot import State

    fetcher = S3Fetcher(region=REGION, endpoint_url=url, processes=processes)
    assert fetcher.endpoint == url  # noqa: S101 - makes a client, as the others have made theirs

    def wanted() -> Iterator[Wanted]:
        return (Wanted(name, region=REGION) for name in names)

    def read() -> int:
        found = 0
        for bucket in fetcher.stream(wanted()):
            if bucket.state not in (State.CONFIGURED, State.ABSENT):
                raise SystemExit(f"{bucket.name}: {bucket.state}: {bucket.reason}")
            found += bucket.state is State.CONFIGURED
        return found

    return read


def reader(kind: str, url: str, names: Sequence[str]) -> Callable[[], int]:
    """``loop``, ``pool-THREADS``, ``bare-THREADS``, ``ours-PROCESSES`` or ``ours-default``."""
    name, _, number = kind.partition("-")
    if name == "loop":
        return loop(url, names)
    if name == "ours":
        return ours(url, names, None if number == "default" else int(number))
    return {"pool": pool, "bare": bare}[name](url, names, int(number))


def main() -> None:
    kind, url, count = sys.argv[1:4]
    from tests.live.scale_fleet import Fleet

    fleet = Fleet(int(count), regions=(REGION,))
    names = [fleet.name(index) for index in range(fleet.count)]
    read = reader(kind, url, names)
    start = time.perf_counter()
    found = read()
    print(json.dumps({"seconds": time.perf_counter() - start, "with_rules": found}))


if __name__ == "__main__":
    main()
