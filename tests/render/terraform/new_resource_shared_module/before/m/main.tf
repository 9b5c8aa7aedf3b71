variable "name" {}

resource "aws_s3_bucket" "site" {
  bucket = var.name
}
