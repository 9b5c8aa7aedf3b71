locals {
  sites = {
    assets = { origins = ["https://app.example.com"] }
    media  = { origins = ["https://app.example.com"] }
  }
}

resource "aws_s3_bucket" "site" {
  for_each = local.sites
  bucket   = each.key
}

resource "aws_s3_bucket_cors_configuration" "site" {
  for_each = local.sites
  bucket   = aws_s3_bucket.site[each.key].id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = each.value.origins
  }
}
