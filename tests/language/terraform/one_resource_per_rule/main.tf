# A module that makes one configuration for each rule: several declarations of one bucket.
variable "rules" {
  default = [
    { methods = ["GET"], origins = ["*"] },
    { methods = ["PUT"], origins = ["https://put.example"] },
  ]
}

resource "aws_s3_bucket" "this" {
  bucket = "per-rule"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = length(var.rules)
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = var.rules[count.index].methods
    allowed_origins = var.rules[count.index].origins
  }
}
