variable "name" { type = string }
module "inner" {
  source = "./inner"
  count  = 1
  name   = "${var.name}-inner"
}
resource "aws_s3_bucket" "this" {
  bucket = var.name
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${var.name}.example"]
  }
}
