locals {
  buckets = {
    web  = { origins = ["https://web.example"], methods = ["GET"] }
    "a b" = { origins = ["https://ab.example"], methods = ["PUT", "GET"] }
  }
}

resource "aws_s3_bucket" "each" {
  for_each = local.buckets
  bucket   = "each-${replace(each.key, " ", "-")}"
}

resource "aws_s3_bucket_cors_configuration" "each" {
  for_each = aws_s3_bucket.each
  bucket   = each.value.id
  cors_rule {
    allowed_methods = local.buckets[each.key].methods
    allowed_origins = local.buckets[each.key].origins
  }
}

resource "aws_s3_bucket_cors_configuration" "set" {
  for_each = toset(["two", "one"])
  bucket   = "set-${each.value}"
  cors_rule {
    id              = each.key
    allowed_methods = ["GET"]
    allowed_origins = ["https://${each.key}.example"]
  }
}
