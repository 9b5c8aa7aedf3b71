# list(any) and map(any) bring all elements to one type: numbers become texts, tuples lists, objects with equal attributes stay.
variable "rules" {
  type = list(any)
  default = [
    { methods = ["GET"], origins = [], age = 60 },
    { methods = ["PUT", "POST"], origins = ["https://a.example"], age = "90" },
  ]
}
variable "settings" {
  type    = map(any)
  default = { age = 5, name = "any", flag = true }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "list-${var.settings.name}-${jsonencode(var.settings.age)}-${jsonencode(var.rules[0].age)}"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = concat(cors_rule.value["origins"], [var.settings.flag])
      max_age_seconds = cors_rule.value.age
    }
  }
}
