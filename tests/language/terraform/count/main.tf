variable "enabled" { default = true }
variable "extra" { default = false }

resource "aws_s3_bucket" "many" {
  count  = 3
  bucket = "count-${count.index}"
}

resource "aws_s3_bucket_cors_configuration" "many" {
  count  = var.enabled ? 2 : 0
  bucket = aws_s3_bucket.many[count.index].id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${count.index}.example"]
  }
}

resource "aws_s3_bucket" "none" {
  bucket = "count-none"
}

resource "aws_s3_bucket_cors_configuration" "none" {
  count  = var.extra ? 1 : 0
  bucket = aws_s3_bucket.none.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "joined" {
  bucket = join("", aws_s3_bucket.many[*].id)
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://joined.example"]
  }
}
