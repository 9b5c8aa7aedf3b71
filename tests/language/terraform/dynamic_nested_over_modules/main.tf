# Blocks over what modules give, beside an index into a module's map, with the resource's own each in reach.
module "rules" {
  source = "./rules"
  for_each = {
    public  = ["*"]
    private = ["https://p1.example", "https://p2.example"]
  }
  origins = each.value
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = toset(["public", "private"])
  bucket   = "over-modules-${each.key}"
  dynamic "cors_rule" {
    for_each = module.rules[each.key].rules
    content {
      id              = "${each.key}-${cors_rule.key}"
      allowed_methods = each.key == "public" ? ["GET"] : ["GET", "PUT"]
      allowed_origins = [cors_rule.value]
      max_age_seconds = length(module.rules)
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "all" {
  bucket = "over-modules"
  dynamic "cors_rule" {
    for_each = merge([for name, m in module.rules : { for i, o in m.rules : "${name}/${i}" => o }]...)
    content {
      id              = cors_rule.key
      allowed_methods = ["HEAD"]
      allowed_origins = [cors_rule.value]
    }
  }
}
