resource "aws_s3_bucket" "given" {
  bucket = "remote-given"
}

resource "aws_s3_bucket" "kept" {
  bucket = "remote-kept"
}

module "cors" {
  source  = "example/cors/aws"
  version = "1.0.0"
  bucket  = aws_s3_bucket.given.id
}

resource "aws_s3_bucket_cors_configuration" "out" {
  bucket = module.cors.bucket_name
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://remote.example"]
  }
}
