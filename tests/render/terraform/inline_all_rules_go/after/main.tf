resource "aws_s3_bucket" "site" {
  bucket = "site"

  versioning {
    enabled = true
  }
}
