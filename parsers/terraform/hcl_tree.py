"""python-hcl2's typed rules to ``nodes``. ``syntax`` makes the tree; here its rules are told apart by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drift.errors import InputError
from drift.location import Location
from parsers.terraform.nodes import (
    SPLAT_ITEM,
    Attribute,
    Binary,
    Block,
    Call,
    Conditional,
    Expression,
    File,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    Part,
    Splat,
    Template,
    TupleNode,
    Unary,
    Unreadable,
)
from parsers.terraform.templates import TemplateError, parse_template, unescape
from parsers.terraform.values import FALSE, NULL, TRUE, RefusalError, number

_BARE_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_HEREDOC = re.compile(r"<<(-?)([^\s]+)[ \t]*\r?\n(.*?)^[ \t]*\2\s*\Z", re.DOTALL | re.MULTILINE)
_WORDS = {"true": TRUE, "false": FALSE, "null": NULL}

ParseExpression = Callable[[str, str, int, int], Expression]


class TreeReader:
    """The tree of one source text; ``line`` and ``column`` are where the text starts in its file.

    ``nested`` says that the first line of the text is not the file's. ``parse`` reads an expression inside a template:
    path, source, line, column.
    """

    def __init__(
        self, path: str, source: str, parse: ParseExpression, line: int = 0, column: int = 0, *, nested: bool = False
    ) -> None:
        self._path = path
        self._source = source
        self._parse = parse
        self._nested = nested
        self._first_line = line
        self._first_column = column

    def file(self, tree: Any) -> File:
        """The file that python-hcl2's start rule stands for. Raises InputError."""
        try:
            attributes, blocks = self._body(_rules(tree)[0])
        except TemplateError as error:
            raise InputError(error.message, location=Location(self._path)) from error
        except RecursionError as error:
            raise InputError("this is nested too deep to be read", location=Location(self._path)) from error
        return File(self._path, blocks, attributes)

    def _at(self, rule: Any) -> Location:
        meta = rule._meta
        if meta.empty:
            return Location(self._path)
        first_text_line = 2 if self._nested else 1
        column = meta.column + (self._first_column if meta.line == first_text_line else 0)
        return Location(self._path, meta.line + self._first_line, self._end_line(meta) + self._first_line, column)

    def _end_line(self, meta: Any) -> int:
        """The line of the last character: heredocs end after their newline, which is not theirs to show."""
        ended: int = meta.end_line
        return ended - 1 if meta.end_column == 1 and ended > meta.line else ended

    def _body(self, body: Any) -> tuple[dict[str, Attribute], tuple[Block, ...]]:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for rule in _rules(body):
            kind = rule.lark_name()
            if kind == "attribute":
                name = _word(rule.children[0])
                at = self._at(rule)
                if name in attributes:
                    raise InputError(f'the attribute "{name}" is given twice', location=at, advice="keep one of them")
                attributes[name] = Attribute(name, self.expression(rule.children[2]), at)
            elif kind == "block":
                blocks.append(self._block(rule))
        return attributes, tuple(blocks)

    def _block(self, rule: Any) -> Block:
        words = [each for each in _rules(rule) if each.lark_name() in ("identifier", "string")]
        names = [_word(each) if each.lark_name() == "identifier" else self._label(each) for each in words]
        body = next(each for each in _rules(rule) if each.lark_name() == "body")
        attributes, blocks = self._body(body)
        return Block(names[0], tuple(names[1:]), attributes, blocks, self._at(rule))

    def _label(self, rule: Any) -> str:
        return unescape(self._raw(rule)[1:-1])

    def _raw(self, rule: Any) -> str:
        return self._source[rule._meta.start_pos : rule._meta.end_pos]

    def expression(self, rule: Any) -> Expression:
        """Any expression rule."""
        kind = rule.lark_name()
        read = _EXPRESSIONS.get(kind)
        if read is None:
            return Unreadable(f"this program cannot read this expression ({kind})", self._at(rule))
        return read(self, rule)

    def _term(self, rule: Any) -> Expression:
        return self.expression(_rules(rule)[0])

    def _number(self, rule: Any) -> Expression:
        try:
            return Literal(number(Decimal(self._raw(rule))), self._at(rule))
        except RefusalError as error:
            return Unreadable(str(error), self._at(rule))

    def _word_literal(self, rule: Any) -> Expression:
        return Literal(_WORDS[self._raw(rule).strip()], self._at(rule))

    def _name(self, rule: Any) -> Expression:
        return Name(_word(rule), self._at(rule))

    def _string(self, rule: Any) -> Expression:
        at = self._at(rule)
        contents = [part.children[0] for part in _rules(rule)]
        for each in contents:
            said = str(getattr(each, "value", ""))
            if "\n" in said or (each.lark_name() != "STRING_CHARS" and _BARE_QUOTE.search(said)):
                # python-hcl2 looks for the brace that closes an escaped `$${` beyond the end of the string.
                advice = 'a line break is written \\n; write "$$" and "{" apart with format()'
                raise InputError("this string cannot be told from what follows it", location=at, advice=advice)
        if all(each.lark_name() in ("STRING_CHARS", "interpolation") for each in contents):
            parts: list[Part] = []
            for each in contents:
                if each.lark_name() == "interpolation":
                    parts.append(self.expression(_rules(each)[0]))
                else:
                    parts.append(self._unescaped(str(each.value), at))
            return Template(tuple(parts), at)
        raw = self._raw(rule)
        return self._template(raw[1:-1], rule._meta.start_pos + 1, at, escapes=True, dedent=False)

    def _unescaped(self, content: str, at: Location) -> str:
        try:
            return unescape(content)
        except TemplateError as error:
            raise InputError(error.message, location=at, advice='write a backslash as "\\\\"') from error

    def _heredoc(self, rule: Any) -> Expression:
        at = self._at(rule)
        raw = self._raw(rule)
        match = _HEREDOC.match(raw)
        if match is None:
            return Unreadable("this program cannot read this heredoc", at)
        body = match[3].replace("\r\n", "\n") if "\r" in match[3] else match[3]
        start = rule._meta.start_pos + match.start(3)
        return self._template(body, start, at, escapes=False, dedent=bool(match[1]))

    def _template(self, body: str, start: int, at: Location, *, escapes: bool, dedent: bool) -> Expression:
        """A template read by our own reader; ``start`` is its offset in the source, for the places inside."""

        def read(inner: str, offset: int) -> Expression:
            before = self._source[: start + offset]
            line = before.count("\n") + 1 + self._first_line
            return self._parse(self._path, inner, line, len(before) - before.rfind("\n"))

        try:
            return Template(parse_template(body, read, escapes=escapes, dedent=dedent), at)
        except TemplateError as error:
            raise InputError(error.message, location=at, advice="check the template in this string") from error

    def _tuple(self, rule: Any) -> Expression:
        return TupleNode(tuple(self.expression(each) for each in _rules(rule)), self._at(rule))

    def _object(self, rule: Any) -> Expression:
        items = []
        for element in _rules(rule):
            key, value = _rules(element)
            items.append((self._key(key), self.expression(value)))
        return ObjectNode(tuple(items), self._at(rule))

    def _key(self, rule: Any) -> Expression:
        """A bare word is its own text; everything else is an expression."""
        inner = _rules(rule)[0]
        while inner.lark_name() == "expr_term" and len(_rules(inner)) == 1 and not self._raw(inner).startswith("("):
            inner = _rules(inner)[0]
        if inner.lark_name() in ("identifier", "literal_value", "keyword"):
            return Template((self._raw(inner).strip(),), self._at(inner))
        return self.expression(inner)

    def _call(self, rule: Any) -> Expression:
        words = [_word(each) for each in _rules(rule) if each.lark_name() == "identifier"]
        arguments = next((each for each in _rules(rule) if each.lark_name() == "arguments"), None)
        args = () if arguments is None else tuple(self.expression(each) for each in _rules(arguments))
        expand = arguments is not None and any(_token(each) == "ELLIPSIS" for each in arguments.children)
        return Call("::".join(words), args, expand, self._at(rule))

    def _get_attr(self, rule: Any) -> Expression:
        base, step = _rules(rule)
        return self._step(self.expression(base), step)

    def _index(self, rule: Any) -> Expression:
        base, step = _rules(rule)
        return self._step(self.expression(base), step)

    def _step(self, base: Expression, step: Any) -> Expression:
        """One ``.name``, ``[key]`` or ``.0`` after a base."""
        at = Location(self._path, base.at.line, self._at(step).end_line, base.at.column)
        kind = step.lark_name()
        if kind == "get_attr":
            return GetAttr(base, self._raw(step)[1:].strip(), at)
        if kind == "short_index":
            return Index(base, Literal(number(Decimal(self._raw(step)[1:])), at), at)
        return Index(base, self.expression(_rules(step)[0]), at)

    def _full_splat(self, rule: Any) -> Expression:
        """``a[*].b[*].c`` nests: the second splat is taken for each element of the first."""
        base_rule, splat = _rules(rule)
        base, at = self.expression(base_rule), self._at(rule)

        def steps(item: Expression) -> Expression:
            for step in _rules(splat):
                item = self._step(item, step)
            return item

        plain = not self._raw(base_rule).startswith("(")
        return self._nested_splat(base, steps(Name(SPLAT_ITEM, at)), at, nest=plain)

    def _nested_splat(self, base: Expression, each: Expression, at: Location, *, nest: bool) -> Expression:
        if nest and isinstance(base, Splat):
            return Splat(base.base, self._nested_splat(base.each, each, at, nest=True), at)
        return Splat(base, each, at)

    def _attr_splat(self, rule: Any) -> Expression:
        """``a.*.b[0]``: only names belong to the splat, an index is taken of its result."""
        base_rule, splat = _rules(rule)
        at = self._at(rule)
        each: Expression = Name(SPLAT_ITEM, at)
        steps = _rules(splat)
        while steps and steps[0].lark_name() == "get_attr":
            each = self._step(each, steps.pop(0))
        result: Expression = Splat(self.expression(base_rule), each, at)
        for step in steps:
            result = self._step(result, step)
        return result

    def _unary(self, rule: Any) -> Expression:
        operator = self._raw(rule)[0]
        return Unary(operator, self.expression(_rules(rule)[0]), self._at(rule))

    def _binary(self, rule: Any) -> Expression:
        left, term = _rules(rule)
        operator, right = _rules(term)
        shown = "".join(str(each.value) for each in operator.children).strip()
        return Binary(shown, self.expression(left), self.expression(right), self._at(rule))

    def _conditional(self, rule: Any) -> Expression:
        test, then, otherwise = (self.expression(each) for each in _rules(rule))
        return Conditional(test, then, otherwise, self._at(rule))

    def _for(self, rule: Any) -> Expression:
        intro, *rest = _rules(rule)
        *names, collection = _rules(intro)
        words = [_word(each) for each in names]
        condition = None
        if rest[-1].lark_name() == "for_cond":
            condition = self.expression(_rules(rest.pop())[0])
        return For(
            key=words[0] if len(words) == 2 else None,
            value=words[-1],
            collection=self.expression(collection),
            result_key=self.expression(rest[0]) if rule.lark_name() == "for_object_expr" else None,
            result=self.expression(rest[-1]),
            grouped=any(_token(each) == "ELLIPSIS" for each in rule.children),
            condition=condition,
            at=self._at(rule),
        )


_EXPRESSIONS: dict[str, Callable[[TreeReader, Any], Expression]] = {
    "expr_term": TreeReader._term,
    "int_lit": TreeReader._number,
    "float_lit": TreeReader._number,
    "literal_value": TreeReader._word_literal,
    "identifier": TreeReader._name,
    "string": TreeReader._string,
    "heredoc_template": TreeReader._heredoc,
    "heredoc_template_trim": TreeReader._heredoc,
    "tuple": TreeReader._tuple,
    "object": TreeReader._object,
    "function_call": TreeReader._call,
    "get_attr_expr_term": TreeReader._get_attr,
    "index_expr_term": TreeReader._index,
    "full_splat_expr_term": TreeReader._full_splat,
    "attr_splat_expr_term": TreeReader._attr_splat,
    "unary_op": TreeReader._unary,
    "binary_op": TreeReader._binary,
    "conditional": TreeReader._conditional,
    "for_tuple_expr": TreeReader._for,
    "for_object_expr": TreeReader._for,
    "object_elem_key_expr": TreeReader._term,
}


def _rules(rule: Any) -> list[Any]:
    """The children that mean something: neither tokens nor space."""
    return [
        each
        for each in rule.children
        if each is not None and hasattr(each, "children") and each.lark_name() != "new_line_or_comment"
    ]


def _token(each: Any) -> str:
    return "" if each is None or hasattr(each, "children") else str(each.lark_name())


def _word(rule: Any) -> str:
    return str(rule.children[0].value)
