locals {
  env     = "prod"
  name    = "${local.prefix}-${local.env}"
  prefix  = lower("LOCALS")
  rule    = { origins = [for host in local.hosts : "https://${host}"], age = 60 * 5 }
  hosts   = ["a.example", "b.example"]
  methods = concat(local.read, ["PUT"])
  read    = ["GET", "HEAD"]
}

resource "aws_s3_bucket" "this" {
  bucket = local.name
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket
  cors_rule {
    allowed_methods = local.methods
    allowed_origins = local.rule.origins
    max_age_seconds = local.rule["age"]
  }
}
