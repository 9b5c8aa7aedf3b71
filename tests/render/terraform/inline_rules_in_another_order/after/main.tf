resource "aws_s3_bucket" "site" {
  bucket = "site"

  # second
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://b.example", "https://c.example"]
  }

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }

  versioning {
    enabled = true
  }
}
