resource "aws_s3_bucket" "site" {
  bucket = "site"
  cors_rule = [
    {
      allowed_headers = null
      allowed_methods = ["GET", "HEAD"]
      allowed_origins = ["https://a.example"]
      expose_headers  = null
      max_age_seconds = 7
    },
    {
      allowed_headers = null
      allowed_methods = ["PUT"]
      allowed_origins = ["https://b.example"]
      expose_headers  = null
      max_age_seconds = null
    },
  ]
}
