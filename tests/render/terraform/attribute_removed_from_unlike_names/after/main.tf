variable "rule" {
  default = {
    methods = ["GET"]
    origins = ["*"]
    max_age = 3000
    headers = ["x-a"]
  }
}
resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = var.rule.methods
    allowed_origins = var.rule.origins
    allowed_headers = var.rule.headers
    max_age_seconds = var.rule.max_age
    expose_headers  = try(var.rule.a_very_long_name_for_exposed, null)
  }
}
