locals {
  rules = jsondecode(file("${path.module}/cors.json"))
}

module "child" {
  source = "./child"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = fileexists("${path.module}/missing.txt") ? "files-wrong" : "files-${basename("a/b")}"
  dynamic "cors_rule" {
    for_each = local.rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
    }
  }
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = split("\n", trimspace(templatefile("${path.root}/origins.tftpl", { hosts = ["x.example", "y.example"] })))
  }
}
