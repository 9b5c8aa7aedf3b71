# Full and attribute splats over resources, modules, objects, null and nested lists.
locals {
  none   = null
  single = { tags = ["t1", "t2"] }
  rows   = [{ cells = [{ v = "a" }, { v = "b" }] }, { cells = [{ v = "c" }] }]
}

resource "aws_s3_bucket" "many" {
  count  = 2
  bucket = "splat-${count.index}"
}

resource "aws_s3_bucket" "keyed" {
  for_each = toset(["y", "x"])
  bucket   = "keyed-${each.value}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = join("-", aws_s3_bucket.many[*].bucket, [for b in aws_s3_bucket.keyed : b.id])
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = flatten(local.rows[*].cells[*].v)
    allowed_headers = local.single[*].tags[0]
    expose_headers  = concat(local.none[*], aws_s3_bucket.many.*.id, values(aws_s3_bucket.keyed)[*].bucket)
    max_age_seconds = length(local.rows[0].cells[*]) + length(local.none[*])
  }
}
