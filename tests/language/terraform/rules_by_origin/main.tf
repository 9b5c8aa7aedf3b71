# One rule for each origin, built from distinct, compact, concat and aliases, as CDN modules do; and only if there is one.
variable "aliases" { default = ["www.example", "", "app.example"] }
variable "extra" { default = ["https://extra.example", "https://www.example"] }
variable "wildcard" { default = false }

locals {
  origins = distinct(compact(concat(formatlist("https://%s", compact(var.aliases)), var.extra)))
  enabled = length(local.origins) > 0 || var.wildcard
}

resource "aws_s3_bucket" "this" {
  bucket = "by-origin"
  dynamic "cors_rule" {
    for_each = local.enabled ? (var.wildcard ? ["*"] : local.origins) : []
    content {
      allowed_headers = ["*"]
      allowed_methods = ["GET", "HEAD"]
      allowed_origins = [cors_rule.value]
      expose_headers  = ["ETag"]
      max_age_seconds = 3600
    }
  }
}
