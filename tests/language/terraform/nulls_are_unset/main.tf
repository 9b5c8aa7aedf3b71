# null in an argument is the argument left out; an empty list and null are alike to S3.
variable "headers" {
  type    = list(string)
  default = null
}

locals {
  rule = { id = null, age = null, expose = null }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "nulls"
  cors_rule {
    id              = local.rule.id
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    allowed_headers = var.headers
    expose_headers  = local.rule.expose
    max_age_seconds = local.rule.age
  }
  cors_rule {
    id              = "empty"
    allowed_methods = ["PUT"]
    allowed_origins = ["*"]
    allowed_headers = var.headers == null ? [] : var.headers
    expose_headers  = coalescelist([], ["ETag"])
    max_age_seconds = 0
  }
}
