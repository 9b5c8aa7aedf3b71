# see aws_s3_bucket_cors_configuration.site

resource "aws_s3_bucket" "site" {
  bucket = "site"
}

# aws_s3_bucket_cors_configuration.site_other
