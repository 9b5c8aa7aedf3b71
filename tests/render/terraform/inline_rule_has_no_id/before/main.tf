resource "aws_s3_bucket" "site" {
  bucket = "site"

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }

  # second
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://b.example"]
  }

  versioning {
    enabled = true
  }
}
