"""Where the processor's time of reading goes, by part: python benchmarks/live_profile.py READER URL N

Every thread that the reader starts is profiled; what a built-in takes counts for who called it. The profiler makes
calls dearer than they are: the shares tell, not the sum. Only the processor's time counts, not waiting.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parent))

from live_readers import reader

PARTS = {
    "endpoint rules": ("botocore/endpoint_provider.py", "botocore/regions.py"),
    "signing": ("botocore/auth.py", "botocore/signers.py", "botocore/credentials.py", "hmac.py"),
    "request and response": ("botocore/awsrequest.py", "botocore/httpsession.py", "botocore/endpoint.py"),
    "building and parsing": tuple(f"botocore/{name}.py" for name in ("serialize", "parsers", "model", "validate")),
    "user agent": ("botocore/useragent.py",),
    "hooks": ("botocore/hooks.py", "botocore/handlers.py"),
    "rest of botocore": ("botocore/",),
    "urllib3, http.client, sockets": ("urllib3/", "http/client.py", "socket.py", "email/", "ssl.py"),
    "XML": ("xml/",),
    "this project": ("drift/",),
    "waiting for locks": ("threading.py", "queue.py", "selectors.py"),
    "executor": ("concurrent/",),
    "the benchmark": ("benchmarks/", "tests/"),
}


def part_of(file: str) -> str:
    for part, places in PARTS.items():
        if any(place in file for place in places):
            return part
    return "other Python"


def shares(profiles: list[cProfile.Profile]) -> Counter[str]:
    """Seconds by part."""
    spent: Counter[str] = Counter()
    stats = pstats.Stats(*profiles).stats  # type: ignore[attr-defined]
    for (file, _, _name), (_, _, own, _, callers) in stats.items():
        if file != "~":
            spent[part_of(file)] += own
        else:
            for (caller, _, _), (_, _, share, _) in callers.items():
                spent[part_of(caller)] += share
    return spent


def main() -> None:
    from tests.live.scale_fleet import Fleet

    kind, url, count = sys.argv[1:4]
    fleet = Fleet(int(count), regions=("us-east-1",))
    read = reader(kind, url, [fleet.name(index) for index in range(fleet.count)])
    profiles = [cProfile.Profile(time.thread_time)]

    def begin(frame: FrameType, event: str, argument: object) -> None:
        profile = cProfile.Profile(time.thread_time)
        profiles.append(profile)
        profile.enable()

    threading.setprofile(begin)
    profiles[0].enable()
    read()
    profiles[0].disable()
    spent = shares([each for each in profiles if each.getstats()])
    whole = sum(spent.values())
    print(json.dumps({part: seconds / whole for part, seconds in spent.most_common()}))


if __name__ == "__main__":
    main()
