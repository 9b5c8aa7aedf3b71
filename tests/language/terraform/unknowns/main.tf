variable "origin" {}
variable "name" {}

resource "random_id" "suffix" {
  byte_length = 4
}

data "aws_caller_identity" "me" {}

resource "aws_s3_bucket" "random" {
  bucket = "unknown-${random_id.suffix.hex}-end"
}

resource "aws_s3_bucket" "account" {
  bucket = "account-${data.aws_caller_identity.me.account_id}"
}

resource "aws_s3_bucket" "prefixed" {
  bucket_prefix = "prefixed-"
}

resource "aws_s3_bucket_cors_configuration" "random" {
  bucket = aws_s3_bucket.random.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example", "https://${random_id.suffix.hex}.example"]
    max_age_seconds = random_id.suffix.dec
  }
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = true ? ["https://known.example"] : [random_id.suffix.hex]
    expose_headers  = random_id.suffix.dec == "1" ? ["a"] : ["a", "b"]
  }
}

resource "aws_s3_bucket_cors_configuration" "prefixed" {
  bucket = aws_s3_bucket.prefixed.id
  dynamic "cors_rule" {
    for_each = random_id.suffix.hex == "x" ? ["a"] : ["b"]
    content {
      allowed_methods = ["GET"]
      allowed_origins = ["https://x.example"]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "try" {
  bucket = "unknown-try"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [try(random_id.suffix.hex, "fallback"), coalesce("https://first.example", random_id.suffix.hex)]
    allowed_headers = concat(["x-a"], [random_id.suffix.hex])
  }
}
