variable "rules" {
  default = [
    { verbs = ["GET"], hosts = ["app.example.com", "new.example.com"] },
    { verbs = ["PUT"], hosts = ["up.example.com"] },
  ]
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  dynamic "cors_rule" {
    for_each = var.rules
    iterator = rule
    content {
      allowed_methods = rule.value.verbs
      allowed_origins = [for host in rule.value.hosts : "https://${host}"]
      max_age_seconds = 300
    }
  }
}
