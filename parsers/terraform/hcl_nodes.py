"""What stands in a node of the trees of python-hcl2's grammar."""

from __future__ import annotations

from parsers.terraform.grammar import Node
from parsers.terraform.tokens import Token

NAMES = ("get_attr", "short_index")
"""Steps by a name or by a number behind a dot."""


def only_names(splat: Node) -> bool:
    """Whether a splat is followed by names alone."""
    return all(each.name in NAMES for each in inner_nodes(splat))


def full_splat_of(base: Node) -> Node | None:
    """The full splat that an operand is, without parentheses around it."""
    inner = base.children[0]
    return inner if isinstance(inner, Node) and inner.name == "full_splat_expr_term" else None


def inner_nodes(node: Node) -> list[Node]:
    """The children that mean something: neither tokens nor space."""
    return [each for each in node.children if isinstance(each, Node) and each.name != "new_line_or_comment"]


def words_of(node: Node) -> list[str]:
    """The texts of its own tokens."""
    return [each.text for each in node.children if isinstance(each, Token)]


def token_type(each: Node | Token) -> str:
    """What a token is; nothing for a node."""
    return each.type if isinstance(each, Token) else ""


def word_of(node: Node) -> str:
    """The text of its first token."""
    return words_of(node)[0]
