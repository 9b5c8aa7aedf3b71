# A bucket that is only looked up: its name is the argument, given or taken from another resource.
data "aws_s3_bucket" "literal" {
  bucket = "looked-up"
}
data "aws_s3_bucket" "from" {
  bucket = "looked-up-${aws_s3_bucket.this.bucket}"
}
resource "aws_s3_bucket" "this" {
  bucket = "of-mine"
}

resource "aws_s3_bucket_cors_configuration" "literal" {
  bucket = data.aws_s3_bucket.literal.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_cors_configuration" "from" {
  bucket = data.aws_s3_bucket.from.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
