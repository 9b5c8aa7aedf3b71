"""Git repositories for tests, in a folder of the test's own, with none of the machine's git settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

MAIN = """\
variable "origins" {{
  default = ["https://app.example"]
}}

resource "aws_s3_bucket" "assets" {{
  bucket = "{bucket}"
}}

resource "aws_s3_bucket_cors_configuration" "assets" {{
  bucket = aws_s3_bucket.assets.id
{rules}}}
"""


def terraform(*origins: str, bucket: str = "assets-prod", methods: str = '"GET"', of: str | None = None) -> str:
    """A bucket with a rule for each of the origins, or one whose origins are the expression ``of``."""
    lists = [of] if of is not None else [f'["https://{origin}.example"]' for origin in origins]
    rules = "".join(
        f"  cors_rule {{\n    allowed_methods = [{methods}]\n    allowed_origins = {each}\n  }}\n" for each in lists
    )
    return MAIN.format(bucket=bucket, rules=rules)


class Repository:
    """A repository with a branch ``main``, and whatever a test commits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")

    def git(self, *arguments: str, **environment: str) -> str:
        """What git prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        own |= {f"GIT_{who}_NAME": "Somebody" for who in ("AUTHOR", "COMMITTER")}
        own |= {f"GIT_{who}_EMAIL": "somebody@example.org" for who in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env={**kept, **own, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, **files: str) -> None:
        """Files by name; ``__`` stands for the dot, ``___`` for the slash."""
        for name, text in files.items():
            self.put(name.replace("___", "/").replace("__", "."), text)

    def put(self, path: str, text: str) -> None:
        """One file, by its path."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def commit(self, message: str = "more") -> str:
        """Everything that there is; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str = "change") -> None:
        """A new branch, checked out."""
        self.git("checkout", "--quiet", "-b", name)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """One that is the working folder, with a bucket on ``main`` and an empty branch ``change`` checked out."""
    made = Repository(tmp_path / "work")
    made.write(main__tf=terraform("app"))
    made.commit()
    made.branch()
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return made
