data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_partition" "part" {}

data "aws_s3_bucket" "existing" {
  bucket = "data-existing"
}

resource "aws_s3_bucket_cors_configuration" "existing" {
  bucket = data.aws_s3_bucket.existing.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://existing.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "account" {
  bucket                = "data-${data.aws_caller_identity.me.account_id}-${data.aws_region.here.name}"
  expected_bucket_owner = data.aws_caller_identity.me.account_id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${data.aws_partition.part.partition}.example"]
  }
}
