locals {
  numbers    = [0, 1.5, 2e3, 2.5E-3, 1e+2]
  words      = [true, false, null]
  arithmetic = 1 + 2 * 3 - 4 / (5 - 6) % 7
  signs      = -var.a + !var.b
  logic      = var.a == 1 && var.b != 2 || var.c <= 3 && var.d >= 4 || (var.e < 5 || var.f > 6)
  choice     = var.a ? var.b ? 1 : 2 : 3
  index      = var.list[0]["key"][var.name].attr.0.last
  splats     = [var.list[*], var.list[*].a[0].b, var.list.*.a.b, var.list[*].a[*].b]
  calls      = [f(), f(1), f(1, 2,), f(var.list...), ns::a::f(1)]
  tuple = [
    [],
    [1, 2, ],
    [
      3
      ,
      4,
    ],
  ]
  object = { a = 1, b : 2
    c = { d = {} },
    (var.key) = [1]
    "e" = 1
    f = 5 }
  lists = [for v in var.list : v]
  pairs = [for k, v in var.map : "${k}=${v}" if v != null && k != ""]
  maps = {
    for k, v in var.map :
    k => v
    if v
  }
  groups    = { for v in var.list : v.kind => v.name... }
  each_for  = [for if_x in [for in_y in var.list : in_y] : if_x.for.in.if]
  for       = 1
  in        = local.for
  if        = local.in
  for_each  = var.if
  multiline = (
    var.a
    + var.b
    * 2
  )
  wide = merge(
    { a = 1 },
    var.extra, # the rest
    { for k in ["x"] : k => upper(k) },
  )
  type_like = map(object({ a = optional(list(string), []) }))
}
