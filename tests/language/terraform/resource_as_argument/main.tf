# A whole resource handed to a module, and a module that hands one back.
resource "aws_s3_bucket" "this" {
  bucket = "whole-resource"
  tags   = { origin = "https://tagged.example" }
}

module "cors" {
  source = "./cors"
  bucket = aws_s3_bucket.this
}

resource "aws_s3_bucket_cors_configuration" "again" {
  bucket = "${module.cors.configuration.bucket}-again"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [module.cors.bucket.tags["origin"], { b = aws_s3_bucket.this }.b.tags.origin]
  }
}
