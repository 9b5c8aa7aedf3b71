"""``check --base`` as a user meets it: what is printed, exit codes, what may not go together, input of strangers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.accepting import accepting
from tests.cli.conftest import Cli, snapshot_file
from tests.repositories import Repository, repository, terraform
from tests.rules import rule

__all__ = ["repository"]

APP = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"]}
HOTFIX = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://hotfix.example"]}
ANY = """\
resource "aws_s3_bucket_cors_configuration" "any" {
  bucket = aws_s3_bucket.assets.id
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["*"]
  }
}
"""


@pytest.fixture
def here(cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The repository as the working folder of ``cli``."""
    monkeypatch.chdir(repository.folder)
    return repository


def live(repository: Repository, *rules: dict[str, list[str]]) -> Path:
    """What is live, in a file that lies outside of the repository."""
    return snapshot_file(repository.folder.parent / "live.json", assets_prod=list(rules))


def test_a_silent_revert_is_told_in_one_sentence_with_the_answers_of_all_sides(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app", "new"))
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX))
    assert result.code == 1
    assert "assets-prod  DRIFTED\n" in result.out
    assert (
        "  Live was changed, and the pull request knows nothing of it (GET from https://hotfix.example: allowed live, "
        "refused by the target branch, refused by the pull request): deploying undoes that.\n"
        "    asked: a request for GET from https://hotfix.example\n"
        "    target branch: refused\n"
        "    pull request: refused\n"
        "    live: allowed by rule 2" in result.out
    )
    assert result.out.rstrip().splitlines()[-1].startswith("Drift. 1 bucket: 1 drifted.")


def test_a_change_on_purpose_is_pending_and_no_drift(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app", "new"))
    result = cli("check", "--base", "main", "--live", live(here, APP))
    assert result.code == 0
    assert "assets-prod  pending\n" in result.out
    assert "deploying lets https://new.example GET.\n" in result.out
    assert "drift" not in result.out.lower()


@pytest.mark.parametrize("kind", ["json", "markdown", "html", "sarif", "junit", "github", "terminal"])
@pytest.mark.parametrize("rules", [[APP], [APP, HOTFIX], []])
def test_every_format_can_tell_it(cli: Cli, here: Repository, kind: str, rules: list[dict[str, list[str]]]) -> None:
    here.write(main__tf=terraform("app", "new"))
    result = cli("check", "--base", "main", "--live", live(here, *rules), "--format", kind)
    assert result.code == (1 if len(rules) == 2 else 0)
    assert result.out
    if kind == "json":
        assert result.json["buckets"][0]["pull_request"]["verdict"] in ("changes", "reverts", "repairs")


def test_a_side_that_could_not_be_read_keeps_its_own_state(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app", "new"))
    path = live(here, APP)
    document = json.loads(path.read_text())
    document["buckets"][0] |= {"state": "denied", "rules": [], "reason": "AccessDenied"}
    path.write_text(json.dumps(document))
    result = cli("check", "--base", "main", "--live", path, "--format", "json")
    (bucket,) = result.json["buckets"]
    assert (result.code, bucket["state"], bucket["pull_request"]["verdict"]) == (3, "denied", "undecided")
    assert bucket["pull_request"]["effects"]["head"] == "wider"


def test_offline_the_pull_request_is_read_by_what_it_means(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app").rpartition("resource")[0] + ANY)
    result = cli("check", "--base", "main", "--live", "none")
    assert result.code == 0
    assert "The pull request changes it: deploying " in result.out
    assert "live: not read" in result.out
    assert "live was not read: whether somebody changed it" in result.err
    assert "in sync" not in result.out.lower()
    assert cli("check", "--base", "main", "--live", "none", "--fail-on", "warning").code == 1


def test_offline_exit_codes_are_never_green_for_nothing(cli: Cli, here: Repository) -> None:
    assert cli("check", "--base", "main", "--live", "none").code == 0
    here.write(main__tf=terraform(of="[var.given]") + 'variable "given" {}\n')
    undecided = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert (undecided.code, undecided.json["buckets"][0]["pull_request"]["verdict"]) == (3, "undecided")
    here.git("rm", "--quiet", "--force", "main.tf")
    removed = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert (removed.code, removed.json["buckets"][0]["pull_request"]["verdict"]) == (0, "removal")
    here.commit()
    assert cli("check", "--base", "HEAD", "--live", "none").code == 4


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--live", "none"), "--live none leaves nothing to compare with"),
        (("--base", "main", "--wait", "5"), "--wait and --base exclude one another"),
        (("--base", "main", "--live", "none", "--all"), "--all and --blame read what is live"),
        (("--base", "nowhere"), "--base nowhere: there is no such revision or folder"),
        (("--base=-x",), "a revision starts with no dash"),
        (("--base=--help",), "a revision starts with no dash"),
        (("--base", "a\nb"), "a revision starts with no dash"),
    ],
)
def test_what_has_no_meaning_is_refused(cli: Cli, here: Repository, options: tuple[str, ...], told: str) -> None:
    result = cli("check", *options)
    assert result.code == 2
    assert told in result.err


def test_a_name_that_is_a_revision_and_a_path_must_be_one_of_them(cli: Cli, here: Repository) -> None:
    here.put("main/main.tf", terraform("app"))
    result = cli("check", "main.tf", "--base", "main", "--live", "none")
    assert result.code == 2
    assert "write ./main for the path, or refs/heads/main" in result.err
    assert cli("check", "main.tf", "--base", "./main", "--live", "none").code == 0
    assert cli("check", "main.tf", "--base", "refs/heads/main", "--live", "none").code == 0


def test_the_base_does_not_count_in_a_settings_file_that_is_merely_found(cli: Cli, here: Repository) -> None:
    here.put("cors-drift.toml", 'base = "HEAD"\n')
    result = cli("check", "--live", live(here, APP))
    assert result.code == 2
    assert "base does not count in a settings file that is merely found" in result.err
    assert cli("--config", "cors-drift.toml", "check", "--live", live(here, APP)).code == 0


def test_what_is_not_in_git_has_nothing_to_be_compared_with(cli: Cli, here: Repository) -> None:
    here.put("cdk.out/Stack.template.json", json.dumps({"Resources": {}}))
    result = cli("check", "cdk.out", "--base", "main", "--live", "none")
    assert result.code == 2
    assert "cdk.out is not in git" in result.err


def test_a_base_that_cannot_be_read_is_no_error_and_no_reason_to_call_a_bucket_new(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.write(main__tf='resource "aws_s3_bucket" {{{ broken')
    here.commit()
    here.git("checkout", "--quiet", "-b", "mends")
    here.write(main__tf=terraform("app"))
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    (bucket,) = result.json["buckets"]
    assert (result.code, bucket["state"]) == (3, "unresolved")
    assert "what main declares could not all be read" in bucket["reason"]
    told = {each["id"]: each["severity"] for each in result.json["diagnostics"]}
    assert told.pop("base-is-head") == "warning"
    assert set(told.values()) == {"warning"}
    in_sync = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert (in_sync.code, in_sync.json["verdict"]) == (0, "in_sync")


def test_a_submodule_that_declares_buckets_leaves_them_open(cli: Cli, here: Repository, tmp_path: Path) -> None:
    library = Repository(tmp_path / "library")
    library.write(main__tf=terraform("app", bucket="of-the-library"))
    library.commit()
    here.git("submodule", "--quiet", "add", str(library.folder), "vendor")
    here.commit()
    result = cli("check", "--base", "HEAD", "--live", "none", "--format", "json")
    found = {each["bucket"]: each for each in result.json["buckets"]}
    assert found["assets-prod"]["pull_request"]["verdict"] == "unchanged"
    assert found["of-the-library"]["state"] == "unresolved"
    assert "submodule" in found["of-the-library"]["reason"]
    assert result.code == 3


MODULE_CALL = 'module "cors" {\n  source  = "acme/cors/aws"\n  version = "1.0.0"\n}\n'
MANIFEST = {
    "Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {
            "Key": "cors",
            "Source": "registry.terraform.io/acme/cors/aws",
            "Version": "1.0.0",
            "Dir": ".terraform/modules/cors",
        },
    ]
}


def test_copies_of_remote_modules_are_taken_from_the_work_tree_and_that_is_told(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.put(".gitignore", ".terraform/\n")
    here.write(main__tf=terraform(of="module.cors.origins") + MODULE_CALL)
    here.commit()
    here.git("checkout", "--quiet", "-b", "more")
    here.write(main__tf=terraform(of='concat(module.cors.origins, ["https://new.example"])') + MODULE_CALL)
    here.commit()
    here.put(".terraform/modules/modules.json", json.dumps(MANIFEST))
    here.put(".terraform/modules/cors/main.tf", 'output "origins" {\n  value = ["https://app.example"]\n}\n')
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert result.json["buckets"][0]["pull_request"]["verdict"] == "changes"
    told = next(each for each in result.json["diagnostics"] if each["id"] == "base-borrowed")
    assert ".terraform/modules/modules.json" in told["message"]


def test_a_waiver_accepts_that_a_live_change_is_undone_while_head_and_live_stay(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app", "new"))
    app, new, hotfix = (rule(origins=f"https://{name}.example") for name in ("app", "new", "hotfix"))
    accepted = accepting(app, hotfix, on="assets-prod", kind="live-change-undone", declared=(app, new))
    waiver = f'finding = "live-change-undone"\nreason = "it was a mistake"\nowner = "web"\nrules = ["{accepted}"]\n'
    here.put("cors-drift.toml", f'[[waiver]]\nbucket = "assets-prod"\nexpires = 2999-01-01\n{waiver}')
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    assert (result.code, result.json["verdict"], result.json["summary"]["waived"]) == (0, "clean", 1)
    other = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://other.example"]}
    assert cli("check", "--base", "main", "--live", live(here, APP, HOTFIX, other)).code == 1
    here.write(main__tf=terraform("app", "newer"))
    assert cli("check", "--base", "main", "--live", live(here, APP, HOTFIX)).code == 1


HOSTILE = "https://$(touch pwned).`x`\n::error::\x1b[31m.example"


def test_text_of_strangers_reaches_no_shell_and_forges_nothing(cli: Cli, here: Repository) -> None:
    name = "weird $(touch pwned)\n::set-output name=x::y"
    here.git("checkout", "--quiet", "main")
    here.put(f"{name}/main.tf", terraform("app", bucket="hostile"))
    here.commit()
    branch = "b;touch${IFS}pwned"
    here.git("update-ref", f"refs/heads/{branch}", "main")
    here.git("checkout", "--quiet", "-b", "next")
    quoted = json.dumps(HOSTILE).replace("${", "$${")
    here.put(f"{name}/main.tf", terraform(of=f"[{quoted}]", bucket="hostile").replace("\\u001b", "\\u001b"))
    for kind in ("terminal", "github", "markdown"):
        result = cli("check", "--base", branch, "--live", "none", "--format", kind)
        assert result.code in (0, 1, 3)
        for stream in (result.out, result.err):
            assert "\x1b[31m" not in stream
            forged = [line for line in stream.splitlines() if line.startswith(("::set-output", "::error::\x1b"))]
            assert forged == []
    assert not list(here.folder.rglob("pwned"))


def test_a_base_that_names_an_option_of_git_runs_nothing(cli: Cli, here: Repository) -> None:
    for base in ("--output=pwned", "--upload-pack=touch pwned", "-Cpwned", "--exec-path=."):
        assert cli("check", f"--base={base}").code == 2
    assert (
        subprocess.run(["git", "status", "--porcelain"], cwd=here.folder, capture_output=True, text=True).stdout == ""
    )


def test_sensitive_values_of_the_base_are_hidden_too(cli: Cli, here: Repository) -> None:
    secret = 'variable "hidden" {\n  sensitive = true\n  default = "https://secret.example"\n}\n'
    here.git("checkout", "--quiet", "main")
    here.write(main__tf=terraform(of="[var.hidden]") + secret)
    here.commit()
    here.git("checkout", "--quiet", "-b", "reveals-nothing")
    here.write(main__tf=terraform("app"))
    for kind in ("terminal", "json", "markdown", "html", "github", "sarif", "junit"):
        result = cli("check", "--base", "main", "--live", live(here, APP), "--format", kind)
        assert "secret.example" not in result.out + result.err
