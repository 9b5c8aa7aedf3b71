"""Settings files of strangers, broken outputs, odd files: nothing leaks, nothing is lost, nothing reads as drift."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, snapshot_file, write

RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
SPEC = "version: 1\nbuckets:\n  b-one:\n    - AllowedMethods: [GET]\n      AllowedOrigins: ['https://a.example']\n"


class TestSettingsFileThatIsFound:
    @pytest.mark.parametrize(
        "setting",
        [
            'endpoint-url = "http://127.0.0.1:1"',
            'profile = "x"',
            'root = "/"',
            'output = ["json=/tmp/x"]',
            'live = "cors.yaml"',
        ],
    )
    def test_cannot_send_credentials_away_nor_stand_in_for_s3_nor_lift_the_root_nor_write(
        self, cli: Cli, tmp_path: Path, setting: str
    ) -> None:
        write(tmp_path, cors__yaml=SPEC, **{"cors-drift__toml": setting})
        result = cli("check")
        assert result.code == 2
        assert "cors-drift.toml:1: " in result.err
        assert "does not count in a settings file that is merely found" in result.err

    @pytest.mark.parametrize("setting", ['var-file = ["/etc/passwd"]', 'parameters-file = ["a", "../b"]'])
    def test_cannot_reach_out_of_the_tree(self, cli: Cli, tmp_path: Path, setting: str) -> None:
        write(tmp_path, cors__yaml=SPEC, **{"cors-drift__toml": setting})
        result = cli("check")
        assert result.code == 2
        assert "leads out of the tree" in result.err

    def test_may_do_all_of_it_where_the_user_names_it(self, cli: Cli, tmp_path: Path) -> None:
        snapshot_file(tmp_path / "live.json", b_one=[RULE])
        write(tmp_path / "repo", cors__yaml=SPEC)
        config = 'live = "../live.json"\nroot = ".."\noutput = ["json=report.json"]\n'
        write(tmp_path / "conf", settings__toml=config)
        assert cli("--config", "conf/settings.toml", "check", "repo").code == 0
        assert (tmp_path / "conf" / "report.json").exists()

    @pytest.mark.parametrize("command", [["check", "--help"], ["schema", "config"], ["--version"]])
    def test_does_not_keep_help_from_being_shown(self, cli: Cli, tmp_path: Path, command: list[str]) -> None:
        write(tmp_path, **{"cors-drift__toml": "nonsense = 1\n"})
        assert cli(*command).code == 0

    def test_with_a_value_that_is_none_of_the_choices(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, **{"cors-drift__toml": 'format = "xml"\n'})
        assert "format must be one of terminal, json" in cli("check").err


def ended(folder: Path, script: str, **environment: str) -> tuple[int, str]:
    """Exit code and stderr of a shell script in which ``drift`` is this program."""
    program = f'drift() {{ "{sys.executable}" -P -m drift "$@"; }}; '
    result = subprocess.run(
        ["bash", "-c", program + script], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    return result.returncode, result.stderr


class TestBrokenSurroundings:
    @pytest.mark.parametrize(
        ("script", "code"),
        [
            ("drift declared cors.yaml >/dev/full", 2),
            ("drift check nowhere 2>/dev/full", 2),
            ("drift check nowhere --detailed-exitcode 2>/dev/full", 1),
            ("drift declared cors.yaml >&-", 0),
            ("CORS_DRIFT_DEBUG=1 drift declared cors.yaml >/dev/full", 2),
            ("mkdir gone; cd gone; rmdir ../gone; drift check ../cors.yaml", 2),
        ],
    )
    def test_a_broken_output_or_folder_never_reads_as_drift(self, tmp_path: Path, script: str, code: int) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full here")
        write(tmp_path, cors__yaml=SPEC)
        found, err = ended(tmp_path, script)
        assert found == code, err
        assert "defect" not in err

    def test_an_output_that_cannot_show_a_character_gets_it_written_out(self, tmp_path: Path) -> None:
        write(tmp_path, cors__yaml=SPEC.replace("a.example", "ä.example"))
        code, err = ended(tmp_path, "drift declared cors.yaml", PYTHONIOENCODING="ascii")
        assert (code, err) == (0, "")

    def test_a_module_that_cannot_be_imported_never_reads_as_drift(self, tmp_path: Path) -> None:
        write(tmp_path / "bad", typer__py="raise RuntimeError('no')")
        assert ended(tmp_path, "drift --version", PYTHONPATH=str(tmp_path / "bad"))[0] == 2

    def test_detailed_exit_codes_hold_for_a_settings_file_that_is_named(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, d__toml="detailed-exitcode = true\n")
        assert cli("--config", "d.toml", "check", "nowhere").code == 1
        assert cli("--config", "d.toml", "validate", "nowhere").code == 2


class TestOddFiles:
    def test_an_output_that_is_a_link_stays_one_and_a_device_is_written_to(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, cors__yaml=SPEC, real__json="before")
        (tmp_path / "link.json").symlink_to("real.json")
        assert cli("declared", "--output", "json=link.json", "--output", "json=/dev/null").code == 0
        assert (tmp_path / "link.json").is_symlink()
        assert json.loads((tmp_path / "real.json").read_text())["kind"] == "cors-drift/snapshot"
        assert not Path("/dev/null").is_file()

    @pytest.mark.parametrize("flag", ["--var-file", "--parameters-file"])
    def test_a_values_file_that_never_ends_is_refused(self, cli: Cli, tmp_path: Path, flag: str) -> None:
        os.mkfifo(tmp_path / "pipe")
        write(tmp_path, cors__yaml=SPEC)
        for path in ("pipe", "/dev/zero"):
            result = cli("declared", flag, path)
            assert result.code == 2
            assert f"error: {path}: this is not a regular file" in result.err

    def test_a_snapshot_is_known_however_its_keys_are_sorted_or_it_is_encoded(self, cli: Cli, tmp_path: Path) -> None:
        text = snapshot_file(tmp_path / "a.json", **{f"b_{n}": [RULE] for n in range(99)}).read_text()
        (tmp_path / "b.json").write_text(json.dumps(json.loads(text), sort_keys=True))
        (tmp_path / "c.json").write_text(text, encoding="utf-16")
        assert cli("compare", "a.json", "b.json").code == 0
        assert cli("compare", "a.json", "c.json").code == 0

    def test_a_key_that_stands_twice_in_a_snapshot_is_refused(self, cli: Cli, tmp_path: Path) -> None:
        path = snapshot_file(tmp_path / "a.json", b_one=[RULE])
        path.write_text(path.read_text().replace('"rules":', '"rules": [], "rules":'))
        result = cli("compare", "a.json", "a.json")
        assert result.code == 2
        assert "a key stands twice" in result.err


class TestSelection:
    def test_a_bucket_that_nobody_declares_is_a_slip_and_not_green(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, cors__yaml=SPEC)
        live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
        result = cli("check", "cors.yaml", "--live", live, "--bucket", "b-one", "--bucket", "b-onne")
        assert result.code == 2
        assert result.err == "error: --bucket b-onne: no bucket of this name was found\n  try: did you mean b-one?\n"

    def test_paths_that_overlap_declare_a_bucket_once(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path, cors__yaml=SPEC)
        live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
        report = cli("check", "cors.yaml", tmp_path, "--live", live, "--format", "json").json
        assert [bucket["findings"] for bucket in report["buckets"]] == [[]]

    def test_a_bare_rule_list_can_stand_for_what_is_live(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path / "code", cors__yaml=SPEC)
        write(tmp_path, live__json=json.dumps({"CORSRules": [RULE]}))
        assert cli("check", "code", "--live", "live.json").code == 0

    def test_the_root_is_no_limit_for_the_file_that_stands_for_s3(self, cli: Cli, tmp_path: Path) -> None:
        write(tmp_path / "code", cors__yaml=SPEC)
        live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
        assert cli("check", "code", "--root", "code", "--live", live).code == 0


@pytest.mark.parametrize(
    ("command", "kind"),
    [(["check", "nowhere"], "report"), (["compare", "no", "where"], "report"), (["declared", "nowhere"], "snapshot")],
)
def test_an_error_is_one_json_value_too(cli: Cli, command: list[str], kind: str) -> None:
    result = cli(*command, "--format", "json")
    assert result.code == 2
    assert result.json["kind"] == f"cors-drift/{kind}"
    assert [each["severity"] for each in result.json["diagnostics"]] == ["error"]
    assert result.err.startswith("error: ")


def test_a_name_at_the_start_of_a_line_is_no_command_to_a_runner(cli: Cli, tmp_path: Path) -> None:
    path = snapshot_file(tmp_path / "a.json", **{"::error::x": [RULE]})
    out = cli("compare", path, path).out
    assert not any(line.startswith("::") for line in out.splitlines())
