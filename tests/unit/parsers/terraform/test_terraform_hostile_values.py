"""Expressions that would take a machine down: each ends as an unknown with its reason and place, beside good rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.snapshot import State
from tests.unit.parsers.terraform.hostile import GOOD, bad, configuration, good, read, why, written

DOUBLING = "\n".join(f'  l{n} = "${{local.l{n - 1}}}${{local.l{n - 1}}}"' for n in range(1, 64))
DOUBLING_LISTS = "\n".join(f"  m{n} = [local.m{n - 1}, local.m{n - 1}]" for n in range(1, 64))
DOUBLING_MAPS = "\n".join(f"  o{n} = {{ a = local.o{n - 1}, b = local.o{n - 1} }}" for n in range(1, 64))
LOCALS = (
    f'locals {{\n  l0 = "0123456789"\n{DOUBLING}\n  m0 = ["x"]\n{DOUBLING_LISTS}\n'
    f'  o0 = {{ x = "x" }}\n{DOUBLING_MAPS}\n}}\n'
)
LONG = "a" * 50 + "b"
ALIASES = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

TOO_MUCH = {
    "padding to a billion digits": '[format("%999999999d", 1)]',
    "padding a string": '[format("%999999999s", "x")]',
    "padding after the comma": '[format("%.999999999f", 1)]',
    "padding in a list": 'formatlist("%999999999d", [1, 2])',
    "doubling text": "[local.l63]",
    "doubling lists": "flatten(local.m63)",
    "doubling lists in json": "[jsonencode(local.m63)]",
    "doubling maps in json": "[jsonencode(local.o63)]",
    "doubling maps in yaml": "[yamlencode(local.o63)]",
    "comparing doubled maps": 'local.o63 == local.o62 ? ["a"] : ["b"]',
    "doubled lists as a set": "[for v in toset(local.m63) : jsonencode(v)]",
    "distinct doubled lists": "[for v in distinct(local.m63) : jsonencode(v)]",
    "a hash of a doubled text": "[sha512(local.l40)]",
    "a range of ten million": '[join("", range(10000000))]',
    "a range with a tiny step": '[join("", range(0, 1, 0.0000001))]',
    "for within for": '[join("", [for a in range(1000) : join("", [for b in range(1000) : "${a}${b}"])])]',
    "a template loop within a loop": '["%{ for a in range(1000) }%{ for b in range(1000) }${a}${b}%{ endfor }'
    '%{ endfor }"]',
    "a product of sets": '[join("", [for p in setproduct(range(1000), range(1000), range(1000)) : "x"])]',
    "a power set": "[jsonencode(setproduct([1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], "
    "[1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2]))]",
    "a replacement that doubles": '[replace(replace(replace(join("", range(9000)), "/[0-9]/", "$0$0$0$0$0$0$0$0"), '
    '"/[0-9]/", "$0$0$0$0$0$0$0$0"), "/[0-9]/", "$0$0$0$0$0$0$0$0")]',
    "a replacement of nothing": '[replace(join("", range(9000)), "", join("", range(9000)))]',
    "a power": "[pow(9, 999999999)]",
    "powers of powers": "[pow(pow(pow(9, 300), 300), 300)]",
    "a factorial by hand": f"[{' * '.join(['1e300'] * 500)}]",
    "a number of many digits": "[1e999999999]",
    "a number of many digits in json": '[jsondecode("1e999999999")]',
    "a number of many digits in text": '[tonumber("1e999999999") + 1]',
    "deep arrays in json": f'jsondecode("{"[" * 20000}{"]" * 20000}")',
    "deep objects in json": 'jsondecode(join("", [for i in range(20000) : "{\\"a\\":"]))',
    "deep lists in yaml": f'yamldecode("{"[" * 20000}{"]" * 20000}")',
    "aliases in yaml": f'yamldecode("a: &a [x]\\n{ALIASES}").i',
    "merged aliases in yaml": 'keys(yamldecode("a: &a {x: &x {<<: *a}}"))',
    "a pattern with nested stars": f'[regex("^(a*)*$", "{LONG}")]',
    "a pattern with nested choices": f'[regex("^(a|a|aa)+$", "{LONG}")]',
    "a pattern that repeats repeats": '[regex("((((a{1000}){1000}){1000}){1000})", "a")]',
    "chunks": "chunklist(range(1000000), 1)[0]",
    "deep flattening": "flatten(local.m60)",
    "a zip of ranges": "values(zipmap(range(1000000), range(1000000)))",
    "a csv of many columns": '[jsonencode(csvdecode(join(",", range(1000000))))]',
    "indenting": '[indent(999999999, "a\\nb\\nc")]',
    "a subnet list": 'cidrsubnets("10.0.0.0/8", [for i in range(1000000) : 8]...)',
}


@pytest.mark.parametrize("origins", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_would_take_the_machine_down_is_an_unknown_with_its_reason_and_place(tmp_path: Path, origins: str) -> None:
    snapshot = read(written(tmp_path, {"a.tf": LOCALS, "bad.tf": configuration(origins), "good.tf": GOOD}))
    good(snapshot)
    reason = why(bad(snapshot))
    assert ".tf:" in reason
    assert len(reason) < 500


OUTSIDE = {
    "an absolute path": 'file("/etc/passwd")',
    "a path that leads up": 'file("../secret.txt")',
    "a path that leads up after down": 'file("sub/../../secret.txt")',
    "a path from the module": 'file("${path.module}/../secret.txt")',
    "a path from the root": 'file("${path.root}/../secret.txt")',
    "a path from the working folder": 'file("${path.cwd}/secret.txt")',
    "a home folder": 'file("~/.aws/credentials")',
    "a link to a file outside": 'file("link.txt")',
    "a link to a folder outside": 'file("folder/secret.txt")',
    "a device": 'file("/dev/zero")',
    "a process file": 'file("/proc/self/environ")',
    "encoded": 'filebase64("../secret.txt")',
    "hashed": 'filesha256("../secret.txt")',
    "as a template": 'templatefile("../secret.txt", {})',
    "by a pattern": 'fileset("..", "*.txt")',
    "by a pattern that leads up": 'fileset(".", "../*.txt")',
    "by a link of folders": 'fileset("folder", "*.txt")',
    "whether it exists": 'tostring(fileexists("../secret.txt"))',
    "with a NUL": 'file("a\\u0000b")',
    "with a long name": f'file("{"x" * 5000}")',
}


@pytest.mark.parametrize("read_it", OUTSIDE.values(), ids=OUTSIDE)
def test_nothing_outside_of_the_tree_is_read_by_a_function(tmp_path: Path, read_it: str) -> None:
    (tmp_path / "secret.txt").write_text("s3cret")
    root = tmp_path / "root"
    written(root, {"bad.tf": configuration(f"flatten([{read_it}])"), "good.tf": GOOD, "sub/x.txt": ""})
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "folder").symlink_to(tmp_path)
    snapshot = read(root)
    good(snapshot)
    assert "s3cret" not in repr(snapshot)
    assert "bad.tf:" in why(bad(snapshot))


@pytest.mark.parametrize("size", [10**6 + 1, 10**9, 10**18, 10**30])
@pytest.mark.parametrize("how", ["count", "for_each", "module count", "dynamic"])
def test_a_repetition_of_millions_is_an_unknown_with_its_place(tmp_path: Path, how: str, size: int) -> None:
    many = {
        "count": f"  count = {size}\n",
        "for_each": f"  for_each = toset([for i in range({size}) : tostring(i)])\n",
        "dynamic": f'  dynamic "cors_rule" {{\n    for_each = range({size})\n    content {{\n'
        '      allowed_methods = ["GET"]\n      allowed_origins = [tostring(cors_rule.value)]\n    }\n  }\n',
        "module count": "",
    }[how]
    files = {
        "bad.tf": configuration('["x"]').replace('  bucket = "bad"\n', f'{many}  bucket = "bad"\n'),
        "good.tf": GOOD,
    }
    if how == "module count":
        files = {
            "bad.tf": f'module "m" {{\n  source = "./m"\n  count = {size}\n}}\n',
            "m/m.tf": configuration('["x"]'),
            "good.tf": GOOD,
        }
    snapshot = read(written(tmp_path, files))
    good(snapshot)
    assert bad(snapshot).state is State.UNKNOWN
    assert ".tf:" in str(bad(snapshot).reason)


def test_a_template_that_reads_itself_is_an_unknown(tmp_path: Path) -> None:
    files = {
        "bad.tf": configuration('[templatefile("t.tftpl", {})]'),
        "t.tftpl": 'x${templatefile("t.tftpl", {})}',
        "good.tf": GOOD,
    }
    snapshot = read(written(tmp_path, files))
    good(snapshot)
    assert "t.tftpl:1" in why(bad(snapshot))


@pytest.mark.parametrize("pattern", ["(a*)*c", "(a|a)*c", "(a|aa)+$", "((a+)+)+c", "(.*a){20}c", "(a?){30}a{30}c"])
def test_a_pattern_that_backtracks_gives_what_go_gives_or_an_unknown(tmp_path: Path, pattern: str) -> None:
    text = "a" * 40 + "b"
    replaced = configuration(f'[replace("{text}", "/{pattern}/", "x")]')
    snapshot = read(written(tmp_path, {"bad.tf": replaced, "good.tf": GOOD}))
    good(snapshot)
    found = bad(snapshot)
    assert found.cors is not None
    origins = found.cors.rules[0].allowed_origins
    assert origins == (text,) or "bad.tf:" in why(found)
