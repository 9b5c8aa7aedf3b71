resource "aws_s3_bucket_cors_configuration" "other" {
  bucket = "json-from-hcl"
}
