variable "env" { default = "prod" }
variable "origin" { default = null }

locals {
  is_prod = var.env == "prod" || var.env == "live"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = local.is_prod ? "cond-prod" : "cond-other"
  cors_rule {
    allowed_methods = local.is_prod && var.env != "live" ? ["GET"] : ["GET", "PUT"]
    allowed_origins = var.origin != null ? [var.origin] : ["https://default.example"]
    max_age_seconds = local.is_prod ? 3600 : "60"
    expose_headers  = var.origin == null ? null : ["ETag"]
    allowed_headers = !local.is_prod ? [] : ["x-${5 > 3 ? "yes" : "no"}"]
  }
}
