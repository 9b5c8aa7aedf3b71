# Names that are partly known: what is before and after the unknown piece stays.
resource "random_pet" "this" {
  prefix = "corp"
}
resource "random_id" "this" {
  byte_length = 2
}
data "aws_caller_identity" "current" {
  depends_on = [random_id.this]
}

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_s3_bucket" "prefix" {
  bucket_prefix = "prefix-only-"
}
resource "aws_s3_bucket" "pet" {
  bucket = lower("Assets-${random_pet.this.id}-End")
}

resource "aws_s3_bucket_cors_configuration" "names" {
  for_each = {
    prefix  = aws_s3_bucket.prefix.id
    pet     = aws_s3_bucket.pet.bucket
    account = "logs-${local.account}"
    format  = format("%s-%s", "fmt", random_id.this.hex)
    join    = join("-", ["join", random_id.this.hex, "z"])
  }
  bucket = each.value
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${each.key}.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "coalesced" {
  bucket = coalesce(null, "", "coalesced")
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${aws_cloudfront_distribution.cdn.domain_name}", "https://${tolist(aws_cloudfront_distribution.cdn.aliases)[0]}"]
  }
}

resource "aws_cloudfront_distribution" "cdn" {
  aliases = ["cdn.example"]
}
