"""The ways to make lists, sets, maps and objects for the random modules: ``for``, splats, functions."""

from __future__ import annotations

from tests.laws.terraform_expressions import (
    B,
    Expressions,
    Kind,
    N,
    Named,
    S,
    enter,
    list_of,
    map_of,
    object_of,
    set_of,
)

# Lists


def _tuple(it: Expressions, kind: Kind, depth: int) -> str:
    return f"[{', '.join(it.make(kind[1], depth) for _ in range(1 + it.sheet.upto(2)))}]"


def _for_list(it: Expressions, kind: Kind, depth: int) -> str:
    head, names = it.iterated(depth)
    with it.bound(*names):
        condition = f" if {it.make(B, depth)}" if it.sheet.one_in(3) else ""
        return f"[for {head} : {it.make(kind[1], depth)}{condition}]"


def _splat(it: Expressions, kind: Kind, depth: int) -> str:
    each = object_of(f=kind[1], n=N)
    shape = it.sheet.pick(("{}[*].f", "{}.*.f", "values({})[*].f", "flatten([{}[*].f])"))
    return shape.format(it.make(map_of(each) if "values" in shape else list_of(each), depth))


def _grouped(it: Expressions, kind: Kind, depth: int) -> str:
    head, names = it.iterated(depth)
    with it.bound(*names):
        return f"flatten(values({{ for {head} : {it.make(S, depth)} => {it.make(kind[1], depth)}... }}))"


def _lists_of_any(it: Expressions, kind: Kind, depth: int) -> str:
    plain = kind[1][0] in ("string", "number", "bool")
    shapes = [
        ("concat({}, {})", (kind, kind)),
        ("distinct({})", (kind,)),
        ("reverse({})", (kind,)),
        ("tolist({})", (kind,)),
        ("slice(concat({}, [{}]), 0, 1)", (kind, kind[1])),
        ("values({})", (map_of(kind[1]),)),
        ("coalescelist({}, [{}])", (kind, kind[1])),
        ("({} ? {} : [])", (B, kind)),
        ("({} ? [{}] : [])", (B, kind[1])),
        ("[{}][*]", (kind[1],)),
        ("concat([for v in {} : v], [{}]...)", (kind, kind)),
    ]
    if plain:
        shapes += [
            ("flatten([{}, [[{}]]])", (kind, kind[1])),
            ("tolist(toset({}))", (kind,)),
            ("tolist({})", (set_of(kind[1]),)),
        ]
    if kind[1] == S:
        shapes += _STRING_LISTS
    if kind[1] == N:
        shapes += [("range(min(abs({}), 5))", (N,)), ("range(1, 4)", ()), ("[for v in {} : v]", (list_of(N),))]
    shape, kinds = it.sheet.pick(shapes)
    return shape.format(*(it.make(each, depth) for each in kinds))


_STRING_LISTS: list[tuple[str, tuple[Kind, ...]]] = [
    ("sort({})", (list_of(S),)),
    ("compact([{}, null, {}])", (S, S)),
    ("compact({})", (list_of(S),)),
    ('split(",", {})', (S,)),
    ("keys({})", (map_of(N),)),
    ('formatlist("%s-%s", {}, "x")', (list_of(S),)),
    ('regexall("[a-z]+", {})', (S,)),
    ('[for p in setproduct({}, ["1", "2"]) : "${{p[0]}}${{p[1]}}"]', (list_of(S),)),
    ("flatten(chunklist({}, 2))", (list_of(S),)),
    ("setunion({}, {})", (list_of(S), list_of(S))),
    ('jsondecode(file("${{path.module}}/data.json")).origins', ()),
    ('[for f in fileset(path.module, "*.txt") : f]', ()),
    ('lookup({}, "x", {})', (map_of(list_of(S)), list_of(S))),
    ("try({}.o, [])", (object_of(o=list_of(S), n=N),)),
    ("[for x in {} : x.o if x.n > {}]", (list_of(object_of(o=S, n=N)), N)),
    ('flatten([for x in {} : [for y in {} : "${{x}}/${{y}}"]])', (list_of(S), list_of(S))),
    ('[for i, x in {} : format("%d-%s", i, x)]', (list_of(S),)),
    ("coalesce(null, {})", (list_of(S),)),
    ('matchkeys([{}, {}], ["a", "b"], ["b", {}])', (S, S, N)),
    ("[for v in [{}, null] : v if v != null]", (S,)),
]

# Sets, maps and objects


def _sets(it: Expressions, kind: Kind, depth: int) -> str:
    each, more = list_of(kind[1]), set_of(kind[1])
    shape, kinds = it.sheet.pick(
        (
            ("toset({})", (each,)),
            ("toset([for v in {} : v])", (each,)),
            ("setunion({}, {})", (more, each)),
            ("setintersection({}, {})", (more, each)),
            ("setsubtract({}, {})", (more, each)),
        )
    )
    return shape.format(*(it.make(part, depth) for part in kinds))


def _map(it: Expressions, kind: Kind, depth: int) -> str:
    return it.entries({key: it.make(kind[1], depth) for key in it.some_keys()})


def _for_map(it: Expressions, kind: Kind, depth: int) -> str:
    over_set = it.sheet.one_in(2)
    over, known = it.tracked(lambda: it.make(set_of(S) if over_set else map_of(kind[1]), depth))
    names = [Named("k", S, known)] if over_set else [Named("k", S, known), Named("v", kind[1], known)]
    with it.bound(*names):
        condition = f" if {it.make(B, depth)}" if it.sheet.one_in(4) else ""
        return f"{{ for {'k' if over_set else 'k, v'} in {over} : k => {it.make(kind[1], depth)}{condition} }}"


def _group_map(it: Expressions, kind: Kind, depth: int) -> str:
    head, names = it.iterated(depth)
    with it.bound(*names):
        inner = f"{{ for {head} : {it.make(S, depth)} => {it.make(kind[1], depth)}... }}"
    return f"{{ for g, all in {inner} : g => all[0] }}"


_maps_of_any: tuple[str, ...] = (
    "merge({}, {})",
    "tomap({})",
    "zipmap(keys({0}), values({0}))",
    "merge({}, null)",
    "merge([{}, {}]...)",
)


def _map_function(it: Expressions, kind: Kind, depth: int) -> str:
    shape = it.sheet.pick(_maps_of_any)
    return shape.format(*(it.make(kind, depth) for _ in range(2)))


def _object(it: Expressions, kind: Kind, depth: int) -> str:
    return it.entries({name: it.make(each, depth) for name, each in kind[1]})


def _merged(it: Expressions, kind: Kind, depth: int) -> str:
    name, each = it.sheet.pick(kind[1])
    return f"merge({it.make(kind, depth)}, {{ {name} = {it.make(each, depth)} }})"


enter("list", (_tuple, _tuple, _for_list, _lists_of_any, _splat, _grouped, _lists_of_any))
enter("set", (_sets,))
enter("map", (_map, _for_map, _map_function, _group_map))
enter("object", (_object, _object, _merged))
