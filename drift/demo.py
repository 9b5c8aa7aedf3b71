"""The main job with no account: the examples checked against an embedded S3 on loopback, over HTTP."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from drift.documents import rules_to_json, snapshot_from_json
from drift.errors import CorsDriftError, MissingExtraError
from drift.snapshot import Snapshot

_KEYS = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "us-east-1"}


def run() -> int:
    """Start moto's S3, put the examples' live rules there, run ``cors-drift check`` on the examples; its exit code.

    Raises ``MissingExtraError`` if moto is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="cors-drift-demo-") as folder, _own_environment(), _server() as url:
        examples = Path(folder).resolve() / "examples"
        shutil.copytree(_examples(), examples)
        client = _client(url)
        for path in sorted(examples.glob("*/live.json")):
            seed(client, snapshot_from_json(path.read_bytes(), path.name))
        command = ["check", "examples", "--endpoint-url", url]
        print(f"$ {shlex.join(['cors-drift', *command])}\n", flush=True)
        result = subprocess.run([sys.executable, "-P", "-m", "drift", *command], cwd=folder, check=False)  # noqa: S603
    return result.returncode


def seed(client: Any, live: Snapshot) -> None:
    """Make the buckets of a live snapshot, with its rules."""
    for bucket in live.buckets:
        assert isinstance(bucket.name, str)  # noqa: S101 - the examples' snapshots are ours
        client.create_bucket(Bucket=bucket.name)
        if bucket.cors is not None:
            rules = rules_to_json(bucket.cors.rules)
            client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration={"CORSRules": rules})


def _examples() -> Path:
    installed = resources.files("drift").joinpath("examples")
    for path in (Path(str(installed)), Path(__file__).parent.parent / "examples"):
        if path.is_dir():
            return path
    raise CorsDriftError("the examples are not where they were installed", advice="install cors-drift again, with pip")


def _client(url: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))


@contextmanager
def _server() -> Iterator[str]:
    try:
        from moto.server import ThreadedMotoServer
    except ImportError as error:
        raise MissingExtraError(
            "the demo needs an embedded S3, which is not installed", advice="pip install 'cors-drift[demo]'"
        ) from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line for each request is not what the demo shows
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _own_environment() -> Iterator[None]:
    """Nothing of the user's AWS set-up may reach the demo, and nothing of the demo's stays behind."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("AWS_", "CORS_DRIFT_", "TF_")):
            del os.environ[name]
    os.environ |= _KEYS | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
