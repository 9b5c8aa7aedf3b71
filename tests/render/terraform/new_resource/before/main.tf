resource "aws_s3_bucket" "site" {
  bucket = "site"
}

output "x" {
  value = 1
}
