provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
provider "aws" {
  alias  = "lab"
  region = "us-east-1"
  endpoints {
    s3 = "http://localhost:4566"
  }
}
resource "aws_s3_bucket" "app" {
  bucket = "app"
}
resource "aws_s3_bucket_cors_configuration" "app" {
  bucket = aws_s3_bucket.app.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://new.example"]
  }
}
resource "aws_s3_bucket" "gone" {
  bucket = "gone"
}
resource "aws_s3_bucket" "touched" {
  bucket = "touched"
}
resource "aws_s3_bucket_cors_configuration" "touched" {
  bucket = aws_s3_bucket.touched.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://kept.example"]
  }
}
resource "aws_s3_bucket" "inline" {
  bucket = "inline"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://in-2.example"]
  }
}
resource "aws_s3_bucket" "left" {
  bucket = "left"
}
removed {
  from = aws_s3_bucket_cors_configuration.left
  lifecycle {
    destroy = false
  }
}
resource "aws_s3_bucket" "lab" {
  provider = aws.lab
  bucket   = "lab"
}
resource "aws_s3_bucket_cors_configuration" "lab" {
  provider = aws.lab
  bucket   = aws_s3_bucket.lab.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_cors_configuration" "moving" {
  bucket = "moving-new"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://m.example"]
  }
}
resource "aws_s3_bucket" "fresh" {
  bucket = "fresh"
}
resource "aws_s3_bucket_cors_configuration" "fresh" {
  bucket = aws_s3_bucket.fresh.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://fresh.example"]
  }
}
