"""A whole HCL file as python-hcl2 reads it and as it is read here, brought to one form: the judge of the cutting.

python-hcl2 has its own lexer, which finds strings, heredocs and comments by other means than ``parsers.terraform.scan``
does. What is compared: which blocks and arguments there are, from which character to which, and what tree the grammar
makes of each expression. A string or heredoc is compared by its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hcl2
from lark import Token as LarkToken
from lark import Tree

from parsers.terraform.cutter import BlockCut, body_of, cut
from parsers.terraform.grammar import Node, tables
from parsers.terraform.scan import ScanError
from parsers.terraform.templates import unescape
from parsers.terraform.tokens import NEWLINE, STRING, Token, tokens_of, with_parentheses

Form = tuple[Any, ...]
"""Arguments: ("=", name, start, end, expression); blocks: ("{", type, labels, start, end, items)."""


def as_python_hcl2_reads_it(source: str) -> list[Form]:
    """The items of a file by python-hcl2. Raises what python-hcl2 raises."""
    (body,) = (each for each in hcl2.parses_to_tree(source).children if isinstance(each, Tree))
    return [_judged(each, source) for each in _trees(body)]


def as_it_is_read_here(source: str) -> list[Form]:
    """The items of a file, every body cut and every expression read. Raises ScanError and UnexpectedTokenError."""
    return _cut(source, cut(source, 0, len(source)))


def _cut(source: str, items: Iterator[Any]) -> list[Form]:
    found: list[Form] = []
    for item in items:
        if isinstance(item, BlockCut):
            inner = _cut(source, body_of(source, item))
            found.append(("{", item.type, item.labels, item.start, item.end, inner))
        else:
            tokens = tokens_of(source, item.value, item.end)
            if not tokens:
                raise ScanError("an expression is missing", item.value)
            found.append(("=", item.name, item.start, tokens[-1].end, _read(tables().parse(with_parentheses(tokens)))))
    return found


def _read(node: Node | Token) -> Any:
    if isinstance(node, Token):
        return None if node.type == NEWLINE else node.text
    if node.name == "start":
        (body,) = node.children
        assert isinstance(body, Node)
        (argument, *_) = body.children
        assert isinstance(argument, Node)
        return _read(argument.children[-1])
    first = node.children[0] if node.children else None
    if node.name == "heredoc_template" and isinstance(first, Token):
        return ("string" if first.type == STRING else "heredoc", first.text)
    return _form(node.name, [_read(each) for each in node.children])


def _judged(tree: Tree[LarkToken], source: str) -> Form:
    leaves = [each for each in tree.scan_values(lambda _: True) if each.type != "NL_OR_COMMENT"]
    start, last = leaves[0].start_pos, leaves[-1].start_pos
    assert start is not None
    assert last is not None
    end = last + len(leaves[-1].rstrip("\r\n"))
    if tree.data == "attribute":
        name, *_, expression = tree.children
        return ("=", _only_text(name), start, end, _tree(expression, source))
    *words, body = _trees(tree)
    names = [_only_text(each) if each.data != "string" else unescape(_text(each, source)[1:-1]) for each in words]
    items = [_judged(each, source) for each in _trees(body)]
    return ("{", names[0], tuple(names[1:]), start, end, items)


def _tree(tree: Any, source: str) -> Any:
    if isinstance(tree, LarkToken):
        return None if tree.type == "NL_OR_COMMENT" else tree.strip()
    if tree.data == "string":
        return ("string", _text(tree, source))
    if tree.data in ("heredoc_template", "heredoc_template_trim"):
        return ("heredoc", str(tree.children[0]).rstrip("\r\n"))
    if tree.data in ("int_lit", "float_lit") and tree.children[0].startswith("-"):
        operand = (str(tree.data), tree.children[0][1:])
        return ("unary_op", "-", operand)
    if tree.data == "function_call":
        names = [_only_text(each) for each in _trees(tree) if each.data == "identifier"]
        rest = [_tree(each, source) for each in tree.children if getattr(each, "data", "") != "identifier"]
        kept = [each for each in rest if each != "::"]
        return _form("function_call", [("identifier", "::".join(names)), *kept])
    return _form(str(tree.data), [_tree(each, source) for each in tree.children])


def _form(name: str, children: list[Any]) -> Any:
    kept = [each for each in children if each is not None]
    if name == "new_line_or_comment":
        return None
    if name == "expr_term" and len(kept) == 1:
        return kept[0]
    return ("identifier" if name == "keyword" else name, *kept)


def _trees(tree: Tree[LarkToken]) -> list[Tree[LarkToken]]:
    return [each for each in tree.children if isinstance(each, Tree) and each.data != "new_line_or_comment"]


def _only_text(tree: Any) -> str:
    return str(tree.children[0])


def _text(tree: Any, source: str) -> str:
    return source[tree.meta.start_pos : tree.meta.end_pos]
