variable "name" {
  type = string
}

variable "origins" {
  type    = list(string)
  default = ["*"]
}

resource "aws_s3_bucket" "assets" {
  bucket = var.name
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
  }
}
