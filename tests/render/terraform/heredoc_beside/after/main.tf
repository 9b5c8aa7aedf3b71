resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    id = <<EOT
# no comment
EOT

    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["*"]
    max_age_seconds = 4
  }
}
