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
    allowed_origins = ["https://old.example"]
  }
}
resource "aws_s3_bucket" "gone" {
  bucket = "gone"
}
resource "aws_s3_bucket_cors_configuration" "gone" {
  bucket = aws_s3_bucket.gone.id
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://gone.example"]
  }
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
    allowed_origins = ["https://in-1.example"]
  }
}
resource "aws_s3_bucket" "left" {
  bucket = "left"
}
resource "aws_s3_bucket_cors_configuration" "left" {
  bucket = aws_s3_bucket.left.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://left.example"]
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
  bucket = "moving-old"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://m.example"]
  }
}
