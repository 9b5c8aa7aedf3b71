locals {
  rule = { methods = ["PUT"], origins = ["https://over.example"] }
}
resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { for n in var.names : "${n}-over" => n if n != "b" }
  lifecycle {
    ignore_changes = [expected_bucket_owner]
  }
}
