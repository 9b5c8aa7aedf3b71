"""The ways to make strings, numbers and truth values for the random modules: templates, operators, functions."""

from __future__ import annotations

from tests.laws.terraform_expressions import (
    B,
    Expressions,
    Kind,
    N,
    S,
    Way,
    enter,
    list_of,
    map_of,
    object_of,
    quoted,
)


def _calls(name: str, *shapes: tuple[str, tuple[Kind, ...]]) -> Way:
    """One of several shapes with holes for expressions of given types."""

    def way(it: Expressions, kind: Kind, depth: int) -> str:
        shape, kinds = it.sheet.pick(shapes)
        if "{" in shape.replace("{}", ""):
            it.sheet.saw("braces")
        return shape.format(*(it.make(each, depth) for each in kinds))

    way.__name__ = name
    return way


# Strings


def _template(it: Expressions, kind: Kind, depth: int) -> str:
    before, after = (quoted(it.sheet.pick(("", "a-", "é ", " ", "\\n"))).strip('"') for _ in range(2))
    opening, closing = it.sheet.pick((("${", "}"), ("${ ", " }"), ("${~ ", " ~}")))
    with it.quotes():
        return f'"{before}{opening}{it.make(it.sheet.pick((S, S, N, B)), depth)}{closing}{after}"'


def _template_if(it: Expressions, kind: Kind, depth: int) -> str:
    with it.quotes():
        test, then, other = it.make(B, depth), it.make(S, depth), it.make(S, depth)
    strip = it.sheet.pick(("", "~"))
    return f'"a%{{ if {test} {strip}}} b${{{then}}}%{{ else {strip}}}${{{other}}} %{{{strip} endif }}"'


def _template_for(it: Expressions, kind: Kind, depth: int) -> str:
    with it.quotes():
        head, names = it.iterated(depth)
        with it.bound(*names):
            body = it.make(S, depth)
    return f'"%{{ for {head} }}${{{body}}},%{{ endfor }}"'


def _heredoc(it: Expressions, kind: Kind, depth: int) -> str:
    if it.in_quotes:
        return _template(it, kind, depth)
    with it.quotes():
        shown, test = it.make(S, depth), it.make(B, depth)
    call = it.sheet.pick(("chomp", "trimspace", "upper"))
    if it.sheet.one_in(2):
        return f"{call}(<<EOT\n  x ${{{shown}}} \\n\n%{{ if {test} ~}}\n yes\n%{{ endif ~}}\nEOT\n)"
    return f"{call}(<<-EOT\n    x ${{{shown}}}\n      %{{ if {test} }}yes%{{ endif }}\n  EOT\n)"


_one_of_strings = _calls(
    "string_function",
    ("upper({})", (S,)),
    ("lower({})", (S,)),
    ("title({})", (S,)),
    ("strrev({})", (S,)),
    ("trimspace({})", (S,)),
    ("chomp({})", (S,)),
    ('trim({}, " *")', (S,)),
    ("trimprefix({}, {})", (S, S)),
    ('trimsuffix({}, "e")', (S,)),
    ('replace({}, "a", {})', (S, S)),
    ('replace({}, "/[a-e]+/", "<$0>")', (S,)),
    ("substr({}, 0, 3)", (S,)),
    ("substr({}, -2, -1)", (S,)),
    ('format("%s-%v-%03d", {}, {}, {})', (S, B, N)),
    ('format("%q%5s|%-5s", {}, {}, {})', (S, S, S)),
    ("jsonencode({})", (list_of(S),)),
    ("jsonencode({})", (object_of(o=S, n=N),)),
    ("yamlencode({})", (map_of(S),)),
    ("tostring({})", (N,)),
    ("tostring({})", (B,)),
    ("md5({})", (S,)),
    ("sha256({})", (S,)),
    ("base64encode({})", (S,)),
    ("base64decode(base64encode({}))", (S,)),
    ("urlencode({})", (S,)),
    ("indent(2, {})", (S,)),
    ('join(",", {})', (list_of(S),)),
    ('join("-", sort({}))', (list_of(S),)),
    ('element(concat({}, ["z"]), 1)', (list_of(S),)),
    ('coalesce({}, "z")', (S,)),
    ('coalesce(null, "", {}, "z")', (S,)),
    ('lookup({}, "a", {})', (map_of(S), S)),
    ('split(",", {})[0]', (S,)),
    ('try(regex("[a-z]+", {}), "none")', (S,)),
    ('cidrsubnet("10.0.0.0/8", 8, abs({}) % 200)', (N,)),
    ('basename("/x/y")', ()),
    ("terraform.workspace", ()),
    ('file("${{path.module}}/text.txt")', ()),
    ('templatefile("${{path.module}}/text.tftpl", {{ name = {}, items = {} }})', (S, list_of(S))),
    ('jsondecode(file("${{path.module}}/data.json")).origins[1]', ()),
    ('yamldecode("x: {{a: [1, b]}}").x.a[1]', ()),
    ('formatdate("YYYY-MM-DD", "2024-02-29T12:00:00Z")', ()),
    ('timeadd("2024-02-29T12:00:00Z", "${{abs({}) % 50}}h")', (N,)),
    ('csvdecode("a,b\\nx,y")[0].b', ()),
    ("trimsuffix(lower({}), upper({}))", (S, S)),
    ("substr({}, {} % 3, 2)", (S, N)),
    ('uuidv5("dns", {})', (S,)),
    ('join("", [for k, v in {} : "${{k}}=${{v}};"])', (map_of(N),)),
    ('format("%v %#v %s", {}, {}, "x")', (list_of(S), object_of(o=S, n=N))),
    ("{}.o", (object_of(o=S, n=N),)),
    ('{}["o"]', (object_of(o=S, n=N),)),
    ('try({}[0].o, "none")', (list_of(object_of(o=S, n=N)),)),
    ('try({}["a"], {}["b"], {})', (map_of(S), map_of(S), S)),
)

# Numbers


def _arithmetic(it: Expressions, kind: Kind, depth: int) -> str:
    shape = it.sheet.pick(("{} + {} * {}", "{} - {} - {}", "-{} + {} * -{}", "({} + {}) * {}", "{} * 3 % 7 + {} - {}"))
    return "(" + shape.format(*(_operand(it.make(N, depth)) for _ in range(3))) + ")"


def _operand(made: str) -> str:
    return f"({made})" if made.startswith("-") else made


_one_of_numbers = _calls(
    "number_function",
    ("length({})", (S,)),
    ("length({})", (list_of(S),)),
    ("length({})", (map_of(N),)),
    ("max({}, {}, 2)", (N, N)),
    ("min({}, {})", (N, N)),
    ("floor({} / 2)", (N,)),
    ("ceil({} / 3)", (N,)),
    ("abs({})", (N,)),
    ("signum({})", (N,)),
    ("tonumber(tostring({}))", (N,)),
    ('parseint("ff", 16) + {}', (N,)),
    ("sum(concat({}, [1]))", (list_of(N),)),
    ('index(concat({}, ["z"]), "z")', (list_of(S),)),
    ("min(length({}), 5)", (list_of(object_of(o=S, n=N)),)),
)

# Truth values


def _logic(it: Expressions, kind: Kind, depth: int) -> str:
    shape = it.sheet.pick(
        ("{} && {} || {}", "!{} || {} && !{}", "({} || {}) && {}", "{} == {} && {}", "{} || {} != {}")
    )
    return "(" + shape.format(*(it.make(B, depth) for _ in range(3))) + ")"


_one_of_bools = _calls(
    "bool_function",
    ("({} > {})", (N, N)),
    ("({} <= {})", (N, N)),
    ("({} == {})", (S, S)),
    ("({} != {})", (N, N)),
    ("({} != null)", (S,)),
    ("({} == null)", (list_of(S),)),
    ("({} == {})", (list_of(S), list_of(S))),
    ("({} == {})", (map_of(N), map_of(N))),
    ("({} == {})", (object_of(o=S, n=N), object_of(o=S, n=N))),
    ("contains({}, {})", (list_of(S), S)),
    ("contains(keys({}), {})", (map_of(S), S)),
    ("startswith({}, {})", (S, S)),
    ('endswith({}, "e")', (S,)),
    ("can({})", (S,)),
    ("can(tonumber({}))", (S,)),
    ('can(regex("^h", {}))', (S,)),
    ("alltrue([{}, {}])", (B, B)),
    ("anytrue({})", (list_of(B),)),
    ("tobool(tostring({}))", (B,)),
    ("(length({}) > 0)", (list_of(S),)),
    ("(length({}) > 1)", (map_of(S),)),
)


enter("string", (_template, _one_of_strings, _template_if, _template_for, _heredoc, _one_of_strings))
enter("number", (_arithmetic, _one_of_numbers))
enter("bool", (_one_of_bools, _logic))
