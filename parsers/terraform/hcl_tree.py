"""The trees of python-hcl2's grammar to ``nodes``: its rules are told apart by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from drift.errors import InputError
from drift.location import Location
from parsers.terraform.grammar import Node, UnexpectedTokenError, tables
from parsers.terraform.hcl_nodes import NAMES, full_splat_of, inner_nodes, only_names, token_type, word_of, words_of
from parsers.terraform.limits import MAX_EXPRESSION_CHARACTERS
from parsers.terraform.nodes import (
    SPLAT_ITEM,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    Splat,
    Template,
    TupleNode,
    Unary,
    Unreadable,
)
from parsers.terraform.places import Text
from parsers.terraform.scan import ScanError
from parsers.terraform.templates import TemplateError, parse_template
from parsers.terraform.tokens import NEWLINE, STRING, Token, tokens_of, with_parentheses
from parsers.terraform.values import FALSE, NULL, TRUE, RefusalError, number

_HEREDOC_START = re.compile(r"<<(-?)([^\s]+)\r?\n")
_WORDS = {"true": TRUE, "false": FALSE, "null": NULL}
_INVALID = "this is no valid HCL: "
_ADVICE = "run `terraform fmt` on it to see what is wrong"


def read_expression(text: Text, start: int, end: int) -> Expression:
    """The expression between two offsets. Raises InputError with the place."""
    try:
        tokens = with_parentheses(tokens_of(text.source, start, end))
        if not tokens:
            raise InputError(f"{_INVALID}an expression is missing here", location=text.at(start, end), advice=_ADVICE)
        argument, *more = inner_nodes(inner_nodes(tables().parse(tokens))[0])
        if more:
            raise ScanError("a line break is needed after an argument", more[0].start)
        return _Reader(text).expression(inner_nodes(argument)[-1])
    except ScanError as error:
        place = text.at(error.offset, error.offset + 1)
        raise InputError(_INVALID + error.message, location=place, advice=_ADVICE) from error
    except UnexpectedTokenError as error:
        raise _unexpected(text, error.token, end) from error
    except RecursionError as error:
        raise InputError("this is nested too deep to be read", location=text.at(start, end)) from error


def value_end(text: Text, start: int, end: int) -> int:
    """The offset behind the last token between two offsets: comments and space after it are left out.

    Of what is too long to be read, only the space.
    """
    if end - start > MAX_EXPRESSION_CHARACTERS:
        return start + len(text.source[start:end].rstrip())
    try:
        tokens = tokens_of(text.source, start, end)
    except ScanError:
        return end
    return tokens[-1].end if tokens else end


def _unexpected(text: Text, token: Token | None, end: int) -> InputError:
    if token is None:
        return InputError(f"{_INVALID}this expression ends too early", location=text.at(end - 1, end), advice=_ADVICE)
    shown = "a line break" if token.type == NEWLINE else repr(token.text[:20])
    place = text.at(token.start, token.end)
    return InputError(f"{_INVALID}{shown} is not expected here", location=place, advice=_ADVICE)


class _Reader:
    """The trees of one text."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def _at(self, node: Node) -> Location:
        return self._text.at(node.start, node.end)

    def expression(self, node: Node) -> Expression:
        """Any expression rule."""
        read = _EXPRESSIONS.get(node.name)
        if read is None:
            return Unreadable(f"this program cannot read this expression ({node.name})", self._at(node))
        return read(self, node)

    def _term(self, node: Node) -> Expression:
        return self.expression(inner_nodes(node)[0])

    def _number(self, node: Node) -> Expression:
        try:
            return Literal(number(Decimal(word_of(node))), self._at(node))
        except RefusalError as error:
            return Unreadable(str(error), self._at(node))

    def _word_literal(self, node: Node) -> Expression:
        return Literal(_WORDS[word_of(node)], self._at(node))

    def _name(self, node: Node) -> Expression:
        return Name(word_of(node), self._at(node))

    def _string(self, node: Node) -> Expression:
        """A string or a heredoc: one token in the grammar's eyes."""
        at, raw = self._at(node), word_of(node)
        token = node.children[0]
        if isinstance(token, Token) and token.type == STRING:
            return self._template(raw[1:-1], node.start + 1, at, escapes=True, dedent=False)
        start = _HEREDOC_START.match(raw)
        if start is None:
            return Unreadable("this program cannot read this heredoc", at)
        body = raw[start.end() : raw.rindex("\n") + 1]
        return self._template(body, node.start + start.end(), at, escapes=False, dedent=bool(start[1]))

    def _template(self, body: str, start: int, at: Location, *, escapes: bool, dedent: bool) -> Expression:
        """``start`` is the offset of the template's text."""

        def read(inner: str, offset: int) -> Expression:
            return read_expression(self._text, start + offset, start + offset + len(inner))

        try:
            return Template(parse_template(body, read, escapes=escapes, dedent=dedent), at)
        except TemplateError as error:
            place = self._text.at(start + error.offset, start + error.offset + 1)
            raise InputError(error.message, location=place, advice="check the template in this string") from error

    def _tuple(self, node: Node) -> Expression:
        return TupleNode(tuple(self.expression(each) for each in inner_nodes(node)), self._at(node))

    def _object(self, node: Node) -> Expression:
        items = []
        last = None
        for element in inner_nodes(node):
            if last is not None and not re.search(r"[,\n]", self._text.source[last.end : element.start]):
                message = f"{_INVALID}a comma or a line break is missing here"
                raise InputError(message, location=self._at(element), advice=_ADVICE)
            key, value = inner_nodes(element)
            items.append((self._key(key), self.expression(value)))
            last = element
        return ObjectNode(tuple(items), self._at(node))

    def _key(self, node: Node) -> Expression:
        """A bare word is its own text; everything else is an expression."""
        inner = inner_nodes(node)[0]
        while inner.name == "expr_term" and len(inner.children) == 1 and isinstance(inner.children[0], Node):
            inner = inner.children[0]
        if inner.name == "keyword":
            raise InputError(f"{_INVALID}a for needs the name of a variable", location=self._at(inner), advice=_ADVICE)
        if inner.name in ("identifier", "literal_value"):
            return Template((word_of(inner),), self._at(inner))
        return self.expression(inner)

    def _call(self, node: Node) -> Expression:
        name, *rest = inner_nodes(node)
        args = tuple(self.expression(each) for each in inner_nodes(rest[0])) if rest else ()
        expand = bool(rest) and any(token_type(each) == "ELLIPSIS" for each in rest[0].children)
        return Call(word_of(name), args, expand, self._at(node))

    def _access(self, node: Node) -> Expression:
        base, step = inner_nodes(node)
        return self._step(self.expression(base), step, node.start)

    def _step(self, base: Expression, step: Node, start: int) -> Expression:
        """One ``.name``, ``[key]`` or ``.0`` after a base that begins at ``start``."""
        at = self._text.at(start, step.end)
        if step.name == "get_attr":
            return GetAttr(base, word_of(inner_nodes(step)[0]), at)
        if step.name == "short_index":
            return Index(base, Literal(number(Decimal(words_of(step)[-1])), at), at)
        return Index(base, self.expression(inner_nodes(step)[0]), at)

    def _full_splat(self, node: Node) -> Expression:
        return self._splatted(node, lambda each: each)

    def _splatted(self, node: Node, rest: Callable[[Expression], Expression]) -> Expression:
        """A full splat; all that follows belongs to it, ``rest`` of the elements and further splats included."""
        base, splat = inner_nodes(node)
        at = self._at(node)
        each: Expression = Name(SPLAT_ITEM, at)
        for step in inner_nodes(splat):
            each = self._step(each, step, node.start)
        each = rest(each)
        above = full_splat_of(base)
        if above is not None:
            return self._splatted(above, lambda inner: Splat(inner, each, at))
        return Splat(self.expression(base), each, at)

    def _attr_splat(self, node: Node) -> Expression:
        """``a.*.b[0]``: names and ``.0`` belong to the splat, what comes after them is taken of its result."""
        base, splat = inner_nodes(node)
        above = full_splat_of(base)
        if above is not None:
            return self._splatted(above, lambda each: self._of_attributes(each, splat, node))
        inner = base.children[0]
        if isinstance(inner, Node) and inner.name == "attr_splat_expr_term" and only_names(inner_nodes(inner)[1]):
            raise InputError(f"{_INVALID}a splat with .* holds no other", location=self._at(node), advice="write [*]")
        return self._of_attributes(self.expression(base), splat, node)

    def _of_attributes(self, base: Expression, splat: Node, node: Node) -> Expression:
        at, steps = self._at(node), inner_nodes(splat)
        each: Expression = Name(SPLAT_ITEM, at)
        while steps and steps[0].name in NAMES:
            each = self._step(each, steps.pop(0), node.start)
        result: Expression = Splat(base, each, at)
        for step in steps:
            result = self._step(result, step, node.start)
        return result

    def _unary(self, node: Node) -> Expression:
        return Unary(words_of(node)[0], self.expression(inner_nodes(node)[0]), self._at(node))

    def _binary(self, node: Node) -> Expression:
        """A chain of operators, which may be long: those on the left are read in a loop."""
        chain: list[Node] = []
        while node.name == "binary_op":
            chain.append(node)
            node = inner_nodes(node)[0]
        result = self.expression(node)
        for each in reversed(chain):
            operator, right = inner_nodes(inner_nodes(each)[1])
            result = Binary(word_of(operator), result, self.expression(right), self._at(each))
        return result

    def _conditional(self, node: Node) -> Expression:
        test, then, otherwise = (self.expression(each) for each in inner_nodes(node))
        return Conditional(test, then, otherwise, self._at(node))

    def _for(self, node: Node) -> Expression:
        intro, *rest = inner_nodes(node)
        *names, collection = inner_nodes(intro)
        words = [word_of(each) for each in names]
        condition = None
        if rest[-1].name == "for_cond":
            condition = self.expression(inner_nodes(rest.pop())[0])
        return For(
            key=words[0] if len(words) == 2 else None,
            value=words[-1],
            collection=self.expression(collection),
            result_key=self.expression(rest[0]) if node.name == "for_object_expr" else None,
            result=self.expression(rest[-1]),
            grouped=any(token_type(each) == "ELLIPSIS" for each in node.children),
            condition=condition,
            at=self._at(node),
        )


_EXPRESSIONS: dict[str, Callable[[_Reader, Node], Expression]] = {
    "expr_term": _Reader._term,
    "int_lit": _Reader._number,
    "float_lit": _Reader._number,
    "literal_value": _Reader._word_literal,
    "identifier": _Reader._name,
    "heredoc_template": _Reader._string,
    "tuple": _Reader._tuple,
    "object": _Reader._object,
    "function_call": _Reader._call,
    "get_attr_expr_term": _Reader._access,
    "index_expr_term": _Reader._access,
    "full_splat_expr_term": _Reader._full_splat,
    "attr_splat_expr_term": _Reader._attr_splat,
    "unary_op": _Reader._unary,
    "binary_op": _Reader._binary,
    "conditional": _Reader._conditional,
    "for_tuple_expr": _Reader._for,
    "for_object_expr": _Reader._for,
}
