variable "origins" {
  type = list(string)
}

variable "age" {
  default = 7
}

resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
    max_age_seconds = var.age
  }
}
