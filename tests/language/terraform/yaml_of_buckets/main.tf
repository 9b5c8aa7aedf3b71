# Buckets and rules from a YAML file, as many repositories keep them.
locals {
  config  = yamldecode(file("${path.module}/buckets.yaml"))
  buckets = { for name, bucket in local.config.buckets : name => merge(local.config.defaults, bucket) }
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets
  bucket   = "${local.config.prefix}-${each.key}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { for name, bucket in local.buckets : name => bucket.cors if length(try(bucket.cors, [])) > 0 }
  bucket   = aws_s3_bucket.this[each.key].id
  dynamic "cors_rule" {
    for_each = each.value
    content {
      id              = try(cors_rule.value.id, null)
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      allowed_headers = try(cors_rule.value.headers, [])
      max_age_seconds = try(cors_rule.value.age, null)
    }
  }
}
