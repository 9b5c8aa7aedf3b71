"""Buckets and CORS configurations of the random modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.laws.terraform_expressions import B, Kind, N, Named, S, list_of, map_of, object_of, quoted, set_of

if TYPE_CHECKING:
    from tests.laws.terraform_modules import Module

ORIGINS = ("https://a.example", "*", "http://*.b.example", "https://c.example:8443")
METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
RULE = object_of(allowed_methods=list_of(S), allowed_origins=list_of(S), max_age_seconds=N)
BARE = object_of(allowed_origins=list_of(S))


@dataclass(frozen=True)
class Bucket:
    """A bucket resource that a configuration can be for."""

    name: str
    repetition: str
    scope: tuple[Named, ...]


def declare(module: Module) -> None:
    """One or two buckets with their rules, inline or separate."""
    sheet = module.sheet
    for _ in range(1 + sheet.upto(1)):
        bucket = _bucket(module)
        if not sheet.one_in(4):
            _configuration(module, bucket)


def _repeated(module: Module) -> tuple[str, tuple[Named, ...]]:
    """``count`` or ``for_each``, and what it defines."""
    sheet = module.sheet
    way = sheet.upto(6)
    with module.elsewhere((), known_only=True):
        if way == 3:
            sheet.saw("resource count")
            number = sheet.pick(
                ("1", "2", f"{module.make(B, 2)} ? 1 : 0", f"min(length({module.make(list_of(S), 2)}), 2)")
            )
            return f"  count = {number}\n", (Named("count.index", N, True),)
        if way == 4:
            sheet.saw("resource for_each")
            return f"  for_each = {module.make(set_of(S), 2)}\n", (
                Named("each.key", S, True),
                Named("each.value", S, True),
            )
        if way == 5:
            sheet.saw("resource for_each")
            kind: Kind = sheet.pick((map_of(S), map_of(BARE)))
            value = module.make(kind, 2)
            return f"  for_each = {value}\n", (Named("each.key", S, True), Named("each.value", kind[1], True))
    return "", ()


def _bucket(module: Module) -> Bucket:
    sheet, name = module.sheet, module.fresh("b")
    repetition, scope = _repeated(module)
    with module.elsewhere(scope):
        lines = [repetition, _bucket_name(module, scope)]
        if sheet.one_in(4):
            sheet.saw("inline")
            lines.append(_inline(module))
    module.blocks.append(f'resource "aws_s3_bucket" "{name}" {{\n{"".join(lines)}}}\n')
    return Bucket(name, repetition, scope)


def _bucket_name(module: Module, scope: tuple[Named, ...]) -> str:
    key = "".join(f"-${{{each.text}}}" for each in scope[:1])
    match module.sheet.upto(5):
        case 4:
            module.sheet.saw("bucket_prefix")
            return f'  bucket_prefix = "p-{key}"\n'
        case 5:
            return ""
        case 3:
            return f'  bucket = coalesce({module.make(S, 2)}, "named")\n'
    with module.quotes():
        return f'  bucket = "b{key}-${{{module.make(S, 2)}}}"\n'


def _inline(module: Module) -> str:
    sheet = module.sheet
    if sheet.one_in(4):
        sheet.saw("attribute")
        return sheet.pick(
            (
                "  cors_rule = []\n",
                f"  cors_rule = [{_rule_object(module)}]\n",
                f"  cors_rule = [for o in {module.make(list_of(S), 2)} : {_rule_object(module)}]\n",
            )
        )
    return "".join(_rules(module, inline=True))


def _rule_object(module: Module) -> str:
    fields = {name: module.make(kind, 1) for name, kind in RULE[1]}
    fields |= {"allowed_headers": module.sheet.pick(("null", "[]", '["x"]')), "expose_headers": "null"}
    return "{ " + ", ".join(f"{name} = {value}" for name, value in fields.items()) + " }"


def _configuration(module: Module, bucket: Bucket) -> None:
    sheet, name = module.sheet, module.fresh("c")
    sheet.saw("separate")
    repetition, scope, reference = _for_bucket(module, bucket)
    with module.elsewhere(scope):
        rules = _rules(module, inline=False)
    body = f"{repetition}  bucket = {reference}\n{''.join(rules)}"
    module.blocks.append(f'resource "aws_s3_bucket_cors_configuration" "{name}" {{\n{body}}}\n')
    if sheet.one_in(8):
        sheet.saw("override")
        with module.elsewhere(scope):
            body = "".join(_rules(module, inline=False))
        module.overrides.append(f'resource "aws_s3_bucket_cors_configuration" "{name}" {{\n{body}}}\n')


def _for_bucket(module: Module, bucket: Bucket) -> tuple[str, tuple[Named, ...], str]:
    """The repetition of a configuration, what it defines, and its reference to the bucket."""
    pick = module.sheet.pick
    address = f"aws_s3_bucket.{bucket.name}"
    if not bucket.repetition:
        with module.elsewhere():
            return (
                "",
                (),
                pick(
                    (
                        f"{address}.id",
                        f"{address}.bucket",
                        f"one({address}[*].id)",
                        '"elsewhere"',
                        f'"{bucket.name}-${{{module.make(S, 1)}}}"',
                    )
                ),
            )
    if "count =" in bucket.repetition:
        many = (f"  count = length({address})\n", bucket.scope, f"{address}[count.index].id")
        return pick(
            (
                many,
                (bucket.repetition, bucket.scope, f"{address}[count.index].bucket"),
                ("", (), f'try({address}[0].id, "none")'),
                ("", (), f'join("", {address}[*].id)'),
            )
        )
    chained = (f"  for_each = {address}\n", (Named("each.key", S, True),), "each.value.id")
    return pick(
        (
            (bucket.repetition, bucket.scope, f"{address}[each.key].id"),
            chained,
            ("", (), f'join("-", values({address})[*].id)'),
        )
    )


def _rules(module: Module, *, inline: bool) -> list[str]:
    sheet = module.sheet
    ways = [_static, _static, _dynamic, _dynamic, _dynamic]
    rules = [sheet.pick(ways)(module, inline) for _ in range(1 + sheet.upto(1))]
    if not inline and not any(rule.startswith("  cors_rule") for rule in rules) and not sheet.one_in(15):
        rules.append(_static(module, inline))
    return rules


def _static(module: Module, inline: bool) -> str:
    module.sheet.saw("static block")
    return f"  cors_rule {{\n{_arguments(module, inline, {}, '    ')}  }}\n"


def _dynamic(module: Module, inline: bool) -> str:
    sheet = module.sheet
    sheet.saw("dynamic")
    kind: Kind = sheet.pick(
        (list_of(RULE), list_of(S), list_of(BARE), map_of(RULE), set_of(S), list_of(N), list_of(RULE))
    )
    element = S if kind[0] == "set" else kind[1]
    with module.elsewhere(module.scope, known_only=module.known_only or not sheet.one_in(6)):
        over, known = module.tracked(lambda: module.make(kind, 3))
    if kind == list_of(RULE) and sheet.one_in(3):
        over = f"{module.make(B, 1)} ? {over} : []"
    name, iterator = "cors_rule", ""
    if sheet.one_in(3):
        sheet.saw("iterator")
        name = sheet.pick(("it", "rule"))
        iterator = f"    iterator = {name}\n"
    given = _given(module, f"{name}.value", element)
    key = Named(f"{name}.key", N if kind[0] == "list" else element if kind[0] == "set" else S, known)
    with module.bound(Named(f"{name}.value", element, known), key):
        content = _arguments(module, inline, given, "      ")
    return f'  dynamic "cors_rule" {{\n    for_each = {over}\n{iterator}    content {{\n{content}    }}\n  }}\n'


def _given(module: Module, value: str, element: Kind) -> dict[str, str]:
    """The arguments that come from the member that a dynamic block is about."""
    pick = module.sheet.pick
    if element == S:
        return {"allowed_origins": pick((f"[{value}]", f'compact([{value}, "x"])'))}
    if element[0] != "object":
        return {}
    found = {
        name: pick((f"{value}.{name}", f'{value}["{name}"]', f'lookup({value}, "{name}", null)'))
        for name, _ in element[1]
    }
    absent = pick(
        (
            f'lookup({value}, "expose_headers", null)',
            f"try({value}.expose_headers, [])",
            f'contains(keys({value}), "id") ? ["x"] : null',
        )
    )
    return {**found, "expose_headers": absent}


def _arguments(module: Module, inline: bool, given: dict[str, str], indent: str) -> str:
    sheet = module.sheet
    fields = {
        "allowed_methods": _values(module, METHODS),
        "allowed_origins": _values(module, ORIGINS),
        **given,
    }
    for name in ("allowed_headers", "expose_headers"):
        if name not in fields and sheet.one_in(3):
            fields[name] = sheet.pick(("null", "[]", module.make(list_of(S), 2)))
    if "max_age_seconds" not in fields and sheet.one_in(3):
        fields["max_age_seconds"] = sheet.pick(("null", "0", '"30"', module.make(N, 2)))
    if not inline and sheet.one_in(4):
        fields["id"] = sheet.pick(("null", '""', module.make(S, 2)))
    return "".join(f"{indent}{name} = {value}\n" for name, value in fields.items())


def _values(module: Module, usual: tuple[str, ...]) -> str:
    sheet = module.sheet
    if sheet.one_in(2):
        return module.make(list_of(S) if sheet.upto(3) else set_of(S), 3)
    start = sheet.upto(len(usual) - 1)
    return f"[{', '.join(quoted(each) for each in usual[start : start + 1 + sheet.upto(1)])}]"
