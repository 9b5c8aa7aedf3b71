resource "aws_s3_bucket" "site" {
  bucket    = "site"
  cors_rule = []
}
