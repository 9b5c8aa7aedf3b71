locals {
  names   = ["assets", "media"]
  origins = [["https://app.example.com"], ["*"]]
}

resource "aws_s3_bucket" "site" {
  count  = length(local.names)
  bucket = local.names[count.index]
}

resource "aws_s3_bucket_cors_configuration" "site" {
  count  = length(local.names)
  bucket = aws_s3_bucket.site[count.index].id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.origins[count.index]
  }
}
