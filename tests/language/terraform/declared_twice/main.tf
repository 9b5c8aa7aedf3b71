variable "rules" {
  default = ["https://a.example", "https://b.example"]
}

resource "aws_s3_bucket" "this" {
  bucket = "twice"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = length(var.rules)
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [var.rules[count.index]]
  }
}
