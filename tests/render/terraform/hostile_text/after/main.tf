resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://www.example.com", "https://$${file(\"/etc/passwd\")}", "%%{ if true }x", "a\"b\\c", "\u0024$${x}", "tab\tend", "é\u202e!#", "{{x}}"]
    max_age_seconds = 3000
  }
}
