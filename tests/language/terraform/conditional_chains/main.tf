# Chains of conditionals, in parentheses, over lines, with null in one arm and maps in others.
variable "env" { default = "stage" }
variable "override" { default = null }

locals {
  origins = (
    var.env == "prod" ? ["https://www.example"] :
    var.env == "stage" ? ["https://stage.example", "http://localhost:3000"] :
    ["*"]
  )
  age   = var.override != null ? var.override : { prod = 86400, stage = 60 }[var.env]
  rules = var.env == "prod" ? {} : var.env == "stage" ? { debug = { methods = ["GET", "PUT"] } } : null
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.env == "prod" ? "chain" : format("chain-%s", var.env)
  cors_rule {
    allowed_methods = contains(["stage", "dev"], var.env) ? ["GET", "PUT"] : ["GET"]
    allowed_origins = local.origins
    max_age_seconds = local.age
    allowed_headers = var.env == "prod" ? null : ["*"]
  }
  dynamic "cors_rule" {
    for_each = local.rules == null ? {} : local.rules
    content {
      id              = cors_rule.key
      allowed_methods = cors_rule.value.methods
      allowed_origins = ["http://127.0.0.1"]
    }
  }
}
