variable "rules" { 
  default = [{ o = "https://a.example" }, { o = "https://b.example" }]
}
variable "none" { 
  default = []
}
resource "aws_s3_bucket" "dyn" {
  bucket = "dyn"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value.o]
    }
  }
}
resource "aws_s3_bucket" "dyn_none" {
  bucket = "dyn-none"
  dynamic "cors_rule" {
    for_each = var.none
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value.o]
    }
  }
}
resource "aws_s3_bucket" "mixed" {
  bucket = "mixed"
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["*"]
  }
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value.o]
    }
  }
}
resource "aws_s3_bucket" "expr" {
  bucket = "expr"
  cors_rule = [for r in var.rules : { allowed_methods = ["GET"], allowed_origins = [r.o], allowed_headers = null, expose_headers = null, max_age_seconds = null }]
}
resource "aws_s3_bucket" "nullrule" {
  bucket = "nullrule"
  cors_rule = null
}
resource "aws_s3_bucket_cors_configuration" "sep" {
  bucket = "sep"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value.o]
    }
  }
}
