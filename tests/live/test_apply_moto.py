"""Restoring and undoing over HTTP against moto, and many buckets at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from drift import undo_file
from drift.applying import apply
from drift.interruption import Stop
from drift.live_side import LiveSide
from drift.pipeline import check
from drift.restoring import Fate, Reach, Restoration, restoration
from drift.settings import LiveSettings, Settings
from drift.undo import undoing
from tests.fixtures_s3 import MotoS3, quick_retries
from tests.live.applying_world import World, fates, world
from tests.live.cors_store import NEW, OLD, CorsStore, snapshot

__all__ = ["quick_retries", "world"]


STORED = [dict(rule) for rule in OLD]


def settings_for(url: str) -> Settings:
    return Settings(live=LiveSettings(endpoint_url=url, region="us-east-1", recheck=0.0))


def planned(folder: Path, url: str, declared: dict[str, Any]) -> Restoration:
    file = folder / "declared.json"
    file.write_text(snapshot(declared), encoding="utf-8")
    return restoration(check([file], settings_for(url)), Reach(url, "us-east-1"))


def rules_at(moto: MotoS3, bucket: str, client: Any = None) -> Any:
    from botocore.exceptions import ClientError

    client = client or moto.client()
    try:
        return client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
    return None if code == "NoSuchCORSConfiguration" else code


WHOLE = [
    {
        "ID": "it's <a> & 'b'",
        "AllowedHeaders": ["Authorization", "x-amz-*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedOrigins": ["https://a.example", "https://*.b.example"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 300,
    },
    *NEW,
]


def test_every_field_is_written_as_declared_and_undone_as_it_was(
    moto_s3: MotoS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    moto_s3.put("changed", STORED)
    moto_s3.put("deleted")
    moto_s3.put("extra", STORED)
    plan = planned(tmp_path, moto_s3.url, {"changed": WHOLE, "deleted": WHOLE, "extra": None})

    live = settings_for(moto_s3.url).live
    done = apply(plan, live, lambda _: True)

    assert set(fates(done).values()) == {Fate.DONE}
    assert (rules_at(moto_s3, "changed"), rules_at(moto_s3, "deleted")) == (WHOLE, WHOLE)
    assert rules_at(moto_s3, "extra") is None

    assert done.undo is not None
    back = apply(undoing(done.undo, settings_for(moto_s3.url)), live, lambda _: True)
    assert set(fates(back).values()) == {Fate.DONE}
    assert (rules_at(moto_s3, "changed"), rules_at(moto_s3, "extra")) == (STORED, STORED)
    assert rules_at(moto_s3, "deleted") is None


def test_a_signal_between_any_two_calls_to_moto_leaves_each_bucket_old_or_new_and_the_undo_file_whole(
    moto_s3: MotoS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.httpsession import URLLib3Session

    monkeypatch.chdir(tmp_path)
    old = {"none": None, "gone": STORED}
    new = {"none": WHOLE, "gone": None}
    for name, rules in old.items():
        moto_s3.put(name, rules)
    live = settings_for(moto_s3.url).live
    side = LiveSide(live)
    send = URLLib3Session.send
    plan = planned(tmp_path, moto_s3.url, new)
    assert len(plan.to_do) == 2
    client = moto_s3.client()

    at, interrupted = 0, True
    while interrupted:
        at += 1
        stop, count = Stop(), [0]

        def counted(session: Any, request: Any, stop: Stop = stop, count: list[int] = count, last: int = at) -> Any:
            count.append(len(count))
            is_last = count[-1] == last
            answer = send(session, request)
            if is_last:
                stop.signal = 2
            return answer

        with monkeypatch.context() as patched:
            patched.setattr(URLLib3Session, "send", counted)
            done = apply(plan, live, lambda _: True, stop=stop, side=side)
        interrupted = stop.signal is not None
        assert done.stopped == (130 if interrupted else None)
        found = {name: rules_at(moto_s3, name, client) for name in old}
        told = {name for name, fate in fates(done).items() if fate in (Fate.DONE, Fate.UNCONFIRMED)}
        assert found == {name: new[name] if name in told else old[name] for name in old}
        files = list(tmp_path.glob("cors-drift-undo-*.json"))
        assert len(files) == bool(told)
        for file in files:
            assert {each.name for each in undo_file.read(file).buckets} == set(old)
            apply(undoing(file, settings_for(moto_s3.url), side=side), live, lambda _: True, side=side)
            assert {name: rules_at(moto_s3, name, client) for name in old} == old
        for file in tmp_path.glob("cors-drift-undo-*.json"):
            file.unlink()
    assert at - 1 == 2 + 3 * 2


def test_the_printed_python_does_the_same(moto_s3: MotoS3, tmp_path: Path) -> None:
    moto_s3.put("changed", STORED)
    moto_s3.put("extra", STORED)
    plan = planned(tmp_path, moto_s3.url, {"changed": WHOLE, "extra": None})

    for each in plan.to_do:
        assert each.calls[0].boto3 is not None
        exec(each.calls[0].boto3, {})

    assert rules_at(moto_s3, "changed") == WHOLE
    assert rules_at(moto_s3, "extra") is None


@pytest.mark.skipif(shutil.which("aws") is None, reason="there is no AWS CLI here")
def test_the_printed_command_does_the_same(moto_s3: MotoS3, tmp_path: Path) -> None:
    moto_s3.put("changed", STORED)
    moto_s3.put("extra", STORED)
    plan = planned(tmp_path, moto_s3.url, {"changed": WHOLE, "extra": None})

    for each in plan.to_do:
        assert each.calls[0].aws_cli is not None
        subprocess.run(["sh", "-c", each.calls[0].aws_cli], env=os.environ, timeout=60, check=True)

    assert rules_at(moto_s3, "changed") == WHOLE
    assert rules_at(moto_s3, "extra") is None


BUCKETS = int(os.environ.get("CORS_DRIFT_RESTORED_BUCKETS", "60"))


def test_many_buckets_take_four_calls_each(world: World) -> None:
    """One to compare again before anybody is asked, one right before the call, the call, and one to read it back."""
    names = [f"bucket-{number:05}" for number in range(BUCKETS)]
    world.store.put(*names)
    plan = world.plan(dict.fromkeys(names, NEW))
    world.store.calls.clear()

    done = world.apply(plan)

    assert set(fates(done).values()) == {Fate.DONE}
    assert [call.method for call in world.store.calls].count("PUT") == BUCKETS
    assert len(world.store.calls) == 4 * BUCKETS
    assert done.undo is not None
    assert len(undoing(done.undo, world.settings).to_do) == BUCKETS


def test_the_sdk_of_a_writing_session_repeats_nothing_by_itself(
    world: World, aws_environment: pytest.MonkeyPatch
) -> None:
    from drift.fetchers.writing import Answer, Place, Writer

    aws_environment.setenv("AWS_MAX_ATTEMPTS", "9")
    aws_environment.setenv("AWS_RETRY_MODE", "adaptive")
    world.store.put("one")
    writer = Writer(LiveSide(world.live).aws)
    for trouble in ({"reset": True}, {"error": (500, "InternalError")}, {"error": (503, "SlowDown")}):
        world.store.trouble("one", "PUT", **trouble)
        assert writer.write(Place("one", "us-east-1"), world.plan({"one": NEW}).buckets[0].after).answer in (
            Answer.LOST,
            Answer.AGAIN,
        )
    assert len(world.store.writes()) == 3


def test_nothing_listens_there_and_nothing_is_written(world: World) -> None:
    from drift.fetchers.writing import Answer, Place, Writer

    with CorsStore() as gone:
        url = gone.url
    writer = Writer(LiveSide(LiveSettings(endpoint_url=url, region="us-east-1")).aws)
    assert writer.write(Place("one"), None).answer is Answer.AGAIN
