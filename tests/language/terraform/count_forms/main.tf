# count from a condition, a text, a length, a bool's conversion; index arithmetic; references to what is not there.
variable "on" {
  type    = bool
  default = true
}
variable "how_many" { default = "2" }

resource "aws_s3_bucket_cors_configuration" "text" {
  count  = var.how_many
  bucket = "count-text-${format("%02d", count.index + 1)}"
  cors_rule {
    allowed_methods = [["GET", "PUT"][count.index]]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "off" {
  count  = !var.on ? 1 : 0
  bucket = "count-off"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "length" {
  count  = length([for x in ["a", "", "b"] : x if x != ""]) - 1
  bucket = "count-length-${length(aws_s3_bucket_cors_configuration.off)}-${coalesce(one(aws_s3_bucket_cors_configuration.off[*].bucket), "none")}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = aws_s3_bucket_cors_configuration.text[*].bucket
    id              = aws_s3_bucket_cors_configuration.text[count.index + 1].bucket
  }
}
