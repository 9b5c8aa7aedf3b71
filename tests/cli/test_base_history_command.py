"""``check --base`` where branch and target have merged each other, so that they left each other more than once."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_base_side_command import ASSETS, check, here, live, on_main, rule
from tests.repositories import Repository, repository, terraform

__all__ = ["here", "repository"]


def commit(here: Repository, day: int, *, merged: str | None = None) -> str:
    """A commit, or a merge, of a day: of several ancestors that are equally good git takes the latest first."""
    dates = {f"GIT_{who}_DATE": f"2026-01-{day:02}T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    here.git("add", "--all")
    if merged is None:
        here.git("commit", "--quiet", "--allow-empty", "--message", str(day), **dates)
    else:
        here.git("merge", "--quiet", "--no-ff", "--no-edit", merged, **dates)
    return here.git("rev-parse", "HEAD").strip()


@pytest.fixture(params=[2, 5], ids=["main last", "branch last"])
def crossed(here: Repository, request: pytest.FixtureRequest) -> Repository:
    """``main`` has narrowed what the branch opens again; each has merged the other before that."""
    on_main(here)
    here.write(main__tf=terraform(of='["*"]'), other="1")
    commit(here, 1)
    here.branch("opens")
    here.write(other="2")
    ours = commit(here, request.param)
    on_main(here)
    here.write(main__tf=terraform("app"))
    theirs = commit(here, 3)
    commit(here, 6, merged=ours)
    here.git("checkout", "--quiet", "opens")
    commit(here, 7, merged=theirs)
    here.write(main__tf=terraform(of='["*"]'))
    commit(here, 8)
    on_main(here)
    here.write(third="3")
    commit(here, 9)
    here.git("checkout", "--quiet", "opens")
    assert len(here.git("merge-base", "--all", "main", "HEAD").split()) == 2
    return here


def test_what_a_branch_puts_back_is_its_change_whichever_ancestor_comes_first(cli: Cli, crossed: Repository) -> None:
    before = crossed.git("count-objects", "--verbose")
    code, moves, report = check(cli, "--live", live(crossed, assets_prod=rule("app")))
    assert (code, moves) == (0, {ASSETS: "changes"})
    assert {"several-merge-bases", "branch-behind"} <= {each["id"] for each in report["diagnostics"]}
    assert check(cli, "--live", live(crossed, assets_prod=rule("app", "hot")))[:2] == (1, {ASSETS: "conflict"})
    assert crossed.git("count-objects", "--verbose") == before


def test_it_is_open_where_git_cannot_merge(cli: Cli, crossed: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.git_merge.Merging.merge_history", lambda *_: None)
    there = live(crossed, assets_prod=rule("app"))
    assert check(cli, "--live", there)[:2] == (3, {ASSETS: "undecided"})


@pytest.mark.parametrize(("depth", "expected"), [(4, (0, "changes")), (3, (3, "undecided"))])
def test_history_may_be_cut_off_behind_what_the_ancestors_have_in_common(
    cli: Cli, crossed: Repository, monkeypatch: pytest.MonkeyPatch, depth: int, expected: tuple[int, str]
) -> None:
    clone = crossed.folder.parent / "shallow"
    source = f"file://{crossed.folder}"
    crossed.git("clone", "--quiet", f"--depth={depth}", "--no-single-branch", "--branch=opens", source, str(clone))
    assert (clone / ".git" / "shallow").exists()
    monkeypatch.chdir(clone)
    code, moves, _ = check(cli, "--live", live(crossed, assets_prod=rule("app")), base="origin/main")
    assert (code, moves[ASSETS]) == expected
