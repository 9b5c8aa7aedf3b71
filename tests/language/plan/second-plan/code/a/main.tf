resource "aws_s3_bucket" "kept" { bucket = "kept" }
resource "aws_s3_bucket_cors_configuration" "kept" {
  bucket = aws_s3_bucket.kept.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
resource "aws_s3_bucket" "dropped" { bucket = "dropped" }
resource "aws_s3_bucket_cors_configuration" "dropped" {
  bucket = aws_s3_bucket.dropped.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
resource "aws_s3_bucket_cors_configuration" "moved_inline" {
  bucket = "moved-inline"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://a.example"]
  }
}
resource "aws_s3_bucket" "bare" { bucket = "bare" }
resource "aws_s3_bucket" "gone" { bucket = "gone" }
resource "aws_s3_bucket" "inline" {
  bucket = "inline"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://z.example"]
  }
}
resource "aws_s3_bucket" "inline_dropped" {
  bucket = "inline-dropped"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://z.example"]
  }
}
resource "aws_s3_bucket_cors_configuration" "replaced" {
  bucket = "old-name"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://z.example"]
  }
}
