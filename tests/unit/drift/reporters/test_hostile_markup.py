"""Text of others in Markdown and HTML: rendered, it is text, and the page is built as it is without the attack."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import html5lib
import pytest
from markdown_it import MarkdownIt

from drift.settings import Format
from tests.samples.hostility import HARMLESS, PAYLOADS
from tests.samples.rendering import attacked, obeyed, unharmed, unprintable

ATTACKS = sorted(PAYLOADS)
SHORT = [name for name in ATTACKS if not name.startswith("long")]
LINKS = {"href", "src", "action", "formaction", "xlink:href", "srcset", "style", "id", "class"}
QUIET = {"code", "pre", "kbd", "tt"}
"""Elements in which GitHub finds no mention, no link and no emoji."""

LIVELY = re.compile(
    r"(?<![\w`])@\w|(?<!\w)#\d|GH-\d|(?i:https?://\S|ftp://\S|www\.\w|mailto:\S|xmpp:\S)|\w@\w+\.\w|:[+\w-]+:(?!\S)"
)
"""What GitHub makes links, mentions and pictures of in text: its autolinks, mentions, references and emoji."""


def page(kind: Format, text: str) -> Element:
    """The tree that a browser makes of it; Markdown is rendered as GitHub does, tables and HTML included."""
    if kind is Format.MARKDOWN:
        text = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return html5lib.parse(text, namespaceHTMLElements=False)  # type: ignore[no-any-return]


@cache
def tree(kind: Format, attack: str) -> Element:
    return page(kind, attacked(kind, attack))


@cache
def plain(kind: Format) -> Element:
    return page(kind, unharmed(kind))


def elements(root: Element) -> Iterator[Element]:
    """Elements (and comments) in order, without what follows from the text: the pictures of who may do what, and which
    words of a sentence are set as code.
    """
    yield root
    for each in root:
        if each.attrib.get("class") != "access" and (each.tag != "code" or root.tag == "pre"):
            yield from elements(each)


def built(root: Element) -> list[tuple[str, list[str]]]:
    """What the page is built of: elements, with the names of their attributes."""
    return [(str(each.tag), sorted(each.attrib)) for each in elements(root)]


def texts(root: Element, quiet: bool = False) -> Iterator[str]:
    """The text outside of code."""
    for each in root:
        hidden = quiet or each.tag in (*QUIET, "script", "style")
        if not hidden:
            yield each.text or ""
        yield from texts(each, hidden)
        if not quiet:
            yield each.tail or ""


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("attack", SHORT)
def test_the_page_is_built_as_without_the_attack(attack: str, kind: Format) -> None:
    assert built(tree(kind, attack)) == built(plain(kind))


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_element_or_attribute_comes_from_the_attack(attack: str, kind: Format) -> None:
    root = tree(kind, attack)
    assert set(map(str, (each.tag for each in root.iter()))) <= set(map(str, (each.tag for each in plain(kind).iter())))
    known = {name for each in plain(kind).iter() for name in each.attrib}
    assert {name for each in root.iter() for name in each.attrib} <= known
    assert not [name for name in known if name.lower().startswith("on")]


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("attack", SHORT)
def test_no_link_picture_style_or_name_of_an_element_comes_from_the_attack(attack: str, kind: Format) -> None:
    root = tree(kind, attack)
    for one, other in zip(elements(root), elements(plain(kind)), strict=True):
        acting = [(name, value) for name, value in one.attrib.items() if name in LINKS]
        assert acting == [(name, value) for name, value in other.attrib.items() if name in LINKS]
        assert not [value for _, value in acting if HARMLESS in value]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_mentions_nobody_and_links_nowhere(attack: str) -> None:
    root = tree(Format.MARKDOWN, attack)
    assert {found[0] for text in texts(root) for found in LIVELY.finditer(text)} == set()


@pytest.mark.parametrize("attack", ATTACKS)
def test_scripts_and_styles_of_the_page_are_ours_alone(attack: str) -> None:
    root = tree(Format.HTML, attack)
    for tag in ("script", "style"):
        found, known = (list(each.iter(tag)) for each in (root, plain(Format.HTML)))
        assert len(found) == len(known)
        for one, other in zip(found, known, strict=True):
            if one.attrib.get("type", "").endswith("json"):
                json.loads(one.text or "")
            else:
                assert one.text == other.text


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_read_is_printable(attack: str, kind: Format) -> None:
    assert unprintable(attacked(kind, attack)) == set()
    assert unprintable("".join(tree(kind, attack).itertext())) == set()


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_runner_finds_no_command_in_the_page(attack: str, kind: Format) -> None:
    assert obeyed(attacked(kind, attack)) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_command_to_copy_is_one_command_of_a_shell(attack: str) -> None:
    found = ("".join(each.itertext()) for each in tree(Format.HTML, attack).iter("code"))
    commands = {text for text in found if text.startswith("curl ")}
    for command in sorted((each for each in commands if "…(" not in each), key=len)[-3:]:
        words = list(shlex.shlex(command, posix=True, punctuation_chars=True))
        assert not [word for word in words if set(word) <= set("();<>|&")]
        name, *options, address = shlex.split(command)
        assert name == "curl"
        assert set(options) & {"-o", "-K", "-T", "-d", "--data", "--output", "--config"} == set()
        assert re.fullmatch(r"https://[^/?#@\s]+/[^/?#@\s]*/?", address)
