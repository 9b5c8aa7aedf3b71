# A list of objects becomes a map by name, filtered by an attribute that some of them lack.
variable "buckets" {
  type = list(object({
    name    = string
    origins = optional(list(string), [])
    cors    = optional(bool)
  }))
  default = [
    { name = "one", origins = ["https://one.example"], cors = true },
    { name = "two" },
    { name = "three", origins = ["https://three.example"] },
  ]
}

locals {
  by_name = { for bucket in var.buckets : bucket.name => bucket }
}

resource "aws_s3_bucket" "this" {
  for_each = local.by_name
  bucket   = "filtered-${each.value.name}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { for name, bucket in local.by_name : name => bucket if coalesce(bucket.cors, length(bucket.origins) > 0) }
  bucket   = aws_s3_bucket.this[each.key].id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = each.value.origins
  }
}
