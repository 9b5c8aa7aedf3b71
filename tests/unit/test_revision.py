"""A commit as a tree: what is read of it, what is not, and that nothing in the repository has a say in it."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from drift.errors import CorsDriftError, InputError, TooLargeError, UsageError
from drift.git_objects import MAX_REVISION, MissingObjectError
from drift.git_objects import Repository as Objects
from drift.revision import RevisionTree
from drift.tree import DiskTree
from drift.work_tree import Tracked, WorkTree
from tests.repositories import Repository, repository

__all__ = ["repository"]


def tree_of(made: Repository, revision: str = "HEAD", folder: str = "") -> RevisionTree:
    objects = Objects(made.folder)
    commit = objects.commit(revision)
    assert commit is not None
    return RevisionTree(objects, commit, folder, DiskTree(made.folder / folder), objects.commit("HEAD"))


def fingerprint(folder: Path) -> dict[str, tuple[str, float]]:
    """Every file of a repository, those of git itself too, by content and time."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_files_are_read_as_the_commit_has_them_whatever_the_work_tree_holds(repository: Repository) -> None:
    repository.put("a/b/c.tf", "old")
    repository.commit()
    repository.put("a/b/c.tf", "new")
    repository.put("untracked.tf", "here only")
    tree = tree_of(repository)
    assert tree.read("a/b/c.tf") == b"old"
    assert tree.names("a") == ["b"]
    assert tree.names("") == ["a", "main.tf"]
    assert (tree.is_folder("a/b"), tree.is_file("a/b"), tree.is_file("a/b/c.tf")) == (True, False, True)
    assert (tree.is_folder(""), tree.is_file("untracked.tf"), tree.names("nowhere")) == (True, False, ())
    with pytest.raises(InputError, match="there is no such file"):
        tree.read("untracked.tf")
    with pytest.raises(InputError, match="not a regular file"):
        tree.read("a")


def test_a_folder_of_the_repository_can_be_the_root(repository: Repository) -> None:
    repository.put("infra/main.tf", "inside")
    repository.commit()
    tree = tree_of(repository, folder="infra")
    assert list(tree.walk()) == ["main.tf"]
    with pytest.raises(InputError, match="leads out of the tree"):
        tree.read("../main.tf")
    repository.git("rm", "-r", "--quiet", "infra")
    repository.commit()
    (repository.folder / "infra").mkdir()
    assert tree_of(repository, folder="infra").names("") == ()
    assert not tree_of(repository, folder="infra").is_folder("")


def test_a_walk_finds_what_it_finds_in_the_work_tree_also_what_is_committed_though_ignored(
    repository: Repository,
) -> None:
    for path in (
        "z.tf",
        "a/x.tf",
        "a/y.txt",
        "a-b/x.tf",
        "node_modules/m/x.tf",
        ".terraform/x.tf",
        "out/x.tf",
        "o/x.tf",
    ):
        repository.put(path, path)
    repository.put("o/.gitignore", "*.tf\n")
    repository.put(".gitignore", "/out/\n*.txt\n")
    (repository.folder / "link.tf").symlink_to("z.tf")
    (repository.folder / "folder-link").symlink_to("a")
    (repository.folder / "outside.tf").symlink_to("../elsewhere.tf")
    repository.git("add", "--force", "--all")
    repository.git("commit", "--quiet", "--message", "committed though ignored")
    (repository.folder.parent / "elsewhere.tf").write_text("x")
    on_disk: list[str] = []
    at_head: list[str] = []
    repository.put("out/untracked.tf", "x")
    repository.put("o/untracked.tf", "x")
    with Objects(repository.folder) as objects:
        tracked = Tracked.of([each.path for each in objects.index()])
    work_tree = WorkTree(repository.folder, tracked, {})
    assert list(tree_of(repository).walk(on_link=at_head.append)) == list(work_tree.walk(on_link=on_disk.append))
    assert {"out/x.tf", "o/x.tf", "a/y.txt"} < set(work_tree.walk())
    assert "outside.tf" in at_head
    assert at_head == on_disk
    assert list(tree_of(repository).walk("out")) == ["out/x.tf"]
    assert list(DiskTree(repository.folder).walk("out")) == ["out/untracked.tf", "out/x.tf"]


def test_links_are_followed_inside_the_tree_alone(repository: Repository) -> None:
    repository.put("real/main.tf", "content")
    links = {"in.tf": "real/main.tf", "folder": "real", "real/up.tf": "../main.tf", "out.tf": "../../etc/passwd",
             "absolute.tf": "/etc/passwd", "circle.tf": "circle.tf", "dangling.tf": "nowhere.tf",
             "two": "folder"}  # fmt: skip
    for name, target in links.items():
        (repository.folder / name).symlink_to(target)
    repository.commit()
    tree = tree_of(repository)
    assert tree.read("in.tf") == tree.read("folder/main.tf") == tree.read("two/main.tf") == b"content"
    assert tree.read("real/up.tf") == tree.read("main.tf")
    assert tree.is_folder("two")
    for name in ("out.tf", "absolute.tf", "circle.tf"):
        assert not tree.is_file(name)
        with pytest.raises(InputError, match="leads out of the tree"):
            tree.read(name)
    assert not tree.is_file("dangling.tf")
    assert tree.is_link("in.tf")
    assert not tree.is_link("main.tf")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\0b", "/main.tf"])
def test_no_path_leads_out(repository: Repository, path: str) -> None:
    tree = tree_of(repository)
    assert not tree.is_file(path)
    assert not tree.is_folder(path)
    assert tree.names(path) == ()
    with pytest.raises(InputError):
        tree.read(path)


HOSTILE_NAMES = ["--upload-pack=x.tf", "-rf.tf", "$(touch pwned).tf", "`touch pwned`.tf", "new\nline.tf", "tab\t.tf",
                 '"quoted".tf', "back\\slash.tf", "\u202egnol.tf", ";x|y&z.tf", "%0a::error::.tf"]  # fmt: skip


def test_names_of_files_are_only_names(repository: Repository) -> None:
    for name in HOSTILE_NAMES:
        repository.put(f"{name} d/{name}", name)
    (repository.folder / os.fsdecode(b"latin-\xe9.tf")).write_text("bytes")
    repository.commit()
    tree = tree_of(repository)
    for name in HOSTILE_NAMES:
        assert tree.read(f"{name} d/{name}") == name.encode()
    assert set(tree.walk()) == set(DiskTree(repository.folder).walk())
    assert not list(repository.folder.rglob("pwned"))


@pytest.mark.parametrize(
    "revision",
    ["-x", "--help", "--upload-pack=touch pwned", "^main", "a\nb", "main\0", "x" * (MAX_REVISION + 1), "\x1b[31m"],
)
def test_what_could_be_no_revision_is_refused(repository: Repository, revision: str) -> None:
    with Objects(repository.folder) as objects, pytest.raises(UsageError):
        objects.commit(revision)


@pytest.mark.parametrize(
    "revision",
    [
        "nowhere",
        "$(touch pwned)",
        "`touch pwned`",
        ";touch pwned",
        "main:main.tf",
        "main..HEAD",
        "main HEAD",
        "@{-1}x",
        "",
    ],
)
def test_what_is_no_commit_is_none(repository: Repository, revision: str) -> None:
    with Objects(repository.folder) as objects:
        assert objects.commit(revision) is None
    assert not (repository.folder / "pwned").exists()


def test_branches_with_hostile_names_are_branches(repository: Repository) -> None:
    for number, name in enumerate(
        ["a;touch${IFS}pwned", "$(touch${IFS}pwned)", "`x`", "a'b\"c", "x&y|z", "-in/-front"]
    ):
        commit = repository.commit(f"commit {number}")
        repository.git("update-ref", f"refs/heads/{name}", commit)
        with Objects(repository.folder) as objects:
            assert objects.commit(f"refs/heads/{name}") == commit
            if not name.startswith("-"):
                assert objects.commit(name) == commit
    assert not list(repository.folder.rglob("pwned"))


def test_nothing_is_touched_and_nothing_that_is_configured_is_run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = repository.folder.parent / "ran"
    script = repository.folder.parent / "script"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {marker}\ncat 2>/dev/null\n')
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    repository.put(".gitattributes", "*.tf filter=evil diff=evil merge=evil text eol=crlf\n")
    repository.put("x.tf", "one\ntwo\n")
    repository.commit()
    for key in ("core.fsmonitor", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process",
                "diff.evil.textconv", "diff.evil.command", "diff.external", "core.pager", "pager.cat-file",
                "core.editor", "core.sshCommand",
                "core.askPass", "gpg.program", "merge.evil.driver", "core.gitProxy", "alias.cat-file"):  # fmt: skip
        repository.git("config", key, str(script))
    hooks = repository.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "pre-auto-gc", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(script)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR", "PAGER"):
        monkeypatch.setenv(name, str(script))
    before = fingerprint(repository.folder)
    tree = tree_of(repository, "main~0")
    assert tree_of(repository).read("x.tf") == b"one\ntwo\n"
    assert list(tree.walk()) == ["main.tf"]
    with Objects(repository.folder) as objects:
        assert len(objects.merge_bases("HEAD", "main")) == 1
    assert not marker.exists()
    assert fingerprint(repository.folder) == before


def test_the_environment_does_not_lead_to_another_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repository(tmp_path / "other")
    other.put("main.tf", "another repository")
    other.commit()
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.folder / ".git" / "objects"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    assert b"aws_s3_bucket" in tree_of(repository, "main").read("main.tf")


def test_a_repository_that_is_a_part_of_the_tree_is_not_taken_for_it(repository: Repository, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    repository.git("clone", "--quiet", "--bare", str(repository.folder), str(plain / "inner"))
    with pytest.raises(CorsDriftError):
        Objects(plain / "inner")
    sub = repository.folder / "sub"
    sub.mkdir()
    with pytest.raises(UsageError, match="not the top of a git repository"):
        Objects(sub)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else_is_refused_with_gits_own_advice(repository: Repository) -> None:
    for path in (repository.folder, repository.folder / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(InputError, match="dubious ownership") as refused:
        Objects(repository.folder)
    assert refused.value.advice is not None
    assert "safe.directory" in refused.value.advice


def test_git_is_taken_from_the_search_path_and_never_from_the_tree(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = repository.folder / "git"
    trap.write_text("#!/bin/sh\ntouch ran\n")
    trap.chmod(0o755)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    assert tree_of(repository).is_file("main.tf")
    monkeypatch.setenv("PATH", str(repository.folder))
    from drift import git_objects

    git_objects.executable.cache_clear()
    with pytest.raises(CorsDriftError, match="git is not installed"):
        Objects(repository.folder)
    git_objects.executable.cache_clear()
    assert not (repository.folder / "ran").exists()


def test_a_file_that_is_too_large_is_refused_and_the_next_one_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.put("large.json", "x" * 5000)
    repository.put("small.json", "{}")
    repository.commit()
    monkeypatch.setattr("drift.revision.MAX_FILE_BYTES", 4999)
    tree = tree_of(repository)
    with pytest.raises(TooLargeError, match="5,000 bytes"):
        tree.read("large.json")
    assert tree.read("small.json") == b"{}"


def test_the_reader_ends_with_the_block_that_it_was_opened_in(repository: Repository) -> None:
    with Objects(repository.folder) as objects:
        commit = objects.commit("HEAD")
        assert commit is not None
        objects.folder(objects.root_of(commit))
        reader = objects._reader
        assert reader is not None
        assert reader.poll() is None
    assert reader.poll() is not None


def test_what_is_no_object_or_not_there_is_missing(repository: Repository) -> None:
    with Objects(repository.folder) as objects:
        for name in ("0" * 40, "main.tf", "HEAD", "x y\nz"):
            with pytest.raises(MissingObjectError):
                objects.content(name, 100)


def test_a_submodule_is_not_read_and_that_is_told(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "library")
    other.put("main.tf", "x")
    other.commit()
    repository.git("submodule", "--quiet", "add", str(other.folder), "vendor")
    repository.commit()
    tree = tree_of(repository)
    assert "vendor/main.tf" not in list(tree.walk())
    assert "vendor" in tree.passed_over
    assert not tree.is_folder("vendor")
    assert "submodule" in tree.unread["vendor"]
    with pytest.raises(InputError, match="submodule"):
        tree.read("vendor/main.tf")


def pointer_to(content: str) -> str:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"


def test_a_pointer_of_git_lfs_is_no_content(repository: Repository) -> None:
    repository.put("cors.json", pointer_to("before"))
    repository.commit()
    repository.put("cors.json", pointer_to("after"))
    repository.commit()
    repository.put("cors.json", "after")
    with pytest.raises(InputError, match="Git LFS"):
        tree_of(repository, "HEAD~1").read("cors.json")
    tree = tree_of(repository)
    assert tree.read("cors.json") == b"after"
    assert list(tree.borrowed) == ["cors.json"]
    repository.put("cors.json", pointer_to("after"))  # as a checkout without Git LFS leaves it
    assert tree_of(repository).read("cors.json") == pointer_to("after").encode()
    repository.put("cors.json", "by hand")
    with pytest.raises(InputError, match="Git LFS"):
        tree_of(repository).read("cors.json")


def test_what_a_filter_makes_is_read_where_head_has_it_alike_and_is_unknown_else(repository: Repository) -> None:
    repository.git("config", "filter.rot.clean", "tr a-z n-za-m")
    repository.put(".gitattributes", "[attr]hidden filter=rot\n*.tfvars hidden\nplain.tfvars -filter\n")
    for name in ("a.tfvars", "plain.tfvars", "b.tfvars", "sub/c.tfvars"):
        repository.put(name, "secret")
    repository.put("sub/.gitattributes", "c.tfvars !filter\n")
    repository.commit()
    repository.put("b.tfvars", "other")
    repository.commit()
    tree = tree_of(repository, "HEAD~1")
    assert tree.read("a.tfvars") == b"frperg"  # nothing is set up for the way back: git itself makes nothing of it
    repository.git("config", "filter.rot.smudge", "touch pwned")
    tree = tree_of(repository, "HEAD~1")
    assert tree.read("a.tfvars") == b"secret"
    assert tree.read("plain.tfvars") == tree.read("sub/c.tfvars") == b"secret"
    with pytest.raises(InputError, match="a filter makes the content"):
        tree.read("b.tfvars")
    assert (list(tree.unread), list(tree.borrowed)) == (["b.tfvars"], ["a.tfvars"])
    repository.put("a.tfvars", "by hand")
    with pytest.raises(InputError, match="a filter makes the content"):
        tree.read("a.tfvars")
    assert not (repository.folder / "pwned").exists()


def test_what_is_encrypted_in_git_is_not_read(repository: Repository) -> None:
    (repository.folder / "x.tfvars").write_bytes(b"\0GITCRYPT\0one")
    repository.commit()
    (repository.folder / "x.tfvars").write_bytes(b"\0GITCRYPT\0two")
    repository.commit()
    with pytest.raises(InputError, match="encrypted"):
        tree_of(repository, "HEAD~1").read("x.tfvars")


def test_what_head_commits_below_dot_terraform_is_of_head(repository: Repository) -> None:
    repository.put(".terraform/environment", "prod")
    repository.put(".terraform/modules/modules.json", "{}")
    repository.commit()
    repository.put(".terraform/modules/local/main.tf", "x")
    tree = tree_of(repository, "main")
    assert not tree.is_file(".terraform/environment")
    assert not tree.is_file(".terraform/modules/modules.json")
    assert tree.is_file(".terraform/modules/local/main.tf")
    with pytest.raises(InputError, match="there is no such file"):
        tree.read(".terraform/environment")


def test_what_a_partial_clone_left_out_is_not_fetched(repository: Repository, tmp_path: Path) -> None:
    repository.put("big.json", "{}")
    repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = Repository(tmp_path / "partial")
    clone.git("remote", "add", "origin", f"file://{repository.folder}")
    clone.git("fetch", "--quiet", "--filter=blob:none", "origin", "change")
    clone.git("update-ref", "refs/heads/main", "FETCH_HEAD")
    before = set(fingerprint(clone.folder / ".git" / "objects"))
    tree = tree_of(clone, "main")
    assert tree.is_file("big.json")
    with pytest.raises(InputError, match="--filter"):
        tree.read("big.json")
    assert set(fingerprint(clone.folder / ".git" / "objects")) == before


def test_what_is_there_is_read_after_what_a_partial_clone_left_out(repository: Repository, tmp_path: Path) -> None:
    repository.put("gone.tf", "left out")
    repository.commit()
    repository.git("rm", "--quiet", "gone.tf")
    repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    source = f"file://{repository.folder}"
    repository.git("clone", "--quiet", "--filter=blob:none", "--branch=change", source, str(clone))
    with Objects(clone) as objects:
        before, now = (objects.commit(revision) for revision in ("HEAD~1", "HEAD"))
        assert before is not None
        assert now is not None
        assert objects.is_partial
        left_out = objects.folder(objects.root_of(before))["gone.tf"].object
        there = objects.folder(objects.root_of(now))["main.tf"].object
        for _ in range(3):
            with pytest.raises(MissingObjectError):
                objects.content(left_out, 10_000)
            assert objects.content(there, 10_000).startswith(b"variable")
            assert "main.tf" in objects.folder(objects.root_of(now))
    assert not Objects(repository.folder).is_partial


@pytest.mark.parametrize("mode", [b"040000", b"40000"])
def test_modes_as_old_hosts_wrote_them_are_read(repository: Repository, mode: bytes) -> None:
    repository.put("infra/main.tf", "x")
    repository.commit()
    names = [bytes.fromhex(repository.git("rev-parse", f"HEAD:{path}").strip()) for path in ("infra", "main.tf")]
    listing = mode + b" infra\0" + names[0] + b"100600 main.tf\0" + names[1] + b"100664 more.tf\0" + names[1]
    made = repository.folder.parent / "listing"
    made.write_bytes(listing)
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", str(made)).strip()
    commit = repository.git("commit-tree", tree, "-m", "old").strip()
    assert list(tree_of(repository, commit).walk()) == ["infra/main.tf", "main.tf", "more.tf"]


def test_a_name_of_several_references_is_known_to_be_that(repository: Repository) -> None:
    with Objects(repository.folder) as objects:
        assert not objects.meanings("main")
        repository.git("tag", "main", "HEAD")
        assert not objects.meanings("main")  # of one commit
        repository.commit("more")
        repository.git("tag", "--force", "--annotate", "--message", "x", "main", "HEAD")
        assert list(objects.meanings("main")) == ["refs/heads/main", "refs/tags/main"]
        assert not objects.meanings("refs/heads/main")
        assert not objects.meanings("mai*")


def test_the_users_own_settings_say_whose_repositories_are_safe(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "settings").write_text("[marker]\n\tkey = kept\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "marker.count")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "kept too")
    with Objects(repository.folder) as objects:
        assert (objects.setting("marker.key"), objects.setting("marker.count")) == ("kept", "kept too")
        assert objects.setting("marker.none") is None


def test_what_git_does_not_have_is_taken_from_the_work_tree_if_it_is_of_the_surroundings(
    repository: Repository,
) -> None:
    repository.put(".gitignore", "*.tfvars\n.terraform/\n")
    repository.commit()
    repository.put("terraform.tfvars", "x = 1")
    repository.put("new.json", "{}")
    repository.put(".terraform/modules/modules.json", "{}")
    tree = tree_of(repository)
    assert tree.read("terraform.tfvars") == b"x = 1"
    assert tree.read(".terraform/modules/modules.json") == b"{}"
    assert tree.is_folder(".terraform/modules")
    assert tree.names(".terraform/modules") == ["modules.json"]
    assert tree.names("") == [".gitignore", ".terraform", "main.tf", "terraform.tfvars"]
    assert list(tree.borrowed) == ["terraform.tfvars", ".terraform/modules/modules.json"]
    assert not tree.is_file("new.json")


def test_a_variable_file_that_the_branch_brings_is_none_of_the_base(repository: Repository) -> None:
    repository.put("terraform.tfvars", "x = 1")
    assert not tree_of(repository, "main").is_file("terraform.tfvars")
    repository.put(".gitignore", "*.tfvars\n")
    repository.git("add", "--force", "--all")
    repository.commit()
    assert not tree_of(repository, "main").is_file("terraform.tfvars")
