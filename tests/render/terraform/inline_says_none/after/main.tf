resource "aws_s3_bucket" "site" {
  bucket = "site"
  cors_rule = [
    {
      allowed_headers = null
      allowed_methods = ["GET"]
      allowed_origins = ["https://a.example"]
      expose_headers  = null
      max_age_seconds = null
    }
  ]
}
