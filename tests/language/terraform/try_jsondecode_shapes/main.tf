# One wrapper for every shape of rules that callers pass: list, map of rules, JSON text, one object, null.
locals {
  shapes = {
    list   = [{ methods = ["GET"], origins = ["https://list.example"] }]
    map    = { first = { methods = ["PUT"], origins = ["https://map.example"] } }
    text   = "[{\"methods\":[\"POST\"],\"origins\":[\"https://text.example\"]}]"
    object = { methods = ["HEAD"], origins = ["https://object.example"] }
    none   = null
    bad    = "not json"
  }
  decoded = { for name, shape in local.shapes : name => try(jsondecode(shape), shape) }
  listed = { for name, shape in local.decoded : name => (
    shape == null ? jsonencode([]) :
    can(shape.methods) ? jsonencode([shape]) :
    can(keys(shape)) ? jsonencode(values(shape)) :
    can(tolist(shape)) || can(shape[0].methods) ? jsonencode(shape) : jsonencode([])
  ) }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { for name, text in local.listed : name => jsondecode(text) if text != "[]" }
  bucket   = "shapes-${each.key}"
  dynamic "cors_rule" {
    for_each = each.value
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
    }
  }
}
