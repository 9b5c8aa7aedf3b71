"""A file that is cut and read piece by piece is the file that python-hcl2 reads as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.terraform.grammar import UnexpectedTokenError
from parsers.terraform.scan import ScanError
from tests.law_numbers import tries
from tests.unit.parsers.terraform.whole_files import as_it_is_read_here, as_python_hcl2_reads_it

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.tf"))


def windows(source: str) -> str:
    return source.replace("\n", "\r\n")


def unchanged(source: str) -> str:
    return source


@pytest.mark.parametrize("lines", [unchanged, windows])
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_file_of_the_corpus_is_read_as_python_hcl2_reads_it(path: Path, lines: Callable[[str], str]) -> None:
    source = lines(path.read_text(encoding="utf-8"))
    assert as_it_is_read_here(source) == as_python_hcl2_reads_it(source)


NAMES = st.sampled_from(["a", "bucket", "for_each", "x-1", "_y", "E", "iffy"])
WORDS = ["x", " ", "}", "{", "#", "//", "/*", "*/", "<<E", "$ ", "$x", "% ", "'", r"\"", r"\\", r"\n", "$${x}", "☃"]
PLAIN = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)
COMMENT = st.sampled_from(['# c } " <<E\n', "// c ${ {\n", '/* c " } */\n', "/* two\nlines { */\n", "\n", "\n\n  "])


def quoted(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = PLAIN | inner.map("${{{}}}".format)
    return st.lists(part, max_size=3).map("".join).map('"{}"'.format)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    space = st.sampled_from(["", " ", "\n", " # ] }\n", '\n// "\n'])
    item = st.builds("{} = {}".format, NAMES, inner) | st.builds("({}) : {}".format, inner, inner)
    return st.one_of(
        quoted(inner),
        st.builds(
            "[{}{}]".format,
            space,
            st.lists(inner, max_size=3).flatmap(lambda all_: space.map(lambda by: f",{by}".join(all_))),
        ),
        st.lists(item, max_size=3).map("\n".join).map("{{\n{}\n}}".format),
        st.lists(item, max_size=3).map(", ".join).map("{{{}}}".format),
        st.builds("f({})".format, st.lists(inner, max_size=3).map(", ".join)),
        st.builds("({}{}{})".format, space, inner, space),
        st.builds("x.y[{}].z".format, inner),
        st.builds("[for v in {} : {} if {}]".format, inner, inner, inner),
        st.builds("{{for k, v in {} : k => {}...}}".format, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "==", "&&", "<", "/", "%"]), inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("-{}".format, NAMES) | st.builds("!({})".format, inner),
    )


LEAVES = st.sampled_from(["1", "2.5", "true", "null", "var.x", "a.b.*.c", "a[*].b", "each.value"]) | PLAIN.map(
    '"{}"'.format
)
NESTED = st.recursive(LEAVES, compound, max_leaves=6)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """An expression; hypothesis shows it by this short name."""
    return draw(NESTED)


ONE_LINE = expressions().filter(lambda text: "\n" not in text)
HEREDOCS = st.builds(
    "<<{dash}{marker}\n{lines}\n{marker}".format,
    dash=st.sampled_from(["", "-"]),
    marker=st.sampled_from(["E", "EOT", "A-B"]),
    lines=st.lists(
        st.sampled_from(["text", '"', "}", "{", "# no", "  EOTs", "E E", "$${x}", "it's", "/*", "", "<<F"])
        | ONE_LINE.map("a ${{{}}} b".format),
        max_size=4,
    ).map("\n".join),
)


def bodies(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    argument = st.builds("{} = {}".format, NAMES, expressions() | HEREDOCS)
    label = NAMES | st.sampled_from(['"l"', '"l }"', r'"\""', '"# {"'])
    header = st.builds("{} {}".format, NAMES, st.lists(label, max_size=3).map(" ".join))
    block = st.builds("{} {{\n{}\n}}".format, header, inner) | st.builds("{} {{}}".format, header)
    line = st.builds("{} {{ a = {} }}".format, header, ONE_LINE)
    return st.lists(st.one_of(argument, block, line, COMMENT), max_size=4).map("\n".join)


FILES = st.recursive(COMMENT, bodies, max_leaves=4)


@given(FILES)
@settings(max_examples=tries(1.5))
def test_any_file_is_read_as_python_hcl2_reads_it(source: str) -> None:
    source += "\n"
    assert as_it_is_read_here(source) == as_python_hcl2_reads_it(source)


@given(
    st.lists(
        st.sampled_from(['"', "${", "{", "}", "<<E\n", "E\n", "\n", "a", " = ", "#", "/*", "*/", "$", "[", ")", "\\"]),
        max_size=30,
    )
)
@settings(max_examples=tries(3))
def test_what_is_no_hcl_ends_in_a_fault_inside_the_text(pieces: list[str]) -> None:
    source = "".join(pieces)
    assert 0 <= fault_of(source) <= len(source)


def fault_of(source: str) -> int:
    """Where the first fault is told of, or the end."""
    try:
        as_it_is_read_here(source)
    except ScanError as error:
        return error.offset
    except UnexpectedTokenError as error:
        return len(source) if error.token is None else error.token.start
    return len(source)
